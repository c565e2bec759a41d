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
  },
  actions: {
    'use': (_, _parameters: { vector: number; message: string }) => {},
    'release': (_, _parameters: { vector: number }) => {},
    'send': (_, _parameters: { vector: number; message: string }) => {},
  },
}).createMachine({
  id: "function",
  type: "parallel",
  description: "The MSI-X of one function with 1 vector, as its guest may see it.",
  states: {
    capability: {
      type: "parallel",
      description: "Message Control. One write sets both of its writable bits. [MSIX-ENABLE-6]",
      states: {
        enable: {
          description: "MSI-X Enable, bit 15. [MSIX-CAP-5]",
          initial: "disabled",
          states: {
            disabled: {
              description: "The function must not use MSI-X. [MSIX-ENABLE-1]",
              on: {
                "guest.control.on": {
                  target: "enabled",
                  description: "The guest sets the bit. [MSIX-CAP-5]"
                },
                "guest.control.onMasked": {
                  target: "enabled",
                  description: "The guest sets the bit. [MSIX-CAP-5]"
                }
              }
            },
            enabled: {
              description: "The function may use MSI-X, and must not use INTx. [MSIX-ENABLE-4]",
              on: {
                "guest.control.off": {
                  target: "disabled",
                  description: "The table is kept. [MSIX-ENABLE-3]"
                },
                "guest.control.offMasked": {
                  target: "disabled",
                  description: "The table is kept. [MSIX-ENABLE-3]"
                },
                "device.reset": {
                  target: "disabled",
                  description: "Reset disables MSI-X. [MSIX-RESET-1]"
                }
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
                "guest.control.offMasked": {
                  target: "set",
                  description: "The guest sets the bit. [MSIX-CAP-4]"
                },
                "guest.control.onMasked": {
                  target: "set",
                  description: "The guest sets the bit. [MSIX-CAP-4]"
                }
              }
            },
            set: {
              description: "All vectors are masked, whatever their own Mask Bits say. [MSIX-MASK-1]",
              on: {
                "guest.control.off": {
                  target: "clear",
                  description: "The Mask Bits are as they were. [MSIX-MASK-3]"
                },
                "guest.control.on": {
                  target: "clear",
                  description: "The Mask Bits are as they were. [MSIX-MASK-3]"
                },
                "device.reset": {
                  target: "clear",
                  description: "Reset clears Function Mask. [MSIX-RESET-1]"
                }
              }
            }
          }
        }
      },
      schemas: undefined
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
                "guest.unmask.0": "unmasked"
              }
            },
            unmasked: {
              description: "The vector sends, unless the function is disabled or masked. [MSIX-MASK-1]",
              on: {
                "guest.mask.0": "masked",
                "device.reset": {
                  target: "masked",
                  description: "Reset sets the Mask Bit. [MSIX-RESET-1]"
                }
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
                "guest.write.0.A": {
                  target: "A",
                  description: "A write is read back, blocked or not. [MSIX-MSG-2]"
                }
              }
            },
            A: {
              description: "The entry holds A.",
              on: {
                "guest.write.0.zero": {
                  target: "zero",
                  description: "A write is read back, blocked or not. [MSIX-MSG-2]"
                },
                "device.reset": {
                  target: "zero",
                  description: "Reset leaves zero, by our choice. [MSIX-RESET-4]"
                }
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
                "guest.unmask.0": [
                  {
                    target: "zero",
                    guard: "openHolding.0.zero",
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
                    guard: "openHolding.0.A",
                    actions: {
                      type: "use",
                      params: {
                        vector: 0,
                        message: "A"
                      }
                    },
                    description: "The whole entry comes into force. [MSIX-MSG-1] [MSIX-NOTIFY-1]"
                  }
                ],
                "guest.control.on": [
                  {
                    target: "zero",
                    guard: "unmaskedHolding.0.zero",
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
                    guard: "unmaskedHolding.0.A",
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
                "guest.mask.0": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "guest.control.off": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "guest.control.offMasked": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "guest.control.onMasked": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "device.signal.0": {
                  actions: {
                    type: "send",
                    params: {
                      vector: 0,
                      message: "zero"
                    }
                  },
                  description: "An event goes out at once, with the message in force. [MSIX-MSG-1]"
                },
                "device.reset": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "Reset blocks the vector. [MSIX-RESET-5] [MSIX-NOTIFY-1]"
                }
              }
            },
            A: {
              description: "The vector is not blocked, and sends A, whatever its entry holds now. [MSIX-MSG-2]",
              on: {
                "guest.mask.0": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "guest.control.off": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "guest.control.offMasked": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "guest.control.onMasked": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "The vector becomes blocked. [MSIX-NOTIFY-1]"
                },
                "device.signal.0": {
                  actions: {
                    type: "send",
                    params: {
                      vector: 0,
                      message: "A"
                    }
                  },
                  description: "An event goes out at once, with the message in force. [MSIX-MSG-1]"
                },
                "device.reset": {
                  target: "none",
                  actions: {
                    type: "release",
                    params: {
                      vector: 0
                    }
                  },
                  description: "Reset blocks the vector. [MSIX-RESET-5] [MSIX-NOTIFY-1]"
                }
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
                "device.signal.0": {
                  target: "set",
                  guard: "blocked.0",
                  description: "An event of a blocked vector is held, also while disabled. [MSIX-PEND-1] [MSIX-ENABLE-2]"
                }
              }
            },
            set: {
              description: "An event waits, and polling shows it. [MSIX-PBA-4]",
              on: {
                "guest.unmask.0": [
                  {
                    target: "clear",
                    guard: "openHolding.0.zero",
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
                    guard: "openHolding.0.A",
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
                "guest.control.on": [
                  {
                    target: "clear",
                    guard: "unmaskedHolding.0.zero",
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
                    guard: "unmaskedHolding.0.A",
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
                "device.retire.0": {
                  target: "clear",
                  description: "The cause is gone. [MSIX-PEND-3]"
                },
                "device.reset": {
                  target: "clear",
                  description: "Reset clears the Pending bit. [MSIX-RESET-1]"
                }
              }
            }
          }
        }
      }
    }
  }
});
