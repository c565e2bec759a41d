/**
 * Other programs' actors, as the inspector's protocol tells of them: `@xstate.actor` with a definition, `@xstate.event`,
 * `@xstate.snapshot`; and what the relay adds of the programs. Owns what was heard; the connection is `connection.ts`'s.
 *
 * The protocol drops what is not data: a guard that was a function has no name, and cannot be asked. So of a watched machine
 * its states light up and its steps are listed, but which transitions are open is not said.
 */
import { type AnyStateMachine, createMachine, type StateValue } from 'xstate';
import { tellEvent } from '../drawing/chart.ts';
import type { Timeline } from '../drawing/timeline.ts';
import type { WatchedScene } from './scene.ts';

/** The most steps that are kept of an actor; the oldest are let go of, and counted on. */
export const WATCHED_STEPS = 10_000;

/** How long an event waits for an answer in silence, until it is taken for one that threw. */
const ANSWER_MILLISECONDS = 500;
/** How many times as long it waits while other things are heard: on a busy machine its answer may be on the way. */
const BUSY = 10;

/** What an actor is, as far as the protocol lets one know. */
export type ActorKind = 'machine' | 'promise' | 'observable' | 'no machine';
export type ActorStatus = 'active' | 'done' | 'error' | 'stopped';

/** Where an actor was after an event. */
export interface Moment {
  /** The event as it was told, and its type. */
  readonly event: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** The session that sent it; undefined where it came from outside of all actors. */
  readonly source?: string;
  readonly value?: StateValue;
  readonly context?: unknown;
  readonly status: ActorStatus;
  readonly output?: unknown;
  readonly error?: unknown;
  /** Whether no snapshot has followed: it threw, or was dropped. */
  readonly isUnanswered?: boolean;
}

/** An actor that was heard of. */
export interface Actor {
  readonly sessionId: string;
  /** The number of the program that it lives in; undefined where the relay does not say. */
  readonly program?: number;
  readonly parentId?: string;
  readonly name: string;
  readonly kind: ActorKind;
  readonly machine?: AnyStateMachine;
  readonly problem?: string;
  /** The first is where it was when it was first heard of, or the last that was let go of; each other one is after an event. */
  readonly moments: Moment[];
  /** How many steps have been let go of. */
  readonly letGo: number;
}

/** A message of the protocol, as far as it is read. Nothing of it is taken for granted. */
interface Message {
  readonly type?: unknown;
  readonly sessionId?: unknown;
  readonly parentId?: unknown;
  readonly name?: unknown;
  readonly definition?: unknown;
  readonly snapshot?: unknown;
  readonly event?: unknown;
  readonly sourceId?: unknown;
  readonly problem?: unknown;
  readonly program?: unknown;
  readonly status?: unknown;
  readonly because?: unknown;
}

interface Sent {
  /** When it was heard of, in milliseconds. */
  readonly at: number;
  readonly event: string;
  readonly payload?: Moment['payload'];
  readonly source?: string;
}

/** What was heard of all programs. Hearing changes it; whoever shows it asks again. */
export class Watched {
  readonly actors = new Map<string, Actor>();
  /** Why a program has gone, by its number; an empty text where it simply ended. */
  readonly gone = new Map<number, string>();
  /** Events that were sent to an actor, and not answered yet. */
  private readonly sent = new Map<string, Sent[]>();
  /** The actors of which more was heard than where they were when the page came. */
  private readonly begun = new Set<string>();
  /** When something was heard last, in milliseconds. */
  private heardAt = 0;

  /** The actors below one, or the roots. */
  children(parent: string | undefined): Actor[] {
    return [...this.actors.values()].filter(({ parentId }) =>
      parent === undefined ? parentId === undefined || !this.actors.has(parentId) : parentId === parent,
    );
  }

  /** Whether the program of an actor has gone, with the reason. */
  goneBecause({ program }: Actor): string | undefined {
    return program === undefined ? undefined : this.gone.get(program);
  }

  /** Every program that was heard of has gone. */
  leaveAll(because: string): void {
    for (const { program } of this.actors.values())
      if (program !== undefined && !this.gone.has(program)) this.gone.set(program, because);
  }

  /** Hears a message. One that is none of the protocol changes nothing. */
  hear(message: unknown): void {
    this.heardAt = performance.now();
    const told = Object(message) as Message;
    const { type, sessionId } = told;
    if (type === '@maskbit.program') return this.hearOfProgram(told);
    if (typeof sessionId !== 'string') return;
    if (type === '@xstate.event') this.hearEvent(sessionId, told);
    else if (type === '@xstate.actor') this.hearActor(sessionId, told);
    else if (type === '@xstate.snapshot') this.hearSnapshot(sessionId, told);
  }

  private hearOfProgram({ program, status, because }: Message): void {
    if (typeof program !== 'number') return;
    if (status === 'here') this.gone.delete(program);
    else this.gone.set(program, textOf(because) ?? '');
  }

