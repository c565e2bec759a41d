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
import type { Device } from '../device/device.ts';
import type { WordDevice } from '../device/in-process.ts';
import { NO_OUTPUTS, type OutputWords } from '../device/output-words.ts';
import { readbackDwords } from '../device/readback.ts';
import { type Dialect, perform, readback, UnableError } from '../device/words.ts';
import { graphAlong } from './along.ts';
import { Blocks } from './blocks.ts';
import { comparison, copying } from './comparison.ts';
import { createDriver } from './drive.ts';
import { ConformanceError } from './failure.ts';
import { type Lockstep, walkInLockstep } from './lockstep.ts';
import { ASK, MachineSteps } from './machine-steps.ts';
import { RegionSteps } from './region-steps.ts';
import { flip, flipsOf, RegionWords, type Step, type Words } from './region-words.ts';
import { NO_RULES } from './step-rules.ts';
import { type Act, actWords, flipWords, performActs, tapeOf } from './tape.ts';

/**
 * So many states every walk begins with: on the way all states of the regions are learnt. Of these it is looked at whether what a guest reads is what their
 * regions say. It is so of all: an entry is read from one vector.
 */
const FIRST = 4096;

/** What is walked: a compiled machine and all its states. */
export type Walked = Pick<Exploration, 'compiled'> & {
  readonly states: Pick<Exploration['states'], 'words' | 'count'>;
};

/** How a walk goes. */
export interface WordWalkOptions {
  /** Told how many pairs are behind. */
  readonly onPairs?: (pairs: number) => void;
  /** Its states, where threads walk them together (`walkBlocks`). */
  readonly blocks?: Blocks;
}

/** Walks a device and a function together through every pair of states. Throws a `ConformanceError` at the first difference. */
export function walkByWords(
  exploration: Exploration,
  device: WordDevice,
  messages: MessageSet,
  dialect: Dialect,
  { onPairs = () => {}, blocks = new Blocks(exploration.states.count) }: WordWalkOptions = {},
): Lockstep {
  if (!device.notifies) return walkInLockstep(exploration.graph(), device, messages, dialect);
  const walk = new WordWalk(exploration, device, messages, dialect);
  const came = walk.run(blocks, onPairs);
  if (came === AS_DUE) {
    const { count } = exploration.states;
    return { pairs: count, steps: count * exploration.compiled.events.length };
  }
  walk.goBack();
  const differs = came === UNTOLD ? [] : exploration.pathTo(walk.state, walk.event);
  // The first of all differences, not of those in the blocks that were taken here.
  const again = blocks.isShared
    ? walkByWords(exploration, device, messages, dialect)
    : walkAgain(exploration, device, messages, dialect, differs);
  if (came === DIFFERS) throw seenOnce(exploration, `${device.name} (${dialect.name})`, differs);
  return again;
}

/** Walks one that does otherwise somewhere: most differences show along the path to them, which is one of the shortest. */
function walkAgain(
  exploration: Exploration,
  device: WordDevice,
  messages: MessageSet,
  dialect: Dialect,
  differs: readonly number[],
): Lockstep {
  const along = graphAlong(exploration, differs);
  const path = differs.map((event) => along.events[event]);
  createDriver(along, device.vectorCount, messages).drive(device, path, dialect);
  return walkInLockstep(exploration.graph(), device, messages, dialect);
}

/** What to throw where a device did otherwise, and the same again as it must: it keeps something that it does not save. */
function seenOnce({ compiled }: Exploration, device: string, differs: readonly number[]): Error {
  const path = differs.map((event) => compiled.events[event]);
  const told = {
    subject: 'it',
    got: 'did otherwise here once, and not when it was asked again',
    expected: 'the same each time',
  };
  return new ConformanceError({ device, path, ...told, cause: NO_RULES });
}

/** Walks as many of the blocks as are left for it, beside who walks and tells them all: a block in which something differs is not finished, and told there. */
export function walkBlocks(
  walked: Walked,
  device: WordDevice,
  messages: MessageSet,
  dialect: Dialect,
  blocks: Blocks,
): void {
  new WordWalk(walked, device, messages, dialect).walkNext(blocks, () => {});
}

/**
 * What is noted of an event. Its acts are the same wherever it is noted for. The rest is what came of it last; where the machine reads and changes nothing but the
 * regions whose states the note is for, the same comes of it in every such state, and is worked out once.
 */
