/**
 * The userspace half of one assigned device: its configuration space, the completion of exits, and who answers the page of the
 * MSI-X Table.
 *
 * An exit completes whoever owns the page by then: nothing of it depends on who owned the page when the access was made. So a handover
 * may begin and end while an exit is out, and an exit never waits for one.
 */
import { allOnes } from '../access.ts';
import * as abi from '../kernel/abi.ts';
import type { KernelDevice } from '../kernel/device.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as registers from '../registers.ts';
import { BAR0_OFFSET, ConfigSpace, MSIX_CAPABILITY_OFFSET } from './config-space.ts';
import * as exit from './exit.ts';
import { type UserspaceTable, type Work, WORK_NONE } from './userspace-table.ts';
import { KernelCalls } from './kernel-calls.ts';
import { OneTable } from './one-table.ts';
import { TwoTables } from './two-tables.ts';

/** Userspace answers the page: every access to it exits. */
export const OWNER_USERSPACE = 0;
/** The page is being handed to the kernel; accesses still exit. */
export const OWNER_REGISTERING = 1;
/** The kernel answers the page. */
export const OWNER_KERNEL = 2;
/** The page is being handed back; accesses exit again. */
export const OWNER_RETURNING = 3;
/** The device is not assigned: nobody answers. */
export const OWNER_REMOVED = 4;
export type Owner =
  | typeof OWNER_USERSPACE
  | typeof OWNER_REGISTERING
  | typeof OWNER_KERNEL
  | typeof OWNER_RETURNING
  | typeof OWNER_REMOVED;

/** `reviewed` is what the review asks for; `checked` looks at masks on arrival, too; `posted` is the patch as it was sent. */
export type AssignedDesign = 'reviewed' | 'checked' | 'posted';

/** What the userspace half is made of. */
export interface MonitorOptions {
  readonly kernel: Kernel;
  readonly busnr: number;
  readonly devfn: number;
  readonly design: AssignedDesign;
  readonly vectorCount: number;
  /** GSI of the device's INTx. */
  readonly guestIrq: number;
  /** Guest-physical address at which BAR 0 is mapped before the guest starts. */
  readonly barAddress: number;
  /** Length of BAR 0; byte offsets of the table and of the Pending Bit Array in it. */
  readonly barBytes: number;
  readonly tableOffset: number;
  readonly pbaOffset: number;
}

const DEVICE_ID = 0;
const CONTROL_AT = MSIX_CAPABILITY_OFFSET + 3;
const COMMAND_OFFSET = 0x04;
const COMMAND_MEMORY_AND_MASTER = 0x6;

/** The userspace half, with the device assigned, INTx in use, and the page its own. */
export class Monitor {
  readonly config: ConfigSpace;
  /** Guest-physical address of the table; without a mapped BAR 0, no guest's access comes there. */
  tableAddress = 0;
  /** How often the device was reset or taken away: accesses from before it do nothing any more. */
  ends = 0;
  private assigned: KernelDevice;
  private userspaceTable: UserspaceTable;
  /** Who is to have the page. Where it is the kernel's and mapped nowhere, it goes back on the bus with the mapping. */
  private hand: Owner = OWNER_USERSPACE;
  private readonly kernel: Kernel;
  private readonly calls: KernelCalls;
  private readonly options: MonitorOptions;
  private readonly tableOffset: number;
  private readonly pageBytes: number;
  /** The same while the BAR is mapped, and 0 while it is not. */
  private mappedBytes = 0;
  /** The same in a design with one table, and 0 in another, where completing an access may leave work. */
  private plainBytes = 0;
  /** The dwords of the table's address, which are integers to V8 as an address of 52 bits is not. */
  private tableLow = 0;
  private tableHigh = 0;
  /** Of the Pending Bit Array, from the start of the table. */
  private readonly pbaFromTable: number;
  private readonly scratch = new Uint32Array(2);

  constructor(options: MonitorOptions) {
    const { kernel, tableOffset, pbaOffset, barBytes } = options;
    this.options = options;
    this.kernel = kernel;
    const isBarWide = options.barAddress >= 2 ** 32;
    this.config = new ConfigSpace({ ...options, isBarWide, vendorId: 0x1b36, deviceId: 0x0010 });
    this.tableOffset = tableOffset;
    this.pageBytes = barBytes - tableOffset;
    this.pbaFromTable = pbaOffset - tableOffset;
    this.calls = new KernelCalls(kernel, DEVICE_ID);
    this.calls.enableCapability(abi.KVM_CAP_DEVICE_MSIX_EXT);
    [this.assigned, this.userspaceTable] = this.attach();
    this.mapBar();
  }

