/**
 * What the page asks the thread of a module, and what it answers: plain data. A module is somebody's device in WebAssembly, which was dropped on
 * the page; it runs in a thread of its own, so that the page waits for nothing that it does.
 */
import type { Choices } from '../../spec/choices.ts';
import type { TraceInstance } from '../../checker/trace/shape.ts';
import type { QuestionOf } from '../decider/messages.ts';

/** A run of the machine `function`, and how its steps are accesses. */
export interface Played {
  readonly bounds: TraceInstance;
  readonly events: readonly string[];
  /**
   * By position, the names of a suite's actions that are performed there, instead of the plain form of the step's event: other widths, and reads
   * before it. Those of position 0 come before any step.
   */
  readonly script: readonly (readonly string[] | undefined)[];
}

/** Something in which machine and module differ. */
export interface ModuleDifference {
  /** The dword of a readback; undefined of all else. */
  readonly word?: number;
  readonly sentence: string;
}

/** The module at one position. */
export interface ModuleState {
  readonly words: Uint32Array;
  readonly differences: readonly ModuleDifference[];
}

/** Something that the judge found, for the page to show. */
export interface ModuleFinding {
  readonly rules: readonly string[];
  /** What was got and what was expected. */
  readonly sentence: string;
  /** The accesses that lead to it. */
  readonly trace: readonly string[];
  /** The run that shows it beside the machine; or why there is none. */
  readonly run: Played | string;
}

/** What the judge says of a module. */
export interface ModuleVerdict {
  readonly verdict: 'proven' | 'violated' | 'open';
  /** What was proven or found, for which bound. */
  readonly sentence: string;
  /** What the device chose, where the standard leaves a choice. */
  readonly choices: Choices;
  readonly findings: readonly ModuleFinding[];
}

/** What can be asked, with its answer. */
export interface ModuleQuestions {
  /** Which numbers of vectors it can have, of 1 and 2. */
  readonly open: {
    readonly ask: { readonly bytes: Uint8Array; readonly name: string };
    readonly answer: readonly number[];
  };
  /** The module along a run, a state for each position. */
  readonly play: { readonly ask: Played & { readonly choices?: Choices }; readonly answer: readonly ModuleState[] };
  /** What is proven of it, or wrong with it. */
  readonly judge: { readonly ask: { readonly seconds: number }; readonly answer: ModuleVerdict };
}

/** A question on its way to the thread. */
export type ModuleQuestion = QuestionOf<ModuleQuestions>;

/** What comes back: an answer, a problem as a sentence, or how far it is. */
export interface ModuleAnswer {
  readonly id: number;
  readonly answer?: unknown;
  readonly problem?: string;
  readonly progress?: string;
}
