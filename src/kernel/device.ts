/**
 * An assigned device as the kernel half has it: its host function, its interrupts, its page on the bus, and either the one table
 * (`table.ts`) or the entries of the posted patch (`posted.ts`).
 */
import type { HostFunction } from '../host/host-function.ts';
import * as abi from './abi.ts';
import { ADDRESS_END, type MmioBus } from './bus.ts';
import { PostedEntries } from './posted.ts';
import type { RoutingTable } from './routing.ts';
import { type InjectMessage, MsixTable } from './table.ts';

/** What a device needs of the kernel around it. */
export interface DeviceSurroundings {
  readonly bus: MmioBus;
  readonly routing: RoutingTable;
  /** The owner of each host interrupt. */
  readonly irqs: Map<number, KernelDevice>;
  /** Injects a message of `vector` of this device into the guest. */
  readonly inject: InjectMessage;
  /** Whether a call of the posted design stops where others may see what it has done by half. */
  readonly stopsInside: boolean;
}

/** A device that was just assigned: no interrupts, no table, no page. */
export class KernelDevice {
  readonly id: number;
  readonly host: HostFunction;
  /** `KVM_DEV_IRQ_*` of the host and of the guest, as far as they are assigned. */
  irqTypes = 0;
  /** The GSI of INTx. */
  guestIrq = 0;
  /** Guest-physical address of the table, as userspace has told it; 0 for none. */
  mmioBase = 0;
  /** Whether the page is on the bus. */
  placed = false;
  /** Whether the kernel has it still: false once it is disposed of, and for good. */
  isAssigned = true;
  /** Where a call is that has not returned: the vectors are live, and the page is not on the bus yet, or any more. */
  private inside: Inside = INSIDE_NOTHING;
  table: MsixTable | undefined;
  readonly posted: PostedEntries;
  private pbaOffset = 0;
  /** What a call takes back that has not returned. */
  private deassigning = 0;
  private readonly around: DeviceSurroundings;

  constructor(id: number, host: HostFunction, around: DeviceSurroundings) {
    this.id = id;
    this.host = host;
    this.around = around;
    this.posted = new PostedEntries(host, around.routing, around.inject);
  }

  /** Gives the device its one table. Returns 0 or an errno, as all that follow; nothing has changed with an errno. */
  createTable(vectorCount: number, pbaOffset: number, flags: number): number {
    const { host, around } = this;
    if (this.table !== undefined) return abi.EEXIST;
    if (vectorCount !== host.vectorCount) return abi.EINVAL;
    if ((flags & ~abi.MSIX_TABLE_CHECK_ARRIVALS) !== 0) return abi.EINVAL;
    if (pbaOffset % 8 !== 0 || pbaOffset < 16 * vectorCount) return abi.EINVAL;
    if (this.posted.entryCount > 0 || this.mmioBase !== 0) return abi.EBUSY;
    this.pbaOffset = pbaOffset;
    this.table = new MsixTable({
      host,
      checksArrivals: (flags & abi.MSIX_TABLE_CHECK_ARRIVALS) !== 0,
      inject: around.inject,
      allocate: (vector) => void around.irqs.set(host.firstIrq + vector, this),
    });
    return 0;
  }

  // ---- The page

  /**
   * Takes the address of the page. With the one table, the page goes on the bus at once: the table, and the Pending Bit Array, too.
   * Without, the address is stored, and the page is on the bus while the host's MSI-X is assigned.
   */
  register(base: number): number {
    //= MSIX-OWN-1
    if (this.table !== undefined) {
      if (this.placed) return abi.EEXIST;
      const error = this.place(base);
      if (error === 0) this.mmioBase = base;
      return error;
    }
    //= MSIX-POSTED-7
    if (base + 16 * abi.KVM_MAX_MSIX_PER_DEV > ADDRESS_END) return abi.EINVAL;
    if (!this.placed || base === this.mmioBase) {
      this.mmioBase = base;
      return 0;
    }
    // The patch initialises a device again that is on the bus already, and moves its base under it (hazard S1).
    const before = this.mmioBase;
    this.withdraw();
    const error = this.place(base);
    if (error === 0) this.mmioBase = base;
    else this.place(before);
    return error;
  }

