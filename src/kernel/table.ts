/**
 * The one MSI-X Table of an assigned device, in the kernel: the designs `reviewed` and `checked`.
 *
 * Whoever answers the page, every access comes here: from the bus, or from userspace, which completes an exit by handing it over.
 * So a Mask Bit has one owner, and there is nothing to copy when the page changes hands. What is blocked here is masked in the
 * physical function, in the same step, and the physical Pending bits are the guest's.
 *
 * With N vectors, the memory is one `Uint32Array`:
 *
 *     control    1    MSIX_CONTROL_ENABLE and MSIX_CONTROL_FUNCTION_MASK, as userspace told them
 *     table     4N    as the guest reads it: address low, address high, data, vector control
 *     force     3N    the message in force: the entry as it stood at the last unblocking edge. It survives masking, for a
 *                     message that is still in flight then carries it
 */
import { accessedWord, allOnes } from '../access.ts';
import type { HostFunction } from '../host/host-function.ts';
import * as registers from '../registers.ts';
import { putWords, takeWords } from '../words.ts';
import * as abi from './abi.ts';
import type { BusDevice } from './bus.ts';

// What the bundler knows to be a number it writes as one. That is less bytecode than an alias is, and V8 inlines by its length.
const ADDRESS_LOW_WRITABLE = ~registers.ADDRESS_LOW_RESERVED;
const ENTRY_WORDS = registers.ENTRY_BYTES >>> 2;
const MESSAGE_WORDS = 3;
const CONTROL_AT = 0;
const TABLE_AT = 1;

/** How many accesses did not exist, since construction. A guest's nonsense is counted and changes nothing. */
export interface TableRefusals {
  reads: number;
  writes: number;
}

/**
 * Injects the message of a vector into the guest: address low, address high and data, from word `at` of `words`. They stay where they
 * are, for V8 boxes a number of 2^31 or more that crosses a call.
 */
export type InjectMessage = (words: Uint32Array, at: number, vector: number) => void;

/** What a table needs of the kernel around it. */
export interface TableSurroundings {
  readonly host: HostFunction;
  /** Whether arrivals are held against the guest's masks, too. */
  readonly checksArrivals: boolean;
  readonly inject: InjectMessage;
  /** Allocates the host interrupt of a vector, which is unblocked for the first time; the others go on. */
  readonly allocate: (vector: number) => void;
}

/** The table, all masked. It answers its range on the bus itself, and that of the Pending Bit Array through `pbaPort`. */
export class MsixTable implements BusDevice {
  readonly vectorCount: number;
  readonly refusals: TableRefusals = { reads: 0, writes: 0 };
  /** What answers the range of the Pending Bit Array. */
  readonly pbaPort: BusDevice;
  private readonly host: HostFunction;
  private readonly checks: boolean;
  private readonly inject: InjectMessage;
  private readonly allocate: TableSurroundings['allocate'];
  private readonly memory: Uint32Array;
  private readonly tableWords: number;
  private readonly pbaWords: number;
  private readonly force: number;
  /** Of each vector, whether it has its host interrupt. */
  private readonly allocated: Uint8Array;
  /** Of each vector, whether its next unblocking edge has more to do than to lift the mask: its message may be another one, or it has no host interrupt. */
  private readonly stale: Uint8Array;

  constructor({ host, checksArrivals, inject, allocate }: TableSurroundings) {
    const { vectorCount } = host;
    this.vectorCount = vectorCount;
    this.host = host;
    this.checks = checksArrivals;
    this.inject = inject;
    this.allocate = allocate;
    this.tableWords = ENTRY_WORDS * vectorCount;
    this.pbaWords = host.pbaBytes >>> 2;
    this.force = TABLE_AT + this.tableWords;
    this.memory = new Uint32Array(this.force + MESSAGE_WORDS * vectorCount);
    this.allocated = new Uint8Array(vectorCount);
    this.stale = new Uint8Array(vectorCount);
    this.pbaPort = new PbaPort(this);
    this.clear();
  }

  // ---- Accesses. None is declined: the kernel knows what to do with each.

