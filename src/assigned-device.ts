/**
 * A device assigned to a guest, whole: the vCPUs of the guest, userspace, the kernel, and the physical function, each doing one
 * thing at a time when it is told to. It is what `machines/assigned-device.ts` describes, as code that one may run.
 *
 * It owns the vCPUs: which access each is stopped in, and what is still to be done before that returns. Everything else is of the
 * halves.
 */
import { HostFunction } from './host/host-function.ts';
import * as abi from './kernel/abi.ts';
import { Kernel, type KernelOptions } from './kernel/kernel.ts';
import { isAccess, type MmioBus } from './kernel/bus.ts';
import * as registers from './registers.ts';
import { contradictionOf, isConfigAccess } from './assigned-saved.ts';
import {
  dwordOf,
  hex,
  isWords,
  requireFunction,
  requireInteger,
  requireMultiple,
  requireNumber,
  requireOptionsOf,
  requireRoom,
  told,
  upperOf,
} from './sentences.ts';
import * as exit from './userspace/exit.ts';
import {
  type Work,
  WORK_DISABLE_ALL,
  WORK_ENABLE_ALL,
  WORK_NONE,
  WORK_PLACE,
  WORK_REBUILD,
} from './userspace/userspace-table.ts';
import { type AssignedDesign, Monitor, type Owner } from './userspace/monitor.ts';
import { MSIX_CAPABILITY_OFFSET } from './userspace/config-space.ts';
import { putWords, sameWords, takeWords } from './words.ts';

/** The kernel answered: the access is complete. */
export const ACCESS_RETURNED = 0;
/** The access exited: the vCPU is stopped until `complete`. */
export const ACCESS_EXITED = 1;
/** There is no such access: the vCPU is stopped in another one, or no processor makes it (`refused` counts these). Nothing changed. */
export const ACCESS_REFUSED = 2;
/** What came of an access of the guest. */
export type AccessOutcome = typeof ACCESS_RETURNED | typeof ACCESS_EXITED | typeof ACCESS_REFUSED;

/** What an assigned device is made of. Everything but `vectorCount` has a default. */
export interface AssignedDeviceOptions {
  /** 1 to 2048; to 256 in the design `posted`, which is as many as Linux assigned. */
  readonly vectorCount: number;
  /** Default `reviewed`. */
  readonly design?: AssignedDesign;
  /** How many vCPUs access the device. 1 to 64; default 1. */
  readonly vcpuCount?: number;
  /** Called for each message that the host injects into the guest, in order. The number types are as in `SendMessage`. */
  readonly deliver?: (addressLow: number, addressHigh: number, data: number, vector: number) => void;
  /** Called for each message of the device that goes into flight; not when it coalesces with one that is. */
  readonly sent?: (vector: number) => void;
  /** Called for each interrupt that such a message makes, decoded. */
  readonly interrupt?: KernelOptions['interrupt'];
  /**
   * Guest-physical address at which BAR 0 is mapped before the guest starts: a multiple of its length. From 2^32 on the BAR is one of 64
   * bits. Default 0x7ebf0000, where it is free: below 2^31 an address is a small integer to V8, and above it one is boxed, in 16 bytes,
   * when it crosses a call.
   */
  readonly barAddress?: number;
  /** Length of BAR 0, a power of two from 4 KiB to 2 GiB. Default 64 KiB. */
  readonly barBytes?: number;
  /** Byte offset of the MSI-X Table in BAR 0, a multiple of 16. Default 0. */
  readonly tableOffset?: number;
  /** Byte offset of the Pending Bit Array in BAR 0, a multiple of 8 behind the table. Default 0x2000, or the page behind the table. */
  readonly pbaOffset?: number;
}

/** Where the Pending Bit Array is at the least, where nothing else is said: on a page of its own. */
const PBA_OFFSET_MIN = 0x2000;
const GUEST_IRQ = 11;
const VCPU_COUNT_MAX = 64;

/** Words of a vCPU in a saved device: what is due, and the access that it is stopped in. */
const VCPU_WORDS = 1 + exit.EXIT_WORDS;

/**
 * One assigned device and its guest's vCPUs. Accesses of the guest return at once, or exit and return when userspace completes them;
 * what is handed over, what arrives and what is completed is up to the caller, step by step.
 *
 * @throws {RangeError} from the constructor, when an option is out of range.
 */
