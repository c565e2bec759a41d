/**
 * What a rule is. The rules themselves stand in the other files of this folder, one file an area.
 */

/**
 * How strongly the PCI Express Base Specification puts a rule.
 * `must` and `should` are its own; `permitted` grants a freedom; `undefined` leaves the result open, and `silent` says
 * nothing at all: for these two the rule is our choice.
 */
export type Strength = 'must' | 'should' | 'permitted' | 'undefined' | 'silent';

/** One rule of MSI-X. Rules are numbered within their area, and never renumbered. */
export interface Rule {
  /** `MSIX-<AREA>-<n>`; cited by machines, code, properties and tests. */
  readonly id: string;
  /** A clause of a few words, for tables. */
  readonly title: string;
  /** Where it stands: a section of the PCI Express Base Specification, or a message of the thread. */
  readonly source: string;
  readonly strength: Strength;
  /** The rule in our own words. */
  readonly text: string;
  /** What maskbit does where the specification leaves it open, and why. */
  readonly choice?: { readonly ours: string; readonly because: string; readonly others: string };
  /** Why no machine, code, property or test stands behind it, where none can. */
  readonly exempt?: string;
}