interface Note {
  readonly event: number;
  readonly acts: Int32Array;
  /** Whether the machine reads and changes nothing but the regions whose states it is noted for. */
  readonly isNear: boolean;
  /** What it does in each region, where the machine may change others, too, and each by itself. */
  readonly apart: RegionSteps | undefined;
  /** Whether what came of it comes of it again. */
  isKnown: boolean;
  put: OutputWords;
  /** The way of the words to the state after it: so many steps, or -1 where they are not known. */
  way: Step[];
  length: number;
}

/** The events that are about one vector, or about none. */
interface Group {
  /** The region of the vector, or -1. */
  readonly region: number;
  readonly events: readonly number[];
  /** What is noted of them, by the states of the two regions that their acts may depend on: of the capability, and of the vector. */
  readonly notes: Notes[][];
}

/** What is noted of the events of a group; and the same on a tape, where all of it is known. */
interface Notes {
  readonly list: readonly Note[];
  tape?: Int32Array;
}

class WordWalk {
  private readonly walked: Walked;
  private readonly device: WordDevice;
  private readonly messages: MessageSet;
  private readonly dialect: Dialect;
  private readonly regions: RegionStates;
  private readonly told: RegionWords;
  /** What is read of the device, and then what it saves; and both as they must be. */
  private readonly seen: Uint32Array;
  private readonly seenRead: Uint32Array;
  private readonly seenSaved: Uint32Array;
  private readonly due: Uint32Array;
  private readonly dueSaved: Uint32Array;
  /** The memory of the device, and as it is where it was restored. */
  private readonly memory: Uint32Array;
  private readonly home: Uint32Array;
  private readonly isSeenDue: () => boolean;
  private readonly isHome: () => boolean;
  private readonly goHome: () => void;
  private readonly steps: MachineSteps;
  private readonly target: Int32Array;
  private readonly capability: number;
  private readonly groups: readonly Group[];
  /** Of each list of acts the one that all notes share: what is asked for millions of times is to stay in the processor's cache. */
  private readonly acts = new Map<string, Int32Array>();
  /** What the device saved at first, if it came so far. */
  private first: Uint32Array | undefined;
  /** The state that it is in, and the event that was taken last in it, if one was. */
  state = 0;
  event: number | undefined;

