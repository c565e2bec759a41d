/**
 * The compiled form of a machine: its tables and what each number in them means. `layout.ts`, `program.ts` and `compile.ts`
 * write it, `step.ts` runs it, `expand.ts` translates it, and nobody else looks inside.
 *
 * **A state** is `wordCount` words of 32 bits. Each compound state has a *field* that holds the number of its current
 * child, in document order. Regions of a parallel state have their fields side by side. Children of a compound state are
 * never active together, so what lies in them shares the same bits. All bits below a child that is not active are zero:
 * two states are the same exactly when their words are. No field straddles two words.
 *
 *     a parallel state of          field      bits
 *       a: p or q                  of a          0
 *       b: r, s or t               of b      2   1
 *         r: x or y                of r      3
 *         s: u or v                of s      3           shared with r: never both at once
 *
 *     a in q, b in s, s in v       is        1   0 1   1
 *     a in q, b in t               is        0   1 0   1
 *
 * **A program** decides what one event does in any state. It is a graph without loops, written in the words of `code` as
 * instructions of `STRIDE` words each: an operation, three operands, and two addresses to go on from. All programs share
 * `code`, and their common ends. `starts[event]` is where the program of an event begins.
 *
 *     operation  operands              next              meaning
 *     TEST       word, mask, value     THEN, or ELSE     THEN if (source[word] & mask) == value
 *     TAKE       word, keep, set       THEN              target[word] = target[word] & keep | set, and the
 *                                      (ELSE: number)    transition with that number is taken
 *     WRITE      word, keep, set       THEN              the same, for further words of the transition just taken
 *     UNLESS     list                  THEN, or ELSE     THEN if no transition of the list was taken in this step
 *
 * Tests look at the state before the step, `source`; writes go to `target`, which begins as a copy. So the transitions of
 * one step do not see each other, as in XState. `NO` (which ends every program of an event) and `YES` are addresses outside
 * of `code`: a *condition* is a program of TESTs that ends in either.
 *
 * `lists` holds the lists of UNLESS: a length, and that many numbers of transitions. XState drops a transition
 * that would leave a state which an earlier one of the same step leaves too; the list has all that may stand in its way.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { Brand } from '../argument/argument.ts';
import type { NameOutput } from '../machine/output.ts';
import type { Transition } from '../machine/transition-sets.ts';

/** The number of words of an instruction. */
export const STRIDE = 6;

// Where the parts of an instruction stand.
export const OPERATION = 0;
export const WORD = 1;
export const MASK = 2;
export const VALUE = 3;
export const THEN = 4;
export const ELSE = 5;
/** In TAKE and WRITE, the bits of the word that stay as they are. */
export const KEEP = MASK;
/** In TAKE and WRITE, the bits of the word that are set. */
export const SET = VALUE;
/** In UNLESS, where its list begins in `lists`. */
export const LIST = WORD;
/** In TAKE, the number of the transition. */
export const TAKEN = ELSE;

export const TEST = 0;
export const TAKE = 1;
export const WRITE = 2;
export const UNLESS = 3;

/** The address where every program of an event ends, and every condition that does not hold. */
export const NO = -1;
/** The address where every condition ends that holds. */
export const YES = -2;

/** Where the number of the current child of a compound state stands. */
export interface Field {
  readonly word: number;
  /** Of its lowest bit. */
  readonly shift: number;
  /** Its bits, in their place in the word; zero when there is but one child. */
  readonly mask: number;
}

/** Where the fields of a machine stand. */
export interface Layout {
  readonly root: AnyStateNode;
  readonly fields: ReadonlyMap<AnyStateNode, Field>;
  readonly wordCount: number;
  /** The highest bit that any field has, plus one: the words of all states are below 2 to this power. */
  readonly bitCount: number;
}

/** A transition of the machine, by number. */
export interface CompiledTransition {
  readonly transition: Transition;
  /** The condition that its source is active. */
  readonly active: number;
  /** The condition that its guard holds. */
  readonly guard: number;
  /** Its own outputs, in order, by number. */
  readonly outputs: readonly number[];
  /** The outputs of leaving states, in order: each with the condition that the state is active. */
  readonly exits: readonly { readonly condition: number; readonly outputs: readonly number[] }[];
  /** The outputs of entering states, in order. */
  readonly entries: readonly number[];
}

/** A machine, compiled. */
export interface CompiledMachine extends Layout {
  readonly machine: AnyStateMachine;
  /** The alphabet. Events go by their place in it. */
  readonly events: readonly string[];
  /** The events of the machine that are left out of the alphabet: they never happen. */
  readonly without: readonly string[];
  /** How outputs are named. */
  readonly name: NameOutput;
  /** The names of the outputs. Outputs go by their place in it. */
  readonly outputs: readonly string[];
  /** In document order of their sources. Transitions go by their place in it. */
  readonly transitions: readonly CompiledTransition[];
  /** All states of the machine in document order, each with the condition that it is active. */
  readonly nodes: readonly { readonly node: AnyStateNode; readonly active: number }[];
  /** The words of the initial state. */
  readonly initial: Int32Array;
  readonly code: Int32Array;
  readonly starts: Int32Array;
  readonly lists: Int32Array;
}

/** What `compile` and `startAt` return. */
export const COMPILED = new Brand<CompiledMachine>('a compiled machine, as compile returns it');
