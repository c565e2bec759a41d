/**
 * One path again: run on a fresh instance, or on one that was used and is reset, and judged by a model.
 */
import { hex, wideHex } from '../device/hexadecimal.ts';
import { type Action, isScribble, type Knowledge, MutableKnowledge, RESETTING } from './actions.ts';
import { type Failure, tellRequest } from './bench.ts';
import { standing } from './blame.ts';
import { NO_SEND, readSend, UNKNOWN_SEND } from './fields.ts';
import type { Culprit } from './findings.ts';
import type { Instance, Readback } from './instance.ts';
import { type Fault, Judge, type Model } from './judge.ts';
import type { MessageBook } from './messages.ts';
import { Observation } from './observation.ts';
import { Recorder, type Recording } from './recording.ts';
import { actionsByName, alphabetOf, knowledgeFor, nearOf, type Scene } from './scenes.ts';
import type { Subject } from './subject.ts';

/** What was wrong with one step of a path that was run again. */
export interface RerunFault {
  readonly step: number;
  readonly action: Action | undefined;
  readonly faults: readonly Fault[];
  readonly culprit?: Culprit;
  /** Whether nothing was in doubt before it. */
  readonly wasCertain: boolean;
}

/** What a path showed when it was run again on a fresh instance. */
export interface Rerun {
  /** Step by step, what was wrong; a failure is the last. */
  readonly faults: readonly RerunFault[];
  readonly failure: (Failure & { readonly step: number }) | undefined;
  readonly recordings: readonly Recording[];
  /** The steps that were taken: those that a guest may take. */
  readonly trace: readonly string[];
  /** In registers, step by step. */
  readonly log: readonly LoggedStep[];
  /** What the last step sent, and what was read after it. */
  readonly end: string;
}

/** One step of a path in registers. */
export interface LoggedStep {
  readonly action: string;
  readonly requests: readonly string[];
  readonly messages: readonly string[];
}

/** How a path is run again. */
export interface RerunOptions {
  /** Whether it is told in registers. */
  readonly wantsLog?: boolean;
  /** An instance that was used, and is reset first; a fresh one when left out. */
  readonly used?: Instance;
  /** Whether nothing is read back before the last step. */
  readonly isSparse?: boolean;
  /** Whether a fresh instance is not read either. */
  readonly isUnread?: boolean;
  /** Whether each step waits for its answer. */
  readonly isStepwise?: boolean;
  /** Whether it is found out which access went wrong before a fault showed. */
  readonly wantsCulprit?: boolean;
}

