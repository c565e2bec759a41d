/**
 * The MSI-X entries of an assigned device as the posted patch has them in the kernel: the design `posted`.
 *
 * Userspace says which entries there are, each with a GSI, and the routing table says which message a GSI stands for. An entry is
 * *in use* when it has both. The kernel does masking, unmasking and reads of entries in use; the rest it declines, so that it exits.
 * Nothing here reads the device, so nothing flushes. All this is what the review objects to, and is kept to be run.
 */
import { allOnes } from '../access.ts';
import type { HostFunction } from '../host/host-function.ts';
import { VECTOR_CONTROL_MASK } from '../registers.ts';
import * as abi from './abi.ts';
import type { BusDevice } from './bus.ts';
import type { RoutingTable } from './routing.ts';
import type { InjectMessage } from './table.ts';

const NONE = -1;
const SLOT_WORDS = 6;

/** The entries of a device, none yet; also what answers its page on the bus. */
export class PostedEntries implements BusDevice {
  /** How many messages arrived that no entry in use was there for. */
  lost = 0;
  private readonly host: HostFunction;
  private readonly routing: RoutingTable;
  private readonly inject: InjectMessage;
  /** What `KVM_ASSIGN_SET_MSIX_NR` said, or 0. */
  private slotCount = 0;
  private filledCount = 0;
  // By slot. A slot is free from `filledCount` on; that its GSI is 0 says nothing (HB-09).
  private readonly entries: Uint32Array;
  private readonly gsis: Uint32Array;
  // By entry.
  private readonly slots: Int32Array;
  private readonly masks: Uint8Array;
  private acquired = false;

  constructor(host: HostFunction, routing: RoutingTable, inject: InjectMessage) {
    this.host = host;
    this.routing = routing;
    this.inject = inject;
    const count = Math.min(host.vectorCount, abi.KVM_MAX_MSIX_PER_DEV);
    this.entries = new Uint32Array(count);
    this.gsis = new Uint32Array(count);
    this.slots = new Int32Array(count);
    this.masks = new Uint8Array(count);
    this.clear();
  }

  /** How many slots for entries there are. */
  get entryCount(): number {
    return this.slotCount;
  }

  /** Whether there are slots, and each is filled. */
  get complete(): boolean {
    return this.slotCount > 0 && this.filledCount === this.slotCount;
  }

  /** Makes `count` slots, once. Nothing is kept of a number that is refused (HB-38). */
  setCount(count: number): number {
    //= MSIX-CALL-3
    if (this.slotCount !== 0 || count === 0 || count > abi.KVM_MAX_MSIX_PER_DEV) return abi.EINVAL;
    this.slotCount = count;
    return 0;
  }

  /** Gives an entry a GSI, in the slot that it has or in a free one. `masked` is undefined where nothing is said of it. */
  setEntry(entry: number, gsi: number, masked: boolean | undefined): number {
    if (entry >= this.slots.length) return abi.EINVAL;
    let slot = this.slots[entry];
    if (slot === NONE) {
      if (this.filledCount === this.slotCount) return abi.ENOSPC;
      slot = this.filledCount++;
      this.slots[entry] = slot;
      this.entries[slot] = entry;
    }
    this.gsis[slot] = gsi;
    if (masked !== undefined) this.setMask(entry, masked);
    return 0;
  }

  /** Whether the kernel answers for `entry`, while the page is on the bus. */
  isInUse(entry: number): boolean {
    //= MSIX-POSTED-1
    return this.messageAt(entry) >= 0;
  }

  /** Whether the kernel has `entry` masked. */
  isMasked(entry: number): boolean {
    return this.masks[entry] !== 0;
  }

  /** Whether the kernel keeps `entry` from sending: masked, or not live. */
  isBlocked(entry: number): boolean {
    return !this.acquired || this.slots[entry] === NONE || this.masks[entry] !== 0;
  }

  /** The host's MSI-X is enabled with these entries: each gets its host interrupt. */
  acquire(request: (irq: number) => void): void {
    //= MSIX-POSTED-2
    this.acquired = true;
    for (let slot = 0; slot < this.filledCount; slot++) {
      const entry = this.entries[slot];
      request(this.host.firstIrq + entry);
      this.host.program(entry);
      this.setMask(entry, this.masks[entry] !== 0);
    }
  }

