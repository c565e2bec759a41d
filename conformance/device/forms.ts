/**
 * The forms of access that are all lawful and mean the same, each with the rule that says so: whoever finds that a device takes one form and not another names
 * that rule, and no other. The plain one of each is a dword without ones in reserved bits; of Message Control, a write of it alone.
 */

import { type Dialect, DIALECTS, type Reserved } from './dialects.ts';

/** A form of access. */
export interface Form {
  /** The rule that says that it means what the plain one does. */
  readonly rule: string;
  /** What it says, as a clause. */
  readonly clause: string;
  /** The same dialect with another form in its place; the dialect itself where it has no such form. */
  readonly without: (dialect: Dialect) => Dialect;
}

const withoutOnes =
  (register: Reserved) =>
  (dialect: Dialect): Dialect =>
    dialect.ones.includes(register) ? { ...dialect, ones: dialect.ones.filter((each) => each !== register) } : dialect;
const withoutQword =
  (register: 'address' | 'data') =>
  (dialect: Dialect): Dialect =>
    dialect.qwords.includes(register)
      ? { ...dialect, qwords: dialect.qwords.filter((each) => each !== register) }
      : dialect;

/** The forms by what they are forms of. */
export const FORMS = {
  control: {
    rule: 'MSIX-CAP-8',
    clause: 'Every width of write to Message Control has the same effect',
    without: (dialect) => ({ ...dialect, control: DIALECTS[dialect.control.bytes === 2 ? 0 : 1].control }),
  },
  controlOnes: {
    rule: 'MSIX-CAP-3',
    clause: 'Ones in the reserved bits of Message Control have no effect',
    without: withoutOnes('control'),
  },
  address: {
    rule: 'MSIX-ACCESS-3',
    clause: 'Both halves of the address may be written as one QWORD',
    without: withoutQword('address'),
  },
  addressOnes: {
    rule: 'MSIX-TABLE-2',
    clause: 'The reserved bits of Message Address read as zero, and a write to them is ignored',
    without: withoutOnes('address'),
  },
  data: {
    rule: 'MSIX-ACCESS-4',
    clause: 'Data and Vector Control of a masked entry may be written as one QWORD',
    without: withoutQword('data'),
  },
  vectorControlOnes: {
    rule: 'MSIX-TABLE-4',
    clause: 'The reserved bits of Vector Control read as zero, and a write to them is ignored',
    without: withoutOnes('vectorControl'),
  },
} as const satisfies Readonly<Record<string, Form>>;
