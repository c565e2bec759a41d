/**
 * Many vectors, a few at a time: a tour through every transition of the machine of one vector, and a way through every state of that of two, taken at
 * places among up to 2,048 vectors, while all others rest. Vectors are independent (MSIX-MASK-4), so what a device does at a place is what the small machine does, and nothing
 * shows elsewhere, which is looked at before every reset and at the end. Neighbours, and all pairs of few vectors, go a longer way, on which whatever one does is done in every state of the other.
 */
import type { StateValue } from 'xstate';
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { type Control, functionEvents, readEvent, readOutput } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import { machineView } from '../../properties/view.ts';
import * as registers from '../../src/registers.ts';
import { CONTROL_VALUES } from '../device/control.ts';
import type { Device } from '../device/device.ts';
import { readbackInto } from '../device/read-whole.ts';
import { dwordName, entryDword, pendingDword, readbackDwords } from '../device/readback.ts';
import { isQwordLawful, messageOf } from '../device/words.ts';
import { postmanTour } from './postman.ts';
import { rulesOfPath } from './step-rules.ts';

/** A step of a tour, as far as it does not depend on the place. */
interface TourStep {
  readonly name: string;
  readonly verb: string;
  readonly slot: number;
  readonly value: string | undefined;
  /** What must come of it: verb, slot and message. */
  readonly outputs: readonly { readonly verb: string; readonly slot: number; readonly message: string | undefined }[];
  /** Message Control afterwards, and of each slot its entry, Mask Bit and Pending bit. */
  readonly control: number;
  readonly slots: readonly { readonly entry: string; readonly masked: boolean; readonly pending: boolean }[];
  /** Whether Mask Bit or Function Mask of the slot is set before: data and Vector Control may then be written as a QWORD. */
  readonly isQwordLawful: boolean;
}

/** A way through the machine of `count` vectors, and back to where it began. */
export interface Tour {
  readonly count: 1 | 2;
  readonly steps: readonly TourStep[];
}

/**
 * Makes the tour of one vector, through every transition; or the way through every state of two, which is short enough for all their pairs.
 * @param isClose Whether each event of one of two, with each thing that comes of it, is to be met in every state of the other.
 */
function makeTour(count: 1 | 2, isClose = false): Tour {
  const graph = enumerate(createFunction({ vectors: count, messages: TWO }), functionEvents(count, TWO));
  const path = count === 1 ? postmanTour(graph).path : pairsTour(graph, isClose);
  const view = machineView(count, TWO);
  const views = graph.states.map((state) => view(state));
  let state = 0;
  const steps = path.map((event): TourStep => {
    const name = graph.events[event];
    const { actor, verb, vector = -1, value } = readEvent(name);
    const before = views[state];
    const outputs = graph.outputs(state, event).map((output) => {
      const { verb: told, vector: slot, message } = readOutput(output);
      return { verb: told, slot: slot ?? -1, message };
    });
    state = graph.target(state, event);
    const after = views[state];
    return {
      ...{ name, verb: `${actor}.${verb}`, slot: vector, value, outputs },
      control:
        (after.enabled ? registers.CONTROL_ENABLE : 0) |
        (after.functionMask === true ? registers.CONTROL_FUNCTION_MASK : 0),
      slots: Array.from({ length: count }, (_, slot) => ({
        entry: after.entry(slot),
        masked: after.masked(slot),
        pending: after.pending(slot),
      })),
      isQwordLawful: vector >= 0 && isQwordLawful(before, vector),
    };
  });
  return { count, steps };
}

/** The tours of one vector, of two, and of two neighbours. */
export interface Tours {
  readonly one: Tour;
  readonly two: Tour;
  readonly neighbours: Tour;
}

/** Makes the tours. */
export const makeTours = (): Tours => ({ one: makeTour(1), two: makeTour(2), neighbours: makeTour(2, true) });

