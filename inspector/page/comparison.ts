/**
 * The implementation beside the machine, along a run: what it does and reads is compared after each event. It is driven a piece at a
 * time, and saved on the way, so that a long run can be travelled.
 */
import type { Snapshot } from '../../conformance/device/device.ts';
import { initialTransition, type StateValue } from 'xstate';
import { regionsOf } from '../../checker/machine/regions.ts';
import { readOutput } from '../../machines/alphabet.ts';
import type { Instance } from '../../properties/instances.ts';
import type { CompiledSubject } from '../../properties/subject.ts';
import type { Difference, DrivenDevice, Driver } from './driver.ts';
import type { findLead } from './lead.ts';
import { Run } from './run.ts';

const STRIDE = 512;

/** The implementation at one position of a run. */
export interface ComparisonState {
  /** Message Control, the table and the Pending Bit Array. */
  readonly words: Uint32Array;
  /** The message in force of each vector, as notifications tell it, in the machine's words; undefined where nobody is told. */
  readonly force: readonly (string | undefined)[] | undefined;
  readonly differences: readonly Difference[];
}

interface Saved {
  readonly snapshot: Snapshot;
  readonly force: readonly (string | undefined)[];
}

/** Makes the comparison of a run; or says why there is none; undefined where it begins elsewhere than at reset, and nobody finds the way. */
export function createComparison(
  driver: Driver,
  instance: Instance,
  subject: CompiledSubject,
  run: Run,
  find?: typeof findLead,
): Comparison | string | undefined {
  const refusal = driver.refusal(instance);
  if (refusal !== undefined) return refusal;
  const { machine } = subject;
  const reset = regionsOf(machine, initialTransition(machine)[0].value);
  if (Object.entries(reset).every(([name, child]) => run.start[name] === child))
    return new Comparison(driver.create(instance), run);
  if (find === undefined) return undefined;
  const lead = find(subject, run);
  return lead === undefined
    ? 'The run begins where no way was found to lead the implementation.'
    : new Comparison(driver.create(instance), run, lead);
}

/** The implementation, driven along a run. The run may grow meanwhile. */
export class Comparison {
  /** The first position at which the two differ, of those compared so far. */
  firstDifference: number | undefined;
  /** The positions compared so far: from 0 up to this one. */
  compared = 0;
  private readonly run: Run;
  private readonly driven: DrivenDevice;
  private readonly saved: Saved[] = [];
  private force: (string | undefined)[] = [];
  private position = 0;

  constructor(driven: DrivenDevice, run: Run, lead: readonly number[] = []) {
    this.run = run;
    this.driven = driven;
    if (lead.length > 0) this.follow(lead);
    this.saved.push(this.save());
    if (this.differencesAt(0).length > 0) this.firstDifference = 0;
  }

  /** Compares up to `count` more positions. Returns whether there is nothing left to compare. */
  compare(count: number): boolean {
    this.goTo(this.compared);
    for (let step = 0; step < count && this.compared < this.run.length; step++) {
      const differences = this.advance();
      this.compared = this.position;
      if (differences.length > 0) this.firstDifference ??= this.position;
      if (this.position % STRIDE === 0) this.saved.push(this.save());
    }
    return this.compared >= this.run.length;
  }

  /** The implementation at a position, whose step is driven again to get there. */
  at(position: number): ComparisonState {
    while (this.compared < position) this.compare(position - this.compared);
    this.goTo(Math.max(0, position - 1));
    const differences = position === 0 ? this.differencesAt(0) : this.advance();
    return { words: this.driven.read(), force: this.driven.notifies ? [...this.force] : undefined, differences };
  }

  /** Leads the implementation to where the run begins. */
  private follow(lead: readonly number[]): void {
    const { subject } = this.run;
    const way = Run.begin(subject).take(0, lead);
    for (let position = 0; position < way.length; position++)
      this.perform(way.eventAt(position + 1)!, way.valueAt(position));
  }

  /** Brings the implementation to a position without looking at what differs on the way. */
  private goTo(position: number): void {
    if (this.position === position) return;
    const from = Math.min(Math.floor(position / STRIDE), this.saved.length - 1);
    if (this.position > position || this.position < from * STRIDE) {
      this.driven.restore(this.saved[from].snapshot);
      this.force = [...this.saved[from].force];
      this.position = from * STRIDE;
    }
    while (this.position < position) this.drive();
  }

  /** Takes the next step, and tells what differs after it. */
  private advance(): Difference[] {
    const done = this.drive();
    const { outputs } = this.run.steps[this.position - 1];
    return [...this.driven.outputDifferences(outputs, done), ...this.differencesAt(this.position)];
  }

  private differencesAt(position: number): Difference[] {
    return this.driven.differences(this.run.valueAt(position));
  }

  private drive(): readonly string[] {
    const done = this.perform(this.run.eventAt(this.position + 1)!, this.run.valueAt(this.position));
    this.position++;
    return done;
  }

  private perform(event: string, value: StateValue): readonly string[] {
    const done = this.driven.perform(event, value);
    for (const output of done) {
      const { verb, vector, message } = readOutput(output);
      if (verb === 'use') this.force[vector] = message;
      if (verb === 'release') this.force[vector] = undefined;
    }
    this.force.length = this.driven.vectors;
    return done;
  }

  private save(): Saved {
    return { snapshot: this.driven.save(), force: [...this.force] };
  }
}
