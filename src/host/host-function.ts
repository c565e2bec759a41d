/**
 * A physical function, simulated: an `MsixFunction` whose messages take time. What it sends is *in flight* until it arrives at the
 * host, by itself (`arrive`) or pushed by the completion of a read (`flush`): a read completion does not pass posted writes.
 *
 * The host programs it. Its entries hold messages of the host's, which say which host interrupt they are and nothing of the guest.
 */
import {
  CONTROL_ENABLE,
  ENTRY_BYTES,
  ENTRY_DATA_OFFSET,
  ENTRY_VECTOR_CONTROL_OFFSET,
  VECTOR_COUNT_MAX,
} from '../registers.ts';
import { CONTROL_AT, ENTRY_WORDS, TABLE_AT } from '../function/layout.ts';
import { MsixFunction } from '../function/msix-function.ts';
import { CallsOut, type Listener } from '../calls-out.ts';
import {
  hex,
  refuseSaved,
  requireBoolean,
  requireFunction,
  requireInteger,
  requireNumber,
  requireOptionsOf,
  requireRoom,
} from '../sentences.ts';
import { putWords, takeWords } from '../words.ts';

/** What a physical function is made of. */
export interface HostFunctionOptions {
  /** 1 to 2048. */
  readonly vectorCount: number;
  /** Host interrupt number of vector 0; the others count up from it. Default 64. */
  readonly firstIrq?: number;
  /** Whether it drops events while its MSI-X is disabled, instead of holding them; either is lawful (MSIX-ENABLE-2). Default false. */
  readonly dropsWhileDisabled?: boolean;
  /** Called when a message goes into flight; not when it coalesces with one that is. */
  readonly sent?: (vector: number) => void;
}

/** Called when a message arrives at the host, with the number of the host interrupt. */
export type HostInterrupt = (irq: number) => void;

// A module-level alias costs nothing in a hot loop, where an imported binding is loaded every time: bench/aliases.ts.
const VECTOR_CONTROL = ENTRY_VECTOR_CONTROL_OFFSET;

/** Where the host takes messages, all of them: an address of an interrupt controller. Below 2^31, V8 does not box it. */
const HOST_ADDRESS = 0x08090040;
const OWNER = 'HostFunction';
const CONTROL_OFFSET = 2;
const FIRST_IRQ_MAX = 2 ** 31;
const OPTION_NAMES = ['vectorCount', 'firstIrq', 'dropsWhileDisabled', 'sent'];
const NO_MESSAGE = new Uint32Array(3);

/** A physical function, disabled and masked. */
export class HostFunction {
  readonly vectorCount: number;
  readonly firstIrq: number;
  /** How many messages were sent while the one before was still in flight: both became one. */
  coalesced = 0;
  private readonly msix: MsixFunction;
  private readonly drops: boolean;
  /** Bit v: the message of v is in flight. */
  private readonly flights: Uint32Array;
  private readonly data: Uint32Array;
  private flyingCount = 0;
  private interrupt: HostInterrupt = ignore;
  private attached = false;
  private readonly sent: Listener | undefined;
  /** @internal What is told of this function, wherever in the host. */
  readonly calls: CallsOut = new CallsOut();

  /** @throws {RangeError} or {TypeError} when an option is out of range or unknown. */
  constructor(options: HostFunctionOptions) {
    const given = requireOptionsOf(OWNER, options, OPTION_NAMES);
    const { vectorCount, firstIrq = 64, dropsWhileDisabled = false, sent } = given;
    requireInteger(OWNER, 'vectorCount', vectorCount, 1, VECTOR_COUNT_MAX);
    requireInteger(OWNER, 'firstIrq', firstIrq, 0, FIRST_IRQ_MAX - vectorCount);
    requireBoolean(OWNER, 'dropsWhileDisabled', dropsWhileDisabled);
    requireFunction(OWNER, 'sent', sent);
    this.msix = new MsixFunction({ vectorCount, send: (_low, _high, data, vector) => this.launch(vector, data) });
    this.vectorCount = vectorCount;
    this.firstIrq = firstIrq;
    this.drops = dropsWhileDisabled;
    this.sent = sent === undefined ? undefined : { tell: (_words, _at, vector) => sent(vector) };
    this.flights = new Uint32Array(Math.ceil(vectorCount / 32));
    this.data = new Uint32Array(vectorCount);
  }

  // ---- The device

  /** The device has an event for `vector`: a message goes into flight, or the Pending bit is set. */
  signal(vector: number): void {
    if (this.drops && !this.msix.enabled) {
      requireNumber('HostFunction.signal', 'the vector', vector);
      return;
    }
    this.msix.signal(vector);
  }

  /** The cause of what is pending is gone. What is in flight still arrives. */
  retire(vector: number): void {
    this.msix.retire(vector);
  }

  private launch(vector: number, data: number): void {
    const bit = 1 << (vector & 31);
    this.data[vector] = data;
    //= MSIX-ASSIGN-6
    if ((this.flights[vector >>> 5] & bit) !== 0) {
      this.coalesced++;
      return;
    }
    this.flights[vector >>> 5] |= bit;
    this.flyingCount++;
    if (this.sent !== undefined) this.calls.tell(this.sent, NO_MESSAGE, 0, vector);
  }

