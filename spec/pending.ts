/**
 * Pending bits: how events wait while their vector is blocked, and how they leave.
 *
 * Events while MSI-X is disabled stand in `enable.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of Pending bits. */
export const PENDING_RULES: readonly Rule[] = [
  {
    id: 'MSIX-PEND-1',
    title: 'An event of a masked vector is held',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text: 'Whenever a function would send the message of a vector but for its mask, it sets the Pending bit.',
    choice: {
      ours: 'Every event of a blocked vector sets its Pending bit, whatever it is that blocks the vector.',
      because: 'The event would be lost otherwise, and software that polls would wait for ever.',
      others: "KVM's assigned devices, kvmtool, bhyve and libvfio-user have no Pending bits of their own.",
    },
  },
  {
    id: 'MSIX-PEND-2',
    title: 'Unmasking sends what is pending',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'When the last mask of a pending vector is cleared, be it the Mask Bit or Function Mask, the function sends ' +
      'its message. The Pending bit is cleared as the message leaves.',
  },
  {
    id: 'MSIX-PEND-3',
    title: 'A cause that is gone is pending no more',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'When what a masked vector was signalled for has been dealt with, the function clears the Pending bit, ' +
      'so that no needless message follows. A new event sets it again.',
  },
  {
    id: 'MSIX-PEND-4',
    title: 'Events coalesce',
    source: 'PCIe 6.1.4.6',
    strength: 'must',
    text:
      'However many events a blocked vector has, it has one Pending bit. Unless their cause goes or the function is ' +
      'reset, at least one message comes of them, and never more messages than events.',
  },
  {
    id: 'MSIX-PEND-5',
    title: 'Pending and not blocked is no state at rest',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'A vector that is pending without being blocked sends its message of its own accord, so it is never left like ' +
      'that.',
  },
  {
    id: 'MSIX-PEND-6',
    title: 'Many messages released at once',
    source: 'PCIe 6.1.4.5',
    strength: 'silent',
    text: 'Clearing Function Mask may release the messages of many vectors. In which order they leave is not said.',
    choice: {
      ours:
        'In the order of vector numbers, each once; all their Pending bits read clear before the first one leaves, and one ' +
        'that is blocked before its turn is pending again. Enabling MSI-X does the same.',
      because: 'A run can then be repeated, and whoever takes the first message sees a state that is final.',
      others:
        'QEMU, too, goes through the vectors in order. cloud-hypervisor, crosvm and Firecracker replay at this edge; ' +
        'kvmtool does not, for vectors already in use.',
    },
  },
];
