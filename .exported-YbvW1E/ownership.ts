import { setup, stateIn } from 'xstate';

export const machine = setup({
  guards: {
    'kernelOwns': stateIn({"ownership":"kernel"}),
  },
  actions: {
    'return': (_, _parameters: undefined) => {},
    'exit': (_, _parameters: undefined) => {},
  },
}).createMachine({
  id: "ownership",
  type: "parallel",
  description: "The page of the table, and a vCPU that may be stopped in an access to it.",
  states: {
    ownership: {
      description: "Who answers the page of the MSI-X Table.",
      initial: "userspace",
      states: {
        userspace: {
          description: "Every access to the page exits. [MSIX-OWN-1]",
          on: {
            "vmm.register": {
              target: "registering",
              description: "Userspace hands the page over. [MSIX-OWN-2]"
            }
          }
        },
        registering: {
          description: "The kernel prepares; accesses still exit. [MSIX-OWN-1]",
          on: {
            "vmm.registered": {
              target: "kernel",
              description: "The page is on the bus of the kernel. [MSIX-OWN-2]"
            }
          }
        },
        kernel: {
          description: "The kernel answers what it can. [MSIX-OWN-1]",
          on: {
            "vmm.unregister": {
              target: "returning",
              description: "Userspace takes the page back. [MSIX-OWN-2]"
            }
          }
        },
        returning: {
          description: "The page is off the bus; accesses exit again. [MSIX-OWN-1]",
          on: {
            "vmm.unregistered": {
              target: "userspace",
              description: "Userspace answers. [MSIX-OWN-2]"
            }
          }
        }
      }
    },
    vcpu: {
      description: "The one vCPU that accesses the device.",
      initial: "running",
      states: {
        running: {
          description: "It runs the guest.",
          on: {
            "guest.mask.0": [
              {
                guard: "kernelOwns",
                actions: "return",
                description: "The kernel answers at once. [MSIX-OWN-1]"
              },
              {
                target: "mask_0",
                actions: "exit",
                description: "Nobody in the kernel answers: the vCPU stops. [MSIX-OWN-1]"
              }
            ]
          }
        },
        mask_0: {
          description: "Stopped in guest.mask.0.",
          on: {
            "vmm.complete": {
              target: "running",
              actions: "return",
              description: "Userspace completes the access, whoever owns the page by now. [MSIX-OWN-3]"
            }
          }
        }
      }
    }
  }
});
