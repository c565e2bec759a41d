/**
 * Devices that were written by nobody who knew the judge's own: each is built otherwise than the museum and the kits are, and chooses otherwise
 * where the standard leaves a choice. Each can be had with bugs.
 */
import type { Device, DeviceOptions, DeviceOutput } from '../../conformance/device/device.ts';

/** What is common to them: the ports, taken apart into bytes, as a bus would. What is behind them is each device's own. */
abstract class Foreign implements Device {
  abstract readonly name: string;
  readonly vectorCount: number;
  readHigh = 0;
  protected readonly bugs: ReadonlySet<string>;
  private sent: DeviceOutput[] = [];

  constructor({ vectorCount }: DeviceOptions, bugs: readonly string[] = []) {
    this.vectorCount = vectorCount;
    this.bugs = new Set(bugs);
  }

  protected has(bug: string): boolean {
    return this.bugs.has(bug);
  }

  protected post(addressLow: number, addressHigh: number, data: number): void {
    this.sent.push({ verb: 'send', vector: -1, addressLow, addressHigh, data });
  }

  takeOutputs(): readonly DeviceOutput[] {
    const { sent } = this;
    this.sent = [];
    return sent;
  }

  private readonly kept: Record<string, unknown>[] = [];
  private readonly handles = new Map<string, number>();

  /** A state is a copy of all fields but those of this class. */
  protected keep(): number {
    const fields = Object.fromEntries(Object.entries(this).filter(([name]) => !COMMON.has(name)));
    const key = JSON.stringify(fields);
    let handle = this.handles.get(key);
    if (handle === undefined) {
      handle = this.kept.push(copyOf(fields)) - 1;
      this.handles.set(key, handle);
    }
    return handle;
  }

  protected putBack(handle: number): void {
    this.sent = [];
    Object.assign(this, copyOf(this.kept[handle]));
  }

  abstract configRead(offset: number, bytes: number): number;
  abstract configWrite(offset: number, bytes: number, value: number): void;
  abstract tableRead(offset: number, bytes: number): number;
  abstract tableWrite(offset: number, bytes: number, low: number, high: number): void;
  abstract pbaRead(offset: number, bytes: number): number;
  abstract signal(vector: number): void;
  abstract reset(): void;
}

const COMMON: ReadonlySet<string> = new Set([
  ...['name', 'vectorCount', 'readHigh', 'bugs', 'sent', 'kept', 'handles'],
]);

/** Copies what a field may be. With `structuredClone`, which is made for whatever there is, it took a twelfth of the time of these tests. */
function copyOf<T>(value: T): T {
  if (value instanceof Uint32Array) return value.slice() as T;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) throw new TypeError(`Got ${String(value)}; expected a field that is copied here.`);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)])) as T;
}

const cut = (value: number, bytes: number): number => (bytes >= 4 ? value >>> 0 : value & (2 ** (8 * bytes) - 1));

/**
 * Bytes, and nothing worked out before it is asked for: what is pending is a difference of two counts, looked at when the array is read. Events
 * while disabled are dropped, an address of zero is never written to, narrow writes are performed, reserved bits are kept.
 */
export class LazyDevice extends Foreign {
  readonly name = 'lazy';
  private readonly config = new DataView(new ArrayBuffer(12));
  private readonly table: DataView;
  private raised: number[];
  private served: number[];

  constructor(options: DeviceOptions, bugs?: readonly string[]) {
    super(options, bugs);
    this.table = new DataView(new ArrayBuffer(16 * this.vectorCount));
    this.raised = Array.from({ length: this.vectorCount }, () => 0);
    this.served = [...this.raised];
    this.reset();
  }

  reset(): void {
    this.config.setUint32(0, 0x11 | ((this.vectorCount - 1) << 16), true);
    this.config.setUint32(4, 0x1002, true);
    this.config.setUint32(8, 0x9002, true);
    for (let vector = 0; vector < this.vectorCount; vector++) this.table.setUint32(16 * vector + 12, 1, true);
    this.raised.fill(0);
    this.served.fill(0);
  }

  private get control(): number {
    return this.config.getUint16(2, true);
  }

  private isBlocked(vector: number): boolean {
    return this.control >> 14 !== 2 || (this.table.getUint8(16 * vector + 12) & 1) === 1;
  }

