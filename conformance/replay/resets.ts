/**
 * How a log shows that a function was reset: the guest starts a Function Level Reset, wakes it from D3hot, or resets the bus above it; or a
 * register that was set reads zero, which no guest has done. QEMU's own `resettable_phase_*` lines are told elsewhere.
 */
import type { ConfigSpace } from './config-space.ts';
import { BAR_SIZING, barAt } from './config-space.ts';
import type { ConfigLine } from './lines.ts';

/** Command, and in it Memory Space Enable and Bus Master Enable. PCIe 7.5.1.1.3. */
const COMMAND = 0x04;
const COMMAND_MASTER = 0x4;
const COMMAND_MEMORY_AND_MASTER = 0x6;
/** Power Management: its ID, the register of D-states, and No_Soft_Reset in it. PCIe 7.5.2.2. */
const POWER_ID = 0x01;
const POWER_STATE = 4;
const POWER_STATE_BITS = 0x3;
const POWER_D3HOT = 3;
const POWER_NO_SOFT_RESET = 0x8;
/** PCI Express, and Function Level Reset in it: whether there is one, and the bit that starts it. PCIe 7.5.3. */
const EXPRESS_ID = 0x10;
const EXPRESS_CAPABILITIES = 4;
const EXPRESS_CAPABILITIES_RESET = 1 << 28;
const EXPRESS_CONTROL = 8;
const EXPRESS_CONTROL_RESET = 1 << 15;
/** Advanced Features, the same for a conventional function: whether there is a reset, and the bit that starts it. */
const ADVANCED_ID = 0x13;
const ADVANCED_CAPABILITIES = 3;
const ADVANCED_CAPABILITIES_RESET = 1 << 1;
const ADVANCED_CONTROL = 4;
const ADVANCED_CONTROL_RESET = 1 << 0;
/** Of a bridge: its buses, and Secondary Bus Reset in Bridge Control. PCIe 7.5.1.3. */
const HEADER_TYPE = 0x0e;
const HEADER_BRIDGE = 1;
const SECONDARY_BUS = 0x19;
const SUBORDINATE_BUS = 0x1a;
const BRIDGE_CONTROL = 0x3e;
const BRIDGE_CONTROL_RESET = 0x40;

/** Follows one function's registers, and says when they show a reset. */
export class Resets {
  private readonly space: ConfigSpace;
  private command: number | undefined;
  private powerState = 0;
  /** Base Address Registers that have held an address, so that zero is news. */
  private readonly barsSet = new Set<number>();

  constructor(space: ConfigSpace) {
    this.space = space;
  }

  /** Whether the function may send messages, as far as the log shows: Bus Master Enable is not known to be clear. */
  get mayMaster(): boolean {
    return this.command === undefined || (this.command & COMMAND_MASTER) !== 0;
  }

  /** Takes a line, before the space does. Says whether it shows that the function was reset before it. */
  observe(line: ConfigLine): boolean {
    const shown = this.shows(line);
    if (line.offset === COMMAND) this.command = line.value & 0xff;
    return shown;
  }

  /** Forgets what a reset makes zero. */
  wasReset(): void {
    this.command = undefined;
    this.powerState = 0;
    this.barsSet.clear();
  }

  /** Whether this write starts a Function Level Reset. */
  starts({ kind, offset, value }: ConfigLine): boolean {
    if (kind !== 'configWrite') return false;
    const { capabilities } = this.space;
    const express = capabilities.get(EXPRESS_ID);
    const control = express === undefined ? -1 : offset - express - EXPRESS_CONTROL;
    // The bit lies in the upper byte, which may be written by itself.
    if (express !== undefined && (control === 0 || control === 1)) {
      if (((value << (8 * control)) & EXPRESS_CONTROL_RESET) === 0) return false;
      return ((this.space.shown(express + EXPRESS_CAPABILITIES) ?? 0) & EXPRESS_CAPABILITIES_RESET) !== 0;
    }
    const advanced = capabilities.get(ADVANCED_ID);
    if (advanced !== undefined && offset === advanced + ADVANCED_CONTROL && (value & ADVANCED_CONTROL_RESET) !== 0) {
      return (this.space.byteAt(advanced + ADVANCED_CAPABILITIES) & ADVANCED_CAPABILITIES_RESET) !== 0;
    }
    return false;
  }

  /** From D3hot to D0, which resets a function that does not say No_Soft_Reset. Not every device does it. */
  wakes({ kind, offset, value }: ConfigLine): boolean {
    const power = this.space.capabilities.get(POWER_ID);
    if (power === undefined || offset !== power + POWER_STATE) return false;
    const was = this.powerState;
    this.powerState = value & POWER_STATE_BITS;
    const noReset = ((this.space.shown(offset) ?? 0) & POWER_NO_SOFT_RESET) !== 0;
    return kind === 'configWrite' && was === POWER_D3HOT && this.powerState === 0 && !noReset;
  }

  /** A register that a reset makes zero, and no guest has. */
  private shows({ kind, offset, value }: ConfigLine): boolean {
    if (offset === COMMAND) {
      const was = this.command ?? 0;
      return (
        kind === 'configRead' && (was & COMMAND_MEMORY_AND_MASTER) !== 0 && (value & COMMAND_MEMORY_AND_MASTER) === 0
      );
    }
    const bar = barAt(offset);
    if (bar === undefined) return false;
    const address = value - (value & 0xf);
    if (kind === 'configWrite') {
      if (address === 0) this.barsSet.delete(bar);
      return false;
    }
    if (address !== 0) this.barsSet.add(bar);
    return address === 0 && this.barsSet.delete(bar) && this.space.last(offset) !== BAR_SIZING;
  }
}

/** Whether `space` is that of a bridge above the bus of `routing`. */
export function isAbove(space: ConfigSpace, routing: number): boolean {
  const header = space.shown(HEADER_TYPE);
  if (header !== undefined && (header & 0x7f) !== HEADER_BRIDGE) return false;
  const secondary = (space.last(SECONDARY_BUS) ?? 0) & 0xff;
  const subordinate = Math.max(secondary, (space.last(SUBORDINATE_BUS) ?? 0) & 0xff);
  const bus = routing >> 8;
  return secondary > 0 && bus >= secondary && bus <= subordinate;
}

/** Whether this write resets the bus below a bridge. */
export function resetsBus({ kind, offset, value }: ConfigLine): boolean {
  if (kind !== 'configWrite') return false;
  if (offset === BRIDGE_CONTROL) return (value & BRIDGE_CONTROL_RESET) !== 0;
  return offset === BRIDGE_CONTROL - 2 && (value & (BRIDGE_CONTROL_RESET << 16)) !== 0;
}
