/**
 * Reset: which ones there are for MSI-X, and what they leave.
 */
import type { Rule } from './rule.ts';

/** The rules of reset. */
export const RESET_RULES: readonly Rule[] = [
  {
    id: 'MSIX-RESET-1',
    title: 'What reset leaves',
    source: 'PCIe 6.6.1',
    strength: 'must',
    text: 'Reset clears MSI-X Enable, Function Mask and all Pending bits, and sets all Mask Bits.',
  },
  {
    id: 'MSIX-RESET-2',
    title: 'Function Level Reset',
    source: 'PCIe 6.6.2',
    strength: 'must',
    text: 'A Function Level Reset does to MSI-X what any reset does.',
  },
  {
    id: 'MSIX-RESET-3',
    title: 'Return from D3hot',
    source: 'PCIe 5.3.1.4',
    strength: 'must',
    text: 'A function whose No_Soft_Reset bit is clear is reset when it goes from D3hot to D0.',
  },
  {
    id: 'MSIX-RESET-4',
    title: 'Address and data after reset',
    source: 'PCIe 7.7.2.5',
    strength: 'undefined',
    text: 'What address and data of an entry hold after reset is left open.',
    choice: {
      ours: 'Zero.',
      because: 'Nothing that an earlier guest wrote is left, and a run can be repeated.',
      others: 'QEMU leaves zero, too.',
    },
  },
  {
    id: 'MSIX-RESET-5',
    title: 'Reset sends nothing',
    source: 'maskbit',
    strength: 'silent',
    text: 'A message may be about to leave when its function is reset, and a vector may be in use.',
    choice: {
      ours: 'A message that has not left is dropped, not sent and not held. Vectors in use are released.',
      because: 'After reset every vector is masked, and a message would reach a guest that may know nothing of it.',
      others: 'QEMU clears the Pending bits, and releases vectors as it sets their Mask Bits.',
    },
  },
  {
    id: 'MSIX-RESET-6',
    title: 'Resets behind the back of software',
    source: 'maskbit',
    strength: 'silent',
    text:
      'Some resets clear the table of a physical device without the host being told. ' +
      'A host writes its own copy of the message again before it enables a vector again.',
    exempt: 'There is no physical function at this level.',
  },
];
