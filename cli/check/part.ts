/**
 * What the parts of `maskbit check` share: the instances explored, what a part reports, and how a failure is told.
 */
import type { Finding } from '../../checker/decide/manifest.ts';
import type { Exploration } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { packTrace } from '../../checker/trace/codec.ts';
import { makeTrace, reduceTrace } from '../../checker/trace/trace.ts';
import { eventSentence } from '../../machines/alphabet.ts';
import type { Instance } from '../../properties/instances.ts';
import { traceSubject } from '../../properties/subject.ts';

/** An instance explored whole. */
export interface Explored {
  readonly instance: Instance;
  readonly exploration: Exploration;
  readonly graph: StateGraph;
  /** Whether XState has explored it too, so that its graph is XState's own. Then everything else is held against it. */
  readonly isSmall: boolean;
}

/** What a part of the check comes to. */
export interface Part {
  /** Its clause of the last line. */
  readonly clause: string;
  /** Whatever is violated, in sentences. */
  readonly violations: readonly string[];
  /** What is to be compared with the manifest. */
  readonly findings?: readonly Finding[];
  /** What a bound left undecided, in sentences. */
  readonly open?: readonly string[];
}

/** Begins a finding about an instance. */
export function findingOf(instance: Instance): Pick<Finding, 'machine' | 'instance'> {
  const { machine, instance: bounds } = traceSubject(instance);
  return { machine: machine.id, instance: bounds };
}

/** Tells a path as a story, with the command that shows it again. */
export function tellPath(head: string, instance: Instance, path: readonly string[]): string {
  const story = path.map((event, step) => `  ${step + 1}. ${eventSentence(event)}`);
  const subject = traceSubject(instance);
  const numbers = path.map((event) => instance.events.indexOf(event));
  const packed = packTrace(reduceTrace(subject, makeTrace(subject, numbers)));
  return [head, ...story, `  Shown again by: maskbit show ${packed}`].join('\n');
}
