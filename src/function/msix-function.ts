/**
 * The MSI-X of one PCI function: what its guest reads and writes, and the messages that it sends.
 *
 * A vector is *blocked* or not, which is decided in one place (`blocked`). It has edges in two places, one for a single
 * vector (`block`, `unblock`) and one for all of them (`settle`), and everything that leaves the function leaves there.
 *
 * Calls out (`send`, `use`, `release`) come when the state is final. They may call back into the function, and they may
 * throw: what is still to be said is said all the same, and the error is thrown once the call is done. A message that
 * has not left yet waits in `scheduled`; blocking its vector makes it pending again, so none is lost and none leaves
 * late.
 *
 * It does not own the command register (MSIX-ENABLE-7, 8), the BARs, or the interrupt pin (MSIX-ENABLE-4).
 */
import { accessedWord, allOnes } from '../access.ts';
import { type Layout, layoutOf, lowestVector } from './layout.ts';
import * as words from './layout.ts';
import {
  SIGNAL_HELD,
  SIGNAL_REFUSED,
  SIGNAL_SENT,
  type SignalOutcome,
  WRITE_DONE,
  WRITE_IGNORED,
  WRITE_REFUSED,
  type WriteOutcome,
} from '../outcome.ts';
import {
  type BarRegisters,
  capabilityOf,
  type MsixFunctionOptions,
  type Placement,
  placementOf,
  requireOptions,
  type SendMessage,
} from './options.ts';
import * as registers from '../registers.ts';
import { requireSaved, sameMessage } from './saved.ts';
import { NO_ERRORS, throwAll } from '../calls-out.ts';
import { dwordOf, requireNumber, requireRoom, upperOf } from '../sentences.ts';

// A module-level alias costs nothing in a hot loop, where an imported binding is loaded every time: bench/aliases.ts.
const ENABLE = registers.CONTROL_ENABLE;
const FUNCTION_MASK = registers.CONTROL_FUNCTION_MASK;
const MASK = registers.VECTOR_CONTROL_MASK;
const ADDRESS_LOW_WRITABLE = ~registers.ADDRESS_LOW_RESERVED;
const CONTROL_AT = words.CONTROL_AT;
const TABLE_AT = words.TABLE_AT;
const ENTRY_WORDS = words.ENTRY_WORDS;
const MESSAGE_WORDS = words.MESSAGE_WORDS;
const ALL_ONES = 0xffffffff;

/**
 * How many accesses and signals were refused or ignored, since construction. Reset does not clear them.
 * `signals` counts calls of `signal` and of `retire` for vectors that do not exist.
 */
export class Refusals {
  configReads = 0;
  configWrites = 0;
  tableReads = 0;
  tableWrites = 0;
  pbaReads = 0;
  pbaWrites = 0;
  signals = 0;
}

/**
 * One emulated MSI-X function with 1 to 2048 vectors. Allocates nothing after construction itself; see `SendMessage`.
 *
 * Offsets and sizes are in bytes: of the configuration accesses, from the start of the capability; of the others, from
 * the start of the table or of the Pending Bit Array. Values are unsigned 32-bit numbers; an 8-byte value is two of them.
 *
 * @throws {RangeError} from the constructor, when an option is out of range; from `restore`, when the words are no
 * saved function of this size; and from any other method, when an argument is no number where one belongs, or a value
 * does not fit. No access that a guest can make throws of itself.
 */
export class MsixFunction {
  readonly vectorCount: number;
  /** Length of the MSI-X Table, in bytes. */
  readonly tableBytes: number;
  /** Length of the Pending Bit Array, in bytes. */
  readonly pbaBytes: number;
  /** Length of a saved function, in 32-bit words. */
  readonly savedWords: number;
  /** Where table and Pending Bit Array are: the BAR of each, and the byte offset in it. */
  readonly placement: Placement;
  readonly refusals: Refusals = new Refusals();
  /** The upper dword of the last `tableRead`, `pbaRead` or `barRead` of 8 bytes; all-ones after one that was refused. */
  readHigh = 0;