export class AssignedDevice {
  readonly vectorCount: number;
  readonly design: AssignedDesign;
  readonly vcpuCount: number;
  /** Length of BAR 0; byte offsets of the table and of the Pending Bit Array in it. */
  readonly barBytes: number;
  readonly tableOffset: number;
  readonly pbaOffset: number;
  readonly kernel: Kernel;
  readonly host: HostFunction;
  readonly monitor: Monitor;
  /**
   * What the last read returned, once it is complete: a value in word 0, and its upper dword in word 1; of `readEntry` address low,
   * address high, data and Vector Control.
   */
  readonly answer: Uint32Array = new Uint32Array(4);
  /** How many accesses no processor makes: of another width than 1, 2, 4 or 8 bytes, or at addresses that there are not. */
  refused = 0;
  /** The answer, while calls out are made. */
  private readonly kept = new Uint32Array(4);
  private readonly bus: MmioBus;
  private readonly options: AssignedDeviceOptions;
  /** On which saves are tried; made when one is. */
  private trial: AssignedDevice | undefined;
  /** What such a one has taken over last, as it saves it again. */
  private again: Uint32Array | undefined;
  /** Of each vCPU, the access that it is stopped in, and what is due before it returns. */
  private readonly exits: readonly Uint32Array[];
  /** The access of the first one, which mostly is the one that is asked for. */
  private readonly first: Uint32Array;
  private readonly works: Work[];
  private readonly scratch = new Uint32Array(2);

  constructor(given: AssignedDeviceOptions) {
    const options = requireOptionsOf(OWNER, given, OPTION_NAMES);
    const { vectorCount, design = 'reviewed', vcpuCount = 1 } = options;
    const { deliver, sent, interrupt, barAddress = 0x7ebf0000 } = options;
    requireOptions(vectorCount, design, vcpuCount);
    const placed = placementOf(options);
    requireMultiple(OWNER, 'barAddress', barAddress, placed.barBytes, placed.barBytes, 2 ** 52 - placed.barBytes);
    requireFunction(OWNER, 'deliver', deliver);
    requireFunction(OWNER, 'sent', sent);
    requireFunction(OWNER, 'interrupt', interrupt);
    this.options = { vectorCount, design, vcpuCount, barAddress, ...placed };
    this.barBytes = placed.barBytes;
    this.tableOffset = placed.tableOffset;
    this.pbaOffset = placed.pbaOffset;
    this.vectorCount = vectorCount;
    this.design = design;
    this.vcpuCount = vcpuCount;
    this.exits = Array.from({ length: vcpuCount }, () => new Uint32Array(exit.EXIT_WORDS));
    [this.first] = this.exits;
    this.works = Array.from({ length: vcpuCount }, (): Work => WORK_NONE);
    this.host = new HostFunction({ vectorCount, dropsWhileDisabled: design === 'posted', sent });
    const place = { busnr: 1, devfn: 0 };
    const hostDevices = [{ ...place, function: this.host }];
    this.kernel = new Kernel({ hostDevices, deliver, interrupt, stopsInside: true });
    this.bus = this.kernel.bus;
    this.monitor = new Monitor({
      kernel: this.kernel,
      ...place,
      design,
      vectorCount,
      guestIrq: GUEST_IRQ,
      barAddress,
      ...placed,
    });
  }

  // ---- The guest, any access. Each is of a vCPU; the first, where none is named.

  /** Reads 1, 2 or 4 bytes of configuration space, which is userspace's: it exits. */
  configRead(offset: number, bytes: number, vcpu = 0): AccessOutcome {
    if (this.isStopped(vcpu)) return ACCESS_REFUSED;
    if (!isConfigAccess(offset, bytes)) return this.refuse(offset, bytes);
    return this.stop(vcpu, exit.CONFIG_READ, offset, bytes);
  }

  /** Writes 1, 2 or 4 bytes of configuration space: it exits. */
  configWrite(offset: number, bytes: number, value: number, vcpu = 0): AccessOutcome {
    const dword = dwordOf('AssignedDevice.configWrite', 'the value', value);
    if (this.isStopped(vcpu)) return ACCESS_REFUSED;
    if (!isConfigAccess(offset, bytes)) return this.refuse(offset, bytes);
    return this.stopWriting(vcpu, exit.CONFIG_WRITE, offset, bytes, dword, 0, 0);
  }

