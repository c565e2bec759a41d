/**
 * The steps of a compiled machine as a device is held against them millions of times: the state after an event, the regions that the event can
 * change at all, and what it puts out, told as a device does it.
 *
 * A step is a translated program that says which of the transitions were taken that put out something. What they put out together is asked of the
 * stepper once: it is the same in every state in which they are the same, for each has its outputs, and their order is that of the document.
 */
import { writeParts } from '../../checker/compile/expand.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import type { RegionStates } from '../../checker/compile/region-states.ts';
import { Stepper } from '../../checker/compile/step.ts';
import { touchedBits } from '../../checker/compile/touched-bits.ts';
import { readOutput } from '../../machines/alphabet.ts';
import type { DeviceOutput } from '../device/device.ts';
import { NO_OUTPUTS, type OutputWords, outputWords } from '../device/output-words.ts';
import { messageOf } from '../device/words.ts';

/** Writes the state after an event to `target`. Returns a bit for each transition taken that puts out something, or `ASK`. */
type Step = (words: Int32Array, from: number, target: Int32Array) => number;
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
  private readonly steps: readonly Step[];
  private readonly known: readonly Map<number, OutputWords>[];
  private readonly stepper: Stepper;
  private readonly scratch: Int32Array;

  constructor(compiled: CompiledMachine, regions: RegionStates) {
    this.stepper = new Stepper(compiled);
    this.scratch = new Int32Array(compiled.wordCount);
    this.steps = compiled.events.map((_, event) => createStep(compiled, event) ?? this.plainStep(event));
    this.known = compiled.events.map(() => new Map<number, OutputWords>());
    const none = new Int32Array(compiled.wordCount);
    const regionsOf = (bits: Int32Array): number[] =>
      [...regions.names.keys()].filter((region) => regions.differ(region, bits, 0, none, 0));
    const touched = compiled.events.map((_, event) => touchedBits(compiled, event));
    this.changes = touched.map(({ written }) => regionsOf(written));
    this.reads = touched.map(({ read }) => regionsOf(read));
  }

  /** Writes the state after an event to `target`. Returns what to ask `outputs` for. */
  take(event: number, words: Int32Array, from: number, target: Int32Array): number {
    return this.steps[event](words, from, target);
  }

  /** What a step puts out of which `take` returned `talking`. */
  outputs(event: number, words: Int32Array, from: number, talking: number): OutputWords {
    if (talking === 0) return NO_OUTPUTS;
    if (talking === ASK) return this.ask(event, words, from);
    const known = this.known[event];
    let put = known.get(talking);
    if (put === undefined) known.set(talking, (put = this.ask(event, words, from)));
    return put;
  }

  private ask(event: number, words: Int32Array, from: number): OutputWords {
    this.stepper.stepWords(words, from, event, this.scratch, 0);
    return outputWords(this.stepper.outputs(words, from).map(deviceOutput));
  }

  private plainStep(event: number): Step {
    return (words, from, target) => {
      this.stepper.stepWords(words, from, event, target, 0);
      return ASK;
    };
  }
}

/** Translates the program of an event; nothing where the transitions that it takes do not say by themselves what it puts out, or are too many. */
function createStep(compiled: CompiledMachine, event: number): Step | undefined {
  const { transitions, events, wordCount } = compiled;
  const ours = [...transitions.keys()].filter((number) => transitions[number].transition.eventType === events[event]);
  const talking = ours.filter((number) => transitions[number].outputs.length + transitions[number].entries.length > 0);
  if (talking.length > BITS || ours.some((number) => transitions[number].exits.length > 0)) return undefined;
  const bits = talking.map((number, bit) => ` | (r${number} ? ${1 << bit} : 0)`);
  const parts = writeParts(compiled, {
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
  return parts?.[0] as Step | undefined;
}

/** An output of the machine as a device does it. */
function deviceOutput(name: string): DeviceOutput {
  const { verb, vector, message } = readOutput(name);
  const [addressLow, addressHigh, data] = message === undefined ? [0, 0, 0] : messageOf(message, vector);
  return { verb: verb as DeviceOutput['verb'], vector, addressLow, addressHigh, data };
}