  // The three dwords of the capability as the guest reads them while MSI-X is disabled.
  private readonly capability: Uint32Array;
  private readonly registers: BarRegisters | undefined;
  private readonly layout: Layout;
  // One memory for everything. A view of it for each part would read better, and costs half as much again.
  private readonly memory: Uint32Array;
  // What the guest may read of it: Message Control, the table, the Pending Bit Array.
  private readonly readable: Uint32Array;
  private readonly tableWords: number;
  private readonly bitWords: number;
  // Where the parts begin whose place depends on the number of vectors, as in the layout.
  private readonly pending: number;
  private readonly entryChanged: number;
  private readonly shadow: number;
  private readonly scheduled: number;
  private readonly releasing: number;
  private readonly inUse: number;
  private readonly unsettled: number;
  private readonly onSend: SendMessage;
  private readonly onUse: MsixFunctionOptions['use'];
  private readonly onRelease: MsixFunctionOptions['release'];
  private readonly onPoll: MsixFunctionOptions['poll'];
  // Whether edges are told to anyone; if not, `inUse` stays clear and the edges of many vectors cost no loop over them.
  private readonly notifies: boolean;

  constructor(given: MsixFunctionOptions) {
    const options = requireOptions(given);
    const { vectorCount, send, use, release, poll } = options;
    const layout = layoutOf(vectorCount);
    this.vectorCount = vectorCount;
    this.tableBytes = vectorCount * registers.ENTRY_BYTES;
    this.pbaBytes = 4 * layout.bitWords;
    this.savedWords = layout.saved;
    this.placement = placementOf(options, this.tableBytes, this.pbaBytes);
    this.capability = capabilityOf(options, this.placement);
    this.registers = options.registers;

    this.layout = layout;
    this.memory = new Uint32Array(layout.end);
    this.readable = this.memory.subarray(CONTROL_AT, layout.pending + layout.bitWords);
    this.tableWords = ENTRY_WORDS * vectorCount;
    this.bitWords = layout.bitWords;
    this.pending = layout.pending;
    this.entryChanged = layout.entryChanged;
    this.shadow = layout.shadow;
    this.scheduled = layout.scheduled;
    this.releasing = layout.releasing;
    this.inUse = layout.inUse;
    this.unsettled = layout.unsettled;

    this.onSend = send;
    this.onUse = use;
    this.onRelease = release;
    this.onPoll = poll;
    this.notifies = use !== undefined || release !== undefined;
    this.clear();
  }

  // ---- What may be asked at any time. None of it is an event: nothing changes, nothing is counted.

  /** Whether MSI-X Enable is set. While it is, the function must not use INTx (MSIX-ENABLE-4). */
  get enabled(): boolean {
    return (this.memory[CONTROL_AT] & ENABLE) !== 0;
  }

  /** Whether Function Mask is set. */
  get functionMask(): boolean {
    return (this.memory[CONTROL_AT] & FUNCTION_MASK) !== 0;
  }

  /** Message Control as the guest reads it, 16 bits. */
  get messageControl(): number {
    return (this.capability[0] >>> 16) | this.memory[CONTROL_AT];
  }

  /**
   * Copies what a guest may read into `out`, without poll: Message Control, then the table, then the Pending Bit Array,
   * in dwords. Returns the number of words written, 1 + 4N + 2 * ceil(N / 64). Words beyond it are left alone.
   */
  peekInto(out: Uint32Array): number {
    const count = this.readable.length;
    requireRoom('MsixFunction.peekInto', out, count);
    out.set(this.readable);
    out[0] = this.messageControl;
    return count;
  }

  // ---- Configuration space

  /** Reads 1, 2 or 4 bytes of the 12-byte capability, at any offset; all-ones for anything else, counted. */
  configRead(offset: number, bytes: number): number {
    //= MSIX-ACCESS-6
    if (!isConfigAccess(offset, bytes)) {
      requireAccess('configRead', offset, bytes);
      this.refusals.configReads++;
      return allOnes(bytes);
    }
    const index = offset >>> 2;
    const shift = 8 * (offset & 3);
    let value = this.configDword(index) >>> shift;
    if (shift !== 0 && index < 2) value |= this.configDword(index + 1) << (32 - shift);
    return (value & allOnes(bytes)) >>> 0;
  }