  private hearEvent(sessionId: string, { event, sourceId }: Message): void {
    this.begun.add(sessionId);
    // Its start is told of as an event, and its answer is where it begins.
    if (readEvent(event).event === 'xstate.init') return;
    const waiting = this.sent.get(sessionId) ?? [];
    const sent = { at: performance.now(), ...readEvent(event), source: textOf(sourceId) };
    this.sent.set(sessionId, [...waiting, sent].slice(-100));
  }

  /**
   * Takes events that a machine has not answered for a while for ones that threw: XState tells of a snapshot after each event, and of
   * none after that. Returns how many there were.
   */
  settle(now: number, patience = ANSWER_MILLISECONDS): number {
    let count = 0;
    for (const [sessionId, waiting] of this.sent) {
      const wait = now - this.heardAt > patience ? patience : BUSY * patience;
      const isLate = waiting.length > 0 && waiting.every(({ at }) => now - at > wait);
      const actor = this.actors.get(sessionId);
      if (!isLate || actor?.kind !== 'machine') continue;
      const [{ event, payload, source }] = waiting;
      this.sent.delete(sessionId);
      const { value, context, status } = actor.moments.at(-1)!;
      if (status !== 'active') continue;
      this.add(sessionId, { event, payload, source, value, context, status: 'error', isUnanswered: true });
      count++;
    }
    return count;
  }

  /** Whether some event of a machine still waits for an answer. */
  get isWaiting(): boolean {
    return [...this.sent].some(([id, { length }]) => length > 0 && this.actors.get(id)?.kind === 'machine');
  }

  private hearActor(sessionId: string, { name, parentId, definition, snapshot, problem }: Message): void {
    const moment: Moment = { event: '', ...readSnapshot(snapshot) };
    const read = readDefinition(definition, snapshot);
    this.begun.delete(sessionId);
    this.actors.set(sessionId, {
      ...{ sessionId, name: textOf(name) ?? sessionId, parentId: textOf(parentId), moments: [moment], letGo: 0 },
      ...{ program: programOf(sessionId), ...read, problem: textOf(problem) ?? read.problem },
    });
  }

  private hearSnapshot(sessionId: string, { snapshot, event }: Message): void {
    const { event: type, payload } = readEvent(event);
    const known = this.actors.get(sessionId);
    const after = readSnapshot(snapshot);
    if (known === undefined) {
      this.actors.set(sessionId, {
        ...{ sessionId, name: sessionId, program: programOf(sessionId), kind: 'no machine', letGo: 0 },
        problem: 'This actor was there before the page, and its definition was not told.',
        moments: [{ event: '', ...after }],
      });
      return;
    }
    // XState tells of the initial snapshot as if an event had led there.
    if (type === 'xstate.init') {
      this.begun.add(sessionId);
      if (known.moments.length === 1) known.moments[0] = { event: '', ...after };
      return;
    }
    const waiting = this.sent.get(sessionId) ?? [];
    const at = waiting.findIndex((each) => each.event === type);
    // No event was told before it: the page came late, and this is where the actor was then. From where it got there is not known.
    if (at < 0 && known.moments.length === 1 && !this.begun.has(sessionId)) {
      this.begun.add(sessionId);
      known.moments[0] = { event: '', payload, ...after };
      this.learnKind(known, type);
      return;
    }
    this.sent.set(sessionId, waiting.slice(at + 1));
    this.add(sessionId, { event: type, payload, source: at < 0 ? undefined : waiting[at].source, ...after });
  }

  private learnKind(actor: Actor, event: string): void {
    const kind = KIND_OF[event];
    if (actor.kind === 'no machine' && kind !== undefined) this.actors.set(actor.sessionId, { ...actor, kind });
  }

  private add(sessionId: string, moment: Moment): void {
    this.learnKind(this.actors.get(sessionId)!, moment.event);
    const actor = this.actors.get(sessionId)!;
    const isFull = actor.moments.length > WATCHED_STEPS;
    // A thousand at a time: what is shifted by one each time would be moved ten thousand times a step.
    const letGo = isFull ? WATCHED_STEPS / 10 : 0;
    if (isFull) actor.moments.splice(0, letGo);
    actor.moments.push(moment);
    if (isFull) this.actors.set(sessionId, { ...actor, letGo: actor.letGo + letGo });
  }
}

