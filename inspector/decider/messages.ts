/**
 * What the page asks the decider, and what it answers: plain data, which goes from one thread to another.
 */
import type { Regions } from '../../checker/machine/regions.ts';
import type { Trace } from '../../checker/trace/shape.ts';
import type { Space, SpaceSubject } from './space.ts';

/** A trace that can be asked for, as a list shows it. */
export interface TraceTitle {
  /** Short, in lower case, for links of documents and names of pictures. */
  readonly name: string;
  readonly title: string;
  /** The points of the review that it is about: "R5, S7". */
  readonly point?: string;
  /** What is behind it: the words of a reviewer, the property, the mutant. */
  readonly about: string;
}

/** Traces of one kind. */
export interface TitleGroup {
  readonly kind: 'review' | 'change' | 'assumption' | 'witness';
  readonly title: string;
  readonly traces: readonly TraceTitle[];
}

/**
 * What a run shows, decided again where it is looked at:
 *
 * - `broken`: it breaks the property;
 * - `assumed`: it is what the property's assumption rules out, so the property is not broken;
 * - `applies`: it is where the property applies, and holds;
 * - `differs`: what is claimed of it is not so;
 * - `unknown`: it could not be decided here.
 */
export interface Proof {
  readonly standing: 'broken' | 'assumed' | 'applies' | 'differs' | 'unknown';
  /** The property, by our own registers and not by what a link says of it. */
  readonly property?: { readonly name: string; readonly title: string; readonly rules: readonly string[] };
  /** What was decided, as a sentence. */
  readonly sentence: string;
}

/** What a step of a column does. */
export interface StoryStep {
  /** The outputs, as clauses. */
  readonly outputs: readonly string[];
  /** The regions that change, with the state that each comes to. */
  readonly changes: readonly (readonly [region: string, state: string])[];
}

/** One machine, or one run of two, on the events of a story. */
export interface StoryColumn {
  readonly title: string;
  /** By step; undefined where this machine has no such event. */
  readonly steps: readonly (StoryStep | undefined)[];
  /** What is decided of it: whether it breaks, and of how many states that is known. */
  readonly ending: { readonly breaks: boolean; readonly sentence: string };
}

/** An objection of the review, told on its shortest run. */
export interface Story {
  /** The name of its trace in the library. */
  readonly name: string;
  readonly title: string;
  readonly point: string;
  readonly words: string;
  /** What has happened before its first step; undefined when it begins after a reset. */
  readonly scene?: string;
  readonly events: readonly string[];
  readonly columns: readonly StoryColumn[];
}

/** What can be asked, with its answer. */
export interface Questions {
  /** The lists of traces. */
  readonly library: { readonly ask: undefined; readonly answer: readonly TitleGroup[] };
  /** A trace of the library, by name. */
  readonly trace: { readonly ask: string; readonly answer: Trace };
  /** What a run shows. */
  readonly proof: { readonly ask: Trace; readonly answer: Proof };
  /** The story of a run; undefined where it is none of the review. */
  readonly story: { readonly ask: Trace; readonly answer: Story | undefined };
  /** The state space of a machine, put together by the regions that are told apart. */
  readonly space: {
    readonly ask: { readonly subject: SpaceSubject; readonly apart?: readonly string[] };
    readonly answer: Space;
  };
  /** The events of a shortest way from a state into a lot of the space. */
  readonly way: {
    readonly ask: {
      readonly subject: SpaceSubject;
      readonly from: Regions;
      readonly apart: readonly string[];
      readonly children: readonly string[];
    };
    readonly answer: readonly number[] | undefined;
  };
}

/** A question of several on its way to a thread. */
export type QuestionOf<Asked extends { readonly [Name in keyof Asked]: { readonly ask: unknown } }> = {
  readonly [Name in keyof Asked]: { readonly id: number; readonly name: Name; readonly ask: Asked[Name]['ask'] };
}[keyof Asked];

/** A question on its way to the decider, and its answer on the way back. */
export type Question = QuestionOf<Questions>;
export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  /** What went wrong, as a sentence. */
  readonly problem?: string;
}
