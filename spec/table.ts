/**
 * The MSI-X Table: the fields of an entry, and where the table may lie.
 *
 * How it is accessed stands in `access.ts`; what a message is, in `message.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of the MSI-X Table. */
export const TABLE_RULES: readonly Rule[] = [
  {
    id: 'MSIX-TABLE-1',
    title: 'An entry is four dwords',
    source: 'PCIe 7.7.2',
    strength: 'must',
    text:
      'Entry k begins 16 k bytes after the table does. ' +
      'It holds Message Address, Message Upper Address, Message Data and Vector Control, in this order.',
  },
  {
    id: 'MSIX-TABLE-2',
    title: 'Reserved bits of Message Address',
    source: 'PCIe 7.7.2.5',
    strength: 'permitted',
    text:
      'Software writes bits 1:0 of Message Address as zero, for a message is a dword. ' +
      'The function may keep what is written to them, or not.',
    choice: {
      ours: 'They read as zero, and a write to them is ignored.',
      because: 'Every message is then aligned, whatever a guest writes.',
      others: "QEMU and Xen's vPCI keep them as written.",
    },
  },
  {
    id: 'MSIX-TABLE-3',
    title: 'Mask Bit',
    source: 'PCIe 7.7.2.8',
    strength: 'must',
    text:
      'Bit 0 of Vector Control can be read and written, and is set after reset. ' +
      'While it is set, the vector of this entry is masked.',
  },
  {
    id: 'MSIX-TABLE-4',
    title: 'Reserved bits of Vector Control',
    source: 'PCIe 7.7.2.8',
    strength: 'permitted',
    text:
      'Software preserves bits 15:1 of Vector Control, which mean nothing. ' +
      'The function may keep what is written to them, or not.',
    choice: {
      ours: 'They read as zero, and a write to them is ignored.',
      because: 'What means nothing is then no state, to be saved or to be mistaken for the Mask Bit.',
      others:
        'Xen keeps bit 0 only. QEMU keeps the whole dword; vfio-pci, ACRN and Jailhouse pass it to the device. ' +
        'Linux took any set bit for the Mask Bit on resume until e045fa29e893.',
    },
  },
  {
    id: 'MSIX-TABLE-5',
    title: 'Steering tags',
    source: 'PCIe 7.7.2.8',
    strength: 'permitted',
    text:
      'Bits 31:16 of Vector Control hold a steering tag in a function that advertises one for each entry. ' +
      'In every other function they are reserved.',
    choice: {
      ours: 'Steering tags are not advertised; the bits read as zero, and a write to them is ignored.',
      because: 'They are a hint to caches, and change no message.',
      others: 'Xen keeps none of these bits; vfio-pci, ACRN and Jailhouse pass them to the device.',
    },
  },
  {
    id: 'MSIX-TABLE-6',
    title: 'The table while MSI-X is disabled',
    source: 'PCIe 7.7.2',
    strength: 'silent',
    text:
      'Whether MSI-X must be enabled before the table can be accessed is not said. ' +
      'A guest that must enable first sets Function Mask meanwhile, so that nothing is sent.',
    choice: {
      ours: 'The table is there always.',
      because: 'Windows fills the table first and enables afterwards.',
      others:
        'Some devices have no table while disabled. Linux therefore enables with Function Mask set before it ' +
        'touches the table (f598282f51, 438553958ba1), and so does Xen (0dba393db0).',
    },
  },
  {
    id: 'MSIX-TABLE-7',
    title: 'Table, PBA and other registers apart',
    source: 'PCIe 7.7.2',
    strength: 'must',
    text:
      'The table and the Pending Bit Array may lie in one 4-KiB page, but must not overlap. ' +
      'No other register may lie in a page with either.',
    choice: {
      ours:
        'Two ranges that overlap are refused at construction, and the Pending Bit Array gets a page of its own by ' +
        'default. Where other registers lie is up to the caller.',
      because: 'Only the two ranges are known here.',
      others:
        'QEMU refuses the overlap too. Devices with registers in these pages exist, and QEMU (aa1dd39ca3), Xen ' +
        '(b177892d2d), ACRN, bhyve, cloud-hypervisor and crosvm had to learn to let those through.',
    },
  },
];
