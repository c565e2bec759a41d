/**
 * pcie-root-port: one vector, for events of its slot. A write to Slot Control is a command, and that it is completed is such an event:
 * it takes effect at once, and nothing need be plugged in.
 */
import type { Family } from '../family.ts';
import { capabilitiesOf } from '../pci.ts';

const PCI_EXPRESS = 0x10;
const SLOT_CONTROL = 0x18;
const SLOT_STATUS = 0x1a;
/** Command Completed Interrupt Enable, and Hot-Plug Interrupt Enable. */
const ENABLES = 0x30;
/** Command Completed; writing it clears it. QEMU clears nothing where a bit is written that is not set, so it is written alone. */
const COMPLETED = 0x10;

export const ROOT_PORT: Family = {
  names: ['pcie-root-port'],
  by: 'a write to Slot Control, whose completion is an event',
  vectorCount: 1,
  isOnRootBus: true,
  parameters: (device) => [
    // The slot is the guest's, not ACPI's.
    ...['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'],
    ...['-device', `${device},id=dut,chassis=9,addr=9.0`],
  ],
  setUp: async ({ memory, place: { bdf } }) => {
    const [express] = await capabilitiesOf(memory, bdf, PCI_EXPRESS);
    const control = (await memory.configRead(bdf, express + SLOT_CONTROL, 2)) | ENABLES;
    return {
      // What an event has left is cleared first, or the next one is none.
      lines: () => [
        ...memory.configWriteLines(bdf, express + SLOT_STATUS, 2, COMPLETED),
        ...memory.configWriteLines(bdf, express + SLOT_CONTROL, 2, control),
      ],
    };
  },
};