  private settle(vector: number): void {
    if (this.raised[vector] === this.served[vector] || this.isBlocked(vector)) return;
    this.served[vector] = this.raised[vector];
    const [low, high, data] = [0, 4, 8].map((at) => this.table.getUint32(16 * vector + at, true));
    if (low !== 0 || high !== 0) this.post((low & ~3) >>> 0, high, data);
  }

  private settleAll(): void {
    for (let vector = 0; vector < this.vectorCount; vector++) this.settle(vector);
  }

  configRead(offset: number, bytes: number): number {
    let value = 0;
    for (let byte = bytes - 1; byte >= 0; byte--) value = (value * 256 + this.config.getUint8(offset + byte)) >>> 0;
    return value;
  }

  configWrite(offset: number, bytes: number, value: number): void {
    for (let byte = 0; byte < bytes; byte++) {
      if (offset + byte !== 3) continue;
      const written = (value >>> (8 * byte)) & 0xc0;
      this.config.setUint8(3, (this.config.getUint8(3) & 0x3f) | written);
    }
    if (this.has('word edge only') && bytes !== 2) return;
    this.settleAll();
  }

  tableRead(offset: number, bytes: number): number {
    let [low, high] = [0, 0];
    for (let byte = bytes - 1; byte >= 0; byte--) {
      if (offset + byte >= 16 * this.vectorCount) continue;
      if (byte >= 4) high = (high * 256 + this.table.getUint8(offset + byte)) >>> 0;
      else low = (low * 256 + this.table.getUint8(offset + byte)) >>> 0;
    }
    this.readHigh = high;
    return low;
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    for (let byte = 0; byte < bytes && offset + byte < 16 * this.vectorCount; byte++)
      this.table.setUint8(offset + byte, ((byte < 4 ? low : high) >>> (8 * (byte % 4))) & 0xff);
    this.settle(Math.min(offset >> 4, this.vectorCount - 1));
  }

  pbaRead(offset: number, bytes: number): number {
    const word = (at: number): number => {
      let bits = 0;
      for (let bit = 0; bit < 32; bit++) {
        const vector = 8 * at + bit;
        if (vector < this.vectorCount && this.raised[vector] !== this.served[vector]) bits |= 1 << bit;
      }
      return bits >>> 0;
    };
    this.readHigh = bytes === 8 ? word(offset + 4) : 0;
    return cut(word(offset & ~3), bytes);
  }

  signal(vector: number): void {
    if (this.control < 0x8000) return;
    this.raised[vector] = (this.raised[vector] + 1) & 0xff;
    this.settle(vector);
  }

  retire(vector: number): void {
    // What was taken back was served; a count that goes past the other one never meets it again.
    this.served[vector] = this.raised[vector];
    if (this.has('retire counts down')) this.served[vector] = (this.served[vector] + 1) & 0xff;
  }
}

interface Item {
  readonly kind: 'control' | 'entry' | 'event' | 'gone';
  readonly vector: number;
  readonly value: number;
}

/**
 * Everything is an item of a queue, which a worker empties before anyone looks. Each vector is an object with a route, bound when it is opened and
 * dropped when it is not; a write to an open entry is dropped, disabling drops what is pending, a table that is not enabled is still there.
 */
export class QueueDevice extends Foreign {
  readonly name = 'queue';
  private queue: Item[] = [];
  private vectors: { entry: number[]; masked: boolean; pending: boolean; route: number[] | undefined }[] = [];
  private control = 0;

  constructor(options: DeviceOptions, bugs?: readonly string[]) {
    super(options, bugs);
    this.reset();
  }

  save(): number {
    return this.keep();
  }

  restore(handle: number): void {
    this.putBack(handle);
  }

  reset(): void {
    this.queue = [];
    this.control = 0;
    this.vectors = Array.from({ length: this.vectorCount }, () => ({
      entry: [0, 0, 0],
      masked: true,
      pending: false,
      route: undefined,
    }));
  }

  private work(): void {
    for (let item = this.queue.shift(); item !== undefined; item = this.queue.shift()) {
      this.serve(item);
    }
  }