  constructor(walked: Walked, device: WordDevice, messages: MessageSet, dialect: Dialect) {
    this.walked = walked;
    this.device = device;
    this.messages = messages;
    this.dialect = dialect;
    const { compiled } = walked;
    this.regions = new RegionStates(compiled);
    const dwords = readbackDwords(device.vectorCount);
    this.seen = new Uint32Array(dwords + device.savedWords);
    [this.seenRead, this.seenSaved] = [this.seen.subarray(0, dwords), this.seen.subarray(dwords)];
    this.due = new Uint32Array(this.seen.length);
    this.dueSaved = this.due.subarray(dwords);
    this.memory = device.memory;
    this.home = new Uint32Array(this.memory.length);
    this.told = new RegionWords(this.regions, { seen: this.due, kept: this.home });
    this.isSeenDue = comparison(this.seen, this.due);
    const hasMemory = this.memory.length > 0;
    this.isHome = hasMemory ? comparison(this.memory, this.home) : () => false;
    this.goHome = hasMemory ? copying(this.home, this.memory) : () => device.restoreFrom(this.dueSaved);
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

  /** Takes every event in every state; what others have taken and not finished, too. */
  run(blocks: Blocks, onPairs: (pairs: number) => void): Came {
    const came = this.walkNext(blocks, onPairs);
    if (came !== AS_DUE) return came;
    for (let block = blocks.takeUnfinished(); block >= 0; block = blocks.takeUnfinished()) {
      const again = this.walkBlock(blocks, block);
      if (again !== AS_DUE) return again;
    }
    return AS_DUE;
  }

  /** Brings the device back to where it began. What walks it again begins with a reset, which may be what is wrong with the state that it is in. */
  goBack(): void {
    if (this.first !== undefined) this.device.restoreFrom(this.first);
  }

  /** Walks the first states, and then block after block until none is left. */
  walkNext(blocks: Blocks, onPairs: (pairs: number) => void): Came {
    const { walked, device, told } = this;
    const { words, count } = walked.states;
    device.reset();
    device.outputs.clear();
    if (!this.isReadback(words, 0)) return UNTOLD;
    told.begin(words, 0, this.look());
    this.first = this.seenSaved.slice();
    const came = this.walk(0, Math.min(FIRST, count));
    if (came !== AS_DUE) return came;
    for (let block = blocks.take(); block >= 0; block = blocks.take()) {
      onPairs(blocks.begin(block));
      const next = this.walkBlock(blocks, block);
      if (next !== AS_DUE) return next;
    }
    return AS_DUE;
  }

  private walkBlock(blocks: Blocks, block: number): Came {
    const came = this.walk(Math.max(FIRST, blocks.begin(block)), blocks.end(block));
    if (came === AS_DUE) blocks.finish(block);
    return came;
  }

  /** Takes every event in the states from `begin` to `end`. */
  private walk(begin: number, end: number): Came {
    const { device, dueSaved, told, memory, groups } = this;
    const { words } = this.walked.states;
    const { wordCount } = this.walked.compiled;
    for (let state = begin; state < end; state++) {
      const from = state * wordCount;
      this.state = state;
      this.event = undefined;
      if (!told.write(words, from)) return UNTOLD;
      device.restoreFrom(dueSaved);
      const came = this.lookHere();
      if (came !== AS_DUE) return came;
      if (state < FIRST && !this.isReadback(words, from)) return DIFFERS;
      if (memory.length > 0 && !this.isHome()) return UNTOLD;
      for (let group = 0; group < groups.length; group++) {
        const next = this.takeAll(this.notesOf(groups[group], words, from), words, from);
        if (next !== AS_DUE) return next;
      }
    }
    return AS_DUE;
  }

  /** Takes the events of a group. What a device throws is a difference, too. */
  private takeAll(notes: Notes, words: Int32Array, from: number): Came {
    try {
      if (notes.tape !== undefined) return this.play(notes.tape, notes.list);
      const { list } = notes;
      let came: Came = AS_DUE;
      for (let index = 0; came === AS_DUE && index < list.length; index++) came = this.take(list[index], words, from);
      if (list.every(({ isKnown }) => isKnown)) notes.tape = this.tapeOf(list);
      return came;
    } catch (error) {
      if (error instanceof UnableError) throw error;
      return DIFFERS;
    }
  }

  /** Takes all events of a list of which everything is known, as `take` does. */
  private play(tape: Int32Array, list: readonly Note[]): Came {
    const { device, memory } = this;
    const { outputs } = device;
    let at = 0;
    for (let index = 0; index < list.length; index++) {
      this.event = tape[at];
      const put = performActs(tape, at + 1, device);
      const count = tape[put];
      if (!outputs.takeWords(tape, put + 1, count)) return DIFFERS;
      at = flipWords(tape, put + 1 + count, memory);
      if (!this.isHome()) {
        const came = this.lookCloser(list[index]);
        if (came !== AS_DUE) return came;
      }
    }
    return AS_DUE;
  }

  private tapeOf(list: readonly Note[]): Int32Array {
    const { length } = this.memory;
    return tapeOf(
      list.map(({ event, acts, put, way }) => {
        const words = new Uint32Array(length);
        for (const { kept } of way) flip(words, kept);
        return { event, acts, put, flips: flipsOf(words) };
      }),
    );
  }

  /** Takes an event in the state that begins at `from` in `words`, in which the device is and which is told; and leaves it there. */
  private take(note: Note, words: Int32Array, from: number): Came {
    const { device, memory } = this;
    const { event, acts } = note;
    this.event = event;
    performActs(acts, 0, device);
    const talking = note.apart === undefined ? ASK : note.apart.find(this.told.here);
    if (talking !== ASK) return this.compareApart(note, note.apart!, talking, words, from);
    const isPut = note.isKnown ? device.outputs.takeSame(note.put) : this.workOut(note, words, from);
    if (!isPut) return DIFFERS;
    const { way } = note;
    // Whoever is where the way leads is home when it is gone back: then nothing is to be restored.
    for (let index = 0; index < note.length; index++) flip(memory, way[index].kept);
    return this.isHome() && note.length >= 0 ? AS_DUE : this.lookCloser(note);
  }

  /** Compares what an event brought about of which the step in each region is known, and that puts out what `talking` says. */
  private compareApart(note: Note, apart: RegionSteps, talking: number, words: Int32Array, from: number): Came {
    if (!this.steps.areOutputs(this.device.outputs, note.event, words, from, talking)) return DIFFERS;
    apart.flip(this.memory);
    if (this.isHome()) return AS_DUE;
    note.way = apart.wayFrom(this.told.here);
    note.length = note.way.length;
    return this.lookCloser(note);
  }

  /** Asks a device that is not home when the way is gone back whether it reads and saves what it must, and puts it back. */
  private lookCloser(note: Note): Came {
    const { memory } = this;
    for (let index = 0; index < note.length; index++) flip(memory, note.way[index].kept);
    const came = note.length < 0 ? this.learn() : this.lookThere(note);
    this.goHome();
    return came;
  }

  /** Finds out the way to the state after a step, and whether the device put out what the step does; notes it where it is the same again. */
  private workOut(note: Note, words: Int32Array, from: number): boolean {
    const { steps, target, told } = this;
    const talking = steps.take(note.event, words, from, target);
    note.length = told.wayTo(steps.changes[note.event], target, note.way);
    note.apart?.learn(told, target, talking);
    note.isKnown = note.isNear && note.length >= 0 && talking !== ASK;
    if (note.isKnown) {
      note.put = steps.outputs(note.event, words, from, talking);
      // It stays as it is: in as little room as there is.
      note.way = note.way.slice(0, note.length);
    }
    return steps.areOutputs(this.device.outputs, note.event, words, from, talking);
  }

  /** What the device reads and saves after an event, beside what it must. */
  private lookThere({ way, length }: Note): Came {
    const { due } = this;
    for (let index = 0; index < length; index++) flip(due, way[index].seen);
    const came = this.lookHere();
    for (let index = 0; index < length; index++) flip(due, way[index].seen);
    return came;
  }

  /** Learns what is seen of the state after an event in which a region was not met before. */
  private learn(): Came {
    if (!this.isReadback(this.target, 0)) return DIFFERS;
    return this.told.learn(this.target, 0, this.look()) ? AS_DUE : UNTOLD;
  }

  /** What the device reads and saves, and what it keeps where that is restored. */
  private look(): Words {
    const { device, seen, seenRead, seenSaved, memory } = this;
    device.peekInto(seenRead);
    device.saveInto(seenSaved);
    device.restoreFrom(seenSaved);
    return { seen, kept: memory };
  }

  /** Whether the device reads what it must in a state of the machine. */
  private isReadback(words: Int32Array, from: number): boolean {
    const { walked, device, messages, seenRead } = this;
    const due = readback(unpackValue(walked.compiled, words, from), device.vectorCount, messages);
    return device.peekInto(seenRead) === due.length && due.every((dword, at) => seenRead[at] === dword);
  }

  /** What the device reads and saves, beside what it must. */
  private lookHere(): Came {
    const { device, due, seenRead } = this;
    if (device.peekInto(seenRead) !== seenRead.length) return DIFFERS;
    device.saveInto(this.seenSaved);
    if (this.isSeenDue()) return AS_DUE;
    return seenRead.every((dword, at) => dword === due[at]) ? HIDES : DIFFERS;
  }

  /** What is noted of the events of a group for all states in which the capability, and the vector that they are about, are as in one that begins at `from` in `words`. */
  private notesOf({ region, events, notes }: Group, words: Int32Array, from: number): Notes {
    const { told, capability, steps } = this;
    const known = (notes[told.here[capability]] ??= []);
    return (known[region < 0 ? 0 : told.here[region]] ??= {
      list: events.map((event) => {
        const isNear = [...steps.changes[event], ...steps.reads[event]].every(
          (each) => each === capability || each === region,
        );
        const bits = isNear ? undefined : steps.bitsApart(event, capability);
        return {
          event,
          acts: this.noteActs(event, unpackValue(this.walked.compiled, words, from)),
          isNear,
          apart: bits && new RegionSteps(bits),
          isKnown: false,
          put: NO_OUTPUTS,
          way: [],
          length: -1,
        };
      }),
    });
  }

  private noteActs(event: number, value: StateValue): Int32Array {
    const noted: Act[] = [];
    const { device, dialect, messages } = this;
    const note = (call: Act['call'], at = 0, bytes = 0, low = 0, high = 0): void =>
      void noted.push({ call, at, bytes, low, high });
    const notebook: Device = Object.assign(Object.create(device) as Device, {
      configWrite: (offset, bytes, word) => note('configWrite', offset, bytes, word),
      tableWrite: (offset, bytes, low, high) => note('tableWrite', offset, bytes, low, high),
      signal: (vector) => note('signal', vector),
      retire: (vector) => note('retire', vector),
      reset: () => note('reset'),
    } satisfies Partial<Device>);
    perform(this.walked.compiled.events[event], { device: notebook, dialect, messages, value });
    const text = JSON.stringify(noted);
    if (!this.acts.has(text)) this.acts.set(text, actWords(noted));
    return this.acts.get(text)!;
  }
}

/**
 * What comes of a step: the device does and is as it must; it does or reads something else; it saves something else, as a device may that has more states than
 * the machine; or nothing is told of the state after it.
 */
type Came = 0 | 1 | 2 | 3;
const AS_DUE = 0;
const DIFFERS = 1;
const HIDES = 2;
const UNTOLD = 3;
