/**
 * Counterexamples of the assigned device as traces: of the machine without monitors, from where its scope begins.
 */
import type { AssignedBounds } from '../../machines/device-context.ts';
import { makeTrace, type Trace, type TraceSubject, type TraceVerdict } from '../../checker/trace/trace.ts';
import { createInstance } from '../instances.ts';
import { compiledSubject } from '../subject.ts';
import { stateAfter } from './decide.ts';
import type { AssignedProperty, AssignedVerdict, Scope } from './property.ts';

/** A trace, with the machine that makes it. */
export interface SubjectTrace {
  readonly subject: TraceSubject;
  readonly trace: Trace;
}

/** Makes the trace of a verdict that has one, from where its scope begins. Throws when it has none. */
export function traceVerdict(
  bounds: AssignedBounds,
  { title, rules, ...property }: AssignedProperty,
  { path, loop = [] }: AssignedVerdict,
  scope: Scope = property.scope ?? {},
): SubjectTrace {
  if (path === undefined) throw new Error(`Got ${property.name} without a path; expected a counterexample.`);
  const subject = compiledSubject(createInstance('assigned-device', bounds));
  const start = stateAfter(subject.compiled, scope.after ?? []);
  const verdict: TraceVerdict = { property: property.name, result: 'fails', sentence: title, rules };
  const numbers = (names: readonly string[]) => names.map((name) => subject.events.indexOf(name));
  const isLasso = property.name.endsWith('Leads');
  const run = { path: numbers(path), ...(isLasso ? { loop: numbers(loop) } : {}) };
  return { subject, trace: makeTrace(subject, run, { start, verdict }) };
}
