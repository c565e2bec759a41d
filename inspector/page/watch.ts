/**
 * Other programs' actors, as the inspector's protocol tells of them: `@xstate.actor` with a definition, `@xstate.event`,
 * `@xstate.snapshot`. Owns what was heard of each actor; the connection is `connection.ts`'s.
 *
 * The protocol drops what is not data: a guard that was a function has no name, and cannot be asked. So of a watched machine
 * its states light up and its steps are listed, but which transitions are open is not said.
 */
import { type AnyStateMachine, createMachine, type StateValue } from 'xstate';
import type { Timeline } from '../drawing/timeline.ts';
import type { WatchedScene } from './scene.ts';

/** The most steps that are kept of an actor; the oldest are let go of. */
export const WATCHED_STEPS = 10_000;

interface Moment {
  readonly event: string;
  readonly source: string | undefined;
  readonly value: StateValue | undefined;
  readonly context: string | undefined;
}

/** An actor that was heard of. */
export interface Actor {
  readonly sessionId: string;
  readonly name: string;
  readonly machine: AnyStateMachine | undefined;
  readonly problem: string | undefined;
  /** The first is where it was when it was first heard of; each other one is after an event. */
  readonly moments: readonly Moment[];
}

/** All actors that were heard of, by session. A message makes another map. */
export type Actors = ReadonlyMap<string, Actor>;

/** A message of the protocol, as far as it is read. Nothing of it is taken for granted. */
interface Message {
  readonly type?: unknown;
  readonly sessionId?: unknown;
  readonly name?: unknown;
  readonly definition?: unknown;
  readonly snapshot?: unknown;
  readonly event?: unknown;
  readonly sourceId?: unknown;
}

/** Hears a message, and returns what is known then. A message that is none of the protocol changes nothing. */
export function hear(actors: Actors, message: unknown, sources: Map<string, string>): Actors {
  const { type, sessionId, name, definition, snapshot, event, sourceId } = Object(message) as Message;
  if (typeof sessionId !== 'string') return actors;
  if (type === '@xstate.event') {
    if (typeof sourceId === 'string') sources.set(sessionId, sourceId);
    return actors;
  }
  const known = actors.get(sessionId);
  const eventType = textOf(Object(event).type) ?? '';
  const moment: Moment = { event: eventType, source: sources.get(sessionId), ...readSnapshot(snapshot) };
  if (type === '@xstate.actor') {
    const actor = { sessionId, name: textOf(name) ?? sessionId, ...readDefinition(definition), moments: [moment] };
    return new Map(actors).set(sessionId, actor);
  }
  if (type !== '@xstate.snapshot') return actors;
  sources.delete(sessionId);
  const before = known ?? {
    sessionId,
    name: sessionId,
    machine: undefined,
    problem: 'This actor was there before the page, and its definition was not told.',
    moments: [],
  };
  // XState tells of the initial snapshot as if an event had led there.
  const isInitial = eventType === 'xstate.init' || before.moments.length === 0;
  const moments = isInitial ? [moment] : [...before.moments, moment].slice(-WATCHED_STEPS - 1);
  return new Map(actors).set(sessionId, { ...before, moments });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function readSnapshot(snapshot: unknown): Pick<Moment, 'value' | 'context'> {
  const { value, context, status } = Object(snapshot) as { value?: unknown; context?: unknown; status?: unknown };
  const isValue = typeof value === 'string' || (typeof value === 'object' && value !== null);
  const isEmpty = context === undefined || JSON.stringify(context) === '{}';
  const parts = [
    typeof status === 'string' && status !== 'active' ? `status ${status}` : '',
    isEmpty ? '' : JSON.stringify(context),
  ];
  const told = parts.filter((part) => part !== '').join(', ');
  return { value: isValue ? (value as StateValue) : undefined, context: told === '' ? undefined : told };
}

function readDefinition(definition: unknown): Pick<Actor, 'machine' | 'problem'> {
  try {
    const config = JSON.parse(String(definition)) as { readonly states?: unknown };
    if (typeof config.states !== 'object' || config.states === null)
      return { machine: undefined, problem: 'This actor is not a state machine: there is no chart of it.' };
    const cut = JSON.stringify(config).includes('"[Object]"');
    const machine = createMachine(config as Parameters<typeof createMachine>[0]) as unknown as AnyStateMachine;
    const problem = cut
      ? 'The program has cut its definition short: give its inspector the option serializationDepthLimit: 40.'
      : undefined;
    return { machine, problem };
  } catch (error) {
    return {
      machine: undefined,
      problem: `The definition of this actor cannot be drawn: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** An actor as a scene. */
export function watchedScene({ sessionId, name, machine, problem, moments }: Actor): WatchedScene {
  const steps = moments.slice(1);
  return {
    kind: 'watched',
    sessionId,
    title: name,
    machine,
    problem,
    length: steps.length,
    timeline: watchedTimeline(name, steps),
    valueAt: (position) => moments[position]?.value,
    contextAt: (position) => moments[position]?.context,
    eventAt: (position) => (position === 0 ? undefined : moments[position]?.event),
  };
}

function watchedTimeline(name: string, steps: readonly Moment[]): Timeline {
  const outside = 'elsewhere';
  return {
    columns: [outside, name],
    length: steps.length,
    arrows: (step) => [{ from: outside, to: name, label: steps[step].event, kind: 'event' }],
    arrowCount: () => 1,
    sentence: (step) => `${name} takes ${steps[step].event}.`,
  };
}
