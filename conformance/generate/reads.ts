/**
 * What a guest can read of one vector, in every width: reads as steps of a path, and in words.
 */
import type { Request } from '../device/device.ts';

/** A read of a register. */
export type ReadRequest = Request & { readonly verb: 'configRead' | 'tableRead' | 'pbaRead' };

/** How many reads there are of a vector. */
export const READS = 11;

/** Every read of a vector and of Message Control. The rest of the capability is not MSI-X's to say. */
export function readsOf(vector: number): readonly ReadRequest[] {
  const entry = 16 * vector;
  return [
    { verb: 'configRead', offset: 2, bytes: 2 },
    { verb: 'configRead', offset: 2, bytes: 1 },
    { verb: 'configRead', offset: 3, bytes: 1 },
    { verb: 'tableRead', offset: entry, bytes: 8 },
    { verb: 'tableRead', offset: entry + 8, bytes: 8 },
    { verb: 'tableRead', offset: entry, bytes: 4 },
    { verb: 'tableRead', offset: entry + 4, bytes: 4 },
    { verb: 'tableRead', offset: entry + 8, bytes: 4 },
    { verb: 'tableRead', offset: entry + 12, bytes: 4 },
    { verb: 'pbaRead', offset: 4 * (vector >>> 5), bytes: 4 },
    { verb: 'pbaRead', offset: 8 * (vector >>> 6), bytes: 8 },
  ];
}

/** What is read, by the place of its read in `readsOf`. */
const WORDS = [
  ...['Message Control', 'the lower byte of Message Control', 'the upper byte of Message Control'],
  ...['the address as a QWORD', 'data and Vector Control as a QWORD'],
  ...['the lower address', 'the upper address', 'the data', 'Vector Control'],
  ...['the Pending bits as a dword', 'the Pending bits as a QWORD'],
];

/** A read as a clause: by its place in `readsOf`, and the vector where there are several. */
export function readSentence(number: number, vector: number | undefined): string {
  const of = vector === undefined || number < 3 ? '' : ` of vector ${vector}`;
  return `the guest reads ${WORDS[number]}${of}`;
}