  /** Assigns the device, with INTx in use. */
  private attach(): [KernelDevice, UserspaceTable] {
    const { kernel, busnr, devfn, design, guestIrq, vectorCount } = this.options;
    this.calls.assignDevice(busnr, devfn);
    this.calls.assignIrqs(abi.KVM_DEV_IRQ_HOST_INTX | abi.KVM_DEV_IRQ_GUEST_INTX, guestIrq);
    const device = kernel.devices.get(DEVICE_ID)!;
    if (design === 'posted')
      return [device, new TwoTables(this.calls, device, { guestIrq, pbaOffset: this.pbaFromTable })];
    this.calls.createTable(vectorCount, this.pbaFromTable, design === 'checked' ? abi.MSIX_TABLE_CHECK_ARRIVALS : 0);
    return [device, new OneTable(this.calls, device, guestIrq)];
  }

  get design(): AssignedDesign {
    return this.options.design;
  }

  /** The device as the kernel has it; after a removal, as it last had it. */
  get device(): KernelDevice {
    return this.assigned;
  }

  /** Whether the device is assigned. */
  get isAssigned(): boolean {
    return this.assigned.isAssigned;
  }

  /** Maps BAR 0 where it was before the guest started, as firmware does after a reset. */
  mapBar(): void {
    const { barAddress } = this.options;
    this.config.write(BAR0_OFFSET, 4, barAddress >>> 0);
    if (barAddress >= 2 ** 32) this.config.write(BAR0_OFFSET + 4, 4, barAddress / 2 ** 32);
    this.config.write(COMMAND_OFFSET, 2, COMMAND_MEMORY_AND_MASTER);
    this.moveTable();
  }

  /** Takes the device away: the kernel has it no more. Returns false, and does nothing, when it was taken already. */
  remove(): boolean {
    if (this.hand === OWNER_REMOVED) return false;
    // Somebody else may have taken it.
    if (this.isAssigned) this.calls.deassignDevice();
    this.hand = OWNER_REMOVED;
    this.ends++;
    this.config.reset();
    this.mapBar();
    return true;
  }

  /** Assigns the device again. Returns false, and does nothing, when it is assigned. */
  assign(): boolean {
    if (this.hand !== OWNER_REMOVED) return false;
    [this.assigned, this.userspaceTable] = this.attach();
    this.hand = OWNER_USERSPACE;
    return true;
  }

  // ---- Exits

  /** The offset from the table of a plain access: a read or a write of its page, which leaves no work. Negative of any other. */
  plainOffsetOf(access: Uint32Array): number {
    const kind = access[exit.KIND_AT];
    if ((kind !== exit.MMIO_READ && kind !== exit.MMIO_WRITE) || !this.assigned.isAssigned) return -1;
    //= MSIX-OWN-3
    const offset = access[exit.ADDRESS_LOW_AT] - this.tableLow;
    return access[exit.ADDRESS_HIGH_AT] === this.tableHigh && offset < this.plainBytes ? offset : -1;
  }

  /** Completes a read that is plain. */
  readPlain(offset: number, bytes: number, out: Uint32Array): void {
    this.userspaceTable.read(offset, bytes, out);
  }

  /** Completes a write that is plain. */
  writePlain(offset: number, bytes: number, low: number, high: number): void {
    this.userspaceTable.write(offset, bytes, low, high);
  }

  /**
   * Completes the access that a vCPU is stopped in. A read leaves its value in `out`: a dword or a QWORD; of an entry its four dwords.
   * Returns what is still to be done before the guest goes on. Where there is no device any more, nobody answers.
   */
  complete(access: Uint32Array, out: Uint32Array): Work {
    //= MSIX-ASSIGN-15, MSIX-ASSIGN-16
    if (access[exit.KIND_AT] === exit.VOID || !this.isAssigned) {
      out.fill(0xffff_ffff);
      return WORK_NONE;
    }
    //= MSIX-OWN-3
    const offset = access[exit.ADDRESS_LOW_AT] + access[exit.ADDRESS_HIGH_AT] * 2 ** 32;
    const bytes = access[exit.BYTES_AT];
    switch (access[exit.KIND_AT]) {
      case exit.CONFIG_READ:
        out[0] = this.config.read(offset, bytes);
        return WORK_NONE;
      case exit.CONFIG_WRITE:
        return this.writeConfig(offset, bytes, access[exit.LOW_AT]);
      case exit.MMIO_READ:
        this.readPage(this.offsetOf(offset), bytes, out);
        return WORK_NONE;
      case exit.ENTRY_READ:
        this.readEntry(this.entryAt(offset), out);
        return WORK_NONE;
      case exit.MMIO_WRITE:
        return this.writePage(this.offsetOf(offset), bytes, access[exit.LOW_AT], access[exit.HIGH_AT]);
      default: {
        return this.userspaceTable.writeMessage(
          this.entryAt(offset),
          access[exit.LOW_AT],
          access[exit.HIGH_AT],
          access[exit.DATA_AT],
        );
      }
    }
  }