  private serve({ kind, vector, value }: Item): void {
    const own = this.vectors[vector];
    if (kind === 'control') {
      const disables = this.control >= 2 && value < 2;
      this.control = value;
      if (disables) for (const each of this.vectors) each.pending = false;
      for (const [number] of this.vectors.entries()) this.bind(number);
    } else if (kind === 'entry') {
      own.masked = value === 1;
      this.bind(vector);
    } else if (kind === 'gone') own.pending = false;
    else if (own.route === undefined) own.pending = true;
    else this.post(own.route[0], own.route[1], own.route[2]);
  }

  private bind(number: number): void {
    const own = this.vectors[number];
    const isOpen = this.control === 2 && !own.masked;
    if (!isOpen) {
      if (!(this.has('route stays') && this.control === 2)) own.route = undefined;
      return;
    }
    own.route ??= [...own.entry];
    if (!own.pending) return;
    own.pending = false;
    if (this.has('sends behind') && number > 0) this.queue.push({ kind: 'event', vector: number - 1, value: 0 });
    else this.queue.push({ kind: 'event', vector: number, value: 0 });
  }

  private put(item: Item): void {
    this.queue.push(item);
    this.work();
  }

  configRead(offset: number, bytes: number): number {
    this.work();
    const dwords = [(0x11 | (((this.control << 14) | (this.vectorCount - 1)) << 16)) >>> 0, 0x3, 0x8003];
    return cut(dwords[offset >> 2] >>> (8 * (offset % 4)), bytes);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const at = 3 - offset;
    if (at >= 0 && at < bytes) this.put({ kind: 'control', vector: 0, value: (value >>> (8 * at + 6)) & 3 });
  }

  private readWord(at: number): number {
    const own = this.vectors[at >> 2];
    return at % 4 === 3 ? Number(own.masked) : own.entry[at % 4];
  }

  tableRead(offset: number, bytes: number): number {
    this.work();
    if (bytes < 4 || offset % bytes !== 0) return 0;
    this.readHigh = bytes === 8 ? this.readWord(offset / 4 + 1) : 0;
    return this.readWord(offset / 4);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (bytes < 4 || offset % bytes !== 0) return;
    for (const [index, value] of bytes === 8 ? [low, high].entries() : [low].entries()) {
      const at = offset / 4 + index;
      const own = this.vectors[at >> 2];
      if (at % 4 === 3) this.put({ kind: 'entry', vector: at >> 2, value: value & 1 });
      else if (own.masked || (this.control & 1) === 1) own.entry[at % 4] = at % 4 === 0 ? (value & ~3) >>> 0 : value;
    }
  }

  pbaRead(offset: number, bytes: number): number {
    this.work();
    const bits = (from: number): number =>
      this.vectors.slice(from, from + 32).reduce((sum, { pending }, bit) => sum | (pending ? 1 << bit : 0), 0) >>> 0;
    this.readHigh = bytes === 8 ? bits(8 * offset + 32) : 0;
    return cut(bits(8 * (offset & ~3)), bytes);
  }

  signal(vector: number): void {
    this.put({ kind: 'event', vector, value: 0 });
  }

  retire(vector: number): void {
    this.put({ kind: 'gone', vector, value: 0 });
  }
}

/**
 * Bit maps of words, and a copy of all routes that is made at enabling and mended at each edge after it; evaluated anew at every access. Events while
 * disabled wait where no bit shows them, and there is no table then; two events may become two messages.
 */
export class MapDevice extends Foreign {
  readonly name = 'maps';
  private readonly words: number;
  private entries: Uint32Array;
  private routes: Uint32Array;
  private masked: Uint32Array;
  private waiting: Uint32Array;
  private again: Uint32Array;
  private enabled = false;
  private functionMask = false;

  constructor(options: DeviceOptions, bugs?: readonly string[]) {
    super(options, bugs);
    this.words = Math.ceil(this.vectorCount / 32);
    this.entries = new Uint32Array(3 * this.vectorCount);
    this.routes = new Uint32Array(3 * this.vectorCount);
    this.masked = new Uint32Array(this.words).fill(0xffffffff);
    this.waiting = new Uint32Array(this.words);
    this.again = new Uint32Array(this.words);
  }

  save(): number {
    return this.keep();
  }

  restore(handle: number): void {
    this.putBack(handle);
  }

  reset(): void {
    // The entries stay: what they hold after reset is not said.
    this.routes.fill(0);
    this.masked.fill(0xffffffff);
    this.waiting.fill(0);
    this.again.fill(0);
    this.enabled = this.functionMask = false;
  }