  /**
   * Writes 1, 2 or 4 bytes of the capability, at any offset. Only MSI-X Enable and Function Mask are writable, and both
   * stand in the byte at offset 3: every write that covers it has the same effect.
   */
  configWrite(offset: number, bytes: number, value: number): WriteOutcome {
    if (typeof value !== 'number' || value >>> 0 !== value) {
      value = dwordOf('MsixFunction.configWrite', 'the value', value);
    }
    if (!isConfigAccess(offset, bytes)) {
      requireAccess('configWrite', offset, bytes);
      this.refusals.configWrites++;
      return WRITE_REFUSED;
    }
    //= MSIX-CAP-8
    if (offset <= 3 && offset + bytes > 3) {
      const byte = value >>> (8 * (3 - offset));
      //= MSIX-CAP-1, MSIX-CAP-2, MSIX-CAP-3, MSIX-CAP-6, MSIX-CAP-7
      this.writeControl((byte << 8) & (ENABLE | FUNCTION_MASK));
    }
    return WRITE_DONE;
  }

  // ---- The table

  /**
   * Reads an aligned 4 or 8 bytes of the table; returns the (lower) dword, and leaves the upper one in `readHigh`.
   * Anything else reads as all-ones, and is counted.
   */
  tableRead(offset: number, bytes: number): number {
    const word = accessedWord(offset, bytes, this.tableWords);
    if (word < 0) return this.refuseTableRead(offset, bytes);
    if (bytes === 8) this.readHigh = this.memory[TABLE_AT + word + 1];
    return this.memory[TABLE_AT + word];
  }

  private refuseTableRead(offset: number, bytes: number): number {
    requireAccess('tableRead', offset, bytes);
    this.refusals.tableReads++;
    return this.refuseRead(bytes);
  }

  /**
   * Writes an aligned 4 or 8 bytes of the table: 8 as two dwords, of which `high` is the upper; or, without `high`, as
   * one safe integer. Clearing the last mask of a pending vector sends its message before this returns. Any other access
   * changes nothing, and is counted.
   */
  tableWrite(offset: number, bytes: number, low: number, high?: number): WriteOutcome {
    // A dword is what guests write all day. Whatever else there is stands apart, so that V8 inlines this whole.
    const word = accessedWord(offset, bytes, this.tableWords);
    if (word < 0 || bytes !== 4 || typeof low !== 'number') return this.tableWriteOther(offset, bytes, low, high);
    //= MSIX-TABLE-1
    if ((word & 3) === 3) this.writeMask(word, low & MASK);
    else this.writeMessage(word, low);
    return WRITE_DONE;
  }

  /** A write of 8 bytes, of a value that is no number, or to a place that does not exist. */
  private tableWriteOther(offset: number, bytes: number, low: number, high?: number): WriteOutcome {
    const lower = dwordOf('MsixFunction.tableWrite', 'the value', low);
    const upper = bytes === 8 ? upperOf('MsixFunction.tableWrite', low, high) : 0;
    const word = accessedWord(offset, bytes, this.tableWords);
    if (word < 0) {
      requireAccess('tableWrite', offset, bytes);
      this.refusals.tableWrites++;
      return WRITE_REFUSED;
    }
    //= MSIX-ACCESS-3, MSIX-ACCESS-4, MSIX-ACCESS-5
    // A QWORD. The lower dword first: data is in the entry no later than the Mask Bit that may let it out.
    this.writeMessage(word, lower);
    if ((word & 3) === 2) this.writeMask(word + 1, upper & MASK);
    else this.writeMessage(word + 1, upper);
    return WRITE_DONE;
  }

  // ---- The Pending Bit Array

  /** Reads an aligned 4 or 8 bytes of the Pending Bit Array, after `poll`; otherwise as `tableRead`. */
  pbaRead(offset: number, bytes: number): number {
    const word = accessedWord(offset, bytes, this.bitWords);
    if (word < 0) {
      requireAccess('pbaRead', offset, bytes);
      this.refusals.pbaReads++;
      return this.refuseRead(bytes);
    }
    const first = word << 5;
    //= MSIX-NOTIFY-2
    if (this.onPoll !== undefined && first < this.vectorCount) {
      this.onPoll(first, Math.min(first + 8 * bytes, this.vectorCount));
    }
    //= MSIX-PBA-4
    if (bytes === 8) this.readHigh = this.memory[this.pending + word + 1];
    return this.memory[this.pending + word];
  }

