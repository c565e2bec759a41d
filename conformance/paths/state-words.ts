/**
 * What an assigned device and its parts differ in, region by region, in the words of the design: who answers the page, what a vCPU does, what is in
 * flight. The names of states are the machine's, and no message has them.
 */
import { type Clause, tellEvent } from './story.ts';

/** A region that is in another state than it should be, by the machine's names. */
export interface StatesApart {
  readonly region: string;
  /** The vector, or the vCPU. */
  readonly number?: number;
  readonly got: string;
  readonly expected: string;
}

/** What the states of a region say after "is answered by", "is" or "has". */
const WORDS: Readonly<Record<string, string>> = {
  userspace: 'userspace',
  registering: 'userspace, on its way to the kernel',
  kernel: 'the kernel',
  returning: 'userspace, on its way back',
  removed: 'nobody',
  running: 'running the guest',
  void: 'stopped in an access that a reset or a removal has ended',
  opening: 'waiting until all vectors are built up',
  closing: 'waiting until all vectors are torn down',
  rebuilding: 'waiting until all vectors are torn down, to be built up again',
  placing: 'waiting until the page is on the bus',
  flying: 'a message in flight',
  none: 'no message in flight',
  masked: 'set',
  unmasked: 'clear',
};

/** What the subject of a region is, with its verb, before the words of its state; `#` is the vector or the vCPU. */
const SUBJECTS: Readonly<Record<string, readonly [subject: string, verb: string]>> = {
  ownership: ['the page', 'is answered by'],
  vcpu: ['vCPU #', 'is'],
  flight: ['vector #', 'has'],
  pending: ['the Pending bit of vector #', 'is'],
  mask: ["the host's Mask Bit of vector #", 'is'],
};

/** The words of a state; of an access that a vCPU is stopped in, `mask_0`, those of its event. What is told already stays as it is. */
function wordsOf(state: string): string {
  if (Object.hasOwn(WORDS, state)) return WORDS[state];
  return /^[a-z]+_/.test(state) ? `stopped where ${tellEvent(`guest.${state.replaceAll('_', '.')}`)}` : state;
}

/** Tells in what state a region is, and in which it should be. */
export function tellStates({ region, number = 0, got, expected }: StatesApart): Clause {
  const [subject, verb] = SUBJECTS[region] ?? [region, 'is'];
  return { subject: subject.replace('#', String(number)), got: `${verb} ${wordsOf(got)}`, expected: wordsOf(expected) };
}
