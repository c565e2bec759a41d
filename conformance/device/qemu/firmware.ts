/**
 * Firmware for a guest that does nothing but count its interrupts: by vector, in dwords from `COUNTERS` on. 64 KiB, hand-assembled:
 *
 *     0x0000  32-bit code: segments, IDT, local APIC on, "ready", then halt for ever
 *     0x1000  256 handlers of 32 bytes: count, tell the local APIC, return
 *     0x4000  the IDT        0x5000  the GDT, and the two pointers
 *     0xff00  real mode: into protected mode        0xfff0  the reset vector
 */

/** Where the counters are in the guest's memory. */
export const COUNTERS = 0x200000;
/** Reads as `READY` once the guest counts. */
export const READY_AT = 0x200400;
export const READY = 0x600d600d;

/** Where the firmware is seen below 1 MiB. */
const BASE = 0xf0000;
const HANDLERS = 0x1000;
const HANDLER_BYTES = 32;
const IDT = 0x4000;
const GDT = 0x5000;
const GDT_POINTER = 0x5020;
const IDT_POINTER = 0x5030;
const LOCAL_APIC = 0xfee00000;
const SPURIOUS = LOCAL_APIC + 0xf0;
const END_OF_INTERRUPT = LOCAL_APIC + 0xb0;

const word = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
const dword = (value: number): number[] => [...word(value), ...word(value >>> 16)];
/** mov dword [address], value */
const store = (address: number, value: number): number[] => [0xc7, 0x05, ...dword(address), ...dword(value)];

/** Makes the firmware. */
export function countingFirmware(): Uint8Array {
  const image = new Uint8Array(0x10000);
  const put = (at: number, bytes: readonly number[]): void => image.set(bytes, at);
  put(0, [
    ...[0x66, 0xb8, 0x10, 0x00, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], // mov ax, 0x10; mov ds, ax; mov es, ax; mov ss, ax
    ...[0xbc, ...dword(0x80000)], // mov esp, 0x80000
    ...[0x0f, 0x01, 0x1d, ...dword(BASE + IDT_POINTER)], // lidt
    ...store(SPURIOUS, 0x1ff),
    ...store(READY_AT, READY),
    ...[0xfb, 0xf4, 0xeb, 0xfd], // sti; again: hlt; jmp again
  ]);
  for (let vector = 0; vector < 256; vector++) {
    put(HANDLERS + HANDLER_BYTES * vector, [
      ...[0xf0, 0xff, 0x05, ...dword(COUNTERS + 4 * vector)], // lock inc dword [counter]
      ...store(END_OF_INTERRUPT, 0),
      0xcf, // iret
    ]);
    const handler = BASE + HANDLERS + HANDLER_BYTES * vector;
    put(IDT + 8 * vector, [...word(handler), ...word(0x08), ...word(0x8e00), ...word(handler >>> 16)]);
  }
  // Flat segments of 4 GiB: nothing, code, data. They count as used already, since the firmware cannot be written.
  put(GDT + 8, [0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0, 0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0]);
  put(GDT_POINTER, [...word(23), ...dword(BASE + GDT)]);
  put(IDT_POINTER, [...word(2047), ...dword(BASE + IDT)]);
  put(0xff00, [
    ...[0xfa, 0x2e, 0x66, 0x0f, 0x01, 0x16, ...word(GDT_POINTER)], // cli; lgdt cs:[pointer]
    ...[0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0], // mov eax, cr0; or al, 1; mov cr0, eax
    ...[0x66, 0xea, ...dword(BASE), ...word(0x08)], // jmp 8:BASE
  ]);
  put(0xfff0, [0xe9, 0x0d, 0xff]); // jmp 0xff00
  return image;
}

/** Firmware that halts: no guest runs, and yet the clocks of the machine do, as they would not if it were stopped. */
export function haltingFirmware(): Uint8Array {
  const image = new Uint8Array(0x10000);
  image.set([0xfa, 0xf4, 0xeb, 0xfd], 0xfff0); // cli; again: hlt; jmp again
  return image;
}