  // ---- The fabric between device and host

  /** How many messages are in flight. */
  get inFlight(): number {
    return this.flyingCount;
  }

  /** Whether the message of `vector` is in flight. */
  isInFlight(vector: number): boolean {
    if (!this.has(vector)) return false;
    return (this.flights[vector >>> 5] & (1 << (vector & 31))) !== 0;
  }

  /** The message of `vector` arrives at the host. Returns false when none is in flight, as none is of a vector that does not exist. */
  arrive(vector: number): boolean {
    if (!this.has(vector)) return false;
    const bit = 1 << (vector & 31);
    if ((this.flights[vector >>> 5] & bit) === 0) return false;
    this.flights[vector >>> 5] &= ~bit;
    this.flyingCount--;
    this.interrupt(this.data[vector]);
    return true;
  }

  /** A read of the device completes: everything in flight arrives first, in the order of vectors. */
  flush(): void {
    if (this.flyingCount === 0) return;
    this.calls.hold();
    for (let word = 0; word < this.flights.length; word++) {
      for (let rest = this.flights[word]; rest !== 0; rest &= rest - 1) {
        this.arrive((word << 5) + 31 - Math.clz32(rest & -rest));
      }
    }
    this.calls.release();
  }

  private has(vector: number): boolean {
    if (typeof vector !== 'number') requireNumber(OWNER, 'the vector', vector);
    return vector >>> 0 === vector && vector < this.vectorCount;
  }

  private requireVector(vector: number): void {
    if (!this.has(vector)) requireInteger(OWNER, 'the vector', vector, 0, this.vectorCount - 1);
  }

  // ---- The host

  /** Says who takes host interrupts of this function; nobody, without an argument. It is told as `sent` is. */
  connect(interrupt?: HostInterrupt): void {
    requireFunction('HostFunction.connect', 'the interrupt handler', interrupt);
    if (interrupt === undefined) {
      this.interrupt = ignore;
      return;
    }
    const listener: Listener = { tell: (_words, _at, irq) => interrupt(irq) };
    this.interrupt = (irq) => this.calls.tell(listener, NO_MESSAGE, 0, irq);
  }

  /** @internal A kernel has the function, and takes host interrupts in the step in which they come; nobody, without an argument. */
  attach(interrupt?: HostInterrupt): void {
    requireFunction('HostFunction.attach', 'the interrupt handler', interrupt);
    this.interrupt = interrupt ?? ignore;
    this.attached = interrupt !== undefined;
  }

  /** @internal Whether a kernel has the function. */
  get isAttached(): boolean {
    return this.attached;
  }

  /** Whether the host has enabled MSI-X. */
  get enabled(): boolean {
    return this.msix.enabled;
  }

  enable(): void {
    this.calls.hold();
    this.msix.configWrite(CONTROL_OFFSET, 2, CONTROL_ENABLE);
    this.calls.release();
  }

  disable(): void {
    this.msix.configWrite(CONTROL_OFFSET, 2, 0);
  }

  /** Writes the host's message for `vector`, which is masked. */
  program(vector: number): void {
    if (!this.isMasked(vector)) {
      throw new RangeError(`HostFunction.program: vector ${vector} is not masked; expected a masked one.`);
    }
    this.msix.tableWrite(ENTRY_BYTES * vector, 8, HOST_ADDRESS, 0);
    this.msix.tableWrite(ENTRY_BYTES * vector + ENTRY_DATA_OFFSET, 4, this.firstIrq + vector);
  }

  /** Whether `vector` has its message of the host's. */
  isProgrammed(vector: number): boolean {
    this.requireVector(vector);
    return this.msix.tableRead((vector << 4) + ENTRY_DATA_OFFSET, 4) === this.firstIrq + vector;
  }

  /** Writes the host's Mask Bit of `vector`: 1 for masked, 0 for not. */
  setMask(vector: number, mask: number): void {
    this.requireVector(vector);
    if (mask !== 0 && mask !== 1) requireInteger('HostFunction.setMask', 'the mask', mask, 0, 1);
    this.drive(vector, mask);
  }

  /** @internal The same, of a vector and with a mask that are known to be right. */
  drive(vector: number, mask: number): void {
    // Not by `ENTRY_WORDS`: up to 27 bytes of bytecode V8 inlines wherever it is called.
    this.msix.writeMask((vector << 2) + 3, mask);
  }

  /** Whether the host's Mask Bit of `vector` is set. */
  isMasked(vector: number): boolean {
    this.requireVector(vector);
    return this.msix.tableRead((vector << 4) + VECTOR_CONTROL, 4) !== 0;
  }

  /** Whether `vector` is pending. Looking at it is no read of the device: nothing is flushed. */
  isPending(vector: number): boolean {
    return this.has(vector) && (this.pendingWord(vector >>> 5) & (1 << (vector & 31))) !== 0;
  }

