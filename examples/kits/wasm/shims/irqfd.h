/*
 * Eventfds, irqfds and a routing table, as KVM's behave, in as much as a guest can tell:
 *
 * - an eventfd that is written while nothing waits for it keeps its count. It is saturated here at 1, for it is read whole, and a larger count would only
 *   make more states;
 * - when an irqfd is assigned to an eventfd that has a count, the interrupt is injected at once;
 * - an interrupt whose route is missing, or is none of MSI, is lost.
 */
#ifndef MASKBIT_IRQFD_H
#define MASKBIT_IRQFD_H

#include "../maskbit.h"

#ifndef MASKBIT_GSIS
#define MASKBIT_GSIS 64
#endif

struct maskbit_eventfd {
	uint32_t count;
	uint32_t gsi_and_one; /* of the irqfd that is assigned to it; 0 is none */
};

static struct {
	uint32_t is_set, address_low, address_high, data;
} maskbit_routes[MASKBIT_GSIS];

/* KVM_SET_GSI_ROUTING, for one entry. */
static inline void maskbit_set_route(uint32_t gsi, uint32_t address_low, uint32_t address_high, uint32_t data)
{
	if (gsi >= MASKBIT_GSIS)
		maskbit_fail(gsi);
	maskbit_routes[gsi].is_set = 1;
	maskbit_routes[gsi].address_low = address_low;
	maskbit_routes[gsi].address_high = address_high;
	maskbit_routes[gsi].data = data;
}

static inline void maskbit_clear_route(uint32_t gsi)
{
	if (gsi >= MASKBIT_GSIS)
		maskbit_fail(gsi);
	maskbit_routes[gsi].is_set = maskbit_routes[gsi].address_low = maskbit_routes[gsi].address_high = maskbit_routes[gsi].data = 0;
}

static inline void maskbit_inject(uint32_t gsi)
{
	if (gsi < MASKBIT_GSIS && maskbit_routes[gsi].is_set)
		maskbit_send(maskbit_routes[gsi].address_low, maskbit_routes[gsi].address_high, maskbit_routes[gsi].data);
}

/* KVM_IRQFD. */
static inline void maskbit_assign_irqfd(struct maskbit_eventfd *fd, uint32_t gsi)
{
	uint32_t count = fd->count;

	fd->gsi_and_one = gsi + 1;
	fd->count = 0;
	if (count)
		maskbit_inject(gsi);
}

/* KVM_IRQFD with KVM_IRQFD_FLAG_DEASSIGN. */
static inline void maskbit_deassign_irqfd(struct maskbit_eventfd *fd) { fd->gsi_and_one = 0; }

/* A write of 1 by whoever has an event: a device model, or VFIO. */
static inline void maskbit_eventfd_write(struct maskbit_eventfd *fd)
{
	if (fd->gsi_and_one)
		maskbit_inject(fd->gsi_and_one - 1);
	else
		fd->count = 1;
}

/* A read by userspace. Returns whether anything was there. */
static inline uint32_t maskbit_eventfd_read(struct maskbit_eventfd *fd)
{
	uint32_t count = fd->count;

	fd->count = 0;
	return count;
}

#endif
