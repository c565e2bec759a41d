/**
 * The set of states that observations leave possible, for a small machine: one vector beside the capability, or the capability alone.
 *
 * Sets of states go by number, and where a step leads from a set with what was observed is computed once. A *belief* is what is
 * held of a device: a set, or, after a finding, several, each with the fields that are not believed any more. Beliefs go by
 * number too, so a step of a judge is two look-ups. A belief is always closed: it has all that hidden events may have made of it.
 */
import type { AnyStateNode } from 'xstate';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { Stepper } from '../../checker/compile/step.ts';
import { readOutput } from '../../machines/alphabet.ts';
import { OTHER, TORN, UNDEFINED } from '../../machines/permitted/index.ts';
import type { Blame, Candidate } from './evidence.ts';
import {
  ANY_SEND,
  type Field,
  ONE_SEND,
  sendCode,
  sendsDiffer,
  SEND_SHIFT,
  USAGE_BITS,
  USAGE_SHIFT,
} from './fields.ts';
import { hasRegion, regionAt, type RegionReader, StateTable } from './state-table.ts';

/** Returned by a step that no state allows. */
export const IMPOSSIBLE = -1;
/** The event of another vector, or none at all. */
export const NOTHING = -1;

/** One set of a belief, and the fields of it that are not believed, as bits by their place in the list of fields. */
interface Part {
  readonly set: number;
  readonly doubts: number;
}

/** How a machine is judged by. */
export interface SetMachineOptions {
  readonly compiled: CompiledMachine;
  readonly hidden: readonly string[];
  readonly fields: readonly Field[];
  /** The messages by number, as the entry's states stand. */
  readonly messages: readonly string[];
  /** The fields that an event writes anew, so that they are believed again. */
  readonly renews: (event: string) => number;
}

/** Sets and beliefs of one machine. It is shared by all vectors and all runs of a judge: what it learns of steps stays. */
export class SetMachine {
  readonly compiled: CompiledMachine;
  readonly states: StateTable;
  readonly fields: readonly Field[];
  private readonly readers: readonly (RegionReader | undefined)[];
  private readonly stepper: Stepper;
  private readonly hidden: readonly number[];
  private readonly renews: readonly number[];
  /** The states of regions that must settle at once. */
  private readonly unsettled: readonly { readonly reader: RegionReader; readonly value: number }[];
  /** The region that says whether the table is there, and what is read in each of its states: bits of a code, and which of them. */
  private readonly table: { readonly reader: RegionReader; readonly reads: readonly Overlay[] } | undefined;
  private readonly messages: readonly string[];
  private readonly pendingOf: readonly number[];
  private readonly sets: (readonly number[])[] = [];
  private readonly setNumbers = new Map<string, number>();
  private readonly beliefs: (readonly Part[])[] = [];
  private readonly beliefNumbers = new Map<string, number>();
  /** Where each event leads from each belief, by what was observed. */
  private readonly rows: (Map<number, number> | undefined)[] = [];
  private readonly eventCount: number;
  private readonly numbers: ReadonlyMap<string, number>;
  private regions: readonly [RegionReader, RegionReader] | undefined;
  private own: readonly { readonly reader: RegionReader; readonly node: AnyStateNode }[] | undefined;
  private readonly sending: boolean[] = [];
  private readonly shownPending: boolean[] = [];
  private readonly otherHeld: boolean[] = [];
  private readonly lates = new Map<number, number | undefined>();
  private universe: readonly number[] | undefined;
  private readings: readonly number[] | undefined;
  /**
   * The words of every combination of the regions that change of their own accord at any time. A state is kept with all of them at
   * their first child, and stepped from each combination: that is the same, and makes sets many times smaller.
   */
  private readonly freedoms: readonly Int32Array[];
  private readonly bound: Int32Array;
  private readonly closures = new Map<number, readonly number[]>();

