/**
 * The forms of claims that a cutoff decides for every number of members. A claim is given as a function of that number, so
 * that it can be seen whether it is about some members or about all of them at once.
 *
 * What the forms are, and why these, is in `README.md` beside this file.
 */
import type { ReadClaim, ReadPredicate, StepPredicate as StepPredicateOf } from '../decide/claim.ts';
import { type Condition, conditionOf } from '../export/symbolic.ts';
import type { GuardExpression } from '../machine/guard.ts';
import type { CheckedFamily } from './family.ts';
import { CutoffError, type MemberMap, type Names, textOfAll } from './instance.ts';

type StepPredicate = StepPredicateOf<ReadPredicate>;
type StepClaim = Extract<ReadClaim, { kind: 'step' }>;

/** More members than any claim is about that is not about all. */
const ABOUT_MAX = 2;
/** Two numbers of members, with others enough to see what a claim makes of them. */
const [MANY, MORE] = [ABOUT_MAX + 2, ABOUT_MAX + 3];

/** What the form of a claim comes to. */
export interface Formed {
  readonly name: string;
  /** How many members it is about: the first so many. */
  readonly about: number;
  /** How many members decide it for every number from `about` on. */
  readonly cutoff: number;
  /** The numbers of members at which machine and claim were seen to be written by one template. */
  readonly sizes: readonly number[];
}

/**
 * Looks at the form of a claim.
 * @param asked The number of members at which it is decided: there, too, it must say the same.
 * @throws {CutoffError} when no number of members decides it, with what stands in the way.
 * @throws {ArgumentError} when it is no claim.
 */
export function formOf(family: CheckedFamily, claimAt: (members: number) => ReadClaim, asked?: number): Formed {
  const { about, form } = aboutOf(family, claimAt, asked);
  const { claim } = strengthened(form.claim);
  const { name } = claim;
  const { sizes } = family;
  const isDeaf = family.hearing === undefined && !form.speaksOfOthers;
  if (isDeaf && (claim.kind !== 'step' || survivesStuttering(form, claim))) {
    return { name, about, cutoff: Math.max(1, about), sizes };
  }
  // The fairness of an event that others hear is itself a claim about one member.
  return { name, about, cutoff: claim.kind === 'leadsTo' ? Math.max(2, about + 1) : about + 1, sizes };
}

/** How many members a claim is about: the first so many, of whom it says something, while all others are alike to it. */
function aboutOf(
  family: CheckedFamily,
  claimAt: (members: number) => ReadClaim,
  asked = MORE,
): { readonly about: number; readonly form: Form } {
  const { name } = claimAt(MORE);
  const formAt = (members: number, told: string): Form => {
    const [names, claim] = [family.names(members), claimAt(members)];
    return orWithoutCutoff(`${told}, which cannot be read with ${members} members`, () => new Form(names, claim));
  };
  const form = formAt(MORE, name);
  const { about } = form;
  if (about > ABOUT_MAX) {
    throw new CutoffError(
      `Got ${name}, which speaks of ${about} members where there are ${MORE}: of all at once; expected a claim about ${ABOUT_MAX} at most.`,
    );
  }
  // With all others taken for one, it must be what it is where there is one.
  const sayAt = (members: number): string =>
    formAt(members, `${name}, about ${about} of the members`).textOf((member) => Math.min(member, about));
  const one = sayAt(about + 1);
  // What it says of others it cannot say where there is none.
  const least = form.speaksOfOthers ? about + 1 : about;
  for (const members of new Set([MANY, MORE, asked, ...family.sizes])) {
    if (members < least || sayAt(members) === one) continue;
    throw new CutoffError(
      `Got ${name}, which says, with the others taken for one, ${sayAt(members)} among ${members} members, and ${one} among ` +
        `${about + 1}; expected it to say the same.`,
    );
  }
  const odd = family
    .instance(Math.max(about + 1, 3))
    .sentences.find(
      ({ owner, outputs }) =>
        owner !== 'shared' && owner >= about && outputs.some((output) => form.outputs.has(output)),
    );
  if (odd === undefined) return { about, form };
  throw new CutoffError(
    `Got ${name}, about ${about} of the members, which asks for an output that others put out: ${odd.text}.`,
  );
}

/** Reads a claim. One that cannot be read, say because it names a state that is not there, has no cutoff. */
export function orWithoutCutoff<Result>(told: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof CutoffError || !(error instanceof RangeError)) throw error;
    throw new CutoffError(`Got ${told}: ${error.message}`, { cause: error });
  }
}

