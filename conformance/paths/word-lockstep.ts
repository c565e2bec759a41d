/**
 * The lockstep of a large function, by words alone. What a device reads and saves in a state of the machine is told beforehand, region by
 * region (`region-words.ts`). Where every event leads from each of these states to the one that is told of the state after it, and the
 * reset to the first of them, no other pair of states is reached: they are all pairs, one of each state, and none need be kept or searched for.
 * Where a device does otherwise, it is walked as any other, and that walk says what it does.
 */
import type { StateValue } from 'xstate';
import { createSteps } from '../../checker/compile/expand.ts';
import { IGNORED, type StepEvent, TALKING } from '../../checker/compile/step-event.ts';
import { RegionStates } from '../../checker/compile/region-states.ts';
import { unpackValue } from '../../checker/compile/layout.ts';
import { Stepper } from '../../checker/compile/step.ts';
import type { Exploration } from '../../checker/explore/explore.ts';
import { readEvent, readOutput } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import type { Device, DeviceOutput } from '../device/device.ts';
import type { WordDevice } from '../device/in-process.ts';
import { readbackDwords } from '../device/readback.ts';
import { type Dialect, messageOf, perform, readback, UnableError } from '../device/words.ts';
import { createDriver } from './drive.ts';
import { type Lockstep, walkInLockstep } from './lockstep.ts';
import { RegionWords } from './region-words.ts';

/** Of so many states it is looked at whether what a guest reads is what its regions say. It is so of all: an entry is read from one vector. */
const READBACKS = 4096;

/** Walks a device and a function together through every pair of states. Throws a `ConformanceError` at the first difference. */
export function walkByWords(
  exploration: Exploration,
  device: WordDevice,
  messages: MessageSet,
  dialect: Dialect,
  onPairs: (pairs: number) => void = () => {},
): Lockstep {
  const walk = new WordWalk(exploration, device, messages, dialect);
  const differs = device.notifies ? walk.run(onPairs) : [];
  if (differs === undefined) {
    const { count } = exploration.states;
    return { pairs: count, steps: count * exploration.compiled.events.length };
  }
  const graph = exploration.graph();
  // Most differences show along the path to them, which is one of the shortest.
  const path = differs.map((event) => graph.events[event]);
  createDriver(graph, device.vectorCount, messages).drive(device, path, dialect);
  return walkInLockstep(graph, device, messages, dialect);
}

/** An access, a signal, a retirement or a reset of a device. */
interface Act {
  readonly verb: 'configWrite' | 'tableWrite' | 'signal' | 'retire' | 'reset';
  readonly offset: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

class WordWalk {
  private readonly exploration: Exploration;
  private readonly device: WordDevice;
  private readonly messages: MessageSet;
  private readonly dialect: Dialect;
  private readonly regions: RegionStates;
  /** What is read of the device, and what it saves; and both as they must be. */
  private readonly seen: Uint32Array;
  private readonly seenRead: Uint32Array;
  private readonly seenSaved: Uint32Array;
  private readonly due: Uint32Array;
  private readonly dueSaved: Uint32Array;
  /** The acts of each event, by the states of the two regions that they may depend on. */
  private readonly told: RegionWords;
  private readonly steps: readonly StepEvent[];
  private readonly stepper: Stepper;
  private readonly target: Int32Array;
  private readonly acts: (readonly Act[])[][][];
  private readonly capability: number;
  /** The region of the vector that each event is about, or -1. */
  private readonly eventRegions: readonly number[];
  private readonly outputs = new Map<readonly string[], readonly DeviceOutput[]>();

  constructor(exploration: Exploration, device: WordDevice, messages: MessageSet, dialect: Dialect) {
    this.exploration = exploration;
    this.device = device;
    this.messages = messages;
    this.dialect = dialect;
    this.regions = new RegionStates(exploration.compiled);
    const dwords = readbackDwords(device.vectorCount);
    this.seen = new Uint32Array(dwords + device.savedWords);
    [this.seenRead, this.seenSaved] = [this.seen.subarray(0, dwords), this.seen.subarray(dwords)];
    this.due = new Uint32Array(this.seen.length);
    this.dueSaved = this.due.subarray(dwords);
    const { compiled } = exploration;
    const { events } = compiled;
    this.told = new RegionWords(this.regions);
    this.steps = createSteps(compiled);
    this.stepper = new Stepper(compiled);
    this.target = new Int32Array(compiled.wordCount);
    this.acts = events.map(() => []);
    this.capability = this.regions.names.indexOf('capability');
    this.eventRegions = events.map((name) => {
      const { vector } = readEvent(name);
      return vector === undefined ? -1 : this.regions.names.indexOf(vectorRegionName(vector));
    });
  }

  /** Takes every event in every state. Returns the path to where the device does otherwise than was told, if it does. */
  run(onPairs: (pairs: number) => void): readonly number[] | undefined {
    const { exploration, device, due, dueSaved, told } = this;
    const { states, compiled } = exploration;
    const { wordCount, events } = compiled;
    device.reset();
    device.takeOutputs();
    told.begin(states.words, 0, this.look(states.words, 0));
    for (let state = 0; state < states.count; state++) {
      if (state % 1024 === 0) onPairs(state);
      const from = state * wordCount;
      if (!told.write(states.words, from, due)) return [];
      if (state < READBACKS && !this.isReadback(states.words, from)) return [];
      device.restoreFrom(dueSaved);
      if (!this.isAsDue()) return exploration.pathTo(state);
      for (let event = 0; event < events.length; event++) {
        const came = this.stepOrFail(states.words, from, event);
        if (came === DIFFERS) return exploration.pathTo(state, event);
        if (came === UNTOLD) return [];
        // An event that changed nothing leaves the device where it is.
        if (came === MOVED) device.restoreFrom(dueSaved);
      }
    }
    return undefined;
  }

