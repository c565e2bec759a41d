/**
 * The walk of pairs: what a judge believes, and a state of the device, in every combination that any sequence of actions leads to. It
 * ends for a device that saves and restores and has finitely many states; what holds then, holds for sequences of any length.
 *
 * A pair need not be followed where another one has the same state of the device and a belief that permits no more: whatever is
 * wrong there is wrong here too. So a profile that leaves much open costs few pairs.
 */
import type { Answer, Device, Request } from '../device/device.ts';
import { type Action, type Alphabet, actionsOf, MutableKnowledge } from './actions.ts';
import { isRefusal } from '../device/failure.ts';
import { AheadDevice, failureAmong, leewayOf } from './ahead.ts';
import { Bench, type Failure } from './bench.ts';
import { Findings, isOfBirth, mayLead, type Place, signatureOf } from './findings.ts';
import { type Fault, Judge, type Model } from './judge.ts';

/** How far a walk goes. */
export interface WalkLimits {
  readonly pairs?: number;
  /** Bytes that pairs and states of the device may take, as far as is known. */
  readonly bytes?: number;
  /** When it must stop, as of `performance.now()`. */
  readonly deadline?: number;
  readonly isStopped?: () => boolean;
  /** Where findings are said to be found. */
  readonly place?: Place;
}

/** What a walk found. */
export interface PairWalk {
  readonly pairs: number;
  readonly steps: number;
  readonly milliseconds: number;
  /** Whether every pair was followed. */
  readonly isComplete: boolean;
  readonly findings: Findings;
  /** Every pair that was met, for whoever asks why there are so many. */
  readonly all: readonly Pair[];
  readonly actions: readonly Action[];
}

/** A device that saves and restores. */
export type SnapshotDevice = Device & Required<Pick<Device, 'save' | 'restore'>>;

/** A pair, and how it was reached. What is believed goes by numbers of the model. */
export interface Pair {
  readonly capability: number;
  readonly vectors: Int32Array;
  readonly snapshot: number;
  readonly knowledge: MutableKnowledge;
  /** What `other` stands for, of each vector that is read back; all ones where nothing believed holds it. */
  readonly others: Uint32Array;
  /** The vectors of which it stands for anything. */
  readonly unread: Uint8Array;
  readonly parent: number;
  readonly action: number;
  /** What went wrong first on the way to it; what goes wrong later is likely a consequence. */
  readonly wrongBefore: string | undefined;
}

/** Walks every pair of a fresh `device` and what a judge by `model` believes of it. */
export function walkPairs(...parameters: Parameters<typeof walkingPairs>): PairWalk {
  const walking = walkingPairs(...parameters);
  for (;;) {
    const next = walking.next();
    if (next.done === true) return next.value;
  }
}

/** What a walk wants before it goes on: a rest; answers to requests; or a fresh device, since the one before is gone. */
export type Want = undefined | readonly Request[] | 'fresh';

