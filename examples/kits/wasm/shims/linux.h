/*
 * What code of a kernel takes for granted, where there is one thread and no interrupt: locks do nothing but find out that they are taken twice, or
 * given back without having been taken. That is a finding (fail 1 and 2); so is a BUG_ON (3), a WARN_ON (4), and a lock that should be held and is
 * not (5). What is printed goes nowhere. A long has 32 bits on wasm32, and so have the words of a bitmap.
 */
#ifndef MASKBIT_LINUX_H
#define MASKBIT_LINUX_H

#include "../maskbit.h"
#include "libc.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;
#define cpu_to_le16(value) (value)
#define cpu_to_le32(value) (value)
#define cpu_to_le64(value) (value)
#define le16_to_cpu(value) (value)
#define le32_to_cpu(value) (value)
#define le64_to_cpu(value) (value)
typedef _Bool bool;
#define true 1
#define false 0

typedef struct {
	u32 is_taken;
} spinlock_t;
#define mutex maskbit_mutex
struct maskbit_mutex {
	spinlock_t lock;
};

static inline void spin_lock_init(spinlock_t *lock) { lock->is_taken = 0; }
static inline void spin_lock(spinlock_t *lock)
{
	if (lock->is_taken++)
		maskbit_fail(1);
}
static inline void spin_unlock(spinlock_t *lock)
{
	if (!lock->is_taken--)
		maskbit_fail(2);
}
#define spin_lock_irqsave(lock, flags) ((flags) = 0, spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), spin_unlock(lock))
#define spin_lock_irq spin_lock
#define spin_unlock_irq spin_unlock
#define raw_spinlock_t spinlock_t
#define raw_spin_lock_init spin_lock_init
#define raw_spin_lock spin_lock
#define raw_spin_unlock spin_unlock
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define lockdep_assert_held(taken) ((taken)->is_taken ? (void)0 : maskbit_fail(5))
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define rcu_dereference(pointer) (pointer)
#define rcu_assign_pointer(pointer, value) ((pointer) = (value))
#define mutex_init(mutex) spin_lock_init(&(mutex)->lock)
#define mutex_lock(mutex) spin_lock(&(mutex)->lock)
#define mutex_unlock(mutex) spin_unlock(&(mutex)->lock)

#define BUG_ON(condition) ((condition) ? maskbit_fail(3) : (void)0)
#define BUG() maskbit_fail(3)
#define WARN_ON(condition) ({ bool maskbit_is_so = (condition); if (maskbit_is_so) maskbit_fail(4); maskbit_is_so; })
#define WARN_ON_ONCE WARN_ON
#define READ_ONCE(place) (*(volatile __typeof__(place) *)&(place))
#define WRITE_ONCE(place, value) (*(volatile __typeof__(place) *)&(place) = (value))
#define smp_mb() __asm__ volatile("" ::: "memory")
#define likely(condition) (condition)
#define unlikely(condition) (condition)
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#define BIT(bit) (1ul << (bit))
#define BIT_ULL(bit) (1ull << (bit))
#define GENMASK(high, low) ((~0ul << (low)) & (~0ul >> (31 - (high))))
#define DIV_ROUND_UP(number, by) (((number) + (by) - 1) / (by))
#define min(one, other) ((one) < (other) ? (one) : (other))
#define max(one, other) ((one) > (other) ? (one) : (other))
#define IS_ALIGNED(number, by) (((number) & ((by) - 1)) == 0)

/* ---- Printing goes nowhere */

#define printk(...) ((void)0)
#define pr_err(...) ((void)0)
#define pr_warn(...) ((void)0)
#define pr_info(...) ((void)0)
#define pr_debug(...) ((void)0)
#define dev_err(...) ((void)0)
#define dev_warn(...) ((void)0)
#define dev_info(...) ((void)0)
#define dev_dbg(...) ((void)0)

/* ---- Bitmaps */

#define BITS_PER_LONG 32
#define BITS_TO_LONGS(bits) DIV_ROUND_UP(bits, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(u32 bit, const unsigned long *words) { return words[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & 1; }
static inline void set_bit(u32 bit, unsigned long *words) { words[bit / BITS_PER_LONG] |= BIT(bit % BITS_PER_LONG); }
static inline void clear_bit(u32 bit, unsigned long *words) { words[bit / BITS_PER_LONG] &= ~BIT(bit % BITS_PER_LONG); }
static inline bool test_and_set_bit(u32 bit, unsigned long *words)
{
	bool was_set = test_bit(bit, words);

	set_bit(bit, words);
	return was_set;
}
static inline bool test_and_clear_bit(u32 bit, unsigned long *words)
{
	bool was_set = test_bit(bit, words);

	clear_bit(bit, words);
	return was_set;
}
#define __set_bit set_bit
#define __clear_bit clear_bit
#define __test_and_set_bit test_and_set_bit
#define __test_and_clear_bit test_and_clear_bit
static inline u32 find_next_bit(const unsigned long *words, u32 count, u32 bit)
{
	while (bit < count && !test_bit(bit, words))
		bit++;
	return bit < count ? bit : count;
}
#define find_first_bit(words, count) find_next_bit(words, count, 0)
#define for_each_set_bit(bit, words, count) \
	for ((bit) = find_first_bit(words, count); (bit) < (count); (bit) = find_next_bit(words, count, (bit) + 1))
static inline void bitmap_zero(unsigned long *words, u32 count) { memset(words, 0, BITS_TO_LONGS(count) * sizeof *words); }

/* ---- Lists */

struct list_head {
	struct list_head *next, *prev;
};
static inline void INIT_LIST_HEAD(struct list_head *list) { list->next = list->prev = list; }
static inline void list_add_tail(struct list_head *entry, struct list_head *list)
{
	entry->next = list;
	entry->prev = list->prev;
	list->prev->next = entry;
	list->prev = entry;
}
static inline void list_add(struct list_head *entry, struct list_head *list) { list_add_tail(entry, list->next); }
static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->next = entry->prev = NULL;
}
static inline bool list_empty(const struct list_head *list) { return list->next == list; }
#define list_entry container_of
#define list_first_entry(list, type, member) list_entry((list)->next, type, member)
#define list_for_each_entry(entry, list, member) \
	for ((entry) = list_entry((list)->next, __typeof__(*(entry)), member); &(entry)->member != (list); \
	     (entry) = list_entry((entry)->member.next, __typeof__(*(entry)), member))

/* ---- Errors */

enum { EPERM = 1, ENOENT = 2, EIO = 5, ENOMEM = 12, EACCES = 13, EBUSY = 16, EEXIST = 17, ENODEV = 19, EINVAL = 22, ENOSPC = 28, ERANGE = 34, EOPNOTSUPP = 95 };
#define MAX_ERRNO 4095
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *pointer) { return (long)pointer; }
static inline bool IS_ERR(const void *pointer) { return (unsigned long)pointer >= (unsigned long)-MAX_ERRNO; }

/* ---- Memory */

#define GFP_KERNEL 0
#define kzalloc(size, flags) ((void)(flags), calloc(1, size))
#define kcalloc(count, size, flags) ((void)(flags), calloc(count, size))
#define kmalloc(size, flags) ((void)(flags), malloc(size))
#define GFP_ATOMIC 0
#define kfree free
#define kvfree free

#endif
