/**
 * A physical function, simulated: an `MsixFunction` whose messages take time. What it sends is *in flight* until it arrives at the
 * host, by itself (`arrive`) or pushed by the completion of a read (`flush`): a read completion does not pass posted writes.
 *
 * The host programs it. Its entries hold messages of the host's, which say which host interrupt they are and nothing of the guest.
 */
import { CONTROL_ENABLE, ENTRY_BYTES, ENTRY_DATA_OFFSET, ENTRY_VECTOR_CONTROL_OFFSET } from '../registers.ts';
import { ENTRY_WORDS, TABLE_AT } from '../function/layout.ts';
import { MsixFunction } from '../function/msix-function.ts';

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
const CONTROL_OFFSET = 2;

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
  private readonly sent: HostFunctionOptions['sent'];

  constructor({ vectorCount, firstIrq = 64, dropsWhileDisabled = false, sent }: HostFunctionOptions) {
    this.msix = new MsixFunction({ vectorCount, send: (_low, _high, data, vector) => this.launch(vector, data) });
    this.vectorCount = vectorCount;
    this.firstIrq = firstIrq;
    this.drops = dropsWhileDisabled;
    this.sent = sent;
    this.flights = new Uint32Array(Math.ceil(vectorCount / 32));
    this.data = new Uint32Array(vectorCount);
  }

  // ---- The device

  /** The device has an event for `vector`: a message goes into flight, or the Pending bit is set. */
  signal(vector: number): void {
    if (this.drops && !this.msix.enabled) return;
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
    this.sent?.(vector);
  }

  // ---- The fabric between device and host

  /** How many messages are in flight. */
  get inFlight(): number {
    return this.flyingCount;
  }

  /** Whether the message of `vector` is in flight. */
  isInFlight(vector: number): boolean {
    return (this.flights[vector >>> 5] & (1 << (vector & 31))) !== 0;
  }

  /** The message of `vector` arrives at the host. Returns false when none is in flight. */
  arrive(vector: number): boolean {
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
    for (let word = 0; word < this.flights.length; word++) {
      for (let rest = this.flights[word]; rest !== 0; rest &= rest - 1) {
        this.arrive((word << 5) + 31 - Math.clz32(rest & -rest));
      }
    }
  }

  // ---- The host

  /** Says who takes host interrupts of this function; nobody, without an argument. */
  connect(interrupt: HostInterrupt = ignore): void {
    this.interrupt = interrupt;
  }

  /** Whether the host has enabled MSI-X. */
  get enabled(): boolean {
    return this.msix.enabled;
  }

  enable(): void {
    this.msix.configWrite(CONTROL_OFFSET, 2, CONTROL_ENABLE);
  }

  disable(): void {
    this.msix.configWrite(CONTROL_OFFSET, 2, 0);
  }

  /** Writes the host's message for `vector`, which is masked. */
  program(vector: number): void {
    this.msix.tableWrite(ENTRY_BYTES * vector, 8, HOST_ADDRESS, 0);
    this.msix.tableWrite(ENTRY_BYTES * vector + ENTRY_DATA_OFFSET, 4, this.firstIrq + vector);
  }

  /** Writes the host's Mask Bit of `vector`: 1 for masked, 0 for not. */
  setMask(vector: number, mask: number): void {
    this.msix.tableWrite((vector << 4) + VECTOR_CONTROL, 4, mask);
  }

  /** Whether the host's Mask Bit of `vector` is set. */
  isMasked(vector: number): boolean {
    return this.msix.tableRead((vector << 4) + VECTOR_CONTROL, 4) !== 0;
  }

  /** Whether `vector` is pending. Looking at it is no read of the device: nothing is flushed. */
  isPending(vector: number): boolean {
    return vector < this.vectorCount && (this.pendingWord(vector >>> 5) & (1 << (vector & 31))) !== 0;
  }

  /** A dword of the Pending Bit Array, all-ones beyond it. As `isPending`. */
  pendingWord(word: number): number {
    return this.msix.pbaRead(word << 2, 4);
  }

  /** Bytes of the Pending Bit Array. */
  get pbaBytes(): number {
    return this.msix.pbaBytes;
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
  saveInto(out: Uint32Array, at: number): void {
    const { msix, vectorCount } = this;
    msix.saveInto(out.subarray(at, at + msix.savedWords));
    for (let vector = 0; vector < vectorCount; vector++) {
      const entry = at + TABLE_AT + ENTRY_WORDS * vector;
      if (out[entry + 3] !== 0 && !this.isInFlight(vector)) out.fill(0, entry, entry + 3);
    }
    out.set(this.flights, at + msix.savedWords);
  }

  /** Takes over what `saveInto` left. Nothing goes into flight by it. */
  restore(saved: Uint32Array, at: number): void {
    this.msix.restore(saved.subarray(at, at + this.msix.savedWords));
    this.flights.set(saved.subarray(at + this.msix.savedWords, at + this.savedWords));
    this.flyingCount = 0;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      this.data[vector] = this.firstIrq + vector;
      if (this.isInFlight(vector)) this.flyingCount++;
    }
  }
}

function ignore(): void {}
