/**
 * Replays one trace on a fresh instance, and tells step by step what was done, what was sent, and what is wrong.
 */
import type { Choices } from '../../spec/choices.ts';
import { actionsOf } from './actions.ts';
import { tellFailure } from '../device/failure.ts';
import type { Finding } from './findings.ts';
import { alphabetOf, modelOf, type Scene, scenesOf } from './scenes.ts';
import { rerun, type Rerun, type RerunOptions } from './rerun.ts';
import type { Subject } from './subject.ts';
import { tellDifference } from './words.ts';

/** What is read back while a trace is replayed. */
export type ReplayReadback = 'each' | 'last' | 'own';

/** What has to be read back to show a finding again; undefined where it shows with everything read back after each step. */
export function readbackOf({ isSparse, isUnread }: Finding): ReplayReadback | undefined {
  if (isUnread === true) return 'own';
  return isSparse === true ? 'last' : undefined;
}

/** What is replayed. */
export interface TraceOptions {
  /** The scene by name: it says how many vectors there are, and which messages. */
  readonly scene: string;
  /** The actions by name. */
  readonly trace: readonly string[];
  readonly choices: Choices;
  /**
   * What is read back: everything after each step; after the last one alone, and of a fresh instance; or after the last one alone, and else what the
   * trace reads. When left out, the first, and the last too where the trace reads something and nothing was wrong.
   */
  readonly readback?: ReplayReadback;
  /** How long a missing message is waited for. Default 0. */
  readonly wait?: number;
  /** The scenes that there are. Default those of `conform`. */
  readonly scenes?: readonly Scene[];
}

/** Replays a trace. @throws {RangeError} for a scene or an action that there is not. */
export async function replayTrace(
  subject: Subject,
  { scene: wanted, trace: names, choices, readback, wait = 0, scenes = scenesOf(subject) }: TraceOptions,
): Promise<{ readonly lines: readonly string[]; readonly isWrong: boolean }> {
  const scene = scenes.find(({ name }) => name === wanted);
  if (scene === undefined)
    throw new RangeError(`Got the scene ${wanted}; expected one of ${scenes.map(({ name }) => name).join(', ')}.`);
  const alphabet = alphabetOf(scene, subject.abilities);
  const known = new Set(actionsOf(alphabet).map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new RangeError(
      `Got the action ${unknown}; expected one of ${[...known].slice(0, 12).join(', ')}, ... of the scene ${wanted}.`,
    );
  if (subject.lateness !== undefined) subject.lateness.wait = wait;
  const model = modelOf(scene, choices, subject.abilities.has('notify'));
  const readWith = (options: RerunOptions): Promise<Rerun> =>
    rerun(subject, scene, model, names, { wantsLog: true, ...options });
  const first = await readWith({ isSparse: readback === 'last' || readback === 'own', isUnread: readback === 'own' });
  // What a read in the trace triggers, those that read everything back may hide.
  const isHidden = readback === undefined && first.faults.length === 0 && first.failure === undefined;
  const { faults, failure, log } =
    isHidden && names.some((name) => name.startsWith('read.')) ? await readWith({ isUnread: true }) : first;
  const told = (step: number): string[] =>
    faults
      .filter((each) => each.step === step)
      .flatMap(({ faults: each }) =>
        each.flatMap((fault) => [
          ...fault.differences.map((difference) => `    ${tellDifference(difference, fault.vector, alphabet.book)}`),
          `    [${fault.rules.join(', ')}]`,
        ]),
      );
  const lines = [
    ...told(-1),
    ...log.flatMap(({ action, requests, messages }, step) => [
      `${action.padEnd(20)} ${requests.join('; ')}${messages.length === 0 ? '' : `  -> ${messages.join(' ')}`}`,
      ...told(step),
    ]),
    ...(failure === undefined ? [] : [`    ${tellFailure(failure)}`]),
  ];
  const isWrong = faults.length > 0 || failure !== undefined;
  return { lines: [...lines, isWrong ? 'violated' : 'holds: nothing is wrong along this trace'], isWrong };
}
