/**
 * The reference that the simulator holds the implementation against: assigned devices with one table as plain objects, written from the
 * rules and deliberately naive. It shares no line with `src`.
 *
 * Calls out are told by a list: what an act brings about is appended, and told when the act is done, in order; a callback may act in turn.
 */
import { type Answer, GuestReference, nobodys, NOTHING } from './guest.ts';

/** Address low, address high, data. */
export type Message = readonly [low: number, high: number, data: number];

/** What is told to whoever listens. */
export type Told = {
  readonly kind: 'sent' | 'deliver' | 'interrupt';
  readonly vector: number;
  readonly message: string;
};

/** A vector as one thinks of it. */
interface Vector {
  entry: [number, number, number];
  mask: boolean;
  pending: boolean;
  flying: boolean;
  inForce: Message;
}

/** Whether a message makes an interrupt on x86. */
export function isInterrupt([low, high, data]: Message): boolean {
  const mode = (data >>> 8) & 7;
  return low >>> 20 === 0xfee && high === 0 && mode !== 3 && mode !== 6 && (mode > 1 || (data & 0xff) >= 16);
}

/** One table, the function behind it, and the fabric between. */
export class TableReference {
  enabled = false;
  functionMask = false;
  vectors: Vector[];
  private readonly checked: boolean;
  private readonly tell: (told: Told) => void;

  constructor(count: number, checked: boolean, tell: (told: Told) => void) {
    this.checked = checked;
    this.tell = tell;
    this.vectors = Array.from({ length: count }, fresh);
  }

  blocked(vector: Vector): boolean {
    return !this.enabled || this.functionMask || vector.mask;
  }

  signal(index: number): void {
    const vector = this.vectors[index];
    if (this.blocked(vector)) vector.pending = true;
    else this.send(index);
  }

  retire(index: number): void {
    this.vectors[index].pending = false;
  }

  arrive(index: number): boolean {
    const vector = this.vectors[index];
    if (!vector.flying) return false;
    vector.flying = false;
    if (this.checked && this.blocked(vector)) vector.pending = true;
    else {
      const message = vector.inForce.map((word) => word.toString(16)).join(' ');
      this.tell({ kind: 'deliver', vector: index, message });
      if (isInterrupt(vector.inForce)) this.tell({ kind: 'interrupt', vector: vector.inForce[2] & 0xff, message: '' });
    }
    return true;
  }

  flush(): void {
    for (const index of this.vectors.keys()) this.arrive(index);
  }

  control(enabled: boolean, functionMask: boolean): void {
    const before = this.vectors.map((vector) => this.blocked(vector));
    if (!enabled || functionMask) this.flush();
    this.enabled = enabled;
    this.functionMask = functionMask;
    for (const index of this.vectors.keys()) if (before[index]) this.edge(index);
  }

  /** The function goes to sleep: what it has sent arrives, and what it holds is gone. */
  sleep(): void {
    this.flush();
    for (const vector of this.vectors) vector.pending = false;
  }

  reset(): void {
    this.flush();
    this.lose();
  }

  lose(): void {
    this.enabled = false;
    this.functionMask = false;
    this.vectors = this.vectors.map(fresh);
  }

  /** Writes a dword of an entry; returns nothing, for a guest learns nothing. */
  writeDword(dword: number, value: number): void {
    const index = dword >>> 2;
    const vector = this.vectors[index];
    const at = dword & 3;
    if (at < 3) {
      vector.entry[at] = at === 0 ? (value & ~3) >>> 0 : value;
      return;
    }
    const wasBlocked = this.blocked(vector);
    vector.mask = (value & 1) === 1;
    if (wasBlocked) this.edge(index);
  }

