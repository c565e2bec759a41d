/*
 * A device that is passed through, as a hypervisor in C does it: the guest's table is a shadow, each vector has an eventfd that VFIO writes, and an irqfd
 * that carries it into the guest while the vector is open. What waits, waits in the eventfd.
 *
 *   clang --target=wasm32-unknown-unknown -O2 -nostdlib -Wl,--no-entry -Wl,--emit-relocs \
 *       -Wl,--export=__data_end -Wl,--export=__heap_base -o passthrough.wasm passthrough.c ../c/msix.c shims/libc.c
 *   maskbit prove --learn passthrough.wasm
 */
#include "maskbit.h"
#include "shims/irqfd.h"
#include "shims/linux.h"
#include "shims/physical.h"

MASKBIT_DEVICE

/* ---- The device model, as it stands in a hypervisor */

struct passthrough_vector {
	u32 entry[4];
	struct maskbit_eventfd trigger;
	bool is_open;
};

struct passthrough {
	struct mutex lock;
	u32 count, control;
	struct passthrough_vector *vectors;
};

static bool is_blocked(const struct passthrough *device, u32 index)
{
	return (device->control & 0xc000) != 0x8000 || device->vectors[index].entry[3] & 1;
}

/* Carries a vector into the guest, or stops to, after whatever blocks it has changed. */
static void follow(struct passthrough *device, u32 index)
{
	struct passthrough_vector *vector = &device->vectors[index];
	bool is_open = !is_blocked(device, index);

	if (is_open == vector->is_open)
		return;
	vector->is_open = is_open;
	if (is_open) {
		maskbit_set_route(index, vector->entry[0], vector->entry[1], vector->entry[2]);
		maskbit_assign_irqfd(&vector->trigger, index);
	} else {
		maskbit_deassign_irqfd(&vector->trigger);
#ifndef ROUTE_STAYS_WHILE_MASKED /* harmless: nothing is injected then */
		maskbit_clear_route(index);
#endif
	}
}

static void passthrough_control(struct passthrough *device, u32 control)
{
	mutex_lock(&device->lock);
	device->control = control & 0xc000;
	for (u32 index = 0; index < device->count; index++)
		follow(device, index);
	mutex_unlock(&device->lock);
}

static void passthrough_write(struct passthrough *device, u32 offset, u32 value)
{
	u32 index = offset / 16, dword = offset % 16 / 4;

	mutex_lock(&device->lock);
	device->vectors[index].entry[dword] = dword == 3 ? value & 1 : dword == 0 ? value & ~3u : value;
	if (dword == 3)
		follow(device, index);
	mutex_unlock(&device->lock);
}

static void passthrough_reset(struct passthrough *device)
{
	passthrough_control(device, 0);
	for (u32 index = 0; index < device->count; index++) {
		memset(device->vectors[index].entry, 0, 12);
		device->vectors[index].entry[3] = 1;
		maskbit_eventfd_read(&device->vectors[index].trigger);
	}
}

/* ---- The glue */

static struct passthrough passthrough;

/* VFIO has opened every vector of the device, and writes its eventfd. */
void maskbit_host_interrupt(uint32_t vector) { maskbit_eventfd_write(&passthrough.vectors[vector].trigger); }

static void open_all(void)
{
	maskbit_physical_control(0x8000);
	for (u32 index = 0; index < passthrough.count; index++)
		maskbit_physical_mask(index, 0);
}

void maskbit_init(uint32_t vectors)
{
	if (vectors > MASKBIT_GSIS)
		__builtin_trap();
	mutex_init(&passthrough.lock);
	passthrough.count = vectors;
	passthrough.vectors = kcalloc(vectors, sizeof *passthrough.vectors, GFP_KERNEL);
	BUG_ON(!passthrough.vectors);
	passthrough_reset(&passthrough);
	maskbit_physical_init(vectors);
	open_all();
}

void maskbit_reset(void)
{
	passthrough_reset(&passthrough);
	maskbit_physical_reset();
	open_all();
}

uint32_t maskbit_config_read(uint32_t offset, uint32_t size)
{
	u32 dword = offset < 4 ? 0x11 | (passthrough.control | (passthrough.count - 1)) << 16 : 0;

	dword >>= 8 * (offset % 4);
	return size == 4 ? dword : dword & ((1u << 8 * size) - 1);
}

void maskbit_config_write(uint32_t offset, uint32_t size, uint32_t value)
{
	if (offset <= 3 && offset + size > 3)
		passthrough_control(&passthrough, (value >> 8 * (3 - offset) & 0xff) << 8);
}

static int is_lawful(uint32_t offset, uint32_t size) { return size >= 4 && offset % 4 == 0 && offset + size <= 16 * passthrough.count; }

uint64_t maskbit_table_read(uint32_t offset, uint32_t size)
{
	if (!is_lawful(offset, size))
		return ~0ull;
	u64 low = passthrough.vectors[offset / 16].entry[offset % 16 / 4];
	return size == 8 ? low | (u64)passthrough.vectors[offset / 16].entry[offset % 16 / 4 + 1] << 32 : low;
}

void maskbit_table_write(uint32_t offset, uint32_t size, uint64_t value)
{
	if (!is_lawful(offset, size))
		return;
	passthrough_write(&passthrough, offset, (u32)value);
	if (size == 8)
		passthrough_write(&passthrough, offset + 4, (u32)(value >> 32));
}

/* What a guest polls is what waits in the eventfds. */
uint64_t maskbit_pba_read(uint32_t offset, uint32_t size)
{
	u64 bits = 0;

	for (u32 index = 0; index < passthrough.count; index++)
		bits |= (u64)(passthrough.vectors[index].trigger.count != 0) << index;
	return offset == 0 ? (size == 8 ? bits : bits & 0xffffffff) : bits >> 32;
}

void maskbit_signal(uint32_t vector) { maskbit_physical_signal(vector); }
