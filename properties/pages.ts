/**
 * The generated machines, held to the pages (`machines/pages/`). A page has one vector and one message; a generated machine has
 * more of everything. So each of its states is projected onto the page, and on each of its steps the page must do the same: go to
 * the projected state, and put out what is left of the outputs.
 */
import type { StateValue } from 'xstate';
import type { StateGraph } from '../checker/explore/state-graph.ts';
import {
  type Control,
  control,
  mask,
  readEvent,
  readOutput,
  ASSIGN,
  REMOVE,
  RESET,
  retire,
  signal,
  unmask,
  VMM_COMPLETE,
} from '../machines/alphabet.ts';
import { vectorRegionName } from '../machines/vector.ts';

/** How a machine is seen from a page. */
export interface Projection {
  /** The state of the page. */
  readonly state: (value: StateValue) => StateValue;
  /** The events of the page that a step is, in order; none where the page must stay as it is. */
  readonly events: (name: string, before: StateValue, after: StateValue) => readonly string[];
  /** What is left of an output in the page's words; undefined where the page has no such output. */
  readonly output: (name: string) => string | undefined;
  /** Whether a message of the page shows no more: one of the vector is on its way already, and takes it along. */
  readonly coalesces?: (before: StateValue) => boolean;
}

/** A step of a machine that its page does not take. */
export interface PageDeparture {
  /** The events of a shortest path, this step included. */
  readonly path: readonly string[];
  /** What the page does instead, as a sentence. */
  readonly sentence: string;
}

/** What came of holding a machine to a page. */
export interface PageVerdict {
  readonly steps: number;
  /** The transitions of the page that some step of the machine takes, of `transitionCount` that it has. */
  readonly covered: number;
  readonly departure?: PageDeparture;
}

/** Holds every step of `graph` to the page whose graph is `page`. */
export function holdToPage(graph: StateGraph, page: StateGraph, projection: Projection): PageVerdict {
  const numbers = new Map(page.states.map((value, state) => [keyOf(value), state]));
  const projected = graph.states.map((value) => numbers.get(keyOf(projection.state(value))));
  const covered = new Set<number>();
  let steps = 0;
  for (const [state, value] of graph.states.entries()) {
    for (const [event, name] of graph.events.entries()) {
      const target = graph.target(state, event);
      const outputs = graph.outputs(state, event).map(projection.output).filter(isDefined);
      const depart = (sentence: string): PageVerdict => {
        const path = [...graph.pathTo(state), event].map((each) => graph.events[each]);
        return { steps, covered: covered.size, departure: { path, sentence } };
      };
      const [from, to] = [projected[state], projected[target]];
      if (from === undefined || to === undefined) {
        const missing = from === undefined ? value : graph.states[target];
        return depart(`The page has no state ${JSON.stringify(projection.state(missing))}.`);
      }
      let due = from;
      const dueOutputs: string[] = [];
      for (const asked of projection.events(name, value, graph.states[target])) {
        const number = page.events.indexOf(asked);
        if (number < 0) return depart(`The page has no event ${asked}.`);
        if (page.taken(due, number)) covered.add(due * page.events.length + number);
        dueOutputs.push(...page.outputs(due, number).map(projection.output).filter(isDefined));
        due = page.target(due, number);
      }
      if (due !== to) {
        return depart(`The page goes to ${JSON.stringify(page.states[due])}; got ${JSON.stringify(page.states[to])}.`);
      }
      const shown = projection.coalesces?.(value) === true ? dueOutputs.filter((each) => each !== 'send') : dueOutputs;
      if (shown.join(' ') !== outputs.join(' ')) {
        return depart(`The page puts out ${listed(shown)}; got ${listed(outputs)}.`);
      }
      steps++;
    }
  }
  return { steps, covered: covered.size };
}

const isDefined = (name: string | undefined): name is string => name !== undefined;
const listed = (names: readonly string[]): string => names.join(', ') || 'nothing';
/** A state whatever the order of its regions. */
const keyOf = (value: StateValue): string =>
  typeof value === 'string'
    ? value
    : `{${Object.entries(value)
        .map(([region, state]) => `${region}:${keyOf(state as StateValue)}`)
        .toSorted()
        .join()}}`;

