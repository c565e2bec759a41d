/*
 * A small MSI-X: the capability, the table and the Pending Bit Array of one emulated PCI function.
 *
 * Copy it, change it, break it. It needs no C library, so it also compiles to WebAssembly. Offsets count bytes, from the
 * start of the capability, of the table, or of the Pending Bit Array.
 */
#ifndef MSIX_H
#define MSIX_H

#include <stdint.h>

#define MSIX_VECTORS_MAX 2048
#define MSIX_ENABLE 0x8000        /* Message Control, bit 15 */
#define MSIX_FUNCTION_MASK 0x4000 /* Message Control, bit 14 */

struct msix_message {
	uint32_t address_low, address_high, data;
};

struct msix {
	uint32_t vectors; /* 1 to 2048 */
	uint32_t control; /* MSIX_ENABLE and MSIX_FUNCTION_MASK */
	struct {
		struct msix_message entry;   /* what the guest reads */
		struct msix_message latched; /* what is sent: the entry as it stood when the vector was last unblocked */
		uint32_t masked;             /* Vector Control, bit 0 */
	} vector[MSIX_VECTORS_MAX];
	uint32_t pending[MSIX_VECTORS_MAX / 32];
};

/* Yours: a posted write of one dword to a 64-bit address. */
void msix_send(uint32_t address_low, uint32_t address_high, uint32_t data);

void msix_init(struct msix *msix, uint32_t vectors);
void msix_reset(struct msix *msix); /* Function Level Reset */

uint32_t msix_config_read(const struct msix *msix, uint32_t offset, uint32_t size);
void msix_config_write(struct msix *msix, uint32_t offset, uint32_t size, uint32_t value);
uint64_t msix_table_read(const struct msix *msix, uint32_t offset, uint32_t size);
void msix_table_write(struct msix *msix, uint32_t offset, uint32_t size, uint64_t value);
uint64_t msix_pba_read(const struct msix *msix, uint32_t offset, uint32_t size);

void msix_signal(struct msix *msix, uint32_t vector); /* the device has an event */
void msix_retire(struct msix *msix, uint32_t vector); /* the cause of the event is gone */

/* A bug to switch on, by its number in msix_bugs; 0 is none. A device of yours has no such thing. */
extern uint32_t msix_bug;
extern const char *const msix_bugs[];

#endif
