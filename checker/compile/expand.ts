/**
 * The programs of `format.ts`, translated to JavaScript: what an explorer runs millions of times a second. The stepper
 * runs the same programs as they are, several times slower, and can say more about each step.
 *
 * The text is made of the numbers in the tables and of nothing else, so no name of a machine can end up in it.
 */
import type { CompiledMachine } from './format.ts';
import { Candidates, everyEvent } from './candidates.ts';
import { interpretAll } from './interpret.ts';
import { createPlainStep, IGNORED, SILENT, type StepEvent, TALKING } from './step-event.ts';
import { INSTRUCTIONS_OF_TEXT, type Listing, listingOf, programText } from './program-text.ts';
import { Stepper } from './step.ts';

/**
 * Tries every event in the state that begins at `from` in `states`, and writes to `targets` the states after those that
 * are taken, in the order of the alphabet, one after the other. Returns how many were taken.
 */
export type Expand = (states: Int32Array, from: number, targets: Int32Array) => number;

/** The same, and writes to `events` which event leads to each of them. */
export type ExpandEvents = (states: Int32Array, from: number, targets: Int32Array, events: Int32Array) => number;

type ExpandPart = (states: Int32Array, from: number, targets: Int32Array, count: number, events?: Int32Array) => number;

/** What is written around the programs of events, in JavaScript. In it `s0`, `s1` … are the words of the state, and `t0`, `t1` … those after an event. */
export interface Frame {
  /** The events whose programs are written, in order. */
  readonly events: readonly number[];
  /** The transitions of which is asked whether they are taken: `r7` says it of the one with the number 7. */
  readonly noted: ReadonlySet<number>;
  /** Names of its parameters beside `states` and `from`, where the words of the state are. */
  readonly parameters: readonly string[];
  /** Before the first program of a part, given its events. */
  readonly before: (events: readonly number[]) => readonly string[];
  /** Behind the program of an event, with `taken` said. */
  readonly after: (event: number) => readonly string[];
  readonly end: readonly string[];
}

// V8 leaves a function unoptimised when it is too long, so the events are shared out among several.
const INSTRUCTIONS_OF_FUNCTION = 400;

/** Translates the programs of all events. Takes milliseconds. */
export function createExpand(compiled: CompiledMachine): Expand {
  const parts = createParts(compiled, false);
  if (parts.length === 1) {
    const [part] = parts;
    return (states, from, targets) => part(states, from, targets, 0);
  }
  return (states, from, targets) => {
    let count = 0;
    for (const part of parts) count = part(states, from, targets, count);
    return count;
  };
}

// So many events are tried by the interpreter first: until then, to translate the programs and to compile that takes longer.
const TRIES_AT_FIRST = 6_000_000;
// In so many states every event is tried: to work out what their bytes say takes longer.
const STATES_AT_FIRST = 2048;

/** What was tried of each machine, and its translation once there is one: who explores a machine again does not begin anew. */
const TRIED = new WeakMap<CompiledMachine, { states: number; parts: readonly ExpandPart[] | undefined }>();

/**
 * The same, for who asks which events are taken.
 * @param first So many events are tried before the programs are translated; without it, fewer by what was tried of the machine before.
 */
export function createExpandEvents(compiled: CompiledMachine, first?: number): ExpandEvents {
  const scratch = new Int32Array(compiled.transitions.length);
  const every = everyEvent(compiled.events.length);
  let candidates: Candidates | undefined;
  const tried = TRIED.get(compiled) ?? { states: 0, parts: undefined };
  TRIED.set(compiled, tried);
  const most = Math.ceil((first ?? TRIES_AT_FIRST) / Math.max(1, compiled.events.length));
  let done = first === undefined ? Math.min(tried.states, most) : 0;
  let early = STATES_AT_FIRST;
  let parts: readonly ExpandPart[] | undefined;
  return (states, from, targets, events) => {
    if (done < most) {
      done++;
      tried.states++;
      const asked = early-- > 0 ? every : (candidates ??= new Candidates(compiled)).of(states, from);
      return interpretAll(compiled, states, from, targets, events, scratch, asked);
    }
    parts ??= tried.parts ??= createParts(compiled, true);
    let count = 0;
    for (const part of parts) count = part(states, from, targets, count, events);
    return count;
  };
}

// So many steps of an event are done by a stepper first, for the same reason.
const STEPS_AT_FIRST = 8192;

