/**
 * What a step broke that no state allows: the fields that differ from the nearest thing that was allowed, and the rules that the
 * machine cites where it says so. No rule stands here; each is read from a transition or a state of the machine.
 *
 * The nearest is what one transition explains that was not taken, or what differs in one field; failing that, what differs in the
 * fewest. Where several are equally near, the rules of all of them are told: first those of what every function does, then
 * those of what a choice merely permits.
 */
import type { AnyStateNode } from 'xstate';
import { readEvent } from '../../machines/alphabet.ts';
import { OPEN_RULES } from '../../spec/choices.ts';
import { citedRules } from '../../spec/index.ts';
import {
  type FieldName,
  MORE_SENDS,
  NO_SEND,
  SEND_BITS,
  SEND_SHIFT,
  sendsDiffer,
  UNKNOWN_SEND,
  USAGE_BITS,
  USAGE_SHIFT,
} from './fields.ts';
import type { Blame, BlamedCandidate, Candidate, Difference, BlockedBy } from './evidence.ts';
import { NOTHING, type SetMachine } from './set-machine.ts';

/** Finds what is wrong with a step that `machine` found impossible. */
export function blame(machine: SetMachine, belief: number, event: number, code: number, isOfAnother: boolean): Blame {
  let least = Infinity;
  let nearest: BlamedCandidate[] = [];
  for (const { states, doubts } of machine.partsOf(belief, event)) {
    for (const candidate of machine.candidates(states, event)) {
      const differing = machine.differing(candidate.code, code) & ~doubts;
      const sends = sendsDiffer(candidate.code, code);
      const usage = usageOf(code) !== USAGE_BITS && usageOf(candidate.code) !== usageOf(code);
      const count = bitCount(differing) + (sends ? 1 : 0) + (usage ? 1 : 0);
      const distance = count > 1 && machine.isExplainedByOne(candidate, code, doubts) ? 1 : count;
      if (distance > least) continue;
      if (distance < least) nearest = [];
      least = distance;
      nearest.push({ ...candidate, doubts: doubts | differing, isOfOutputs: sends || usage });
    }
  }
  // Something was sent: then it is likelier that something else should have been than that nothing should.
  const ranked = nearest.map((candidate) => ({
    candidate,
    rank: optionsOf(machine, candidate) + (sendOf(code) !== NO_SEND && sendOf(candidate.code) === NO_SEND ? 1 : 0),
  }));
  const ranks = new Map(ranked.map(({ candidate, rank }) => [candidate, rank]));
  nearest = ranked.toSorted((one, other) => one.rank - other.rank).map(({ candidate }) => candidate);
  const rules = new Map<string, number>();
  for (const candidate of nearest) {
    const options = 100 * (ranks.get(candidate) ?? 0);
    rulesOf(machine, candidate, event, code, isOfAnother).forEach((rule, place) => {
      rules.set(rule, Math.min(options + place, rules.get(rule) ?? Infinity));
    });
  }
  const [first] = nearest;
  return {
    candidates: nearest,
    differences: differencesOf(machine, first, code),
    rules: [...rules].toSorted(([, one], [, other]) => one - other).map(([rule]) => rule),
    before: standing(machine, first.from),
    after: standing(machine, first.to),
  };
}

/** How many transitions were taken that only a choice permits. */
function optionsOf({ compiled }: SetMachine, { taken }: Candidate): number {
  return taken.filter((number) => {
    const cited = citedRules(compiled.transitions[number].transition.description ?? '');
    return cited.length > 0 && cited.every((rule) => OPEN_RULES.has(rule));
  }).length;
}

const sendOf = (code: number): number => (code >>> SEND_SHIFT) & SEND_BITS;
const usageOf = (code: number): number => (code >>> USAGE_SHIFT) & USAGE_BITS;

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

function differencesOf(machine: SetMachine, candidate: BlamedCandidate, code: number): Difference[] {
  const differing = machine.differing(candidate.code, code);
  const read = machine.fields.flatMap(({ name, shift, bits }, index) =>
    (differing & (1 << index)) === 0
      ? []
      : [{ field: name, expected: (candidate.code >>> shift) & bits, got: (code >>> shift) & bits }],
  );
  const sends = { field: 'send' as const, expected: sendOf(candidate.code), got: sendOf(code) };
  const usage = { field: 'usage' as const, expected: usageOf(candidate.code), got: usageOf(code) };
  return [
    ...(sendsDiffer(candidate.code, code) ? [sends] : []),
    ...(usage.got === USAGE_BITS || usage.expected === usage.got ? [] : [usage]),
    ...read,
  ];
}

/** The rules that the machine cites for what did not happen as it says. */
function rulesOf(
  machine: SetMachine,
  candidate: BlamedCandidate,
  event: number,
  code: number,
  isOfAnother: boolean,
): string[] {
  const { root } = machine.compiled.machine;
  const vector = root.states['vector0'] as AnyStateNode | undefined;
  const independent = isOfAnother && vector !== undefined ? citedRules(vector.description ?? '') : [];
  const found = differencesOf(machine, candidate, code).flatMap(({ field, expected, got }) => {
    if (field === 'send') return sendRules(machine, candidate, event, expected, got);
    if (field === 'usage')
      return outputRules(machine, candidate, ['use', 'release']) ?? regionRules(nodeAt(root, ['vector0', 'usage']));
    return independent.length > 0 ? [] : fieldRules(machine, candidate, field, event);
  });
  return [...new Set([...independent, ...found])];
}

