import { setup } from 'xstate';

export const machine = setup({}).createMachine({
  id: "capability",
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
  }
});
