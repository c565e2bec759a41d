/**
 * The page of one vector: its life between mask and unmask, behind a gate that stands for MSI-X Enable and Function Mask.
 *
 * ```
 *   gate    closed <-> open                 Enable set and Function Mask clear, or not
 *   mask    masked <-> unmasked             the Mask Bit, bit 0 of Vector Control
 *   force   none  ---- unblocked ---->  latched      the message in force: the entry as it stood then
 *                 <---- blocked -----      |
 *                                          | signal: SEND
 *   pending clear ---- signal, blocked ---> set      the Pending bit
 *                 <--- retire, reset ------
 *                 <--- unblocked: SEND ----
 *
 *   blocked = closed or masked              unblocked = the edge to neither
 * ```
 *
 * The entry has one message here, so that it has no region. The generated machines (`vector.ts` with two and more messages,
 * `function.ts` with several vectors, a channel) do what this page does, and a test holds each of their steps to it.
 */
import { not, or, setup, stateIn } from 'xstate';

/** The machine: 7 states. */
export const vector = setup({
  guards: {
    open: stateIn({ gate: 'open' }),
    unmasked: stateIn({ mask: 'unmasked' }),
    blocked: or([not('open'), not('unmasked')]),
  },
  actions: { use: () => {}, release: () => {}, send: () => {} },
}).createMachine({
  id: 'vector-page',
  type: 'parallel',
  description: 'One vector, behind a gate that stands for MSI-X Enable and Function Mask.',
  states: {
    gate: {
      description: 'The capability, as one vector feels it. [MSIX-MASK-1]',
      initial: 'closed',
      states: {
        closed: {
          description: 'Disabled, or masked as a whole. [MSIX-ENABLE-1] [MSIX-MASK-1]',
          on: {
            'guest.control.on': { target: 'open', description: 'Enable set, Function Mask clear. [MSIX-MASK-1]' },
          },
        },
        open: {
          description: 'Enabled, and not masked as a whole. [MSIX-MASK-1]',
          on: {
            'guest.control.off': {
              target: 'closed',
              description: 'Enable clear, or Function Mask set. [MSIX-ENABLE-1] [MSIX-MASK-1]',
            },
            'device.reset': { target: 'closed', description: 'Reset disables MSI-X. [MSIX-RESET-1]' },
          },
        },
      },
    },
    mask: {
      description: 'The Mask Bit, bit 0 of Vector Control. [MSIX-TABLE-3]',
      initial: 'masked',
      states: {
        masked: {
          description: 'The vector must not send. [MSIX-MASK-2]',
          on: {
            'guest.unmask.0': { target: 'unmasked', description: 'The guest clears the bit. [MSIX-TABLE-3]' },
          },
        },
        unmasked: {
          description: 'The vector sends, unless the function is disabled or masked. [MSIX-MASK-1]',
          on: {
            'guest.mask.0': { target: 'masked', description: 'The guest sets the bit. [MSIX-TABLE-3]' },
            'device.reset': { target: 'masked', description: 'Reset sets the Mask Bit. [MSIX-RESET-1]' },
          },
        },
      },
    },
    force: {
      description: 'The message in force: the whole entry as it stood at the last unblocking edge. [MSIX-MSG-1]',
      initial: 'none',
      states: {
        none: {
          description: 'The vector is blocked, and what its entry holds means nothing. [MSIX-MSG-6]',
          on: {
            'guest.unmask.0': {
              target: 'latched',
              guard: 'open',
              actions: 'use',
              description: 'The last mask lifts: the whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]',
            },
            'guest.control.on': {
              target: 'latched',
              guard: 'unmasked',
              actions: 'use',
              description: 'The function opens: the whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]',
            },
          },
        },
        latched: {
          description: 'The vector is not blocked, and sends this message, whatever its entry holds now. [MSIX-MSG-2]',
          on: {
            'device.signal.0': {
              actions: 'send',
              description: 'An event goes out at once, with the message in force. [MSIX-MSG-1]',
            },
            'guest.mask.0': {
              target: 'none',
              actions: 'release',
              description: 'The vector becomes blocked. [MSIX-MASK-2] [MSIX-NOTIFY-1]',
            },
            'guest.control.off': {
              target: 'none',
              actions: 'release',
              description: 'The vector becomes blocked. [MSIX-MASK-1] [MSIX-NOTIFY-1]',
            },
            'device.reset': {
              target: 'none',
              actions: 'release',
              description: 'Reset blocks the vector. [MSIX-RESET-5] [MSIX-NOTIFY-1]',
            },
          },
        },
      },
    },
    pending: {
      description: 'The Pending bit. It holds events while the vector is blocked, however many. [MSIX-PEND-4]',
      initial: 'clear',
      states: {
        clear: {
          description: 'No event waits. [MSIX-PBA-4]',
          on: {
            'device.signal.0': {
              target: 'set',
              guard: 'blocked',
              description:
                'An event of a blocked vector is held; also while disabled, by our choice. [MSIX-PEND-1] [MSIX-ENABLE-2]',
            },
          },
        },
        set: {
          description: 'An event waits, and polling shows it. [MSIX-PBA-4]',
          on: {
            'guest.unmask.0': {
              target: 'clear',
              guard: 'open',
              actions: 'send',
              description: 'The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]',
            },
            'guest.control.on': {
              target: 'clear',
              guard: 'unmasked',
              actions: 'send',
              description: 'The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]',
            },
            'device.retire.0': { target: 'clear', description: 'The cause is gone. [MSIX-PEND-3]' },
            'device.reset': { target: 'clear', description: 'Reset clears the Pending bit. [MSIX-RESET-1]' },
          },
        },
      },
    },
  },
});