  constructor({ compiled, hidden, fields, messages, renews }: SetMachineOptions) {
    this.compiled = compiled;
    this.states = new StateTable(compiled);
    this.stepper = new Stepper(compiled);
    this.fields = fields;
    this.messages = messages;
    this.readers = fields.map(({ region }) => (hasRegion(compiled, region) ? regionAt(compiled, region) : undefined));
    const free = FREE.flatMap((name) => (hasRegion(compiled, [name]) ? [regionAt(compiled, [name])] : []));
    this.bound = new Int32Array(compiled.wordCount).fill(-1);
    for (const { word, mask } of free) this.bound[word] &= ~mask;
    this.freedoms = Array.from({ length: 1 << free.length }, (_, bits) => {
      const words = new Int32Array(compiled.wordCount);
      free.forEach(({ word, shift }, index) => (words[word] |= ((bits >> index) & 1) << shift));
      return words;
    });
    this.hidden = compiled.events.flatMap((event, index) =>
      hidden.includes(event) && !FREE_EVENTS.has(event) ? [index] : [],
    );
    this.eventCount = compiled.events.length + 1;
    this.numbers = new Map(compiled.events.map((event, number) => [event, number]));
    this.renews = [0, ...compiled.events.map(renews)];
    const entry = this.readers[fields.findIndex(({ name }) => name === 'entry')];
    const table = hasRegion(compiled, ['table']) ? regionAt(compiled, ['table']) : undefined;
    this.table = table && { reader: table, reads: table.children.map((node) => overlayOf(node, fields)) };
    this.unsettled = [entry, table].flatMap((reader) => {
      const value = reader?.children.findIndex(({ key }) => key === UNDEFINED) ?? -1;
      return reader === undefined || value < 0 ? [] : [{ reader, value }];
    });
    const latch = this.readers[fields.findIndex(({ name }) => name === 'pending')];
    this.pendingOf = (latch?.children ?? []).map(({ key }) =>
      key === 'set' || key === 'two' || key === 'many' ? 1 : 0,
    );
  }

  /** The two regions of the capability, in the machine of a vector. */
  get capabilityRegions(): readonly [RegionReader, RegionReader] {
    this.regions ??= [
      regionAt(this.compiled, ['capability', 'enable']),
      regionAt(this.compiled, ['capability', 'functionMask']),
    ];
    return this.regions;
  }

  /** The number of an event; `NOTHING` of one that nothing in the machine listens to. */
  eventNumber(event: string): number {
    return this.numbers.get(event) ?? NOTHING;
  }

  /** What is believed of a fresh device, of which nothing was read yet. */
  get initial(): number {
    const state = this.states.numberOf(this.compiled.initial);
    return this.beliefOf([{ set: this.setOf(this.close([state])), doubts: 0 }]);
  }

  /** The states of a belief, whatever is doubted. */
  statesOf(belief: number): readonly number[] {
    return [...new Set(this.beliefs[belief].flatMap(({ set }) => this.sets[set]))];
  }

  /** Whether nothing of a belief is doubted. */
  isCertain(belief: number): boolean {
    const [part, ...others] = this.beliefs[belief];
    return others.length === 0 && part.doubts === 0;
  }

  /** Whether one belief holds every state of another with no more doubts: what the first excludes, the other does too. */
  covers(larger: number, smaller: number): boolean {
    if (larger === smaller) return true;
    return this.beliefs[smaller].every((part) =>
      this.beliefs[larger].some(
        (other) => (part.doubts & ~other.doubts) === 0 && isSubset(this.sets[part.set], this.sets[other.set]),
      ),
    );
  }

  /** What is believed after `event`, with what was observed; `IMPOSSIBLE` when no state that was believed allows it. */
  step(belief: number, event: number, code: number): number {
    const index = belief * this.eventCount + event + 1;
    const row = (this.rows[index] ??= new Map<number, number>());
    let next = row.get(code);
    if (next === undefined) {
      next = this.stepSlowly(belief, event, code);
      row.set(code, next);
    }
    return next;
  }

  private stepSlowly(belief: number, event: number, code: number): number {
    const parts = this.beliefs[belief].flatMap(({ set, doubts }): Part[] => {
      const left = doubts & ~this.renews[event + 1];
      const states = this.reached(this.sets[set], event, this.withoutDoubted(code, left));
      return states.length === 0 ? [] : [{ set: this.setOf(this.close(states)), doubts: left }];
    });
    return parts.length === 0 ? IMPOSSIBLE : this.beliefOf(parts);
  }

