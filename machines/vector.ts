/**
 * One vector: its Mask Bit, its entry, the message in force, and its Pending bit. `function` has N of these.
 *
 * On its own, `vector` stands beside a `gate` with two states in the place of the capability. `pages/vector.ts` says the same for one
 * message, as a literal to be read; every step of what is generated here is held to it (`properties/pages.ts`).
 */
import { requireFields } from '../checker/argument/argument.ts';
import { and, type AnyStateMachine, not, or, setup, stateIn } from 'xstate';
import { control, mask, refresh, RESET, retire, signal, unmask, write } from './alphabet.ts';
import { transitGuards, transitRegion } from './channel.ts';
import { type MessageSet, requireMessages } from './messages.ts';
import type { Guard, Region, Surroundings } from './region.ts';

/** The name of the region of `vector`, in every machine that has one. */
export const vectorRegionName = (vector: number): string => `vector${vector}`;

/**
 * The guards of a vector. `open` is the machine's own: Enable set and Function Mask clear.
 * A vector in use has no message but its own, so each guard that lets a message out names the message.
 */
export function vectorGuards(vector: number, messages: MessageSet, channel = false): Record<string, Guard> {
  const region = vectorRegionName(vector);
  const holding = messages.values.flatMap((message) => {
    const holds = `holds.${vector}.${message}`;
    return [
      [holds, stateIn({ [region]: { entry: message } })],
      [`openHolding.${vector}.${message}`, and(['open', holds])],
      [`unmaskedHolding.${vector}.${message}`, and([`unmasked.${vector}`, holds])],
    ];
  });
  return {
    [`unmasked.${vector}`]: stateIn({ [region]: { mask: 'unmasked' } }),
    [`blocked.${vector}`]: or([not('open'), not(`unmasked.${vector}`)]),
    ...Object.fromEntries(holding),
    ...(channel ? transitGuards(vector, region, messages) : {}),
  };
}

/** The region of `vector`, for `vector` and for its places in `function`. */
export function vectorRegion(vector: number, messages: MessageSet, surroundings: Surroundings): Region {
  const { opening, closing, channel = false } = surroundings;
  const [initial] = messages.values;
  const send = (message: string) => ({ type: 'send', params: { vector, message } });
  const use = (message: string) => ({ type: 'use', params: { vector, message } });
  const release = { type: 'release', params: { vector } };

  /** The transitions of the two rising edges, one for each message that the entry may hold. */
  const onUnblock = (target: (message: string) => string, act: typeof send, description: string) => {
    const edge = (guard: string) =>
      messages.values.map((message) => ({
        target: target(message),
        guard: `${guard}.${vector}.${message}`,
        actions: act(message),
        description,
      }));
    return {
      [unmask(vector)]: edge('openHolding'),
      ...eachOf(opening.map(control), edge('unmaskedHolding')),
    };
  };

  return {
    type: 'parallel',
    description: `Vector ${vector}, independent of every other. [MSIX-MASK-4]`,
    states: {
      mask: {
        description: 'The Mask Bit, bit 0 of Vector Control. [MSIX-TABLE-3]',
        initial: 'masked',
        states: {
          masked: {
            description: 'The vector must not send. [MSIX-MASK-2]',
            on: { [unmask(vector)]: 'unmasked' },
          },
          unmasked: {
            description: 'The vector sends, unless the function is disabled or masked. [MSIX-MASK-1]',
            on: {
              [mask(vector)]: 'masked',
              [RESET]: { target: 'masked', description: 'Reset sets the Mask Bit. [MSIX-RESET-1]' },
            },
          },
        },
      },
      entry: {
        description: 'Address and data of the entry, as the guest reads them. [MSIX-TABLE-1]',
        initial,
        states: Object.fromEntries(messages.values.map((message) => [message, entryState(vector, messages, message)])),
      },
      ...(channel ? { transit: transitRegion(vector, messages, surroundings) } : {}),
      force: {
        description: 'The message in force: the whole entry as it stood at the last unblocking edge. [MSIX-MSG-1]',
        initial: 'none',
        states: {
          none: {
            description: 'The vector is blocked, and what its entry holds means nothing. [MSIX-MSG-6]',
            on: onUnblock((message) => message, use, 'The whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]'),
          },
          ...Object.fromEntries(
            messages.values.map((message) => [
              message,
              {
                description: `The vector is not blocked, and sends ${message}, whatever its entry holds now. [MSIX-MSG-2]`,
                on: {
                  ...eachOf([mask(vector), ...closing.map(control)], {
                    target: 'none',
                    actions: release,
                    description: 'The vector becomes blocked. [MSIX-NOTIFY-1]',
                  }),
                  [signal(vector)]: {
                    actions: send(message),
                    description: 'An event goes out at once, with the message in force. [MSIX-MSG-1]',
                  },
                  ...(channel ? onRefresh(vector, messages, message) : {}),
                  [RESET]: {
                    target: 'none',
                    actions: release,
                    description: 'Reset blocks the vector. [MSIX-RESET-5] [MSIX-NOTIFY-1]',
                  },
                },
              },
            ]),
          ),
        },
      },
      pending: {
        description: 'The Pending bit. It holds events while the vector is blocked, however many. [MSIX-PEND-4]',
        initial: 'clear',
        states: {
          clear: {
            description: 'No event waits; a cause that goes now changes nothing. [MSIX-PEND-3]',
            on: {
              [signal(vector)]: {
                target: 'set',
                guard: `blocked.${vector}`,
                description:
                  'An event of a blocked vector is held; also while disabled, by our choice. [MSIX-PEND-1] [MSIX-ENABLE-2]',
              },
            },
          },
          set: {
            description: 'An event waits, and polling shows it. [MSIX-PBA-4]',
            on: {
              ...onUnblock(() => 'clear', send, 'The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]'),
              [retire(vector)]: { target: 'clear', description: 'The cause is gone. [MSIX-PEND-3]' },
              [RESET]: { target: 'clear', description: 'Reset clears the Pending bit. [MSIX-RESET-1]' },
            },
          },
        },
      },
    },
  };
}