  /** The host's MSI-X is disabled: all that is pending or in flight is gone. The entries stay, as after an enabling that failed. */
  stop(): void {
    if (!this.acquired) return;
    this.acquired = false;
    for (let slot = 0; slot < this.filledCount; slot++) this.host.setMask(this.entries[slot], 1);
    //= MSIX-POSTED-4
    this.host.lose();
  }

  /** The same, and the entries are gone too. */
  release(): void {
    if (!this.acquired) return;
    this.stop();
    this.slotCount = 0;
    this.clear();
  }

  /** Takes all entries out of their slots. */
  private clear(): void {
    this.filledCount = 0;
    this.slots.fill(NONE);
    this.masks.fill(1);
  }

  /** A message of `entry` has arrived at the host: whatever its route says now is injected. */
  arrive(entry: number): void {
    const at = this.messageAt(entry);
    if (at < 0) {
      this.lost++;
      return;
    }
    this.inject(this.routing.routes, at, entry);
  }

  // ---- The page

  write(offset: number, bytes: number, low: number, _high: number): boolean {
    const entry = offset >>> 4;
    //= MSIX-POSTED-10
    if (bytes !== 4 || (offset & 15) !== 12 || !this.isInUse(entry)) return false;
    this.setMask(entry, (low & VECTOR_CONTROL_MASK) !== 0);
    return true;
  }

  read(offset: number, bytes: number, out: Uint32Array): boolean {
    const entry = offset >>> 4;
    if (!this.isInUse(entry)) return false;
    //= MSIX-POSTED-5
    if (offset % bytes !== 0 || (bytes !== 4 && bytes !== 8)) {
      out[0] = allOnes(bytes);
      out[1] = allOnes(4);
      return true;
    }
    const dword = (offset >>> 2) & 3;
    out[0] = this.peek(entry, dword);
    if (bytes === 8) out[1] = this.peek(entry, dword + 1);
    return true;
  }

  /** A dword of an entry in use, as a read returns it. */
  peek(entry: number, dword: number): number {
    return dword === 3 ? this.masks[entry] : this.routing.routes[this.messageAt(entry) + dword];
  }

  private setMask(entry: number, masked: boolean): void {
    this.masks[entry] = masked ? 1 : 0;
    if (this.acquired) this.host.setMask(entry, this.masks[entry]);
  }

  /** Where in the routes the message of `entry` begins, or -1. */
  private messageAt(entry: number): number {
    const slot = entry < this.slots.length ? this.slots[entry] : NONE;
    return slot === NONE ? -1 : this.routing.messageAt(this.gsis[slot]);
  }

  // ---- Save and restore. The routes of the entries are saved with them.

  get savedWords(): number {
    return 2 + SLOT_WORDS * this.host.vectorCount;
  }

  saveInto(out: Uint32Array, at: number): void {
    out.fill(0, at, at + this.savedWords);
    out[at] = this.slotCount;
    out[at + 1] = this.acquired ? 1 : 0;
    for (let slot = 0; slot < this.filledCount; slot++) {
      const entry = this.entries[slot];
      const to = at + 2 + SLOT_WORDS * slot;
      const message = this.messageAt(entry);
      out[to] = 1 | (this.masks[entry] << 1) | (message < 0 ? 0 : 4) | (entry << 16);
      out[to + 1] = this.gsis[slot];
      for (let word = 0; word < 3 && message >= 0; word++) out[to + 2 + word] = this.routing.routes[message + word];
    }
  }

  restore(saved: Uint32Array, at: number, request: (irq: number) => void): void {
    this.slotCount = saved[at];
    this.acquired = saved[at + 1] !== 0;
    this.clear();
    for (let slot = 0; slot < this.slots.length; slot++) {
      const from = at + 2 + SLOT_WORDS * slot;
      const entry = saved[from] >>> 16;
      // What `setEntry` refuses does not come in this way either.
      if ((saved[from] & 1) === 0 || entry >= this.slots.length) break;
      this.entries[slot] = entry;
      this.slots[entry] = slot;
      this.gsis[slot] = saved[from + 1];
      this.masks[entry] = (saved[from] >>> 1) & 1;
      this.filledCount++;
      const message = (saved[from] & 4) === 0 ? undefined : saved.subarray(from + 2, from + 5);
      this.routing.restore(saved[from + 1], message);
      if (!this.acquired) continue;
      request(this.host.firstIrq + entry);
      if (this.host.isMasked(entry)) this.host.program(entry);
    }
  }
}