  /** The states that `event` may lead to from some of `set`, with what was observed. */
  private reached(set: readonly number[], event: number, code: number): number[] {
    const found = new Set<number>();
    for (const candidate of this.candidates(set, event)) if (this.agrees(candidate.code, code)) found.add(candidate.to);
    return [...found];
  }

  /** Steps from a state, in each combination of what is free; calls back for each that is not like the one before. */
  private stepFreely(state: number, event: number, found: (target: Int32Array, source: Int32Array) => void): void {
    const { wordCount } = this.states;
    const source = new Int32Array(wordCount);
    const target = new Int32Array(wordCount);
    for (const freedom of this.freedoms) {
      for (let word = 0; word < wordCount; word++) {
        source[word] = this.states.all[state * wordCount + word] | freedom[word];
      }
      this.stepper.stepWords(source, 0, event, target, 0);
      for (let word = 0; word < wordCount; word++) target[word] &= this.bound[word];
      found(target, source);
    }
  }

  /** Everything that `event` may do in some state of `set`. */
  candidates(set: readonly number[], event: number): Candidate[] {
    const found: Candidate[] = [];
    const add = (from: number, to: number, outputs: number, taken: readonly number[]): void => {
      for (const each of this.close([to])) found.push({ from, to: each, code: outputs | this.codeOf(each), taken });
    };
    for (const from of set) {
      const late = this.lateSend(from);
      if (event === NOTHING) {
        add(from, from, 0, []);
        if (late !== undefined) add(from, this.withoutWaiting(from), late, []);
        continue;
      }
      const seen = new Set<number>();
      this.stepFreely(from, event, (target, source) => {
        const outputs = this.outputCode(this.stepper.outputs(source));
        const to = this.states.numberOf(target);
        const key = to * 0x800000 + outputs;
        if (seen.has(key)) return;
        seen.add(key);
        const taken = [...this.stepper.taken.subarray(0, this.stepper.takenCount)];
        add(from, to, outputs, taken);
        if (late !== undefined && outputs >>> SEND_SHIFT === 0)
          add(from, this.withoutWaiting(to), outputs | late, taken);
      });
    }
    return found;
  }

  /**
   * Whether what was observed is what a candidate does but for one region of the vector, which stays as it was and puts out nothing: one
   * transition explains it that was not taken.
   */
  isExplainedByOne({ from, to, taken }: Candidate, observed: number, doubts: number): boolean {
    const { wordCount } = this.states;
    const words = new Int32Array(wordCount);
    for (const { reader, node } of this.ownRegions()) {
      const stays = taken.filter((number) => this.compiled.transitions[number].transition.source.parent === node);
      if (stays.length === 0) continue;
      for (let at = 0; at < wordCount; at++) words[at] = this.states.all[to * wordCount + at];
      words[reader.word] =
        (words[reader.word] & ~reader.mask) | (this.states.all[from * wordCount + reader.word] & reader.mask);
      const outputs = taken
        .filter((number) => !stays.includes(number))
        .flatMap((number) => this.compiled.transitions[number].outputs.map((output) => this.compiled.outputs[output]));
      const code = this.outputCode(outputs) | this.codeOf(this.states.numberOf(words));
      if ((this.differing(code, observed) & ~doubts) === 0 && !outputsDiffer(code, observed)) return true;
    }
    return false;
  }

  /** The regions of the vector, each with its node. */
  private ownRegions(): readonly { readonly reader: RegionReader; readonly node: AnyStateNode }[] {
    const vector = this.compiled.machine.root.states['vector0'] as AnyStateNode | undefined;
    this.own ??= Object.values(vector?.states ?? {}).map((node) => ({
      reader: regionAt(this.compiled, (node as AnyStateNode).path),
      node: node as AnyStateNode,
    }));
    return this.own;
  }