  /** What a device throws is a difference, too. */
  private stepOrFail(words: Int32Array, from: number, event: number): Came {
    try {
      return this.step(words, from, event);
    } catch (error) {
      if (error instanceof UnableError) throw error;
      return DIFFERS;
    }
  }

  /** Takes an event in the state that begins at `from` in `words`, in which the device is and which `due` tells. */
  private step(words: Int32Array, from: number, event: number): Came {
    const { device, due, told, target } = this;
    for (const each of this.actsOf(event, words, from)) act(device, each);
    const kind = this.steps[event](words, from, target);
    if (kind === IGNORED) return device.takeOutputs().length === 0 && this.isAsDue() ? STAYED : DIFFERS;
    let put = NOTHING;
    if (kind === TALKING) {
      this.stepper.stepWords(words, from, event, target, 0);
      put = this.outputsOf(this.stepper.outputs(words, from));
    }
    if (!areSame(device.takeOutputs(), put)) return DIFFERS;
    const moved = told.move(words, from, target, 0, due);
    if (moved === 0) return this.isAsDue() ? STAYED : DIFFERS;
    if (moved < 0) {
      if (!told.learn(target, 0, this.look(target, 0))) return UNTOLD;
      told.write(target, 0, due);
    }
    if (!this.isAsDue()) return DIFFERS;
    told.move(target, 0, words, from, due);
    return MOVED;
  }

  /** What must be read in a state, and what the device saves that is in it. */
  private look(words: Int32Array, from: number): Uint32Array {
    this.device.saveInto(this.seenSaved);
    this.seenRead.set(this.readback(words, from));
    return this.seen;
  }

  private readback(words: Int32Array, from: number): number[] {
    return readback(unpackValue(this.exploration.compiled, words, from), this.device.vectorCount, this.messages);
  }

  private isReadback(words: Int32Array, from: number): boolean {
    return this.readback(words, from).every((dword, at) => this.due[at] === dword);
  }

  /** Whether the device reads and saves what it must. */
  private isAsDue(): boolean {
    const { device, seen, due } = this;
    if (device.peekInto(this.seenRead) !== this.seenRead.length) return false;
    device.saveInto(this.seenSaved);
    for (let word = 0; word < due.length; word++) if (seen[word] !== due[word]) return false;
    return true;
  }

  /** The acts that an event is in a state: noted once for all states in which the capability, and the vector that it is about, are the same. */
  private actsOf(event: number, words: Int32Array, from: number): readonly Act[] {
    const { regions, acts, eventRegions } = this;
    const region = eventRegions[event];
    const capability = regions.stateOf(this.capability, words, from);
    const known = (acts[event][capability] ??= []);
    const state = region < 0 ? 0 : regions.stateOf(region, words, from);
    return (known[state] ??= this.noteActs(event, unpackValue(this.exploration.compiled, words, from)));
  }

  private noteActs(event: number, value: StateValue): Act[] {
    const noted: Act[] = [];
    const note =
      (verb: Act['verb']) =>
      (offset = 0, bytes = 0, low = 0, high = 0): void =>
        void noted.push({ verb, offset, bytes, low, high });
    const { device, dialect, messages } = this;
    const notebook: Device = {
      ...device,
      configWrite: note('configWrite'),
      tableWrite: note('tableWrite'),
      signal: note('signal'),
      retire: note('retire'),
      reset: note('reset'),
    };
    perform(this.exploration.compiled.events[event], { device: notebook, dialect, messages, value });
    return noted;
  }

  /** What outputs are as a device does them. Equal lists are one object. */
  private outputsOf(names: readonly string[]): readonly DeviceOutput[] {
    const known = this.outputs.get(names);
    if (known !== undefined) return known;
    const outputs = names.map((name): DeviceOutput => {
      const { verb, vector, message } = readOutput(name);
      const [addressLow, addressHigh, data] = message === undefined ? [0, 0, 0] : messageOf(message, vector);
      return { verb: verb as DeviceOutput['verb'], vector, addressLow, addressHigh, data };
    });
    this.outputs.set(names, outputs);
    return outputs;
  }
}

/** What comes of a step: the machine stays or moves, with the device as it must be; the device differs; or nothing is told of the state after it. */
type Came = 0 | 1 | 2 | 3;
const STAYED = 0;
const MOVED = 1;
const DIFFERS = 2;
const UNTOLD = 3;

const NOTHING: readonly DeviceOutput[] = [];

function act(device: WordDevice, { verb, offset, bytes, low, high }: Act): void {
  switch (verb) {
    case 'configWrite':
      return device.configWrite(offset, bytes, low);
    case 'tableWrite':
      return device.tableWrite(offset, bytes, low, high);
    case 'signal':
      return device.signal(offset);
    case 'retire':
      return device.retire(offset);
    case 'reset':
      return device.reset();
  }
}

function areSame(done: readonly DeviceOutput[], due: readonly DeviceOutput[]): boolean {
  if (done.length !== due.length) return false;
  for (let index = 0; index < due.length; index++) {
    const [one, other] = [done[index], due[index]];
    if (one.verb !== other.verb || one.vector !== other.vector || one.data !== other.data) return false;
    if (one.addressLow !== other.addressLow || one.addressHigh !== other.addressHigh) return false;
  }
  return true;
}