  /** Reads from a guest-physical address: 4 or 8 bytes of the table or of the Pending Bit Array. */
  read(address: number, bytes: number, vcpu?: number): AccessOutcome {
    // A dword of the first vCPU is what guests read all day. Whatever else there is stands apart, so that V8 inlines this whole. A default
    // for `vcpu` would be a copy of each parameter.
    const isFirst = vcpu === undefined || vcpu === 0;
    if (bytes !== 4 || !isFirst || this.first[exit.KIND_AT] !== 0 || this.host.inFlight !== 0) {
      return this.readOther(address, bytes, vcpu);
    }
    const { bus } = this;
    const offset = bus.offsetOf(address, 4);
    return bus.taker.read(offset, 4, this.answer) ? ACCESS_RETURNED : this.leaveRead(address);
  }

  /** A read of another width or vCPU, by one that is stopped, or before which messages arrive: they are told when it is done. */
  private readOther(address: number, bytes: number, vcpu = 0): AccessOutcome {
    if (this.isStopped(vcpu)) return ACCESS_REFUSED;
    if (!isAccess(address, bytes)) return this.refuse(address, bytes);
    const { bus } = this;
    const offset = bus.offsetOf(address, bytes);
    this.begin();
    try {
      if (bus.taker.read(offset, bytes, this.answer)) return ACCESS_RETURNED;
      return this.stop(vcpu, exit.MMIO_READ, address, bytes);
    } finally {
      this.end();
    }
  }

  /** A dword that nobody has read, of the first vCPU. */
  private leaveRead(address: number): AccessOutcome {
    return isAccess(address, 4) ? this.stop(0, exit.MMIO_READ, address, 4) : this.refuse(address, 4);
  }

  /**
   * Writes to a guest-physical address. 8 bytes are two dwords, of which `high` is the upper; or, without `high`, one safe integer.
   *
   * @throws {RangeError} when the value does not fit.
   */
  write(address: number, bytes: number, low: number, high?: number, vcpu?: number): AccessOutcome {
    // As in `read`.
    const isFirst = vcpu === undefined || vcpu === 0;
    if (bytes !== 4 || !isFirst || typeof low !== 'number' || low >>> 0 !== low || this.first[exit.KIND_AT] !== 0) {
      return this.writeOther(address, bytes, low, high, vcpu);
    }
    const { bus } = this;
    const offset = bus.offsetOf(address, 4);
    return bus.taker.write(offset, 4, low, 0) ? ACCESS_RETURNED : this.leaveWrite(address, low);
  }

  /** A write of another width or vCPU, by one that is stopped, or of what is to be made a dword first. */
  private writeOther(address: number, bytes: number, low: number, high?: number, vcpu = 0): AccessOutcome {
    const lower = dwordOf('AssignedDevice.write', 'the value', low);
    const upper = bytes === 8 ? upperOf('AssignedDevice.write', low, high) : 0;
    if (this.isStopped(vcpu)) return ACCESS_REFUSED;
    if (!isAccess(address, bytes)) return this.refuse(address, bytes);
    const { bus } = this;
    const offset = bus.offsetOf(address, bytes);
    if (bus.taker.write(offset, bytes, lower, upper)) return ACCESS_RETURNED;
    return this.stopWriting(vcpu, exit.MMIO_WRITE, address, bytes, lower, upper, 0);
  }

  /** A dword that nobody has written, of the first vCPU. */
  private leaveWrite(address: number, low: number): AccessOutcome {
    if (!isAccess(address, 4)) return this.refuse(address, 4);
    return this.stopWriting(0, exit.MMIO_WRITE, address, 4, low, 0, 0);
  }

  /** Counts an access that no processor makes. */
  private refuse(address: number, bytes: number): 2 {
    requireNumber(OWNER, 'the address', address);
    requireNumber(OWNER, 'the width', bytes);
    this.refused++;
    return ACCESS_REFUSED;
  }

  // ---- The guest, the accesses that drivers make

  /** Writes Message Control: MSI-X Enable is bit 15, Function Mask is bit 14. */
  writeControl(control: number, vcpu = 0): AccessOutcome {
    return this.configWrite(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_CONTROL_OFFSET, 2, control, vcpu);
  }

  mask(vector: number, vcpu = 0): AccessOutcome {
    const address = this.entryAddress(vector) + registers.ENTRY_VECTOR_CONTROL_OFFSET;
    return this.write(address, 4, registers.VECTOR_CONTROL_MASK, 0, vcpu);
  }