  /**
   * What goes out late, of a state that no right device is in: an event waits though nothing blocks the vector. That was found
   * already; whatever releases it later is no finding of its own. Undefined of any other state.
   */
  private lateSend(state: number): number | undefined {
    if (this.lates.has(state)) return this.lates.get(state);
    const regions = this.ownRegions();
    const read = (name: string): AnyStateNode | undefined => {
      const own = regions.find(({ node }) => node.key === name);
      return own?.reader.children[this.states.read(state, own.reader)];
    };
    const waiting = read('latch')?.key;
    let late: number | undefined;
    if (
      (waiting === 'set' || waiting === 'two' || waiting === 'many') &&
      read('mask')?.key === 'unmasked' &&
      this.isCapable(state)
    ) {
      const copy = read('copy')?.key;
      const message = this.messages.indexOf(copy === undefined || copy === 'none' ? (read('entry')?.key ?? '') : copy);
      if (message >= 0) late = (ONE_SEND + message) << SEND_SHIFT;
    }
    this.lates.set(state, late);
    return late;
  }

  /** Whether the capability blocks no vector in a state. */
  private isCapable(state: number): boolean {
    const [enable, functionMask] = this.capabilityRegions;
    return this.states.read(state, enable) === 1 && this.states.read(state, functionMask) === 0;
  }

  /** The same state, where nothing waits. */
  private withoutWaiting(state: number): number {
    const { wordCount } = this.states;
    const latch = this.ownRegions().find(({ node }) => node.key === 'latch')!.reader;
    const words = this.states.all.slice(state * wordCount, (state + 1) * wordCount);
    const clear = latch.children.findIndex(({ key }) => key === 'clear');
    words[latch.word] = (words[latch.word] & ~latch.mask) | (clear << latch.shift);
    return this.states.numberOf(words);
  }

  /** The code of what a step puts out. */
  private outputCode(outputs: readonly string[]): number {
    let sends = 0;
    let message = 0;
    let usage = 0;
    let isAny = false;
    for (const each of outputs) {
      const output = readOutput(each);
      if (output.verb === 'send') {
        sends++;
        message = this.messages.indexOf(output.message ?? '');
        isAny = output.message === TORN && sends === 1;
      } else usage = output.verb === 'use' ? 1 : 2;
    }
    const send = sends === 0 ? 0 : isAny ? ANY_SEND : sendCode(message, sends);
    return (send << SEND_SHIFT) | (usage << USAGE_SHIFT);
  }

  /** The code of what a state reads. */
  codeOf(state: number): number {
    let code = 0;
    this.fields.forEach(({ shift, name, bits }, index) => {
      const reader = this.readers[index];
      if (reader === undefined) {
        code |= bits << shift;
        return;
      }
      const child = this.states.read(state, reader);
      code |= (name === 'pending' ? this.pendingOf[child] : child) << shift;
    });
    if (this.table === undefined) return code;
    const { mask, bits } = this.table.reads[this.states.read(state, this.table.reader)];
    return (code & ~mask) | bits;
  }

  /** The child of the region of a field, in a state. */
  readField(state: number, name: Field['name']): string {
    const reader = this.readers[this.fields.findIndex((field) => field.name === name)];
    return reader === undefined ? '' : reader.children[this.states.read(state, reader)].key;
  }

  /** Whether a vector may send anything at an event. */
  maySend(belief: number, event: number): boolean {
    const index = belief * this.eventCount + event + 1;
    return (this.sending[index] ??= this.candidates(this.statesOf(belief), event).some(
      ({ code }) => code >>> SEND_SHIFT !== 0,
    ));
  }

  /** Whether every state of a belief shows an event that waits. */
  isShownPending(belief: number): boolean {
    let shows = this.shownPending[belief];
    if (shows === undefined) {
      const latch = this.readers[this.fields.findIndex(({ name }) => name === 'pending')];
      shows =
        latch !== undefined &&
        this.statesOf(belief).every((state) => this.pendingOf[this.states.read(state, latch)] === 1);
      this.shownPending[belief] = shows;
    }
    return shows;
  }

  /** Whether a state of a belief holds `other` in its entry or in force. */
  holdsOther(belief: number): boolean {
    let holds = this.otherHeld[belief];
    if (holds === undefined) {
      const regions = this.ownRegions().filter(({ node }) => node.key === 'entry' || node.key === 'copy');
      holds = this.statesOf(belief).some((state) =>
        regions.some(({ reader }) => reader.children[this.states.read(state, reader)].key === OTHER),
      );
      this.otherHeld[belief] = holds;
    }
    return holds;
  }

