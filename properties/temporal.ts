/**
 * What steps cannot say: that something comes about in the end (P2), that a choice makes no difference but in name
 * (P22), and that one machine allows whatever another does.
 * Decided by the compiled checker, on every run of an instance of `function`.
 *
 * Each has a second form that must fail: without its fairness, what is owed never comes; without the renaming, the runs differ.
 */
import { refuse } from '../checker/argument/argument.ts';
import { compile } from '../checker/compile/compile.ts';
import type { LeadsToClaim } from '../checker/decide/claim.ts';
import { decide, startAt } from '../checker/decide/decide.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import type { GuardExpression } from '../checker/machine/guard.ts';
import type { Fairness } from '../checker/decide/claim.ts';
import { compareRuns, refine } from '../checker/decide/refine.ts';
import type { ObservedStep } from '../checker/decide/seen-symmetry.ts';
import { arrive, control, readEvent, readOutput, RESET, unmask } from '../machines/alphabet.ts';
import { vectorRegionName } from '../machines/vector.ts';
import { exchange, exchangeState } from './exchange.ts';
import { createInstance, type Instance, requireInstance } from './instances.ts';

/** A claim about whole runs. */
export interface TemporalProperty {
  /** Ends in `Leads` for what comes about, and in `Runs` for what compares two runs. */
  readonly name: string;
  /** Of the register of properties: `P1` to `P23`. */
  readonly number?: string;
  readonly title: string;
  readonly rules: readonly string[];
  /** What it rests on, as a sentence: without it, it fails. */
  readonly assumption: string;
  /** Whether the instance has what the claim is about. */
  readonly applies: (instance: Instance) => boolean;
  readonly decide: (instance: Instance) => TemporalVerdict;
  /** Decides the same without the assumption that it needs. It must fail, or the assumption is idle. */
  readonly decideWithout: (instance: Instance) => TemporalVerdict;
}

export interface TemporalVerdict {
  readonly result: 'holds' | 'fails' | 'n/a' | 'open';
  /** The events of a shortest counterexample, by name; `loop` is repeated for ever after them, where there is one. */
  readonly path?: readonly string[];
  readonly loop?: readonly string[];
}

function exploration({ machine, events }: Instance, leftOut: (event: string) => boolean = () => false): Exploration {
  return explore(compile(machine, { only: events.filter((event) => !leftOut(event)) }));
}

const inState = (vector: number, region: string, state: string): GuardExpression => ({
  kind: 'stateIn',
  value: { [vectorRegionName(vector)]: { [region]: state } },
});
const not = (part: GuardExpression): GuardExpression => ({ kind: 'not', part });

/** A leads-to about one vector. */
interface Leading {
  readonly from: GuardExpression;
  readonly to: GuardExpression;
  readonly fairness: readonly Fairness[];
}

/** Decides a leads-to for each vector, and gives the first verdict that is not `holds`. */
function decideLeading(
  explored: Exploration,
  vectors: number,
  claim: (vector: number) => readonly Leading[],
  fair: boolean,
): TemporalVerdict {
  const { events } = explored.compiled;
  const leadings = Array.from({ length: vectors }, (_, vector) => claim(vector)).flat();
  const claims = leadings.map(({ from, to, fairness }, index): LeadsToClaim => {
    return { kind: 'leadsTo', name: `leading${index}`, title: '', from, to, fairness: fair ? fairness : [] };
  });
  const decisions = decide(explored, claims);
  const { result, counterexample } = decisions.find((each) => each.result !== 'holds') ?? decisions[0];
  const names = (numbers: readonly number[] | undefined) => numbers?.map((event) => events[event]);
  return { result, path: names(counterexample?.path), loop: names(counterexample?.loop) };
}

const arrivalOf = (vector: number): Leading[] => [
  {
    from: not(inState(vector, 'transit', 'none')),
    to: inState(vector, 'transit', 'none'),
    fairness: [{ strength: 'weak', events: [arrive(vector)] }],
  },
];

/** P2 NoLostEvent, on the way. */
export const ArrivalLeads: TemporalProperty = {
  name: 'ArrivalLeads',
  number: 'P2',
  title: 'A message that was sent arrives, if arrivals are not put off for ever.',
  rules: ['MSIX-MSG-5'],
  assumption: 'A message that is on its way is not held up for ever.',
  applies: ({ channel, vectors }) => channel && vectors > 0,
  decide: (instance) => decideLeading(exploration(instance), instance.vectors, arrivalOf, true),
  decideWithout: (instance) => decideLeading(exploration(instance), instance.vectors, arrivalOf, false),
};

const OPEN_NAME: GuardExpression = { kind: 'named', name: 'open' };
const and = (...parts: readonly GuardExpression[]): GuardExpression => ({ kind: 'and', parts });

/** Of an open function, unmasking is enough; of an unmasked vector, opening the function is. */
const releasing = (vector: number): Leading[] => [
  {
    from: and(inState(vector, 'pending', 'set'), OPEN_NAME),
    to: inState(vector, 'pending', 'clear'),
    fairness: [{ strength: 'weak', events: [unmask(vector)] }],
  },
  {
    from: and(inState(vector, 'pending', 'set'), inState(vector, 'mask', 'unmasked')),
    to: inState(vector, 'pending', 'clear'),
    fairness: [{ strength: 'weak', events: [control('on')] }],
  },
];

/** The guest masks no more, and nobody takes an event back. */
function masksAgain(event: string): boolean {
  const { actor, verb, value } = readEvent(event);
  const name = `${actor}.${verb}`;
  return name === 'guest.mask' || name === 'device.retire' || event === RESET || (verb === 'control' && value !== 'on');
}