  /** Writes nothing: the Pending Bit Array is read-only. Returns whether the access was lawful in form; counted. */
  pbaWrite(offset: number, bytes: number, _low?: number, _high?: number): WriteOutcome {
    requireAccess('pbaWrite', offset, bytes);
    this.refusals.pbaWrites++;
    //= MSIX-PBA-3
    return accessedWord(offset, bytes, this.bitWords) < 0 ? WRITE_REFUSED : WRITE_IGNORED;
  }

  private refuseRead(bytes: number): number {
    this.readHigh = ALL_ONES;
    return allOnes(bytes);
  }

  // ---- A BAR, with whatever stands in it

  /**
   * Reads from a BAR: the table and the Pending Bit Array where they are, the device's own `registers` elsewhere. An access that
   * touches the table or the Pending Bit Array is theirs, and is refused by them where it does not exist. Otherwise as `tableRead`.
   */
  barRead(bar: number, offset: number, bytes: number): number {
    requireNumber('MsixFunction.barRead', 'the BAR', bar);
    requireAccess('barRead', offset, bytes);
    const { placement, registers: own } = this;
    if (touches(bar, offset, bytes, placement.tableBir, placement.tableOffset, this.tableBytes)) {
      return this.tableRead(offset - placement.tableOffset, bytes);
    }
    if (touches(bar, offset, bytes, placement.pbaBir, placement.pbaOffset, this.pbaBytes)) {
      return this.pbaRead(offset - placement.pbaOffset, bytes);
    }
    if (own === undefined || !isBarAccess(offset, bytes)) return this.refuseRead(bytes);
    if (bytes !== 8) return (ownDword(own, bar, offset, bytes) & allOnes(bytes)) >>> 0;
    const low = ownDword(own, bar, offset, 4);
    this.readHigh = ownDword(own, bar, offset + 4, 4);
    return low;
  }

  /** Writes to a BAR, as `barRead` reads. What is nobody's is ignored. */
  barWrite(bar: number, offset: number, bytes: number, low: number, high?: number): WriteOutcome {
    requireNumber('MsixFunction.barWrite', 'the BAR', bar);
    requireAccess('barWrite', offset, bytes);
    const { placement, registers: own } = this;
    if (touches(bar, offset, bytes, placement.tableBir, placement.tableOffset, this.tableBytes)) {
      return this.tableWrite(offset - placement.tableOffset, bytes, low, high);
    }
    if (touches(bar, offset, bytes, placement.pbaBir, placement.pbaOffset, this.pbaBytes)) {
      return this.pbaWrite(offset - placement.pbaOffset, bytes);
    }
    const lower = dwordOf('MsixFunction.barWrite', 'the value', low);
    const upper = bytes === 8 ? upperOf('MsixFunction.barWrite', low, high) : 0;
    if (!isBarAccess(offset, bytes)) return WRITE_REFUSED;
    if (own === undefined) return WRITE_IGNORED;
    own.write(bar, offset, bytes, lower, upper);
    return WRITE_DONE;
  }

  // ---- The device

  /** Takes an event for `vector`: sends its message, or sets its Pending bit while it is blocked. */
  signal(vector: number): SignalOutcome {
    if (typeof vector !== 'number' || vector >>> 0 !== vector || vector >= this.vectorCount) {
      requireNumber('MsixFunction', 'the vector', vector);
      this.refusals.signals++;
      return SIGNAL_REFUSED;
    }
    if (this.blocked(vector)) {
      //= MSIX-PEND-1, MSIX-PEND-4, MSIX-ENABLE-2
      this.hold(vector);
      return SIGNAL_HELD;
    }
    if (this.notifies && !this.has(this.inUse, vector)) return this.signalUntold(vector);
    this.send(vector);
    return SIGNAL_SENT;
  }

  /**
   * Takes an event for a vector that is not blocked, and of which no one was told yet: this is a call from within a call
   * out. Its `use` comes before its message, and may block it again.
   */
  private signalUntold(vector: number): SignalOutcome {
    //= MSIX-NOTIFY-3
    this.put(this.scheduled, vector);
    throwAll('an MsixFunction', this.settleVector(vector, NO_ERRORS));
    return this.has(this.pending, vector) ? SIGNAL_HELD : SIGNAL_SENT;
  }