  unmask(vector: number, vcpu = 0): AccessOutcome {
    return this.write(this.entryAddress(vector) + registers.ENTRY_VECTOR_CONTROL_OFFSET, 4, 0, 0, vcpu);
  }

  /** Writes the address of an entry, as a QWORD. */
  writeAddress(vector: number, low: number, high: number, vcpu = 0): AccessOutcome {
    return this.write(this.entryAddress(vector), 8, low, high, vcpu);
  }

  /** Writes the data of an entry. */
  writeData(vector: number, data: number, vcpu = 0): AccessOutcome {
    return this.write(this.entryAddress(vector) + registers.ENTRY_DATA_OFFSET, 4, data, 0, vcpu);
  }

  /** Writes address and data of an entry in one instruction. */
  writeMessage(vector: number, addressLow: number, addressHigh: number, data: number, vcpu = 0): AccessOutcome {
    const address = this.entryAddress(vector);
    const low = dwordOf('AssignedDevice.writeMessage', 'the lower address', addressLow);
    const high = dwordOf('AssignedDevice.writeMessage', 'the upper address', addressHigh);
    const word = dwordOf('AssignedDevice.writeMessage', 'the data', data);
    if (this.isStopped(vcpu)) return ACCESS_REFUSED;
    if (!isAccess(address, 8)) return this.refuse(address, 8);
    const { bus } = this;
    if (bus.write(address, 8, low, high) && bus.write(address + registers.ENTRY_DATA_OFFSET, 4, word, 0))
      return ACCESS_RETURNED;
    return this.stopWriting(vcpu, exit.MESSAGE_WRITE, address, 12, low, high, word);
  }

  /** Reads an entry in one instruction. */
  readEntry(vector: number, vcpu = 0): AccessOutcome {
    const address = this.entryAddress(vector);
    if (this.isStopped(vcpu)) return ACCESS_REFUSED;
    if (!isAccess(address, 8)) return this.refuse(address, 8);
    this.begin();
    const isAnswered = this.readEntryAt(address);
    if (!isAnswered) this.stop(vcpu, exit.ENTRY_READ, address, 16);
    this.end();
    return isAnswered ? ACCESS_RETURNED : ACCESS_EXITED;
  }

  private readEntryAt(address: number): boolean {
    const { answer, scratch } = this;
    const { bus } = this;
    if (!bus.read(address, 8, scratch)) return false;
    answer[0] = scratch[0];
    answer[1] = scratch[1];
    bus.read(address + registers.ENTRY_DATA_OFFSET, 8, scratch);
    answer[2] = scratch[0];
    answer[3] = scratch[1];
    return true;
  }

  /** Reads the dword of the Pending Bit Array that has the bit of a vector. It reaches the device. */
  readPending(vector: number, vcpu = 0): AccessOutcome {
    requireInteger(OWNER, 'the vector', vector, 0, VECTOR_INDEX_MAX);
    return this.read(this.pbaAddress + 4 * Math.floor(vector / 32), 4, vcpu);
  }

  // ---- Calls out. They wait until what was begun is done, and its answer is not theirs to change.

  private begin(): void {
    this.host.calls.hold();
  }

  private end(): void {
    const { calls } = this.host;
    if (calls.due) this.callOut();
    else calls.release();
  }

  private callOut(): void {
    this.kept.set(this.answer);
    try {
      this.host.calls.release();
    } finally {
      this.answer.set(this.kept);
    }
  }

  private whole<Result>(act: () => Result): Result {
    this.begin();
    try {
      return act();
    } finally {
      this.end();
    }
  }

  // ---- Userspace

  /**
   * Userspace completes the exit of a vCPU. Returns whether the access returned: false when there is no exit to complete, when
   * there is more to be done first (`due`), and when that must wait until what is due of another vCPU is done.
   */
  complete(vcpu = 0): boolean {
    const words = vcpu === 0 ? this.first : this.accessOf(vcpu);
    // The page is what guests read and write all day. Whatever else there is stands apart, so that V8 inlines this whole.
    const offset = this.monitor.plainOffsetOf(words);
    if (offset < 0 || this.host.inFlight !== 0) return this.completeOther(vcpu, words);
    const isWrite = words[exit.KIND_AT] === exit.MMIO_WRITE;
    const bytes = words[exit.BYTES_AT];
    const low = words[exit.LOW_AT];
    const high = words[exit.HIGH_AT];
    // The vCPU goes on before anyone is told of what the table does.
    clearExit(words);
    if (isWrite) this.monitor.writePlain(offset, bytes, low, high);
    else this.monitor.readPlain(offset, bytes, this.answer);
    return true;
  }

