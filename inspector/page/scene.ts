/**
 * What is on the page: one of maskbit's machines with its run, or an actor of another program that is watched. Both have
 * positions, a state at each, and steps between them; only the first takes events.
 */
import type { AnyStateMachine, StateValue } from 'xstate';
import { type PackedTrace, replayTrace, type Trace } from '../../checker/trace/trace.ts';
import type { LogStory, TracedLog } from '../../conformance/replay/trace.ts';
import { readEvent } from '../../machines/alphabet.ts';
import type { Instance } from '../../properties/instances.ts';
import {
  compiledSubject,
  type CompiledSubject,
  instanceByName,
  type MutatedInstance,
} from '../../properties/subject.ts';
import { type Timeline, timelineOf } from '../drawing/timeline.ts';
import { Run } from './run.ts';
import type { Actor, Moment } from './watch.ts';

interface SceneBase {
  /** For people: "function, 1 vector, messages two". */
  readonly title: string;
  /** What the chart shows; undefined when there is nothing to draw, which `problem` explains. */
  readonly machine: AnyStateMachine | undefined;
  readonly problem?: string;
  /** The number of steps, and of the last position. */
  readonly length: number;
  readonly timeline: Timeline;
  valueAt(position: number): StateValue | undefined;
  /** The event that led to a position. */
  eventAt(position: number): string | undefined;
}

/** One of maskbit's machines with a run. */
export interface OwnScene extends SceneBase {
  readonly kind: 'own';
  readonly machine: AnyStateMachine;
  readonly instance: MutatedInstance;
  readonly subject: CompiledSubject;
  readonly run: Run;
  /** What the log says beside its steps, where the run is that of a log. */
  readonly log?: LogStory;
}

/** An actor of another program. */
export interface WatchedScene extends SceneBase {
  readonly kind: 'watched';
  readonly sessionId: string;
  readonly actor: Actor;
  /** How many steps were let go of before the first that is here. */
  readonly letGo: number;
  momentAt(position: number): Moment | undefined;
}

export type Scene = OwnScene | WatchedScene;

/** Opens the run of no step of a machine. */
export function beginScene(machine: string, bounds: Readonly<Record<string, string | number>>): OwnScene {
  const instance = instanceByName(machine, bounds);
  const subject = compiledSubject(instance);
  return sceneOf(instance, subject, Run.begin(subject));
}

/** Opens a trace that its machine has made. */
export function traceScene(trace: Trace): OwnScene {
  const instance = instanceByName(trace.machine, trace.instance);
  const subject = compiledSubject(instance);
  return sceneOf(instance, subject, Run.of(subject, trace));
}

/**
 * Has its machine make a recorded trace again, and opens it.
 * @throws {RangeError} when there is no such machine, or when it makes another run today.
 */
export function recordedScene(recorded: Trace | PackedTrace): OwnScene {
  const instance = instanceByName(recorded.machine, recorded.instance);
  const subject = compiledSubject(instance);
  return sceneOf(instance, subject, Run.of(subject, replayTrace(subject, recorded)));
}

/** Opens a log of a guest. */
export function logScene({ trace, story }: Pick<TracedLog, 'trace' | 'story'>): OwnScene {
  const { device, vectorCount } = story;
  return {
    ...traceScene(trace),
    log: story,
    title: `${device}, ${vectorCount} ${vectorCount === 1 ? 'vector' : 'vectors'}: a log`,
  };
}

/** Takes events at a position: the scene after them. */
export function takeEvents(scene: OwnScene, position: number, events: readonly number[]): OwnScene {
  const { instance, subject, run } = scene;
  return sceneOf(instance, subject, run.take(position, events));
}

function sceneOf(instance: MutatedInstance, subject: CompiledSubject, run: Run): OwnScene {
  const { machine, events } = subject;
  return {
    kind: 'own',
    title: titleOf(instance),
    machine,
    instance,
    subject,
    run,
    length: run.length,
    timeline: timelineOf({
      machine: machine.id,
      events,
      steps: run.steps,
      loop: run.loop,
      outputNames: subject.compiled.outputs,
    }),
    valueAt: (position) => run.valueAt(position),
    eventAt: (position) => run.eventAt(position),
  };
}

function titleOf({ machine, vectors, channel, design }: Instance): string {
  if (vectors === 0 || machine.id === 'vector') return machine.id;
  const count = `${vectors} vector${vectors === 1 ? '' : 's'}`;
  return [machine.id, design?.name, count, channel ? 'channel' : undefined]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** Events that concern one vector, or all of them, by who makes them happen. */
export interface EventGroup {
  readonly title: string;
  /** The vector that they concern; undefined for those of the function. */
  readonly vector: number | undefined;
  readonly actors: readonly EventsOfActor[];
}

export interface EventsOfActor {
  readonly actor: string;
  readonly events: readonly { readonly number: number; readonly name: string; readonly label: string }[];
}

/** The alphabet in groups, as buttons are arranged. */
export function eventGroups(events: readonly string[]): EventGroup[] {
  const groups = new Map<number | undefined, Map<string, { number: number; name: string; label: string }[]>>();
  for (const [number, name] of events.entries()) {
    const { actor, verb, vector, value } = readEvent(name);
    const group = groups.get(vector) ?? new Map<string, { number: number; name: string; label: string }[]>();
    const label = value === undefined ? verb : `${verb} ${value}`;
    group.set(actor, [...(group.get(actor) ?? []), { number, name, label }]);
    groups.set(vector, group);
  }
  return [...groups].map(([vector, group]) => ({
    title: vector === undefined ? 'function' : `vector ${vector}`,
    vector,
    actors: [...group].map(([actor, each]) => ({ actor, events: each })),
  }));
}