  // Sets and clears a Pending bit. In straight lines: to load again what was stored just before took three times as long.

  private hold(vector: number): void {
    const { memory } = this;
    const word = vector >>> 5;
    const bit = 1 << (vector & 31);
    const pending = memory[this.pending + word];
    if ((pending & bit) !== 0) return;
    memory[this.pending + word] = pending | bit;
    memory[this.unsettled + word] |= bit;
  }

  /** Returns whether the bit was set. */
  private unhold(vector: number): boolean {
    const { memory } = this;
    const word = vector >>> 5;
    const bit = 1 << (vector & 31);
    const pending = memory[this.pending + word];
    if ((pending & bit) === 0) return false;
    memory[this.pending + word] = pending & ~bit;
    // It is blocked, so nothing is on its way and its entry has not changed; but a release may be owed.
    if ((memory[this.releasing + word] & bit) === 0) memory[this.unsettled + word] &= ~bit;
    return true;
  }

  /** Takes back what `signal` left pending: its cause is gone. Returns false, counted, when there is no such vector. */
  retire(vector: number): boolean {
    if (typeof vector !== 'number' || vector >>> 0 !== vector || vector >= this.vectorCount) {
      requireNumber('MsixFunction', 'the vector', vector);
      this.refusals.signals++;
      return false;
    }
    //= MSIX-PEND-3
    if (!this.unhold(vector)) this.take(this.scheduled, vector);
    return true;
  }

  /** Resets the function: conventional reset, Function Level Reset, and D3hot to D0 without No_Soft_Reset alike. */
  reset(): void {
    //= MSIX-RESET-5
    this.endUse();
    //= MSIX-RESET-1, MSIX-RESET-2, MSIX-RESET-3
    this.clear();
    this.settle();
  }

  // ---- Save and restore

  /**
   * Copies the state into `savedWords` words of `out`; returns that number. Two functions that no guest can ever tell
   * apart save the same words. A message that has not left yet is saved as pending.
   */
  saveInto(out: Uint32Array): number {
    requireRoom('MsixFunction.saveInto', out, this.layout.saved);
    this.copyInto(out, 0);
    return this.layout.saved;
  }

  /** @internal The same from word `at` on, where there is room. */
  copyInto(out: Uint32Array, at: number): void {
    const { memory, layout } = this;
    const pending = at + layout.pending;
    for (let word = 0; word < layout.saved; word++) out[at + word] = memory[word];
    for (let word = 0; word < layout.bitWords; word++) out[pending + word] |= memory[layout.scheduled + word];
  }

  /**
   * Takes over a state that `saveInto` left, from a function with the same number of vectors. Vectors in use are released
   * first; those of the new state are then put into use, and what is pending without being blocked is sent.
   *
   * @throws {RangeError} when the words are not such a state, saying what was found and what was expected. Nothing has
   * changed then.
   */
  restore(saved: Uint32Array): void {
    const { memory, layout } = this;
    //= MSIX-SAVE-2
    requireSaved(saved, layout);
    //= MSIX-SAVE-1
    this.endUse();
    for (let word = 0; word < layout.saved; word++) memory[word] = saved[word];
    this.fillAll(layout.scheduled, 0);
    if (!this.closed()) this.schedulePending();
    this.settle();
  }

  // ---- One vector

  /** Whether the capability blocks every vector. */
  private closed(): boolean {
    return (this.memory[CONTROL_AT] & (ENABLE | FUNCTION_MASK)) !== ENABLE;
  }

  /** Whether `vector` must not send. The one place that decides it. */
  private blocked(vector: number): boolean {
    //= MSIX-MASK-1, MSIX-ENABLE-1
    return this.closed() || this.memory[TABLE_AT + ENTRY_WORDS * vector + 3] !== 0;
  }

  /** Whether the bit of `vector` is set in the bit array at `bits`. */
  private has(bits: number, vector: number): boolean {
    return (this.memory[bits + (vector >>> 5)] & (1 << (vector & 31))) !== 0;
  }