/** Goes from each state to where the nearest is that it has not met, and at the end back to the first. */
function pairsTour(graph: StateGraph, isClose: boolean): number[] {
  const regions = graph.states.map((state) => [0, 1].map((slot) => JSON.stringify(readRegion(state, slot))));
  const sights = graph.states.map((_, state) =>
    graph.events.map((name, event): readonly string[] => {
      const { vector } = readEvent(name);
      const target = `state ${graph.target(state, event)}`;
      if (!isClose || vector === undefined) return [target];
      return [target, `${name} ${graph.outputs(state, event).join()} beside ${regions[state][1 - vector]}`];
    }),
  );
  const unmet = new Set(sights.flat(2));
  unmet.delete('state 0');
  const tour: number[] = [];
  for (let state = 0; unmet.size > 0 || state !== 0;) {
    const isSought = (from: number, event: number): boolean =>
      unmet.size > 0 ? sights[from][event].some((sight) => unmet.has(sight)) : graph.target(from, event) === 0;
    for (const event of shortestWay(graph, state, isSought)) {
      for (const sight of sights[state][event]) unmet.delete(sight);
      tour.push(event);
      state = graph.target(state, event);
    }
  }
  return tour;
}

const readRegion = (state: StateValue, slot: number): StateValue | undefined =>
  (state as Record<string, StateValue | undefined>)[vectorRegionName(slot)];

/** The events on a shortest way that ends with one that is sought. */
function shortestWay(
  graph: StateGraph,
  from: number,
  isSought: (state: number, event: number) => boolean,
): readonly number[] {
  const ways = new Map<number, readonly number[]>([[from, []]]);
  for (const [state, way] of ways) {
    const sought = [...graph.events.keys()].find((event) => isSought(state, event));
    if (sought !== undefined) return [...way, sought];
    for (const event of graph.events.keys()) {
      const target = graph.target(state, event);
      if (!ways.has(target)) ways.set(target, [...way, event]);
    }
  }
  throw new Error('Got a state from which some are not reached; expected a reset.');
}

/** Thrown where a device does otherwise than the machine. */
export class PlaceError extends Error {
  override name = 'PlaceError';
}

/**
 * Takes a tour at a place. The device is as after reset before and afterwards; what it remembers beyond that goes along from place to place.
 * @param vectors The vectors that the tour is taken at, as many as it is of.
 * @throws {PlaceError} at the first difference, with the steps that led there.
 */
export function walkPlace(device: Device, tour: Tour, vectors: readonly number[]): void {
  const found = wayTo(device, tour, vectors, false);
  if (found === undefined) return;
  // What shows elsewhere is told at the step that does it, where it does it again.
  device.reset!();
  device.takeOutputs();
  const { at, wrong } = (found.isElsewhere ? wayTo(device, tour, vectors, true) : undefined) ?? found;
  const led = tour.steps.slice(0, at + 1).map(({ name }) => name);
  const { sentences } = rulesOfPath(createFunction({ vectors: tour.count, messages: TWO }), led);
  throw new PlaceError(
    [
      `${device.name} with ${device.vectorCount} vectors, at vector ${vectors.join(' and ')}, step ${at + 1}, ${led[at]}: ${wrong}`,
      ...sentences.map((sentence) => `  Rule: ${sentence}`),
      `  The tour so far: ${led.join(', ')}.`,
    ].join('\n'),
  );
}

/** Takes a tour up to the first difference. @param isClose Whether it is looked after every step whether anything shows elsewhere. */
function wayTo(
  device: Device,
  { steps }: Tour,
  vectors: readonly number[],
  isClose: boolean,
): { readonly at: number; readonly wrong: string; readonly isElsewhere: boolean } | undefined {
  const rest = restOf(device.vectorCount);
  const dwords = new Uint32Array(rest.length);
  for (const [at, step] of steps.entries()) {
    const wrong = performDiffers(device, step, vectors, at) ?? readsDiffer(device, step, vectors);
    if (wrong !== undefined) return { at, wrong, isElsewhere: false };
    // What a step does elsewhere stays there until the next reset.
    if (!isClose && at + 1 < steps.length && steps[at + 1].verb !== 'device.reset') continue;
    const elsewhere = elsewhereDiffers(device, vectors, rest, dwords);
    if (elsewhere !== undefined) return { at, wrong: elsewhere, isElsewhere: true };
  }
  return undefined;
}

/** What a guest reads of a device after a reset. */
function restOf(vectorCount: number): Uint32Array {
  const rest = new Uint32Array(readbackDwords(vectorCount));
  rest[0] = vectorCount - 1;
  for (let vector = 0; vector < vectorCount; vector++) rest[entryDword(vector) + 3] = registers.VECTOR_CONTROL_MASK;
  return rest;
}

