/**
 * Claims decided for every number of members, by an exploration of the machine with a few of them.
 *
 * What is said rests on the theorem in `README.md` beside this file, on its premise, which `family.ts` checks, and on the forms of `form.ts`.
 */
import type { AnyStateNode, StateValue } from 'xstate';
import { copyOf, requireCount, requireFunction, requireList, requireOneOf, within } from '../argument/argument.ts';
import { packNodes } from '../compile/layout.ts';
import type { Claim, Decision, ReadClaim } from '../decide/claim.ts';
import { decide } from '../decide/decide.ts';
import { readClaim } from '../decide/read-claim.ts';
import { type Exploration, requireExploration } from '../explore/explore.ts';
import type { Condition } from '../export/symbolic.ts';
import type { GuardExpression } from '../machine/guard.ts';
import { initialNodes } from '../machine/transition-sets.ts';
import { CHECKED_FAMILY, type CheckedFamily, MEMBERS_MAX } from './family.ts';
import { formOf, type Formed, strengthened, type Stripped } from './form.ts';
import { CutoffError, type Instance } from './instance.ts';

/** A claim about a machine with so many members. */
export type ClaimAt = (members: number) => Claim;

/** What a claim comes to for every number of members. */
export interface EveryVerdict {
  /**
   * What it comes to with every number of members from the cutoff on. What holds of all states, steps or runs holds of every number that
   * it is about; that something can be reached is said from the cutoff on.
   */
  readonly result?: Decision['result'];
  /** How many members it is about, and how many decide it. */
  readonly about?: number;
  readonly cutoff?: number;
  /** The numbers of members at which machine and claim were seen to be written by one template. */
  readonly sizes?: readonly number[];
  /** What stands in the way, as a sentence, where nothing can be said of other numbers. */
  readonly because?: string;
}

/**
 * Finds how many members decide a claim for every number of them.
 * @throws {CutoffError} when no number does, with what stands in the way.
 */
export function cutoffOf(family: CheckedFamily, claimAt: ClaimAt): Pick<Formed, 'about' | 'cutoff'> {
  const { about, cutoff } = formOf(
    CHECKED_FAMILY.require('family of cutoffOf', family),
    readClaimAt('claimAt of cutoffOf', claimAt),
  );
  return { about, cutoff };
}

/**
 * Decides claims for every number of members, in one go.
 * @param exploration Of the machine with `members` members. It may begin elsewhere and leave events out: what is said is then of machines that
 * begin alike, and in which those events never happen, of others those that are left out of the one that stands for them.
 * @param known What claims come to on that exploration, by name, where it was decided before.
 */
export function decideEvery(
  family: CheckedFamily,
  exploration: Exploration,
  members: number,
  claims: readonly ClaimAt[],
  known: Readonly<Record<string, Decision['result']>> = {},
): EveryVerdict[] {
  const checked = CHECKED_FAMILY.require('family of decideEvery', family);
  requireExploration('exploration of decideEvery', exploration);
  requireCount('members of decideEvery', members, MEMBERS_MAX);
  const results = copyOf('known of decideEvery', known, 'results of claims, by name');
  const place = 'claims of decideEvery';
  const asked = requireList(place, claims, readClaimAt).map((claimAt) =>
    questionOf(checked, exploration, members, claimAt),
  );
  const given = (question: Question): Decision['result'] | undefined =>
    results[question.original.name] === undefined
      ? undefined
      : requireOneOf(within('known of decideEvery', question.original.name), results[question.original.name], RESULTS);
  const open = asked.flatMap((question): readonly ReadClaim[] => {
    if ('because' in question) return [];
    const { original, claim, invariants } = question;
    const isKnown = given(question) !== undefined;
    return [...(isKnown ? [] : [original]), ...(claim === original ? [] : [claim]), ...invariants];
  });
  const found = new Map(decide(exploration, open as Claim[]).map(({ result }, index) => [open[index], result]));
  return asked.map((question) => {
    if ('because' in question) return question;
    const { formed, original, claim, stripped, invariants } = question;
    const result = given(question) ?? found.get(original);
    const verdict = (comesTo: Decision['result'] | undefined): EveryVerdict => ({
      result: comesTo,
      about: formed.about,
      cutoff: formed.cutoff,
      sizes: formed.sizes,
    });
    const odd = invariants.find((each) => found.get(each) === 'fails');
    if (odd !== undefined) {
      return {
        because: `fairness is assumed of an event that other members take where nothing shared does: ${odd.title}.`,
      };
    }
    if (invariants.some((each) => found.get(each) === 'open')) return verdict('open');
    if (claim === original) return verdict(result);
    // The claim without 'taken' says no less, and its premise is satisfied wherever that of the claim is.
    const without = found.get(claim);
    if (without === 'n/a' || without === 'open') return verdict(without);
    if (without !== 'holds') {
      return { because: 'it asks whether an event is taken, which any member may do, and does not hold without' };
    }
    if (!stripped.has('premise') && !stripped.has('negated premise')) return verdict('holds');
    if (result === 'open') return verdict('open');
    if (result === 'holds' && !stripped.has('negated premise')) return verdict('holds');
    return {
      because:
        result === 'holds'
          ? 'its premise asks for an event that is not taken, which any member may do'
          : `its premise asks for an event that is taken, and is not satisfied with ${members} members; with more it may be`,
    };
  });
}

