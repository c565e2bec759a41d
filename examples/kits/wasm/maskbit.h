/*
 * The ABI between maskbit and a device in WebAssembly, version 1.
 *
 *   clang --target=wasm32-unknown-unknown -O2 -nostdlib -Wl,--no-entry -Wl,--emit-relocs \
 *       -Wl,--export=__data_end -Wl,--export=__heap_base -o dut.wasm dut.c msix.c shims/libc.c
 *   maskbit prove dut.wasm
 *
 * Define the functions of the first part and those of the second that you have. --emit-relocs keeps the names of variables, so that maskbit
 * can say which of them it speaks of; with __data_end it knows where the stack ends.
 *
 * Offsets count bytes, from the start of the capability, of the table, or of the Pending Bit Array. The whole state of the device must be in
 * its memory and globals, as it is for any C that calls nothing but what is here. wasm32 has a `long` of 32 bits.
 */
#ifndef MASKBIT_H
#define MASKBIT_H

#include <stddef.h>
#include <stdint.h>

#define MASKBIT_ABI 1

#define MASKBIT_EXPORT(name) __attribute__((export_name(#name)))
#define MASKBIT_IMPORT(name) __attribute__((import_module("env"), import_name(#name)))

/* ---- What a device must have */

/* Say MASKBIT_DEVICE once, in one file: it exports the version. */
#define MASKBIT_DEVICE \
	MASKBIT_EXPORT(maskbit_abi) uint32_t maskbit_abi(void); \
	uint32_t maskbit_abi(void) { return MASKBIT_ABI; }

/* Makes a function with 1 to 2048 vectors, as after reset. It is called once, before anything else. Trap where you cannot have so many. */
MASKBIT_EXPORT(init) void maskbit_init(uint32_t vectors);
MASKBIT_EXPORT(config_read) uint32_t maskbit_config_read(uint32_t offset, uint32_t size);                /* 1, 2 or 4 bytes */
MASKBIT_EXPORT(config_write) void maskbit_config_write(uint32_t offset, uint32_t size, uint32_t value);
MASKBIT_EXPORT(table_read) uint64_t maskbit_table_read(uint32_t offset, uint32_t size);                  /* 1, 2, 4 or 8 bytes */
MASKBIT_EXPORT(table_write) void maskbit_table_write(uint32_t offset, uint32_t size, uint64_t value);
MASKBIT_EXPORT(pba_read) uint64_t maskbit_pba_read(uint32_t offset, uint32_t size);
MASKBIT_EXPORT(signal) void maskbit_signal(uint32_t vector); /* the device model has an event */

/* ---- What it may have; what is left out is not asked for */

MASKBIT_EXPORT(reset) void maskbit_reset(void);                /* Function Level Reset */
MASKBIT_EXPORT(retire) void maskbit_retire(uint32_t vector);   /* the cause of the event is gone */
MASKBIT_EXPORT(pba_write) void maskbit_pba_write(uint32_t offset, uint32_t size, uint64_t value);
MASKBIT_EXPORT(poll) void maskbit_poll(void);                  /* after each write and event: work that a thread of yours would do */

/* Bytes that are no part of the state, by number; a length of 0 ends them. What they hold must never matter, and maskbit tests it:
 *
 *     uint64_t maskbit_left_out(uint32_t index) { return index == 0 ? MASKBIT_RANGE(statistics) : 0; }
 */
MASKBIT_EXPORT(left_out) uint64_t maskbit_left_out(uint32_t index);
#define MASKBIT_RANGE(variable) ((uint64_t)sizeof(variable) << 32 | (uint32_t)(uintptr_t)&(variable))

/* ---- What it calls; what it does not call is not imported */

MASKBIT_IMPORT(send) void maskbit_send(uint32_t address_low, uint32_t address_high, uint32_t data);
MASKBIT_IMPORT(use) void maskbit_use(uint32_t vector);         /* the vector has become unblocked */
MASKBIT_IMPORT(release) void maskbit_release(uint32_t vector); /* it has become blocked */
MASKBIT_IMPORT(fail) _Noreturn void maskbit_fail(uint32_t code); /* an assertion does not hold: a finding */

#endif