/** Runs a path on a fresh instance, or on one that was used and is reset, and judges it by a model. */
export async function rerun(
  subject: Subject,
  scene: Scene,
  model: Model,
  names: readonly string[],
  {
    wantsLog = false,
    used,
    isUnread = false,
    isSparse = isUnread,
    isStepwise = false,
    wantsCulprit = false,
  }: RerunOptions = {},
): Promise<Rerun> {
  const alphabet = alphabetOf(scene, subject.abilities);
  const { book } = alphabet;
  const byName = actionsByName(scene, alphabet);
  const instance = used ?? (await subject.open(scene.vectorCount));
  if (used !== undefined) await wipe(used, book);
  const judge = new Judge(model, book, instance.vectorCount);
  const recorder = new Recorder(judge, scene.vectors, scene.name);
  const knowledge = knowledgeFor(model, instance.vectorCount);
  const faults: RerunFault[] = [];
  const trace: string[] = [];
  const actions: Action[] = [];
  const beliefs: Int32Array[] = [];
  const log: LoggedStep[] = [];
  let end = '';
  let failure: Rerun['failure'];
  const first = isUnread
    ? { observation: new Observation(instance.vectorCount), failure: undefined }
    : await instance.first(book, knowledge);
  if (first.failure !== undefined) failure = { ...first.failure, step: -1 };
  else {
    const wrong = judge.begin(first.observation);
    if (wrong.length > 0) faults.push({ step: -1, action: undefined, faults: wrong, wasCertain: true });
    let at = 0;
    const next = (known: Knowledge): Action | undefined => {
      while (at < names.length) {
        const action = byName.get(names[at++]);
        if (action?.isLawful(known) === true) {
          if (wantsLog)
            log.push({ action: action.name, requests: action.requests(known).map(tellRequest), messages: [] });
          return action;
        }
      }
      return undefined;
    };
    const { vectorCount } = instance;
    // Of many vectors: those of the scene, those that the path acts upon, and those that a mistake would reach from there.
    const acted = names.map((name) => byName.get(name)?.vector ?? -1).filter((vector) => vector >= 0);
    const whole: 'all' | readonly number[] =
      vectorCount <= 8 ? 'all' : [...new Set([...scene.vectors, ...[...new Set(acted.toReversed())].slice(0, ACTED)])];
    const readback = (action: Action): Readback => {
      const { vector } = action;
      if (isSparse && at < names.length && !isScribble(action)) return 'none';
      if (whole === 'all' || vector < 0) return whole;
      return [...new Set([...whole, ...nearOf(vector, vectorCount)])];
    };
    await instance.run(
      { next, readback, ahead: isStepwise ? 1 : undefined, mostSends: (action) => judge.mostSends(action) },
      book,
      knowledge,
      (action, seen, failed, isAfterwards) => {
        if (!isAfterwards) {
          trace.push(action.name);
          actions.push(action);
        }
        if (failed !== undefined) {
          failure = { ...failed, step: trace.length - 1 };
          return false;
        }
        recorder.action = action.name;
        if (at >= names.length) end = tellObservation(seen);
        if (wantsLog) {
          const before = log[trace.length - 1];
          log[trace.length - 1] = { ...before, messages: [...before.messages, ...seen.outputs.map(tellOutput)] };
        }
        if (wantsCulprit && !isAfterwards) beliefs.push(judge.vectors.slice());
        const wasCertain = faults.length === 0 || judge.isCertain;
        const faulty = judge.step(action, seen);
        if (faulty.length > 0) {
          const step = trace.length - 1;
          const culprit = wantsCulprit ? culpritOf(model, faulty[0], actions, beliefs) : undefined;
          faults.push({ step, action, faults: faulty, culprit, wasCertain });
        }
        return true;
      },
    );
  }
  return { faults, failure, recordings: recorder.recordings(), trace, log, end };
}

/** So many of the vectors that a path has acted upon are read back after each step. */
const ACTED = 16;

const tellObservation = ({ outputs, control, entries, pending }: Observation): string =>
  JSON.stringify([outputs, control, [...entries], [...pending]]);

/**
 * The access that should have brought into force the message that a step should have sent; undefined where no other one was sent in
 * its place, or where it is the step itself.
 */
function culpritOf(
  { vector: machine }: Model,
  { differences, candidates, vector }: Fault,
  actions: readonly Action[],
  beliefs: readonly Int32Array[],
): Culprit | undefined {
  const send = differences.find(({ field }) => field === 'send');
  if (vector < 0 || send === undefined || send.got === NO_SEND || send.expected === NO_SEND) return undefined;
  // The right message was in force, and is sent too often.
  if (isSameMessage(send.expected, send.got)) return undefined;
  const wanted = machine.copyOf(candidates[0].from);
  if (wanted === 0) return undefined;
  for (let step = beliefs.length - 1; step >= 0; step--) {
    const before = machine.statesOf(beliefs[step][vector]);
    if (before.some((state) => machine.copyOf(state) === wanted)) continue;
    if (step === beliefs.length - 1) return undefined;
    const after = machine.statesOf(beliefs[step + 1][vector]);
    return {
      access: actions[step].kind,
      before: standing(machine, before[0]),
      after: standing(machine, after[0]),
    };
  }
  return undefined;
}

const isSameMessage = (one: number, other: number): boolean =>
  one !== UNKNOWN_SEND && other !== UNKNOWN_SEND && readSend(one).message === readSend(other).message;

/** Resets an instance. */
async function wipe(instance: Instance, book: MessageBook): Promise<void> {
  const path = {
    next: (_: unknown, step: number) => (step === 0 ? RESETTING : undefined),
    readback: () => 'none' as const,
  };
  await instance.run(path, book, new MutableKnowledge(instance.vectorCount), () => true);
}

function tellOutput({
  verb,
  addressHigh,
  addressLow,
  data,
}: {
  verb: string;
  addressHigh: number;
  addressLow: number;
  data: number;
}): string {
  return verb === 'send' ? `${wideHex(addressLow >>> 0, addressHigh >>> 0)}:${hex(data >>> 0)}` : verb;
}