type Regions = Readonly<Record<string, any>>;

/** The gate of the page, of a machine that has one or the capability in its place. */
const gateOf = ({ gate, capability }: Regions): string => {
  if (gate !== undefined) return gate as string;
  return capability.enable === 'enabled' && capability.functionMask === 'clear' ? 'open' : 'closed';
};
const gateEvent = (value: Control): string => control(value === 'on' ? 'on' : 'off');

/** The event of the page that an event of `vector` is; none of other vectors, and of what the page leaves out. */
function eventsOf(name: string, vector: number): string[] {
  const { actor, verb, vector: of, value } = readEvent(name);
  const kind = `${actor}.${verb}`;
  if (kind === 'guest.control') return [gateEvent(value as Control)];
  if (name === RESET) return [RESET];
  const page = of === vector ? EVENTS[kind] : undefined;
  return page === undefined ? [] : [page];
}

const EVENTS: Readonly<Record<string, string>> = {
  'guest.mask': mask(0),
  'guest.unmask': unmask(0),
  'device.signal': signal(0),
  'device.retire': retire(0),
};

/** `vector` of `function`, or of the generated machine `vector`, on the page of one vector. */
export const vectorOnPage = (vector: number): Projection => ({
  state: (value) => {
    const { mask: masked, force, pending } = (value as Regions)[vectorRegionName(vector)];
    return { gate: gateOf(value as Regions), mask: masked, force: force === 'none' ? 'none' : 'latched', pending };
  },
  events: (name) => eventsOf(name, vector),
  // The page's outputs have neither a vector nor a message.
  output: (name) => {
    const { verb, vector: of } = readOutput(name);
    if (name === verb) return verb;
    return of === vector && ['use', 'release', 'send'].includes(verb) ? verb : undefined;
  },
});

/**
 * `vector` of an assigned device with one owner of the Mask Bit, on the page of one vector. An access that exits takes effect
 * when userspace completes it. In `checked`, a message that arrives at a blocked vector is an event that is held again. [MSIX-ASSIGN-9]
 * The message in force is kept there while the vector is blocked, for a message in flight has
 * it still; so of the page's `force` only the edges are compared, which follow from gate and mask, and of the outputs the messages.
 */
export const assignedVectorOnPage = (vector: number): Projection => ({
  state: (value) => {
    const { mask: masked, pending } = (value as Regions)[vectorRegionName(vector)];
    const gate = gateOf(value as Regions);
    const force = gate === 'open' && masked === 'unmasked' ? 'latched' : 'none';
    return { gate, mask: masked, force, pending };
  },
  events: (name, before, after) => {
    const [{ flight, pending }, next] = [before, after].map((value) => (value as Regions)[vectorRegionName(vector)]);
    const isHeldAgain = flight === 'flying' && next.flight === 'none' && pending === 'clear' && next.pending === 'set';
    return [...effectOf(name, before as Regions, vector), ...(isHeldAgain ? [signal(0)] : [])];
  },
  output: (name) => {
    const { verb, vector: of } = readOutput(name);
    return verb === 'send' && (name === verb || of === vector) ? verb : undefined;
  },
  coalesces: (before) => (before as Regions)[vectorRegionName(vector)].flight === 'flying',
});

/** What takes effect in a step of an assigned device, as events of the page. */
function effectOf(name: string, { vcpu, ownership }: Regions, vector: number): string[] {
  // Stopped in `mask_0` or `control_on`: the access that userspace completes.
  // A device that is taken away, or assigned after that, is reset.
  if (name === (ownership === 'removed' ? ASSIGN : REMOVE)) return [RESET];
  if (name === VMM_COMPLETE) return vcpu === 'running' ? [] : eventsOf(`guest.${vcpu.replaceAll('_', '.')}`, vector);
  if (readEvent(name).actor !== 'guest') return eventsOf(name, vector);
  const isAnswered = vcpu === 'running' && ownership === 'kernel' && !name.startsWith('guest.control');
  return isAnswered ? eventsOf(name, vector) : [];
}
