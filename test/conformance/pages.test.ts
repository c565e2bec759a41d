/**
 * The pages that machines are made of, held against the implementation: in every state of the page every event, on a device that was
 * led there from reset. So a page that is changed is found here, though the machines change along with it.
 */
import type { AnyStateMachine, StateValue } from 'xstate';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { CAPABILITY_EVENTS, OWNERSHIP_EVENTS } from '../../machines/alphabet.ts';
import { capability } from '../../machines/pages/capability.ts';
import { ownership } from '../../machines/pages/ownership.ts';
import {
  ACCESS_EXITED,
  ACCESS_RETURNED,
  AssignedDevice,
  MsixFunction,
  OWNER_KERNEL,
  OWNER_REGISTERING,
  OWNER_RETURNING,
  OWNER_USERSPACE,
} from '../../src/index.ts';

/** What a page is held against: takes an event, with what it puts out, and says which state of the page it is in. */
interface Held {
  readonly take: (event: string) => readonly string[];
  readonly state: () => StateValue;
}

/** The first step of the page that the implementation does not take, as a sentence; undefined when it takes them all. */
function departure(graph: StateGraph, create: () => Held): string | undefined {
  for (const [state, value] of graph.states.entries()) {
    for (const [event, name] of graph.events.entries()) {
      const held = create();
      for (const each of graph.pathTo(state)) held.take(graph.events[each]);
      const outputs = held.take(name).join(' ');
      const [due, got] = [graph.states[graph.target(state, event)], held.state()].map((each) => JSON.stringify(each));
      const dueOutputs = graph.outputs(state, event).join(' ');
      if (due !== got || dueOutputs !== outputs) {
        return `${name} in ${JSON.stringify(value)}: got ${got} ${outputs}; expected ${due} ${dueOutputs}.`;
      }
    }
  }
  return undefined;
}

const CONTROL: Readonly<Record<string, number>> = {
  'guest.control.off': 0,
  'guest.control.offMasked': 0x4000,
  'guest.control.on': 0x8000,
  'guest.control.onMasked': 0xc000,
};

function heldCapability(): Held {
  const msix = new MsixFunction({ vectorCount: 1, send: () => {} });
  return {
    take: (event) => {
      if (event in CONTROL) msix.configWrite(2, 2, CONTROL[event]);
      else msix.reset();
      return [];
    },
    state: () => ({
      enable: msix.enabled ? 'enabled' : 'disabled',
      functionMask: msix.functionMask ? 'set' : 'clear',
    }),
  };
}

const OWNERS: Readonly<Record<number, string>> = {
  [OWNER_USERSPACE]: 'userspace',
  [OWNER_REGISTERING]: 'registering',
  [OWNER_KERNEL]: 'kernel',
  [OWNER_RETURNING]: 'returning',
};

function heldOwnership(): Held {
  const device = new AssignedDevice({ vectorCount: 1, deliver: () => {} });
  const nothing = (_: boolean): string[] => [];
  const take: Readonly<Record<string, () => readonly string[]>> = {
    'guest.mask.0': () => {
      if (device.stopped) return [];
      const outcome = device.mask(0);
      return outcome === ACCESS_RETURNED ? ['return'] : outcome === ACCESS_EXITED ? ['exit'] : [];
    },
    'vmm.complete': () => (device.complete() ? ['return'] : []),
    'vmm.register': () => nothing(device.register()),
    'vmm.registered': () => nothing(device.registered()),
    'vmm.unregister': () => nothing(device.unregister()),
    'vmm.unregistered': () => nothing(device.unregistered()),
  };
  return {
    take: (event) => take[event](),
    state: () => ({ ownership: OWNERS[device.owner], vcpu: device.stopped ? 'mask_0' : 'running' }),
  };
}

// A transition to the very state that it starts in, without entry actions, is the same as one without a target.
const SAME = ['vcpu.running on guest.mask.0 [kernelOwns]: target running'];

describe.each<
  [name: string, page: AnyStateMachine, events: readonly string[], create: () => Held, same: readonly string[]]
>([
  ['capability', capability, CAPABILITY_EVENTS, heldCapability, []],
  ['ownership', ownership, OWNERSHIP_EVENTS, heldOwnership, SAME],
])('the page of the %s', (_, page, events, create, same) => {
  test('is what the implementation does, on every step', () => {
    expect(departure(enumerate(page, events), create)).toBeUndefined();
  });

  test('and not when one transition of it is changed: each such page is found', () => {
    const mutants = mutate(page);
    const survivors = mutants.filter(({ machine }) => departure(enumerate(machine, events), create) === undefined);
    expect(mutants.length).toBeGreaterThan(10);
    expect(survivors.map(({ name }) => name)).toEqual(same);
  });
});