/** Performs a step, and compares its outputs. */
function performDiffers(device: Device, step: TourStep, vectors: readonly number[], at: number): string | undefined {
  try {
    perform(device, step, vectors, at);
    return outputsDiffer(device, step, vectors);
  } catch (error) {
    return `it threw ${String(error)}; expected an answer.`;
  }
}

/** Performs a step in one of its lawful forms, another one from step to step. */
function perform(device: Device, step: TourStep, vectors: readonly number[], at: number): void {
  const vector = vectors[step.slot];
  const entry = registers.ENTRY_BYTES * vector;
  switch (step.verb) {
    case 'guest.control': {
      const word = CONTROL_VALUES[step.value as Control];
      if (at % 3 === 0) device.configWrite(2, 2, word);
      else if (at % 3 === 1) device.configWrite(0, 4, (word << 16) >>> 0);
      else device.configWrite(3, 1, word >>> 8);
      return;
    }
    case 'guest.mask':
    case 'guest.unmask': {
      const bit = step.verb === 'guest.mask' ? 1 : 0;
      const data = messageOf(step.slots[step.slot].entry, vector)[2];
      if (at % 2 === 0 && step.isQwordLawful) {
        // Other data before it, so that it shows that it brings its own.
        device.tableWrite(entry + 8, 4, ~data >>> 0, 0);
        device.tableWrite(entry + 8, 8, data, bit);
      } else device.tableWrite(entry + 12, 4, bit, 0);
      return;
    }
    case 'guest.write': {
      const [low, high, data] = messageOf(step.value!, vector);
      if (at % 2 === 0) device.tableWrite(entry, 8, low, high);
      else {
        device.tableWrite(entry, 4, low, 0);
        device.tableWrite(entry + 4, 4, high, 0);
      }
      device.tableWrite(entry + 8, 4, data, 0);
      return;
    }
    case 'device.signal':
      device.signal(vector);
      return;
    case 'device.retire':
      device.retire!(vector);
      return;
    case 'device.reset':
      device.reset!();
      return;
    default:
      throw new Error(`Got the event ${step.name}; expected one of a function.`);
  }
}

function outputsDiffer(device: Device, { outputs }: TourStep, vectors: readonly number[]): string | undefined {
  const got = device.takeOutputs();
  // One that has no notifiers has only messages to put out.
  const heard = outputs.filter(({ verb }) => device.notifies !== false || verb === 'send');
  const expected = heard.map(({ verb, slot, message }) => {
    const [low, high, data] = message === undefined ? [0, 0, 0] : messageOf(message, vectors[slot]);
    return `${verb} ${vectors[slot]} ${low} ${high} ${data}`;
  });
  const told = got.map((each) => `${each.verb} ${each.vector} ${each.addressLow} ${each.addressHigh} ${each.data}`);
  if (told.length === expected.length && told.every((each, index) => each === expected[index])) return undefined;
  return `got the outputs ${told.join(', ') || 'none'}; expected ${expected.join(', ') || 'none'}.`;
}

/** Reads Message Control, the entries, and the dwords of Pending bits that they are in: those of the others rest. */
function readsDiffer(device: Device, { control, slots }: TourStep, vectors: readonly number[]): string | undefined {
  const word = device.configRead(2, 2);
  if (word !== (control | (device.vectorCount - 1)))
    return `Message Control reads ${word}; expected ${control} and the size.`;
  for (const [slot, vector] of vectors.entries()) {
    const { entry, masked } = slots[slot];
    const message = messageOf(entry, vector);
    for (let field = 0; field < 4; field++) {
      const read = device.tableRead(registers.ENTRY_BYTES * vector + 4 * field, 4);
      const expected = field < 3 ? message[field] : Number(masked);
      if (read !== expected) return `dword ${field} of entry ${vector} reads ${read}; expected ${expected}.`;
    }
    const dword = vector >>> 5;
    let bits = 0;
    for (const [other, each] of vectors.entries())
      if (each >>> 5 === dword && slots[other].pending) bits |= 1 << (each & 31);
    const read = device.pbaRead(4 * dword, 4);
    if (read !== bits >>> 0) return `dword ${dword} of the Pending Bit Array reads ${read}; expected ${bits >>> 0}.`;
  }
  return undefined;
}