/** P2 NoLostEvent, in the function. */
export const PendingLeads: TemporalProperty = {
  name: 'PendingLeads',
  number: 'P2',
  title: 'Once the guest masks no more, lifting the last mask in the end is enough for a pending event to be sent.',
  rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
  assumption: 'Whoever can lift the last mask does so in the end.',
  applies: ({ vectors, machine }) => vectors > 0 && machine.id === 'function',
  decide: (instance) => decideLeading(exploration(instance, masksAgain), instance.vectors, releasing, true),
  decideWithout: (instance) => decideLeading(exploration(instance, masksAgain), instance.vectors, releasing, false),
};

/** What comes about in the end, for each vector: its leads-tos, and the events that are left out. */
export const LEADINGS: readonly {
  readonly name: string;
  readonly needsChannel: boolean;
  readonly leading: (vector: number) => readonly Leading[];
  readonly without: (event: string) => boolean;
}[] = [
  { name: ArrivalLeads.name, needsChannel: true, leading: arrivalOf, without: () => false },
  { name: PendingLeads.name, needsChannel: false, leading: releasing, without: masksAgain },
];

function compareExchanged(instance: Instance, renames: boolean): TemporalVerdict {
  // Reset leaves zero, by our choice (MSIX-RESET-4), which no renaming can make anything else of.
  const one = exploration(instance, (event) => event === RESET);
  const other = explore(startAt(one.compiled, exchangeState(one.value(0), instance.messages)));
  const rename = renames ? exchange(instance.messages) : (name: string): string => name;
  const { same, counterexample } = compareRuns(one, other, {
    event: rename,
    first: ({ outputs }: ObservedStep) => outputs.map(rename).join(' '),
    other: ({ outputs }: ObservedStep) => outputs.join(' '),
  });
  return { result: same ? 'holds' : 'fails', path: counterexample?.path.map((event) => one.compiled.events[event]) };
}

/** P22 NonInterference. */
export const NonInterferenceRuns: TemporalProperty = {
  name: 'NonInterferenceRuns',
  number: 'P22',
  title: 'Zero is a message like any other: exchanged with another one everywhere, it makes no difference but in name.',
  rules: ['MSIX-MSG-6'],
  assumption: 'The second run is told with the two messages exchanged.',
  // With halves, an exchange of two whole messages is no renaming of the writes.
  applies: ({ vectors, machine, messages }) =>
    vectors > 0 && machine.id === 'function' && messages.writes.every(({ name }) => messages.values.includes(name)),
  decide: (instance) => compareExchanged(instance, true),
  decideWithout: (instance) => compareExchanged(instance, false),
};

/** What host and guest see of a function: what they do to it, and what arrives. */
const seenOf =
  (arrival: 'send' | 'deliver') =>
  ({ event, outputs }: ObservedStep): string[] => {
    const { actor, verb } = readEvent(event);
    const isHidden = actor === 'fabric' || `${actor}.${verb}` === 'device.refresh';
    const arrivals = outputs.map(readOutput).filter((output) => output.verb === arrival);
    return [...(isHidden ? [] : [event]), ...arrivals.map(({ vector, message }) => `arrives.${vector}.${message}`)];
  };

/** Whether a function that sends in the step refines one with a channel, whose messages arrive later. */
function refineChannel(instance: Instance, leftOut?: (event: string) => boolean): TemporalVerdict {
  const { vectors, messages } = instance;
  const one = exploration(instance);
  const other = exploration(createInstance('function', { vectors, messages, channel: true }), leftOut);
  const { refines, counterexample } = refine(
    { exploration: one, observe: seenOf('send') },
    { exploration: other, observe: seenOf('deliver') },
  );
  const path = counterexample?.path.map((event) => one.compiled.events[event]);
  return { result: refines ? 'holds' : 'fails', path };
}

/** That the option `channel` only allows more. */
export const ChannelRuns: TemporalProperty = {
  name: 'ChannelRuns',
  title:
    'Whatever is seen of a function that sends in the step is seen of one whose messages take their time, in some run.',
  rules: ['MSIX-MSG-5'],
  assumption: 'Messages that are on their way may arrive.',
  // With more vectors it says no more, for a channel has one vector.
  applies: ({ vectors, machine, channel }) => vectors === 1 && machine.id === 'function' && !channel,
  decide: (instance) => refineChannel(instance),
  // A message that never arrives is never seen, unless the next one pushes it out.
  decideWithout: (instance) => refineChannel(instance, (event) => readEvent(event).actor === 'fabric'),
};

/** All claims about whole runs. */
export const TEMPORAL_PROPERTIES: readonly TemporalProperty[] = [
  ArrivalLeads,
  PendingLeads,
  NonInterferenceRuns,
  ChannelRuns,
].map(ofInstances);

/** The same property, which takes nothing but instances, and decides those alone that have what it is about. */
function ofInstances(property: TemporalProperty): TemporalProperty {
  const { name, applies } = property;
  const place = `the instance of ${name}`;
  const decided = (decides: TemporalProperty['decide']) => (given: Instance) => {
    const instance = requireInstance(place, given);
    return applies(instance) ? decides(instance) : refuse(place, given, 'one that it applies to');
  };
  return {
    ...property,
    applies: (instance) => applies(requireInstance(place, instance)),
    decide: decided(property.decide),
    decideWithout: decided(property.decideWithout),
  };
}