  private completeOther(vcpu: number, words: Uint32Array): boolean {
    if (!this.isExitOf(vcpu)) return false;
    const { monitor } = this;
    //= MSIX-POSTED-8
    if (monitor.mayWork(words) && this.worker >= 0) return false;
    this.begin();
    try {
      return this.completeExit(vcpu, words);
    } finally {
      this.end();
    }
  }

  private completeExit(vcpu: number, words: Uint32Array): boolean {
    const { monitor } = this;
    const { ends } = monitor;
    const work = monitor.complete(words, this.answer);
    clearExit(words);
    if (monitor.ends !== ends) this.voidExits();
    if (work === WORK_NONE) return true;
    this.works[vcpu] = work;
    words[exit.KIND_AT] = exit.COMPLETED;
    return false;
  }

  /** Begins to hand the page of the table to the kernel. Each of these four returns false, and does nothing, when it is not its turn. */
  register(): boolean {
    return this.whole(() => this.monitor.register());
  }

  /** The kernel answers the page from here on. */
  registered(): boolean {
    return this.whole(() => this.monitor.registered());
  }

  /** Begins to take the page back. */
  unregister(): boolean {
    return this.whole(() => this.monitor.unregister());
  }

  /** Userspace answers the page from here on. */
  unregistered(): boolean {
    return this.whole(() => this.monitor.unregistered());
  }

  // The same in the design `posted`, whose page goes with the host's MSI-X. Each returns false, and does nothing, when it is not due.

  /** Tells the kernel where the page is. */
  tellBase(): boolean {
    return this.whole(() => this.monitor.tellBase());
  }

  /** Builds up all vectors in use; then the access returns, unless the page is still to be put on the bus. */
  enableAll(): boolean {
    const vcpu = this.workerOf(WORK_ENABLE_ALL);
    return vcpu >= 0 && this.whole(() => this.goOn(vcpu, this.monitor.enableAll()));
  }

  /** The page goes on the bus; then the access returns. */
  place(): boolean {
    const vcpu = this.workerOf(WORK_PLACE);
    if (vcpu < 0) return false;
    return this.whole(() => {
      this.monitor.place();
      return this.goOn(vcpu, WORK_NONE);
    });
  }

  /** The page goes off the bus, before all vectors are torn down. */
  withdraw(): boolean {
    if (this.tearer < 0 || !this.monitor.device.placed) return false;
    this.whole(() => this.monitor.withdraw());
    return true;
  }

  /** Tears down all vectors; the access returns, unless they are to be built up again. */
  disableAll(): boolean {
    const vcpu = this.tearer;
    if (vcpu < 0) return false;
    return this.whole(() => {
      if (!this.monitor.disableAll()) return false;
      return this.goOn(vcpu, this.works[vcpu] === WORK_REBUILD ? WORK_ENABLE_ALL : WORK_NONE);
    });
  }

  /** Does all that is due of a vCPU, as userspace does when nobody looks on. Returns whether its access returned. */
  settle(vcpu = 0): boolean {
    if (this.dueOf(vcpu) === WORK_NONE) return false;
    return this.whole(() => {
      this.withdraw();
      this.disableAll();
      this.enableAll();
      this.place();
      return true;
    });
  }

  /** The vCPU for which something is due, or -1. There is one at most. */
  private get worker(): number {
    for (let vcpu = 0; vcpu < this.vcpuCount; vcpu++) if (this.works[vcpu] !== WORK_NONE) return vcpu;
    return -1;
  }

  private workerOf(work: Work): number {
    return this.works.indexOf(work);
  }

  private get tearer(): number {
    return Math.max(this.workerOf(WORK_DISABLE_ALL), this.workerOf(WORK_REBUILD));
  }

  private goOn(vcpu: number, work: Work): boolean {
    this.works[vcpu] = work;
    if (work !== WORK_NONE) return false;
    clearExit(this.exits[vcpu]);
    return true;
  }

  // ---- Reset and removal

