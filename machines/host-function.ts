/**
 * The physical function, as its host has it: for each vector a Mask Bit of the host's, the Pending bit, and a message that is in
 * flight until it arrives. The host's message says which vector it is of, and nothing of what the guest wrote.
 *
 * In `assigned-device` the Mask Bit is no state of its own: what blocks a vector there follows from the guest's bits in the same
 * step. The other two regions are these.
 */
import { requireFields } from '../checker/argument/argument.ts';
import { requireVectors } from './argument.ts';
import { type AnyStateMachine, setup, stateIn } from 'xstate';
import { arrive, HOST_READ, hostMask, hostUnmask, retire, signal } from './alphabet.ts';
import { GuardRegistry } from './guards.ts';
import { assignedActions } from './ownership.ts';
import type { Region } from './region.ts';
import { vectorRegionName } from './vector.ts';

/** A transition of a region, with what it says of itself. */
type Transition = Readonly<Record<string, unknown>> & { readonly description: string };

/** What a vector of a host function must know of what is around it. */
export interface HostSurroundings {
  /** The guard that its message may go out; the one that an event waits instead. An event that meets neither is dropped. */
  readonly passes: string;
  readonly waits: string;
  /** The edges at which it becomes so, with the guards under which they are edges: a held event goes out. */
  readonly unblocks: Readonly<Record<string, string | undefined>>;
  /** The events that bring in what is in flight, beside its arrival, each with why. */
  readonly drains: Readonly<Record<string, string>>;
  /** What an arrival comes to: transitions out of `flying`, the first that is open. */
  readonly arrivals: readonly Transition[];
  /** Conditions under which an arrival is held back as a Pending bit. */
  readonly heldBack?: string;
  /** The events that lose all that is pending and in flight, and the guard of each, if any. */
  readonly lostOn?: Readonly<Record<string, string | undefined>>;
  /** The events before which what is in flight arrives, and which clear what is pending. */
  readonly endsOn?: readonly string[];
  /** Makes a conjunction of guards. */
  readonly all: (...names: readonly (string | undefined)[]) => string | undefined;
}

/** The regions `flight` and `pending` of a vector. */
export function hostRegions(vector: number, around: HostSurroundings): { flight: Region; pending: Region } {
  const { passes, waits, unblocks, drains, arrivals, heldBack, lostOn = {}, endsOn = [], all } = around;
  const send = { type: 'send', params: { vector } };
  const edges = (guard: string | undefined, transition: object) =>
    Object.fromEntries(
      Object.entries(unblocks).map(([event, edge]) => [event, { ...transition, guard: all(edge, guard) }]),
    );
  const each = (transitions: readonly Transition[]) => ({
    [arrive(vector)]: transitions,
    ...Object.fromEntries(
      Object.entries(drains).map(([event, why]) => [
        event,
        transitions.map((transition) => ({ ...transition, description: `${why} ${transition.description}` })),
      ]),
    ),
  });
  const lost = (target: string) =>
    Object.fromEntries(
      Object.entries(lostOn).map(([event, guard]) => [
        event,
        { target, guard, description: 'It is lost with all the others. [MSIX-POSTED-4] [MSIX-ASSIGN-16]' },
      ]),
    );
  const cleared = { target: 'clear', description: 'A reset clears it. [MSIX-RESET-1]' };
  return {
    flight: {
      description: 'A message on its way from the device to the host. Another event coalesces with it. [MSIX-ASSIGN-6]',
      initial: 'none',
      states: {
        none: {
          description: 'Nothing is on its way.',
          on: {
            [signal(vector)]: {
              target: 'flying',
              guard: passes,
              actions: send,
              description: 'The device sends. [MSIX-MASK-1]',
            },
            ...edges(`pending.${vector}`, {
              target: 'flying',
              actions: send,
              description: 'The event that was held goes out. [MSIX-PEND-2]',
            }),
          },
        },
        flying: {
          description: 'It arrives sooner or later; no mask calls it back. [MSIX-ASSIGN-6]',
          on: { ...each(arrivals), ...Object.fromEntries(endsOn.map((event) => [event, arrivals])), ...lost('none') },
        },
      },
    },
    pending: {
      description: 'The Pending bit of the device. [MSIX-PEND-4]',
      initial: 'clear',
      states: {
        clear: {
          description: 'No event waits; a cause that goes now changes nothing. [MSIX-PEND-3]',
          on: {
            [signal(vector)]: {
              target: 'set',
              guard: waits,
              description: 'An event of a blocked vector is held. [MSIX-PEND-1]',
            },
            ...(heldBack === undefined
              ? {}
              : each([
                  {
                    target: 'set',
                    guard: all(`flying.${vector}`, heldBack),
                    description: 'It arrived after the guest masked: it waits for the unmask. [MSIX-ASSIGN-9]',
                  },
                ])),
          },
        },
        set: {
          description: 'An event waits, and polling shows it. [MSIX-PBA-4]',
          on: {
            ...edges(undefined, { target: 'clear', description: 'The event that was held goes out. [MSIX-PEND-2]' }),
            [retire(vector)]: { target: 'clear', description: 'The cause is gone. [MSIX-PEND-3]' },
            ...Object.fromEntries(endsOn.map((event) => [event, cleared])),
            ...lost('clear'),
          },
        },
      },
    },
  };
}

/** Creates the machine: 6 states with one vector, for one that is unmasked holds nothing. */
export function createHostFunction(options: { readonly vectors: number }): AnyStateMachine {
  const fields = requireFields('the options of createHostFunction', options, ['vectors']);
  const vectors = requireVectors('vectors of createHostFunction', fields.vectors);
  const indices = Array.from({ length: vectors }, (_, vector) => vector);
  const book = new GuardRegistry();
  for (const vector of indices) {
    const region = vectorRegionName(vector);
    book.define(`unmasked.${vector}`, stateIn({ [region]: { mask: 'unmasked' } }));
    book.opposite(`masked.${vector}`, `unmasked.${vector}`);
    book.define(`pending.${vector}`, stateIn({ [region]: { pending: 'set' } }));
  }
  const regions = indices.map((vector) => {
    const { flight, pending } = hostRegions(vector, {
      passes: `unmasked.${vector}`,
      waits: `masked.${vector}`,
      unblocks: { [hostUnmask(vector)]: `masked.${vector}` },
      drains: { [HOST_READ]: 'A read brings it in. [MSIX-ASSIGN-6]' },
      arrivals: [
        {
          target: 'none',
          actions: { type: 'interrupt', params: { vector } },
          description: 'The host is interrupted. [MSIX-MSG-5]',
        },
      ],
      all: (...names) => book.all(...names),
    });
    const mask = {
      description: "The host's own Mask Bit. [MSIX-TABLE-3]",
      initial: 'masked',
      states: {
        masked: { description: 'The vector must not send. [MSIX-MASK-2]', on: { [hostUnmask(vector)]: 'unmasked' } },
        unmasked: { description: 'The vector sends. [MSIX-MASK-1]', on: { [hostMask(vector)]: 'masked' } },
      },
    };
    return [vectorRegionName(vector), { type: 'parallel', states: { flight, pending, mask } }];
  });
  return setup({ guards: book.guards, actions: assignedActions }).createMachine({
    id: 'host-function',
    type: 'parallel',
    description: `The physical function with ${vectors} vector${vectors === 1 ? '' : 's'}, as its host has it.`,
    states: Object.fromEntries(regions),
  });
}