/** The same in pieces: whoever walks may rest after each, and hear an interrupt. A device that answers later is asked in between. */
export function* walkingPairs(
  device: SnapshotDevice,
  model: Model,
  alphabet: Alphabet,
  findings: Findings = new Findings(),
  limits: WalkLimits = {},
  onSteps: (pairs: number, open: number, steps: number) => void = () => {},
): Generator<Want, PairWalk, readonly Answer[] | undefined> {
  const began = performance.now();
  const { book, vectorCount } = alphabet;
  const actions = actionsOf(alphabet);
  const bench = new Bench(device, book);
  const judge = new Judge(model, book, vectorCount);
  const knowledge = new MutableKnowledge(vectorCount, true, model.choices.disabledTable === 'there');
  // Of many vectors only those that are acted upon are read back, and the last.
  const read = vectorCount <= 8 ? undefined : [...new Set([...(alphabet.vectors ?? []), vectorCount - 1])];
  const pairs: Pair[] = [];
  const bySnapshot = new Map<number, number[]>();
  let steps = 0;

  const pathOf = (pair: number, last?: Action): string[] => {
    const names: string[] = last === undefined ? [] : [last.name];
    for (let at = pair; at > 0; at = pairs[at].parent) names.unshift(actions[pairs[at].action].name);
    return names;
  };
  // What is never read back, no entry is known to hold.
  const looked = read ?? Array.from({ length: vectorCount }, (_, vector) => vector);
  const others = new Uint32Array(3 * looked.length);
  const meet = (snapshot: number, parent: number, action: number, wrongBefore: string | undefined): void => {
    book.othersInto(others, looked);
    for (let index = 0; index < looked.length; index++)
      if (judge.unread[looked[index]] === 1 || !model.vector.holdsOther(judge.vectors[looked[index]]))
        others.fill(0xffffffff, 3 * index, 3 * index + 3);
    const known = bySnapshot.get(snapshot);
    if (known?.some((pair) => isCovered(model, judge, knowledge, others, pairs[pair])) === true) return;
    const number = pairs.push({
      capability: judge.capability,
      vectors: judge.vectors.slice(),
      snapshot,
      knowledge: copyOf(knowledge, vectorCount),
      others: others.slice(),
      unread: judge.unread.slice(),
      parent,
      action,
      wrongBefore,
    });
    if (known === undefined) bySnapshot.set(snapshot, [number - 1]);
    else known.push(number - 1);
  };

  const ahead = device instanceof AheadDevice ? device : undefined;
  let unread: Failure | undefined;
  const atFirst = (): number => {
    device.takeOutputs();
    const saved = device.save();
    bench.observation.clear();
    unread = bench.readBack(read);
    return saved;
  };
  const firstAsked = ahead?.note(atFirst) ?? [];
  const firstAnswers = firstAsked.length === 0 ? [] : ((yield firstAsked) ?? []);
  unread = failureAmong(firstAsked, firstAnswers, { isOpen: false, isBlind: knowledge.isBlind });
  ahead?.play(firstAnswers);
  const start = unread === undefined ? atFirst() : 0;
  const first = unread === undefined ? judge.begin(bench.observation) : [];
  if (first.length > 0) findings.add(first, undefined, book, () => [], limits.place);
  bench.inform(knowledge);
  const atBirth = first.find(mayLead);
  meet(start, 0, -1, atBirth === undefined ? undefined : signatureOf(atBirth, undefined));

  /** How often a kind of access was the last that a device answered. It is left out then, so that the rest is asked. */
  const fatal = new Map<string, number>();
  const mayDo = (at: number, index: number): boolean =>
    actions[index].isLawful(pairs[at].knowledge) && (fatal.get(actions[index].kind) ?? 0) < FATAL;

  /** What the step of a pair asks of the device, in the order of `followOne`. */
  const askOne = (at: number, index: number): void => {
    device.restore(pairs[at].snapshot);
    device.takeOutputs();
    bench.perform(actions[index], pairs[at].knowledge);
    device.save();
    bench.readBack(read);
  };

  const followOne = (at: number, index: number): void => {
    const pair = pairs[at];
    const action = actions[index];
    device.restore(pair.snapshot);
    device.takeOutputs();
    judge.set(pair.capability, pair.vectors, pair.unread);
    let { wrongBefore } = pair;
    if (wrongBefore !== undefined && isOfBirth(wrongBefore) && judge.isCertain) wrongBefore = undefined;
    book.setOthers(pair.others, looked);
    knowledge.set(pair.knowledge);
    steps++;
    const failure = bench.perform(action, knowledge);
    if (failure !== undefined) {
      findings.addFailure(action, failure, () => pathOf(at, action), limits.place);
      return;
    }
    const snapshot = device.save();
    action.learn(knowledge);
    // What the guest read in the action is judged by itself; then everything is read, and forgotten again.
    bench.observation.complete(book, knowledge);
    const { outputs } = bench.observation;
    const early = action.event === undefined ? judge.step(action, bench.observation) : undefined;
    const take = (faults: readonly Fault[]): void => {
      if (faults.length === 0) return;
      const found = findings.add(faults, action, book, () => pathOf(at, action), limits.place);
      if (found !== undefined && wrongBefore !== found.signature) found.follows = wrongBefore;
      if (mayLead(faults[0])) wrongBefore ??= signatureOf(faults[0], action);
    };
    take(early ?? []);
    bench.observation.clear();
    bench.observation.outputs = early === undefined ? outputs : [];
    const broken = bench.readBack(read);
    if (broken !== undefined) {
      findings.addFailure(action, broken, () => pathOf(at, action), limits.place);
      return;
    }
    take(judge.step(action, bench.observation));
    bench.inform(knowledge);
    meet(snapshot, at, index, wrongBefore);
  };

  /** Follows a pair of a device that answers later: all that its steps ask is asked in one go. Where the device goes, the rest is asked of a fresh one. */
  function* followAhead(from: AheadDevice, at: number): Generator<Want, void, readonly Answer[] | undefined> {
    for (let index = 0; index < actions.length;) {
      const noted: { readonly index: number; readonly requests: readonly Request[] }[] = [];
      for (let each = index; each < actions.length; each++)
        if (mayDo(at, each)) noted.push({ index: each, requests: from.note(() => askOne(at, each)) });
      const answers = (yield noted.flatMap(({ requests }) => requests)) ?? [];
      index = actions.length;
      let begin = 0;
      for (const step of noted) {
        const own = answers.slice(begin, (begin += step.requests.length));
        const action = actions[step.index];
        knowledge.set(pairs[at].knowledge);
        const leeway = leewayOf(action, knowledge, model.choices.openWrites === 'kept');
        const failed = failureAmong(step.requests, own, leeway);
        if (failed === undefined) {
          from.play(own);
          followOne(at, step.index);
          continue;
        }
        findings.addFailure(action, failed, () => pathOf(at, action), limits.place);
        // Whoever refuses is still there.
        if (isRefusal(failed)) continue;
        fatal.set(action.kind, (fatal.get(action.kind) ?? 0) + 1);
        yield 'fresh';
        index = step.index + 1;
        break;
      }
    }
  }

  /** Does every action of a pair. Returns whether there was time for all of them: one that has no end may take a tenth of a second. */
  const followAll = (at: number): boolean => {
    const { deadline = Infinity } = limits;
    for (let index = 0; index < actions.length; index++) {
      if (!mayDo(at, index)) continue;
      followOne(at, index);
      if ((index & 7) === 7 && performance.now() > deadline) return false;
    }
    return true;
  };

  // Of a device that cannot be read when it is fresh, no step can be judged.
  if (unread !== undefined) findings.addFailure(undefined, unread, () => [], limits.place);
  let isComplete = unread === undefined;
  let lookedAt = performance.now();
  for (let at = 0; isComplete && at < pairs.length; at++) {
    // Pairs of many vectors, and loops that have no end, take long.
    if ((at & 0x3f) === 0 || performance.now() - lookedAt > PIECE) {
      yield;
      lookedAt = performance.now();
      onSteps(pairs.length, pairs.length - at, steps);
      if (
        pairs.length > (limits.pairs ?? Infinity) ||
        pairs.length * bytesOfPair(vectorCount) + bytesOf(device) > (limits.bytes ?? Infinity) ||
        performance.now() > (limits.deadline ?? Infinity) ||
        limits.isStopped?.() === true
      ) {
        isComplete = false;
        break;
      }
    }
    if (ahead !== undefined) yield* followAhead(ahead, at);
    else isComplete = followAll(at);
  }
  const milliseconds = performance.now() - began;
  return { pairs: pairs.length, steps, milliseconds, isComplete, findings, all: pairs, actions };
}

