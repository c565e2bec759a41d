/**
 * The stepper: runs the programs of `format.ts` as they stand, one event at a time, and says which transitions were taken
 * and what they put out. Nothing of it allocates but `outputs`, and that only a list that it never made before. Who only wants targets, and many, uses `expand.ts`.
 */
import * as format from './format.ts';
import { COMPILED, type CompiledMachine } from './format.ts';
import { refuse, requireCount, requireWords } from '../argument/argument.ts';

// A module-level alias costs nothing in a hot loop, where an imported binding cost more than twice a literal.
const OPERATION = format.OPERATION;
const WORD = format.WORD;
const MASK = format.MASK;
const VALUE = format.VALUE;
const THEN = format.THEN;
const ELSE = format.ELSE;
const KEEP = format.KEEP;
const SET = format.SET;
const LIST = format.LIST;
const TAKEN = format.TAKEN;
const TEST = format.TEST;
const TAKE = format.TAKE;
const UNLESS = format.UNLESS;
const NO = format.NO;
const YES = format.YES;
const STRIDE = format.STRIDE;

/** A list of outputs, and the lists that it is the beginning of, by the number of their next output. */
interface OutputList {
  readonly names: readonly string[];
  readonly longer: Map<number, OutputList>;
}

/** Steps a compiled machine from packed states. A stepper keeps its last step, so it serves one user at a time. */
export class Stepper {
  readonly compiled: CompiledMachine;
  /** The transitions taken in the last step, by number, in the order in which XState takes them. */
  readonly taken: Int32Array;
  /** How many of `taken` count. Zero means that the event was ignored. */
  takenCount = 0;
  private readonly code: Int32Array;
  private readonly starts: Int32Array;
  private readonly lists: Int32Array;
  private readonly wordCount: number;
  private readonly nothing: OutputList = { names: [], longer: new Map() };

  constructor(compiled: CompiledMachine) {
    this.compiled = COMPILED.require('compiled of Stepper', compiled);
    this.taken = new Int32Array(Math.max(1, compiled.transitions.length));
    this.code = compiled.code;
    this.starts = compiled.starts;
    this.lists = compiled.lists;
    this.wordCount = compiled.wordCount;
  }

  /** Writes the state after `event` in the state that begins at `from` in `states` to `targets`, from `to` on. */
  stepWords(states: Int32Array, from: number, event: number, targets: Int32Array, to: number): void {
    const { code, lists, taken, wordCount, starts } = this;
    if (!Number.isInteger(event) || event < 0 || event >= starts.length) {
      requireCount('event of Stepper', event, starts.length - 1);
    }
    this.requireRoom('states', states, from);
    this.requireRoom('targets', targets, to);
    for (let word = 0; word < wordCount; word++) targets[to + word] = states[from + word];
    let takenCount = 0;
    let at = starts[event];
    // Every address outside of the code is an end.
    while (at >= 0) {
      const operation = code[at + OPERATION];
      const word = code[at + WORD];
      if (operation === TEST) {
        at = (states[from + word] & code[at + MASK]) === code[at + VALUE] ? code[at + THEN] : code[at + ELSE];
      } else if (operation === UNLESS) {
        at = hasTaken(lists, code[at + LIST], taken, takenCount) ? code[at + ELSE] : code[at + THEN];
      } else {
        targets[to + word] = (targets[to + word] & code[at + KEEP]) | code[at + SET];
        if (operation === TAKE) taken[takenCount++] = code[at + TAKEN];
        at = code[at + THEN];
      }
    }
    this.takenCount = takenCount;
  }

  /** Requires words with room for a state from a place on. Asked at every step, so it asks little. */
  private requireRoom(name: string, words: Int32Array, from: number): void {
    const isRoom = ArrayBuffer.isView(words) && words instanceof Int32Array && Number.isInteger(from) && from >= 0;
    if (isRoom && from + this.wordCount <= words.length) return;
    requireWords(
      `${name} of Stepper`,
      words,
      requireCount(`the beginning in ${name} of Stepper`, from) + this.wordCount,
    );
  }

  /** Returns whether a condition holds in the state that begins at `from`. */
  holds(condition: number, states: Int32Array, from = 0): boolean {
    this.requireRoom('states', states, from);
    const isTest = Number.isInteger(condition) && condition % STRIDE === 0 && this.code[condition] === TEST;
    if (!isTest && condition !== NO && condition !== YES) {
      refuse('condition of Stepper.holds', condition, 'a condition of the compiled machine');
    }
    return holds(this.code, condition, states, from);
  }

  /**
   * Returns the outputs of the last step, in order. `states` still has, from `from` on, the state before it. Equal lists are
   * one object, so a reader can know a list that it has read before.
   */
  outputs(states: Int32Array, from = 0): readonly string[] {
    this.requireRoom('states', states, from);
    const { transitions } = this.compiled;
    let list = this.nothing;
    // States are left from the last in document order to the first, and entered from the first to the last. What the
    // transitions of one step leave never overlaps, and lies in the order of their sources.
    for (let index = this.takenCount - 1; index >= 0; index--) {
      for (const { condition, outputs } of transitions[this.taken[index]].exits) {
        if (outputs.length > 0 && this.holds(condition, states, from)) list = this.extended(list, outputs);
      }
    }
    for (let index = 0; index < this.takenCount; index++) {
      list = this.extended(list, transitions[this.taken[index]].outputs);
    }
    for (let index = 0; index < this.takenCount; index++) {
      list = this.extended(list, transitions[this.taken[index]].entries);
    }
    return list.names;
  }

  /** A list of outputs with more behind it. */
  private extended(list: OutputList, outputs: readonly number[]): OutputList {
    for (const output of outputs) {
      let longer = list.longer.get(output);
      if (longer === undefined) {
        longer = { names: [...list.names, this.compiled.outputs[output]], longer: new Map() };
        list.longer.set(output, longer);
      }
      list = longer;
    }
    return list;
  }
}

/** Whether a transition of a list was taken. */
export function hasTaken(lists: Int32Array, list: number, taken: Int32Array, takenCount: number): boolean {
  const end = list + lists[list];
  for (let at = list + 1; at <= end; at++) {
    for (let index = 0; index < takenCount; index++) if (taken[index] === lists[at]) return true;
  }
  return false;
}

/** Returns whether a condition, written in `code`, holds in the state that begins at `from` in `states`. */
export function holds(code: Int32Array, condition: number, states: Int32Array, from: number): boolean {
  let at = condition;
  while (at >= 0) {
    at = (states[from + code[at + WORD]] & code[at + MASK]) === code[at + VALUE] ? code[at + THEN] : code[at + ELSE];
  }
  return at === format.YES;
}