  /** The message in force of a state, by number; that of none is 0. */
  copyOf(state: number): number {
    const copy = this.ownRegions().find(({ node }) => node.key === 'copy');
    return copy === undefined ? 0 : this.states.read(state, copy.reader);
  }

  /** Those of some states of the machine, by their paths, that are active in `state`. Paths that the machine does not have are not. */
  activeStates(state: number, paths: readonly (readonly string[])[]): AnyStateNode[] {
    return paths.flatMap((path) => {
      const region = path.slice(0, -1);
      // The capability stands for itself where it is the whole machine.
      const own = hasRegion(this.compiled, region) ? region : region.slice(1);
      if (!hasRegion(this.compiled, own) || own.length === 0) return [];
      const reader = regionAt(this.compiled, own);
      const child = reader.children[this.states.read(state, reader)];
      return child.key === path[path.length - 1] ? [child] : [];
    });
  }

  /** Whether what a state does and reads is what was observed, as far as that was observed. */
  agrees(code: number, observed: number): boolean {
    return this.differing(code, observed) === 0 && !outputsDiffer(code, observed);
  }

  /** The fields that were observed and differ, as bits by their place in the list. */
  differing(code: number, observed: number): number {
    let different = 0;
    for (let index = 0; index < this.fields.length; index++) {
      const { shift, bits } = this.fields[index];
      const got = (observed >>> shift) & bits;
      if (got !== bits && this.readers[index] !== undefined && got !== ((code >>> shift) & bits))
        different |= 1 << index;
    }
    return different;
  }

  private withoutDoubted(code: number, doubts: number): number {
    let left = code;
    for (let index = 0; index < this.fields.length; index++) {
      const { shift, bits } = this.fields[index];
      if ((doubts & (1 << index)) !== 0) left |= bits << shift;
    }
    return left;
  }

  /** All states that hidden events make of some, and themselves. A state that must settle is left out for what it settles to. */
  private close(states: readonly number[]): readonly number[] {
    if (states.length === 1) {
      const known = this.closures.get(states[0]);
      if (known !== undefined) return known;
    }
    const { wordCount } = this.states;
    const target = new Int32Array(wordCount);
    const found = new Set(states);
    for (const state of found) {
      for (const event of this.hidden) {
        // What is free has no say in a hidden event.
        this.stepper.stepWords(this.states.all, state * wordCount, event, target, 0);
        if (this.stepper.takenCount > 0) found.add(this.states.numberOf(target));
      }
    }
    const closed = [...found]
      .filter((state) => this.unsettled.every(({ reader, value }) => this.states.read(state, reader) !== value))
      .toSorted((first, second) => first - second);
    if (states.length === 1) this.closures.set(states[0], closed);
    return closed;
  }

  // ---- After a finding

  /**
   * What is believed after a step that nothing believed allows. Either what was read is so, and anything that reads so is
   * possible; or what was expected is so, and is read wrongly.
   * @param allowed Which of all states are possible, by what is known from elsewhere.
   */
  recover(blame: Blame, code: number, allowed: (state: number) => boolean): number {
    const read = this.everyReading().filter(
      (state) => allowed(state) && this.differing(this.codeOf(state), code) === 0,
    );
    const parts: Part[] = read.length === 0 ? [] : [{ set: this.setOf(this.close(read)), doubts: 0 }];
    const byDoubts = new Map<number, Set<number>>();
    for (const { to, doubts, isOfOutputs } of blame.candidates) {
      // Where it did what it must not, or did not what it must, what was expected is no guide.
      if (isOfOutputs) continue;
      byDoubts.set(doubts, (byDoubts.get(doubts) ?? new Set()).add(to));
    }
    for (const [doubts, states] of byDoubts) parts.push({ set: this.setOf(this.close([...states])), doubts });
    if (parts.length > 0) return this.beliefOf(parts);
    // Nothing reads like this. Whatever was expected goes on, with every field in doubt.
    const all = (1 << this.fields.length) - 1;
    const expected = new Set(blame.candidates.map(({ to }) => to));
    return this.beliefOf([{ set: this.setOf(this.close([...expected])), doubts: all }]);
  }

