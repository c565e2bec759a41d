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
  },
  {
    id: 'MSIX-POSTED-2',
    title: 'The host has all vectors at once',
    source: 'thread R9',
    strength: 'silent',
    text:
      "The host's MSI-X is enabled once for all entries that are in use by then. To add one, all are torn down and built " +
      'up again; with none in use it stays off.',
  },
  {
    id: 'MSIX-POSTED-3',
    title: "Userspace's record wins",
    source: 'thread R5',
    strength: 'silent',
    text:
      "Where vectors are built up, and where the page is handed to the kernel, userspace's record of each Mask Bit is " +
      "copied into the kernel's. Nothing is copied back.",
  },
  {
    id: 'MSIX-POSTED-4',
    title: 'Tearing down loses what waits',
    source: 'thread R9',
    strength: 'silent',
    text:
      "When the host's vectors are torn down, what is pending and what is in flight is lost; what is signalled while there " +
      'are none is lost too. Disabling tears down, and so does Function Mask, which the kernel does not know.',
  },
  {
    id: 'MSIX-POSTED-5',
    title: 'The kernel reads from its own tables',
    source: 'thread R8',
    strength: 'silent',
    text:
      "A read that the kernel answers is made of the entry's route and of the kernel's Mask Bit. It does not reach the " +
      'device.',
  },
  {
    id: 'MSIX-POSTED-6',
    title: 'A write to an unmasked entry is discarded',
    source: 'thread R7',
    strength: 'silent',
    text:
      'Address and data are written through an exit. The write is discarded if the entry is unmasked, by the record that ' +
      'counts; otherwise the route of an entry in use follows it at once.',
  },
];