/** Translates the program of each event by itself, once it was asked for often. The translated step takes the place of the other in the list, so who steps looks there each time. */
export function createSteps(compiled: CompiledMachine): readonly StepEvent[] {
  const steps = compiled.events.map((_, event): StepEvent => {
    const plain = createPlainStep(compiled, event);
    let left = STEPS_AT_FIRST;
    return (states, from, target) => {
      if (left-- > 0) return plain(states, from, target);
      steps[event] = translateStep(compiled, event) ?? plain;
      return steps[event](states, from, target);
    };
  });
  return steps;
}

function translateStep(compiled: CompiledMachine, event: number): StepEvent | undefined {
  const words = wordsOf(compiled);
  const talking = [...compiled.transitions.keys()].filter((number) => {
    const { transition, outputs, entries, exits } = compiled.transitions[number];
    return transition.eventType === compiled.events[event] && outputs.length + entries.length + exits.length > 0;
  });
  const talks = talking.length === 0 ? 'false' : talking.map((number) => `r${number}`).join(' || ');
  const [step] =
    writeParts(compiled, {
      events: [event],
      noted: new Set(talking),
      parameters: ['target'],
      before: () => [],
      after: () => [
        ...words.map((word) => `target[${word}] = t${word};`),
        `return taken ? (${talks} ? ${TALKING} : ${SILENT}) : ${IGNORED};`,
      ],
      end: [],
    }) ?? [];
  return step as StepEvent | undefined;
}

function createParts(compiled: CompiledMachine, isNamed: boolean): ExpandPart[] {
  const words = wordsOf(compiled);
  const frame: Frame = {
    events: [...compiled.events.keys()],
    noted: new Set(),
    parameters: ['targets', 'count', 'events'],
    before: () => [`let to = count * ${words.length};`],
    after: (event) => [
      `if (taken) {`,
      ...words.map((word) => `targets[to + ${word}] = t${word};`),
      ...(isNamed ? [`events[count] = ${event};`] : []),
      `to += ${words.length}; count++; }`,
    ],
    end: [`return count;`],
  };
  return partsOf(compiled, frame).map(
    (programs) =>
      (writePart(compiled, programs, frame) as ExpandPart | undefined) ?? createPlainPart(compiled, programs),
  );
}

/** Writes the programs of events into a frame, as functions to be called one after the other; nothing where a program is too long for that. */
export function writeParts(compiled: CompiledMachine, frame: Frame): Function[] | undefined {
  if (frame.events.length === 0) return [];
  const parts = partsOf(compiled, frame).map((listings) => writePart(compiled, listings, frame));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** Shares out the programs, in order, so that no part has many more instructions than it should. */
function partsOf(compiled: CompiledMachine, { events }: Pick<Frame, 'events'>): Listing[][] {
  const parts: Listing[][] = [[]];
  let room = INSTRUCTIONS_OF_FUNCTION;
  for (const event of events) {
    const listing = listingOf(compiled, event);
    if (listing.order.length > room && parts[parts.length - 1].length > 0) {
      parts.push([]);
      room = INSTRUCTIONS_OF_FUNCTION;
    }
    parts[parts.length - 1].push(listing);
    room -= listing.order.length;
  }
  return parts;
}

/** Programs that are run by a stepper. */
function createPlainPart(compiled: CompiledMachine, listings: readonly Listing[]): ExpandPart {
  const stepper = new Stepper(compiled);
  return (states, from, targets, count, events) => {
    let taken = count;
    for (const { event } of listings) {
      stepper.stepWords(states, from, event, targets, taken * compiled.wordCount);
      if (stepper.takenCount === 0) continue;
      if (events !== undefined) events[taken] = event;
      taken++;
    }
    return taken;
  };
}

function wordsOf({ wordCount }: CompiledMachine): number[] {
  return Array.from({ length: wordCount }, (_, word) => word);
}

/** Programs as one function; nothing where one of them is too long for that. */
function writePart(compiled: CompiledMachine, listings: readonly Listing[], frame: Frame): Function | undefined {
  if (listings.some(({ order }) => order.length > INSTRUCTIONS_OF_TEXT)) return undefined;
  const words = wordsOf(compiled);
  const text = [
    ...words.map((word) => `const s${word} = states[from + ${word}]; let t${word} = 0;`),
    `let taken = false;`,
    ...frame.before(listings.map(({ event }) => event)),
    ...listings.flatMap((listing) => [
      `{`,
      ...words.map((word) => `t${word} = s${word};`),
      `taken = false;`,
      programText(compiled, listing, frame.noted),
      ...frame.after(listing.event),
      `}`,
    ]),
    ...frame.end,
  ];
  // oxlint-disable-next-line typescript/no-implied-eval -- this is the translation, and its text is numbers
  return new Function('states', 'from', ...frame.parameters, text.join('\n'));
}