  /** Writes an aligned 4 or 8 bytes of the table. Anything else changes nothing, and is counted. */
  write(offset: number, bytes: number, low: number, high: number): true {
    // A Mask Bit is what guests write all day. Whatever else there is stands apart, so that V8 inlines this whole; and it returns nothing,
    // so that V8 knows the answer here, and asks no more whether it is true.
    const vector = offset >>> 4;
    const isMask = bytes === 4 && offset === ((vector << 4) | registers.ENTRY_VECTOR_CONTROL_OFFSET);
    if (!isMask || vector >= this.vectorCount) {
      this.writeOther(offset, bytes, low, high);
      return true;
    }
    const { memory } = this;
    const at = TABLE_AT + (offset >>> 2);
    const mask = low & registers.VECTOR_CONTROL_MASK;
    if (memory[at] === mask) return true;
    //= MSIX-ASSIGN-5
    memory[at] = mask;
    // As `closed` has it, which would be a call more for V8 to find room for.
    if (memory[CONTROL_AT] !== abi.MSIX_CONTROL_ENABLE) return true;
    if (mask === 0 && this.stale[vector] !== 0) this.load(vector);
    this.host.drive(vector, mask);
    return true;
  }

  private writeOther(offset: number, bytes: number, low: number, high: number): void {
    const word = accessedWord(offset, bytes, this.tableWords);
    if (word < 0) {
      this.refusals.writes++;
      return;
    }
    this.writeMessage(word, low);
    if (bytes === 8) this.write(offset + 4, 4, high, 0);
  }

  /** Reads an aligned 4 or 8 bytes of the table. The read goes to the device, so what is in flight arrives before it completes. */
  read(offset: number, bytes: number, out: Uint32Array): true {
    const word = offset >>> 2;
    if (bytes !== 4 || word << 2 !== offset || word >= this.tableWords || this.host.inFlight !== 0) {
      this.readOther(offset, bytes, out);
    } else {
      //= MSIX-ASSIGN-13
      out[0] = this.memory[TABLE_AT + word];
    }
    return true;
  }

  private readOther(offset: number, bytes: number, out: Uint32Array): void {
    const word = accessedWord(offset, bytes, this.tableWords);
    if (word < 0) {
      this.refuseRead(bytes, out);
      return;
    }
    out[0] = this.memory[TABLE_AT + word];
    if (bytes === 8) out[1] = this.memory[TABLE_AT + word + 1];
    //= MSIX-ASSIGN-6
    this.host.flush();
  }

  /** Reads an aligned 4 or 8 bytes of the Pending Bit Array: the bits as they stand before what is in flight arrives. */
  readPending(offset: number, bytes: number, out: Uint32Array): true {
    const word = accessedWord(offset, bytes, this.pbaWords);
    if (word < 0) {
      this.refuseRead(bytes, out);
      return true;
    }
    out[0] = this.host.pendingWord(word);
    if (bytes === 8) out[1] = this.host.pendingWord(word + 1);
    this.host.flush();
    return true;
  }

  private refuseRead(bytes: number, out: Uint32Array): void {
    this.refusals.reads++;
    out[0] = allOnes(bytes);
    out[1] = allOnes(4);
  }

  /** Takes a new value of MSI-X Enable and Function Mask, both at once. */
  setControl(control: number): void {
    const { memory, vectorCount } = this;
    //= MSIX-ASSIGN-3
    const closes = (control & (abi.MSIX_CONTROL_ENABLE | abi.MSIX_CONTROL_FUNCTION_MASK)) !== abi.MSIX_CONTROL_ENABLE;
    const wasClosed = this.closed();
    // What was sent before the function closes arrives before it is closed.
    //= MSIX-ASSIGN-8
    this.host.calls.hold();
    if (closes) this.host.flush();
    memory[CONTROL_AT] = control;
    for (let vector = 0; closes !== wasClosed && vector < vectorCount; vector++) {
      if (memory[TABLE_AT + ENTRY_WORDS * vector + 3] !== 0) continue;
      if (!closes && this.stale[vector] !== 0) this.load(vector);
      this.host.drive(vector, closes ? registers.VECTOR_CONTROL_MASK : 0);
    }
    this.host.calls.release();
  }

  /** Resets table and function, as a Function Level Reset does: what has been sent arrives first. */
  reset(): void {
    this.host.calls.hold();
    this.host.flush();
    this.host.reset();
    this.clear();
    this.host.calls.release();
  }

  // ---- The host

  /** A message of `vector` has arrived at the host. */
  arrive(vector: number): void {
    const { memory } = this;
    //= MSIX-ASSIGN-9
    if (this.checks && this.blocked(vector)) {
      // The device holds it again. A real one has no such way in: there a kernel would keep a bit of its own, show it
      // in the Pending Bit Array, and not learn of it when the cause is gone.
      this.host.signal(vector);
      return;
    }
    const at = this.force + MESSAGE_WORDS * vector;
    //= MSIX-ASSIGN-4
    this.inject(memory, at, vector);
  }

