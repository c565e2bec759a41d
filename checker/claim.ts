/**
 * What is claimed of a machine to another checker, as plain data: it can be printed, which a predicate in JavaScript cannot.
 */
import type { GuardExpression } from './guard.ts';

/**
 * A proposition about a point of a run: a guard over its state, whether one of some events led there, or whether the step
 * there put out an output. At the first point no event did, and nothing was put out.
 */
export type Proposition =
  | GuardExpression
  | { readonly kind: 'event'; readonly events: readonly string[] }
  | { readonly kind: 'output'; readonly output: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Proposition[] }
  | { readonly kind: 'not'; readonly part: Proposition };

/**
 * That some events, taken together, are not put off for ever. `weak`: where one of them can be taken all the time, one is
 * taken again and again. `strong`: where one can be taken again and again. Ignored events are not taken.
 */
export interface Fairness {
  readonly strength: 'weak' | 'strong';
  readonly events: readonly string[];
}

interface Named {
  /** A letter, then letters and digits: what the claim is called in the printed model. */
  readonly name: string;
  /** What is claimed, as a sentence. */
  readonly title: string;
}

/** A claim about every run. A run may stop anywhere, if fairness does not forbid it. */
export type Claim =
  | (Named & { readonly kind: 'invariant'; readonly holds: Proposition })
  | (Named & {
      readonly kind: 'leadsTo';
      readonly from: Proposition;
      readonly to: Proposition;
      readonly fairness: readonly Fairness[];
    })
  | (Named & { readonly kind: 'eventually'; readonly to: Proposition; readonly fairness: readonly Fairness[] });

/** What claims speak of besides the state. */
export interface Watched {
  readonly events: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

/**
 * Returns what claims speak of besides the state.
 * @throws {RangeError} when a name cannot be printed, or is there twice, or when an event is not in the alphabet.
 */
export function watchedBy(claims: readonly Claim[], alphabet: readonly string[]): Watched {
  const names = claims.map(({ name }) => name);
  const refused = names.find((name, index) => !/^[A-Za-z][A-Za-z0-9]*$/.test(name) || names.indexOf(name) !== index);
  if (refused !== undefined) {
    throw new RangeError(
      `Got a claim called '${refused}'; expected a letter, then letters and digits, each name once.`,
    );
  }
  const atoms = claims.flatMap(propositionsOf).flatMap(atomsOf);
  const fair = claims.flatMap((claim) => (claim.kind === 'invariant' ? [] : claim.fairness));
  const events = [
    ...atoms.flatMap((atom) => (atom.kind === 'event' ? atom.events : [])),
    ...fair.flatMap((each) => each.events),
  ];
  const unknown = events.find((event) => !alphabet.includes(event));
  if (unknown !== undefined) {
    throw new RangeError(`Got a claim about the event '${unknown}'; expected one of ${alphabet.join(', ')}.`);
  }
  const outputs = atoms.flatMap((atom) => (atom.kind === 'output' ? [atom.output] : []));
  return { events: new Set(events), outputs: new Set(outputs) };
}

function propositionsOf(claim: Claim): Proposition[] {
  switch (claim.kind) {
    case 'invariant':
      return [claim.holds];
    case 'leadsTo':
      return [claim.from, claim.to];
    case 'eventually':
      return [claim.to];
  }
}

function atomsOf(proposition: Proposition): Proposition[] {
  if ('parts' in proposition) return proposition.parts.flatMap(atomsOf);
  return 'part' in proposition ? atomsOf(proposition.part) : [proposition];
}
