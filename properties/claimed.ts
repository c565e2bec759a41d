/**
 * What a machine is claimed to do, as data that other checkers read. The claims of the assigned device are data as they are; it gets the monitors
 * that they ask. Those of a function are closures: each is asked of every step from every combination of states, reachable or
 * not, and becomes the list of the steps that break it, none of which may ever be taken. So another checker decides on its own which states are reached.
 */
import type { AnyStateMachine, StateValue } from 'xstate';
import { compile } from '../checker/compile/compile.ts';
import type { Claim, StepPredicate } from '../checker/decide/claim.ts';
import { startAt } from '../checker/decide/decide.ts';
import { applies, type Property, satisfied, type StepView } from '../checker/decide/property.ts';
import { explore } from '../checker/explore/explore.ts';
import type { GuardExpression } from '../checker/machine/guard.ts';
import { createAssignedDevice } from '../machines/assigned-device.ts';
import { MONITORS } from '../machines/monitors.ts';
import { ASSIGNED_PROPERTIES } from './assigned/index.ts';
import { claimOf, type ClaimProperty } from './assigned/property.ts';
import { type Instance } from './instances.ts';
import { MACHINE_PROPERTIES } from './machines.ts';
import { type FunctionView, machineView } from './view.ts';

/** A machine with claims about it. */
export interface Claimed {
  readonly machine: AnyStateMachine;
  readonly events: readonly string[];
  readonly claims: readonly Claim[];
}

/** More combinations than this are no text that anyone reads. */
const COMBINATIONS_MAX = 1024;

/**
 * Says what is claimed of an instance; nothing, of a machine that has no properties of its own.
 * @throws {RangeError} where a function is too large for its claims to be listed.
 */
export function claimedOf(instance: Instance): Claimed {
  const { machine, events, vectors, messages, design, vcpus } = instance;
  if (design !== undefined) {
    const bounds = { design, vectors, messages, vcpus };
    const said = ASSIGNED_PROPERTIES.filter(
      (property): property is ClaimProperty => 'claim' in property && property.notFor?.(bounds) === undefined,
    );
    const monitors = MONITORS.filter((name) => said.some((property) => property.monitors.includes(name)));
    const device = createAssignedDevice({ ...bounds, monitors });
    return { ...device, claims: said.map((property) => claimOf(property, bounds)) };
  }
  if (!['function', 'vector'].includes(machine.id)) return { machine, events, claims: [] };
  return { machine, events, claims: listed(instance) };
}

/** Every combination of the states of regions, each a machine of plain states. */
function combinationsOf(machine: AnyStateMachine): StateValue[] {
  const within = (node: AnyStateMachine['root']): StateValue[] => {
    const children = Object.values(node.states);
    if (node.type === 'compound') {
      return children.flatMap((child): StateValue[] =>
        child.type === 'atomic' ? [child.key] : within(child).map((value) => ({ [child.key]: value })),
      );
    }
    return children.reduce<Record<string, StateValue>[]>(
      (all, child) => all.flatMap((value) => within(child).map((each) => ({ ...value, [child.key]: each }))),
      [{}],
    );
  };
  return within(machine.root);
}

function listed({ machine, events, vectors, messages }: Instance): Claim[] {
  const combinations = combinationsOf(machine);
  if (combinations.length > COMBINATIONS_MAX) {
    throw new RangeError(
      `Got ${machine.id} with ${combinations.length} combinations of states; expected at most ${COMBINATIONS_MAX}, for its claims to be listed.`,
    );
  }
  const compiled = compile(machine, events);
  const view = machineView(vectors, messages);
  const steps = new Map<StateValue, StepView<FunctionView>[]>(
    combinations.map((value) => {
      const exploration = explore(startAt(compiled, value), { limits: { states: events.length + 1 } });
      const before = view(value);
      const stepOf = (event: string, index: number): StepView<FunctionView> => ({
        before,
        event,
        outputs: exploration.outputs(0, index),
        after: view(exploration.value(exploration.target(0, index))),
      });
      return [value, events.map(stepOf)];
    }),
  );
  const breaks = (property: Property<FunctionView>, step: StepView<FunctionView>): boolean =>
    Array.from({ length: vectors }, (_, vector) => vector).some(
      (vector) => applies(property, step, vector) && !satisfied(property, step, vector),
    );
  return MACHINE_PROPERTIES.map((property): Claim => {
    const { name, title } = property;
    const broken = combinations.flatMap((value): StepPredicate[] => {
      const names = steps.get(value)!.flatMap((step) => (breaks(property, step) ? [step.event] : []));
      if (names.length === 0) return [];
      // An invariant speaks of the state before a step, whatever the step.
      if (names.length === events.length) return [{ kind: 'before', state: inState(value) }];
      return [
        {
          kind: 'and',
          parts: [
            { kind: 'before', state: inState(value) },
            { kind: 'event', names },
          ],
        },
      ];
    });
    return { kind: 'step', name, title, holds: none(broken) };
  });
}

const inState = (value: StateValue): GuardExpression => ({ kind: 'stateIn', value });

const none = (parts: readonly StepPredicate[]): StepPredicate => ({ kind: 'not', part: { kind: 'or', parts } });