  // ---- What may be asked at any time, and changes nothing

  /** MSI-X Enable and Function Mask as the kernel knows them. */
  get control(): number {
    return this.memory[CONTROL_AT];
  }

  /** Whether `vector` must not send. */
  blocked(vector: number): boolean {
    return this.closed() || this.memory[TABLE_AT + ENTRY_WORDS * vector + 3] !== 0;
  }

  /** A dword of the table as the guest would read it, without a read: `dword` is 0 to 3. */
  peek(vector: number, dword: number): number {
    return this.memory[TABLE_AT + ENTRY_WORDS * vector + dword];
  }

  // ---- Save and restore

  get savedWords(): number {
    return this.memory.length;
  }

  /** Copies the state into `out` from word `at`. A message in force that nothing can carry any more is saved as zero. */
  saveInto(out: Uint32Array, at: number): void {
    putWords(this.memory, out, at);
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (!this.blocked(vector) || this.host.isInFlight(vector)) continue;
      const force = at + this.force + MESSAGE_WORDS * vector;
      for (let word = 0; word < MESSAGE_WORDS; word++) out[force + word] = 0;
    }
  }

  /** Takes over what `saveInto` left; the host function is restored before. Allocates the host interrupts that are needed. */
  restore(saved: Uint32Array, at: number): void {
    const { memory } = this;
    takeWords(memory, saved, at);
    memory[CONTROL_AT] &= abi.MSIX_CONTROL_ENABLE | abi.MSIX_CONTROL_FUNCTION_MASK;
    this.release();
    for (let vector = 0; vector < this.vectorCount; vector++) {
      // What no access leaves there does not come in this way either.
      memory[TABLE_AT + ENTRY_WORDS * vector] &= ADDRESS_LOW_WRITABLE;
      memory[TABLE_AT + ENTRY_WORDS * vector + 3] &= registers.VECTOR_CONTROL_MASK;
      memory[this.force + MESSAGE_WORDS * vector] &= ADDRESS_LOW_WRITABLE;
      if (this.host.isMasked(vector) && !this.host.isInFlight(vector)) continue;
      this.allocated[vector] = 1;
      this.allocate(vector);
    }
  }

  /** The host interrupts are gone: each is allocated again when it is needed. */
  release(): void {
    this.allocated.fill(0);
    this.stale.fill(1);
  }

  private closed(): boolean {
    return this.memory[CONTROL_AT] !== abi.MSIX_CONTROL_ENABLE;
  }

  private clear(): void {
    this.memory.fill(0);
    // A reset wipes the host's messages, too (HB-51): each is written again when its vector is next unblocked.
    this.release();
    for (let vector = 0; vector < this.vectorCount; vector++) {
      this.memory[TABLE_AT + ENTRY_WORDS * vector + 3] = registers.VECTOR_CONTROL_MASK;
    }
  }

  /** Writes a dword of a message; `word` counts from the start of the table. */
  private writeMessage(word: number, value: number): void {
    //= MSIX-ASSIGN-7, MSIX-ASSIGN-2
    this.memory[TABLE_AT + word] = (word & 3) === 0 ? value & ADDRESS_LOW_WRITABLE : value;
    this.stale[word >>> 2] = 1;
  }

  /** Brings the whole entry into force: the vector is about to be unblocked. */
  private load(vector: number): void {
    const { memory } = this;
    const from = TABLE_AT + ENTRY_WORDS * vector;
    const to = this.force + MESSAGE_WORDS * vector;
    memory[to] = memory[from];
    memory[to + 1] = memory[from + 1];
    memory[to + 2] = memory[from + 2];
    this.stale[vector] = 0;
    if (this.allocated[vector] === 0) this.allocateIrq(vector);
  }

  /** The first time since the host has interrupts for this device; the other vectors go on meanwhile. */
  private allocateIrq(vector: number): void {
    //= MSIX-ASSIGN-1, MSIX-ASSIGN-10
    this.allocated[vector] = 1;
    this.allocate(vector);
    this.host.program(vector);
  }
}

/** The range of a Pending Bit Array, which takes writes and ignores them. */
class PbaPort implements BusDevice {
  private readonly table: MsixTable;

  constructor(table: MsixTable) {
    this.table = table;
  }

  write(): true {
    return true;
  }

  read(offset: number, bytes: number, out: Uint32Array): true {
    return this.table.readPending(offset, bytes, out);
  }
}
