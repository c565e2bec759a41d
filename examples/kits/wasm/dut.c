/*
 * The C kit as a device in WebAssembly: everything that msix.c needs to be proven.
 *
 *   clang --target=wasm32-unknown-unknown -O2 -nostdlib -Wl,--no-entry -Wl,--emit-relocs \
 *       -Wl,--export=__data_end -Wl,--export=__heap_base -o dut.wasm dut.c ../c/msix.c shims/libc.c
 *   maskbit prove dut.wasm
 */
#include "../c/msix.h"
#include "maskbit.h"

MASKBIT_DEVICE

static struct msix msix;

void msix_send(uint32_t address_low, uint32_t address_high, uint32_t data) { maskbit_send(address_low, address_high, data); }

#ifndef BUG
#define BUG 0 /* -DBUG=1 is unmask-forgets, and so on: msix.c lists them */
#endif

void maskbit_init(uint32_t vectors)
{
	if (vectors > MSIX_VECTORS_MAX)
		__builtin_trap();
	msix_bug = BUG;
	msix_init(&msix, vectors);
}
void maskbit_reset(void) { msix_reset(&msix); }
uint32_t maskbit_config_read(uint32_t offset, uint32_t size) { return msix_config_read(&msix, offset, size); }
void maskbit_config_write(uint32_t offset, uint32_t size, uint32_t value) { msix_config_write(&msix, offset, size, value); }
uint64_t maskbit_table_read(uint32_t offset, uint32_t size) { return msix_table_read(&msix, offset, size); }
void maskbit_table_write(uint32_t offset, uint32_t size, uint64_t value) { msix_table_write(&msix, offset, size, value); }
uint64_t maskbit_pba_read(uint32_t offset, uint32_t size) { return msix_pba_read(&msix, offset, size); }
void maskbit_pba_write(uint32_t offset, uint32_t size, uint64_t value) { (void)offset, (void)size, (void)value; /* read-only */ }
void maskbit_signal(uint32_t vector) { msix_signal(&msix, vector); }
void maskbit_retire(uint32_t vector) { msix_retire(&msix, vector); }
