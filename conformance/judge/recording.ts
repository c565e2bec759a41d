/**
 * Recordings: what was observed of one vector along a path, in codes, so that other profiles can judge it again without the device.
 */
import { RESET } from '../../machines/alphabet.ts';
import type { Judge, Model } from './judge.ts';
import { SEND_BITS, SEND_SHIFT, VECTOR_FIELDS } from './fields.ts';
import { IMPOSSIBLE, NOTHING } from './set-machine.ts';

/** One step of a recording. */
interface RecordedStep {
  readonly event: string | undefined;
  readonly code: number;
  /** The action, by name, where it is the vector's own; of the first step, all before it. */
  readonly action: string;
  /** Whether the device was wrong from birth, so that nothing is known before this step but what it reads. */
  readonly isAnywhere?: boolean;
}

/** What was observed of one vector. */
export interface Recording {
  readonly scene: string;
  readonly steps: readonly RecordedStep[];
}

/**
 * Records some vectors of a judge. Each recording ends before the first step that the judge finds wrong: what follows says nothing of
 * choices. A device that is wrong from birth is recorded from the step after it; a reset begins anew.
 */
export class Recorder {
  private readonly vectors: readonly number[];
  private readonly scene: string;
  private steps = new Map<number, RecordedStep[]>();
  private readonly over = new Set<number>();
  /** The vectors of which nothing is known yet, since they were wrong from birth; and what was done until now. */
  private readonly unborn = new Set<number>();
  private readonly before: string[] = [];
  private isFirst = true;
  /** What was observed of each vector last, and whether that was right. */
  private last = new Map<number, { readonly code: number; readonly isRight: boolean }>();
  /** And before the action that is being judged. */
  private previous = this.last;
  private readonly done: Recording[] = [];
  private current = '';

  constructor(judge: Judge, vectors: readonly number[], scene: string) {
    this.vectors = vectors;
    this.scene = scene;
    this.begin();
    judge.tap = (vector, event, code, isFault) => {
      // Where Message Control is not what was written, nothing is known of any vector.
      if (isFault) for (const each of vector < 0 ? vectors : [vector]) this.end(each);
      if (vector >= 0) this.take(vector, event, code, isFault);
    };
  }

  /** The name of the action that is being judged. */
  set action(name: string) {
    this.current = name;
    this.isFirst = false;
    this.before.push(name);
    if (this.last.size > 0) this.previous = this.last;
    this.last = new Map();
  }

  private end(vector: number): void {
    this.over.add(vector);
    this.last.set(vector, { code: 0, isRight: false });
    if (this.isFirst) this.unborn.add(vector);
  }

  private take(vector: number, event: string | undefined, code: number, isFault: boolean): void {
    if (this.last.get(vector)?.isRight !== false) this.last.set(vector, { code, isRight: !isFault });
    const steps = this.steps.get(vector);
    if (this.over.has(vector)) {
      if (!this.unborn.has(vector) || this.isFirst || isFault || !isWhole(code)) return;
      this.unborn.delete(vector);
      this.over.delete(vector);
      steps?.push({ event: undefined, code: withoutOutputs(code), action: this.before.join(', '), isAnywhere: true });
    } else steps?.push({ event, code, action: this.current });
  }

  private begin(): void {
    this.steps = new Map(this.vectors.map((vector) => [vector, []]));
    this.over.clear();
    this.unborn.clear();
    this.before.length = 0;
    this.current = '';
  }

  /**
   * A reset was judged: what follows is a recording of its own, which begins with what was read before the reset, and with what the reset has
   * made of that: of a function that keeps its entries it is not what a fresh one holds.
   */
  restart(): void {
    const left = this.vectors.map((vector) => [vector, this.last.get(vector), this.previous.get(vector)] as const);
    this.finish();
    this.begin();
    for (const [vector, last, previous] of left) {
      const steps = this.steps.get(vector);
      if (last?.isRight !== true) this.over.add(vector);
      else if (previous?.isRight === true && isWhole(previous.code))
        steps?.push(
          { event: undefined, code: withoutOutputs(previous.code), action: '', isAnywhere: true },
          { event: RESET, code: last.code, action: 'reset' },
        );
      else steps?.push({ event: undefined, code: withoutOutputs(last.code), action: '', isAnywhere: true });
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

/** Whether all of a vector was read that always is: its Mask Bit, its message, its Pending bit. */
const isWhole = (code: number): boolean =>
  VECTOR_FIELDS.every(
    ({ name, shift, bits }) => !['mask', 'pending', 'entry'].includes(name) || ((code >>> shift) & bits) !== bits,
  );

/** The same, as it is read and nothing was sent. */
const withoutOutputs = (code: number): number => code & ~(SEND_BITS << SEND_SHIFT);

/** Where a recording is first at odds with a model: the number of the step; -1 when it never is. */
export function firstContradiction({ vector: machine }: Model, { steps }: Recording): number {
  let belief = machine.initial;
  for (let index = 0; index < steps.length; index++) {
    const { event, code, isAnywhere } = steps[index];
    const next =
      isAnywhere === true
        ? machine.anywhere(code)
        : machine.step(belief, event === undefined ? NOTHING : machine.eventNumber(event), code);
    if (next === IMPOSSIBLE) return index;
    belief = next;
  }
  return -1;
}

/** The actions of a recording up to a step, by name. */
export function actionsUpTo({ steps }: Recording, index: number): string[] {
  return steps.slice(0, index + 1).flatMap(({ action }) => (action === '' ? [] : [action]));
}
