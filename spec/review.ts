/**
 * The comments of the review (R1 to R9) and the hazards of the patch (S1 to S7): the register of the numbers that code, tests and
 * reports cite. The review is of "KVM: Emulation MSI-X mask bits for assigned devices", kvm@vger.kernel.org, October 2010; the
 * hazards were found by reading the patch.
 */

/** One comment or hazard. */
export interface ReviewPoint {
  /** `R<n>` or `S<n>`. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** The register. */
export const REVIEW_POINTS: readonly ReviewPoint[] = [
  {
    id: 'R1',
    title: 'An entry is masked or unmasked, and nothing else',
    text: 'The standard knows only masked and unmasked entries. "Enabled" and "disabled" ones are what is left of pci_enable_msix() allocating all vectors at once.',
  },
  {
    id: 'R2',
    title: 'Address and data of a masked entry mean nothing',
    text: 'Zeros in address and data as a sign of "not in use" are out of the standard: behaviour must not depend on what a masked entry holds.',
  },
  {
    id: 'R3',
    title: 'The kernel learns MSI-X Enable and Function Mask as two plain bits',
    text: 'Userspace keeps configuration space, so it must tell the kernel.',
  },
  {
    id: 'R4',
    title: 'A message is injected from its address and data',
    text: 'No GSI and no routing table is needed for it; it became KVM_SIGNAL_MSI in 2012.',
  },
  {
    id: 'R5',
    title: 'The Mask Bit has one owner',
    text: 'Mask and unmask must be handled together, in one place; otherwise the records part.',
  },
  {
    id: 'R6',
    title: 'A read brings in the messages that are in flight',
    text: 'Reads must reach the device, or a message of an entry that was just masked comes after the read that should have flushed it.',
  },
  {
    id: 'R7',
    title: 'A write to an unmasked entry is discarded',
    text: 'The author of the patch proposed it; later systems found it wrong. It is latched, and applied at the next unmask.',
  },
  {
    id: 'R8',
    title: 'The kernel serves reads',
    text: 'A guest reads after every write of a Mask Bit, so the pair must be fast.',
  },
  {
    id: 'R9',
    title: 'A vector is added by disabling and enabling all of them',
    text: 'The author of the patch proposed it; it loses events of the others, and was mended 13 years later.',
  },
  {
    id: 'S1',
    title: 'A device that is registered is registered again',
    text: 'register_msix_mmio re-initialises a live device of the bus, and the base changes under it.',
  },
  {
    id: 'S2',
    title: 'Vectors are live before the page is on the bus',
    text: 'The page is registered after request_irq: in between, mask writes of live vectors still go to userspace.',
  },
  {
    id: 'S3',
    title: 'The page leaves the bus before the vectors are quiet',
    text: 'unregister comes before disable_irq_nosync: a vector in flight fires when nobody owns its mask.',
  },
  {
    id: 'S4',
    title: 'The base is a snapshot',
    text: 'The guest may move the BAR; there is no way to follow it, no check for overlaps, and no call to unregister.',
  },
  {
    id: 'S5',
    title: 'The structures have holes',
    text: 'u32, u64, u32, u64 differ between 32 and 64 bits, and hold bytes that nobody set.',
  },
  {
    id: 'S6',
    title: 'A flag of the machine is set by a vCPU',
    text: "msix_flags_enabled is of the whole machine, but a vCPU's KVM_ENABLE_CAP sets it.",
  },
  {
    id: 'S7',
    title: 'Disabled entries go to userspace, enabled ones stay in the kernel',
    text: 'So one field has two owners, against R5.',
  },
];
