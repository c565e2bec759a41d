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
import { ConfigSpace, MSIX_CAPABILITY_OFFSET } from './config-space.ts';
import * as exit from './exit.ts';
import { type Keeper, type Work, WORK_NONE } from './keeper.ts';
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
export type Owner = typeof OWNER_USERSPACE | typeof OWNER_REGISTERING | typeof OWNER_KERNEL | typeof OWNER_RETURNING;

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
  readonly device: KernelDevice;
  /** Who answers the page of the table. */
  owner: Owner = OWNER_USERSPACE;
  /** Guest-physical address of the table; without a mapped BAR 0, no guest's access comes there. */
  tableAddress = 0;
  private readonly calls: KernelCalls;
  private readonly keeper: Keeper;
  private readonly tableOffset: number;
  private readonly pageBytes: number;
  /** Of the Pending Bit Array, from the start of the table. */
  private readonly pbaFromTable: number;
  private readonly scratch = new Uint32Array(2);

  constructor({ kernel, busnr, devfn, design, guestIrq, barAddress, ...layout }: MonitorOptions) {
    const { vectorCount, tableOffset, pbaOffset, barBytes } = layout;
    this.config = new ConfigSpace({ ...layout, vendorId: 0x1b36, deviceId: 0x0010 });
    this.config.write(0x10, 4, barAddress);
    this.config.write(COMMAND_OFFSET, 2, COMMAND_MEMORY_AND_MASTER);
    this.tableOffset = tableOffset;
    this.pageBytes = barBytes - tableOffset;
    this.pbaFromTable = pbaOffset - tableOffset;
    this.calls = new KernelCalls(kernel, DEVICE_ID);
    this.calls.enableCapability(abi.KVM_CAP_DEVICE_MSIX_EXT);
    this.calls.assignDevice(busnr, devfn);
    this.calls.assignIrqs(abi.KVM_DEV_IRQ_HOST_INTX | abi.KVM_DEV_IRQ_GUEST_INTX, guestIrq);
    this.device = kernel.devices.get(DEVICE_ID)!;
    if (design === 'posted') {
      this.keeper = new TwoTables(this.calls, this.device, { guestIrq, pbaOffset: this.pbaFromTable });
    } else {
      this.calls.createTable(vectorCount, this.pbaFromTable, design === 'checked' ? abi.MSIX_TABLE_CHECK_ARRIVALS : 0);
      this.keeper = new OneTable(this.calls, this.device, guestIrq);
    }
    this.findTable();
  }

  // ---- Exits

  /**
   * Completes the access that a vCPU is stopped in. A read leaves its value in `out`: a dword or a QWORD; of an entry its four dwords
   * and the Pending bit. Returns what is still to be done before the guest goes on.
   */
  complete(access: Uint32Array, out: Uint32Array): Work {
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
        this.readPage(offset - this.tableAddress, bytes, out);
        return WORK_NONE;
      case exit.ENTRY_READ:
        this.readEntry(this.entryAt(offset), out);
        return WORK_NONE;
      case exit.MMIO_WRITE:
        return this.writePage(offset - this.tableAddress, bytes, access[exit.LOW_AT], access[exit.HIGH_AT]);
      default: {
        return this.keeper.writeMessage(
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
    return entry >= 0 && entry < registers.VECTOR_COUNT_MAX ? entry : registers.VECTOR_COUNT_MAX;
  }

  private readPage(offset: number, bytes: number, out: Uint32Array): void {
    if (offset >= 0 && offset < this.pageBytes) {
      this.keeper.read(offset, bytes, out);
      return;
    }
    // Nobody is there.
    out[0] = allOnes(bytes);
    out[1] = allOnes(4);
  }

  private writePage(offset: number, bytes: number, low: number, high: number): Work {
    return offset >= 0 && offset < this.pageBytes ? this.keeper.write(offset, bytes, low, high) : WORK_NONE;
  }

  private readEntry(vector: number, out: Uint32Array): void {
    const { keeper, scratch } = this;
    // The Pending bit first: it is the one that a message could change which arrives with the read.
    keeper.read(this.pbaFromTable + 4 * (vector >>> 5), 4, scratch);
    out[4] = (scratch[0] >>> (vector & 31)) & 1;
    for (let dword = 0; dword < 4; dword += 2) {
      keeper.read(16 * vector + 4 * dword, 8, scratch);
      out[dword] = scratch[0];
      out[dword + 1] = scratch[1];
    }
  }

  private writeConfig(offset: number, bytes: number, value: number): Work {
    const { config } = this;
    if (config.write(offset, bytes, value)) {
      this.reset();
      return WORK_NONE;
    }
    this.moveTable();
    if (offset > CONTROL_AT || offset + bytes <= CONTROL_AT) return WORK_NONE;
    const { control } = config;
    return this.keeper.controlWritten(
      (control & registers.CONTROL_ENABLE) !== 0,
      (control & registers.CONTROL_FUNCTION_MASK) !== 0,
    );
  }

  /** Function Level Reset: table, function and configuration space are as at the start, and INTx is in use. */
  reset(): void {
    this.keeper.reset();
    this.config.reset();
    this.moveTable();
  }

  /** Tears down or builds up all vectors, in a design that does such things. */
  enableAll(): void {
    this.keeper.enableAll();
  }

  disableAll(): void {
    this.keeper.disableAll();
  }

  // ---- Handover

  /** Begins to hand the page to the kernel. Returns false, and does nothing, when the page is not userspace's. */
  register(): boolean {
    if (this.owner !== OWNER_USERSPACE) return false;
    //= MSIX-OWN-2
    this.keeper.beforeRegister();
    this.owner = OWNER_REGISTERING;
    return true;
  }

  /** The kernel answers from here on, or userspace still, when the guest has put the page where the kernel cannot have it. */
  registered(): boolean {
    if (this.owner !== OWNER_REGISTERING) return false;
    this.owner = this.placePage();
    return this.owner === OWNER_KERNEL;
  }

  /** Begins to take the page back: accesses exit from here on. */
  unregister(): boolean {
    if (this.owner !== OWNER_KERNEL) return false;
    this.calls.unregister();
    this.owner = OWNER_RETURNING;
    return true;
  }

  /** Userspace has the page again. */
  unregistered(): boolean {
    if (this.owner !== OWNER_RETURNING) return false;
    this.owner = OWNER_USERSPACE;
    return true;
  }

  /** The guest has moved BAR 0: the kernel is told, which the patch had no way to do (hazard S4). */
  private moveTable(): void {
    const before = this.tableAddress;
    this.findTable();
    if (this.tableAddress === before || this.owner !== OWNER_KERNEL) return;
    //= MSIX-ASSIGN-12
    this.calls.unregister();
    this.owner = this.placePage();
  }

  /** Registers the page where the guest has put it; returns who answers it then. */
  private placePage(): Owner {
    const isMapped = this.config.barBase !== 0;
    return isMapped && this.calls.register(this.tableAddress) ? OWNER_KERNEL : OWNER_USERSPACE;
  }

  private findTable(): void {
    this.tableAddress = this.config.barBase + this.tableOffset;
  }

  // ---- What may be asked at any time, and save and restore

  /** A dword that a guest's read would return: `dword` 0 to 3 of entry `vector`. Changes nothing. */
  peek(vector: number, dword: number): number {
    return this.keeper.peek(vector, dword, this.owner === OWNER_KERNEL);
  }

  get savedWords(): number {
    return 1 + this.config.savedWords + this.keeper.savedWords + this.device.savedWords;
  }

  /** Copies the state of both halves into `out` from word `at`: owner, configuration space, userspace's table, the kernel's device. */
  saveInto(out: Uint32Array, at: number): void {
    const { config, keeper, device } = this;
    out[at] = this.owner;
    config.saveInto(out, at + 1);
    keeper.saveInto(out, at + 1 + config.savedWords);
    device.saveInto(out, at + 1 + config.savedWords + keeper.savedWords);
  }

  restore(saved: Uint32Array, at: number): void {
    const { config, keeper, device } = this;
    this.owner = saved[at] as Owner;
    config.restore(saved, at + 1);
    this.findTable();
    keeper.restore(saved, at + 1 + config.savedWords);
    device.restore(saved, at + 1 + config.savedWords + keeper.savedWords);
  }
}
