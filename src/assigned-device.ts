/**
 * A device assigned to a guest, whole: one vCPU of the guest, userspace, the kernel, and the physical function, each doing one
 * thing at a time when it is told to. It is what `machines/assigned-device.ts` describes, as code that one may run.
 *
 * It owns the vCPU: which access it is stopped in, and what is still to be done before that returns. Everything else is of the halves.
 */
import { HostFunction } from './host/host-function.ts';
import { Kernel, type KernelOptions } from './kernel/kernel.ts';
import { isAccess } from './kernel/bus.ts';
import * as registers from './registers.ts';
import { contradictionOf, isConfigAccess } from './assigned-saved.ts';
import {
  dwordOf,
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
import { type Work, WORK_DISABLE_ALL, WORK_ENABLE_ALL, WORK_NONE, WORK_REBUILD } from './userspace/keeper.ts';
import { type AssignedDesign, Monitor, type Owner } from './userspace/monitor.ts';
import { MSIX_CAPABILITY_OFFSET } from './userspace/config-space.ts';

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
  /** 1 to 256, which is as many as KVM assigns. */
  readonly vectorCount: number;
  /** Default `reviewed`. */
  readonly design?: AssignedDesign;
  /** Called for each message that the host injects into the guest, in order. The number types are as in `SendMessage`. */
  readonly deliver?: (addressLow: number, addressHigh: number, data: number, vector: number) => void;
  /** Called for each message of the device that goes into flight; not when it coalesces with one that is. */
  readonly sent?: (vector: number) => void;
  /** Called for each interrupt that such a message makes, decoded. */
  readonly interrupt?: KernelOptions['interrupt'];
  /** Guest-physical address at which BAR 0 is mapped before the guest starts: a multiple of 64 KiB below 2^32. Default 0x7ebf0000:
   * below 2^31 an address is a small integer to V8, and above it one is boxed, in 16 bytes, when it crosses a call. */
  readonly barAddress?: number;
}

/** Length of BAR 0. */
const BAR_BYTES = 0x10000;
/** The table is at the start of BAR 0; the Pending Bit Array on a page of its own. */
const TABLE_OFFSET = 0;
const PBA_OFFSET = 0x2000;
const GUEST_IRQ = 11;
const VECTOR_COUNT_MAX = 256;

const OWN_WORDS = 1 + exit.EXIT_WORDS;
const { ENTRY_BYTES, ENTRY_DATA_OFFSET, ENTRY_VECTOR_CONTROL_OFFSET } = registers;

/**
 * One assigned device and its guest's vCPU. Accesses of the guest return at once, or exit and return when userspace completes them;
 * what is handed over, what arrives and what is completed is up to the caller, step by step.
 *
 * @throws {RangeError} from the constructor, when an option is out of range.
 */
export class AssignedDevice {
  readonly vectorCount: number;
  readonly design: AssignedDesign;
  readonly kernel: Kernel;
  readonly host: HostFunction;
  readonly monitor: Monitor;
  /**
   * What the last read returned, once it is complete: a value in word 0, and its upper dword in word 1; of `readEntry` address low,
   * address high, data, Vector Control, and the Pending bit as 0 or 1.
   */
  readonly answer: Uint32Array = new Uint32Array(5);
  /** How many accesses no processor makes: of another width than 1, 2, 4 or 8 bytes, or at addresses that there are not. */
  refused = 0;
  private readonly kept = new Uint32Array(5);
  private readonly options: AssignedDeviceOptions;
  /** On which saves are tried; made when the first one is. */
  private trial: AssignedDevice | undefined;
  private readonly exit = new Uint32Array(exit.EXIT_WORDS);
  private work: Work = WORK_NONE;
  private readonly scratch = new Uint32Array(2);

  constructor(options: AssignedDeviceOptions) {
    requireOptionsOf(OWNER, options, OPTION_NAMES);
    const { vectorCount, design = 'reviewed', deliver, sent, interrupt, barAddress = 0x7ebf0000 } = options;
    requireOptions(vectorCount, design, barAddress);
    requireFunction(OWNER, 'deliver', deliver);
    requireFunction(OWNER, 'sent', sent);
    requireFunction(OWNER, 'interrupt', interrupt);
    this.options = { vectorCount, design, barAddress };
    this.vectorCount = vectorCount;
    this.design = design;
    this.host = new HostFunction({ vectorCount, dropsWhileDisabled: design === 'posted', sent });
    const place = { busnr: 1, devfn: 0 };
    this.kernel = new Kernel({ hostDevices: [{ ...place, function: this.host }], deliver, interrupt });
    this.monitor = new Monitor({
      kernel: this.kernel,
      ...place,
      design,
      vectorCount,
      guestIrq: GUEST_IRQ,
      barAddress,
      barBytes: BAR_BYTES,
      tableOffset: TABLE_OFFSET,
      pbaOffset: PBA_OFFSET,
    });
  }

