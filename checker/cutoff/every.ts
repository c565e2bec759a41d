/**
 * Claims decided for every number of members, by an exploration of the machine with a few of them.
 *
 * What is said rests on the theorem in `README.md` beside this file, on its premise, which `family.ts` checks, and on the forms of `form.ts`.
 */
import type { AnyStateNode, StateValue } from 'xstate';
import { refuse, requireCount, requireFunction, requireList, requireOneOf } from '../argument/argument.ts';
import { packNodes } from '../compile/layout.ts';
import type { Claim, Decision, ReadClaim } from '../decide/claim.ts';
import { decide, requireDecidable } from '../decide/decide.ts';
import { readClaim } from '../decide/read-claim.ts';
import { type Exploration, requireExploration } from '../explore/explore.ts';
import type { Condition } from '../export/symbolic.ts';
import type { GuardExpression } from '../machine/guard.ts';
import { initialNodes } from '../machine/transition-sets.ts';
import { CHECKED_FAMILY, type CheckedFamily, MEMBERS_MAX } from './family.ts';
import { formOf, type Formed, orWithoutCutoff, strengthened, type Stripped } from './form.ts';
import { CutoffError, type Instance } from './instance.ts';

/** A claim about a machine with so many members. */
export type ClaimAt = (members: number) => Claim;

/** What a claim comes to for every number of members. */
export interface EveryVerdict {
  /**
   * What it comes to with every number of members from the cutoff on. What holds of all states, steps or runs holds of every number that
   * it is about. That something can be reached, and that a premise is satisfied, is said from the cutoff on: what holds may be n/a below.
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
 * @throws {CutoffError} when no number does, with what stands in the way; also when the claim names a state or a guard that is not there with a
 * number of members with which it is compared. Its events and outputs are looked up where it is decided.
 * @throws {ArgumentError} when `claimAt` gives no claim. What it throws itself is thrown on.
 */
export function cutoffOf(family: CheckedFamily, claimAt: ClaimAt): Pick<Formed, 'about' | 'cutoff'> {
  const { about, cutoff } = formOf(
    CHECKED_FAMILY.require('family of cutoffOf', family),
    readClaimAt('claimAt of cutoffOf', claimAt),
  );
  return { about, cutoff };
}

/**
 * Decides claims for every number of members, in one go. A claim of which nothing can be said gets a reason, and the others their verdicts.
 * @param exploration Of the machine with `members` members. It may begin elsewhere and leave events out: what is said is then of machines that
 * begin alike, and in which those events never happen. Where a claim needs another member, the last one stands for all others: what is
 * left out of it is left out of each of them.
 * @param known What claims come to on that exploration, where it was decided before. A claim is known by its function: names may be alike.
 * @throws {ArgumentError} when an argument is not what it should be, or one of `claims` gives no claim. What one throws itself is thrown on.
 */
export function decideEvery(
  family: CheckedFamily,
  exploration: Exploration,
  members: number,
  claims: readonly ClaimAt[],
  known: ReadonlyMap<ClaimAt, Decision['result']> = new Map(),
): EveryVerdict[] {
  const checked = CHECKED_FAMILY.require('family of decideEvery', family);
  requireExploration('exploration of decideEvery', exploration);
  requireCount('members of decideEvery', members, MEMBERS_MAX);
  const results = readKnown('known of decideEvery', known);
  const asked = requireList('claims of decideEvery', claims, (place, claimAt) =>
    questionOf(checked, exploration, members, readClaimAt(place, claimAt), results.get(claimAt)),
  );
  const open = asked.flatMap((question) => ('because' in question ? [] : question.open));
  const found = new Map(decide(exploration, open as Claim[]).map(({ result }, index) => [open[index], result]));
  return asked.map((question) => {
    if ('because' in question) return question;
    const { formed, original, claim, stripped, invariants } = question;
    const result = question.known ?? found.get(original);
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

/** Reads results of claims. */
function readKnown(place: string, known: unknown): ReadonlyMap<unknown, Decision['result']> {
  const entries = readEntries(known) ?? refuse(place, known, 'a Map from claims to their results');
  return new Map(entries.map(([claimAt, result]) => [claimAt, requireOneOf(`a result in ${place}`, result, RESULTS)]));
}

/** The entries of a map; undefined of whatever else. */
function readEntries(map: unknown): [unknown, unknown][] | undefined {
  try {
    return Array.from(Map.prototype.entries.call(map as Map<unknown, unknown>));
  } catch {
    return undefined;
  }
}

/**
 * Reads a claim once for each number of members: what is looked at is what is decided. That its function throws, or gives no claim, is a mistake
 * of the caller's, and goes to the caller.
 */
function readClaimAt(place: string, claimAt: unknown): (members: number) => ReadClaim {
  const given = requireFunction(place, claimAt);
  const claims = new Map<number, ReadClaim>();
  return (members) => {
    const claim = claims.get(members) ?? readClaim(`what ${place} gives for ${members}`, given(members));
    claims.set(members, claim);
    return claim;
  };
}

/** What is to be decided for a claim. */
interface Question {
  readonly formed: Formed;
  readonly original: ReadClaim;
  /** What is decided in its place, where it asks whether an event is taken; and where it does. */
  readonly claim: ReadClaim;
  readonly stripped: ReadonlySet<Stripped>;
  readonly invariants: readonly ReadClaim[];
  /** What the claim comes to, where it was decided before. */
  readonly known: Decision['result'] | undefined;
  /** What is to be decided now. */
  readonly open: readonly ReadClaim[];
}

function questionOf(
  family: CheckedFamily,
  exploration: Exploration,
  members: number,
  claimAt: (members: number) => ReadClaim,
  known: Decision['result'] | undefined,
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
    const open = [...(known === undefined ? [original] : []), ...(claim === original ? [] : [claim]), ...invariants];
    orWithoutCutoff(`${original.name}, which cannot be decided on the exploration`, () => {
      for (const each of open) requireDecidable(exploration, each);
    });
    return { formed, original, claim, stripped, invariants, known, open };
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
      return { kind: 'not', part: weakened(names, condition.part, isUnknown, !isMay) };
    case 'next':
      return refuseNext();
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
      return { kind: 'not', part: expressionOf(condition.part) };
    case 'next':
      return refuseNext();
    default:
      return { kind: condition.kind, parts: condition.parts.map(expressionOf) };
  }
}

/** No sentence that was read asks for values after its step: `Instance` refuses one that does. */
function refuseNext(): never {
  throw new CutoffError('a sentence asks for values as they are after the step');
}

/** The value that says that a state is active. */
function valueAt({ path }: AnyStateNode): StateValue {
  return path.slice(0, -1).reduceRight<StateValue>((inside, key) => ({ [key]: inside }), path.at(-1) as string);
}
