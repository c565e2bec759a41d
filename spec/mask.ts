/**
 * Masking: what blocks a vector. What becomes of its events meanwhile stands in `pending.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of masking. */
export const MASK_RULES: readonly Rule[] = [
  {
    id: 'MSIX-MASK-1',
    title: 'What blocks a vector',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'A vector is masked by its own Mask Bit or by Function Mask. ' +
      'It is blocked while it is masked or MSI-X is disabled, and at no other time.',
  },
  {
    id: 'MSIX-MASK-2',
    title: 'A masked vector sends nothing',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text: 'While a vector is masked, the function must not send its message.',
  },
  {
    id: 'MSIX-MASK-3',
    title: 'Function Mask leaves Mask Bits alone',
    source: 'PCIe 7.7.2.2',
    strength: 'must',
    text: 'Setting or clearing Function Mask changes no Mask Bit.',
  },
  {
    id: 'MSIX-MASK-4',
    title: 'Vectors are independent',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'What is done to the entry of one vector changes nothing for another, ' +
      'even where both entries hold the same message.',
  },
];
