/**
 * Userspace's side of the design `posted`: userspace keeps a table of its own, and the kernel has a copy of the Mask Bits and routes
 * of the entries in use. What is in use is guessed: an entry whose address and data are not zero. Kept to be run, not to be used.
 */
import { allOnes } from '../access.ts';
import * as abi from '../kernel/abi.ts';
import type { KernelDevice } from '../kernel/device.ts';
import { ADDRESS_LOW_RESERVED, ENTRY_BYTES, VECTOR_CONTROL_MASK } from '../registers.ts';
import { putWords, takeWords } from '../words.ts';
import {
  type UserspaceTable,
  type Work,
  WORK_DISABLE_ALL,
  WORK_ENABLE_ALL,
  WORK_NONE,
  WORK_PLACE,
  WORK_REBUILD,
} from './userspace-table.ts';
import type { KernelCalls, Route } from './kernel-calls.ts';

const INTX = abi.KVM_DEV_IRQ_HOST_INTX | abi.KVM_DEV_IRQ_GUEST_INTX;
const MSIX = abi.KVM_DEV_IRQ_HOST_MSIX | abi.KVM_DEV_IRQ_GUEST_MSIX;
const ENTRY_WORDS = ENTRY_BYTES >>> 2;
/** GSI of vector 0; the others count up. Below are the pins of the interrupt controllers. */
const FIRST_GSI = 24;

/** What such a userspace's side must be told. */
export interface TwoTablesOptions {
  readonly guestIrq: number;
  /** Of the Pending Bit Array, from the start of the table. */
  readonly pbaOffset: number;
}

/** In `records`: the entry has a route, and so counts as in use. */
const ROUTED = 1;
/** In `records`: the kernel's Mask Bit, as it was when the host's vectors were torn down. */
const KERNEL_MASKED = 2;

/** Userspace's side with a table of its own: words of entries, the fourth of which is userspace's Mask Bit; then a record for each. */
export class TwoTables implements UserspaceTable {
  private readonly calls: KernelCalls;
  private readonly device: KernelDevice;
  private readonly guestIrq: number;
  private readonly pbaOffset: number;
  private readonly vectorCount: number;
  private readonly table: Uint32Array;
  private readonly records: Uint32Array;
  private enabled = false;
  private functionMask = false;

  constructor(calls: KernelCalls, device: KernelDevice, { guestIrq, pbaOffset }: TwoTablesOptions) {
    this.calls = calls;
    this.device = device;
    this.guestIrq = guestIrq;
    this.pbaOffset = pbaOffset;
    this.vectorCount = device.host.vectorCount;
    this.table = new Uint32Array(ENTRY_WORDS * this.vectorCount);
    this.records = new Uint32Array(this.vectorCount);
    this.clear();
  }

  controlWritten(enabled: boolean, functionMask: boolean): Work {
    const wasOpen = this.open;
    this.enabled = enabled;
    this.functionMask = functionMask;
    this.settleIntx();
    if (this.open) return !wasOpen && this.wanted().length > 0 ? WORK_ENABLE_ALL : WORK_NONE;
    return this.hostUp ? WORK_DISABLE_ALL : WORK_NONE;
  }

  write(offset: number, bytes: number, low: number, high: number): Work {
    const word = offset >>> 2;
    if (word >= this.table.length || offset % bytes !== 0 || (bytes !== 4 && bytes !== 8)) return WORK_NONE;
    const work = this.writeWord(word, low);
    return bytes === 8 ? this.writeWord(word + 1, high) : work;
  }

  writeMessage(vector: number, addressLow: number, addressHigh: number, data: number): Work {
    if (vector >= this.vectorCount) return WORK_NONE;
    const inUse = this.isRouted(vector);
    // The patch's kernel looks at its own Mask Bit before it lets such a write exit; here userspace asks for it.
    const masked = inUse ? this.isKernelMasked(vector) : this.peekOwn(vector, 3) !== 0;
    //= MSIX-POSTED-6
    if (!masked) return WORK_NONE;
    this.table.set([addressLow & ~3, addressHigh, data], ENTRY_WORDS * vector);
    if (!inUse) return WORK_NONE;
    this.setRouted(vector, !this.isZero(vector));
    this.tellRoutes();
    return WORK_NONE;
  }

