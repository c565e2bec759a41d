/** xHCI: a No-Op on the command ring is an event of vector 0. The other vectors are those of interrupters that need a USB device. */
import { barOf, type Family, packed, SCRATCH } from '../family.ts';

/** Registers: of the capability, operational, of interrupter 0. */
const RUNTIME_OFFSET = 0x18;
const DOORBELL_OFFSET = 0x14;
const COMMAND = 0x00;
const RING = 0x18;
const CONFIGURE = 0x38;
const INTERRUPTER = 0x20;
const MANAGEMENT = 0x00;
const MODERATION = 0x04;
const TABLE_SIZE = 0x08;
const TABLE = 0x10;
const DEQUEUE = 0x18;
const RESET = 2;
const RUN_AND_INTERRUPT = 5;
const NO_OP = 23 << 10;
const LINK = (6 << 10) | 2;
const EVENT_HANDLER_BUSY = 8;

const COMMANDS = SCRATCH;
const EVENTS = SCRATCH + 0x1000;
const SEGMENTS = SCRATCH + 0x2000;
const LAST = 60;
const EVENT_COUNT = 64;

export const XHCI: Family = {
  names: ['qemu-xhci', 'nec-usb-xhci'],
  by: 'a No-Op on the command ring, which signals vector 0 alone',
  vectorCount: 16,
  signalled: () => [0],
  parameters: (device, at) => ['-device', `${device},${at}`],
  setUp: async (bench) => {
    const { memory } = bench;
    const base = barOf(bench, 0);
    const operational = base + (await memory.read(base, 1));
    const interrupter = base + (await memory.read(base + RUNTIME_OFFSET, 4)) + INTERRUPTER;
    const doorbell = base + (await memory.read(base + DOORBELL_OFFSET, 4));
    // QEMU marks a vector as used when its interrupter is enabled while MSI-X is, and sends nothing of a vector that is not.
    await bench.control(0xc000);
    await memory.write(operational + COMMAND, 4, RESET);
    await memory.clear(SCRATCH, 0x3000);
    await memory.write(operational + CONFIGURE, 4, 1);
    await memory.write(operational + RING, 4, COMMANDS | 1);
    await memory.write(operational + RING + 4, 4, 0);
    await memory.writeBlock(SEGMENTS, packed([8, EVENTS], [4, EVENT_COUNT], [4, 0]));
    await memory.write(interrupter + TABLE_SIZE, 4, 1);
    await memory.write(interrupter + DEQUEUE, 4, EVENTS);
    await memory.write(interrupter + DEQUEUE + 4, 4, 0);
    await memory.write(interrupter + TABLE, 4, SEGMENTS);
    await memory.write(interrupter + TABLE + 4, 4, 0);
    await memory.write(interrupter + MANAGEMENT, 4, 2);
    await memory.write(interrupter + MODERATION, 4, 0);
    await memory.write(operational + COMMAND, 4, RUN_AND_INTERRUPT);
    let at = 0;
    let cycle = 1;
    let events = 0;
    return {
      signal: async () => {
        await memory.writeBlock(COMMANDS + 16 * at, packed([8, 0], [4, 0], [4, NO_OP | cycle]));
        at++;
        if (at === LAST) {
          await memory.writeBlock(COMMANDS + 16 * at, packed([8, COMMANDS], [4, 0], [4, LINK | cycle]));
          at = 0;
          cycle ^= 1;
        }
        await memory.write(doorbell, 4, 0);
        const event = EVENTS + 16 * (events % EVENT_COUNT);
        const phase = 1 - (Math.floor(events / EVENT_COUNT) % 2);
        await memory.until('an event', async () => ((await memory.read(event + 12, 4)) & 1) === phase);
        events++;
        await memory.write(interrupter + MANAGEMENT, 4, 3);
        await memory.write(interrupter + DEQUEUE, 4, (EVENTS + 16 * (events % EVENT_COUNT)) | EVENT_HANDLER_BUSY);
        await memory.write(interrupter + DEQUEUE + 4, 4, 0);
      },
    };
  },
};
