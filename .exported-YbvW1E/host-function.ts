import { setup, stateIn, and, not } from 'xstate';

export const machine = setup({
  guards: {
    'unmasked.0': stateIn({"vector0":{"mask":"unmasked"}}),
    'masked.0': not('unmasked.0'),
    'pending.0': stateIn({"vector0":{"pending":"set"}}),
    'masked.0 & pending.0': and(['masked.0', 'pending.0']),
  },
  actions: {
    'send': (_, _parameters: { vector: number }) => {},
    'interrupt': (_, _parameters: { vector: number }) => {},
  },
}).createMachine({
  id: "host-function",
  type: "parallel",
  description: "The physical function with 1 vector, as its host has it.",
  states: {
    vector0: {
      type: "parallel",
      states: {
        flight: {
          description: "A message on its way from the device to the host. Another event coalesces with it. [MSIX-ASSIGN-6]",
          initial: "none",
          states: {
            none: {
              description: "Nothing is on its way.",
              on: {
                "device.signal.0": {
                  target: "flying",
                  guard: "unmasked.0",
                  actions: {
                    type: "send",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The device sends."
                },
                "host.unmask.0": {
                  target: "flying",
                  actions: {
                    type: "send",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The event that was held goes out. [MSIX-PEND-2]",
                  guard: "masked.0 & pending.0"
                }
              }
            },
            flying: {
              description: "It arrives sooner or later; no mask calls it back. [MSIX-ASSIGN-6]",
              on: {
                "fabric.arrive.0": [
                  {
                    target: "none",
                    actions: {
                      type: "interrupt",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The host is interrupted."
                  }
                ],
                "host.read": [
                  {
                    target: "none",
                    actions: {
                      type: "interrupt",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The host is interrupted."
                  }
                ]
              }
            }
          }
        },
        pending: {
          description: "The Pending bit of the device.",
          initial: "clear",
          states: {
            clear: {
              description: "No event waits.",
              on: {
                "device.signal.0": {
                  target: "set",
                  guard: "masked.0",
                  description: "An event of a blocked vector is held. [MSIX-PEND-1]"
                }
              }
            },
            set: {
              description: "An event waits.",
              on: {
                "host.unmask.0": {
                  target: "clear",
                  description: "The event that was held goes out. [MSIX-PEND-2]",
                  guard: "masked.0"
                },
                "device.retire.0": {
                  target: "clear",
                  description: "The cause is gone. [MSIX-PEND-3]"
                }
              }
            }
          }
        },
        mask: {
          description: "The host's own Mask Bit.",
          initial: "masked",
          states: {
            masked: {
              description: "The vector must not send.",
              on: {
                "host.unmask.0": "unmasked"
              }
            },
            unmasked: {
              description: "The vector sends.",
              on: {
                "host.mask.0": "masked"
              }
            }
          }
        }
      }
    }
  }
});
