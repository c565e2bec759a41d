/**
 * The capability structure in configuration space: its twelve bytes, and what a write to them does.
 *
 * What the two writable bits mean stands in `mask.ts` and `enable.ts`, what widths exist in `access.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of the capability structure. */
export const CAPABILITY_RULES: readonly Rule[] = [
  {
    id: 'MSIX-CAP-1',
    title: 'Capability ID and next pointer',
    source: 'PCIe 7.7.2.1',
    strength: 'must',
    text:
      'The structure begins with the Capability ID, 0x11, and the configuration space offset of the next capability. ' +
      'A write changes neither.',
  },
  {
    id: 'MSIX-CAP-2',
    title: 'Table Size is the number of vectors less one',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text:
      'Bits 10:0 of Message Control hold the number of vectors less one, for 1 to 2048 vectors. ' +
      'A write does not change them.',
    choice: {
      ours: 'All eleven bits, and every number of vectors from 1 to 2048.',
      because: 'A function with 2048 vectors is lawful, and there are NVMe controllers with that many.',
      others:
        'crosvm keeps ten bits. KVM stopped at 256 vectors, and ACRN stops at 64 unless it is built for more. ' +
        'qemu-kvm took too few bits of the field until 413ce61548.',
    },
  },
  {
    id: 'MSIX-CAP-3',
    title: 'Reserved bits of Message Control',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text: 'Bits 13:11 of Message Control read as zero, and a write to them has no effect.',
  },
  {
    id: 'MSIX-CAP-4',
    title: 'Function Mask',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text:
      'Bit 14 of Message Control can be read and written, and is clear after reset. ' +
      'While it is set, every vector of the function is masked.',
  },
  {
    id: 'MSIX-CAP-5',
    title: 'MSI-X Enable',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text:
      'Bit 15 of Message Control can be read and written, and is clear after reset. ' +
      'It says whether the function uses MSI-X.',
  },
  {
    id: 'MSIX-CAP-6',
    title: 'Table Offset and Table BIR',
    source: 'PCIe 7.7.2.3',
    strength: 'must',
    text:
      'A read-only dword says where the table begins. Bits 2:0 name a Base Address Register, 0 to 5; the same dword ' +
      'with these bits cleared, not shifted out, is the byte offset in it, a multiple of eight.',
  },
  {
    id: 'MSIX-CAP-7',
    title: 'PBA Offset and PBA BIR',
    source: 'PCIe 7.7.2.4',
    strength: 'must',
    text: 'A read-only dword says where the Pending Bit Array begins, in the encoding of MSIX-CAP-6.',
  },
  {
    id: 'MSIX-CAP-8',
    title: 'Every width of write has the same effect',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text:
      'Message Control is written by itself, by its upper byte, or as part of the dword at the start of the ' +
      'structure. Writes that bring the same values of bits 14 and 15 have the same effect.',
    choice: {
      ours: 'Every write of 1, 2 or 4 bytes that covers the byte at offset 3 sets both bits.',
      because: 'What a write does then follows from the bytes that it brings, and from nothing else.',
      others:
        'QEMU and kvmtool do the same. cloud-hypervisor and Firecracker take 2 and 4 bytes; cloud-hypervisor took ' +
        'the dword only when a guest turned out to need it (8248650e7).',
    },
  },
  {
    id: 'MSIX-CAP-9',
    title: 'MSI and MSI-X enabled at once',
    source: 'PCIe 7.7.2.2',
    strength: 'undefined',
    text: 'What a function does while both MSI and MSI-X are enabled is left open.',
    exempt: 'maskbit has no MSI, so this state cannot be expressed in it.',
  },
  {
    id: 'MSIX-CAP-10',
    title: 'Who writes Message Control',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text: 'System software writes Message Control; a device driver must not.',
    exempt: 'This is a duty of the guest, and a function cannot see which part of its guest wrote.',
  },
  {
    id: 'MSIX-CAP-11',
    title: 'What a BIR may name',
    source: 'PCIe 7.7.2.3',
    strength: 'must',
    text: 'A BIR names a Base Address Register in memory space. One of 64 bits goes by the number of its lower half.',
    exempt: "The Base Address Registers are the caller's; maskbit only repeats their numbers.",
  },
];