  /** Puts the page on the bus: whole, or not at all. */
  private place(base: number): number {
    const { bus } = this.around;
    const { table } = this;
    if (table === undefined) {
      const error = bus.register(base, 16 * abi.KVM_MAX_MSIX_PER_DEV, this.posted);
      this.placed = error === 0;
      return error;
    }
    const error = bus.register(base, 16 * table.vectorCount, table);
    if (error !== 0) return error;
    const second = bus.register(base + this.pbaOffset, this.host.pbaBytes, table.pbaPort);
    if (second !== 0) bus.unregister(table);
    this.placed = second === 0;
    return second;
  }

  /** Whether the page could go on the bus at `base`, if it were not there already. */
  canPlace(base: number): boolean {
    const { bus } = this.around;
    const { table } = this;
    if (table === undefined) return bus.isFree(base, 16 * abi.KVM_MAX_MSIX_PER_DEV, [this.posted]);
    const own = [table, table.pbaPort];
    return bus.isFree(base, 16 * table.vectorCount, own) && bus.isFree(base + this.pbaOffset, this.host.pbaBytes, own);
  }

  /** Takes the page off the bus, and forgets where it was. */
  unregister(): number {
    if (this.table === undefined || !this.placed) return abi.EINVAL;
    this.withdraw();
    this.mmioBase = 0;
    return 0;
  }

  private withdraw(): void {
    const { bus } = this.around;
    if (this.table === undefined) bus.unregister(this.posted);
    else {
      bus.unregister(this.table);
      bus.unregister(this.table.pbaPort);
    }
    this.placed = false;
  }

  /** Does a write to the page on behalf of userspace, which hands it to the one owner, as one writes to a file of the kernel's. */
  write(offset: number, bytes: number, low: number, high: number): number {
    const { table } = this;
    if (table === undefined) return abi.EINVAL;
    if (!this.isPending(offset)) table.write(offset, bytes, low, high);
    return 0;
  }

  /** Does such a read; its value is in `out`. */
  read(offset: number, bytes: number, out: Uint32Array): number {
    const { table } = this;
    if (table === undefined) return abi.EINVAL;
    if (this.isPending(offset)) table.readPending(offset - this.pbaOffset, bytes, out);
    else table.read(offset, bytes, out);
    return 0;
  }

  /** Whether an offset from the table is in the Pending Bit Array. */
  private isPending(offset: number): boolean {
    return offset >= this.pbaOffset && offset < this.pbaOffset + this.host.pbaBytes;
  }

  // ---- Interrupts

  /** Assigns interrupts by `KVM_DEV_IRQ_*`: at most one type of the host and one of the guest. */
  assignIrqs(flags: number, guestIrq: number): number {
    const hostType = flags & abi.KVM_DEV_IRQ_HOST_MASK;
    const guestType = flags & abi.KVM_DEV_IRQ_GUEST_MASK;
    if (!isOneBit(hostType) || !isOneBit(guestType) || (hostType | guestType) === 0) return abi.EINVAL;
    if (hostType !== 0 && (this.irqTypes & abi.KVM_DEV_IRQ_HOST_MASK) !== 0) return abi.EEXIST;
    if (guestType !== 0 && (this.irqTypes & abi.KVM_DEV_IRQ_GUEST_MASK) !== 0) return abi.EEXIST;
    // The device has no MSI capability.
    if (![0, abi.KVM_DEV_IRQ_HOST_INTX, abi.KVM_DEV_IRQ_HOST_MSIX].includes(hostType)) return abi.EINVAL;
    if (!GUEST_TYPES.has(guestType)) return abi.EINVAL;
    if (this.inside !== INSIDE_NOTHING) return abi.EBUSY;
    if (hostType === abi.KVM_DEV_IRQ_HOST_MSIX) {
      //= MSIX-CALL-2
      if (this.table === undefined && !this.posted.complete) return abi.EINVAL;
      if (this.table === undefined) this.posted.acquire((irq) => void this.around.irqs.set(irq, this));
      this.host.enable();
    }
    this.irqTypes |= hostType | guestType;
    if (guestType !== 0) this.guestIrq = guestIrq;
    if (hostType !== abi.KVM_DEV_IRQ_HOST_MSIX || this.table !== undefined || this.mmioBase === 0) return 0;
    // The vectors are live, and masks still go to userspace (hazard S2).
    this.inside = INSIDE_ENABLING;
    return this.around.stopsInside ? abi.CALL_UNFINISHED : this.finish();
  }