  /** The entry at an address; one that there is not, where none is. */
  private entryAt(address: number): number {
    const entry = Math.floor((address - this.tableAddress) / registers.ENTRY_BYTES);
    return this.mappedBytes !== 0 && entry >= 0 && entry < registers.VECTOR_COUNT_MAX
      ? entry
      : registers.VECTOR_COUNT_MAX;
  }

  /** The offset of an address from the table, an integer to V8; -1 where it is not in the BAR, or that is not mapped. */
  private offsetOf(address: number): number {
    const offset = address - this.tableAddress;
    return offset >= 0 && offset < this.mappedBytes ? offset | 0 : -1;
  }

  private readPage(offset: number, bytes: number, out: Uint32Array): void {
    if (offset >= 0) {
      this.userspaceTable.read(offset, bytes, out);
      return;
    }
    // Nobody is there.
    out[0] = allOnes(bytes);
    out[1] = allOnes(4);
  }

  private writePage(offset: number, bytes: number, low: number, high: number): Work {
    return offset >= 0 ? this.userspaceTable.write(offset, bytes, low, high) : WORK_NONE;
  }

  private readEntry(vector: number, out: Uint32Array): void {
    const { userspaceTable, scratch } = this;
    for (let dword = 0; dword < 4; dword += 2) {
      userspaceTable.read(16 * vector + 4 * dword, 8, scratch);
      out[dword] = scratch[0];
      out[dword + 1] = scratch[1];
    }
  }

  private writeConfig(offset: number, bytes: number, value: number): Work {
    const { config } = this;
    const wasAwake = config.powerState === 0;
    if (config.write(offset, bytes, value)) {
      this.reset();
      return WORK_NONE;
    }
    if (wasAwake && config.powerState !== 0) this.assigned.host.sleep();
    this.moveTable();
    if (offset > CONTROL_AT || offset + bytes <= CONTROL_AT) return WORK_NONE;
    const { control } = config;
    return this.userspaceTable.controlWritten(
      (control & registers.CONTROL_ENABLE) !== 0,
      (control & registers.CONTROL_FUNCTION_MASK) !== 0,
    );
  }

  /** Whether completing an access may leave work: a write that enables, disables or unmasks. */
  mayWork(access: Uint32Array): boolean {
    const kind = access[exit.KIND_AT];
    if (kind === exit.CONFIG_WRITE) return true;
    if (kind !== exit.MMIO_WRITE || this.options.design !== 'posted') return false;
    const end = (access[exit.ADDRESS_LOW_AT] + access[exit.BYTES_AT]) & 15;
    const last = access[access[exit.BYTES_AT] === 8 ? exit.HIGH_AT : exit.LOW_AT];
    return end === 0 && (last & registers.VECTOR_CONTROL_MASK) === 0;
  }

  /** Function Level Reset: table, function and configuration space are as at the start, INTx is in use, and the page userspace's. */
  reset(): void {
    this.ends++;
    this.config.reset();
    if (this.hand === OWNER_REMOVED) {
      this.assigned.host.reset();
      this.mapBar();
      return;
    }
    if (this.hand === OWNER_KERNEL && this.assigned.table !== undefined && this.assigned.placed)
      this.calls.unregister();
    this.hand = OWNER_USERSPACE;
    this.userspaceTable.reset();
    this.moveTable();
  }

  /** Builds up or tears down all vectors, in a design that does such things, in the steps in which others may see it. */
  enableAll(): Work {
    return this.userspaceTable.enableAll();
  }

  place(): void {
    this.userspaceTable.place();
  }

  withdraw(): void {
    this.userspaceTable.withdraw();
  }

  disableAll(): boolean {
    return this.userspaceTable.disableAll();
  }

  // ---- Handover

  /** Who answers the page of the table. */
  get owner(): Owner {
    const { hand, assigned } = this;
    if (hand === OWNER_REMOVED) return hand;
    if (assigned.table === undefined) return this.coupledOwner;
    return hand === OWNER_KERNEL && !assigned.placed ? OWNER_USERSPACE : hand;
  }

  /** The same, where the page goes with the host's MSI-X. */
  private get coupledOwner(): Owner {
    const { placed, isInside, isEnabling } = this.assigned;
    if (placed) return OWNER_KERNEL;
    if (!isInside) return OWNER_USERSPACE;
    return isEnabling ? OWNER_REGISTERING : OWNER_RETURNING;
  }

  /** Tells the kernel where the page is, in the posted design: nothing else is done. Returns false in another, and once it is told. */
  tellBase(): boolean {
    if (!this.isAssigned || this.assigned.table !== undefined || this.assigned.mmioBase !== 0) return false;
    //= MSIX-POSTED-7
    return this.placePage();
  }