/** So often a kind of access may end a device before it is left out. */
const FATAL = 3;
/** So many milliseconds a walk goes on without looking at its bounds. */
const PIECE = 50;

/** What a pair takes: objects and arrays, and for each vector a belief, what the guest knows, and its entry. */
const bytesOfPair = (vectorCount: number): number => 500 + 25 * vectorCount;
/** What the states of a device take, where it says so. */
const bytesOf = (device: Device): number =>
  (device as { readonly states?: { readonly bytes: number } }).states?.bytes ?? 0;

/** Whether what the judge believes now permits all that it believed at `pair`, of a guest that knows the same. */
function isCovered(model: Model, judge: Judge, knowledge: MutableKnowledge, others: Uint32Array, pair: Pair): boolean {
  if (knowledge.enabled !== pair.knowledge.enabled || knowledge.functionMask !== pair.knowledge.functionMask)
    return false;
  if (!model.capability.covers(judge.capability, pair.capability)) return false;
  for (let vector = 0; vector < pair.vectors.length; vector++) {
    if (knowledge.masked[vector] !== pair.knowledge.masked[vector]) return false;
    if (knowledge.message[vector] !== pair.knowledge.message[vector]) return false;
    if (judge.unread[vector] !== pair.unread[vector]) return false;
    if (!model.vector.covers(judge.vectors[vector], pair.vectors[vector])) return false;
  }
  for (let at = 0; at < others.length; at++) if (others[at] !== pair.others[at]) return false;
  return true;
}

function copyOf(knowledge: MutableKnowledge, vectorCount: number): MutableKnowledge {
  const copy = new MutableKnowledge(vectorCount);
  copy.set(knowledge);
  return copy;
}
