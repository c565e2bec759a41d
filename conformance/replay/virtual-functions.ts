/**
 * The virtual functions of a physical one: which they are, and where their memory is. Their own Base Address Registers read zero; the
 * physical function's SR-IOV capability has them, and each virtual function has a piece of what they cover. PCIe 9.3.3.
 */
import type { ConfigSpace } from './config-space.ts';
import { BAR_SIZING } from './config-space.ts';
import type { ConfigLine } from './lines.ts';

/** Its ID among the extended capabilities, and its registers. */
const SRIOV_ID = 0x10;
const SRIOV_CONTROL = 0x08;
const SRIOV_CONTROL_ENABLE = 0x1;
const SRIOV_TOTAL = 0x0e;
const SRIOV_OFFSET = 0x14;
const SRIOV_STRIDE = 0x16;
const SRIOV_BARS = 0x24;
const SRIOV_BAR_COUNT = 6;
/** Bits 2:1 of a Base Address Register of 64 bits. */
const BAR_TYPE = 0x6;
const BAR_64 = 0x4;

/** What the SR-IOV capability of one function shows. */
export class VirtualFunctions {
  private readonly space: ConfigSpace;
  /** The size of each piece, by Base Address Register. */
  private readonly sizes = new Map<number, number>();

  constructor(space: ConfigSpace) {
    this.space = space;
  }

  private get capability(): number | undefined {
    return this.space.extended.get(SRIOV_ID);
  }

  /** Takes a line, before the space does: the read after a write of ones tells a size. */
  observe({ kind, offset, value }: ConfigLine): void {
    const { capability } = this;
    if (capability === undefined || kind !== 'configRead' || value === 0) return;
    const bir = (offset - capability - SRIOV_BARS) / 4;
    if (!Number.isInteger(bir) || bir < 0 || bir >= SRIOV_BAR_COUNT || this.space.last(offset) !== BAR_SIZING) return;
    this.sizes.set(bir, (~(value & ~0xf) + 1) >>> 0);
  }

  /** Which of them, from 0, has this routing ID, where the physical function has `own`; -1 when none has. */
  indexOf(routing: number, own: number): number {
    const { capability, space } = this;
    const offset = capability === undefined ? undefined : space.last(capability + SRIOV_OFFSET);
    if (capability === undefined || offset === undefined) return -1;
    // Before VF Enable a guest may have read zero for both; then there are none.
    const beyond = routing - own - (offset & 0xffff);
    const stride = space.last(capability + SRIOV_STRIDE) ?? 1;
    if ((offset & 0xffff) === 0) return -1;
    if (beyond === 0) return 0;
    const index = beyond > 0 && stride > 0 && beyond % stride === 0 ? beyond / stride : -1;
    // Other devices may follow the last of them.
    const total = space.last(capability + SRIOV_TOTAL) ?? 0;
    return total > 0 && index >= total ? -1 : index;
  }

  /** Where Base Address Register `bir` of virtual function `index` is. */
  address(bir: number, index: number): number | undefined {
    const { capability, space } = this;
    if (capability === undefined || index < 0) return undefined;
    const at = capability + SRIOV_BARS + 4 * bir;
    const low = space.last(at);
    const size = this.sizes.get(bir);
    if (low === undefined || low === BAR_SIZING || (index > 0 && size === undefined)) return undefined;
    const is64 = ((space.shown(at) ?? low) & BAR_TYPE) === BAR_64;
    const high = is64 ? (space.last(at + 4) ?? 0) : 0;
    return high * 2 ** 32 + (low - (low & 0xf)) + index * (size ?? 0);
  }

  /** Whether this write clears VF Enable, after which there are none. */
  endsWith({ kind, offset, value }: ConfigLine): boolean {
    const { capability } = this;
    return (
      capability !== undefined &&
      kind === 'configWrite' &&
      offset === capability + SRIOV_CONTROL &&
      (value & SRIOV_CONTROL_ENABLE) === 0
    );
  }
}
