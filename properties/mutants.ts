/**
 * The properties held against the mutants of the machines: each property must be broken by one, and each mutant must break
 * a property, or be listed here with the reason why it cannot.
 */
import { compile } from '../checker/compile/compile.ts';
import { explore } from '../checker/explore/explore.ts';
import { type Mutant, mutate } from '../checker/machine/mutate.ts';
import { decideProperties } from '../checker/decide/property.ts';
import { functionEvents, READ, readEvent } from '../machines/alphabet.ts';
import { createFunction } from '../machines/function.ts';
import { HALVES, type MessageSet, TWO } from '../machines/messages.ts';
import { MACHINE_PROPERTIES } from './machines.ts';
import { machineView } from './view.ts';

/** A family of mutants that break no property, and why that is right. */
export interface Survivors {
  readonly name: RegExp;
  readonly because: string;
}

export const SURVIVORS: readonly Survivors[] = [
  {
    name: /\[\w+Holding\.0\.(A|address1data1)\]: guard without vector0\.entry\.\1$/,
    because: 'It is the last message tried: the entry holds it whenever none before it was held.',
  },
  {
    name: /force\.(\w+) on device\.signal\.0: target \1$/,
    because: 'A transition back to its own state does what the transition without a target does.',
  },
  {
    name: /transit\.(\w+) on .*\.\1\]: target dropped$/,
    because: 'The message that follows the same message in transit leaves the region as it was.',
  },
  {
    name: /transit\.\w+ on fabric\.arrive\.0: transition dropped$/,
    because: 'That a message arrives at last is liveness: no step is wrong while it does not.',
  },
  {
    name: /force\.(\w+) on device\.refresh\.0 .*: (?:transition dropped|target \1)$/,
    because: 'Reading an entry again early is a freedom of the function, which it need not use (MSIX-MSG-1).',
  },
];

/** What came of one mutant: the properties that it breaks, in their order. */
export interface MutantVerdict {
  readonly mutant: string;
  readonly broken: readonly string[];
  /** Why it breaks none, where that is expected. */
  readonly because?: string;
}

/** Decides the properties of a function for one of its mutants. */
export function judge({ mutant: { name, machine }, vectors, messages, channel }: JudgedMutant): MutantVerdict {
  // A mutant may reach states that the machine does not, but never more than all combinations of its regions.
  const graph = explore(compile(machine, functionEvents(vectors, messages, channel))).graph();
  const verdicts = decideProperties(graph, MACHINE_PROPERTIES, machineView(vectors, messages), vectors);
  const broken = verdicts.filter(({ result }) => result === 'fails').map(({ property }) => property.name);
  return { mutant: name, broken, because: SURVIVORS.find((each) => each.name.test(name))?.because };
}

/** A mutant of `function`, with the bounds of its instance. */
export interface JudgedMutant {
  readonly mutant: Mutant;
  readonly vectors: number;
  readonly messages: MessageSet;
  readonly channel: boolean;
}

/**
 * Yields the mutants that the properties are held against: every one of `function` with one vector, and with halves of
 * messages, which alone can be torn. With two vectors, those of the first that listen to the second too; with a channel, those
 * of the channel, on reads too. The other regions are the same there as before, and so are their mutants.
 */
export function* functionMutants(): Generator<JudgedMutant> {
  const one = { vectors: 1, messages: TWO, channel: false };
  for (const mutant of mutate(createFunction(one), () => functionEvents(1, TWO))) yield { mutant, ...one };
  const halves = { vectors: 1, messages: HALVES, channel: false };
  for (const mutant of mutate(createFunction(halves))) yield { mutant, ...halves };
  const two = { vectors: 2, messages: TWO, channel: false };
  const neighbour = (event: string): string[] =>
    readEvent(event).vector === 0 ? [event.replace(/\.0(?=\.|$)/, '.1')] : [];
  for (const mutant of mutate(createFunction(two), neighbour)) {
    if (mutant.name.includes(': also on ')) yield { mutant, ...two };
  }
  const channel = { vectors: 1, messages: TWO, channel: true };
  for (const mutant of mutate(createFunction(channel), () => [READ])) {
    if (mutant.name.startsWith('vector0.transit.') || mutant.name.includes('device.refresh'))
      yield { mutant, ...channel };
  }
}
