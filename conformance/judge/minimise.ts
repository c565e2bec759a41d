/**
 * Makes traces short: by running them again on fresh instances with events left out, until none can be.
 */
import { type Finding, failureSignature, signatureOf } from './findings.ts';
import type { Model } from './judge.ts';
import type { Scene } from './scenes.ts';
import { rerun } from './strategies.ts';
import type { Instance, Subject } from './subject.ts';

/** How much may be spent on one trace. */
export interface Effort {
  readonly runs: number;
  readonly deadline: number;
}

/** Runs a trace again. Returns the part of it up to where the finding shows; undefined when it does not. */
async function shownBy(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  names: readonly string[],
  used?: Instance,
): Promise<readonly string[] | undefined> {
  const { faults, failure, trace } = await rerun(subject, scene, model, names, false, used);
  const hit = faults.find((each) => each.faults.some((fault) => signatureOf(fault, each.action) === finding.signature));
  if (hit !== undefined) return trace.slice(0, hit.step + 1);
  if (failure === undefined || finding.signature !== failureSignature(finding.access)) return undefined;
  return trace.slice(0, failure.step + 1);
}

/**
 * Shortens the trace of a finding, and counts how often a fresh instance shows it. Where a fresh instance is costly, one that is reset
 * serves in between, as long as fresh ones agree in the end.
 */
export async function minimise(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  effort: Effort,
): Promise<void> {
  let runs = 0;
  const isSpent = (): boolean => runs >= effort.runs || performance.now() > effort.deadline;
  const onFresh = (names: readonly string[]): Promise<readonly string[] | undefined> => {
    runs++;
    return shownBy(subject, scene, model, finding, names);
  };
  const first = await onFresh(finding.trace);
  let best = first;
  if (best !== undefined && finding.shortness !== 'shortest') {
    const canReset = !subject.isLocal && subject.abilities.has('reset') && !best.includes('reset');
    if (canReset) {
      const used = await subject.open(scene.vectorCount);
      const onUsed = (names: readonly string[]): Promise<readonly string[] | undefined> => {
        runs++;
        return shownBy(subject, scene, model, finding, names, used);
      };
      const shorter = await shorten(best, onUsed, isSpent);
      best = (await onFresh(shorter)) ?? (await shorten(best, onFresh, isSpent));
    } else best = await shorten(best, onFresh, isSpent);
    finding.trace = best;
    finding.shortness = isSpent() ? 'as found' : 'minimal';
  }
  let shown = first === undefined ? 0 : 1;
  for (let attempt = 1; attempt < TRIES; attempt++) if ((await onFresh(finding.trace)) !== undefined) shown++;
  finding.reproduced = { shown, tries: TRIES };
}

type Shows = (names: readonly string[]) => Promise<readonly string[] | undefined>;

/** Leaves events out, in large pieces first, until none can be left out. */
async function shorten(trace: readonly string[], shows: Shows, isSpent: () => boolean): Promise<readonly string[]> {
  let best = trace;
  // What came before the last reset mostly does not matter.
  const reset = best.lastIndexOf('reset');
  if (reset >= 0) best = (await shows(best.slice(reset + 1))) ?? best;
  // Neither, mostly, does what came long before.
  for (let length = 8; length < best.length && !isSpent(); length *= 4) {
    const tail = await shows(best.slice(-length));
    if (tail === undefined) continue;
    best = tail;
    break;
  }
  for (let size = best.length >> 1; size >= 1 && !isSpent(); size = size >> 1) {
    for (let end = best.length - 1; end > 0 && !isSpent();) {
      const begin = Math.max(0, end - size);
      const shorter: readonly string[] | undefined = await shows([...best.slice(0, begin), ...best.slice(end)]);
      if (shorter !== undefined && shorter.length < best.length) best = shorter;
      end = Math.min(begin, best.length - 1);
    }
  }
  for (let changed = true; changed && !isSpent();) {
    changed = false;
    for (let at = best.length - 2; at >= 0 && !isSpent(); at--) {
      const shorter: readonly string[] | undefined = await shows(best.filter((_, index) => index !== at));
      if (shorter === undefined || shorter.length >= best.length) continue;
      best = shorter;
      changed = true;
    }
  }
  return best;
}

const TRIES = 3;
