import { setup, stateIn, and, or, not } from 'xstate';

export const machine = setup({
  guards: {
    'open': and([stateIn({"capability":{"enable":"enabled"}}), stateIn({"capability":{"functionMask":"clear"}})]),
    'unmasked.0': stateIn({"vector0":{"mask":"unmasked"}}),
    'blocked.0': or([not('open'), not('unmasked.0')]),
    'holds.0.zero': stateIn({"vector0":{"entry":"zero"}}),
    'openHolding.0.zero': and(['open', 'holds.0.zero']),
    'unmaskedHolding.0.zero': and(['unmasked.0', 'holds.0.zero']),
    'holds.0.A': stateIn({"vector0":{"entry":"A"}}),
    'openHolding.0.A': and(['open', 'holds.0.A']),
    'unmaskedHolding.0.A': and(['unmasked.0', 'holds.0.A']),
    'inForce.0.zero': stateIn({"vector0":{"force":"zero"}}),
    'pendingOpenHolding.0.zero': and([stateIn({"vector0":{"pending":"set"}}), 'openHolding.0.zero']),
    'pendingUnmaskedHolding.0.zero': and([stateIn({"vector0":{"pending":"set"}}), 'unmaskedHolding.0.zero']),
    'inForce.0.A': stateIn({"vector0":{"force":"A"}}),
    'pendingOpenHolding.0.A': and([stateIn({"vector0":{"pending":"set"}}), 'openHolding.0.A']),
    'pendingUnmaskedHolding.0.A': and([stateIn({"vector0":{"pending":"set"}}), 'unmaskedHolding.0.A']),
    'in control.off': stateIn({"vcpu":"called_control_off"}),
    'in control.offMasked': stateIn({"vcpu":"called_control_offMasked"}),
    'in control.on': stateIn({"vcpu":"called_control_on"}),
    'in control.onMasked': stateIn({"vcpu":"called_control_onMasked"}),
    'in mask.0': stateIn({"vcpu":"called_mask_0"}),
    'in unmask.0': stateIn({"vcpu":"called_unmask_0"}),
    'in write.0.zero': stateIn({"vcpu":"called_write_0_zero"}),
    'in write.0.A': stateIn({"vcpu":"called_write_0_A"}),
    'in read.0': stateIn({"vcpu":"called_read_0"}),
    'in poll.0': stateIn({"vcpu":"called_poll_0"}),
    'in unmask.0 & pendingOpenHolding.0.zero': and(['in unmask.0', 'pendingOpenHolding.0.zero']),
    'in unmask.0 & pendingOpenHolding.0.A': and(['in unmask.0', 'pendingOpenHolding.0.A']),
    'in control.on & pendingUnmaskedHolding.0.zero': and(['in control.on', 'pendingUnmaskedHolding.0.zero']),
    'in control.on & pendingUnmaskedHolding.0.A': and(['in control.on', 'pendingUnmaskedHolding.0.A']),
    'in unmask.0 & openHolding.0.zero': and(['in unmask.0', 'openHolding.0.zero']),
    'in unmask.0 & openHolding.0.A': and(['in unmask.0', 'openHolding.0.A']),
    'in control.on & unmaskedHolding.0.zero': and(['in control.on', 'unmaskedHolding.0.zero']),
    'in control.on & unmaskedHolding.0.A': and(['in control.on', 'unmaskedHolding.0.A']),
    'pending.0 is set': stateIn({"vector0":{"pending":"set"}}),
    'in poll.0 & pending.0 is set': and(['in poll.0', 'pending.0 is set']),
    'mask.0 is masked': stateIn({"vector0":{"mask":"masked"}}),
    'in read.0 & mask.0 is masked': and(['in read.0', 'mask.0 is masked']),
    'in read.0 & holds.0.zero': and(['in read.0', 'holds.0.zero']),
    'in read.0 & holds.0.A': and(['in read.0', 'holds.0.A']),
  },
  actions: {
    'deliver': (_, _parameters: { vector: number; message: string }) => {},
    'use': (_, _parameters: { vector: number; message: string }) => {},
    'release': (_, _parameters: { vector: number }) => {},
    'send': (_, _parameters: { vector: number; message: string }) => {},
    'answer': (_, _parameters: { vector: number; value: string }) => {},
    'return': (_, _parameters: undefined) => {},
  },
}).createMachine({
  id: "interval",
  type: "parallel",
  description: "The function with a channel, whose accesses take time.",
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
                "access.effect": [
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
                "access.effect": [
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
                "access.effect": [
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
                "access.effect": [
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
                ]
              }
            }
          }
        }
      }
    },
    vector0: {
      type: "parallel",
      description: "Vector 0, independent of every other. [MSIX-MASK-4]",
      states: {
        mask: {
          description: "The Mask Bit, bit 0 of Vector Control. [MSIX-TABLE-3]",
          initial: "masked",
          states: {
            masked: {
              description: "The vector must not send. [MSIX-MASK-2]",
              on: {
                "access.effect": [
                  {
                    target: "unmasked",
                    guard: "in unmask.0"
                  }
                ]
              }
            },
            unmasked: {
              description: "The vector sends, unless the function is disabled or masked. [MSIX-MASK-1]",
              on: {
                "access.effect": [
                  {
                    target: "masked",
                    guard: "in mask.0"
                  }
                ],
                "device.reset": [
                  {
                    target: "masked",
                    description: "Reset sets the Mask Bit. [MSIX-RESET-1]"
                  }
                ]
              }
            }
          }
        },
        entry: {
          description: "Address and data of the entry, as the guest reads them.",
          initial: "zero",
          states: {
            zero: {
              description: "The entry holds zero.",
              on: {
                "access.effect": [
                  {
                    target: "A",
                    description: "A write is read back, blocked or not. [MSIX-MSG-2]",
                    guard: "in write.0.A"
                  }
                ]
              }
            },
            A: {
              description: "The entry holds A.",
              on: {
                "access.effect": [
                  {
                    target: "zero",
                    description: "A write is read back, blocked or not. [MSIX-MSG-2]",
                    guard: "in write.0.zero"
                  }
                ],
                "device.reset": [
                  {
                    target: "zero",
                    description: "Reset leaves zero, by our choice. [MSIX-RESET-4]"
                  }
                ]
              }
            }
          }
        },
        transit: {
          description: "The message in transit. Neither a mask nor a reset calls it back. [MSIX-MSG-5]",
          initial: "none",
          states: {
            none: {
              description: "Everything that was sent has arrived.",
              on: {
                "device.signal.0": [
                  {
                    target: "zero",
                    guard: "inForce.0.zero",
                    actions: [],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "inForce.0.A",
                    actions: [],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  }
                ],
                "access.effect": [
                  {
                    target: "zero",
                    guard: "in unmask.0 & pendingOpenHolding.0.zero",
                    actions: [],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "in unmask.0 & pendingOpenHolding.0.A",
                    actions: [],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "zero",
                    guard: "in control.on & pendingUnmaskedHolding.0.zero",
                    actions: [],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "in control.on & pendingUnmaskedHolding.0.A",
                    actions: [],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  }
                ]
              }
            },
            zero: {
              description: "zero was sent, and has not arrived.",
              on: {
                "device.signal.0": [
                  {
                    target: "zero",
                    guard: "inForce.0.zero",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "inForce.0.A",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  }
                ],
                "access.effect": [
                  {
                    target: "zero",
                    guard: "in unmask.0 & pendingOpenHolding.0.zero",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "in unmask.0 & pendingOpenHolding.0.A",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "zero",
                    guard: "in control.on & pendingUnmaskedHolding.0.zero",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "in control.on & pendingUnmaskedHolding.0.A",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "none",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A read completion does not overtake it. [MSIX-MSG-5]",
                    guard: "in read.0"
                  },
                  {
                    target: "none",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "A read completion does not overtake it. [MSIX-MSG-5]",
                    guard: "in poll.0"
                  }
                ],
                "fabric.arrive.0": [
                  {
                    target: "none",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "zero"
                        }
                      }
                    ],
                    description: "It arrives."
                  }
                ]
              }
            },
            A: {
              description: "A was sent, and has not arrived.",
              on: {
                "device.signal.0": [
                  {
                    target: "zero",
                    guard: "inForce.0.zero",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "inForce.0.A",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  }
                ],
                "access.effect": [
                  {
                    target: "zero",
                    guard: "in unmask.0 & pendingOpenHolding.0.zero",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "in unmask.0 & pendingOpenHolding.0.A",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "zero",
                    guard: "in control.on & pendingUnmaskedHolding.0.zero",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "A",
                    guard: "in control.on & pendingUnmaskedHolding.0.A",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A message leaves the function. [MSIX-MSG-5]"
                  },
                  {
                    target: "none",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A read completion does not overtake it. [MSIX-MSG-5]",
                    guard: "in read.0"
                  },
                  {
                    target: "none",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "A read completion does not overtake it. [MSIX-MSG-5]",
                    guard: "in poll.0"
                  }
                ],
                "fabric.arrive.0": [
                  {
                    target: "none",
                    actions: [
                      {
                        type: "deliver",
                        params: {
                          vector: 0,
                          message: "A"
                        }
                      }
                    ],
                    description: "It arrives."
                  }
                ]
              }
            }
          }
        },
        force: {
          description: "The message in force: the whole entry as it stood at the last unblocking edge. [MSIX-MSG-1]",
          initial: "none",
          states: {
            none: {
              description: "The vector is blocked, and what its entry holds means nothing. [MSIX-MSG-6]",
              on: {
                "access.effect": [
                  {
                    target: "zero",
                    guard: "in unmask.0 & openHolding.0.zero",
                    actions: {
                      type: "use",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]"
                  },
                  {
                    target: "A",
                    guard: "in unmask.0 & openHolding.0.A",
                    actions: {
                      type: "use",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]"
                  },
                  {
                    target: "zero",
                    guard: "in control.on & unmaskedHolding.0.zero",
                    actions: {
                      type: "use",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]"
                  },
                  {
                    target: "A",
                    guard: "in control.on & unmaskedHolding.0.A",
                    actions: {
                      type: "use",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]"
                  }
                ]
              }
            },
            zero: {
              description: "The vector is not blocked, and sends zero, whatever its entry holds now. [MSIX-MSG-2]",
              on: {
                "access.effect": [
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in mask.0"
                  },
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in control.off"
                  },
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in control.offMasked"
                  },
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in control.onMasked"
                  }
                ],
                "device.signal.0": [
                  {
                    actions: {
                      type: "send",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "An event goes out at once, with the message in force. [MSIX-MSG-1]"
                  }
                ],
                "device.refresh.0": [
                  {
                    target: "A",
                    guard: "holds.0.A",
                    description: "The function need not wait for the next edge. [MSIX-MSG-1]"
                  }
                ],
                "device.reset": [
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "Reset blocks the vector. [MSIX-RESET-5] [MSIX-NOTIFY-1]"
                  }
                ]
              }
            },
            A: {
              description: "The vector is not blocked, and sends A, whatever its entry holds now. [MSIX-MSG-2]",
              on: {
                "access.effect": [
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in mask.0"
                  },
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in control.off"
                  },
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in control.offMasked"
                  },
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "The vector becomes blocked. [MSIX-NOTIFY-1]",
                    guard: "in control.onMasked"
                  }
                ],
                "device.signal.0": [
                  {
                    actions: {
                      type: "send",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "An event goes out at once, with the message in force. [MSIX-MSG-1]"
                  }
                ],
                "device.refresh.0": [
                  {
                    target: "zero",
                    guard: "holds.0.zero",
                    description: "The function need not wait for the next edge. [MSIX-MSG-1]"
                  }
                ],
                "device.reset": [
                  {
                    target: "none",
                    actions: {
                      type: "release",
                      params: {
                        vector: 0
                      }
                    },
                    description: "Reset blocks the vector. [MSIX-RESET-5] [MSIX-NOTIFY-1]"
                  }
                ]
              }
            }
          }
        },
        pending: {
          description: "The Pending bit. It holds events while the vector is blocked, however many. [MSIX-PEND-4]",
          initial: "clear",
          states: {
            clear: {
              description: "No event waits.",
              on: {
                "device.signal.0": [
                  {
                    target: "set",
                    guard: "blocked.0",
                    description: "An event of a blocked vector is held, also while disabled. [MSIX-PEND-1] [MSIX-ENABLE-2]"
                  }
                ]
              }
            },
            set: {
              description: "An event waits, and polling shows it. [MSIX-PBA-4]",
              on: {
                "access.effect": [
                  {
                    target: "clear",
                    guard: "in unmask.0 & openHolding.0.zero",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]"
                  },
                  {
                    target: "clear",
                    guard: "in unmask.0 & openHolding.0.A",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]"
                  },
                  {
                    target: "clear",
                    guard: "in control.on & unmaskedHolding.0.zero",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0,
                        message: "zero"
                      }
                    },
                    description: "The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]"
                  },
                  {
                    target: "clear",
                    guard: "in control.on & unmaskedHolding.0.A",
                    actions: {
                      type: "send",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "The held event goes out, once. [MSIX-PEND-2] [MSIX-PEND-5]"
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
                    description: "Reset clears the Pending bit. [MSIX-RESET-1]"
                  }
                ]
              }
            }
          }
        }
      }
    },
    answers0: {
      type: "parallel",
      description: "What a read of entry 0 answers.",
      states: {
        pending: {
          description: "The pending, as it is read.",
          initial: "shown",
          states: {
            shown: {
              description: "It is read as it stands.",
              on: {
                "access.effect": [
                  {
                    guard: "in poll.0 & pending.0 is set",
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "pending"
                      }
                    },
                    description: "It is read as it stands."
                  },
                  {
                    guard: "in poll.0",
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "quiet"
                      }
                    },
                    description: "It is read as it stands."
                  }
                ]
              }
            }
          }
        },
        mask: {
          description: "The mask, as it is read.",
          initial: "shown",
          states: {
            shown: {
              description: "It is read as it stands.",
              on: {
                "access.effect": [
                  {
                    guard: "in read.0 & mask.0 is masked",
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "masked"
                      }
                    },
                    description: "It is read as it stands."
                  },
                  {
                    guard: "in read.0",
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "unmasked"
                      }
                    },
                    description: "It is read as it stands."
                  }
                ]
              }
            }
          }
        },
        entry: {
          description: "The entry, as it is read.",
          initial: "shown",
          states: {
            shown: {
              description: "It is read as it stands.",
              on: {
                "access.effect": [
                  {
                    guard: "in read.0 & holds.0.zero",
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "zero"
                      }
                    },
                    description: "It is read as it stands."
                  },
                  {
                    guard: "in read.0 & holds.0.A",
                    actions: {
                      type: "answer",
                      params: {
                        vector: 0,
                        value: "A"
                      }
                    },
                    description: "It is read as it stands."
                  }
                ]
              }
            }
          }
        }
      }
    },
    vcpu: {
      description: "The one vCPU that accesses the function.",
      initial: "idle",
      states: {
        idle: {
          description: "No access is under way.",
          on: {
            "guest.control.off": {
              target: "called_control_off",
              description: "It is called."
            },
            "guest.control.offMasked": {
              target: "called_control_offMasked",
              description: "It is called."
            },
            "guest.control.on": {
              target: "called_control_on",
              description: "It is called."
            },
            "guest.control.onMasked": {
              target: "called_control_onMasked",
              description: "It is called."
            },
            "guest.mask.0": {
              target: "called_mask_0",
              description: "It is called."
            },
            "guest.unmask.0": {
              target: "called_unmask_0",
              description: "It is called."
            },
            "guest.write.0.zero": {
              target: "called_write_0_zero",
              description: "It is called."
            },
            "guest.write.0.A": {
              target: "called_write_0_A",
              description: "It is called."
            },
            "guest.read.0": {
              target: "called_read_0",
              description: "It is called."
            },
            "guest.poll.0": {
              target: "called_poll_0",
              description: "It is called."
            }
          }
        },
        called_control_off: {
          description: "guest.control.off is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_control_offMasked: {
          description: "guest.control.offMasked is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_control_on: {
          description: "guest.control.on is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_control_onMasked: {
          description: "guest.control.onMasked is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_mask_0: {
          description: "guest.mask.0 is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_unmask_0: {
          description: "guest.unmask.0 is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_write_0_zero: {
          description: "guest.write.0.zero is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_write_0_A: {
          description: "guest.write.0.A is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_read_0: {
          description: "guest.read.0 is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        called_poll_0: {
          description: "guest.poll.0 is called.",
          on: {
            "access.effect": {
              target: "done",
              description: "It takes effect."
            }
          }
        },
        done: {
          description: "It has taken effect.",
          on: {
            "access.return": {
              target: "idle",
              actions: "return",
              description: "It is complete."
            }
          }
        }
      }
    }
  }
});
