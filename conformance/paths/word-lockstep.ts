/**
 * The lockstep of a large function, by words alone. What a device reads and saves in a state of the machine is told beforehand, region by
 * region (`region-words.ts`). Where every event leads from each of these states to the one that is told of the state after it, and the
 * reset to the first of them, no other pair of states is reached: they are all pairs, one of each state, and none need be kept or searched for.
 * Where a device does otherwise, it is walked as any other, and that walk says what it does.
 *
 * In each state the device is restored, and asked what it reads and saves. Then it is in it, with some memory, and that memory is told beforehand, too. After an event
 * all words of its memory are compared with those that it has where it is restored in the state that the machine is in by then: where they are the
 * same, it is that device, which reads and saves what was asked there. Where one word is another (it may remember what no guest can tell),
 * it is asked again what it reads and saves. A word that the event has nothing to do with is a word like any other in all of this.
 */
import type { StateValue } from 'xstate';
import { RegionStates } from '../../checker/compile/region-states.ts';
import { unpackValue } from '../../checker/compile/layout.ts';
import type { Exploration } from '../../checker/explore/explore.ts';
import { readEvent } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import type { Device, DeviceOutput } from '../device/device.ts';
import type { WordDevice } from '../device/in-process.ts';
import { readbackDwords } from '../device/readback.ts';
import { type Dialect, perform, readback, UnableError } from '../device/words.ts';
import { comparison } from './comparison.ts';
import { createDriver } from './drive.ts';
import { type Lockstep, walkInLockstep } from './lockstep.ts';
import { ASK, MachineSteps } from './machine-steps.ts';
import { type Flips, flipAll, RegionWords } from './region-words.ts';

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
type Act = () => void;

/**
 * What is noted of an event. Its acts are the same wherever it is noted for. What the machine does is held against the note in every state: which of
 * its transitions put out something, and the change of its words; where these are as noted, so are the outputs and the way of the device's memory.
 */
interface Note {
  readonly event: number;
  /** Whether it is about one vector. */
  readonly isOfVector: boolean;
  readonly acts: readonly Act[];
  talking: number;
  change: Int32Array;
  put: readonly DeviceOutput[];
  way: readonly Flips[] | undefined;
}
/** Of an event of which only its acts are noted. */
const NEVER = -2;

/** The events that are about one vector, or about none. */
interface Group {
  /** The region of the vector, or -1. */
  readonly region: number;
  readonly events: readonly number[];
  /** What is noted of them, by the states of the two regions that their acts may depend on: of the capability, and of the vector. */
  readonly notes: (readonly Note[])[][];
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
  private readonly told: RegionWords;
  /** The memory of the device; as it is in a state that was restored, and as it would be in the state after an event. */
  private readonly memory: Uint32Array;
  private readonly home: Uint32Array;
  private readonly toldMemory: RegionWords;
  private readonly isSeenDue: () => boolean;
  private readonly isHome: () => boolean;
  private readonly steps: MachineSteps;
  private readonly target: Int32Array;
  private readonly capability: number;
  private readonly groups: readonly Group[];

  constructor(exploration: Exploration, device: WordDevice, messages: MessageSet, dialect: Dialect) {
    this.exploration = exploration;
    this.device = device;
    this.messages = messages;
    this.dialect = dialect;
    const { compiled } = exploration;
    this.regions = new RegionStates(compiled);
    const dwords = readbackDwords(device.vectorCount);
    this.seen = new Uint32Array(dwords + device.savedWords);
    [this.seenRead, this.seenSaved] = [this.seen.subarray(0, dwords), this.seen.subarray(dwords)];
    this.due = new Uint32Array(this.seen.length);
    this.dueSaved = this.due.subarray(dwords);
    this.told = new RegionWords(this.regions);
    this.memory = device.memory;
    this.home = new Uint32Array(this.memory.length);
    this.toldMemory = new RegionWords(this.regions);
    this.isSeenDue = comparison(this.seen, this.due);
    this.isHome = this.memory.length === 0 ? () => false : comparison(this.memory, this.home);
    this.steps = new MachineSteps(compiled, this.regions);
    this.target = new Int32Array(compiled.wordCount);
    this.capability = this.regions.names.indexOf('capability');
    const groups = new Map<number, Group & { readonly events: number[] }>();
    for (const [event, name] of compiled.events.entries()) {
      const { vector } = readEvent(name);
      const region = vector === undefined ? -1 : this.regions.names.indexOf(vectorRegionName(vector));
      if (!groups.has(region)) groups.set(region, { region, events: [], notes: [] });
      groups.get(region)!.events.push(event);
    }
    this.groups = [...groups.values()];
  }

  /** Takes every event in every state. Returns the path to where the device does otherwise than was told, if it does. */
  run(onPairs: (pairs: number) => void): readonly number[] | undefined {
    const { exploration, device, due, dueSaved, told, memory, home, toldMemory, groups } = this;
    const { states, compiled } = exploration;
    const { wordCount } = compiled;
    device.reset();
    device.takeOutputs();
    told.begin(states.words, 0, this.look(states.words, 0));
    device.restoreFrom(this.seenSaved);
    toldMemory.begin(states.words, 0, memory);
    for (let state = 0; state < states.count; state++) {
      if (state % 1024 === 0) onPairs(state);
      const from = state * wordCount;
      if (!told.write(states.words, from, due) || !toldMemory.write(states.words, from, home)) return [];
      if (state < READBACKS && !this.isReadback(states.words, from)) return [];
      device.restoreFrom(dueSaved);
      if (!this.isAsDue()) return exploration.pathTo(state);
      if (memory.length > 0 && !this.isHome()) return [];
      for (let group = 0; group < groups.length; group++) {
        const notes = this.notesOf(groups[group], states.words, from);
        for (let index = 0; index < notes.length; index++) {
          const came = this.stepOrFail(states.words, from, notes[index]);
          if (came === DIFFERS) return exploration.pathTo(state, notes[index].event);
          if (came === UNTOLD) return [];
        }
      }
    }
    return undefined;
  }

