/**
 * Accesses: which sizes and alignments exist, in what order the halves of a QWORD take effect, and what becomes of an
 * access that should not have been made.
 */
import type { Rule } from './rule.ts';

/** The rules of accesses. */
export const ACCESS_RULES: readonly Rule[] = [
  {
    id: 'MSIX-ACCESS-1',
    title: 'Aligned dwords and QWORDs only',
    source: 'PCIe 7.7.2',
    strength: 'undefined',
    text:
      'Software accesses the table and the Pending Bit Array by whole aligned dwords or QWORDs. ' +
      'What any other access does is left open.',
    choice: {
      ours: 'A read returns all-ones, a write is ignored, and either is counted.',
      because:
        'A guest can make any access, so each needs an answer; all-ones is what a read returns that nobody answers.',
      others:
        "Xen's vPCI, cloud-hypervisor and Firecracker answer all-ones and drop the write. QEMU rejects the access, " +
        "Xen's msixtbl ignores it, kvmtool and crosvm leave the data as it was. bhyve asserts, Jailhouse stops the " +
        'cell, and cloud-hypervisor once panicked (7fbc5a135).',
    },
  },
  {
    id: 'MSIX-ACCESS-2',
    title: 'Beyond the last entry',
    source: 'PCIe 7.7.2',
    strength: 'silent',
    text: 'What an access does that begins or ends outside of the table, or of the Pending Bit Array, is not said.',
    choice: {
      ours: 'As in MSIX-ACCESS-1: all-ones, ignored, counted.',
      because: 'It must reach no other entry and no other memory.',
      others:
        'QEMU wrote beyond its table (XSA-164) and past its size check (CVE-2020-13754), Xen walked off it ' +
        '(XSA-112), and kvmtool wrote out of bounds until 2e7380d. Jailhouse reads the device itself.',
    },
  },
  {
    id: 'MSIX-ACCESS-3',
    title: 'Both halves of the address as a QWORD',
    source: 'PCIe 6.1.4.2',
    strength: 'must',
    text:
      'Software may write Message Address and Message Upper Address as one QWORD, ' +
      'and the function takes it as it would take both dwords.',
  },
  {
    id: 'MSIX-ACCESS-4',
    title: 'Data and control of a masked entry as a QWORD',
    source: 'PCIe 6.1.4.2',
    strength: 'must',
    text:
      'Software may write Message Data and Vector Control as one QWORD while the entry is masked, ' +
      'by its Mask Bit or by Function Mask. ' +
      'The data takes effect no later than the control, so a message that this releases carries it.',
  },
  {
    id: 'MSIX-ACCESS-5',
    title: 'Masking an entry by a QWORD',
    source: 'PCIe 6.1.4.2',
    strength: 'undefined',
    text:
      'Where Function Mask is clear, software masks an unmasked entry by a dword write of Vector Control. ' +
      'A QWORD could change the data before the Mask Bit is set, and its result is left open.',
    choice: {
      ours: 'A QWORD is its lower dword and then its upper one, here as everywhere.',
      because: 'Data written to an unmasked entry is not in force before the next unblocking edge, so nothing tears.',
      others: 'QEMU splits a QWORD in the same order. Xen ignored the control half of a QWORD until 7d8519f63a.',
    },
  },
  {
    id: 'MSIX-ACCESS-6',
    title: 'Configuration accesses',
    source: 'PCIe 7.7.2',
    strength: 'silent',
    text:
      'The capability structure is read and written by 1, 2 or 4 bytes. What an access does that is not aligned, or ' +
      'that leaves the twelve bytes, is up to whoever owns configuration space.',
    choice: {
      ours:
        '1, 2 and 4 bytes at any offset within the twelve. For anything else a read returns all-ones, a write is ' +
        'ignored, and either is counted.',
      because: 'Each byte then has one meaning, however it is reached, and an emulator need not split accesses.',
      others:
        'QEMU and kvmtool look only at which bytes are covered. ' +
        'cloud-hypervisor and Firecracker take 2 and 4 bytes at set offsets.',
    },
  },
];