/** One state of `entry`: where each write leads from `message`. */
function entryState(vector: number, messages: MessageSet, message: string): Region {
  const writes = messages.writes
    .map((each) => [write(vector, each.name), each.result(message)])
    .filter(([, result]) => result !== message)
    .map(([event, target]) => [event, { target, description: 'A write is read back, blocked or not. [MSIX-MSG-2]' }]);
  const [initial] = messages.values;
  const reset = { [RESET]: { target: initial, description: 'Reset leaves zero, by our choice. [MSIX-RESET-4]' } };
  return {
    description: `The entry holds ${message}.`,
    on: { ...Object.fromEntries(writes), ...(message === initial ? {} : reset) },
  };
}

/** The freedom to read an entry again while it is in force: what it holds by then comes into force at once. */
function onRefresh(vector: number, messages: MessageSet, message: string) {
  const others = messages.values.filter((other) => other !== message);
  const again = others.map((other) => ({
    target: other,
    guard: `holds.${vector}.${other}`,
    description: 'The function need not wait for the next edge. [MSIX-MSG-1]',
  }));
  return { [refresh(vector)]: again };
}

/** The same transitions for several events. */
function eachOf<Transition>(events: readonly string[], transition: Transition): Record<string, Transition> {
  return Object.fromEntries(events.map((event) => [event, transition]));
}

/** The controls that the gate of `vector` has: one that opens it, one that closes it. */
export const GATE: Surroundings = { opening: ['on'], closing: ['off'] };

/** The outputs of a vector, as actions: what they do is the implementation's business. */
export const vectorActions = {
  use: (_: unknown, _params: { vector: number; message: string }): void => {},
  release: (_: unknown, _params: { vector: number }): void => {},
  send: (_: unknown, _params: { vector: number; message: string }): void => {},
  deliver: (_: unknown, _params: { vector: number; message: string }): void => {},
};

/** Creates the machine: one vector behind a gate. 16 states with two messages. */
export function createVector(options: { readonly messages: MessageSet }): AnyStateMachine {
  const fields = requireFields('the options of createVector', options, ['messages']);
  const messages = requireMessages('messages of createVector', fields.messages);
  return setup({
    guards: { open: stateIn({ gate: 'open' }), ...vectorGuards(0, messages) },
    actions: vectorActions,
  }).createMachine({
    id: 'vector',
    type: 'parallel',
    description: 'One vector, behind a gate that stands for MSI-X Enable and Function Mask.',
    states: {
      gate: {
        description: 'The capability, as one vector feels it. [MSIX-MASK-1]',
        initial: 'closed',
        states: {
          closed: {
            description: 'Disabled, or masked as a whole. [MSIX-ENABLE-1] [MSIX-MASK-1]',
            on: { [control('on')]: 'open' },
          },
          open: {
            description: 'Enabled, and not masked as a whole. [MSIX-MASK-1]',
            on: {
              [control('off')]: 'closed',
              [RESET]: { target: 'closed', description: 'Reset disables MSI-X. [MSIX-RESET-1]' },
            },
          },
        },
      },
      [vectorRegionName(0)]: vectorRegion(0, messages, GATE),
    },
  });
}