  private open(word: number): number {
    return this.enabled && !this.functionMask ? ~this.masked[word] : 0;
  }

  private refresh(vector: number): void {
    this.routes.set(this.entries.subarray(3 * vector, 3 * vector + 3), 3 * vector);
  }

  private refreshOpen(): void {
    for (let vector = 0; vector < this.vectorCount; vector++)
      if ((this.open(vector >>> 5) >>> (vector & 31)) & 1) this.refresh(vector);
  }

  private evaluate(): void {
    for (let word = 0; word < this.words; word++) {
      let due = this.waiting[word] & this.open(this.has('first word') ? 0 : word);
      while (due !== 0) {
        const bit = 31 - Math.clz32(due & -due);
        due &= due - 1;
        const vector = 32 * word + bit;
        this.send(vector);
        if ((this.again[word] >>> bit) & 1) this.again[word] &= ~(1 << bit);
        else this.waiting[word] &= ~(1 << bit);
        if ((this.waiting[word] >>> bit) & 1) due |= 1 << bit;
      }
    }
  }

  private send(vector: number): void {
    this.post(this.routes[3 * vector], this.routes[3 * vector + 1], this.routes[3 * vector + 2]);
  }

  configRead(offset: number, bytes: number): number {
    const control = (Number(this.enabled) << 15) | (Number(this.functionMask) << 14) | (this.vectorCount - 1);
    return cut([((control << 16) | 0x4011) >>> 0, 0x4, 0x10004][offset >> 2] >>> (8 * (offset & 3)), bytes);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    if (offset > 3 || offset + bytes <= 3) return;
    const top = (value >>> (8 * (3 - offset))) & 0xff;
    const before = [this.enabled, this.functionMask];
    this.enabled = top >= 0x80;
    this.functionMask = (top & 0x40) !== 0;
    const lifts = this.has('no refresh at lifting') ? !before[0] : !before[0] || before[1];
    if (this.enabled && !this.functionMask && lifts) this.refreshOpen();
    this.evaluate();
  }

  private word(at: number): number {
    const vector = at >> 2;
    if (!this.enabled) return 0xffffffff;
    return at % 4 === 3 ? (this.masked[vector >>> 5] >>> (vector & 31)) & 1 : this.entries[3 * vector + (at % 4)];
  }

  tableRead(offset: number, bytes: number): number {
    if (bytes < 4 || offset % bytes !== 0) return (this.readHigh = 0xffffffff);
    this.readHigh = bytes === 8 ? this.word(offset / 4 + 1) : 0;
    return this.word(offset / 4);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.enabled || bytes < 4 || offset % bytes !== 0) return;
    this.writeWord(offset / 4, low);
    if (bytes === 8) this.writeWord(offset / 4 + 1, high);
  }

  private writeWord(at: number, value: number): void {
    const vector = at >> 2;
    const [word, bit] = [vector >>> 5, 1 << (vector & 31)];
    if (at % 4 !== 3) {
      this.entries[3 * vector + (at % 4)] = at % 4 === 0 ? value & ~3 : value;
      return;
    }
    const wasMasked = (this.masked[word] & bit) !== 0;
    if (value & 1) this.masked[word] |= bit;
    else this.masked[word] &= ~bit;
    if (wasMasked && !(value & 1) && !this.functionMask) this.refresh(vector);
    if (this.has('mask clears the byte') && value & 1) this.waiting[word] &= ~(0xff << (vector & 24)) | bit;
    this.evaluate();
  }

  pbaRead(offset: number, bytes: number): number {
    const bits = (word: number): number => (this.enabled ? (this.waiting[word] ?? 0) >>> 0 : 0);
    this.readHigh = bytes === 8 ? bits((offset >> 2) + 1) : 0;
    return cut(bits(offset >> 2), bytes);
  }

  signal(vector: number): void {
    const [word, bit] = [vector >>> 5, 1 << (vector & 31)];
    if ((this.waiting[word] & bit) !== 0) this.again[word] |= bit;
    this.waiting[word] |= bit;
    this.evaluate();
  }

  retire(vector: number): void {
    this.waiting[vector >>> 5] &= ~(1 << (vector & 31));
    this.again[vector >>> 5] &= ~(1 << (vector & 31));
  }
}
