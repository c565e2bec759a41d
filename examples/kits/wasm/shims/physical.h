/*
 * A physical function below a hypervisor that passes it through. It is the C kit, whose messages the host has programmed: entry v sends v, and that is the
 * host's interrupt v. Link msix.c, and say what the host does then:
 *
 *     void maskbit_host_interrupt(uint32_t vector) { maskbit_eventfd_write(&trigger[vector]); }
 *
 * maskbit_signal() of the glue becomes maskbit_physical_signal(), for the device that has an event is this one.
 */
#ifndef MASKBIT_PHYSICAL_H
#define MASKBIT_PHYSICAL_H

#include "../../c/msix.h"

static struct msix maskbit_physical;

void maskbit_host_interrupt(uint32_t vector);
void msix_send(uint32_t address_low, uint32_t address_high, uint32_t data)
{
	(void)address_low, (void)address_high;
	maskbit_host_interrupt(data);
}

static inline void maskbit_physical_init(uint32_t vectors)
{
	msix_init(&maskbit_physical, vectors);
	for (uint32_t vector = 0; vector < vectors; vector++) {
		msix_table_write(&maskbit_physical, 16 * vector, 8, 0xfee00000);
		msix_table_write(&maskbit_physical, 16 * vector + 8, 4, vector);
	}
}

static inline void maskbit_physical_reset(void) { maskbit_physical_init(maskbit_physical.vectors); }
static inline void maskbit_physical_control(uint32_t control) { msix_config_write(&maskbit_physical, 2, 2, control); }
static inline void maskbit_physical_mask(uint32_t vector, uint32_t is_masked)
{
	msix_table_write(&maskbit_physical, 16 * vector + 12, 4, is_masked);
}
static inline uint32_t maskbit_physical_pending(uint32_t word) { return (uint32_t)msix_pba_read(&maskbit_physical, 4 * word, 4); }
static inline void maskbit_physical_signal(uint32_t vector) { msix_signal(&maskbit_physical, vector); }
static inline void maskbit_physical_retire(uint32_t vector) { msix_retire(&maskbit_physical, vector); }

#endif
