/**
 * The strict adapter: drives a device along a path of a machine, and compares after every step what it did and everything
 * that a guest can read. An event without an access, an output missing, an output too many, an output out of order, or a
 * dword that differs is an error that tells the path as a story.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { type MachineEvent, readEvent } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import type { Device } from '../device/device.ts';
import { hex } from '../device/hexadecimal.ts';
import { abilityOf, type Dialect, outputNameOf, perform, readback, UnableError } from '../device/words.ts';
import { NonsenseError, outputsOf } from '../device/nonsense.ts';
import { readbackInto } from '../device/read-whole.ts';
import { dwordName } from '../device/readback.ts';
import { regionsOfDword, regionsOfOutputs } from './concerned.ts';
import { ConformanceError } from './failure.ts';
import { type Clause, tellOutputs } from './story.ts';
import { NO_RULES, type RegionPath, rulesOfStep, type StepRules } from './step-rules.ts';

/** What a driver counts: it is pinned, so that a suite which drives nothing cannot pass. */
export interface DriveCounts {
  paths: number;
  steps: number;
  /** Outputs compared. */
  outputs: number;
  /** Dwords compared. */
  dwords: number;
}

/** What a device must do, for every state and event of a graph, in names and dwords; and what was compared so far. */
export interface Expectation {
  readonly graph: StateGraph;
  readonly messages: MessageSet;
  readonly counts: DriveCounts;
  readonly events: ReadonlyMap<string, number>;
  /** The events by number, taken apart. */
  readonly read: readonly MachineEvent[];
  /** Each state as a property sees it. */
  readonly views: readonly FunctionView[];
  /** What a guest reads in each state. */
  readonly dwords: readonly (readonly number[])[];
  /** Room for what was read. */
  readonly observed: Uint32Array;
  /** The rules behind differences that were met: a device with a bug meets the same ones along thousands of paths. */
  readonly causes: Map<string, StepRules>;
}

/** Prepares the comparison of devices with `vectors` vectors with a graph of `function` or `vector`. */
export function expectation(graph: StateGraph, vectors: number, messages: MessageSet): Expectation {
  const dwords = graph.states.map((value) => readback(value, vectors, messages));
  return {
    graph,
    messages,
    counts: { paths: 0, steps: 0, outputs: 0, dwords: 0 },
    events: new Map(graph.events.map((name, event) => [name, event])),
    read: graph.events.map(readEvent),
    views: graph.states.map(machineView(vectors, messages)),
    dwords,
    observed: new Uint32Array(dwords[0].length),
    causes: new Map(),
  };
}

/** Drives devices along the paths of one graph. */
export interface Driver {
  readonly counts: DriveCounts;
  /** Drives `device` from its reset along `path`. Throws a `ConformanceError` at the first difference. */
  drive(device: Device, path: readonly string[], dialect: Dialect): void;
}

/** Resets a device. @throws {UnableError} where it has no reset: what one path leaves would be what the next begins with. */
export function resetDevice(device: Device): void {
  abilityOf(device, 'reset')();
}

/** Makes a driver for a graph of `function` or `vector` with the given number of vectors. */
export function createDriver(graph: StateGraph, vectors: number, messages: MessageSet): Driver {
  const expected = expectation(graph, vectors, messages);
  return {
    counts: expected.counts,
    drive: (device, path, dialect) => {
      try {
        resetDevice(device);
        device.takeOutputs();
        compare(expected, device, 0, []);
      } catch (error) {
        throw failureOf(error, expected, device, dialect, []);
      }
      let state = 0;
      for (let length = 1; length <= path.length; length++) {
        state = compareStep(expected, device, dialect, state, path, length);
      }
      expected.counts.paths++;
    },
  };
}

/**
 * Performs the last of the first `length` events of `path` on a device, whose machine is in `state`, and compares.
 * Returns the state after it.
 */
export function compareStep(
  expected: Expectation,
  device: Device,
  dialect: Dialect,
  state: number,
  path: readonly string[],
  length = path.length,
): number {
  const { graph, messages, events, read, views, counts } = expected;
  const name = path[length - 1];
  const event = events.get(name);
  if (event === undefined) {
    throw new Error(`Got the event ${name}; expected one of the alphabet of ${graph.machine.id}.`);
  }
  const target = graph.target(state, event);
  try {
    perform(name, { device, dialect, messages, value: graph.states[state], view: views[state] }, read[event]);
    compare(expected, device, target, graph.outputs(state, event));
  } catch (error) {
    throw failureOf(error, expected, device, dialect, path.slice(0, length));
  }
  counts.steps++;
  return target;
}

/** What a device differs in. */
type Difference = Clause & { readonly regions?: readonly RegionPath[] };

/** Thrown within this module, and told with its path by whoever knows that. */
class Differs extends Error {
  readonly difference: Difference;

  constructor(difference: Difference) {
    super(difference.subject);
    this.difference = difference;
  }
}

/** Makes a failure of what was thrown: a difference, or what the device itself threw. What is no fault of it is left as it is. */
function failureOf(
  error: unknown,
  { graph, events, causes }: Expectation,
  device: Device,
  dialect: Dialect,
  path: readonly string[],
): unknown {
  if (error instanceof UnableError) return error;
  // What a device throws, or gives and no device may give, breaks no rule of MSI-X.
  if (!(error instanceof Differs)) {
    const told =
      error instanceof NonsenseError
        ? { subject: error.what, got: `is ${error.got}`, expected: error.expected }
        : { subject: 'it', got: `threw ${String(error)}`, expected: 'an answer' };
    return new ConformanceError({ device: `${device.name} (${dialect.name})`, path, ...told, cause: NO_RULES });
  }
  const { regions, ...difference } = error.difference;
  // What differs before the first step is the state that a reset leaves.
  const before = path.length < 2 ? 0 : path.slice(0, -1).reduce((at, name) => graph.target(at, events.get(name)!), 0);
  const event = path.at(-1) ?? 'device.reset';
  const key = `${before} ${event} ${regions?.join(' ')}`;
  const cause = causes.get(key) ?? rulesOfStep(graph.machine, graph.states[before], event, regions);
  causes.set(key, cause);
  return new ConformanceError({ device: `${device.name} (${dialect.name})`, path, ...difference, cause });
}

/** Compares what a device has done since the last comparison, and what it reads, with what it must in `state`. */
function compare(
  { counts, messages, dwords, observed }: Expectation,
  device: Device,
  state: number,
  outputs: readonly string[],
): void {
  const done = outputsOf(device.takeOutputs()).map((output) => outputNameOf(messages, output));
  const due = device.notifies ? outputs : outputs.filter((name) => name.startsWith('send.'));
  counts.outputs += done.length;
  if (done.length !== due.length || done.some((name, index) => name !== due[index])) {
    const regions = regionsOfOutputs(done, due);
    throw new Differs({ subject: 'it', got: `did ${tellOutputs(done)}`, expected: tellOutputs(due), regions });
  }
  const read = readbackInto(device, observed);
  if (read !== observed.length) {
    throw new Differs({ subject: 'it', got: `read back ${read} dwords`, expected: String(observed.length) });
  }
  counts.dwords += read;
  for (let word = 0; word < read; word++) {
    if (observed[word] === dwords[state][word]) continue;
    const [got, expected] = [observed[word], dwords[state][word]].map(hex);
    const subject = dwordName(word, device.vectorCount);
    throw new Differs({ subject, got: `reads ${got}`, expected, regions: regionsOfDword(word, device.vectorCount) });
  }
}