/** What an actor is, by the events that XState makes for it alone. */
const KIND_OF: Readonly<Record<string, ActorKind>> = {
  'xstate.promise.resolve': 'promise',
  'xstate.promise.reject': 'promise',
  'xstate.observable.next': 'observable',
  'xstate.observable.error': 'observable',
  'xstate.observable.complete': 'observable',
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function programOf(sessionId: string): number | undefined {
  const [, number] = /^(\d+)\//.exec(sessionId) ?? [];
  return number === undefined ? undefined : Number(number);
}

function readEvent(event: unknown): { readonly event: string; readonly payload?: Moment['payload'] } {
  const { type, ...payload } = Object(event) as Record<string, unknown>;
  return { event: textOf(type) ?? '', ...(Object.keys(payload).length === 0 ? {} : { payload }) };
}

const STATUSES: readonly ActorStatus[] = ['active', 'done', 'error', 'stopped'];

function readSnapshot(snapshot: unknown): Pick<Moment, 'value' | 'context' | 'status' | 'output' | 'error'> {
  const { value, context, status, output, error } = Object(snapshot) as Record<string, unknown>;
  const isValue = typeof value === 'string' || (typeof value === 'object' && value !== null);
  return {
    value: isValue ? (value as StateValue) : undefined,
    context,
    status: STATUSES.find((each) => each === status) ?? 'active',
    output,
    error,
  };
}

function readDefinition(definition: unknown, snapshot: unknown): Pick<Actor, 'machine' | 'problem' | 'kind'> {
  if (definition === undefined) {
    const problem = 'This actor is no state machine: there is no chart of it. What it gave is at its steps.';
    return { kind: Object.hasOwn(Object(snapshot) as object, 'value') ? 'machine' : 'no machine', problem };
  }
  try {
    const config = JSON.parse(typeof definition === 'string' ? definition : '') as {
      readonly states?: unknown;
      readonly on?: unknown;
    };
    // A machine may have no states but its root, and live by its context.
    if (![config.states, config.on].some((part) => typeof part === 'object' && part !== null))
      return { kind: 'no machine', problem: 'This actor is no state machine: there is no chart of it.' };
    const cut = JSON.stringify(config).includes('"[Object]"');
    const machine = createMachine(config as Parameters<typeof createMachine>[0]) as unknown as AnyStateMachine;
    const problem = cut
      ? 'The program has cut its definition short: give its inspector the option serializationDepthLimit: 40.'
      : undefined;
    return { kind: 'machine', machine, problem };
  } catch (error) {
    return {
      kind: 'machine',
      problem: `The definition of this actor cannot be drawn: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

// ---- As a scene

/** An actor as a scene. */
export function watchedScene(actor: Actor, watched: Watched): WatchedScene {
  const { sessionId, name, machine, problem, moments, letGo } = actor;
  return {
    kind: 'watched',
    ...{ sessionId, title: name, machine, problem, letGo, actor },
    length: moments.length - 1,
    timeline: watchedTimeline(actor, watched),
    valueAt: (position) => moments[position]?.value,
    momentAt: (position) => moments[position],
    eventAt: (position) => (position === 0 ? undefined : moments[position]?.event),
  };
}

/** Where an event came from, when no actor sent it. */
const OUTSIDE = 'outside';
/** Columns beside that of the actor: senders after those are told in one. */
const SENDERS = 3;
const OTHERS = 'others';

function watchedTimeline({ name, moments, letGo, sessionId }: Actor, { actors }: Watched): Timeline {
  const nameOf = (source: string | undefined): string => {
    if (source === undefined) return OUTSIDE;
    return source === sessionId ? name : (actors.get(source)?.name ?? source);
  };
  const senders = [...new Set(moments.slice(1).map(({ source }) => nameOf(source)))].filter((each) => each !== name);
  const shown = senders.length > SENDERS + 1 ? [...senders.slice(0, SENDERS), OTHERS] : senders;
  const columnOf = (source: string | undefined): string => {
    const sender = nameOf(source);
    return sender === name || shown.includes(sender) ? sender : OTHERS;
  };
  return {
    columns: [...(shown.length === 0 ? [OUTSIDE] : shown), name],
    length: moments.length - 1,
    firstNumber: letGo,
    arrows: (step) => {
      const moment = moments[step + 1];
      const label = `${tellEvent(moment.event)}${moment.payload === undefined ? '' : ` ${brief(moment.payload)}`}`;
      const end = endingOf(moment, moments[step]);
      return [
        { from: columnOf(moment.source), to: name, label: cut(label), kind: 'event' },
        ...(end === undefined ? [] : [{ from: name, to: name, label: cut(end), kind: 'output' as const }]),
      ];
    },
    arrowCount: (step) => (endingOf(moments[step + 1], moments[step]) === undefined ? 1 : 2),
    sentence: (step) => {
      const moment = moments[step + 1];
      const told = moment.payload === undefined ? '' : ` with ${brief(moment.payload)}`;
      const from = moment.source === undefined ? '' : ` from ${nameOf(moment.source)}`;
      const end = endingOf(moment, moments[step]);
      return `${name} takes ${tellEvent(moment.event)}${told}${from}${end === undefined ? '' : `; ${end}`}.`;
    },
  };
}

/** What became of an actor in a step, beside its state. */
function endingOf({ status, output, error, isUnanswered }: Moment, before: Moment): string | undefined {
  if (isUnanswered === true) return 'no snapshot followed: it threw';
  if (status === before.status && output === before.output) return undefined;
  if (status === 'error') return `it is in error${isEmpty(error) ? '' : `: ${brief(error)}`}`;
  if (status === 'done') return `it is done${output === undefined ? '' : `, with ${brief(output)}`}`;
  if (status === 'stopped') return 'it is stopped';
  return output === undefined ? undefined : `it gives ${brief(output)}`;
}

const isEmpty = (value: unknown): boolean => value === undefined || JSON.stringify(value) === '{}';
const brief = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
const cut = (text: string): string => (text.length > 48 ? `${text.slice(0, 47)}…` : text);
