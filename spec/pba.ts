/**
 * The Pending Bit Array as a guest reads it. When a bit is set and cleared stands in `pending.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of the Pending Bit Array. */
export const PBA_RULES: readonly Rule[] = [
  {
    id: 'MSIX-PBA-1',
    title: 'One bit a vector, in QWORDs',
    source: 'PCIe 7.7.2.9',
    strength: 'must',
    text:
      'N vectors have ceil(N / 64) QWORDs. The bit of vector k is bit k mod 64 of QWORD k div 64, and so bit k mod ' +
      '32 of dword k div 32.',
  },
  {
    id: 'MSIX-PBA-2',
    title: 'Bits beyond the last vector',
    source: 'PCIe 7.7.2.9',
    strength: 'must',
    text: 'The bits of the last QWORD that belong to no vector read as zero.',
  },
  {
    id: 'MSIX-PBA-3',
    title: 'Writes to the PBA',
    source: 'PCIe 7.7.2.9',
    strength: 'undefined',
    text: 'Software only reads the Pending Bit Array. What a write does is left open.',
    choice: {
      ours: 'A write is ignored, and counted.',
      because: 'A bit that a guest could clear would be an event lost, and one that it could set an event invented.',
      others:
        "QEMU, cloud-hypervisor, Firecracker, crosvm, kvmtool and, for guests, Xen's vPCI ignore it. " +
        'Jailhouse stops the cell.',
    },
  },
  {
    id: 'MSIX-PBA-4',
    title: 'Polling sees every event',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'Software may leave a vector masked for ever and poll its Pending bit instead. ' +
      'So the bit tells the truth at every read.',
    choice: {
      ours: 'There is one record of what is pending, and a read returns it.',
      because: 'A second record, for reads, would have to be kept in step with the first.',
      others:
        'In cloud-hypervisor (#7781, #7813) and kvmtool an interrupt that the kernel delivers never shows in the ' +
        'bits; bhyve and libvfio-user never set them.',
    },
  },
];