  // ---- The guest, any access

  /** Reads 1, 2 or 4 bytes of configuration space, which is userspace's: it exits. */
  configRead(offset: number, bytes: number): AccessOutcome {
    if (this.stopped || !this.isConfigAccess(offset, bytes)) return ACCESS_REFUSED;
    return this.stop(exit.CONFIG_READ, offset, bytes, 0, 0, 0);
  }

  /** Writes 1, 2 or 4 bytes of configuration space: it exits. */
  configWrite(offset: number, bytes: number, value: number): AccessOutcome {
    const dword = dwordOf('AssignedDevice.configWrite', 'the value', value);
    if (this.stopped || !this.isConfigAccess(offset, bytes)) return ACCESS_REFUSED;
    return this.stop(exit.CONFIG_WRITE, offset, bytes, dword, 0, 0);
  }

  /** Reads from a guest-physical address: 4 or 8 bytes of the table or of the Pending Bit Array. */
  read(address: number, bytes: number): AccessOutcome {
    if (this.exit[exit.KIND_AT] !== 0 || !this.isAccess(address, bytes)) return ACCESS_REFUSED;
    this.begin();
    const isAnswered = this.kernel.bus.read(address, bytes, this.answer);
    if (!isAnswered) this.stop(exit.MMIO_READ, address, bytes, 0, 0, 0);
    this.end();
    return isAnswered ? ACCESS_RETURNED : ACCESS_EXITED;
  }

  /**
   * Writes to a guest-physical address. 8 bytes are two dwords, of which `high` is the upper; or, without `high`, one safe integer.
   *
   * @throws {RangeError} when the value does not fit.
   */
  write(address: number, bytes: number, low: number, high?: number): AccessOutcome {
    if (
      typeof low !== 'number' ||
      low >>> 0 !== low ||
      (high !== undefined && (typeof high !== 'number' || high >>> 0 !== high))
    ) {
      return this.writeWide(address, bytes, low, high);
    }
    if (this.exit[exit.KIND_AT] !== 0 || !this.isAccess(address, bytes)) return ACCESS_REFUSED;
    const upper = high === undefined ? 0 : high;
    if (this.kernel.bus.write(address, bytes, low, upper)) return ACCESS_RETURNED;
    return this.stop(exit.MMIO_WRITE, address, bytes, low, upper, 0);
  }

  private writeWide(address: number, bytes: number, low: number, high?: number): AccessOutcome {
    const lower = dwordOf('AssignedDevice.write', 'the value', low);
    return this.write(address, bytes, lower, bytes === 8 ? upperOf('AssignedDevice.write', low, high) : 0);
  }

  /** Whether a processor makes such an access; if not, it is counted. */
  private isAccess(address: number, bytes: number): boolean {
    if (isAccess(address, bytes)) return true;
    return this.refuse(address, bytes);
  }

  private isConfigAccess(offset: number, bytes: number): boolean {
    if (isConfigAccess(offset, bytes)) return true;
    return this.refuse(offset, bytes);
  }

  private refuse(address: number, bytes: number): false {
    requireNumber(OWNER, 'the address', address);
    requireNumber(OWNER, 'the width', bytes);
    this.refused++;
    return false;
  }

  // ---- The guest, the accesses that drivers make

  /** Writes Message Control: MSI-X Enable is bit 15, Function Mask is bit 14. */
  writeControl(control: number): AccessOutcome {
    return this.configWrite(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_CONTROL_OFFSET, 2, control);
  }

  mask(vector: number): AccessOutcome {
    return this.write(this.entryAddress(vector) + ENTRY_VECTOR_CONTROL_OFFSET, 4, registers.VECTOR_CONTROL_MASK);
  }

  unmask(vector: number): AccessOutcome {
    return this.write(this.entryAddress(vector) + ENTRY_VECTOR_CONTROL_OFFSET, 4, 0);
  }

  /** Writes the address of an entry, as a QWORD. */
  writeAddress(vector: number, low: number, high: number): AccessOutcome {
    return this.write(this.entryAddress(vector), 8, low, high);
  }

  /** Writes the data of an entry. */
  writeData(vector: number, data: number): AccessOutcome {
    return this.write(this.entryAddress(vector) + ENTRY_DATA_OFFSET, 4, data);
  }