  /** What is believed of a device of which nothing is known but what it reads; `IMPOSSIBLE` where nothing reads so. */
  anywhere(code: number): number {
    const read = this.everyReading().filter((state) => this.differing(this.codeOf(state), code) === 0);
    return read.length === 0 ? IMPOSSIBLE : this.beliefOf([{ set: this.setOf(this.close(read)), doubts: 0 }]);
  }

  /** What is believed where one of two beliefs is right, and nothing tells which. */
  either(one: number, other: number): number {
    if (one === IMPOSSIBLE || one === other) return other;
    return other === IMPOSSIBLE ? one : this.beliefOf([...this.beliefs[one], ...this.beliefs[other]]);
  }

  /** A belief, and beside it the states that differ from it in nothing but what `changes` changes. */
  widened(
    belief: number,
    isAlike: (state: number, other: number) => boolean,
    isNew: (state: number) => boolean,
  ): number {
    const known = this.statesOf(belief);
    const more = this.everyState().filter((state) => isNew(state) && known.some((other) => isAlike(state, other)));
    if (more.length === 0) return belief;
    return this.beliefOf([...this.beliefs[belief], { set: this.setOf(this.close(more)), doubts: 0 }]);
  }

  /**
   * Every state that the machine can reach, and those that differ from one in what waits or what was told: a wrong device may be
   * pending where nothing blocks it.
   */
  private everyReading(): readonly number[] {
    if (this.readings !== undefined) return this.readings;
    const { wordCount } = this.states;
    const loose = LOOSE_REGIONS.flatMap((region) =>
      hasRegion(this.compiled, region) ? [regionAt(this.compiled, region)] : [],
    );
    const found = new Set(this.everyState());
    const words = new Int32Array(wordCount);
    for (const state of found) {
      for (const { word, shift, mask, children } of loose) {
        for (let child = 0; child < children.length; child++) {
          for (let at = 0; at < wordCount; at++) words[at] = this.states.all[state * wordCount + at];
          words[word] = (words[word] & ~mask) | (child << shift);
          found.add(this.states.numberOf(words));
        }
      }
    }
    this.readings = [...found];
    return this.readings;
  }

  /** Every state that the machine can reach. */
  private everyState(): readonly number[] {
    if (this.universe !== undefined) return this.universe;
    const found = new Set(this.close([this.states.numberOf(this.compiled.initial)]));
    for (const state of found) {
      for (let event = 0; event < this.compiled.events.length; event++) {
        if (FREE_EVENTS.has(this.compiled.events[event])) continue;
        this.stepFreely(state, event, (target) => {
          if (this.stepper.takenCount === 0) return;
          for (const each of this.close([this.states.numberOf(target)])) found.add(each);
        });
      }
    }
    this.universe = [...found];
    return this.universe;
  }

  /** The parts of a belief that may be blamed: the states of each, and the fields of it that are doubted. */
  partsOf(belief: number, event: number): { readonly states: readonly number[]; readonly doubts: number }[] {
    return this.beliefs[belief].map(({ set, doubts }) => ({
      states: this.sets[set],
      doubts: doubts & ~this.renews[event + 1],
    }));
  }

  /** What was taken, refused and met in every belief that an event was sent in. */
  stepsTaken(): {
    readonly taken: ReadonlySet<number>;
    readonly refused: ReadonlySet<number>;
    readonly nodes: ReadonlySet<AnyStateNode>;
    readonly pairs: number;
  } {
    const taken = new Set<number>();
    const refused = new Set<number>();
    const nodes = new Set<AnyStateNode>();
    const met = new Set<number>();
    let pairs = 0;
    this.rows.forEach((row, index) => {
      if (row === undefined) return;
      const event = (index % this.eventCount) - 1;
      const states = this.statesOf(Math.floor(index / this.eventCount));
      for (const state of states) met.add(state);
      if (event === NOTHING) return;
      pairs++;
      this.noteStep(states, event, taken, refused);
    });
    for (const state of met) {
      const from = state * this.states.wordCount;
      for (const { node, active } of this.compiled.nodes)
        if (this.stepper.holds(active, this.states.all, from)) nodes.add(node);
    }
    return { taken, refused, nodes, pairs };
  }