  /** Sets the bit of `vector` in the bit array at `bits`. */
  private put(bits: number, vector: number): void {
    this.memory[bits + (vector >>> 5)] |= 1 << (vector & 31);
  }

  /** Clears the bit of `vector` in the bit array at `bits`; returns whether it was set. Mostly it was not: then no store. */
  private take(bits: number, vector: number): boolean {
    const found = this.has(bits, vector);
    if (found) this.memory[bits + (vector >>> 5)] &= ~(1 << (vector & 31));
    return found;
  }

  private configDword(index: number): number {
    return index === 0 ? this.capability[0] | (this.memory[CONTROL_AT] << 16) : this.capability[index];
  }

  // Stores of one dword; `word` counts from the start of the table, and exists.

  /** @internal Writes a Mask Bit, 0 or 1: for whoever has looked at both. */
  writeMask(word: number, mask: number): void {
    const { memory } = this;
    const at = TABLE_AT + word;
    //= MSIX-TABLE-3, MSIX-TABLE-4, MSIX-TABLE-5
    if (memory[at] === mask) return;
    memory[at] = mask;
    const vector = word >>> 2;
    // Mostly all that an edge brings about is that it is told, and mostly there is nobody to be told.
    if (this.has(this.unsettled, vector)) this.edge(vector, mask);
    else if (this.notifies && !this.closed()) this.tell(vector, mask);
  }

  private writeMessage(word: number, value: number): void {
    const vector = word >>> 2;
    //= MSIX-MSG-2
    const isInForce = !this.blocked(vector);
    if (isInForce) this.diverge(vector);
    //= MSIX-TABLE-2
    this.memory[TABLE_AT + word] = (word & 3) === 0 ? value & ADDRESS_LOW_WRITABLE : value;
    if (isInForce) this.converge(vector);
  }

  /** Keeps the message in force of a vector that is not blocked, before its entry changes under it. */
  private diverge(vector: number): void {
    const { memory } = this;
    if (this.has(this.entryChanged, vector)) return;
    this.put(this.entryChanged, vector);
    this.put(this.unsettled, vector);
    //= MSIX-MSG-3
    const to = this.shadow + MESSAGE_WORDS * vector;
    const from = TABLE_AT + ENTRY_WORDS * vector;
    memory[to] = memory[from];
    memory[to + 1] = memory[from + 1];
    memory[to + 2] = memory[from + 2];
  }

  /** Forgets that an entry changed which holds the message in force: no guest can tell. */
  private converge(vector: number): void {
    const shadow = this.shadow + MESSAGE_WORDS * vector;
    if (!sameMessage(this.memory, shadow, TABLE_AT + ENTRY_WORDS * vector)) return;
    this.forget(vector);
    // In a call out it may not have been told of its last edge.
    if (!this.notifies || this.has(this.inUse, vector)) this.rest(vector);
  }

  /** Forgets the message in force of a vector, where it is not the entry: it is blocked, or the entry is the same. */
  private forget(vector: number): void {
    const { memory } = this;
    if (!this.take(this.entryChanged, vector)) return;
    const shadow = this.shadow + MESSAGE_WORDS * vector;
    memory[shadow] = 0;
    memory[shadow + 1] = 0;
    memory[shadow + 2] = 0;
  }

  /** The mask of a vector that is settled, in an open function, was set or cleared. */
  private tell(vector: number, mask: number): void {
    this.memory[this.inUse + (vector >>> 5)] ^= 1 << (vector & 31);
    if (mask === 0) this.use(vector, TABLE_AT + ENTRY_WORDS * vector);
    else this.onRelease?.(vector);
  }

  /** The mask of a vector that is not settled was set or cleared. */
  private edge(vector: number, mask: number): void {
    if (this.closed()) return;
    if (mask === 0) this.unblock(vector);
    else this.block(vector);
  }

  /** The falling edge of one vector: its own mask was set, in an open function. */
  private block(vector: number): void {
    this.forget(vector);
    // A message that has not left yet must not leave any more; it is pending again.
    //= MSIX-MASK-2
    if (this.take(this.scheduled, vector)) this.put(this.pending, vector);
    const wasInUse = this.take(this.inUse, vector);
    this.rest(vector);
    if (wasInUse) this.onRelease?.(vector);
  }