  /** A dword of the Pending Bit Array, all-ones beyond it. As `isPending`. */
  pendingWord(word: number): number {
    requireNumber('HostFunction.pendingWord', 'the dword', word);
    return this.msix.pbaRead(4 * word, 4);
  }

  /** Bytes of the Pending Bit Array. */
  get pbaBytes(): number {
    return this.msix.pbaBytes;
  }

  /** Goes to D3hot: what was sent arrives, and what is pending is gone, for the way back is a reset. */
  sleep(): void {
    this.flush();
    for (let vector = 0; vector < this.vectorCount; vector++) this.msix.retire(vector);
  }

  /** Forgets what is pending and what is in flight. */
  lose(): void {
    for (let vector = 0; vector < this.vectorCount; vector++) this.msix.retire(vector);
    this.flights.fill(0);
    this.flyingCount = 0;
  }

  /** Resets the function. What it has sent still arrives. */
  reset(): void {
    this.msix.reset();
  }

  // ---- Save and restore

  /** How many words `saveInto` writes. */
  get savedWords(): number {
    return this.msix.savedWords + this.flights.length;
  }

  /**
   * Copies the state into `out` from word `at`: the function, then a bit a vector for what is in flight. The host's messages are left
   * out of masked entries with nothing in flight: whoever restores writes them again before it unmasks.
   */
  saveInto(out: Uint32Array, at = 0): void {
    const { msix, vectorCount } = this;
    requireInteger('HostFunction.saveInto', 'the first word', at, 0, 2 ** 32);
    requireRoom('HostFunction.saveInto', out, at + this.savedWords);
    msix.copyInto(out, at);
    for (let vector = 0; vector < vectorCount; vector++) {
      const entry = at + TABLE_AT + ENTRY_WORDS * vector;
      if (out[entry + 3] === 0 || this.isInFlight(vector)) continue;
      for (let word = 0; word < 3; word++) out[entry + word] = 0;
    }
    putWords(this.flights, out, at + msix.savedWords);
  }

  /**
   * Takes over what `saveInto` left. Nothing goes into flight by it, and nobody is told of anything.
   *
   * @throws {RangeError} when the words are no such state. Nothing has changed then.
   */
  restore(saved: Uint32Array, at = 0): void {
    const { msix } = this;
    requireInteger('HostFunction.restore', 'the first word', at, 0, 2 ** 32);
    requireRoom('HostFunction.restore', saved, at + this.savedWords);
    const own = saved.subarray(at, at + msix.savedWords);
    const flights = saved.subarray(at + msix.savedWords, at + this.savedWords);
    this.requireSaved(own, flights);
    msix.restore(own);
    takeWords(this.flights, saved, at + msix.savedWords);
    this.flyingCount = 0;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      this.data[vector] = this.firstIrq + vector;
      if (this.isInFlight(vector)) this.flyingCount++;
    }
  }

  /** Refuses what the function itself would take, and no host function can have saved. */
  private requireSaved(saved: Uint32Array, flights: Uint32Array): void {
    const { vectorCount } = this;
    const pendingAt = TABLE_AT + ENTRY_WORDS * vectorCount;
    const changedAt = pendingAt + this.msix.pbaBytes / 4;
    const control = saved[CONTROL_AT];
    if (control !== 0 && control !== CONTROL_ENABLE) {
      refuseSaved(OWNER, 'Message Control', hex(control), `0x0 or ${hex(CONTROL_ENABLE)}`);
    }
    for (let vector = 0; vector < 32 * flights.length; vector++) {
      const bit = 1 << (vector & 31);
      const flies = (flights[vector >>> 5] & bit) !== 0;
      if (vector >= vectorCount) {
        if (flies) refuseSaved(OWNER, `the flight of vector ${vector}`, 'set', 'a clear bit: it is none');
        continue;
      }
      const entry = TABLE_AT + ENTRY_WORDS * vector;
      const masked = saved[entry + 3] !== 0;
      const isZero = (saved[entry] | saved[entry + 1] | saved[entry + 2]) === 0;
      if (masked && !flies && !isZero) {
        refuseSaved(
          OWNER,
          `the message of vector ${vector}, masked`,
          'not zero',
          'zero: it is written again before it is used',
        );
      }
      const isHosts =
        saved[entry] === HOST_ADDRESS && saved[entry + 1] === 0 && saved[entry + 2] === this.firstIrq + vector;
      if (!isZero && !isHosts)
        refuseSaved(OWNER, `the message of vector ${vector}`, 'another one', "the host's, or zero");
      if ((saved[changedAt + (vector >>> 5)] & bit) !== 0) {
        refuseSaved(
          OWNER,
          `the entryChanged bit of vector ${vector}`,
          'set',
          'a clear one: the host writes while it is masked',
        );
      }
      const pending = (saved[pendingAt + (vector >>> 5)] & bit) !== 0;
      if (pending && !masked && control === CONTROL_ENABLE) {
        refuseSaved(OWNER, `the Pending bit of vector ${vector}`, 'set while nothing blocks it', 'a clear bit');
      }
    }
  }
}

function ignore(): void {}