const RESULTS = ['holds', 'fails', 'n/a', 'open'] as const;

function readClaimAt(place: string, claimAt: unknown): (members: number) => ReadClaim {
  const given = requireFunction(place, claimAt);
  return (members) => readClaim(`what ${place} gives for ${members}`, given(members));
}

/** What is to be decided for a claim. */
interface Question {
  readonly formed: Formed;
  readonly original: ReadClaim;
  /** What is decided in its place, where it asks whether an event is taken; and where it does. */
  readonly claim: ReadClaim;
  readonly stripped: ReadonlySet<Stripped>;
  readonly invariants: readonly ReadClaim[];
}

function questionOf(
  family: CheckedFamily,
  exploration: Exploration,
  members: number,
  claimAt: (members: number) => ReadClaim,
): Question | { readonly because: string } {
  try {
    const formed = formOf(family, claimAt, members);
    if (members < formed.cutoff) {
      const why =
        family.hearing === undefined ? 'another one does something' : `members hear of each other, ${family.hearing}`;
      throw new CutoffError(`it is decided with ${members}, and its cutoff is ${formed.cutoff}: ${why}`);
    }
    const { machine, events, without, name } = exploration.compiled;
    const instance = family.requireMachine(machine, members, { events: [...events, ...without], name });
    const original = claimAt(members);
    const { claim, stripped } = strengthened(original);
    const invariants = claim.kind === 'leadsTo' ? enabledAlike(exploration, family, instance, claim) : [];
    return { formed, original, claim, stripped, invariants };
  } catch (error) {
    if (!(error instanceof CutoffError)) throw error;
    return { because: error.message };
  }
}

// ---- Fairness

/**
 * Whether an event is enabled must show in what the claim sees, whatever other members would take it too: where a member takes one of which
 * fairness is assumed, what is shared takes it as well. That is an invariant about one member.
 */
function enabledAlike(
  exploration: Exploration,
  family: CheckedFamily,
  instance: Instance,
  claim: Extract<ReadClaim, { kind: 'leadsTo' }>,
): ReadClaim[] {
  const { members, sentences } = instance;
  const everyone = Array.from({ length: members }, (_, member) => member);
  // Of each event by itself: of several, one that another member takes would pass for one that is taken here.
  const fair = new Set(claim.fairness.flatMap(({ events }) => events));
  const invariants = [...fair].flatMap((name) => {
    const shared = sentences.filter(({ owner, event }) => owner === 'shared' && event === name);
    return everyone.flatMap((member): ReadClaim[] => {
      const heard = sentences.filter(
        ({ owner, event }) => owner === member && event === name && !instance.mentioned(event).includes(member),
      );
      if (heard.length === 0) return [];
      const parts: GuardExpression[] = [
        { kind: 'not', part: anyOf(heard) },
        ...(shared.length === 0 ? [] : [anyOf(shared)]),
      ];
      return [{ kind: 'invariant', name: 'EnabledAlikeInv', title: heard[0].text, holds: { kind: 'or', parts } }];
    });
  });
  invariants.push(...leftOutAlike(family, instance, fair));
  if (invariants.length > 0) requireAllAlike(exploration, instance);
  return invariants;
}