  /** The rising edge of one vector: its own mask was cleared, in an open function. */
  private unblock(vector: number): void {
    //= MSIX-PEND-2
    if (this.take(this.pending, vector)) this.put(this.scheduled, vector);
    const errors = this.settleVector(vector, NO_ERRORS);
    this.rest(vector);
    throwAll('an MsixFunction', errors);
  }

  /** Notes that a vector whose edge is told is settled, if it is: its next edge brings about a call of `use` or `release`, or none. */
  private rest(vector: number): void {
    const word = vector >>> 5;
    const bit = 1 << (vector & 31);
    if ((this.due(word) & bit) === 0) this.memory[this.unsettled + word] &= ~bit;
  }

  /** Which vectors of a dword of bits have something to come of their next edge, beside that it is told. */
  private due(word: number): number {
    const { memory } = this;
    const onTheWay = memory[this.scheduled + word] | memory[this.releasing + word];
    return onTheWay | memory[this.pending + word] | memory[this.entryChanged + word];
  }

  /** Where in `memory` the message stands that `vector` sends, or would send if it were not blocked. */
  private messageAt(vector: number): number {
    //= MSIX-MSG-1
    if (this.has(this.entryChanged, vector)) return this.shadow + MESSAGE_WORDS * vector;
    return TABLE_AT + ENTRY_WORDS * vector;
  }

  private send(vector: number): void {
    const { memory } = this;
    const at = this.messageAt(vector);
    //= MSIX-MSG-4
    this.onSend(memory[at], memory[at + 1], memory[at + 2], vector);
  }

  /** Tells that the message at `at` is in force. */
  private use(vector: number, at: number): void {
    const { memory } = this;
    this.onUse?.(vector, memory[at], memory[at + 1], memory[at + 2]);
  }

  // ---- All vectors

  /** Puts the memory into its reset state, and tells no one. What is still to be told of notifiers stays. */
  private clear(): void {
    const { memory, vectorCount } = this;
    //= MSIX-RESET-4
    memory.fill(0, 0, this.releasing);
    memory[words.MAGIC_AT] = words.SAVE_MAGIC;
    memory[words.VERSION_AT] = words.SAVE_VERSION;
    memory[words.COUNT_AT] = vectorCount;
    for (let vector = 0; vector < vectorCount; vector++) memory[TABLE_AT + ENTRY_WORDS * vector + 3] = MASK;
  }

  /** Takes a new value of MSI-X Enable and Function Mask, both at once. */
  private writeControl(control: number): void {
    const { memory } = this;
    const wasClosed = this.closed();
    //= MSIX-ENABLE-6, MSIX-ENABLE-3, MSIX-MASK-3
    memory[CONTROL_AT] = control;
    if (this.closed() === wasClosed) return;
    if (wasClosed) {
      this.schedulePending();
    } else {
      // Messages that have not left yet must not leave any more; they are pending again.
      //= MSIX-MASK-2
      this.moveAll(this.scheduled, this.pending);
      this.forgetAll();
      this.endUse();
    }
    this.settle();
  }

  /** Makes `value` of every dword of the bit array at `bits`. */
  private fillAll(bits: number, value: number): void {
    const { memory } = this;
    // A loop: mostly there are two of them, and `fill` is a call that takes as long as two dozen.
    for (let word = 0; word < this.bitWords; word++) memory[bits + word] = value;
  }

  /** Sets in the bit array at `to` what is set in the one at `from`, and clears that. */
  private moveAll(from: number, to: number): void {
    const { memory } = this;
    for (let word = 0; word < this.bitWords; word++) memory[to + word] |= memory[from + word];
    this.fillAll(from, 0);
  }

  /** Moves the Pending bits of all vectors whose own mask is clear to `scheduled`: the function has just opened. */
  private schedulePending(): void {
    const { memory } = this;
    for (let word = 0; word < this.bitWords; word++) {
      for (let rest = memory[this.pending + word]; rest !== 0; rest &= rest - 1) {
        const vector = lowestVector(word, rest);
        if (this.blocked(vector)) continue;
        //= MSIX-PEND-2, MSIX-ENABLE-5
        this.take(this.pending, vector);
        this.put(this.scheduled, vector);
      }
    }
  }