  /** An access of 4 or 8 bytes to the page: table, Pending Bit Array, or nobody's. */
  write(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isAligned(offset, bytes) || offset >= 16 * this.vectors.length) return;
    this.writeDword(offset / 4, low);
    if (bytes === 8) this.writeDword(offset / 4 + 1, high);
  }

  /** Returns what is read; what is in flight arrives with it. */
  read(offset: number, bytes: number): Answer {
    const pba = offset - 0x2000;
    const inPba = pba >= 0 && pba < 8 * Math.ceil(this.vectors.length / 64);
    if (!this.isAligned(offset, bytes) || (!inPba && offset >= 16 * this.vectors.length)) {
      return nobodys(bytes);
    }
    const dword = (at: number): number => (inPba ? this.pendingDword((at - 0x2000) / 4) : this.tableDword(at / 4));
    const answer: Answer = [dword(offset), bytes === 8 ? dword(offset + 4) : undefined];
    this.flush();
    return answer;
  }

  tableDword(dword: number): number {
    const vector = this.vectors[dword >>> 2];
    return (dword & 3) === 3 ? Number(vector.mask) : vector.entry[dword & 3];
  }

  pendingDword(word: number): number {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if (this.vectors.at(32 * word + bit)?.pending) bits += 2 ** bit;
    return bits;
  }

  private isAligned(offset: number, bytes: number): boolean {
    return (bytes === 4 || bytes === 8) && offset % bytes === 0 && offset >= 0;
  }

  /** A vector that was blocked may not be any more. */
  private edge(index: number): void {
    const vector = this.vectors[index];
    if (this.blocked(vector)) return;
    vector.inForce = [...vector.entry];
    if (!vector.pending) return;
    vector.pending = false;
    this.send(index);
  }

  private send(index: number): void {
    const vector = this.vectors[index];
    if (vector.flying) return;
    vector.flying = true;
    this.tell({ kind: 'sent', vector: index, message: '' });
  }
}

function fresh(): Vector {
  return { entry: [0, 0, 0], mask: true, pending: false, flying: false, inForce: [0, 0, 0] };
}

/** An assigned device with the one table. */
export class DeviceReference extends GuestReference {
  readonly table: TableReference;
  /** Who is to have the page: 0 userspace, 1 registering, 2 kernel, 3 returning. */
  hand = 0;

  constructor(count: number, vcpus: number, checked: boolean, tell: (told: Told) => void) {
    super(vcpus);
    this.table = new TableReference(count, checked, tell);
  }

  protected answerAtOnce(address: number, bytes: number, write?: readonly [number, number]): Answer | true | undefined {
    if (this.removed || this.hand !== 2 || this.base === 0) return undefined;
    const offset = address - this.base;
    const count = this.table.vectors.length;
    const isIn = (from: number, length: number): boolean => offset >= from && offset + bytes <= from + length;
    if (!isIn(0, 16 * count) && !isIn(0x2000, 8 * Math.ceil(count / 64))) return undefined;
    if (write === undefined) return this.table.read(offset, bytes);
    if (offset < 0x2000) this.table.write(offset, bytes, ...write);
    return true;
  }

  protected readPage(offset: number, bytes: number): Answer {
    return this.table.read(offset, bytes);
  }

  protected writePage(offset: number, bytes: number, low: number, high: number): number {
    this.table.write(offset, bytes, low, high);
    return NOTHING;
  }

  protected controlWritten(): number {
    this.table.control(this.enabled, this.functionMask);
    return NOTHING;
  }

  protected sleep(): void {
    this.table.sleep();
  }

  protected start(): void {
    this.hand = 0;
    if (this.removed) this.table.lose();
    else this.table.reset();
  }

  protected takeAway(): void {
    this.table.lose();
  }

  protected giveBack(): void {
    this.table.lose();
  }

  protected signalAwake(vector: number): void {
    this.table.signal(vector);
  }

  retire(vector: number): void {
    this.table.retire(vector);
  }

  arrive(vector: number): boolean {
    return this.table.arrive(vector);
  }

  /** The four steps of a handover, by number: register, registered, unregister, unregistered. */
  handover(step: number): boolean {
    if (this.removed || this.hand !== step) return false;
    if (step === 1 && this.base === 0) {
      this.hand = 0;
      return false;
    }
    this.hand = (step + 1) % 4;
    return true;
  }

  /** Nothing is ever due. */
  work(): boolean {
    return false;
  }

  /** All that may be seen from outside, in order. */
  look(): readonly unknown[] {
    const { vectors } = this.table;
    const flying = vectors.map(({ flying: flies }) => flies);
    if (this.removed) return [4, this.stopped, flying];
    const owner = this.hand === 2 && this.base === 0 ? 0 : this.hand;
    const table = vectors.flatMap((_, index) => [0, 1, 2, 3].map((dword) => this.table.tableDword(4 * index + dword)));
    return [owner, this.stopped, flying, this.control, table, this.table.pendingDword(0), this.base];
  }

  state(): object {
    const { enabled, functionMask, vectors } = this.table;
    return { ...this.guestState(), hand: this.hand, own: structuredClone({ enabled, functionMask, vectors }) };
  }

  putBack(state: object): void {
    const { own, ...guest } = structuredClone(state) as { own: object };
    Object.assign(this, guest);
    Object.assign(this.table, own);
  }
}
