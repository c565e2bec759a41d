/*
 * What code of a kernel takes for granted, where there is one thread and no interrupt: locks do nothing but find out that they are taken twice, or
 * given back without having been taken. That is a finding (fail 1 and 2); so is a BUG_ON (3) and a WARN_ON (4).
 */
#ifndef MASKBIT_LINUX_H
#define MASKBIT_LINUX_H

#include "../maskbit.h"
#include "libc.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
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
#define mutex_init(mutex) spin_lock_init(&(mutex)->lock)
#define mutex_lock(mutex) spin_lock(&(mutex)->lock)
#define mutex_unlock(mutex) spin_unlock(&(mutex)->lock)

#define BUG_ON(condition) ((condition) ? maskbit_fail(3) : (void)0)
#define WARN_ON(condition) ((condition) ? maskbit_fail(4) : (void)0)
#define READ_ONCE(place) (*(volatile __typeof__(place) *)&(place))
#define WRITE_ONCE(place, value) (*(volatile __typeof__(place) *)&(place) = (value))
#define smp_mb() __asm__ volatile("" ::: "memory")
#define likely(condition) (condition)
#define unlikely(condition) (condition)
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#define BIT(bit) (1u << (bit))

#define GFP_KERNEL 0
#define kzalloc(size, flags) ((void)(flags), calloc(1, size))
#define kcalloc(count, size, flags) ((void)(flags), calloc(count, size))
#define kfree free

#endif