  /** Forgets the messages in force of all vectors. */
  private forgetAll(): void {
    const { memory } = this;
    for (let word = 0; word < this.bitWords; word++) {
      const at = this.entryChanged + word;
      while (memory[at] !== 0) this.forget(lowestVector(word, memory[at]));
    }
  }

  /** Owes a `release` to every vector in use. One that is unblocked before it is told gets it before its next `use`. */
  private endUse(): void {
    this.moveAll(this.inUse, this.releasing);
  }

  /** Tells everyone about the edges of all vectors, in the order of their numbers, releases first. */
  private settle(): void {
    const { memory } = this;
    let errors = NO_ERRORS;
    // A call out may bring about the next edge of a vector that was not told of the last.
    this.fillAll(this.unsettled, ALL_ONES);
    for (let word = 0; word < this.bitWords; word++) {
      const at = this.releasing + word;
      while (memory[at] !== 0) errors = this.settleRelease(lowestVector(word, memory[at]), errors);
    }
    if (this.notifies) {
      for (let vector = 0; vector < this.vectorCount; vector++) errors = this.settleVector(vector, errors);
    }
    // Without notifiers only the messages on their way out are to be told.
    //= MSIX-PEND-6
    for (let word = 0; word < this.bitWords; word++) {
      const at = this.scheduled + word;
      while (memory[at] !== 0) errors = this.settleVector(lowestVector(word, memory[at]), errors);
    }
    for (let word = 0; word < this.bitWords; word++) memory[this.unsettled + word] = this.due(word);
    throwAll('an MsixFunction', errors);
  }

  /**
   * Brings what was told about `vector` into line with its state: `release`, then `use`, then its message.
   * Looks at the state anew before each call, for the call before may have changed it.
   */
  private settleVector(vector: number, errors: readonly unknown[]): readonly unknown[] {
    //= MSIX-NOTIFY-1
    errors = this.settleRelease(vector, errors);
    if (this.notifies && !this.has(this.inUse, vector) && !this.blocked(vector)) {
      this.put(this.inUse, vector);
      try {
        this.use(vector, this.messageAt(vector));
      } catch (error) {
        errors = [...errors, error];
      }
    }
    //= MSIX-NOTIFY-3
    if (this.take(this.scheduled, vector)) {
      try {
        this.send(vector);
      } catch (error) {
        errors = [...errors, error];
      }
    }
    return errors;
  }

  private settleRelease(vector: number, errors: readonly unknown[]): readonly unknown[] {
    if (!this.take(this.releasing, vector)) return errors;
    try {
      this.onRelease?.(vector);
    } catch (error) {
      return [...errors, error];
    }
    return errors;
  }
}

/** Whether an access of a BAR touches a range that begins at `at` in the BAR `bir`. */
function touches(bar: number, offset: number, bytes: number, bir: number, at: number, length: number): boolean {
  return bar === bir && offset < at + length && offset + bytes > at;
}

/** Reads up to a dword of the device's own registers; what they give is a caller's. */
function ownDword(own: BarRegisters, bar: number, offset: number, bytes: number): number {
  return dwordOf('MsixFunction.barRead', 'what read of registers gives', own.read(bar, offset, bytes));
}

function isBarAccess(offset: number, bytes: number): boolean {
  if (bytes !== 1 && bytes !== 2 && bytes !== 4 && bytes !== 8) return false;
  return Number.isInteger(offset) && offset >= 0;
}

/** Refuses what is no number where one that makes no sense is a guest's, and counted. */
function requireAccess(name: string, offset: unknown, bytes: unknown): void {
  if (typeof offset === 'number' && typeof bytes === 'number') return;
  requireNumber(`MsixFunction.${name}`, 'the offset', offset);
  requireNumber(`MsixFunction.${name}`, 'the width', bytes);
}

function isConfigAccess(offset: number, bytes: number): boolean {
  const width = bytes === 1 || bytes === 2 || bytes === 4;
  return width && typeof offset === 'number' && offset >>> 0 === offset && offset + bytes <= registers.CAPABILITY_BYTES;
}