/** A claim about one machine of a family, as far as members go. */
class Form {
  readonly claim: ReadClaim;
  /** The outputs that it asks for. */
  readonly outputs = new Set<string>();
  /** The members of whom it says something that it does not say of the others. */
  private readonly spoken = new Set<number>();
  /** Of whom each list of alternatives says one thing. */
  private readonly lists: ReadonlySet<number>[] = [];
  private readonly names: Names;

  constructor(names: Names, claim: ReadClaim) {
    this.names = names;
    this.claim = claim;
    switch (claim.kind) {
      case 'invariant':
        for (const part of [claim.when, claim.holds]) this.noteState(part);
        break;
      case 'step':
        for (const part of [claim.when, claim.holds]) this.noteStep(part);
        break;
      case 'reach':
        this.noteState(claim.that);
        break;
      case 'leadsTo':
        for (const part of [claim.from, claim.to]) this.noteState(part);
        for (const { events } of claim.fairness) this.noteNames(events);
    }
  }

  /** The first members that it speaks of, while of all others it says the same. */
  get about(): number {
    const everyone = Array.from({ length: this.names.members }, (_, member) => member);
    const most = (of: Iterable<number>): number => 1 + Math.max(-1, ...of);
    // What a list says of the last it says of all others; those of whom it does not are told apart.
    const ofLists = this.lists.map((list) =>
      most(list.has(everyone.length - 1) ? everyone.filter((member) => !list.has(member)) : list),
    );
    return Math.max(most(this.spoken), ...ofLists);
  }

  /** Whether it says something of all others. */
  get speaksOfOthers(): boolean {
    return this.lists.some((list) => list.has(this.names.members - 1));
  }

  // ---- Of whom it speaks

  private noteState(predicate: ReadPredicate | undefined): void {
    if (typeof predicate === 'function') {
      throw new CutoffError(
        `Got a function of the state in ${this.claim.name}; expected an expression, of which can be seen whom it is about.`,
      );
    }
    if (predicate !== undefined) this.noteCondition(conditionOf(this.names.machine, predicate));
  }

  private noteCondition(condition: Condition): void {
    switch (condition.kind) {
      case 'is':
        for (const member of this.names.membersOf(condition.child)) this.spoken.add(member);
        return;
      case 'named':
        return this.noteCondition(this.names.guardNamed(condition.name));
      case 'not':
      case 'next':
        return this.noteCondition(condition.part);
      case 'and':
        for (const part of condition.parts) this.noteCondition(part);
        return;
      case 'or': {
        // That one of several shared states is active which name members: it may say so of all others.
        const isShared = (part: Condition) => part.kind === 'is' && this.names.ownerOf(part.child) === 'shared';
        for (const part of condition.parts) if (!isShared(part)) this.noteCondition(part);
        this.noteAlternatives(
          condition.parts.flatMap((part) =>
            part.kind === 'is' && isShared(part)
              ? [[this.names.pathOf(part.child, () => 0), this.names.membersOf(part.child)]]
              : [],
          ),
        );
      }
    }
  }

  private noteStep(predicate: StepPredicate | undefined): void {
    if (predicate === undefined) return;
    switch (predicate.kind) {
      case 'taken':
        return;
      case 'before':
      case 'after':
        return this.noteState(predicate.state);
      case 'event':
        return this.noteAlternatives(
          predicate.names.map((name) => [this.names.renamed(name, () => 0), this.names.mentioned(name)]),
        );
      case 'output':
        for (const name of predicate.names) this.outputs.add(name);
        return this.noteNames(predicate.names);
      case 'not':
        return this.noteStep(predicate.part);
      default:
        for (const part of predicate.parts) this.noteStep(part);
    }
  }

  private noteNames(names: readonly string[]): void {
    for (const member of names.flatMap((name) => this.names.mentioned(name))) this.spoken.add(member);
  }

  /** @param alternatives What is said, but of whom, and of whom. */
  private noteAlternatives(alternatives: readonly (readonly [string, readonly number[]])[]): void {
    const lists = new Map<string, Set<number>>();
    for (const [said, members] of alternatives) lists.set(said, new Set([...(lists.get(said) ?? []), ...members]));
    this.lists.push(...[...lists.values()].filter(({ size }) => size > 0));
  }

  // ---- What it says

