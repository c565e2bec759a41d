/**
 * The levels at which the real path can be driven. Kept apart, so that the command line can name them without what drives them.
 */

/** How much of the real path is driven. */
export const LEVELS = ['guest', 'vfio', 'vfio-mask', 'kvm'] as const;
export type Level = (typeof LEVELS)[number];

/** What each level is, as a clause behind the name of a device. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  guest: 'as the guest of QEMU sees it',
  vfio: 'by vfio-pci alone, whose event descriptors are changed at each mask, as QEMU does',
  'vfio-mask': 'by vfio-pci alone, masked by the Mask Bit of the physical table',
  kvm: "by KVM's irqfd and routing alone",
};