  /** What a device throws is a difference, too. */
  private stepOrFail(words: Int32Array, from: number, note: Note): Came {
    try {
      return this.step(words, from, note);
    } catch (error) {
      if (error instanceof UnableError) throw error;
      return DIFFERS;
    }
  }

  /** Takes an event in the state that begins at `from` in `words`, in which the device is and which is told; and leaves it there. */
  private step(words: Int32Array, from: number, note: Note): Came {
    const { device, memory, home, dueSaved, steps, target } = this;
    const { event, acts } = note;
    for (let index = 0; index < acts.length; index++) acts[index]();
    const talking = steps.take(event, words, from, target);
    const isNoted = talking === note.talking && this.isChange(note.change, words, from);
    const { put, way } = isNoted ? note : this.workOut(note, talking, words, from);
    if (!areSame(device.takeOutputs(), put)) return DIFFERS;
    if (way !== undefined) {
      // Whoever is where the way leads is home when it is gone back: then nothing is to be restored.
      flipAll(memory, way);
      if (this.isHome()) return AS_DUE;
      flipAll(memory, way);
    }
    const came = this.lookCloser(steps.changes[event]);
    if (memory.length > 0) memory.set(home);
    else device.restoreFrom(dueSaved);
    return came;
  }

  /** Whether a change is what leads from a state to the one after the event that was just taken. */
  private isChange(change: Int32Array, words: Int32Array, from: number): boolean {
    const { target } = this;
    for (let word = 0; word < change.length; word++)
      if ((words[from + word] ^ target[word]) !== change[word]) return false;
    return true;
  }

  /** What a step puts out, and the way to the state after it: noted, for an event of a vector. */
  private workOut(note: Note, talking: number, words: Int32Array, from: number): Pick<Note, 'put' | 'way'> {
    const { steps, target } = this;
    const put = steps.outputs(note.event, words, from, talking);
    const way = this.toldMemory.way(steps.changes[note.event], target);
    if (way === undefined || talking === ASK || !note.isOfVector) return { put, way };
    return Object.assign(note, { talking, put, way, change: target.map((word, at) => word ^ words[from + at]) });
  }

  /** Asks a device whose memory is not as it would be after a restore for what it reads and saves. */
  private lookCloser(changes: readonly number[]): Came {
    const { told, toldMemory, due, dueSaved, device, target } = this;
    let way = told.way(changes, target);
    const isKnown = way !== undefined;
    if (way === undefined) {
      if (!told.learn(target, 0, this.look(target, 0))) return UNTOLD;
      way = told.way(changes, target)!;
    }
    flipAll(due, way);
    const isAsDue = this.isAsDue();
    if (isAsDue && !isKnown) {
      device.restoreFrom(dueSaved);
      toldMemory.learn(target, 0, this.memory);
    }
    flipAll(due, way);
    return isAsDue ? AS_DUE : DIFFERS;
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
    const { device } = this;
    if (device.peekInto(this.seenRead) !== this.seenRead.length) return false;
    device.saveInto(this.seenSaved);
    return this.isSeenDue();
  }

  /** What is noted of the events of a group for all states in which the capability, and the vector that they are about, are as in one that begins at `from` in `words`. */
  private notesOf({ region, events, notes }: Group, words: Int32Array, from: number): readonly Note[] {
    const { here } = this.told;
    const known = (notes[here[this.capability]] ??= []);
    return (known[region < 0 ? 0 : here[region]] ??= events.map((event) => ({
      event,
      isOfVector: region >= 0,
      acts: this.noteActs(event, unpackValue(this.exploration.compiled, words, from)),
      talking: NEVER,
      change: this.target,
      put: [],
      way: undefined,
    })));
  }

  private noteActs(event: number, value: StateValue): Act[] {
    const noted: Act[] = [];
    const { device, dialect, messages } = this;
    const notebook: Device = Object.assign(Object.create(device) as Device, {
      configWrite: (offset, bytes, word) => void noted.push(() => device.configWrite(offset, bytes, word)),
      tableWrite: (offset, bytes, low, high) => void noted.push(() => device.tableWrite(offset, bytes, low, high)),
      signal: (vector) => void noted.push(() => device.signal(vector)),
      retire: (vector) => void noted.push(() => device.retire(vector)),
      reset: () => void noted.push(() => device.reset()),
    } satisfies Partial<Device>);
    perform(this.exploration.compiled.events[event], { device: notebook, dialect, messages, value });
    return noted;
  }
}

/** What comes of a step: the device does and is as it must; it differs; or nothing is told of the state after it. */
type Came = 0 | 1 | 2;
const AS_DUE = 0;
const DIFFERS = 1;
const UNTOLD = 2;

function areSame(done: readonly DeviceOutput[], due: readonly DeviceOutput[]): boolean {
  if (done.length !== due.length) return false;
  for (let index = 0; index < due.length; index++) {
    const [one, other] = [done[index], due[index]];
    if (one.verb !== other.verb || one.vector !== other.vector || one.data !== other.data) return false;
    if (one.addressLow !== other.addressLow || one.addressHigh !== other.addressHigh) return false;
  }
  return true;
}