  /** Goes on with a call that has not returned, to its end. Returns what the call does; 0 when there is none. */
  finish(): number {
    const { inside } = this;
    this.inside = INSIDE_NOTHING;
    if (inside === INSIDE_NOTHING) return 0;
    if (inside === INSIDE_DISABLING) {
      this.freeIrqs(abi.KVM_DEV_IRQ_HOST_MSIX | this.deassigning);
      return 0;
    }
    //= MSIX-POSTED-7
    const error = this.place(this.mmioBase);
    if (error !== 0) {
      // MSI-X is off again, and the entries stay as they were told.
      this.host.disable();
      this.posted.stop();
      this.forgetIrqs();
      this.irqTypes = 0;
      this.guestIrq = 0;
    }
    return error;
  }

  /** Whether a call has not returned; and whether it is one that enables. */
  get isInside(): boolean {
    return this.inside !== INSIDE_NOTHING;
  }

  get isEnabling(): boolean {
    return this.inside === INSIDE_ENABLING;
  }

  /** Takes back the interrupts that `flags` name. */
  deassignIrqs(flags: number): number {
    if (this.irqTypes === 0) return abi.ENXIO;
    if (this.inside !== INSIDE_NOTHING) return abi.EBUSY;
    //= MSIX-CALL-1
    const freed = this.irqTypes & flags & (abi.KVM_DEV_IRQ_HOST_MASK | abi.KVM_DEV_IRQ_GUEST_MASK);
    if ((freed & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0) {
      // An enabled table would have nobody left to carry its messages; userspace tells of the disabling first.
      if (((this.table?.control ?? 0) & abi.MSIX_CONTROL_ENABLE) !== 0) return abi.EBUSY;
      if (this.table === undefined && this.placed) {
        // The page goes first, while the vectors are live (hazard S3).
        this.withdraw();
        this.inside = INSIDE_DISABLING;
        this.deassigning = freed;
        return this.around.stopsInside ? abi.CALL_UNFINISHED : this.finish();
      }
    }
    this.freeIrqs(freed);
    return 0;
  }

  private freeIrqs(freed: number): void {
    if ((freed & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0) this.freeHostIrqs();
    this.irqTypes &= ~freed;
    if ((freed & abi.KVM_DEV_IRQ_GUEST_MASK) !== 0) this.guestIrq = 0;
  }

  /** Resets table and function. The host keeps its interrupts, and MSI-X enabled for them. */
  reset(): number {
    if (this.table === undefined) return abi.EINVAL;
    this.table.reset();
    if ((this.irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0) this.host.enable();
    return 0;
  }

  /** A host interrupt of this device. */
  interrupt(irq: number): void {
    const vector = irq - this.host.firstIrq;
    if (this.table === undefined) this.posted.arrive(vector);
    else this.table.arrive(vector);
  }

  /** Takes everything back: the device is no longer assigned, and nothing that it has sent reaches anyone. */
  dispose(): void {
    this.isAssigned = false;
    this.finish();
    if (this.placed) this.withdraw();
    this.mmioBase = 0;
    if ((this.irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0) this.freeHostIrqs();
    this.irqTypes = 0;
    this.guestIrq = 0;
    //= MSIX-ASSIGN-16
    this.host.reset();
    this.host.lose();
    this.host.attach();
  }

  private freeHostIrqs(): void {
    this.host.disable();
    this.table?.release();
    this.posted.release();
    this.forgetIrqs();
  }

  private forgetIrqs(): void {
    const { irqs } = this.around;
    for (const [irq, owner] of irqs) if (owner === this) irqs.delete(irq);
  }

  // ---- Save and restore

  get savedWords(): number {
    const own = this.table?.savedWords ?? this.posted.savedWords;
    return SAVED_HEADER_WORDS + this.host.savedWords + own;
  }

  /** Copies the state into `out` from word `at`: interrupts, page, host function, then the table or the posted entries. */
  saveInto(out: Uint32Array, at: number): void {
    out[at] = this.irqTypes | (this.placed ? PLACED : 0) | (this.inside << INSIDE_AT);
    out[at + 1] = this.guestIrq;
    out[at + 2] = this.mmioBase;
    out[at + 3] = Math.floor(this.mmioBase / 2 ** 32);
    this.host.saveInto(out, at + SAVED_HEADER_WORDS);
    (this.table ?? this.posted).saveInto(out, at + SAVED_HEADER_WORDS + this.host.savedWords);
  }

  /** The part of `saveInto` that is left of a device that is not assigned. */
  saveHost(out: Uint32Array, at: number): void {
    this.host.saveInto(out, at + SAVED_HEADER_WORDS);
  }

  restoreHost(saved: Uint32Array, at: number): void {
    this.host.restore(saved, at + SAVED_HEADER_WORDS);
  }

  /** Whether what `saveInto` left can be restored: its page, if it is on the bus, must have room there. */
  canRestore(saved: Uint32Array, at: number): boolean {
    return (saved[at] & PLACED) === 0 || this.canPlace(baseOf(saved, at));
  }

  /** Takes over what `saveInto` left, of a device that has a table, or has none, as this one. */
  restore(saved: Uint32Array, at: number): void {
    this.irqTypes = saved[at] & IRQ_TYPES;
    this.inside = ((saved[at] >>> INSIDE_AT) & 3) as Inside;
    this.deassigning = this.inside === INSIDE_DISABLING ? this.irqTypes : 0;
    this.guestIrq = saved[at + 1];
    const base = baseOf(saved, at);
    const placed = (saved[at] & PLACED) !== 0;
    if (this.placed && (!placed || this.mmioBase !== base)) this.withdraw();
    this.mmioBase = base;
    if (placed && !this.placed) this.place(base);
    this.forgetIrqs();
    this.host.restore(saved, at + SAVED_HEADER_WORDS);
    const own = at + SAVED_HEADER_WORDS + this.host.savedWords;
    if (this.table === undefined) this.posted.restore(saved, own, (irq) => void this.around.irqs.set(irq, this));
    else this.table.restore(saved, own);
  }
}

/** What the guest may have of a device: MSI too, which says nothing of the host's. */
const GUEST_TYPES: ReadonlySet<number> = new Set([
  0,
  abi.KVM_DEV_IRQ_GUEST_INTX,
  abi.KVM_DEV_IRQ_GUEST_MSI,
  abi.KVM_DEV_IRQ_GUEST_MSIX,
]);

const SAVED_HEADER_WORDS = 4;
// The first word of the header: the types of interrupts, whether the page is on the bus, and where a call is.
const IRQ_TYPES = 0xffff;
const PLACED = 0x1_0000;
const INSIDE_AT = 17;

const INSIDE_NOTHING = 0;
const INSIDE_ENABLING = 1;
const INSIDE_DISABLING = 2;
type Inside = typeof INSIDE_NOTHING | typeof INSIDE_ENABLING | typeof INSIDE_DISABLING;

const baseOf = (saved: Uint32Array, at: number): number => saved[at + 2] + saved[at + 3] * 2 ** 32;

function isOneBit(bits: number): boolean {
  return (bits & (bits - 1)) === 0;
}