/** Reads everything, and compares what other vectors have with what a reset leaves. Uses `dwords`. */
function elsewhereDiffers(
  device: Device,
  vectors: readonly number[],
  rest: Uint32Array,
  dwords: Uint32Array,
): string | undefined {
  const { vectorCount } = device;
  readbackInto(device, dwords);
  dwords[0] = rest[0];
  for (const vector of vectors) {
    const at = entryDword(vector);
    for (let dword = at; dword < at + 4; dword++) dwords[dword] = rest[dword];
    dwords[pendingDword(vectorCount, vector)] &= ~(1 << (vector & 31));
  }
  for (let dword = 0; dword < rest.length; dword++) {
    if (dwords[dword] === rest[dword]) continue;
    return `${dwordName(dword, vectorCount)} reads ${dwords[dword]}, of a vector to which nothing is done; expected ${rest[dword]}. [MSIX-MASK-4]`;
  }
  return undefined;
}

/** The numbers of vectors at which words begin, end, and are full. */
export const PLACE_COUNTS: readonly number[] = [1, 2, 31, 32, 33, 63, 64, 65, 1024, 2047, 2048];

/** Every pair inside a word of 32, the pairs on both sides of each boundary of words, and `random` seeded others, or all that there are. */
export function* pairsOf(vectors: number, random: number, seed = 1): Generator<readonly [number, number]> {
  const met = new Set<number>();
  const isNew = (first: number, second: number): boolean => {
    const before = met.size;
    return met.add(vectors * first + second).size > before;
  };
  for (let first = 0; first < vectors; first++) {
    const end = Math.min(vectors, (first & ~31) + 32 + Number(isLastOfWord(first)));
    for (let second = first + 1; second < end; second++) if (isNew(first, second)) yield [first, second];
  }
  let state = seed >>> 0 || 0x9e3779b9;
  const next = (bound: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % bound;
  };
  for (let left = Math.min(random, (vectors * (vectors - 1)) / 2 - met.size); left > 0;) {
    const one = next(vectors);
    const other = next(vectors - 1);
    // In order, as the machine tells what both do at once.
    const [first, second] = other < one ? [other, one] : [one, other + 1];
    if (!isNew(first, second)) continue;
    left--;
    yield [first, second];
  }
}

/** What a walk of places is asked for. */
export interface PlacesOptions {
  /** So many seeded places of each kind alone, instead of all. */
  readonly sample?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Whether to stop before the next place. */
  readonly isOver?: () => boolean;
}

/** What was walked. */
export interface PlacesCount {
  readonly vectors: number;
  readonly singles: number;
  readonly pairs: number;
  readonly steps: number;
}

/** Seeded pairs beyond those of words. */
const RANDOM_PAIRS = 10_000;
/** Among so many vectors all pairs go the way of neighbours, and so do those of a sample: of the pairs of 2,048 that takes minutes more. */
const CLOSE = 65;

/** Walks a device at every vector, and at every pair of `pairsOf`, or at a sample of both. @throws {PlaceError} at the first difference. */
export function walkPlaces(device: Device, { one, two, neighbours }: Tours, options: PlacesOptions = {}): PlacesCount {
  const { sample, seed = 1, isOver = () => false } = options;
  const { vectorCount } = device;
  const singles: readonly number[][] = Array.from({ length: vectorCount }, (_, vector) => [vector]);
  const pairs = vectorCount < 2 ? [] : [...pairsOf(vectorCount, RANDOM_PAIRS, seed)];
  // A sample has the first and the last of each kind, and others at even distances from where the seed says.
  const some = <Place>(places: readonly Place[]): readonly Place[] => {
    if (sample === undefined || places.length <= sample) return places;
    const between = Array.from({ length: sample - 2 }, (_, at) => {
      return places[1 + ((seed * 7919 + Math.floor((at * places.length) / (sample - 2))) % (places.length - 2))];
    });
    return [places[0], ...between, places[places.length - 1]];
  };
  const count = { vectors: vectorCount, singles: 0, pairs: 0, steps: 0 };
  for (const place of some(singles)) {
    if (isOver()) return count;
    walkPlace(device, one, place);
    count.singles++;
    count.steps += one.steps.length;
  }
  for (const place of some(pairs)) {
    if (isOver()) return count;
    const isClose = place[1] === place[0] + 1 || vectorCount <= CLOSE || sample !== undefined;
    const tour = isClose ? neighbours : two;
    walkPlace(device, tour, place);
    count.pairs++;
    count.steps += tour.steps.length;
  }
  return count;
}

/** Whether a vector is the last of its word. */
const isLastOfWord = (vector: number): boolean => (vector & 31) === 31;
