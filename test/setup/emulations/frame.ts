/**
 * What the emulations share: memory, messages that leave, and a fault to switch on. How a function behaves is each one's own; none of
 * them shares a line with the implementation, the machines or the museum.
 */
import type { Device, DeviceOutput } from '../../../conformance/device/device.ts';

/** An emulation, right or with one of its faults. */
export interface Emulation {
  readonly name: string;
  /** Whose way of doing it this is, and its choices in words. */
  readonly style: string;
  readonly make: (vectorCount: number, fault?: string) => Device;
  /** The faults by name, each with the rules one of which must be cited first, and how many vectors it takes. */
  readonly faults: Readonly<Record<string, { readonly says: string; readonly rules: readonly string[] }>>;
}

/** A device that keeps its table in bytes. */
export abstract class Frame implements Device {
  abstract readonly name: string;
  readonly vectorCount: number;
  readonly fault: string;
  readHigh = 0;
  /** Message Control, but for the table's size. */
  control = 0;
  readonly table: DataView;
  private outputs: DeviceOutput[] = [];

  constructor(vectorCount: number, fault = '') {
    this.vectorCount = vectorCount;
    this.fault = fault;
    this.table = new DataView(new ArrayBuffer(16 * vectorCount));
    for (let vector = 0; vector < vectorCount; vector++) this.put(4 * vector + 3, 1);
  }

  get(dword: number): number {
    return this.table.getUint32(4 * dword, true);
  }

  put(dword: number, value: number): void {
    this.table.setUint32(4 * dword, value >>> 0, true);
  }

  get isEnabled(): boolean {
    return (this.control & 0x8000) !== 0;
  }

  get isFunctionMasked(): boolean {
    return (this.control & 0x4000) !== 0;
  }

  isVectorMasked(vector: number): boolean {
    return (this.get(4 * vector + 3) & 1) === 1;
  }

  emit(low: number, high: number, data: number): void {
    this.outputs.push({ verb: 'send', vector: -1, addressLow: low >>> 0, addressHigh: high >>> 0, data: data >>> 0 });
  }

  /** Sends what the entry holds now. */
  emitEntry(vector: number): void {
    this.emit(this.get(4 * vector), this.get(4 * vector + 1), this.get(4 * vector + 2));
  }

  takeOutputs(): readonly DeviceOutput[] {
    const taken = this.outputs;
    this.outputs = [];
    return taken;
  }

  configRead(offset: number, bytes: number): number {
    const word = (offset & ~3) === 0 ? (0x11 | ((this.control | (this.vectorCount - 1)) << 16)) >>> 0 : 0;
    const shifted = word >>> (8 * (offset & 3));
    return bytes === 4 ? shifted : bytes === 2 ? shifted & 0xffff : shifted & 0xff;
  }

  /** Message Control as a write of any width leaves it; undefined when the write does not reach it. */
  controlAfter(offset: number, bytes: number, value: number): number | undefined {
    if (offset > 3 || offset + bytes <= 3) return undefined;
    return ((value >>> (8 * (3 - offset))) & 0xc0) << 8;
  }

  abstract configWrite(offset: number, bytes: number, value: number): void;
  abstract tableWrite(offset: number, bytes: number, low: number, high: number): void;
  abstract signal(vector: number): void;
  abstract pendingDword(dword: number): number;

  isWhole(offset: number, bytes: number): boolean {
    return (bytes === 4 || bytes === 8) && offset % bytes === 0 && offset + bytes <= 16 * this.vectorCount;
  }

  tableRead(offset: number, bytes: number): number {
    this.readHigh = 0xffffffff;
    if (!this.isWhole(offset, bytes)) return 0xffffffff;
    if (bytes === 8) this.readHigh = this.get(offset / 4 + 1);
    return this.get(offset / 4);
  }

  pbaRead(offset: number, bytes: number): number {
    this.readHigh = 0xffffffff;
    if ((bytes !== 4 && bytes !== 8) || offset % bytes !== 0) return 0xffffffff;
    if (bytes === 8) this.readHigh = this.pendingDword(offset / 4 + 1);
    return this.pendingDword(offset / 4);
  }
}
