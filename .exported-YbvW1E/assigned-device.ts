import { setup, stateIn, and, not } from 'xstate';

export const machine = setup({
  guards: {
    'enabled': stateIn({"capability":{"enable":"enabled"}}),
    'open': and([stateIn({"capability":{"enable":"enabled"}}), stateIn({"capability":{"functionMask":"clear"}})]),
    'closed': not('open'),
    'kernelOwns': stateIn({"ownership":"kernel"}),
    'userspaceOwns': stateIn({"ownership":"userspace"}),
    'removed': stateIn({"ownership":"removed"}),
    'assigned': not('removed'),
    'running': stateIn({"vcpu":"running"}),
    'in control.off': stateIn({"vcpu":"control_off"}),
    'in control.offMasked': stateIn({"vcpu":"control_offMasked"}),
    'in control.on': stateIn({"vcpu":"control_on"}),
    'in control.onMasked': stateIn({"vcpu":"control_onMasked"}),
    'in mask.0': stateIn({"vcpu":"mask_0"}),
    'in unmask.0': stateIn({"vcpu":"unmask_0"}),
    'in write.0.zero': stateIn({"vcpu":"write_0_zero"}),
    'in write.0.A': stateIn({"vcpu":"write_0_A"}),
    'in read.0': stateIn({"vcpu":"read_0"}),
    'in poll.0': stateIn({"vcpu":"poll_0"}),
    'unmasked.0': stateIn({"vector0":{"mask":"unmasked"}}),
    'masked.0': not('unmasked.0'),
    'pending.0': stateIn({"vector0":{"pending":"set"}}),
    'flying.0': stateIn({"vector0":{"flight":"flying"}}),
    'holds.0.zero': stateIn({"vector0":{"entry":"zero"}}),
    'force.0.zero': stateIn({"vector0":{"force":"zero"}}),
    'holds.0.A': stateIn({"vector0":{"entry":"A"}}),
    'force.0.A': stateIn({"vector0":{"force":"A"}}),
    'live.0': and(['open', 'unmasked.0']),
    'blocked.0': not('live.0'),
    'open & masked.0': and(['open', 'masked.0']),
    'closed & unmasked.0': and(['closed', 'unmasked.0']),
    'open & masked.0 & pending.0': and(['open', 'masked.0', 'pending.0']),
    'closed & unmasked.0 & pending.0': and(['closed', 'unmasked.0', 'pending.0']),
    'running & kernelOwns': and(['running', 'kernelOwns']),
    'running & kernelOwns & open & masked.0 & pending.0': and(['running', 'kernelOwns', 'open', 'masked.0', 'pending.0']),
    'in unmask.0 & open & masked.0 & pending.0': and(['in unmask.0', 'open', 'masked.0', 'pending.0']),
    'in control.on & closed & unmasked.0 & pending.0': and(['in control.on', 'closed', 'unmasked.0', 'pending.0']),
    'running & kernelOwns & force.0.zero': and(['running', 'kernelOwns', 'force.0.zero']),
    'running & kernelOwns & force.0.A': and(['running', 'kernelOwns', 'force.0.A']),
    'in read.0 & force.0.zero': and(['in read.0', 'force.0.zero']),
    'in read.0 & force.0.A': and(['in read.0', 'force.0.A']),
    'in poll.0 & force.0.zero': and(['in poll.0', 'force.0.zero']),
    'in poll.0 & force.0.A': and(['in poll.0', 'force.0.A']),
    'in control.off & force.0.zero': and(['in control.off', 'force.0.zero']),
    'in control.off & force.0.A': and(['in control.off', 'force.0.A']),
    'in control.offMasked & force.0.zero': and(['in control.offMasked', 'force.0.zero']),
    'in control.offMasked & force.0.A': and(['in control.offMasked', 'force.0.A']),
    'in control.onMasked & force.0.zero': and(['in control.onMasked', 'force.0.zero']),
    'in control.onMasked & force.0.A': and(['in control.onMasked', 'force.0.A']),
    'running & kernelOwns & open & masked.0': and(['running', 'kernelOwns', 'open', 'masked.0']),
    'in unmask.0 & open & masked.0': and(['in unmask.0', 'open', 'masked.0']),
    'in control.on & closed & unmasked.0': and(['in control.on', 'closed', 'unmasked.0']),
    'running & kernelOwns & pending.0': and(['running', 'kernelOwns', 'pending.0']),
    'in poll.0 & pending.0': and(['in poll.0', 'pending.0']),
    'open & masked.0 & holds.0.A': and(['open', 'masked.0', 'holds.0.A']),
    'closed & unmasked.0 & holds.0.A': and(['closed', 'unmasked.0', 'holds.0.A']),
    'open & masked.0 & holds.0.zero': and(['open', 'masked.0', 'holds.0.zero']),
    'closed & unmasked.0 & holds.0.zero': and(['closed', 'unmasked.0', 'holds.0.zero']),
    'running & kernelOwns & open & masked.0 & holds.0.A': and(['running', 'kernelOwns', 'open', 'masked.0', 'holds.0.A']),
    'in unmask.0 & open & masked.0 & holds.0.A': and(['in unmask.0', 'open', 'masked.0', 'holds.0.A']),
    'in control.on & closed & unmasked.0 & holds.0.A': and(['in control.on', 'closed', 'unmasked.0', 'holds.0.A']),
    'running & kernelOwns & open & masked.0 & holds.0.zero': and(['running', 'kernelOwns', 'open', 'masked.0', 'holds.0.zero']),
    'in unmask.0 & open & masked.0 & holds.0.zero': and(['in unmask.0', 'open', 'masked.0', 'holds.0.zero']),
    'in control.on & closed & unmasked.0 & holds.0.zero': and(['in control.on', 'closed', 'unmasked.0', 'holds.0.zero']),
  },
  actions: {
    'send': (_, _parameters: { vector: number }) => {},
    'deliver': (_, _parameters: { vector: number; message: string }) => {},
    'answer': (_, _parameters: { vector: number; value: string }) => {},
    'exit': (_, _parameters: undefined) => {},
    'return': (_, _parameters: undefined) => {},
  },
}).createMachine({
  id: "assigned-device",
  type: "parallel",
  description: "An assigned device with 1 vector: what the review asks for.",
  states: {
    capability: {
      type: "parallel",
      description: "Message Control. One write sets both of its writable bits. [MSIX-ENABLE-6]",
      schemas: undefined,
      states: {
        enable: {
          description: "MSI-X Enable, bit 15. [MSIX-CAP-5]",
          initial: "disabled",
          states: {
            disabled: {
              description: "The function must not use MSI-X. [MSIX-ENABLE-1]",
              on: {
                "vmm.complete": [
                  {
                    target: "enabled",
                    description: "The guest sets the bit. [MSIX-CAP-5]",
                    guard: "in control.on"
                  },
                  {
                    target: "enabled",
                    description: "The guest sets the bit. [MSIX-CAP-5]",
                    guard: "in control.onMasked"
                  }
                ]
              }
            },
            enabled: {
              description: "The function may use MSI-X, and must not use INTx. [MSIX-ENABLE-4]",
              on: {
                "vmm.complete": [
                  {
                    target: "disabled",
                    description: "The table is kept. [MSIX-ENABLE-3]",
                    guard: "in control.off"
                  },
                  {
                    target: "disabled",
                    description: "The table is kept. [MSIX-ENABLE-3]",
                    guard: "in control.offMasked"
                  }
                ],
                "device.reset": [
                  {
                    target: "disabled",
                    description: "Reset disables MSI-X. [MSIX-RESET-1]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "disabled",
                    description: "It begins again with the next owner. [MSIX-ASSIGN-16]"
                  }
                ]
              }
            }
          }
        },
        functionMask: {
          description: "Function Mask, bit 14. [MSIX-CAP-4]",
          initial: "clear",
          states: {
            clear: {
              description: "Each vector's own Mask Bit decides. [MSIX-MASK-1]",
              on: {
                "vmm.complete": [
                  {
                    target: "set",
                    description: "The guest sets the bit. [MSIX-CAP-4]",
                    guard: "in control.offMasked"
                  },
                  {
                    target: "set",
                    description: "The guest sets the bit. [MSIX-CAP-4]",
                    guard: "in control.onMasked"
                  }
                ]
              }
            },
            set: {
              description: "All vectors are masked, whatever their own Mask Bits say. [MSIX-MASK-1]",
              on: {
                "vmm.complete": [
                  {
                    target: "clear",
                    description: "The Mask Bits are as they were. [MSIX-MASK-3]",
                    guard: "in control.off"
                  },
                  {
                    target: "clear",
                    description: "The Mask Bits are as they were. [MSIX-MASK-3]",
                    guard: "in control.on"
                  }
                ],
                "device.reset": [
                  {
                    target: "clear",
                    description: "Reset clears Function Mask. [MSIX-RESET-1]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "clear",
                    description: "It begins again with the next owner. [MSIX-ASSIGN-16]"
                  }
                ]
              }
            }
          }
        }
      }
    },
    vector0: {
      type: "parallel",
      description: "Vector 0.",
      states: {
        flight: {
          description: "A message on its way from the device to the host. Another event coalesces with it. [MSIX-ASSIGN-6]",
          initial: "none",
          states: {
            none: {
              description: "Nothing is on its way.",
              on: {
                "device.signal.0": [
                  {
                    target: "flying",
                    guard: "live.0",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The device sends."
                  }
                ],
                "guest.unmask.0": [
                  {
                    target: "flying",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The event that was held goes out. [MSIX-PEND-2]",
                    guard: "running & kernelOwns & open & masked.0 & pending.0"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "flying",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The event that was held goes out. [MSIX-PEND-2]",
                    guard: "in unmask.0 & open & masked.0 & pending.0"
                  },
                  {
                    target: "flying",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The event that was held goes out. [MSIX-PEND-2]",
                    guard: "in control.on & closed & unmasked.0 & pending.0"
                  }
                ]
              }
            },
            flying: {
              description: "It arrives sooner or later; no mask calls it back. [MSIX-ASSIGN-6]",
              on: {
                "fabric.arrive.0": [
                  {
                    target: "none",
                    guard: "force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  }
                ],
                "guest.read.0": [
                  {
                    target: "none",
                    guard: "running & kernelOwns & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "running & kernelOwns & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "none",
                    guard: "in read.0 & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in read.0 & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in poll.0 & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in poll.0 & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in control.off & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in control.off & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in control.offMasked & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in control.offMasked & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in control.onMasked & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "in control.onMasked & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  }
                ],
                "guest.poll.0": [
                  {
                    target: "none",
                    guard: "running & kernelOwns & force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "running & kernelOwns & force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  }
                ],
                "device.reset": [
                  {
                    target: "none",
                    guard: "force.0.zero",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  },
                  {
                    target: "none",
                    guard: "force.0.A",
                    actions: {
                      type: "deliver",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "It is injected from address and data. [MSIX-ASSIGN-4]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "none",
                    guard: "assigned",
                    description: "It is lost with all the others. [MSIX-POSTED-4] [MSIX-ASSIGN-16]"
                  }
                ],
                "vmm.assign": [
                  {
                    target: "none",
                    guard: "removed",
                    description: "It is lost with all the others. [MSIX-POSTED-4] [MSIX-ASSIGN-16]"
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
                "device.signal.0": [
                  {
                    target: "set",
                    guard: "blocked.0",
                    description: "An event of a blocked vector is held. [MSIX-PEND-1]"
                  }
                ]
              }
            },
            set: {
              description: "An event waits.",
              on: {
                "guest.unmask.0": [
                  {
                    target: "clear",
                    description: "The event that was held goes out. [MSIX-PEND-2]",
                    guard: "running & kernelOwns & open & masked.0"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "clear",
                    description: "The event that was held goes out. [MSIX-PEND-2]",
                    guard: "in unmask.0 & open & masked.0"
                  },
                  {
                    target: "clear",
                    description: "The event that was held goes out. [MSIX-PEND-2]",
                    guard: "in control.on & closed & unmasked.0"
                  }
                ],
                "device.retire.0": [
                  {
                    target: "clear",
                    description: "The cause is gone. [MSIX-PEND-3]"
                  }
                ],
                "device.reset": [
                  {
                    target: "clear",
                    description: "A reset clears it. [MSIX-RESET-1]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "clear",
                    guard: "assigned",
                    description: "It is lost with all the others. [MSIX-POSTED-4] [MSIX-ASSIGN-16]"
                  }
                ],
                "vmm.assign": [
                  {
                    target: "clear",
                    guard: "removed",
                    description: "It is lost with all the others. [MSIX-POSTED-4] [MSIX-ASSIGN-16]"
                  }
                ]
              }
            }
          }
        },
        pba: {
          description: "The Pending bit, as the guest reads it.",
          initial: "shown",
          states: {
            shown: {
              description: "The Pending bit, as it is read from the device's own page.",
              on: {
                "guest.poll.0": [
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "pending"
                      }
                    },
                    description: "Polling shows what waits. [MSIX-PBA-4]",
                    guard: "running & kernelOwns & pending.0"
                  },
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "quiet"
                      }
                    },
                    description: "Nothing waits.",
                    guard: "running & kernelOwns"
                  }
                ],
                "vmm.complete": [
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "pending"
                      }
                    },
                    description: "Polling shows what waits. [MSIX-PBA-4]",
                    guard: "in poll.0 & pending.0"
                  },
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "quiet"
                      }
                    },
                    description: "Nothing waits.",
                    guard: "in poll.0"
                  }
                ]
              }
            }
          }
        },
        mask: {
          description: "The Mask Bit. [MSIX-TABLE-3]",
          initial: "masked",
          states: {
            masked: {
              description: "The vector must not send. [MSIX-MASK-2]",
              on: {
                "guest.unmask.0": [
                  {
                    target: "unmasked",
                    description: "The guest unmasks. [MSIX-ASSIGN-5]",
                    guard: "running & kernelOwns"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "unmasked",
                    description: "The guest unmasks. [MSIX-ASSIGN-5]",
                    guard: "in unmask.0"
                  },
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "masked"
                      }
                    },
                    description: "The Mask Bit is read back.",
                    guard: "in read.0"
                  }
                ],
                "guest.read.0": [
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "masked"
                      }
                    },
                    description: "The Mask Bit is read back.",
                    guard: "running & kernelOwns"
                  }
                ]
              }
            },
            unmasked: {
              description: "The vector sends, unless the function is disabled or masked. [MSIX-MASK-1]",
              on: {
                "guest.mask.0": [
                  {
                    target: "masked",
                    description: "The guest masks. [MSIX-ASSIGN-5]",
                    guard: "running & kernelOwns"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "masked",
                    description: "The guest masks. [MSIX-ASSIGN-5]",
                    guard: "in mask.0"
                  },
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "unmasked"
                      }
                    },
                    description: "The Mask Bit is read back.",
                    guard: "in read.0"
                  }
                ],
                "guest.read.0": [
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "unmasked"
                      }
                    },
                    description: "The Mask Bit is read back.",
                    guard: "running & kernelOwns"
                  }
                ],
                "device.reset": [
                  {
                    target: "masked",
                    description: "It begins again. [MSIX-RESET-1] [MSIX-ASSIGN-16]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "masked",
                    description: "It begins again. [MSIX-RESET-1] [MSIX-ASSIGN-16]"
                  }
                ]
              }
            }
          }
        },
        entry: {
          description: "Address and data of the entry.",
          initial: "zero",
          states: {
            zero: {
              description: "It is zero.",
              on: {
                "guest.write.0.A": [
                  {
                    target: "A",
                    guard: "running & kernelOwns",
                    description: "A write is kept, blocked or not. [MSIX-ASSIGN-7]"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "A",
                    guard: "in write.0.A",
                    description: "A write is kept, blocked or not. [MSIX-ASSIGN-7]"
                  },
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "zero"
                      }
                    },
                    description: "The entry is read back.",
                    guard: "in read.0"
                  }
                ],
                "guest.read.0": [
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "zero"
                      }
                    },
                    description: "The entry is read back.",
                    guard: "running & kernelOwns"
                  }
                ]
              }
            },
            A: {
              description: "It is A.",
              on: {
                "guest.write.0.zero": [
                  {
                    target: "zero",
                    guard: "running & kernelOwns",
                    description: "A write is kept, blocked or not. [MSIX-ASSIGN-7]"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "zero",
                    guard: "in write.0.zero",
                    description: "A write is kept, blocked or not. [MSIX-ASSIGN-7]"
                  },
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "A"
                      }
                    },
                    description: "The entry is read back.",
                    guard: "in read.0"
                  }
                ],
                "guest.read.0": [
                  {
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "A"
                      }
                    },
                    description: "The entry is read back.",
                    guard: "running & kernelOwns"
                  }
                ],
                "device.reset": [
                  {
                    target: "zero",
                    description: "It begins again. [MSIX-RESET-1] [MSIX-ASSIGN-16]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "zero",
                    description: "It begins again. [MSIX-RESET-1] [MSIX-ASSIGN-16]"
                  }
                ]
              }
            }
          }
        },
        force: {
          description: "The message in force: the whole entry as it stood at the last unblocking edge. [MSIX-MSG-1]",
          initial: "zero",
          states: {
            zero: {
              description: "It is zero.",
              on: {
                "guest.unmask.0": [
                  {
                    target: "A",
                    guard: "running & kernelOwns & open & masked.0 & holds.0.A",
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "A",
                    guard: "in unmask.0 & open & masked.0 & holds.0.A",
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]"
                  },
                  {
                    target: "A",
                    guard: "in control.on & closed & unmasked.0 & holds.0.A",
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]"
                  }
                ]
              }
            },
            A: {
              description: "It is A.",
              on: {
                "guest.unmask.0": [
                  {
                    target: "zero",
                    guard: "running & kernelOwns & open & masked.0 & holds.0.zero",
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]"
                  }
                ],
                "vmm.complete": [
                  {
                    target: "zero",
                    guard: "in unmask.0 & open & masked.0 & holds.0.zero",
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]"
                  },
                  {
                    target: "zero",
                    guard: "in control.on & closed & unmasked.0 & holds.0.zero",
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-ASSIGN-7]"
                  }
                ],
                "device.reset": [
                  {
                    target: "zero",
                    description: "It begins again. [MSIX-RESET-1] [MSIX-ASSIGN-16]"
                  }
                ],
                "vmm.remove": [
                  {
                    target: "zero",
                    description: "It begins again. [MSIX-RESET-1] [MSIX-ASSIGN-16]"
                  }
                ]
              }
            }
          }
        }
      }
    },
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
            },
            "vmm.remove": {
              target: "removed",
              description: "The page is taken off with the device. [MSIX-ASSIGN-16]"
            }
          }
        },
        registering: {
          description: "The kernel prepares; accesses still exit. [MSIX-OWN-1]",
          on: {
            "vmm.registered": {
              target: "kernel",
              description: "The page is on the bus of the kernel. [MSIX-OWN-2]"
            },
            "device.reset": {
              target: "userspace",
              description: "The page is userspace's again: a reset takes the addresses away. [MSIX-ASSIGN-12]"
            },
            "vmm.remove": {
              target: "removed",
              description: "The page is taken off with the device. [MSIX-ASSIGN-16]"
            }
          }
        },
        kernel: {
          description: "The kernel answers what it can. [MSIX-OWN-1]",
          on: {
            "vmm.unregister": {
              target: "returning",
              description: "Userspace takes the page back. [MSIX-OWN-2]"
            },
            "device.reset": {
              target: "userspace",
              description: "The page is userspace's again: a reset takes the addresses away. [MSIX-ASSIGN-12]"
            },
            "vmm.remove": {
              target: "removed",
              description: "The page is taken off with the device. [MSIX-ASSIGN-16]"
            }
          }
        },
        returning: {
          description: "The page is off the bus; accesses exit again. [MSIX-OWN-1]",
          on: {
            "vmm.unregistered": {
              target: "userspace",
              description: "Userspace answers. [MSIX-OWN-2]"
            },
            "device.reset": {
              target: "userspace",
              description: "The page is userspace's again: a reset takes the addresses away. [MSIX-ASSIGN-12]"
            },
            "vmm.remove": {
              target: "removed",
              description: "The page is taken off with the device. [MSIX-ASSIGN-16]"
            }
          }
        },
        removed: {
          description: "There is no device, and nobody answers. [MSIX-ASSIGN-16]",
          on: {
            "vmm.assign": {
              target: "userspace",
              description: "A device is assigned with its page at userspace."
            }
          }
        }
      }
    },
    vcpu: {
      description: "A vCPU that accesses the device.",
      initial: "running",
      states: {
        running: {
          description: "It runs the guest.",
          on: {
            "guest.control.off": {
              target: "control_off",
              guard: "assigned",
              actions: {
                type: "exit"
              },
              description: "Nobody in the kernel answers: the vCPU stops."
            },
            "guest.control.offMasked": {
              target: "control_offMasked",
              guard: "assigned",
              actions: {
                type: "exit"
              },
              description: "Nobody in the kernel answers: the vCPU stops."
            },
            "guest.control.on": {
              target: "control_on",
              guard: "assigned",
              actions: {
                type: "exit"
              },
              description: "Nobody in the kernel answers: the vCPU stops."
            },
            "guest.control.onMasked": {
              target: "control_onMasked",
              guard: "assigned",
              actions: {
                type: "exit"
              },
              description: "Nobody in the kernel answers: the vCPU stops."
            },
            "guest.mask.0": [
              {
                guard: "kernelOwns",
                actions: {
                  type: "return"
                },
                description: "The kernel answers at once."
              },
              {
                target: "mask_0",
                guard: "assigned",
                actions: {
                  type: "exit"
                },
                description: "Nobody in the kernel answers: the vCPU stops."
              }
            ],
            "guest.unmask.0": [
              {
                guard: "kernelOwns",
                actions: {
                  type: "return"
                },
                description: "The kernel answers at once."
              },
              {
                target: "unmask_0",
                guard: "assigned",
                actions: {
                  type: "exit"
                },
                description: "Nobody in the kernel answers: the vCPU stops."
              }
            ],
            "guest.write.0.zero": [
              {
                guard: "kernelOwns",
                actions: {
                  type: "return"
                },
                description: "The kernel answers at once."
              },
              {
                target: "write_0_zero",
                guard: "assigned",
                actions: {
                  type: "exit"
                },
                description: "Nobody in the kernel answers: the vCPU stops."
              }
            ],
            "guest.write.0.A": [
              {
                guard: "kernelOwns",
                actions: {
                  type: "return"
                },
                description: "The kernel answers at once."
              },
              {
                target: "write_0_A",
                guard: "assigned",
                actions: {
                  type: "exit"
                },
                description: "Nobody in the kernel answers: the vCPU stops."
              }
            ],
            "guest.read.0": [
              {
                guard: "kernelOwns",
                actions: {
                  type: "return"
                },
                description: "The kernel answers at once."
              },
              {
                target: "read_0",
                guard: "assigned",
                actions: {
                  type: "exit"
                },
                description: "Nobody in the kernel answers: the vCPU stops."
              }
            ],
            "guest.poll.0": [
              {
                guard: "kernelOwns",
                actions: {
                  type: "return"
                },
                description: "The kernel answers at once."
              },
              {
                target: "poll_0",
                guard: "assigned",
                actions: {
                  type: "exit"
                },
                description: "Nobody in the kernel answers: the vCPU stops."
              }
            ]
          }
        },
        control_off: {
          description: "Stopped in guest.control.off.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        control_offMasked: {
          description: "Stopped in guest.control.offMasked.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        control_on: {
          description: "Stopped in guest.control.on.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        control_onMasked: {
          description: "Stopped in guest.control.onMasked.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        mask_0: {
          description: "Stopped in guest.mask.0.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        unmask_0: {
          description: "Stopped in guest.unmask.0.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        write_0_zero: {
          description: "Stopped in guest.write.0.zero.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        write_0_A: {
          description: "Stopped in guest.write.0.A.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "device.reset": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            },
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        read_0: {
          description: "Stopped in guest.read.0.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        poll_0: {
          description: "Stopped in guest.poll.0.",
          on: {
            "vmm.complete": [
              {
                target: "running",
                guard: undefined,
                actions: {
                  type: "return"
                },
                description: "Userspace completes the access. [MSIX-OWN-3]"
              }
            ],
            "vmm.remove": {
              target: "void",
              description: "Nothing of the access is done any more. [MSIX-ASSIGN-15]"
            }
          }
        },
        void: {
          description: "Stopped in an access from before a reset or a removal. [MSIX-ASSIGN-15]",
          on: {
            "vmm.complete": {
              target: "running",
              actions: {
                type: "return"
              },
              description: "It returns, and does nothing."
            }
          }
        }
      }
    }
  }
});