  /** Writes address and data of an entry in one instruction. */
  writeMessage(vector: number, addressLow: number, addressHigh: number, data: number): AccessOutcome {
    const address = this.entryAddress(vector);
    const low = dwordOf('AssignedDevice.writeMessage', 'the lower address', addressLow);
    const high = dwordOf('AssignedDevice.writeMessage', 'the upper address', addressHigh);
    const word = dwordOf('AssignedDevice.writeMessage', 'the data', data);
    if (this.stopped || !this.isAccess(address, 8)) return ACCESS_REFUSED;
    const { bus } = this.kernel;
    if (bus.write(address, 8, low, high) && bus.write(address + ENTRY_DATA_OFFSET, 4, word, 0)) return ACCESS_RETURNED;
    return this.stop(exit.MESSAGE_WRITE, address, 12, low, high, word);
  }

  /** Reads an entry and its Pending bit in one instruction, as they stand before what is in flight arrives. */
  readEntry(vector: number): AccessOutcome {
    const address = this.entryAddress(vector);
    if (this.stopped || !this.isAccess(address, 8)) return ACCESS_REFUSED;
    this.begin();
    const isAnswered = this.readEntryAt(address, vector);
    if (!isAnswered) this.stop(exit.ENTRY_READ, address, 16, 0, 0, 0);
    this.end();
    return isAnswered ? ACCESS_RETURNED : ACCESS_EXITED;
  }

