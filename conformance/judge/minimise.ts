/**
 * Makes traces short: by running them again on fresh instances with events left out, until none can be.
 */
import { type Finding, failureSignature, signatureOf } from './findings.ts';
import type { Model } from './judge.ts';
import type { Scene } from './scenes.ts';
import { rerun } from './strategies.ts';
import type { Subject } from './subject.ts';

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
): Promise<readonly string[] | undefined> {
  const { faults, failure, trace } = await rerun(subject, scene, model, names);
  const hit = faults.find((each) => each.faults.some((fault) => signatureOf(fault, each.action) === finding.signature));
  if (hit !== undefined) return trace.slice(0, hit.step + 1);
  if (failure === undefined || finding.signature !== failureSignature(finding.access)) return undefined;
  return trace.slice(0, failure.step + 1);
}

/** Shortens the trace of a finding, and counts how often a fresh instance shows it. */
export async function minimise(
  subject: Subject,
  scene: Scene,
  model: Model,
  finding: Finding,
  effort: Effort,
): Promise<void> {
  let runs = 0;
  const isSpent = (): boolean => runs >= effort.runs || performance.now() > effort.deadline;
  const shows = (names: readonly string[]): Promise<readonly string[] | undefined> => {
    runs++;
    return shownBy(subject, scene, model, finding, names);
  };
  let shown = 0;
  let best: readonly string[] | undefined;
  for (let attempt = 0; attempt < TRIES && !isSpent(); attempt++) {
    const again = await shows(finding.trace);
    if (again === undefined) continue;
    shown++;
    if (best === undefined || again.length < best.length) best = again;
  }
  finding.reproduced = { shown, tries: TRIES };
  if (best === undefined) return;
  if (finding.shortness === 'shortest') return;
  // What came before the last reset mostly does not matter.
  const reset = best.lastIndexOf('reset');
  if (reset >= 0 && !isSpent()) best = (await shows(best.slice(reset + 1))) ?? best;
  for (let size = best.length >> 1; size >= 1; size = size > 1 ? size >> 1 : 0) {
    for (let from = best.length - 1 - size; from > -size && !isSpent();) {
      const left = Math.max(0, from);
      const without: readonly string[] = [
        ...best.slice(0, left),
        ...best.slice(Math.min(from + size, best.length - 1)),
      ];
      const shorter: readonly string[] | undefined = without.length < best.length ? await shows(without) : undefined;
      if (shorter !== undefined && shorter.length < best.length) {
        best = shorter;
        from = Math.min(from, best.length - 1) - size;
      } else from -= size;
    }
  }
  // Once more, one by one, until nothing can be left out.
  for (let changed = true; changed && !isSpent();) {
    changed = false;
    for (let at = best.length - 2; at >= 0 && !isSpent(); at--) {
      const shorter: readonly string[] | undefined = await shows(best.filter((_, index) => index !== at));
      if (shorter === undefined || shorter.length >= best.length) continue;
      best = shorter;
      changed = true;
    }
  }
  finding.trace = best;
  finding.shortness = isSpent() ? 'as found' : 'minimal';
}

const TRIES = 3;
