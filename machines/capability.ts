/**
 * MSI-X Enable and Function Mask: the two writable bits of Message Control. One register, so one event a value written.
 */
import { type AnyStateMachine, setup } from 'xstate';
import { control, RESET } from './alphabet.ts';

/** The two bits as a parallel state, for `capability` and for its place in `function`. */
export const capabilityRegion = {
  type: 'parallel',
  description: 'Message Control. One write sets both of its writable bits. [MSIX-ENABLE-6]',
  states: {
    enable: {
      description: 'MSI-X Enable, bit 15. [MSIX-CAP-5]',
      initial: 'disabled',
      states: {
        disabled: {
          description: 'The function must not use MSI-X. [MSIX-ENABLE-1]',
          on: {
            [control('on')]: 'enabled',
            [control('onMasked')]: 'enabled',
          },
        },
        enabled: {
          description: 'The function may use MSI-X, and must not use INTx. [MSIX-ENABLE-4]',
          on: {
            [control('off')]: { target: 'disabled', description: 'The table is kept. [MSIX-ENABLE-3]' },
            [control('offMasked')]: { target: 'disabled', description: 'The table is kept. [MSIX-ENABLE-3]' },
            [RESET]: { target: 'disabled', description: 'Reset disables MSI-X. [MSIX-RESET-1]' },
          },
        },
      },
    },
    functionMask: {
      description: 'Function Mask, bit 14. [MSIX-CAP-4]',
      initial: 'clear',
      states: {
        clear: {
          description: "Each vector's own Mask Bit decides. [MSIX-MASK-1]",
          on: {
            [control('offMasked')]: 'set',
            [control('onMasked')]: 'set',
          },
        },
        set: {
          description: 'All vectors are masked, whatever their own Mask Bits say. [MSIX-MASK-1]',
          on: {
            [control('off')]: { target: 'clear', description: 'The Mask Bits are as they were. [MSIX-MASK-3]' },
            [control('on')]: { target: 'clear', description: 'The Mask Bits are as they were. [MSIX-MASK-3]' },
            [RESET]: { target: 'clear', description: 'Reset clears Function Mask. [MSIX-RESET-1]' },
          },
        },
      },
    },
  },
} as const;

/** Creates the machine: 4 states. */
export function createCapability(): AnyStateMachine {
  return setup({}).createMachine({ id: 'capability', ...capabilityRegion });
}