  /**
   * Resets the device from outside, as a reset of its bus or of the machine does, and maps BAR 0 where it was. An access under way
   * does nothing any more when it completes, but for a read, which is answered as the device stands by then.
   */
  reset(): void {
    this.whole(() => {
      const { tableAddress } = this.monitor;
      this.monitor.reset();
      this.monitor.mapBar();
      this.voidExits(this.monitor.tableAddress !== tableAddress);
    });
  }

  /** Takes the device from the guest. An access under way completes, and nobody answers. Returns false when it was taken already. */
  remove(): boolean {
    return this.whole(() => {
      if (!this.monitor.remove()) return false;
      this.voidExits();
      return true;
    });
  }

  /** Assigns the device again, to this guest or to the next one. Returns false when it is assigned. */
  assign(): boolean {
    return this.whole(() => this.monitor.assign());
  }

  /** Ends what is under way, but for reads of a device that is there; `isMoved` says whether its page is elsewhere now. */
  private voidExits(isMoved = false): void {
    for (const [vcpu, words] of this.exits.entries()) {
      const kind = words[exit.KIND_AT];
      if (kind === exit.EXIT_NONE) continue;
      this.works[vcpu] = WORK_NONE;
      //= MSIX-ASSIGN-15
      const isRead = kind === exit.CONFIG_READ || kind === exit.MMIO_READ || kind === exit.ENTRY_READ;
      if (isRead && this.monitor.isAssigned && (kind === exit.CONFIG_READ || !isMoved)) continue;
      clearExit(words);
      words[exit.KIND_AT] = exit.VOID;
    }
  }

  // ---- The device and the fabric

  /** The device has an event for `vector`. */
  signal(vector: number): void {
    // A device that sleeps has none.
    if (this.monitor.config.powerState !== 0) requireNumber(OWNER, 'the vector', vector);
    else this.host.signal(vector);
  }

  /** The cause of what is pending is gone. */
  retire(vector: number): void {
    this.host.retire(vector);
  }

  /** The message of `vector` arrives at the host. Returns false when none is in flight. */
  arrive(vector: number): boolean {
    return this.host.arrive(vector);
  }

  // ---- What may be asked at any time. None of it is an event: nothing changes.

  /** Who answers the page of the table. */
  get owner(): Owner {
    return this.monitor.owner;
  }

  /** Whether the first vCPU is stopped: in an exit, or until what is due is done. */
  get stopped(): boolean {
    return this.isStopped(0);
  }

  /** Whether the first vCPU is stopped in an exit that userspace has yet to complete. */
  get isExit(): boolean {
    return this.isExitOf(0);
  }

  /** What is to be done before the access of the first vCPU returns, besides completing it: `WORK_NONE`, but in the design `posted`. */
  get due(): Work {
    return this.works[0];
  }

  /** The access that the first vCPU is stopped in, laid out as `userspace/exit.ts` says. */
  get access(): Readonly<Uint32Array> {
    return this.exits[0];
  }

  // The same of any vCPU.

  isStopped(vcpu: number): boolean {
    return this.accessOf(vcpu)[exit.KIND_AT] !== 0;
  }

  isExitOf(vcpu: number): boolean {
    return this.isStopped(vcpu) && this.works[vcpu] === WORK_NONE;
  }

  dueOf(vcpu: number): Work {
    this.accessOf(vcpu);
    return this.works[vcpu];
  }

  accessOf(vcpu: number): Readonly<Uint32Array> {
    const words = typeof vcpu === 'number' ? this.exits[vcpu] : undefined;
    if (words === undefined) requireInteger(OWNER, 'the vCPU', vcpu, 0, this.vcpuCount - 1);
    return words!;
  }

  /** Whether a message of `vector` is in flight. */
  isInFlight(vector: number): boolean {
    return this.host.isInFlight(vector);
  }

  /** Whether `vector` is pending, as the guest reads it. */
  isPending(vector: number): boolean {
    return this.host.isPending(vector);
  }

  /** Whether the device has its INTx: exactly while MSI-X is disabled. */
  get intx(): boolean {
    return (this.monitor.device.irqTypes & INTX) !== 0;
  }