/**
 * The same of regions that were left out. They may be in any state: where one of them may take an event of which fairness is assumed, what is
 * shared must take it, or the member itself, if the event names it.
 */
function leftOutAlike(family: CheckedFamily, instance: Instance, fair: ReadonlySet<string>): ReadClaim[] {
  const everyone = Array.from({ length: instance.members }, (_, member) => member);
  if (everyone.every((member) => instance.regionsOf(member).every((region) => region !== undefined))) return [];
  const whole = family.instance(instance.members);
  const present = new Set(everyone.flatMap((member) => instance.regionsOf(member)));
  const isLeftOut = (node: AnyStateNode): boolean => {
    const region = whole.regionOf(node);
    return region !== undefined && !present.has(region);
  };
  return whole.sentences
    .filter(({ region, event }) => region !== undefined && !present.has(region) && fair.has(event))
    .map(({ owner, event, condition, text }): ReadClaim => {
      const named = instance.mentioned(event).includes(owner as number);
      const taken = instance.sentences.filter(
        (each) => each.event === event && (each.owner === 'shared' || (named && each.owner === owner)),
      );
      const may = weakened(whole, condition, isLeftOut, true);
      const parts: GuardExpression[] = [{ kind: 'not', part: may }, anyOf(taken)];
      return { kind: 'invariant', name: 'EnabledAlikeInv', title: text, holds: { kind: 'or', parts } };
    });
}

/** A condition that asks nothing of some states: it holds wherever the condition may hold, or only where it must. */
function weakened(
  names: Instance,
  condition: Condition,
  isUnknown: (node: AnyStateNode) => boolean,
  isMay: boolean,
): GuardExpression {
  switch (condition.kind) {
    case 'is':
      if (isUnknown(condition.child)) return { kind: isMay ? 'and' : 'or', parts: [] };
      return expressionOf(condition);
    case 'named':
      return weakened(names, names.guardNamed(condition.name), isUnknown, isMay);
    case 'not':
    case 'next':
      return { kind: 'not', part: weakened(names, condition.part, isUnknown, !isMay) };
    default:
      return { kind: condition.kind, parts: condition.parts.map((part) => weakened(names, part, isUnknown, isMay)) };
  }
}

/** Requires that an exploration begins where the machine does, and leaves out events of all members or of none. */
function requireAllAlike({ compiled }: Exploration, instance: Instance): void {
  const { without, machine, initial } = compiled;
  const start = packNodes(compiled, initialNodes(machine.root));
  const everyone = Array.from({ length: instance.members }, (_, member) => member);
  const isAlike = without.every((event) =>
    everyone.every((member) => without.includes(instance.renamed(event, () => member))),
  );
  if (isAlike && initial.every((word, at) => word === start[at])) return;
  throw new CutoffError('fairness is assumed of an event that other members hear, in a scope that tells members apart');
}

function anyOf(sentences: readonly { readonly condition: Condition }[]): GuardExpression {
  return { kind: 'or', parts: sentences.map(({ condition }) => expressionOf(condition)) };
}

function expressionOf(condition: Condition): GuardExpression {
  switch (condition.kind) {
    case 'is':
      return { kind: 'stateIn', value: valueAt(condition.child) };
    case 'named':
      return condition;
    case 'not':
    case 'next':
      return { kind: 'not', part: expressionOf(condition.part) };
    default:
      return { kind: condition.kind, parts: condition.parts.map(expressionOf) };
  }
}

/** The value that says that a state is active. */
function valueAt({ path }: AnyStateNode): StateValue {
  return path.slice(0, -1).reduceRight<StateValue>((inside, key) => ({ [key]: inside }), path.at(-1) as string);
}
