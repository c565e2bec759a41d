/**
 * The assigned device: what its review settled (R1 to R9, see `rule.ts`), and what it left open that an implementation must
 * decide. Whose page the table is stands in `ownership.ts`; how the posted patch is read, in `posted.ts`.
 */
import type { Rule } from './rule.ts';

/** The rules of the assigned device. */
export const ASSIGNED_RULES: readonly Rule[] = [
  {
    id: 'MSIX-ASSIGN-1',
    title: 'An entry is masked or unmasked',
    source: 'thread R1',
    strength: 'must',
    text:
      'There are no enabled and disabled entries. Whether the host has an interrupt for an entry yet is its own business: ' +
      'the guest can neither read nor receive a difference.',
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
    text: 'What arrives at the host is injected into the guest from address and data; no routing table stands in between.',
  },
  {
    id: 'MSIX-ASSIGN-5',
    title: 'A Mask Bit has one owner',
    source: 'thread R5',
    strength: 'must',
    text: 'Masking and unmasking are done in one place. No second record of a Mask Bit exists that could differ from it.',
  },
  {
    id: 'MSIX-ASSIGN-6',
    title: 'A read brings in what is in flight',
    source: 'thread R6',
    strength: 'must',
    text:
      'A read of the table or of the Pending Bit Array reaches the device. Every message that was sent before, of any ' +
      'vector, has arrived when the read completes.',
  },
  {
    id: 'MSIX-ASSIGN-7',
    title: 'A write to an unmasked entry is kept',
    source: 'thread R7',
    strength: 'must',
    text: 'It is read back at once, and comes into force at the next unblocking edge of its vector.',
  },
  {
    id: 'MSIX-ASSIGN-8',
    title: 'Closing brings in what is in flight',
    source: 'maskbit',
    strength: 'silent',
    text:
      'The completion of a configuration write may pass messages that were sent before. Whether a write that disables or ' +
      'masks the function waits for them is not said.',
    choice: {
      ours: 'It does: what is in flight arrives before the function is closed.',
      because: 'A driver that has disabled MSI-X may free what its handlers use, and Linux reads nothing after it.',
      others:
        'Linux synchronises the handlers of its host interrupts when it frees them. The posted patch does not wait.',
    },
  },
  {
    id: 'MSIX-ASSIGN-9',
    title: 'An arrival may be held against the mask',
    source: 'maskbit',
    strength: 'silent',
    text: 'A message may arrive after its vector was masked, as long as no read has completed since.',
    choice: {
      ours:
        'It is injected, with the message in force when it arrives: that of the last unblocking edge. The design checked looks at the masks once ' +
        'more, and holds it as pending.',
      because: 'With the flush no driver can tell; without one, only looking again is safe.',
      others: 'QEMU looks at the masks when it sends, and nothing is in flight there.',
    },
  },
  {
    id: 'MSIX-ASSIGN-10',
    title: 'An entry is added alone',
    source: 'thread R9',
    strength: 'must',
    text: 'A vector that is unmasked for the first time gets its host interrupt while the others run, and none of their events is lost.',
  },
  {
    id: 'MSIX-ASSIGN-11',
    title: 'INTx comes back with disabling',
    source: 'maskbit',
    strength: 'silent',
    text: 'A host has one kind of interrupt of a device at a time. When it changes over between MSI-X and INTx is not said.',
    choice: {
      ours: 'In the completion of the write that changes MSI-X Enable: INTx is assigned exactly while MSI-X is disabled.',
      because: 'The guest may use what it has switched to as soon as its write returns (MSIX-ENABLE-4).',
      others: 'qemu-kvm, kvmtool and cloud-hypervisor had to be taught to bring INTx back at all.',
    },
  },
  {
    id: 'MSIX-ASSIGN-12',
    title: 'The page follows its BAR',
    source: 'maskbit',
    strength: 'silent',
    text: 'The kernel is told an address, and the guest may move the BAR that it stands for.',
    choice: {
      ours:
        'Userspace registers the page anew in the completion of the write that moves the BAR; one that is mapped nowhere is ' +
        "taken off, and put back when it is mapped again. A reset gives it to userspace. The kernel refuses a page that overlaps another's.",
      because: 'Otherwise the kernel answers at an address where something else may stand by then.',
      others: 'The posted patch keeps the first address (MSIX-POSTED-7).',
    },
  },
  {
    id: 'MSIX-ASSIGN-13',
    title: 'Reads are answered without an exit',
    source: 'thread R8',
    strength: 'should',
    text: 'Linux reads the table after every write of a Mask Bit, so the kernel answers both while the page is its own.',
  },
  {
    id: 'MSIX-ASSIGN-14',
    title: 'A call that fails changes nothing',
    source: 'maskbit',
    strength: 'silent',
    text: 'What a call to the kernel leaves behind that returns an error is not said.',
    choice: {
      ours: 'Nothing: it is checked whole before anything is changed.',
      because: 'Userspace can then go on as if it had not called.',
      others:
        'Linux kept a number of entries that it had refused, and its next call wrote through a null pointer (HB-38); ' +
        'it leaves the host interrupt assigned where the guest interrupt of the same call fails.',
    },
  },
  {
    id: 'MSIX-ASSIGN-15',
    title: 'A reset ends what was under way',
    source: 'maskbit',
    strength: 'silent',
    text: 'An access may be stopped in an exit while its device is reset: by another vCPU, or from outside.',
    choice: {
      ours:
        'Its completion does nothing any more: it counts as done before the reset, which left nothing of it. A read is answered as ' +
        'the function stands when it completes; where the reset has put its page elsewhere, nobody answers, which reads as all-ones. ' +
        'What was in flight arrives before the reset.',
      because:
        'Otherwise a write from before the reset would enable MSI-X, or unmask a vector, of a function that is as new.',
      others: 'In Linux an exit completes as ever; a reset that resets the vCPUs too forgets it.',
    },
  },
  {
    id: 'MSIX-ASSIGN-16',
    title: 'A device leaves nothing to its next owner',
    source: 'maskbit',
    strength: 'silent',
    text:
      'A device may be taken away while an access is stopped in an exit, a message is in flight, and the page is on the bus. ' +
      'It may be assigned to another machine then.',
    choice: {
      ours:
        'What is in flight and what is pending is lost, the page is off the bus, and the function is reset, when it is taken and when it is ' +
        'assigned. An exit that is out returns; nobody answers what it asked, which reads as all-ones.',
      because: "A message of one guest's is no other's, and a vCPU must not wait for a device that is gone.",
      others:
        'Linux frees the interrupts, which waits for handlers, and resets the function when it is taken and when it is assigned.',
    },
  },
];
