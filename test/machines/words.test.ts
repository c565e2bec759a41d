/**
 * What the machines say of themselves: a failure names the rules that it finds there, so what cites none can be named by none.
 */
import type { AnyStateMachine } from 'xstate';
import { expect, test } from 'vitest';
import { createAssignedDevice } from '../../machines/assigned-device.ts';
import { DESIGNS, moving, POSTED, REPAIRS, REVIEWED, without } from '../../machines/designs.ts';
import { createInterval } from '../../machines/interval.ts';
import { TWO } from '../../machines/messages.ts';
import { MONITORS } from '../../machines/monitors.ts';
import { createPermitted } from '../../machines/permitted/index.ts';
import { createInstance } from '../../properties/instances.ts';
import { MACHINE_NAMES } from '../../properties/names.ts';
import { CHOICES, LOOSE_CHOICES, STRICT_CHOICES } from '../../spec/choices.ts';
import { citedRules } from '../../spec/index.ts';

/** The regions that cite no rule, since what goes on in them is no device's doing. */
const EXEMPT: readonly (readonly [path: RegExp, because: string])[] = [
  [/^assigned-device\.monitor\b/, 'it remembers what a property asks about, and nothing that a device does'],
  [
    /^permitted\.(holding|showing|writing|platform|width|extension|polling)\./,
    'it is chosen unseen; the region cites the rule',
  ],
  [/^interval\.(answers\d+|vcpu)\b/, 'it says when an access takes effect, which no rule does'],
];

interface State {
  readonly description?: string;
  readonly type?: string;
  readonly on?: Readonly<Record<string, Written | readonly Written[]>>;
  readonly states?: Readonly<Record<string, State>>;
}
type Written = string | { readonly target?: string; readonly description?: string };

const assigned = [...DESIGNS, ...REPAIRS.map((repair) => without(REVIEWED, repair)), moving(POSTED), moving(REVIEWED)];
const choices = CHOICES.flatMap(({ name, values }) =>
  values.map((value) => ({ ...STRICT_CHOICES, [name]: value.name })),
);

const MACHINES: readonly AnyStateMachine[] = [
  ...MACHINE_NAMES.map((name) => createInstance(name).machine),
  createInstance('function', { vectors: 2, channel: true }).machine,
  ...assigned.map(
    (design) =>
      createAssignedDevice({ design, vectors: 1, messages: TWO, vcpus: design.moves ? 1 : 2, monitors: MONITORS })
        .machine,
  ),
  ...[...choices, LOOSE_CHOICES].map((each) =>
    createPermitted({ vectors: 1, messages: TWO, choices: each, notifies: true, reserved: true }),
  ),
  createInterval({ vectors: 1, messages: TWO }).machine,
];

const cites = (...texts: readonly (string | undefined)[]): boolean => citedRules(texts.join(' ')).length > 0;

/** What is said without a rule: each region, and each transition, by itself or, without words, by the states that it leads between. */
function silentIn(state: State, path: string, beside: NonNullable<State['states']> = {}): readonly string[] {
  if (EXEMPT.some(([exempt]) => exempt.test(path))) return [];
  const { on = {}, states = {}, type, description } = state;
  const transitions = Object.entries(on).flatMap(([event, written]) =>
    [written].flat().flatMap((each: Written) => {
      const { target, description: own } = typeof each === 'string' ? { target: each } : each;
      const isTold = own === undefined ? cites(description, beside[target ?? '']?.description) : cites(own);
      return isTold ? [] : [`${path} on ${event}: ${own}`];
    }),
  );
  // A vector, or the whole machine, is no more than the regions that it has.
  const isRegion = type !== 'parallel' && Object.keys(states).length > 0;
  return [
    ...(isRegion && !cites(description) ? [`${path}: ${description}`] : []),
    ...transitions,
    ...Object.entries(states).flatMap(([name, each]) => silentIn(each, `${path}.${name}`, states)),
  ];
}

test('every transition and every region of every machine cites a rule', () => {
  const silent = MACHINES.flatMap((machine) => silentIn(machine.config as State, machine.id));
  expect([...new Set(silent)]).toEqual([]);
});
