import type { Rule } from './rule.ts';

export const ASSIGNED_RULES: readonly Rule[] = [
  {
    id: 'MSIX-ASSIGN-1',
    title: 'An entry is masked or unmasked',
    source: 'thread R1',
    strength: 'must',
    text: 'There are no enabled and disabled entries: every entry of an enabled function holds its events, whatever else it is to the host.',
  },
  {
    id: 'MSIX-ASSIGN-2',
    title: 'What a masked entry holds means nothing',
    source: 'thread R2',
    strength: 'must',
    text: 'Address and data of a masked entry may be anything, zeros too, and nothing follows from them.',
  },
  {
    id: 'MSIX-ASSIGN-3',
    title: 'The kernel learns two bits',
    source: 'thread R3',
    strength: 'must',
    text: 'Configuration space is kept by userspace, which tells the kernel MSI-X Enable and Function Mask as two plain bits.',
  },
  {
    id: 'MSIX-ASSIGN-4',
    title: 'A message is injected from its address and data',
    source: 'thread R4',
    strength: 'must',
    text: 'No routing table stands between an entry and the guest.',
  },
  {
    id: 'MSIX-ASSIGN-5',
    title: 'A Mask Bit has one owner',
    source: 'thread R5',
    strength: 'must',
    text: 'Masking and unmasking are done in one place.',
  },
  {
    id: 'MSIX-ASSIGN-6',
    title: 'A read brings in what is in flight',
    source: 'thread R6',
    strength: 'must',
    text: 'A read of the table reaches the device; messages that were sent before have arrived when it completes.',
  },
  {
    id: 'MSIX-ASSIGN-7',
    title: 'A write to an unmasked entry is kept',
    source: 'thread R7',
    strength: 'must',
    text: 'It is read back, and comes into force at the next unblocking edge.',
  },
  {
    id: 'MSIX-ASSIGN-8',
    title: 'Closing brings in what is in flight',
    source: 'maskbit',
    strength: 'silent',
    text: 'A write that disables or masks the function.',
  },
  {
    id: 'MSIX-ASSIGN-9',
    title: 'An arrival may be held against the mask',
    source: 'maskbit',
    strength: 'silent',
    text: 'A message that arrives for a blocked vector.',
  },
  {
    id: 'MSIX-ASSIGN-10',
    title: 'An entry is added alone',
    source: 'thread R9',
    strength: 'must',
    text: 'Adding a vector touches no other.',
  },
];