  /**
   * Copies what the guest may read into `out`, as `MsixFunction.peekInto`: Message Control, the table, the Pending Bit Array, in
   * dwords. Returns the number of words, 1 + 4N + 2 * ceil(N / 64).
   */
  peekInto(out: Uint32Array): number {
    const { vectorCount, host, monitor } = this;
    const pbaAt = 1 + 4 * vectorCount;
    const pbaWords = host.pbaBytes >>> 2;
    requireRoom('AssignedDevice.peekInto', out, pbaAt + pbaWords);
    const { isAssigned } = monitor;
    out[0] = isAssigned ? monitor.config.messageControl : 0xffff;
    for (let word = 0; word < 4 * vectorCount; word++) out[1 + word] = monitor.peek(word >>> 2, word & 3);
    for (let word = 0; word < pbaWords; word++) out[pbaAt + word] = isAssigned ? host.pendingWord(word) : 0xffff_ffff;
    return pbaAt + pbaWords;
  }

  /** Guest-physical address of an entry, be it beyond the table. */
  entryAddress(vector: number): number {
    if (typeof vector !== 'number' || !(vector >= 0 && vector <= VECTOR_INDEX_MAX) || Math.floor(vector) !== vector) {
      requireInteger(OWNER, 'the vector', vector, 0, VECTOR_INDEX_MAX);
    }
    return this.monitor.tableAddress + registers.ENTRY_BYTES * vector;
  }

  /** Guest-physical address of the Pending Bit Array. */
  get pbaAddress(): number {
    return this.monitor.tableAddress + this.pbaOffset - this.tableOffset;
  }

  // ---- Save and restore

  private get ownWords(): number {
    return VCPU_WORDS * this.vcpuCount;
  }

  /** Length of a saved device, in words. */
  get savedWords(): number {
    return this.ownWords + this.monitor.savedWords;
  }

  /** Copies the state into `out`; returns the number of words. What no guest can ever tell apart is saved alike. */
  saveInto(out: Uint32Array): number {
    requireRoom('AssignedDevice.saveInto', out, this.savedWords);
    for (let vcpu = 0; vcpu < this.vcpuCount; vcpu++) {
      out[VCPU_WORDS * vcpu] = this.works[vcpu];
      putWords(this.exits[vcpu], out, VCPU_WORDS * vcpu + 1);
    }
    this.monitor.saveInto(out, this.ownWords);
    return this.savedWords;
  }

  /**
   * Takes over a state that `saveInto` left, of a device of the same size and design. Nobody is told of anything by it. All of it is
   * tried on another device first: what is taken is saved the same again, and no part of it contradicts another.
   *
   * @throws {RangeError} when the words are no such state, saying why; and when the kernel has the page in it, and something else is at
   * its address here. Nothing has changed then.
   */
  restore(saved: Uint32Array): void {
    const words = this.savedWords;
    if (!isWords(saved) || saved.length !== words) {
      throw new RangeError(`AssignedDevice.restore: got ${told(saved)}; expected a Uint32Array of ${words} words.`);
    }
    const trial = this.trial ?? new AssignedDevice(this.options);
    // One that was given a contradiction is not asked again.
    this.trial = undefined;
    const wrong = trial.wrongIn(saved);
    if (wrong !== undefined) throw new RangeError(`AssignedDevice.restore: ${wrong} Nothing was restored.`);
    this.trial = trial;
    if (!this.monitor.canRestore(saved, this.ownWords)) {
      throw new RangeError(
        'AssignedDevice.restore: got a state in which the page of the table is on the bus; expected its addresses to be free here. ' +
          'Nothing was restored.',
      );
    }
    this.take(saved);
  }

  /** Takes a state over, and says in a sentence why it can be none that was saved. */
  private wrongIn(saved: Uint32Array): string | undefined {
    // It has them: whoever walks through states comes back to the same one again and again.
    if (this.again !== undefined && sameWords(this.again, saved)) return undefined;
    try {
      this.take(saved);
    } catch (error) {
      return `got words that cannot be taken over (${(error as Error).message}); expected a saved device.`;
    }
    const again = (this.again ??= new Uint32Array(saved.length));
    this.saveInto(again);
    if (!sameWords(again, saved)) {
      const at = saved.findIndex((word, index) => word !== again[index]);
      const found = `got ${hex(saved[at])} in word ${at}, which would be saved as ${hex(again[at])}`;
      return `${found}; expected words that saveInto left.`;
    }
    return contradictionOf(this.exits, this.works, this.monitor);
  }

