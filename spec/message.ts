/**
 * Messages: which one a vector sends, and what may be known of it. When it is sent stands in `pending.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of messages. */
export const MESSAGE_RULES: readonly Rule[] = [
  {
    id: 'MSIX-MSG-1',
    title: 'The message in force',
    source: 'PCIe 6.1.4.5',
    strength: 'must',
    text:
      'A function may keep a copy of the message of an unmasked vector and send that. ' +
      'It must take a new copy whenever the vector is unmasked, be it by its Mask Bit or by Function Mask.',
    choice: {
      ours: 'The message in force is the whole entry as it stood at the last unblocking edge.',
      because:
        'Software that masks an entry to change it sees no difference, and other software never gets half a change.',
      others:
        "Xen's vPCI and QEMU's Xen pass-through latch alike. QEMU's route to KVM is refreshed at this edge only, " +
        'while QEMU itself reads the entry for each message.',
    },
  },
  {
    id: 'MSIX-MSG-2',
    title: 'Changing an entry that is not masked',
    source: 'PCIe 6.1.4.5',
    strength: 'undefined',
    text:
      'Software masks an entry before it changes address or data. ' +
      'What the function sends after a change of an unmasked entry is left open.',
    choice: {
      ours: 'The write is stored and read back at once, and is in force from the next unblocking edge of the vector.',
      because: 'Nothing that a guest wrote is lost, and nothing that it has not finished writing is sent.',
      others:
        "crosvm, cloud-hypervisor, ACRN and Jailhouse put each dword in force at once. The thread's patch discarded " +
        "the write (R7), and so did QEMU's Xen pass-through, until that was found to be wrong (f0ada3608a, " +
        "b38ec5ee7a). Xen's vPCI does as we do.",
    },
  },
  {
    id: 'MSIX-MSG-3',
    title: 'No torn message',
    source: 'PCIe 6.1.4.5',
    strength: 'undefined',
    text:
      'The dwords of an entry are written one by one. A message made of some dwords from before a change and some ' +
      'from after it is not ruled out where the change itself is undefined.',
    choice: {
      ours: 'All dwords of a message stood in the entry together, at the last unblocking edge of its vector.',
      because: 'A torn message goes to an address or a handler that nobody ever asked for.',
      others: 'crosvm, cloud-hypervisor, ACRN and Jailhouse can tear a message while its entry is being rewritten.',
    },
  },
  {
    id: 'MSIX-MSG-4',
    title: 'All 32 bits of data',
    source: 'PCIe 7.7.2.7',
    strength: 'must',
    text: 'A message is one dword, Message Data, written to the 64-bit address. No bit of the data is changed.',
  },
  {
    id: 'MSIX-MSG-5',
    title: 'Messages are ordered with other writes',
    source: 'PCIe 6.1.4.7',
    strength: 'must',
    text:
      'A message is a posted write: it stays behind the earlier posted writes of its function. ' +
      'A read completion does not arrive before the messages that its function sent earlier.',
    choice: {
      ours: 'The implementation sends within the step, so nothing is in transit. The machine has a channel as an option.',
      because: 'A synchronous callback has no way between function and host on which a message could be overtaken.',
      others:
        'In QEMU and Xen too, an emulated function sends within the access; on a physical one messages take time.',
    },
  },
  {
    id: 'MSIX-MSG-6',
    title: 'A masked entry means nothing yet',
    source: 'thread R2',
    strength: 'must',
    text:
      'Address and data of a masked entry have no meaning, and nothing that a function does depends on them. ' +
      'In particular an entry of zeros is an entry like any other.',
    choice: {
      ours: 'Address and data are stored and sent, and no decision looks at them.',
      because: 'A guest may leave anything in an entry that it does not use, and may use zero.',
      others:
        "qemu-kvm, on which the thread's patch builds, took zeros for an entry not in use and never wired it up, " +
        'which lost interrupts of FreeBSD; that went in a6b402c989. KVM took a zero GSI for a free slot.',
    },
  },
  {
    id: 'MSIX-MSG-7',
    title: 'Reading where messages go',
    source: 'PCIe 7.7.2.5',
    strength: 'undefined',
    text: 'What a read of the address of a message returns is left open.',
    exempt: 'The address belongs to the receiver of messages, which maskbit does not emulate.',
  },
];
