/**
 * e1000e, Intel's 82574L: five causes, each given to a vector of its own. It waits between interrupts of a vector (EITR), at least
 * 128 us in QEMU, and a cause must be cleared before it signals again.
 */
import { barOf, type Family } from '../family.ts';
import { writeLine } from '../qtest.ts';

const CTRL_EXT = 0x18;
const CTRL_EXT_PBA_SUPPORT = 0x80000000;
const ICR = 0xc0;
const ICS = 0xc8;
const IMS = 0xd0;
const EIAC = 0xdc;
const IVAR = 0xe4;
/** Each of the five causes valid, and given to the vector of its number. */
const IVAR_EACH = 0x8 | (0x9 << 4) | (0xa << 8) | (0xb << 12) | (0xc << 16);
const FIRST_CAUSE = 20;
const CAUSES = 0x01f00000;
/** The vector of all other causes, such as a change of the link. */
const OTHER = 4;
/** A restored e1000e looks for its link once more, and has an event of the link after half a second. */
const LINK = 1000;
/** The throttle is 128 us; the timer has had its turn by then. */
const THROTTLE = 0.3;

export const E1000E: Family = {
  names: ['e1000e'],
  by: 'a cause of its own in ICS (BAR0+0xc8), cleared in ICR afterwards; a throttle of 128 us lies between two',
  vectorCount: 5,
  parameters: (device, at) => ['-device', `${device},${at}`],
  setUp: async (bench) => {
    const { memory } = bench;
    const base = barOf(bench, 0);
    await memory.write(base + CTRL_EXT, 4, (await memory.read(base + CTRL_EXT, 4)) | CTRL_EXT_PBA_SUPPORT);
    await memory.write(base + IVAR, 4, IVAR_EACH);
    await memory.write(base + EIAC, 4, 0);
    // What happened before, such as the link coming up, is no event of ours.
    await memory.write(base + ICR, 4, 0xffffffff);
    const isLinkDue = bench.isRestored;
    await memory.write(base + IMS, 4, isLinkDue ? CAUSES & ~(1 << (FIRST_CAUSE + OTHER)) : CAUSES);
    const linkAt = performance.now() + LINK;
    let isLinkOver = !isLinkDue;
    /** Waits until the event of the link is over, and makes nothing of it. */
    const passLink = async (): Promise<void> => {
      await memory.until('the link', async () => {
        if (performance.now() >= linkAt) return true;
        await memory.read(base + ICS, 4);
        return false;
      });
      await memory.write(base + ICR, 4, 0xffffffff);
      await memory.write(base + IMS, 4, CAUSES);
      isLinkOver = true;
    };
    const free = new Float64Array(bench.vectorCount);
    return {
      race: {
        signal: (vector) => [writeLine(base + ICS, 4, 2 ** (FIRST_CAUSE + vector))],
        again: (vector) => [writeLine(base + ICR, 4, 2 ** (FIRST_CAUSE + vector))],
      },
      signal: async (vector) => {
        const cause = 2 ** (FIRST_CAUSE + vector);
        if (vector === OTHER && !isLinkOver) await passLink();
        await memory.until('the throttle', async () => {
          if (performance.now() >= free[vector]) return true;
          await memory.read(base + ICS, 4);
          return false;
        });
        await memory.write(base + ICS, 4, cause);
        free[vector] = performance.now() + THROTTLE;
        await memory.write(base + ICR, 4, cause);
      },
    };
  },
};
