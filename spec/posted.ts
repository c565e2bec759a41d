/**
 * The design that was posted in October 2010 as "KVM: Emulation MSI-X mask bits for assigned devices": how the machine reads what
 * the patch and its cover text leave open. No rule of MSI-X stands here, and each of these is what some repair takes away.
 */
import type { Rule } from './rule.ts';

/** How the posted design is read. */
export const POSTED_RULES: readonly Rule[] = [
  {
    id: 'MSIX-POSTED-1',
    title: 'An entry of zeros is not in use',
    source: 'thread R2',
    strength: 'silent',
    text:
      'The kernel injects by a routing table that userspace owns. An entry in use has a route; one whose address and data ' +
      'are zero has none, and is taken for one that is not in use.',
    choice: {
      ours: 'The design `posted` gives an entry a route when all vectors are built up, and moves it when a masked entry is written. Zeros take it away.',
      because:
        'It is what userspace did at the time: it had to find the entries that are in use, and looked at their data.',
      others:
        'qemu-kvm looked at the data until it gave up assigning devices so (a6b402c989); FreeBSD writes entries it means to use later, and lost interrupts by it (adcf3594f9).',
    },
  },
  {
    id: 'MSIX-POSTED-2',
    title: 'The host has all vectors at once',
    source: 'thread R9',
    strength: 'silent',
    text:
      "The host's MSI-X is enabled once for all entries that are in use by then. To add one, all are torn down and built " +
      'up again; with none in use it stays off.',
    choice: {
      ours: 'The host is down, or up with a vector for each entry in use. With none in use it stays down, and what is signalled is lost.',
      because: '`pci_enable_msix` took the whole list of entries at once; Linux learned to add one in 6.5.',
      others: 'QEMU enabled with a dummy vector from 2011 on (b0223e29af), so as to be up with none in use.',
    },
  },
  {
    id: 'MSIX-POSTED-3',
    title: "Userspace's record wins",
    source: 'thread R5',
    strength: 'silent',
    text: "Where vectors are built up, userspace's record of each Mask Bit is copied into the kernel's. Nothing is copied back.",
    choice: {
      ours: 'The copy is made in the step that builds up; in the design handed also in the one that begins a handover.',
      because: 'The cover text has it that records out of step do not matter, since nobody looks at the other one.',
      others: 'Xen keeps a mask for the host and one for the guest, and had to say which of them wins (ad28e42bd1).',
    },
  },
  {
    id: 'MSIX-POSTED-4',
    title: 'Tearing down loses what waits',
    source: 'thread R9',
    strength: 'silent',
    text:
      "When the host's vectors are torn down, what is pending and what is in flight is lost; what is signalled while there " +
      'are none is lost too. Disabling tears down, and so does Function Mask, which the kernel does not know.',
    choice: {
      ours: 'Both bits and flights are lost in one step; Function Mask is taken for a reason to tear down.',
      because: 'Interrupts of a vector that is freed are not delivered, and the kernel knows of no Function Mask.',
      others: 'qemu-kvm tore down on Function Mask; later QEMU masks each vector instead.',
    },
  },
  {
    id: 'MSIX-POSTED-5',
    title: 'The kernel reads from its own tables',
    source: 'thread R8',
    strength: 'silent',
    text:
      "A read that the kernel answers is made of the entry's route and of the kernel's Mask Bit. It does not reach the " +
      'device.',
    choice: {
      ours: "Only entries in use are answered so; a read of another one exits, and is answered from userspace's record.",
      because: 'It is what the patch adds reads for: Linux reads after each write of a Mask Bit.',
      others: 'Jailhouse reads Vector Control from the device, and so flushes.',
    },
  },
  {
    id: 'MSIX-POSTED-6',
    title: 'A write to an unmasked entry is discarded',
    source: 'thread R7',
    strength: 'silent',
    text:
      'Address and data are written through an exit. The write is discarded if the entry is unmasked, by the record that ' +
      'counts; otherwise the route of an entry in use follows it at once.',
    choice: {
      ours: "The kernel's record counts for an entry in use, and userspace's for another one.",
      because: 'The cover text says so, and that the kernel has checked already.',
      others: 'Xen discarded such writes until XSA-130 (b38ec5ee7a); vPCI and QEMU keep them.',
    },
  },
  {
    id: 'MSIX-POSTED-7',
    title: "The page goes with the host's MSI-X",
    source: 'thread R5',
    strength: 'silent',
    text:
      "KVM_ASSIGN_REG_MSIX_MMIO stores the address of the page, which is kept. The page is on the bus exactly while the host's " +
      'MSI-X is assigned: it goes on as the last part of enabling, when the vectors are live, and off as the first part of ' +
      'deassigning, while they still are. Where the bus has no room, enabling fails, and MSI-X is off; the entries stay.',
    choice: {
      ours:
        'Told again while the page is on the bus, the page moves, for the patch looks at its address in each access. ' +
        'An address beyond physical memory, or within an entry, is refused, and so is a page that overlaps another.',
      because: 'It is what the diff says. What is refused here could answer nothing there, or would hide a neighbour.',
      others: 'The patch takes any address but 0, and initialises a device again that is on the bus (hazard S1).',
    },
  },
  {
    id: 'MSIX-POSTED-8',
    title: 'One builds up or tears down at a time',
    source: 'maskbit',
    strength: 'silent',
    text: 'The thread says nothing of what another vCPU may do while userspace builds vectors up for one.',
    choice: {
      ours:
        'An access that may build up or tear down is completed when no other does. Every other access of another vCPU goes on ' +
        'meanwhile, also where vectors are live and the page is off the bus.',
      because: 'The calls are made under a lock of the virtual machine; masks and reads take none of it.',
      others:
        'qemu-kvm completes all accesses under one lock, which closes the window of S3. It does not close that of S2: an access that ' +
        'has exited there is completed after it, by the record that nobody looks at.',
    },
  },
  {
    id: 'MSIX-POSTED-9',
    title: "The Pending Bit Array is the device's own",
    source: 'thread R6',
    strength: 'silent',
    text: 'The patch registers the table alone. A read of the Pending Bit Array reaches the device, and brings in what is in flight.',
    choice: {
      ours: 'It exits, and userspace reads the register of the device for it.',
      because: 'Nothing but time differs: the guest sees the same bit, and the same messages before it.',
      others: "qemu-kvm maps the page into the guest, where it is not the table's.",
    },
  },
  {
    id: 'MSIX-POSTED-10',
    title: 'A QWORD that masks goes to userspace',
    source: 'thread R5',
    strength: 'silent',
    text:
      'The kernel takes a DWORD write of Vector Control. Data and Vector Control written as one QWORD exit, also of an entry in ' +
      "use: userspace's record is masked, the kernel's is not, and the vector still sends.",
    choice: {
      ours: "The design `posted` does just that: the data is written by the kernel's record, the Mask Bit into userspace's.",
      because:
        'Each half of the write is handled by the one who takes it. A driver that masks by a DWORD never meets it.',
      others: 'A QWORD may change the data first, and its result is left open (MSIX-ACCESS-5).',
    },
  },
];
