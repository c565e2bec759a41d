/**
 * A failure of a device, as data and as text: after which events, by which rules, what it was expected to do or to read, and what it
 * did. Everything is in registers; a name that a machine has for a message comes with the address and data that it stands for.
 */
import type { AnyStateMachine, StateValue } from 'xstate';
import { packTrace } from '../../checker/trace/codec.ts';
import { makeTrace, reduceTrace } from '../../checker/trace/trace.ts';
import { NO_RULES, type RegionPath, rulesOfStep, type StepRules } from './step-rules.ts';
import type { Instance } from '../../properties/instances.ts';
import { requireFields, requireList, requireText, within } from '../../checker/argument/argument.ts';
import { traceSubject } from '../../properties/subject.ts';
import { type StatesApart, tellStates } from './state-words.ts';
import { type Clause, tellClause, tellSteps } from './story.ts';

/** What a device did otherwise than the machine says. */
export interface Failure extends Clause {
  /** The device, and how it was accessed: "MsixFunction (dwords)". */
  readonly device: string;
  /** The events from reset to the one after which it differs. */
  readonly path: readonly string[];
  /** The rules of the last step, those about what differs first, with the sentences of the machine that cite them. */
  readonly cause: StepRules;
}

/** Thrown when a device does not do what the machine says. */
export class ConformanceError extends Error {
  override name = 'ConformanceError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(tellFailure(failure));
    this.failure = failure;
  }
}

/** The error for a step. `before` is the machine's state before it; `regions` show what differs. */
export function failedStep(
  device: string,
  machine: AnyStateMachine,
  before: StateValue,
  path: readonly string[],
  what: Clause | StatesApart,
  regions?: readonly RegionPath[],
): ConformanceError {
  const cause = path.length === 0 ? NO_RULES : rulesOfStep(machine, before, path.at(-1)!, regions);
  return new ConformanceError({ device, path, ...('region' in what ? tellStates(what) : what), cause });
}

/** What two failures have in common that are told once. */
export const kindOf = ({ subject, cause }: Failure): string =>
  `${subject.replaceAll(/\d+/g, 'N')} ${cause.rules.join()}`;

/** Tells a failure as a story, in registers. */
export function tellFailure(failure: Failure): string {
  const { device, path, cause, ...clause } = requireFailure('failure of tellFailure', failure);
  const steps =
    path.length === 0
      ? 'after the reset before the first step'
      : `after ${path.length} step${path.length === 1 ? '' : 's'}`;
  return [
    `${device}, ${steps}: ${tellClause(clause)}.`,
    ...cause.sentences.map((sentence) => `  Rule: ${sentence}`),
    ...tellSteps(path),
    `  Path: ${path.join(' ')}`,
  ].join('\n');
}

/** Packs a path from the start of an instance into what `maskbit show` takes. */
export function packPath(instance: Instance, path: readonly string[]): string {
  const subject = traceSubject(instance);
  const numbers = path.map((event) => instance.events.indexOf(event));
  return packTrace(reduceTrace(subject, makeTrace(subject, numbers)));
}

/** Requires a failure, as `runSuite` tells it. */
function requireFailure(place: string, value: unknown): Failure {
  const fields = requireFields(place, value, ['device', 'path', 'subject', 'got', 'expected', 'cause']);
  const text = (name: keyof Failure): string => requireText(within(place, name), fields[name]);
  const cause = requireFields(within(place, 'cause'), fields.cause, ['rules', 'sentences']);
  const texts = (name: 'rules' | 'sentences'): string[] =>
    requireList(within(within(place, 'cause'), name), cause[name], requireText);
  return {
    device: text('device'),
    path: requireList(within(place, 'path'), fields.path, requireText),
    subject: text('subject'),
    got: text('got'),
    expected: text('expected'),
    cause: { rules: texts('rules'), sentences: texts('sentences') },
  };
}
