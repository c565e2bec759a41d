/**
 * Which wrong devices of the museum each strategy of `maskbit generate` catches: the table of docs/generate.md, written by `npm run strategies`.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { writeWhole } from '../cli/whole.ts';
import { Consumer } from '../conformance/generate/consume.ts';
import type { StrategyName } from '../conformance/generate/names.ts';
import { READS } from '../conformance/generate/reads.ts';
import { STRATEGIES } from '../conformance/generate/strategies.ts';
import { Suite, type SuiteTest } from '../conformance/generate/suite.ts';
import { MUSEUM, type Piece, PlainDevice } from '../conformance/museum/index.ts';

/** The strategies of the table, in order of cost, and with how many vectors each is taken. More would be files of a hundred megabytes. */
export const ROWS: readonly { readonly strategy: StrategyName; readonly most: number }[] = [
  { strategy: 'states', most: 2048 },
  { strategy: 'guards', most: 2048 },
  { strategy: 'tour', most: 2048 },
  { strategy: 'transitions', most: 2048 },
  { strategy: 'reads', most: 1 },
  { strategy: 'pairs', most: 1 },
  { strategy: 'triples', most: 1 },
  { strategy: 'complete', most: 1 },
  { strategy: 'walks', most: 2 },
];

/** How many vectors a piece is tried with. */
const vectorsOf = ({ vectors = 1 }: Piece): number => vectors;
/** What is beyond test vectors: who is told of use and release is no guest. */
export const TRIED: readonly Piece[] = MUSEUM.filter(
  ({ rules }) => !rules.every((rule) => rule.startsWith('MSIX-NOTIFY')),
);

const suites = new Map<number, Suite>();

/** The tests of a strategy for a number of vectors. */
export function* testsOf(strategy: StrategyName, vectors: number): Generator<SuiteTest> {
  const suite = suites.get(vectors) ?? new Suite({ vectors });
  suites.set(vectors, suite);
  const { graph, read } = suite.machine;
  const set = STRATEGIES[strategy](graph, { read, reads: vectors === 2 ? 2 * READS : READS });
  let number = 0;
  for (const place of suite.places) for (const path of set.make()) yield suite.make(path, ++number, place);
}

/** A piece that was caught, and how many events it took until then. */
export interface Caught {
  readonly name: string;
  readonly events: number;
}

/** The pieces that a strategy catches, of those with so many vectors. Who has its tests already hands them over. */
export function caughtBy(
  strategy: StrategyName,
  vectors: number,
  tests: Iterable<SuiteTest> = testsOf(strategy, vectors),
): Caught[] {
  const open = new Map(
    TRIED.filter((piece) => vectorsOf(piece) === vectors).map((piece) => {
      const Wrong = piece.device(PlainDevice);
      return [piece.name, new Consumer(() => new Wrong({ vectorCount: vectors }))];
    }),
  );
  const caught: Caught[] = [];
  let events = 0;
  for (const test of tests) {
    events += test.requests.filter((request) => !/^(messages|hello|\S+-read)/.test(request)).length;
    for (const [name, consumer] of open) {
      if (consumer.passes(test)) continue;
      caught.push({ name, events });
      open.delete(name);
    }
    if (open.size === 0) break;
  }
  return caught;
}

/** Whether a right device of the museum passes tests of so many vectors. */
export function isPassedByPlain(vectors: number, tests: Iterable<SuiteTest>): boolean {
  const consumer = new Consumer(() => new PlainDevice({ vectorCount: vectors }));
  for (const test of tests) if (!consumer.passes(test)) return false;
  return true;
}

const [BEGIN, END] = ['<!-- strategies: begin (npm run strategies) -->\n', '<!-- strategies: end -->'];

/** Why no test vector shows a piece that none catches. */
const RESERVED = 'no test writes reserved bits';
const NARROW = 'no test writes 1 or 2 bytes of the table, or off its dwords: the standard leaves open what that does';
const CONSTANT = 'no test writes what cannot be written';
const BYTES = 'no test reads less than a dword: the standard leaves open what that returns';
const LOW = 'every address of the tests is below 4 GiB';
const ZERO = 'it takes a message of zero, and no test lets one out';
const ONE = 'tests of several vectors act upon one, and the others rest';
export const BEYOND: Readonly<Record<string, string>> = {
  'masks-its-equals': 'no two entries of the tests are equal',
  'whole-word-is-the-mask': RESERVED,
  'reserved-control-bits-kept': RESERVED,
  'table-size-can-be-written': RESERVED,
  'data-zero-is-unused': 'no message of the tests has data of zero and another address than zero',
  'data-zero-at-enable': 'no message of the tests has data of zero and another address than zero',
  'upper-address-not-sent': LOW,
  'address-is-48-bits': LOW,
  'upper-address-wiped-by-mask': LOW,
  'qword-address-upper-half-ignored': LOW,
  'third-open-vector-is-lost': ONE,
  'unknown-is-entry-zero': ZERO,
  'zero-marks-a-free-slot': 'no test that is short writes another entry while entry 0 has data of zero, and reads both',
  'control-before-data': 'no test writes new data and unmasks in one QWORD while an event waits',
  'byte-write-panics': NARROW,
  'unaligned-write-spills': NARROW,
  'word-write-reaches-the-mask': NARROW,
  'pba-write-panics': 'no test writes the Pending Bit Array: the standard leaves open what that does',
  'low-byte-is-control': CONSTANT,
  'next-pointer-can-be-written': CONSTANT,
  'table-offset-can-be-written': CONSTANT,
  'byte-read-panics': BYTES,
  'byte-poll-clears': BYTES,
  'masking-one-ends-the-watch': ONE,
  'vector-2047-masks-vector-1023': ONE,
  'eight-events-overflow':
    'it takes eight events of a blocked vector, and none sent or retired in between: no sequence of three has that, and none of the walks',
};

function table(): string {
  const kinds = [
    { head: 'one vector', has: (vectors: number) => vectors === 1 },
    { head: 'two', has: (vectors: number) => vectors === 2 },
    { head: 'three and more', has: (vectors: number) => vectors > 2 },
  ];
  const counts = [...new Set(TRIED.map(vectorsOf))].toSorted((a, b) => a - b);
  const missed = new Set(TRIED.map(({ name }) => name));
  const rows = ROWS.map(({ strategy, most }) => {
    const cells = kinds.map(({ has }) => {
      const tried = counts.filter((vectors) => has(vectors) && vectors <= most);
      if (tried.length === 0) return '';
      const caught = tried.flatMap((vectors) => caughtBy(strategy, vectors));
      for (const { name } of caught) missed.delete(name);
      return `${caught.length} of ${TRIED.filter((piece) => tried.includes(vectorsOf(piece))).length}`;
    });
    process.stderr.write(`${strategy}: ${cells.join(', ')}\n`);
    return `| \`${strategy}\` | ${cells.join(' | ')} |`;
  });
  const names = [...missed].map((name) => `\`${name}\``);
  const none =
    names.length === 0 ? 'Each is caught by some strategy.' : `Caught by none ([why](museum.md)): ${names.join(', ')}.`;
  return `\n| strategy | ${kinds.map(({ head }) => head).join(' | ')} |\n|---|---|---|---|\n${rows.join('\n')}\n\n${none}\n\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const document = 'docs/generate.md';
  const text = readFileSync(document, 'utf8');
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeWhole(document, text.slice(0, from) + table() + text.slice(to));
}
