/**
 * Recordings: what was observed of one vector along a path, in codes, so that other profiles can judge it again without the device.
 */
import type { Judge, Model } from './judge.ts';
import { IMPOSSIBLE, NOTHING } from './set-machine.ts';

/** One step of a recording. */
interface RecordedStep {
  readonly event: string | undefined;
  readonly code: number;
  /** The action, by name, where it is the vector's own. */
  readonly action: string;
}

/** What was observed of one vector. */
export interface Recording {
  readonly scene: string;
  readonly steps: readonly RecordedStep[];
}

/**
 * Records some vectors of a judge. Each recording ends before the first step that the judge finds wrong: what follows says nothing of
 * choices.
 */
export class Recorder {
  private readonly vectors: readonly number[];
  private readonly scene: string;
  private steps = new Map<number, RecordedStep[]>();
  private readonly over = new Set<number>();
  private readonly done: Recording[] = [];
  /** The name of the action that is being judged. */
  action = '';

  constructor(judge: Judge, vectors: readonly number[], scene: string) {
    this.vectors = vectors;
    this.scene = scene;
    this.begin();
    judge.tap = (vector, event, code, isFault) => {
      // Where Message Control is not what was written, nothing is known of any vector.
      if (isFault) for (const each of vector < 0 ? vectors : [vector]) this.over.add(each);
      if (!this.over.has(vector)) this.steps.get(vector)?.push({ event, code, action: this.action });
    };
  }

  private begin(): void {
    this.steps = new Map(this.vectors.map((vector) => [vector, []]));
    this.over.clear();
    this.action = '';
  }

  /** A reset was judged: what follows is a recording of its own, which begins with what the reset has left. */
  restart(): void {
    const begun = [...this.steps].map(([vector, steps]) => [vector, steps.at(-1), this.over.has(vector)] as const);
    this.finish();
    this.begin();
    for (const [vector, last, isOver] of begun) {
      if (isOver || last === undefined) this.over.add(vector);
      else this.steps.get(vector)?.push({ event: undefined, code: last.code, action: '' });
    }
  }

  private finish(): void {
    for (const steps of this.steps.values()) this.done.push({ scene: this.scene, steps });
  }

  /** What was recorded. */
  recordings(): Recording[] {
    this.finish();
    return this.done;
  }
}

/** Where a recording is first at odds with a model: the number of the step; -1 when it never is. */
export function firstContradiction({ vector: machine }: Model, { steps }: Recording): number {
  let belief = machine.initial;
  for (let index = 0; index < steps.length; index++) {
    const { event, code } = steps[index];
    const next = machine.step(belief, event === undefined ? NOTHING : machine.eventNumber(event), code);
    if (next === IMPOSSIBLE) return index;
    belief = next;
  }
  return -1;
}

/** The actions of a recording up to a step, by name. */
export function actionsUpTo({ steps }: Recording, index: number): string[] {
  return steps.slice(0, index + 1).flatMap(({ action }) => (action === '' ? [] : [action]));
}
