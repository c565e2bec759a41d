/**
 * The implementation beside the machine: every event of a run is an access to `MsixFunction` too, and what it does and reads is
 * compared after each. It is driven a piece at a time, and saved on the way, so that a long run can be travelled.
 */
import { initialTransition } from 'xstate';
import { regionsOf } from '../../checker/machine/regions.ts';
import { DIALECTS, outputNameOf, perform, readback } from '../../conformance/encoding.ts';
import { createInProcessDevice, type InProcessOptions } from '../../conformance/in-process.ts';
import type { RestorableDevice } from '../../conformance/lockstep.ts';
import { dwordName, tellOutputs } from '../../conformance/story.ts';
import { readOutput } from '../../machines/alphabet.ts';
import type { Instance } from '../../properties/instances.ts';
import type { Run } from './run.ts';

const STRIDE = 512;

/** Something in which machine and implementation differ. */
export interface Difference {
  /** The dword of Message Control, table and Pending Bit Array, counted as `peekInto` does; undefined of outputs. */
  readonly word?: number;
  readonly sentence: string;
}

/** The implementation at one position of a run. */
export interface TwinState {
  /** Message Control, the table and the Pending Bit Array. */
  readonly words: Uint32Array;
  /** The message in force of each vector, as notifications tell it, in the machine's words. */
  readonly force: readonly (string | undefined)[];
  readonly differences: readonly Difference[];
}

interface Saved {
  readonly words: Uint32Array;
  readonly force: readonly (string | undefined)[];
}

/** Why a run has no implementation beside it; undefined when it has. */
export function twinRefusal({ machine, channel }: Instance, run: Run): string | undefined {
  if (machine.id !== 'function' && machine.id !== 'vector')
    return 'Only of a function is the implementation shown beside the machine.';
  if (channel) return 'The implementation sends within the step, so it has no messages in transit to compare.';
  const reset = regionsOf(run.subject.machine, initialTransition(run.subject.machine)[0].value);
  const isReset = Object.entries(reset).every(([name, child]) => run.start[name] === child);
  return isReset ? undefined : 'The run does not start from reset, as the implementation does.';
}

/** The implementation, driven along a run. The run may grow meanwhile. */
export class Twin {
  /** The first position at which the two differ, of those compared so far. */
  firstDifference: number | undefined;
  /** The positions compared so far: from 0 up to this one. */
  compared = 0;
  private readonly run: Run;
  private readonly instance: Instance;
  private readonly device: RestorableDevice;
  private readonly saved: Saved[] = [];
  private force: (string | undefined)[] = [];
  private position = 0;

  constructor(instance: Instance, run: Run, options: InProcessOptions = {}) {
    this.instance = instance;
    this.run = run;
    this.device = createInProcessDevice(instance.vectors, options);
    this.device.reset();
    this.device.takeOutputs();
    this.saved.push(this.save());
    if (this.differences().length > 0) this.firstDifference = 0;
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
  at(position: number): TwinState {
    while (this.compared < position) this.compare(position - this.compared);
    if (position === 0) this.goTo(0);
    else this.goTo(position - 1);
    const differences = position === 0 ? this.differences() : this.advance();
    return { words: this.read(), force: [...this.force], differences };
  }

  /** Brings the device to a position without looking at what differs on the way. */
  private goTo(position: number): void {
    if (this.position === position) return;
    const from = Math.min(Math.floor(position / STRIDE), this.saved.length - 1);
    if (this.position > position || this.position < from * STRIDE) {
      this.device.restore(this.saved[from].words);
      this.device.takeOutputs();
      this.force = [...this.saved[from].force];
      this.position = from * STRIDE;
    }
    while (this.position < position) this.drive();
  }

  /** Takes the next step, and tells what differs after it. */
  private advance(): Difference[] {
    const done = this.drive();
    const { outputs } = this.run.steps[this.position - 1];
    const due = outputs.join(' ') === done.join(' ');
    const sentence = `The machine does ${tellOutputs(outputs)}; the implementation does ${tellOutputs(done)}.`;
    return [...(due ? [] : [{ sentence }]), ...this.differences()];
  }

  private drive(): readonly string[] {
    const { device, instance, run } = this;
    const { messages, vectors } = instance;
    const value = run.valueAt(this.position);
    const [dialect] = DIALECTS;
    perform(run.eventAt(this.position + 1)!, { device, dialect, messages, value });
    this.position++;
    const done = device.takeOutputs().map((output) => outputNameOf(messages, output));
    for (const output of done) {
      const { verb, vector, message } = readOutput(output);
      if (verb === 'use') this.force[vector] = message;
      if (verb === 'release') this.force[vector] = undefined;
    }
    this.force.length = vectors;
    return done;
  }

  private differences(): Difference[] {
    const { vectors, messages } = this.instance;
    const due = readback(this.run.valueAt(this.position), vectors, messages);
    const words = this.read();
    return due.flatMap((expected, word) => {
      if (words[word] === expected) return [];
      const name = dwordName(word, vectors);
      return [
        {
          word,
          sentence: `${name} is ${hex(expected)} in the machine, and ${hex(words[word])} in the implementation.`,
        },
      ];
    });
  }

  private read(): Uint32Array {
    const words = new Uint32Array(1 + 4 * this.instance.vectors + 2 * Math.ceil(this.instance.vectors / 64));
    this.device.peekInto(words);
    return words;
  }

  private save(): Saved {
    return { words: this.device.save(), force: [...this.force] };
  }
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
