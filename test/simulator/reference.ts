/**
 * The reference that the simulator holds the implementation against: assigned devices with one table as plain objects, written from the
 * rules and deliberately naive. It shares no line with `src`.
 *
 * Calls out are told by a list: what an act brings about is appended, and told when the act is done, in order; a callback may act in turn.
 */

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

const ALL_ONES = 0xffffffff;

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
      const [low, high, data] = vector.inForce;
      const mode = (data >>> 8) & 7;
      const isX86 = low >>> 20 === 0xfee && high === 0 && mode !== 3 && mode !== 6 && (mode > 1 || (data & 0xff) >= 16);
      if (isX86) this.tell({ kind: 'interrupt', vector: data & 0xff, message: '' });
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
  read(offset: number, bytes: number): [number, number | undefined] {
    const pba = offset - 0x2000;
    const inPba = pba >= 0 && pba < 8 * Math.ceil(this.vectors.length / 64);
    if (!this.isAligned(offset, bytes) || (!inPba && offset >= 16 * this.vectors.length)) {
      return [bytes === 1 ? 0xff : bytes === 2 ? 0xffff : ALL_ONES, ALL_ONES];
    }
    const dword = (at: number): number => (inPba ? this.pendingDword((at - 0x2000) / 4) : this.tableDword(at / 4));
    const answer: [number, number | undefined] = [dword(offset), bytes === 8 ? dword(offset + 4) : undefined];
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

/** An access that a vCPU is stopped in. */
interface Exit {
  readonly kind: 'read' | 'write' | 'config' | 'void';
  readonly offset: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** An assigned device whole: its vCPUs, userspace, and the table. */
export class DeviceReference {
  readonly table: TableReference;
  /** Of each vCPU, the access that it is stopped in. */
  exits: (Exit | undefined)[];
  removed = false;
  /** Who is to have the page: 0 userspace, 1 registering, 2 kernel, 3 returning. */
  hand = 0;
  bar = 0x7ebf0000;
  memory = true;
  /** 0 awake, 3 asleep. */
  power = 0;
  answer = [0, 0];

  constructor(count: number, vcpus: number, checked: boolean, tell: (told: Told) => void) {
    this.table = new TableReference(count, checked, tell);
    this.exits = Array.from({ length: vcpus }, () => undefined);
  }

  get base(): number {
    return this.memory && this.power === 0 ? this.bar : 0;
  }

  private get isKernels(): boolean {
    return !this.removed && this.hand === 2 && this.base !== 0;
  }

  /** The device has an event, unless it sleeps. */
  signal(vector: number): void {
    if (this.power === 0) this.table.signal(vector);
  }

  /** An access of the page, at an offset from where the table is now. Returns 0 for returned, 1 for exited, 2 for refused. */
  access(vcpu: number, offset: number, bytes: number, write?: readonly [low: number, high: number]): number {
    if (this.exits[vcpu] !== undefined) return 2;
    const address = this.base + offset;
    if (![1, 2, 4, 8].includes(bytes) || !Number.isInteger(address) || address < 0) return 2;
    const count = this.table.vectors.length;
    const isIn = (from: number, length: number): boolean => offset >= from && offset + bytes <= from + length;
    const pbaBytes = 8 * Math.ceil(count / 64);
    if (this.isKernels && (isIn(0, 16 * count) || isIn(0x2000, pbaBytes))) {
      if (write === undefined) this.take(this.table.read(offset, bytes));
      else if (offset < 0x2000) this.table.write(offset, bytes, ...write);
      return 0;
    }
    const [low, high] = write ?? [0, 0];
    this.exits[vcpu] = { kind: write === undefined ? 'read' : 'write', offset: address, bytes, low, high };
    return 1;
  }

  configWrite(offset: number, value: number, vcpu: number): number {
    if (this.exits[vcpu] !== undefined) return 2;
    this.exits[vcpu] = { kind: 'config', offset, bytes: 0, low: value, high: 0 };
    return 1;
  }

  complete(vcpu: number): boolean {
    const exit = this.exits[vcpu];
    if (exit === undefined) return false;
    this.exits[vcpu] = undefined;
    const offset = exit.offset - this.base;
    if (exit.kind === 'void' || this.removed) this.answer = [ALL_ONES, ALL_ONES];
    else if (exit.kind === 'config') this.configure(exit);
    else if (exit.kind === 'write' && this.base !== 0 && offset >= 0 && offset < 0x10000)
      this.table.write(offset, exit.bytes, exit.low, exit.high);
    else if (exit.kind === 'read') {
      if (this.base !== 0 && offset >= 0 && offset < 0x10000) {
        const [low, high] = this.table.read(offset, exit.bytes);
        // Userspace hands both dwords over; the upper one of 4 bytes is nobody's business.
        this.answer = [low, high ?? this.answer[1]];
      } else this.take([exit.bytes === 1 ? 0xff : exit.bytes === 2 ? 0xffff : ALL_ONES, ALL_ONES]);
    }
    return true;
  }

  private configure({ offset, low }: Exit): void {
    if (offset === 0x68) this.flr();
    else if (offset === 0x44) this.goTo(low & 3);
    else if (offset === 0x10) this.bar = (low & 0xffff0000) >>> 0;
    else if (offset === 0x04) this.memory = (low & 2) !== 0;
    else if (offset === 0x52) this.table.control((low & 0x8000) !== 0, (low & 0x4000) !== 0);
  }

  private goTo(power: number): void {
    // There are no states between.
    if (power !== 0 && power !== 3) return;
    if (this.power === 3 && power === 0) this.flr();
    else if (this.power === 0 && power === 3) this.table.sleep();
    this.power = power;
  }

  private flr(): void {
    this.start();
    this.bar = 0;
    this.memory = false;
    this.voidExits(() => this.removed);
  }

  /** The function and its configuration space are as at the start, and the page is userspace's. */
  private start(): void {
    if (!this.removed) this.hand = 0;
    if (this.removed) this.table.lose();
    else this.table.reset();
    this.bar = 0x7ebf0000;
    this.memory = true;
    this.power = 0;
  }

  reset(): void {
    const { base } = this;
    this.start();
    // A read is answered as the device stands by then, unless what it asked is elsewhere now.
    this.voidExits(() => this.removed || this.base !== base);
  }

  remove(): boolean {
    if (this.removed) return false;
    this.removed = true;
    this.hand = 0;
    this.start();
    this.voidExits(() => true);
    return true;
  }

  /** Ends what is under way, and reads, too, where nobody is to answer them. */
  private voidExits(isUnanswered: () => boolean): void {
    this.exits = this.exits.map((exit) => {
      if (exit === undefined || (exit.kind === 'read' && !isUnanswered())) return exit;
      return { ...exit, kind: 'void' };
    });
  }

  assign(): boolean {
    if (!this.removed) return false;
    this.removed = false;
    this.table.lose();
    return true;
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

  private take([low, high]: [number, number | undefined]): void {
    this.answer = [low, high ?? this.answer[1]];
  }

  /** All that may be seen from outside, in order. */
  look(): readonly unknown[] {
    const { vectors } = this.table;
    const flying = vectors.map(({ flying: flies }) => flies);
    const owner = this.removed ? 4 : this.hand === 2 && this.base === 0 ? 0 : this.hand;
    const stopped = this.exits.map((exit) => exit !== undefined);
    if (this.removed) return [owner, stopped, flying];
    const table = vectors.flatMap((_, index) => [0, 1, 2, 3].map((dword) => this.table.tableDword(4 * index + dword)));
    const control = (this.table.enabled ? 2 : 0) + (this.table.functionMask ? 1 : 0);
    return [owner, stopped, flying, control, table, this.table.pendingDword(0), this.base];
  }
}