  read(offset: number, bytes: number, out: Uint32Array): void {
    out[0] = allOnes(bytes);
    out[1] = allOnes(4);
    if (offset % bytes !== 0 || (bytes !== 4 && bytes !== 8)) return;
    for (let dword = 0; dword < bytes / 4; dword++) out[dword] = this.dwordAt(offset + 4 * dword);
  }

  private dwordAt(offset: number): number {
    const { host } = this.device;
    if (offset < 4 * this.table.length) return this.table[offset >>> 2];
    const pending = offset - this.pbaOffset;
    if (pending < 0 || pending >= host.pbaBytes) return 0xffffffff;
    // The device's own register: the read reaches it, and brings in what is in flight.
    //= MSIX-POSTED-9
    const word = host.pendingWord(pending >>> 2);
    host.flush();
    return word;
  }

  enableAll(): Work {
    const wanted = this.wanted();
    this.settleIntx();
    this.records.fill(0);
    for (const vector of wanted) this.setRouted(vector, true);
    this.tellRoutes();
    // Another vCPU may have taken the last one out of use by now.
    if (wanted.length === 0) return WORK_NONE;
    // An enabling that failed has left its entries, and there is no call that takes them back.
    const { posted } = this.device;
    if (posted.entryCount === 0) this.calls.setEntryCount(wanted.length);
    if (posted.entryCount !== wanted.length) return WORK_NONE;
    //= MSIX-POSTED-3
    for (const vector of wanted) this.tellEntry(vector);
    // It fails where the page has no room on the bus, and then MSI-X is off, whatever the guest thinks.
    return this.calls.tryAssignIrqs(MSIX) === abi.CALL_UNFINISHED ? WORK_PLACE : WORK_NONE;
  }

  place(): void {
    this.device.finish();
  }

  withdraw(): void {
    if (!this.device.isInside) this.recordKernelMasks();
    this.calls.deassignIrqs(MSIX);
  }

  disableAll(): boolean {
    const { device } = this;
    if (device.placed) return false;
    if (device.isInside) device.finish();
    else if (this.hostUp) {
      this.recordKernelMasks();
      this.calls.deassignIrqs(MSIX);
    }
    this.settleIntx();
    return true;
  }

