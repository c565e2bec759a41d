/*
 * The smaller instruments: one program in L1 in place of QEMU. It speaks qtest, as QEMU does, and keeps a function's MSI-X as a VMM must: Message
 * Control, the table, and which vectors are blocked. What is below, a back end says: the vfio-pci driver with the physical function (vfio.c),
 * or KVM's irqfd and routing with a device that is a thread (kvm.c). So an adapter that drives QEMU drives this, and the same trace runs on each level.
 */
#ifndef INSTRUMENT_H
#define INSTRUMENT_H
#include <stdint.h>

#define MOST_VECTORS 64
/* Where the function is: bus 0, device 16. */
#define BDF (16 << 3)

/* What is below. A vector is in use while nothing blocks it: not disabled, no Function Mask, no Mask Bit. */
struct backend {
  const char *name;
  /* Ends the program in a sentence where it cannot be. */
  void (*open)(const char *function);
  uint32_t (*config_read)(unsigned offset, unsigned bytes);
  void (*config_write)(unsigned offset, unsigned bytes, uint32_t value);
  uint64_t (*bar_read)(unsigned bar, uint64_t offset, unsigned bytes);
  void (*bar_write)(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value);
  /* MSI-X is enabled, with every vector blocked; `use` follows for those that are not. */
  void (*enable)(void);
  /* Every vector is blocked by then. */
  void (*disable)(void);
  void (*use)(unsigned vector);
  void (*release)(unsigned vector);
  int (*is_pending)(unsigned vector);
  /* Takes what has come, and tells it by `arrived`. */
  void (*collect)(void);
};

extern const struct backend VFIO, VFIO_MASK, KVM;

/* ---- What the back ends may ask and tell (msix.c, main.c) */

/* The message of an entry, as the guest wrote it last. */
struct message {
  uint32_t low, high, data;
};
struct message message_of(unsigned vector);
unsigned vector_count(void);
int is_enabled(void);
int is_in_use(unsigned vector);
/* A message of this vector came, with the message that was in force when it was put into use. */
void arrived(unsigned vector);
/* An interrupt came, by its number. */
void count_interrupt(unsigned interrupt);
/* An event was handed to the back end by its device. */
extern uint32_t sent;

/* ---- msix.c */

/* Reads the capability. */
void msix_begin(const struct backend *below);
int msix_config_read(unsigned offset, unsigned bytes, uint32_t *value);
int msix_config_write(unsigned offset, unsigned bytes, uint32_t value);
int msix_bar_read(unsigned bar, uint64_t offset, unsigned bytes, uint64_t *value);
int msix_bar_write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value);
unsigned table_bar(void), pending_bar(void);
uint64_t table_offset(void), pending_offset(void);

/* Says a sentence on the console, and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);
/* Says a sentence on the console. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);
#endif
