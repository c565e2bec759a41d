/**
 * The properties held against the mutants of the machines: each property must be broken by one, and each mutant must break
 * a property, or be listed here with the reason why it cannot.
 */
import type { AnyStateMachine } from 'xstate';
import { enumerate } from '../checker/enumerate.ts';
import { type Mutant, mutate } from '../checker/mutate.ts';
import { decideProperties } from '../checker/property.ts';
import { functionEvents, readEvent } from '../machines/alphabet.ts';
import { createFunction } from '../machines/function.ts';
import { type MessageSet, TWO } from '../machines/messages.ts';
import { FUNCTION_PROPERTIES } from './function.ts';
import { machineView } from './view.ts';

/** A family of mutants that no property can tell from the machine, and why that is right. */
export interface Survivors {
  readonly name: RegExp;
  readonly because: string;
}

export const SURVIVORS: readonly Survivors[] = [
  {
    name: /\[(openHolding|unmaskedHolding)\.0\.A\]: guard without vector0\.entry\.A$/,
    because: 'A is the last message tried: the entry holds it whenever none before it was held.',
  },
  {
    name: /force\.(\w+) on device\.signal\.0: target \1$/,
    because: 'A transition back to its own state does what the transition without a target does.',
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
export function judge({ name, machine }: Mutant, vectors: number, messages: MessageSet): MutantVerdict {
  // A mutant may reach states that the machine does not, but never more than all combinations of its regions.
  const graph = enumerate(machine, functionEvents(vectors, messages));
  const verdicts = decideProperties(graph, FUNCTION_PROPERTIES, machineView(vectors, messages), vectors);
  const broken = verdicts.filter(({ result }) => result === 'fails').map(({ property }) => property.name);
  return { mutant: name, broken, because: SURVIVORS.find((each) => each.name.test(name))?.because };
}

/**
 * Yields the mutants that the properties are held against: every one of `function` with one vector, and those of its first
 * vector with two vectors that listen to the second one too.
 */
export function* functionMutants(): Generator<{ readonly mutant: Mutant; readonly vectors: number }> {
  const events = functionEvents(1, TWO);
  const one: AnyStateMachine = createFunction({ vectors: 1, messages: TWO });
  for (const mutant of mutate(one, () => events)) yield { mutant, vectors: 1 };
  const two: AnyStateMachine = createFunction({ vectors: 2, messages: TWO });
  const neighbour = (event: string): string[] =>
    readEvent(event).vector === 0 ? [event.replace(/\.0(?=\.|$)/, '.1')] : [];
  for (const mutant of mutate(two, neighbour)) {
    if (mutant.name.includes(': also on ')) yield { mutant, vectors: 2 };
  }
}
