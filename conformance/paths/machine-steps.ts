/**
 * The steps of a compiled machine as a device is held against them millions of times: the state after an event, the regions that the event can
 * change at all, and what it puts out, told as a device does it.
 *
 * A step is a translated program that says which of the transitions were taken that put out something. Each of them puts out the same whenever it is
 * taken: first what comes with the transitions, one after the other, and then what comes with the states that they enter.
 */
import { writeParts } from '../../checker/compile/expand.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import type { RegionStates } from '../../checker/compile/region-states.ts';
import { ownersApart } from '../../checker/compile/regions-apart.ts';
import { Stepper } from '../../checker/compile/step.ts';
import { touchedBits } from '../../checker/compile/touched-bits.ts';
import { readOutput } from '../../machines/alphabet.ts';
import type { DeviceOutput } from '../device/device.ts';
import { OutputWords, outputWords } from '../device/output-words.ts';
import { messageOf } from '../device/words.ts';

/** Writes the state after an event to `target`. Returns a bit for each transition taken that puts out something, or `ASK`. */
type Step = (words: Int32Array, from: number, target: Int32Array) => number;
/** A step that is translated, and what each of its bits puts out: with the transition, and with the states that it enters. */
interface Translation {
  readonly step: Step;
  /** The transition of each bit. */
  readonly talking: readonly number[];
  readonly parts: readonly (readonly OutputWords[])[];
}
/** Whether such a step puts out something, only the stepper knows. */
export const ASK = -1;
/** Of so many transitions an integer has a bit each. */
const BITS = 30;

/** Takes the events of a compiled machine. */
export class MachineSteps {
  /** Of each event, the regions that it may change. */
  readonly changes: readonly (readonly number[])[];
  /** Of each event, the regions on whose states it depends what the event does. */
  readonly reads: readonly (readonly number[])[];
  private readonly translations: readonly Translation[];
  private readonly compiled: CompiledMachine;
  private readonly regions: RegionStates;
  private readonly stepper: Stepper;
  private readonly scratch: Int32Array;

  constructor(compiled: CompiledMachine, regions: RegionStates) {
    this.compiled = compiled;
    this.regions = regions;
    this.stepper = new Stepper(compiled);
    this.scratch = new Int32Array(compiled.wordCount);
    this.translations = compiled.events.map((_, event) => translate(compiled, event) ?? this.plain(event));
    const touched = compiled.events.map((_, event) => touchedBits(compiled, event));
    this.changes = touched.map(({ written }) => regions.within(written));
    this.reads = touched.map(({ read }) => regions.within(read));
  }

  /** Writes the state after an event to `target`. Returns what to ask `outputs` and `areOutputs` for. */
  take(event: number, words: Int32Array, from: number, target: Int32Array): number {
    return this.translations[event].step(words, from, target);
  }

  /**
   * Which bits of what `take` returns are those of the transitions of each region; nothing where what an event does in a region depends on more than that
   * region and `shared`.
   */
  bitsApart(event: number, shared: number): readonly number[] | undefined {
    const { compiled, regions } = this;
    const { talking, parts } = this.translations[event];
    const owners = parts.length === 0 ? undefined : ownersApart(compiled, regions, event, shared);
    if (owners === undefined) return undefined;
    const bits = regions.names.map(() => 0);
    for (const [bit, number] of talking.entries()) bits[owners.get(number)!] |= 1 << bit;
    return bits;
  }

  /** What a step puts out of which `take` returned `talking`. */
  outputs(event: number, words: Int32Array, from: number, talking: number): OutputWords {
    if (talking === ASK) return this.ask(event, words, from);
    const put = new OutputWords(1);
    for (const part of this.translations[event].parts) {
      for (let bits = talking; bits !== 0; bits &= bits - 1) put.addAll(part[lowest(bits)]);
    }
    return put;
  }

  /** Takes all outputs of a device, and says whether they are what a step puts out of which `take` returned `talking`. */
  areOutputs(done: OutputWords, event: number, words: Int32Array, from: number, talking: number): boolean {
    if (talking === ASK) return done.takeSame(this.ask(event, words, from));
    const { parts } = this.translations[event];
    let at = 0;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      for (let bits = talking; bits !== 0; bits &= bits - 1) at = done.after(at, part[lowest(bits)]);
    }
    return done.takeUpTo(at);
  }

  private ask(event: number, words: Int32Array, from: number): OutputWords {
    this.stepper.stepWords(words, from, event, this.scratch, 0);
    return outputWords(this.stepper.outputs(words, from).map(deviceOutput));
  }

  private plain(event: number): Translation {
    const step: Step = (words, from, target) => {
      this.stepper.stepWords(words, from, event, target, 0);
      return ASK;
    };
    return { step, talking: [], parts: [] };
  }
}

/** The number of the lowest bit that is set. */
const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** Translates the program of an event; nothing where the transitions that it takes do not say by themselves what it puts out, or are too many. */
function translate(compiled: CompiledMachine, event: number): Translation | undefined {
  const { transitions, events, outputs, wordCount } = compiled;
  const ours = [...transitions.keys()].filter((number) => transitions[number].transition.eventType === events[event]);
  const talking = ours.filter((number) => transitions[number].outputs.length + transitions[number].entries.length > 0);
  if (talking.length > BITS || ours.some((number) => transitions[number].exits.length > 0)) return undefined;
  const bits = talking.map((number, bit) => ` | (r${number} ? ${1 << bit} : 0)`);
  const steps = writeParts(compiled, {
    events: [event],
    noted: new Set(talking),
    parameters: ['target'],
    before: () => [],
    after: () => [
      ...Array.from({ length: wordCount }, (_, word) => `target[${word}] = t${word};`),
      `return 0${bits.join('')};`,
    ],
    end: [],
  });
  if (steps === undefined) return undefined;
  const part = (name: 'outputs' | 'entries'): OutputWords[] =>
    talking.map((number) => outputWords(transitions[number][name].map((output) => deviceOutput(outputs[output]))));
  return { step: steps[0] as Step, talking, parts: [part('outputs'), part('entries')] };
}

/** An output of the machine as a device does it. */
function deviceOutput(name: string): DeviceOutput {
  const { verb, vector, message } = readOutput(name);
  const [addressLow, addressHigh, data] = message === undefined ? [0, 0, 0] : messageOf(message, vector);
  return { verb: verb as DeviceOutput['verb'], vector, addressLow, addressHigh, data };
}