  /** The claim as text, its members renamed. Parts and alternatives that are alike by then count once. */
  textOf(of: MemberMap): string {
    const { claim } = this;
    const state = (predicate: ReadPredicate | undefined): string => this.stateText(predicate, of);
    const step = (predicate: StepPredicate | undefined): string => this.stepText(predicate, of);
    switch (claim.kind) {
      case 'invariant':
        return `always if ${state(claim.when)} then ${state(claim.holds)}`;
      case 'step':
        return `in each step if ${step(claim.when)} then ${step(claim.holds)}`;
      case 'reach':
        return `at some time ${state(claim.that)}`;
      case 'leadsTo': {
        const fairness = claim.fairness.map(({ strength, events }) => `${strength} ${this.namesText(events, of)}`);
        return `after ${state(claim.from)} comes ${state(claim.to)}, given ${textOfAll('and', fairness)}`;
      }
    }
  }

  /** A predicate over states as text. Functions were refused before. */
  stateText(predicate: ReadPredicate | undefined, of: MemberMap): string {
    if (predicate === undefined) return 'anything';
    return this.names.textOf(conditionOf(this.names.machine, predicate as GuardExpression), of);
  }

  /** A predicate over steps as text. */
  stepText(predicate: StepPredicate | undefined, of: MemberMap): string {
    if (predicate === undefined) return 'anything';
    switch (predicate.kind) {
      case 'taken':
        return 'taken';
      case 'before':
      case 'after':
        return `${predicate.kind}(${this.stateText(predicate.state, of)})`;
      case 'event':
      case 'output':
        return `${predicate.kind}(${this.namesText(predicate.names, of)})`;
      case 'not':
        return `not(${this.stepText(predicate.part, of)})`;
      default:
        return textOfAll(
          predicate.kind,
          predicate.parts.map((part) => this.stepText(part, of)),
        );
    }
  }

  private namesText(names: readonly string[], of: MemberMap): string {
    return textOfAll(
      'or',
      names.map((name) => JSON.stringify(this.names.renamed(name, of))),
    );
  }
}

/**
 * A claim that says no less, and does not ask whether an event is taken: any member may take it. Where that is a part of the premise
 * it is left out.
 */
export function strengthened(claim: ReadClaim): {
  readonly claim: ReadClaim;
  readonly stripped: ReadonlySet<Stripped>;
} {
  const stripped = new Set<Stripped>();
  if (claim.kind !== 'step') return { claim, stripped };
  const { when } = claim;
  const without = (predicate: StepPredicate, isPremise: boolean, where: readonly Stripped[]): StepPredicate => {
    switch (predicate.kind) {
      case 'taken':
        stripped.add(where[0]);
        return isPremise ? { kind: 'and', parts: [] } : { kind: 'or', parts: [] };
      case 'not':
        return { kind: 'not', part: without(predicate.part, !isPremise, where.toReversed()) };
      case 'and':
      case 'or':
        return { kind: predicate.kind, parts: predicate.parts.map((part) => without(part, isPremise, where)) };
      default:
        return predicate;
    }
  };
  const stronger: ReadClaim = {
    ...claim,
    ...(when === undefined ? {} : { when: without(when, true, ['premise', 'negated premise']) }),
    holds: without(claim.holds, false, ['conclusion', 'conclusion']),
  };
  return { claim: stripped.size === 0 ? claim : stronger, stripped };
}

/** Where a claim asks whether an event is taken. */
export type Stripped = 'premise' | 'negated premise' | 'conclusion';

/** More conditions than a claim should have for all of their cases to be gone through. */
const CASES_MAX = 12;

/**
 * Whether steps of members that it is not about make no difference to a claim about steps. They change nothing that it sees, and have an event that it
 * does not know. It must be true of all of them; and if it has a premise, none may satisfy it, for a machine without other members may have no
 * step that does.
 */
function survivesStuttering(form: Form, { when, holds }: StepClaim): boolean {
  const same: MemberMap = (member) => member;
  const atoms = new Map<string, number>();
  const read = (predicate: StepPredicate): ((cases: number) => boolean) => {
    switch (predicate.kind) {
      case 'before':
      case 'after': {
        const text = form.stateText(predicate.state, same);
        const atom = atoms.get(text) ?? atoms.size;
        atoms.set(text, atom);
        return (cases) => ((cases >>> atom) & 1) === 1;
      }
      case 'event':
      case 'output':
      case 'taken':
        return () => false;
      case 'not': {
        const part = read(predicate.part);
        return (cases) => !part(cases);
      }
      default: {
        const parts = predicate.parts.map(read);
        return predicate.kind === 'and'
          ? (cases) => parts.every((part) => part(cases))
          : (cases) => parts.some((part) => part(cases));
      }
    }
  };
  const asked = read(when ?? holds);
  if (atoms.size > CASES_MAX) return false;
  return Array.from({ length: 2 ** atoms.size }, (_, cases) => cases).every(
    (cases) => asked(cases) === (when === undefined),
  );
}