  /** Begins to hand the page to the kernel. Returns false, and does nothing, when the page is not userspace's. */
  register(): boolean {
    if (this.hand !== OWNER_USERSPACE || this.assigned.table === undefined) return false;
    //= MSIX-OWN-2
    this.hand = OWNER_REGISTERING;
    return true;
  }

  /** The kernel answers from here on, or userspace still, when the guest has put the page where the kernel cannot have it. */
  registered(): boolean {
    if (this.hand !== OWNER_REGISTERING) return false;
    this.hand = this.placePage() ? OWNER_KERNEL : OWNER_USERSPACE;
    return this.hand === OWNER_KERNEL;
  }

  /** Begins to take the page back: accesses exit from here on. */
  unregister(): boolean {
    if (this.hand !== OWNER_KERNEL) return false;
    if (this.assigned.placed) this.calls.unregister();
    this.hand = OWNER_RETURNING;
    return true;
  }

  /** Userspace has the page again. */
  unregistered(): boolean {
    if (this.hand !== OWNER_RETURNING) return false;
    this.hand = OWNER_USERSPACE;
    return true;
  }

  /**
   * The guest has moved BAR 0: the kernel is told. In the posted design it is not, and answers where the page was (hazard S4). What
   * was the kernel's and is mapped nowhere for a while is the kernel's again afterwards.
   */
  private moveTable(): void {
    const before = this.tableAddress;
    this.findTable();
    if (this.tableAddress === before || this.hand !== OWNER_KERNEL) return;
    //= MSIX-ASSIGN-12
    if (this.assigned.placed) this.calls.unregister();
    this.placePage();
  }

  /** Tells the kernel where the guest has put the page; returns whether the kernel has taken it. */
  private placePage(): boolean {
    return this.config.barBase !== 0 && this.calls.register(this.tableAddress);
  }

  private findTable(): void {
    const { barBase } = this.config;
    this.tableAddress = barBase + this.tableOffset;
    this.mappedBytes = barBase === 0 ? 0 : this.pageBytes;
    this.plainBytes = this.options.design === 'posted' ? 0 : this.mappedBytes;
    this.tableLow = this.tableAddress >>> 0;
    this.tableHigh = Math.floor(this.tableAddress / 2 ** 32);
  }

  // ---- What may be asked at any time, and save and restore

  /** A dword that a guest's read would return: `dword` 0 to 3 of entry `vector`. Changes nothing. */
  peek(vector: number, dword: number): number {
    return this.isAssigned ? this.userspaceTable.peek(vector, dword, this.isKernelHere) : 0xffff_ffff;
  }

  /** Whether the kernel answers where the page is; in the posted design it may answer where the page was. */
  private get isKernelHere(): boolean {
    const { owner, assigned, tableAddress } = this;
    return owner === OWNER_KERNEL && (assigned.table !== undefined || assigned.mmioBase === tableAddress);
  }

  get savedWords(): number {
    return 1 + this.config.savedWords + this.userspaceTable.savedWords + this.assigned.savedWords;
  }

  /** Copies the state of both halves into `out` from word `at`: owner, configuration space, userspace's table, the kernel's device. */
  saveInto(out: Uint32Array, at: number): void {
    const { config, userspaceTable, assigned } = this;
    out[at] = this.hand;
    config.saveInto(out, at + 1);
    const own = at + 1 + config.savedWords;
    if (this.hand === OWNER_REMOVED) {
      // Of a device that is not assigned, the function is what is left.
      out.fill(0, own, at + this.savedWords);
      assigned.saveHost(out, own + userspaceTable.savedWords);
      return;
    }
    userspaceTable.saveInto(out, own);
    assigned.saveInto(out, own + userspaceTable.savedWords);
  }

  /** Whether a saved state can be restored here: its page, if the kernel has it, must have room on the bus. */
  canRestore(saved: Uint32Array, at: number): boolean {
    const own = at + 1 + this.config.savedWords + this.userspaceTable.savedWords;
    return saved[at] === OWNER_REMOVED || this.assigned.canRestore(saved, own);
  }

  restore(saved: Uint32Array, at: number): void {
    const { config } = this;
    const hand = saved[at] as Owner;
    if (hand === OWNER_REMOVED) this.remove();
    else this.assign();
    // What cannot be does not come in this way either.
    const known = this.assigned.table === undefined ? hand === OWNER_REMOVED : hand <= OWNER_REMOVED;
    this.hand = known ? hand : OWNER_USERSPACE;
    config.restore(saved, at + 1);
    this.findTable();
    const own = at + 1 + config.savedWords;
    if (hand === OWNER_REMOVED) {
      this.assigned.restoreHost(saved, own + this.userspaceTable.savedWords);
      return;
    }
    this.userspaceTable.restore(saved, own);
    this.assigned.restore(saved, own + this.userspaceTable.savedWords);
  }
}
