/**
 * The page of the ownership: who answers the page of the MSI-X Table of an assigned device.
 *
 * ```
 *                  register                registered
 *   userspace ---------------> registering -----------> kernel
 *       ^                                                  |
 *       |    unregistered                    unregister    |
 *       +------------------- returning <-------------------+
 *
 *   an access:  kernel answers at once;  everyone else: the vCPU exits, and userspace completes it
 * ```
 *
 * An access that comes while the page changes hands exits, and completes whoever owns the page by then. The first region is
 * the very region of `assigned-device`; the vCPU here has one access, and may be stopped in it.
 */
import { setup, stateIn } from 'xstate';

/** The machine: 8 states. */
export const ownership = setup({
  guards: { kernelOwns: stateIn({ ownership: 'kernel' }) },
  actions: { exit: () => {}, return: () => {} },
}).createMachine({
  id: 'ownership',
  type: 'parallel',
  description: 'The page of the table, and a vCPU that may be stopped in an access to it.',
  states: {
    ownership: {
      description: 'Who answers the page of the MSI-X Table. [MSIX-OWN-1]',
      initial: 'userspace',
      states: {
        userspace: {
          description: 'Every access to the page exits. [MSIX-OWN-1]',
          on: {
            'vmm.register': { target: 'registering', description: 'Userspace hands the page over. [MSIX-OWN-2]' },
          },
        },
        registering: {
          description: 'The kernel prepares; accesses still exit. [MSIX-OWN-1]',
          on: {
            'vmm.registered': { target: 'kernel', description: 'The page is on the bus of the kernel. [MSIX-OWN-2]' },
          },
        },
        kernel: {
          description: 'The kernel answers what it can. [MSIX-OWN-1]',
          on: {
            'vmm.unregister': { target: 'returning', description: 'Userspace takes the page back. [MSIX-OWN-2]' },
          },
        },
        returning: {
          description: 'The page is off the bus; accesses exit again. [MSIX-OWN-1]',
          on: {
            'vmm.unregistered': { target: 'userspace', description: 'Userspace answers. [MSIX-OWN-2]' },
          },
        },
      },
    },
    vcpu: {
      description: 'The one vCPU that accesses the device. [MSIX-OWN-3]',
      initial: 'running',
      states: {
        running: {
          description: 'It runs the guest.',
          on: {
            'guest.mask.0': [
              { guard: 'kernelOwns', actions: 'return', description: 'The kernel answers at once. [MSIX-OWN-1]' },
              {
                target: 'mask_0',
                actions: 'exit',
                description: 'Nobody in the kernel answers: the vCPU stops. [MSIX-OWN-1]',
              },
            ],
          },
        },
        mask_0: {
          description: 'Stopped in guest.mask.0.',
          on: {
            'vmm.complete': {
              target: 'running',
              actions: 'return',
              description: 'Userspace completes the access, whoever owns the page by now. [MSIX-OWN-3]',
            },
          },
        },
      },
    },
  },
});