  /** Of each entry in use, the kernel's Mask Bit, which goes with the host's vectors. */
  private recordKernelMasks(): void {
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (this.isRouted(vector)) this.recordKernelMask(vector, this.device.posted.isMasked(vector));
    }
  }

  reset(): void {
    this.enabled = false;
    this.functionMask = false;
    this.device.finish();
    if (this.device.placed) this.withdraw();
    this.disableAll();
    this.device.host.reset();
    this.clear();
  }

  peek(vector: number, dword: number, isKernelOwner: boolean): number {
    if (!isKernelOwner || !this.device.posted.isInUse(vector)) return this.peekOwn(vector, dword);
    return this.device.posted.peek(vector, dword);
  }

  get savedWords(): number {
    return 1 + this.table.length + this.records.length;
  }

  saveInto(out: Uint32Array, at: number): void {
    out[at] = Number(this.enabled) | (Number(this.functionMask) << 1);
    putWords(this.table, out, at + 1);
    putWords(this.records, out, at + 1 + this.table.length);
  }

  restore(saved: Uint32Array, at: number): void {
    this.enabled = (saved[at] & 1) !== 0;
    this.functionMask = (saved[at] & 2) !== 0;
    const { table, records } = this;
    takeWords(table, saved, at + 1);
    takeWords(records, saved, at + 1 + table.length);
    // What no access leaves there does not come in this way either.
    for (let vector = 0; vector < this.vectorCount; vector++) {
      table[ENTRY_WORDS * vector] &= ~ADDRESS_LOW_RESERVED;
      table[ENTRY_WORDS * vector + 3] &= VECTOR_CONTROL_MASK;
      records[vector] &= ROUTED | KERNEL_MASKED;
    }
  }

  private get open(): boolean {
    return this.enabled && !this.functionMask;
  }

  private get hostUp(): boolean {
    return (this.device.irqTypes & abi.KVM_DEV_IRQ_HOST_MSIX) !== 0;
  }

  /** Whether an entry counts as in use: it has a route, whether or not the host's vectors are there. */
  private isRouted(vector: number): boolean {
    return (this.records[vector] & ROUTED) !== 0;
  }

  private setRouted(vector: number, routed: boolean): void {
    this.records[vector] = routed ? this.records[vector] | ROUTED : 0;
  }

  private isKernelMasked(vector: number): boolean {
    return this.hostUp ? this.device.posted.isMasked(vector) : (this.records[vector] & KERNEL_MASKED) !== 0;
  }

  private recordKernelMask(vector: number, masked: boolean): void {
    this.records[vector] = (this.records[vector] & ~KERNEL_MASKED) | (masked ? KERNEL_MASKED : 0);
  }

  private peekOwn(vector: number, dword: number): number {
    return this.table[ENTRY_WORDS * vector + dword];
  }

  private isZero(vector: number): boolean {
    return (this.peekOwn(vector, 0) | this.peekOwn(vector, 1) | this.peekOwn(vector, 2)) === 0;
  }

  /** The vectors that the guest is taken to use. */
  private wanted(): number[] {
    return Array.from({ length: this.vectorCount }, (_, vector) => vector).filter((vector) => !this.isZero(vector));
  }

  private writeWord(word: number, value: number): Work {
    const vector = word >>> 2;
    if ((word & 3) !== 3) {
      const [low, high, data] = [0, 1, 2].map((dword) => ((word & 3) === dword ? value : this.peekOwn(vector, dword)));
      return this.writeMessage(vector, low, high, data);
    }
    this.table[word] = value & VECTOR_CONTROL_MASK;
    if ((value & VECTOR_CONTROL_MASK) !== 0 || !this.open) return WORK_NONE;
    if (this.isRouted(vector) || this.isZero(vector)) return WORK_NONE;
    return this.hostUp ? WORK_REBUILD : WORK_ENABLE_ALL;
  }

  private tellEntry(vector: number): void {
    this.calls.setEntry(vector, FIRST_GSI + vector, this.peekOwn(vector, 3) !== 0);
  }

  private tellRoutes(): void {
    const routed = Array.from({ length: this.vectorCount }, (_, vector) => vector).filter((each) =>
      this.isRouted(each),
    );
    const routes = routed.map((vector): Route => ({
      gsi: FIRST_GSI + vector,
      addressLow: this.peekOwn(vector, 0),
      addressHigh: this.peekOwn(vector, 1),
      data: this.peekOwn(vector, 2),
    }));
    this.calls.setRoutes(routes);
  }

  /** Gives the device INTx while MSI-X is disabled and torn down, and takes it back otherwise. */
  private settleIntx(): void {
    const hasIntx = (this.device.irqTypes & abi.KVM_DEV_IRQ_HOST_INTX) !== 0;
    if (this.enabled && hasIntx) this.calls.deassignIrqs(INTX);
    if (!this.enabled && !hasIntx && !this.hostUp) this.calls.assignIrqs(INTX, this.guestIrq);
  }

  private clear(): void {
    this.table.fill(0);
    this.records.fill(0);
    for (let vector = 0; vector < this.vectorCount; vector++)
      this.table[ENTRY_WORDS * vector + 3] = VECTOR_CONTROL_MASK;
  }
}