  private take(saved: Uint32Array): void {
    for (let vcpu = 0; vcpu < this.vcpuCount; vcpu++) {
      this.works[vcpu] = saved[VCPU_WORDS * vcpu] as Work;
      takeWords(this.exits[vcpu], saved, VCPU_WORDS * vcpu + 1);
    }
    this.monitor.restore(saved, this.ownWords);
  }

  /** Stops a vCPU in an access. What is written is zero before, as all of it is. */
  private stop(vcpu: number, kind: exit.ExitKind, address: number, bytes: number): 1 {
    const words = this.exits[vcpu];
    words[exit.KIND_AT] = kind;
    words[exit.ADDRESS_LOW_AT] = address;
    words[exit.ADDRESS_HIGH_AT] = address / 2 ** 32;
    words[exit.BYTES_AT] = bytes;
    return ACCESS_EXITED;
  }

  private stopWriting(
    vcpu: number,
    kind: exit.ExitKind,
    address: number,
    bytes: number,
    low: number,
    high: number,
    data: number,
  ): 1 {
    const words = this.exits[vcpu];
    words[exit.LOW_AT] = low;
    words[exit.HIGH_AT] = high;
    words[exit.DATA_AT] = data;
    return this.stop(vcpu, kind, address, bytes);
  }
}

const INTX = 0x0101;
const DESIGNS: readonly AssignedDesign[] = ['reviewed', 'checked', 'posted'];

const OWNER = 'AssignedDevice';
const OPTION_NAMES = [
  ...['vectorCount', 'design', 'vcpuCount', 'deliver', 'sent', 'interrupt'],
  ...['barAddress', 'barBytes', 'tableOffset', 'pbaOffset'],
];
const VECTOR_INDEX_MAX = 2 ** 40;

function requireOptions(vectorCount: number, design: AssignedDesign, vcpuCount: number): void {
  requireInteger(OWNER, 'vcpuCount', vcpuCount, 1, VCPU_COUNT_MAX);
  if (!DESIGNS.includes(design)) {
    throw new RangeError(`AssignedDevice: design is ${told(design)}; expected one of ${DESIGNS.join(', ')}.`);
  }
  const most = design === 'posted' ? abi.KVM_MAX_MSIX_PER_DEV : registers.VECTOR_COUNT_MAX;
  requireInteger(OWNER, 'vectorCount', vectorCount, 1, most);
}

/** Where table and Pending Bit Array are in BAR 0, with defaults filled in. */
function placementOf({ vectorCount, barBytes = 0x10000, tableOffset = 0, pbaOffset }: AssignedDeviceOptions): {
  readonly barBytes: number;
  readonly tableOffset: number;
  readonly pbaOffset: number;
} {
  requireInteger(OWNER, 'barBytes', barBytes, 0x1000, 2 ** 31);
  if (!Number.isInteger(Math.log2(barBytes))) {
    throw new RangeError(`${OWNER}: barBytes is ${barBytes}; expected a power of two.`);
  }
  const tableBytes = registers.ENTRY_BYTES * vectorCount;
  const pbaBytes = registers.PBA_QWORD_BYTES * Math.ceil(vectorCount / registers.PBA_QWORD_BITS);
  requireMultiple(OWNER, 'tableOffset', tableOffset, registers.ENTRY_BYTES, 0, barBytes - tableBytes - pbaBytes);
  const behind = tableOffset + tableBytes;
  const ownPage = Math.max(PBA_OFFSET_MIN, Math.ceil(behind / 0x1000) * 0x1000);
  const place = pbaOffset === undefined ? (ownPage + pbaBytes <= barBytes ? ownPage : behind) : pbaOffset;
  requireMultiple(OWNER, 'pbaOffset', place, registers.PBA_QWORD_BYTES, behind, barBytes - pbaBytes);
  return { barBytes, tableOffset, pbaOffset: place };
}

/** Ends an access, word by word: `fill`, or a loop, costs more than much else of an exit. */
function clearExit(access: Uint32Array): void {
  access[exit.KIND_AT] = exit.EXIT_NONE;
  access[exit.ADDRESS_LOW_AT] = 0;
  access[exit.ADDRESS_HIGH_AT] = 0;
  access[exit.BYTES_AT] = 0;
  access[exit.LOW_AT] = 0;
  access[exit.HIGH_AT] = 0;
  access[exit.DATA_AT] = 0;
}
