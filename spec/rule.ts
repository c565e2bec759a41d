/**
 * What a rule is. The rules themselves stand in the other files of this folder, one file an area.
 */

/**
 * How strongly the PCI Express Base Specification puts a rule.
 * `must` and `should` are its own; `permitted` grants a freedom; `undefined` leaves the result open, and `silent` says
 * nothing at all. With these three the rule has a choice of ours, or the reason why there is none to make.
 */
export type Strength = 'must' | 'should' | 'permitted' | 'undefined' | 'silent';

/** What maskbit does where the specification leaves a rule open, or where systems differ over it. */
export interface Choice {
  /** What maskbit does. */
  readonly ours: string;
  /** Why it does that. */
  readonly because: string;
  /** What named systems do. */
  readonly others: string;
}

/** One rule of MSI-X. Rules are numbered within their area, and never renumbered. */
export interface Rule {
  /** `MSIX-<AREA>-<n>`; cited by machines, code, properties and tests. */
  readonly id: string;
  /** A clause of a few words, for tables. */
  readonly title: string;
  /**
   * Where it stands, or where one would look for it: `PCIe 6.1.4.5`, a section of the PCI Express Base Specification;
   * `maskbit`, our own interface; or `thread R2`, what came of the review, on kvm@vger.kernel.org in October 2010, of
   * "KVM: Emulation MSI-X mask bits for assigned devices":
   *
   *     R1  an entry is masked or unmasked, and nothing else
   *     R2  address and data of a masked entry mean nothing
   *     R3  the kernel learns MSI-X Enable and Function Mask as two plain bits
   *     R4  a message is injected from its address and data, without a routing table
   *     R5  the Mask Bit has one owner
   *     R6  a read brings in the messages that are in flight
   *     R7  a write to an unmasked entry is discarded; later systems found that wrong
   *     R8  the kernel serves reads, because a guest reads after every write of the Mask Bit
   *     R9  a vector is added by disabling and enabling all of them; later systems found that wrong
   */
  readonly source: string;
  readonly strength: Strength;
  /** The rule in our own words. */
  readonly text: string;
  readonly choice?: Choice;
  /** Why no machine, code, property or test stands behind it, where none can. */
  readonly exempt?: string;
}
