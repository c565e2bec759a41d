/**
 * What firmware does of PCI: finds functions, gives memory to their Base Address Registers, and finds the MSI-X capability.
 */
import type { Memory } from './memory.ts';

/** Where the MSI-X of a function is. */
export interface MsixPlace {
  readonly bdf: number;
  /** Vendor in the lower half, device in the upper one. */
  readonly id: number;
  /** The offset of the capability in configuration space. */
  readonly capability: number;
  readonly vectorCount: number;
  /** Addresses in memory. */
  readonly table: number;
  readonly pending: number;
  /** The address of each Base Address Register; undefined where there is none, or one of ports. */
  readonly bars: readonly (number | undefined)[];
}

export const MSIX_CAPABILITY = 0x11;
export const VENDOR_CAPABILITY = 0x09;
const COMMAND = 0x04;
const HEADER_TYPE = 0x0e;
const BAR0 = 0x10;
/** Memory Space and Bus Master. */
const COMMAND_MEMORY_AND_MASTER = 0x6;
const BRIDGE_CONTROL = 0x3e;
const BRIDGE_CONTROL_RESET = 0x40;
/** What a bridge passes on, and where Base Address Registers are put. */
const WINDOW = 0xc0000000;
const WINDOW_END = 0xd0000000;

/** The functions of a bus. */
export async function functionsOf(memory: Memory, bus: number): Promise<number[]> {
  const found: number[] = [];
  for (let device = 0; device < 32; device++) {
    for (let number = 0; number < 8; number++) {
      const bdf = (bus << 8) | (device << 3) | number;
      if ((await memory.configRead(bdf, 0, 4)) === 0xffffffff) {
        if (number === 0) break;
        continue;
      }
      found.push(bdf);
      if (number === 0 && ((await memory.configRead(bdf, HEADER_TYPE, 1)) & 0x80) === 0) break;
    }
  }
  return found;
}

/** The offsets of a function's capabilities of one kind. */
export async function capabilitiesOf(memory: Memory, bdf: number, id: number): Promise<number[]> {
  const found: number[] = [];
  if (((await memory.configRead(bdf, 6, 2)) & 0x10) === 0) return found;
  let at = (await memory.configRead(bdf, 0x34, 1)) & 0xfc;
  for (let count = 0; at !== 0 && count < 48; count++) {
    const header = await memory.configRead(bdf, at, 2);
    if ((header & 0xff) === id) found.push(at);
    at = (header >>> 8) & 0xfc;
  }
  return found;
}

/** Lets a bridge pass on what is between `WINDOW` and `WINDOW_END`, to bus 1. */
export async function openBridge(memory: Memory, bdf: number): Promise<void> {
  await memory.configWrite(bdf, 0x18, 4, 0x00010100);
  await memory.configWrite(bdf, 0x20, 4, ((WINDOW_END - 0x100000) & 0xfff00000) + (WINDOW >>> 16));
  // The prefetchable window is closed: its base is above its limit.
  await memory.configWrite(bdf, 0x24, 4, 0x0000fff0);
  await memory.configWrite(bdf, COMMAND, 2, COMMAND_MEMORY_AND_MASTER);
}

/** Resets what is behind a bridge, as its Secondary Bus Reset does. */
export async function resetBehind(memory: Memory, bdf: number): Promise<void> {
  const control = await memory.configRead(bdf, BRIDGE_CONTROL, 2);
  await memory.configWrite(bdf, BRIDGE_CONTROL, 2, control | BRIDGE_CONTROL_RESET);
  await memory.configWrite(bdf, BRIDGE_CONTROL, 2, control & ~BRIDGE_CONTROL_RESET);
}

/** Gives memory to a function, and finds its MSI-X. Undefined where it has none. */
export async function placeMsix(memory: Memory, bdf: number): Promise<MsixPlace | undefined> {
  const [capability] = await capabilitiesOf(memory, bdf, MSIX_CAPABILITY);
  if (capability === undefined) return undefined;
  const isBridge = ((await memory.configRead(bdf, HEADER_TYPE, 1)) & 0x7f) === 1;
  const bars = await placeBars(memory, bdf, isBridge ? 2 : 6);
  await memory.configWrite(bdf, COMMAND, 2, COMMAND_MEMORY_AND_MASTER);
  const control = await memory.configRead(bdf, capability + 2, 2);
  const placeOf = async (offset: number): Promise<number> => {
    const word = await memory.configRead(bdf, capability + offset, 4);
    const base = bars[word & 7];
    if (base === undefined)
      throw new Error(`Got the BAR ${word & 7} for a structure of MSI-X; expected one of memory.`);
    return base + (word - (word & 7));
  };
  return {
    bdf,
    id: await memory.configRead(bdf, 0, 4),
    capability,
    vectorCount: (control & 0x7ff) + 1,
    table: await placeOf(4),
    pending: await placeOf(8),
    bars,
  };
}

/** Sizes the Base Address Registers, and puts those of memory into the window one after the other. */
async function placeBars(memory: Memory, bdf: number, count: number): Promise<(number | undefined)[]> {
  const bars: (number | undefined)[] = [];
  let next = WINDOW;
  for (let index = 0; index < count; index++) {
    const register = BAR0 + 4 * index;
    await memory.configWrite(bdf, register, 4, 0xffffffff);
    const value = await memory.configRead(bdf, register, 4);
    if (value === 0 || (value & 1) !== 0) {
      bars[index] = undefined;
      continue;
    }
    const size = (~(value & 0xfffffff0) >>> 0) + 1;
    const isWide = (value & 6) === 4;
    next = Math.ceil(next / size) * size;
    if (next + size > WINDOW_END) throw new Error(`Got a BAR of ${size} bytes; expected one that fits below 4 GiB.`);
    await memory.configWrite(bdf, register, 4, next);
    if (isWide) await memory.configWrite(bdf, register + 4, 4, 0);
    bars[index] = next;
    next += Math.max(size, 0x1000);
    if (isWide) bars[++index] = undefined;
  }
  return bars;
}
