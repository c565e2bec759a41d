/**
 * Who answers the page of the MSI-X Table: userspace or the kernel, and the two ways between them.
 *
 * On its own, `ownership` stands beside a vCPU with one access, which may be stopped while the page changes hands.
 */
import { type AnyStateMachine, setup, stateIn } from 'xstate';
import { accessesOf, vcpuRegion } from './access.ts';
import { REGISTER, REGISTERED, UNREGISTER, UNREGISTERED } from './alphabet.ts';
import { TWO } from './messages.ts';

/** The region. An access that comes while the page changes hands exits, and completes whoever owns the page by then. */
export const ownershipRegion = {
  description: 'Who answers the page of the MSI-X Table.',
  initial: 'userspace',
  states: {
    userspace: {
      description: 'Every access to the page exits. [MSIX-OWN-1]',
      on: { [REGISTER]: { target: 'registering', description: 'Userspace hands the page over. [MSIX-OWN-2]' } },
    },
    registering: {
      description: 'The kernel prepares; accesses still exit.',
      on: { [REGISTERED]: { target: 'kernel', description: 'The page is on the bus of the kernel.' } },
    },
    kernel: {
      description: 'The kernel answers what it can. [MSIX-OWN-1]',
      on: { [UNREGISTER]: { target: 'returning', description: 'Userspace takes the page back. [MSIX-OWN-2]' } },
    },
    returning: {
      description: 'The page is off the bus; accesses exit again.',
      on: { [UNREGISTERED]: { target: 'userspace', description: 'Userspace answers.' } },
    },
  },
} as const;

/** That the kernel answers. */
export const KERNEL_OWNS = stateIn({ ownership: 'kernel' });

/** What an assigned device puts out: what the implementation must do in the same step. */
export const assignedActions = {
  exit: (): void => {},
  return: (): void => {},
  send: (_: unknown, _params: { vector: number }): void => {},
  interrupt: (_: unknown, _params: { vector: number }): void => {},
  answer: (_: unknown, _params: { vector: number; value: string }): void => {},
  deliver: (_: unknown, _params: { vector: number; message: string }): void => {},
};

/** Creates the machine: 8 states. */
export function createOwnership(): AnyStateMachine {
  const accesses = accessesOf(1, TWO).filter(({ kind }) => kind === 'mask');
  const vcpu = vcpuRegion(accesses, { kernel: () => 'kernelOwns' });
  return setup({ guards: { kernelOwns: KERNEL_OWNS }, actions: assignedActions }).createMachine({
    id: 'ownership',
    type: 'parallel',
    description: 'The page of the table, and a vCPU that may be stopped in an access to it.',
    states: { ownership: ownershipRegion, vcpu },
  });
}
