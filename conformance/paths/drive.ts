/**
 * The strict adapter: drives a device along a path of a machine, and compares after every step what it did and everything
 * that a guest can read. An event without an access, an output missing, an output too many, an output out of order, or a
 * dword that differs is an error that tells the path as a story.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { MessageSet } from '../../machines/messages.ts';
import type { Device } from '../device/device.ts';
import { hex } from '../device/hexadecimal.ts';
import { type Dialect, outputNameOf, perform, readback } from '../device/words.ts';
import { dwordName, readbackInto } from '../device/readback.ts';
import { ConformanceError, type Failure, regionsOfDword, regionsOfOutputs } from './failure.ts';
import { tellOutputs } from './story.ts';
import { type RegionPath, rulesOfStep } from './step-rules.ts';

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
  /** What a guest reads in each state. */
  readonly dwords: readonly (readonly number[])[];
  /** Room for what was read. */
  readonly observed: Uint32Array;
}

/** Prepares the comparison of devices with `vectors` vectors with a graph of `function` or `vector`. */
export function expectation(graph: StateGraph, vectors: number, messages: MessageSet): Expectation {
  const dwords = graph.states.map((value) => readback(value, vectors, messages));
  return {
    graph,
    messages,
    counts: { paths: 0, steps: 0, outputs: 0, dwords: 0 },
    events: new Map(graph.events.map((name, event) => [name, event])),
    dwords,
    observed: new Uint32Array(dwords[0].length),
  };
}

/** Drives devices along the paths of one graph. */
export interface Driver {
  readonly counts: DriveCounts;
  /** Drives `device` from its reset along `path`. Throws a `ConformanceError` at the first difference. */
  drive(device: Device, path: readonly string[], dialect: Dialect): void;
}

/** Resets a device. @throws {Error} where it has no reset: what one path leaves would be what the next begins with. */
export function resetDevice(device: Device): void {
  if (device.reset === undefined)
    throw new Error(`Got ${device.name}, which lacks reset; expected a device that has it.`);
  device.reset();
}

/** Makes a driver for a graph of `function` or `vector` with the given number of vectors. */
export function createDriver(graph: StateGraph, vectors: number, messages: MessageSet): Driver {
  const expected = expectation(graph, vectors, messages);
  return {
    counts: expected.counts,
    drive: (device, path, dialect) => {
      resetDevice(device);
      device.takeOutputs();
      compare(expected, device, dialect, 0, [], []);
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
  const { graph, messages, events, counts } = expected;
  const name = path[length - 1];
  const event = events.get(name);
  if (event === undefined) {
    throw new Error(`Got the event ${name}; expected one of the alphabet of ${graph.machine.id}.`);
  }
  perform(name, { device, dialect, messages, value: graph.states[state] });
  const target = graph.target(state, event);
  compare(expected, device, dialect, target, graph.outputs(state, event), path, length);
  counts.steps++;
  return target;
}

/** Compares what a device has done since the last comparison, and what it reads, with what it must in `state`. */
function compare(
  { graph, events, counts, messages, dwords, observed }: Expectation,
  device: Device,
  dialect: Dialect,
  state: number,
  outputs: readonly string[],
  path: readonly string[],
  length = path.length,
): void {
  const differ = (
    difference: Pick<Failure, 'subject' | 'got' | 'expected'>,
    regions?: readonly RegionPath[],
  ): never => {
    const taken = path.slice(0, length);
    // What differs before the first step is the state that a reset leaves.
    const before =
      taken.length < 2 ? 0 : taken.slice(0, -1).reduce((at, name) => graph.target(at, events.get(name)!), 0);
    const event = taken.at(-1) ?? 'device.reset';
    const cause = rulesOfStep(graph.machine, graph.states[before], event, regions);
    throw new ConformanceError({ device: `${device.name} (${dialect.name})`, path: taken, ...difference, cause });
  };
  const done = device.takeOutputs().map((output) => outputNameOf(messages, output));
  const due = device.notifies ? outputs : outputs.filter((name) => name.startsWith('send.'));
  counts.outputs += done.length;
  if (done.length !== due.length || done.some((name, index) => name !== due[index])) {
    const got = `did ${tellOutputs(done)}`;
    const wanted = due.length > 0 ? due : done;
    differ({ subject: 'it', got, expected: tellOutputs(due) }, regionsOfOutputs(wanted));
  }
  const read = readbackInto(device, observed);
  if (read !== observed.length) {
    differ({ subject: 'it', got: `read back ${read} dwords`, expected: String(observed.length) });
  }
  counts.dwords += read;
  for (let word = 0; word < read; word++) {
    if (observed[word] === dwords[state][word]) continue;
    const [got, expected] = [observed[word], dwords[state][word]].map(hex);
    const subject = dwordName(word, device.vectorCount);
    differ({ subject, got: `reads ${got}`, expected }, regionsOfDword(word, device.vectorCount));
  }
}