  private readEntryAt(address: number, vector: number): boolean {
    const { answer, scratch, host } = this;
    const { bus } = this.kernel;
    const word = vector >>> 5;
    const isPbaAnswered = bus.read(this.pbaAddress + 4 * word, 4, scratch);
    const pending = isPbaAnswered ? scratch[0] : host.pendingWord(word);
    if (!bus.read(address, 8, scratch)) return false;
    answer[0] = scratch[0];
    answer[1] = scratch[1];
    bus.read(address + ENTRY_DATA_OFFSET, 8, scratch);
    answer[2] = scratch[0];
    answer[3] = scratch[1];
    answer[4] = (pending >>> (vector & 31)) & 1;
    return true;
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

  // ---- Userspace

  /**
   * Userspace completes the exit. Returns whether the access returned: false when there is no exit to complete, and when there is
   * more to be done first (`due`).
   */
  complete(): boolean {
    if (!this.isExit) return false;
    this.begin();
    try {
      this.work = this.monitor.complete(this.exit, this.answer);
      this.clearExit();
      if (this.work === WORK_NONE) return true;
      this.exit[exit.KIND_AT] = exit.COMPLETED;
      return false;
    } finally {
      this.end();
    }
  }

  /** Begins to hand the page of the table to the kernel. Each of these four returns false, and does nothing, when it is not its turn. */
  register(): boolean {
    this.begin();
    try {
      return this.monitor.register();
    } finally {
      this.end();
    }
  }

  /** The kernel answers the page from here on. */
  registered(): boolean {
    this.begin();
    try {
      return this.monitor.registered();
    } finally {
      this.end();
    }
  }

  /** Begins to take the page back. */
  unregister(): boolean {
    return this.monitor.unregister();
  }

  /** Userspace answers the page from here on. */
  unregistered(): boolean {
    return this.monitor.unregistered();
  }

  /** Builds up all vectors in use, where that is due; then the access returns. Only in the design `posted`. */
  enableAll(): boolean {
    if (this.work !== WORK_ENABLE_ALL) return false;
    this.begin();
    try {
      this.monitor.enableAll();
      return this.finish();
    } finally {
      this.end();
    }
  }

  /** Tears down all vectors, where that is due; the access returns, unless they are to be built up again. */
  disableAll(): boolean {
    if (this.work !== WORK_DISABLE_ALL && this.work !== WORK_REBUILD) return false;
    this.begin();
    try {
      this.monitor.disableAll();
      if (this.work === WORK_DISABLE_ALL) return this.finish();
      this.work = WORK_ENABLE_ALL;
      return false;
    } finally {
      this.end();
    }
  }

  private finish(): true {
    this.work = WORK_NONE;
    this.clearExit();
    return true;
  }

  /** A loop, for `fill` costs more than all else of an exit. */
  private clearExit(): void {
    for (let word = 0; word < exit.EXIT_WORDS; word++) this.exit[word] = 0;
  }

  // ---- The device and the fabric

  /** The device has an event for `vector`. */
  signal(vector: number): void {
    this.host.signal(vector);
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

  /** Whether the vCPU is stopped: in an exit, or until what is due is done. */
  get stopped(): boolean {
    return this.exit[exit.KIND_AT] !== 0;
  }

  /** Whether the vCPU is stopped in an exit that userspace has yet to complete. */
  get isExit(): boolean {
    return this.stopped && this.work === WORK_NONE;
  }

  /** What is to be done before the access returns, besides completing it: `WORK_NONE`, but in the design `posted`. */
  get due(): Work {
    return this.work;
  }

  /** The access that the vCPU is stopped in, laid out as `userspace/exit.ts` says. */
  get access(): Readonly<Uint32Array> {
    return this.exit;
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
    out[0] = monitor.config.messageControl;
    for (let word = 0; word < 4 * vectorCount; word++) out[1 + word] = monitor.peek(word >>> 2, word & 3);
    for (let word = 0; word < pbaWords; word++) out[pbaAt + word] = host.pendingWord(word);
    return pbaAt + pbaWords;
  }

  /** Guest-physical address of an entry, be it beyond the table. */
  entryAddress(vector: number): number {
    if (typeof vector !== 'number' || !(vector >= 0 && vector <= VECTOR_INDEX_MAX) || Math.floor(vector) !== vector) {
      requireInteger(OWNER, 'the vector', vector, 0, VECTOR_INDEX_MAX);
    }
    return this.monitor.tableAddress + ENTRY_BYTES * vector;
  }

  /** Guest-physical address of the Pending Bit Array. */
  get pbaAddress(): number {
    return this.monitor.tableAddress + PBA_OFFSET - TABLE_OFFSET;
  }

  // ---- Save and restore

  /** Length of a saved device, in words. */
  get savedWords(): number {
    return OWN_WORDS + this.monitor.savedWords;
  }

  /** Copies the state into `out`; returns the number of words. What no guest can ever tell apart is saved alike. */
  saveInto(out: Uint32Array): number {
    requireRoom('AssignedDevice.saveInto', out, this.savedWords);
    out[0] = this.work;
    out.set(this.exit, 1);
    this.monitor.saveInto(out, OWN_WORDS);
    return this.savedWords;
  }

  /**
   * Takes over a state that `saveInto` left, of a device of the same size and design. Nobody is told of anything by it. All of it is tried
   * on another device first: what is taken is saved the same again, and no part of it contradicts another.
   *
   * @throws {RangeError} when the words are no such state, saying why. Nothing has changed then.
   */
  restore(saved: Uint32Array): void {
    const words = this.savedWords;
    if (!isWords(saved) || saved.length !== words) {
      throw new RangeError(`AssignedDevice.restore: got ${told(saved)}; expected a Uint32Array of ${words} words.`);
    }
    this.trial ??= new AssignedDevice(this.options);
    const wrong = this.trial.wrongIn(saved);
    if (wrong !== undefined) throw new RangeError(`AssignedDevice.restore: ${wrong} Nothing was restored.`);
    this.take(saved);
  }

  /** Takes a state over, and says in a sentence why it can be none that was saved. */
  private wrongIn(saved: Uint32Array): string | undefined {
    try {
      this.take(saved);
    } catch (error) {
      return `got words that cannot be taken over (${error instanceof Error ? error.message : String(error)}); expected a saved device.`;
    }
    const again = new Uint32Array(saved.length);
    this.saveInto(again);
    const at = again.findIndex((word, index) => word !== saved[index]);
    if (at >= 0) {
      return `got ${hex(saved[at])} in word ${at}, which would be saved as ${hex(again[at])}; expected words that saveInto left.`;
    }
    return contradictionOf(this.exit, this.work, this.monitor);
  }

  private take(saved: Uint32Array): void {
    this.work = saved[0] as Work;
    this.exit.set(saved.subarray(1, OWN_WORDS));
    this.monitor.restore(saved, OWN_WORDS);
  }

  private stop(kind: exit.ExitKind, address: number, bytes: number, low: number, high: number, data: number): 1 {
    const words = this.exit;
    words[exit.KIND_AT] = kind;
    words[exit.ADDRESS_LOW_AT] = address;
    words[exit.ADDRESS_HIGH_AT] = address / 2 ** 32;
    words[exit.BYTES_AT] = bytes;
    words[exit.LOW_AT] = low;
    words[exit.HIGH_AT] = high;
    words[exit.DATA_AT] = data;
    return ACCESS_EXITED;
  }
}

const INTX = 0x0101;
const DESIGNS: readonly AssignedDesign[] = ['reviewed', 'checked', 'posted'];

const OWNER = 'AssignedDevice';
const OPTION_NAMES = ['vectorCount', 'design', 'deliver', 'sent', 'interrupt', 'barAddress'];
const VECTOR_INDEX_MAX = 2 ** 40;

function requireOptions(vectorCount: number, design: AssignedDesign, barAddress: number): void {
  requireInteger(OWNER, 'vectorCount', vectorCount, 1, VECTOR_COUNT_MAX);
  if (!DESIGNS.includes(design)) {
    throw new RangeError(`AssignedDevice: design is ${told(design)}; expected one of ${DESIGNS.join(', ')}.`);
  }
  requireMultiple(OWNER, 'barAddress', barAddress, BAR_BYTES, BAR_BYTES, 2 ** 32 - BAR_BYTES);
}

function hex(word: number): string {
  return `0x${word.toString(16)}`;
}
