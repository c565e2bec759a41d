/**
 * The dialects: which of the lawful accesses each event of a machine is (MSIX-CAP-8, MSIX-ACCESS-3 to 5), by the widths that a guest uses and what it leaves in
 * bits that are reserved. A module of its own, so that a page which tells messages in registers need not load it.
 */

/** A register that has bits which are reserved or read-only. */
export type Reserved = 'control' | 'address' | 'vectorControl';

/** How a guest accesses the function: the widths that it uses, and what it leaves in reserved and read-only bits. */
export interface Dialect {
  readonly name: string;
  /** Where and how wide Message Control is written. */
  readonly control: { readonly offset: number; readonly bytes: number };
  /** Which are written as QWORDs where that is lawful: both halves of the address; data with Vector Control. */
  readonly qwords: readonly ('address' | 'data')[];
  /** Where ones are written to bits that are reserved or read-only; zeros elsewhere. */
  readonly ones: readonly Reserved[];
}

/** The dialects that every path is driven in. */
export const DIALECTS: readonly Dialect[] = [
  { name: 'dwords', control: { offset: 0, bytes: 4 }, qwords: [], ones: [] },
  { name: 'word and QWORDs', control: { offset: 2, bytes: 2 }, qwords: ['address', 'data'], ones: [] },
  {
    name: 'byte, reserved bits set',
    control: { offset: 3, bytes: 1 },
    qwords: ['address', 'data'],
    ones: ['control', 'address', 'vectorControl'],
  },
];