/** The rules of what is read of a field. */
function fieldRules(machine: SetMachine, candidate: Candidate, field: FieldName, event: number): string[] {
  const { compiled } = machine;
  const { region, isOfRegion } = machine.fields.find(({ name }) => name === field)!;
  const node = nodeAt(compiled.machine.root, region);
  const name = event === NOTHING ? '' : compiled.events[event];
  const taken = candidate.taken
    .map((number) => compiled.transitions[number].transition)
    .filter(({ source }) => isWithin(source, node));
  const isReset = name === 'device.reset';
  const cited = taken.flatMap(({ description, source }) =>
    description === undefined ? regionRules(source) : citedRules(description),
  );
  if (cited.length > 0 && (isOfRegion !== true || isReset)) return cited;
  if (taken.length > 0) return regionRules(node);
  // Nothing should have changed here: it was as a reset leaves it already, or the event is none of this region's.
  if (isReset) {
    const resets = compiled.transitions.filter(
      ({ transition }) => transition.eventType === name && isWithin(transition.source, node),
    );
    const rules = resets.flatMap(({ transition }) => citedRules(transition.description ?? ''));
    if (rules.length > 0) return rules;
  }
  const { meta } = node as { meta?: { untouched?: Record<string, string[]>; open?: string[] } };
  if (meta?.open !== undefined && standing(machine, candidate.to) === 'open') return meta.open;
  const { actor, verb } = readEvent(name);
  const untouched = (node.meta as { untouched?: Record<string, string[]> } | undefined)?.untouched?.[
    `${actor}.${verb}`
  ];
  if (untouched !== undefined) return untouched;
  const state = node.states[machine.readField(candidate.from, field)] as AnyStateNode | undefined;
  return isOfRegion === true || state === undefined ? regionRules(node) : regionRules(state);
}

/** The rules of what is sent. */
function sendRules(machine: SetMachine, candidate: Candidate, event: number, expected: number, got: number): string[] {
  const { root } = machine.compiled.machine;
  if (got === NO_SEND) return outputRules(machine, candidate, ['send']) ?? [];
  if (expected === NO_SEND) {
    // Something blocks the vector; or else the message in force goes nowhere, and another was sent in its place; or nothing waits.
    const blocking = machine.activeStates(candidate.to, BLOCKING).map((node) => regionRules(node).slice(0, 1));
    if (blocking.length > 0) return blocking.flat();
    const hasEvent = event !== NOTHING && readEvent(machine.compiled.events[event]).verb === 'signal';
    if (hasEvent || machine.readField(candidate.from, 'pending') !== 'clear') return messageRules(machine).slice(0, 1);
    return regionRules(nodeAt(root, ['vector0', 'latch', 'clear'])).slice(0, 1);
  }
  if (got >= MORE_SENDS && got !== UNKNOWN_SEND)
    return regionRules(nodeAt(root, ['vector0', 'latch', 'clear'])).slice(0, 1);
  return got === UNKNOWN_SEND ? messageRules(machine) : messageRules(machine).slice(0, 1);
}

/** The rules of the message in force. */
function messageRules(machine: SetMachine): string[] {
  const copy = nodeAt(machine.compiled.machine.root, ['vector0', 'copy']);
  return regionRules(Object.values(copy.states).find(({ key }) => key !== 'none') as AnyStateNode);
}

/** The states in which a vector must not send; each cites the rule that says so first. */
const BLOCKING: readonly (readonly string[])[] = [
  ['capability', 'enable', 'disabled'],
  ['capability', 'functionMask', 'set'],
  ['vector0', 'mask', 'masked'],
];

/** The rules of the transitions taken that put out one of `verbs`; undefined when none did. */
function outputRules({ compiled }: SetMachine, { taken }: Candidate, verbs: readonly string[]): string[] | undefined {
  const telling = taken.filter((number) =>
    compiled.transitions[number].outputs.some((output) => verbs.includes(compiled.outputs[output].split('.')[0])),
  );
  if (telling.length === 0) return undefined;
  return telling.flatMap((number) => citedRules(compiled.transitions[number].transition.description ?? ''));
}

/** Where a vector stands in a state: what blocks it. */
export function standing(machine: SetMachine, state: number): BlockedBy {
  const active = new Set(machine.activeStates(state, BLOCKING).map(({ key }) => key));
  if (active.has('disabled')) return 'off';
  if (active.has('set')) return 'function mask';
  return active.has('masked') ? 'masked' : 'open';
}

const regionRules = (node: AnyStateNode): string[] => citedRules(node.description ?? '');

function nodeAt(root: AnyStateNode, path: readonly string[]): AnyStateNode {
  return path.reduce((node, key) => node.states[key] as AnyStateNode, root);
}

function isWithin(node: AnyStateNode | undefined, region: AnyStateNode): boolean {
  if (node === undefined) return false;
  return node === region || isWithin(node.parent as AnyStateNode | undefined, region);
}
