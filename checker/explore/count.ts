/**
 * The explorer that keeps nothing but the states themselves, for instances that are too large for traces. It expands families of states at once
 * (`expand-families.ts`), and so takes a third of the time that it takes one by one, and less.
 */
import { leftOut } from '../machine/alphabet.ts';
import { createExpand } from '../compile/expand.ts';
import {
  createExpandFamily,
  type ExpandFamily,
  MOVED,
  OWN,
  PLACES,
  SAID,
  TRANSITIONS,
  type Window,
} from '../compile/expand-families.ts';
import { COMPILED, type CompiledMachine } from '../compile/format.ts';
import { chooseWindow, CountedStates, sizeOf } from './counted-states.ts';
import { COUNT, type Count, type Exploration, explore } from './explore.ts';
import type { Symmetry } from './symmetry.ts';
import { type ExploreOptions, initialOf, readOptions, Tally } from './tally.ts';

/** Explores a compiled machine from its initial state, without traces and in few bytes. */
export function count(compiled: CompiledMachine, options: ExploreOptions = {}): Count {
  const { events } = COMPILED.require('compiled of count', compiled);
  const read = readOptions('options of count', options);
  const { symmetry } = read;
  const initial = initialOf(compiled, symmetry);
  const tally = new Tally(read, events.length);
  const { window, expand } = symmetry === undefined ? familiesOf(compiled) : singlesOf(compiled, sampleOf(compiled));
  const states =
    expand === undefined
      ? countSingly(compiled, initial, tally, window, symmetry)
      : countFamilies(compiled, tally, window, expand);
  const summary = { ...tally.summary(states.count, states.bytes), ...leftOut(compiled) };
  return COUNT.mark({ compiled, states, summary, symmetry });
}

/** How the states of a machine are shared out among families, and what expands one; nothing where they are expanded one by one. */
interface Families {
  readonly window: Window;
  readonly expand?: ExpandFamily;
}

/** What was translated, for who counts the same again: V8 compiles it while it runs. */
const KNOWN = new WeakMap<CompiledMachine, Families>();

/** Families are chosen by so many states; a machine of no more is counted state by state. */
const SAMPLE_STATES = 4096;

const sampleOf = (compiled: CompiledMachine): Exploration => explore(compiled, { limits: { states: SAMPLE_STATES } });

/** Chooses families by the first few states. They are expanded one by one where these are all, or a program is too long to be translated. */
function familiesOf(compiled: CompiledMachine): Families {
  const known = KNOWN.get(compiled);
  if (known !== undefined) return known;
  const sample = sampleOf(compiled);
  const { states, summary } = sample;
  const window = chooseWindow(compiled, states.words, states.count, false);
  const expand = summary.complete ? undefined : createExpandFamily(compiled, window);
  const families = expand === undefined ? singlesOf(compiled, sample) : { window, expand };
  KNOWN.set(compiled, families);
  return families;
}

function singlesOf(compiled: CompiledMachine, { states }: Exploration): Families {
  return { window: chooseWindow(compiled, states.words, states.count, true) };
}

function countFamilies(compiled: CompiledMachine, tally: Tally, window: Window, expand: ExpandFamily): CountedStates {
  const { wordCount, events } = compiled;
  // An event leads each member to one state.
  const most = events.length * PLACES;
  const states = new CountedStates(compiled.initial, tally.limits, window, most);
  const key = new Int32Array(wordCount);
  const keys = new Int32Array(most * wordCount);
  const members = new Int32Array(most);
  const said = new Int32Array(SAID);
  while (states.startLayer() && tally.goesOn(states.count, states)) {
    if (tally.expanded > 0) tally.depth++;
    while (tally.goesOn(states.count, states)) {
      const open = states.takeFamily(key);
      if (open === 0) break;
      const families = expand(key, open, keys, members, said);
      const isDone = states.addOwn(said[OWN]) && states.addFamilies(keys, members, families) === families;
      tally.expand(sizeOf(open), said[TRANSITIONS], sizeOf(open & ~said[MOVED]), isDone);
    }
  }
  return states;
}

function countSingly(
  compiled: CompiledMachine,
  initial: Int32Array,
  tally: Tally,
  window: Window,
  symmetry: Symmetry | undefined,
): CountedStates {
  const { wordCount, events } = compiled;
  const states = new CountedStates(initial, tally.limits, window, events.length);
  const expand = createExpand(compiled);
  const state = new Int32Array(wordCount);
  const targets = new Int32Array(events.length * wordCount);
  while (states.startLayer() && tally.goesOn(states.count, states)) {
    if (tally.expanded > 0) tally.depth++;
    while (tally.goesOn(states.count, states) && states.take(state)) {
      const taken = expand(state, 0, targets);
      symmetry?.canonicalize(targets, taken);
      const isDone = states.add(targets, taken) === taken;
      if (symmetry === undefined) tally.expand(1, taken, Number(taken === 0), isDone);
      else tally.expandOrbit(symmetry.orbitSize(state, 0), taken, isDone);
    }
  }
  return states;
}