  private noteStep(states: readonly number[], event: number, taken: Set<number>, refused: Set<number>): void {
    const name = this.compiled.events[event];
    const listening = this.compiled.transitions.flatMap(({ transition, active }, number) =>
      transition.eventType === name ? [{ number, active }] : [],
    );
    for (const state of states) {
      this.stepFreely(state, event, (_target, source) => {
        const now = new Set(this.stepper.taken.subarray(0, this.stepper.takenCount));
        for (const { number, active } of listening) {
          if (now.has(number)) taken.add(number);
          else if (this.stepper.holds(active, source, 0)) refused.add(number);
        }
      });
    }
  }

  /** The transitions that some reachable state takes, but for those of hidden events. */
  reachableTransitions(): ReadonlySet<number> {
    const taken = new Set<number>();
    const states = this.everyState();
    for (let event = 0; event < this.compiled.events.length; event++) {
      if (!this.hidden.includes(event) && !FREE_EVENTS.has(this.compiled.events[event]))
        this.noteStep(states, event, taken, new Set());
    }
    return taken;
  }

  /** How many sets and beliefs are known. */
  get size(): { readonly sets: number; readonly beliefs: number } {
    return { sets: this.sets.length, beliefs: this.beliefs.length };
  }

  private setOf(sorted: readonly number[]): number {
    const key = sorted.join();
    const known = this.setNumbers.get(key);
    if (known !== undefined) return known;
    this.setNumbers.set(key, this.sets.length);
    return this.sets.push(sorted) - 1;
  }

  private beliefOf(parts: readonly Part[]): number {
    const merged = new Map<number, Set<number>>();
    for (const { set, doubts } of parts) {
      const states = merged.get(doubts) ?? new Set<number>();
      for (const state of this.sets[set]) states.add(state);
      merged.set(doubts, states);
    }
    const sorted = [...merged]
      .map(([doubts, states]) => ({ doubts, set: this.setOf([...states].toSorted((first, second) => first - second)) }))
      .toSorted((first, second) => first.doubts - second.doubts);
    const key = sorted.map(({ set, doubts }) => `${set}:${doubts}`).join();
    const known = this.beliefNumbers.get(key);
    if (known !== undefined) return known;
    this.beliefNumbers.set(key, this.beliefs.length);
    return this.beliefs.push(sorted) - 1;
  }
}

/** The regions that change of their own accord at any time, and the events by which they do. */
const LOOSE_REGIONS: readonly (readonly string[])[] = [
  ['vector0', 'latch'],
  ['vector0', 'usage'],
];
const FREE = ['platform', 'width', 'writing', 'polling', 'holding', 'showing', 'extension'];
const FREE_EVENTS = new Set(FREE.map((name) => `device.${name}`));

/** What a state of the table reads instead of what the function holds. */
interface Overlay {
  readonly mask: number;
  readonly bits: number;
}

function overlayOf({ meta }: AnyStateNode, fields: readonly Field[]): Overlay {
  if ((meta as { readonly reads?: string } | undefined)?.reads !== 'ones') return { mask: 0, bits: 0 };
  const ones = fields.filter((field) => field.ones !== undefined);
  return {
    mask: ones.reduce((all, { shift, bits }) => all | (bits << shift), 0),
    bits: ones.reduce((all, field) => all | (field.ones! << field.shift), 0),
  };
}

/** Whether what was put out differs from what was observed. */
export function outputsDiffer(code: number, observed: number): boolean {
  const usage = (observed >>> USAGE_SHIFT) & USAGE_BITS;
  if (usage !== USAGE_BITS && usage !== ((code >>> USAGE_SHIFT) & USAGE_BITS)) return true;
  return sendsDiffer(code, observed);
}

function isSubset(smaller: readonly number[], larger: readonly number[]): boolean {
  if (smaller.length > larger.length) return false;
  let at = 0;
  for (const each of smaller) {
    while (at < larger.length && larger[at] < each) at++;
    if (larger[at] !== each) return false;
  }
  return true;
}
