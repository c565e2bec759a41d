/**
 * A right device, written plainly and from the rules alone: what the museum's devices differ from in a line or two. It shares nothing
 * with the implementation, and sends the entry as it stands when it sends.
 *
 * Each step of what a function does is a method, so that a wrong device is a subclass with one of them written wrongly.
 */
import type { Device, DeviceOptions, DeviceOutput, Snapshot } from '../device/device.ts';
import { Snapshots } from '../device/snapshots.ts';

const NOTHING: readonly DeviceOutput[] = [];

/** The device. Its whole state is `enabled`, `functionMask`, and three lists of numbers. */
export class PlainDevice implements Device {
  readonly name: string = 'plain';
  readonly vectorCount: number;
  enabled = false;
  functionMask = false;
  /** Four dwords for each vector. */
  readonly table: number[];
  /** One bit for each vector. */
  readonly pending: number[];
  /** Nothing, in a right device: what a wrong one remembers. */
  readonly memory: number[];
  readHigh = 0;
  /** Whether it tells `use` and `release`. */
  readonly notifies: boolean = false;
  /** Whether a guest can write the Pending Bit Array at all. */
  pbaWrite?: (offset: number, bytes: number, low: number, high: number) => void;
  private outputs: DeviceOutput[] = [];
  private readonly snapshots = new Snapshots();

  constructor({ vectorCount }: DeviceOptions) {
    this.vectorCount = vectorCount;
    this.table = Array.from({ length: 4 * vectorCount }, (_, dword) => (dword % 4 === 3 ? 1 : 0));
    this.pending = Array.from({ length: vectorCount }, () => 0);
    this.memory = Array.from({ length: 4 * vectorCount + 4 }, () => 0);
  }

  // ---- What a function does

  isMasked(vector: number): boolean {
    return (this.table[4 * vector + 3] & 1) === 1;
  }

  isBlocked(vector: number): boolean {
    return !this.enabled || this.functionMask || this.isMasked(vector);
  }

  signal(vector: number): void {
    if (this.isBlocked(vector)) this.hold(vector);
    else this.send(vector);
  }

  hold(vector: number): void {
    this.pending[vector] = 1;
  }

  retire(vector: number): void {
    this.pending[vector] = 0;
  }

  send(vector: number): void {
    const [low, high, data] = this.messageOf(vector);
    this.emit(low, high, data, vector);
  }

  messageOf(vector: number): readonly number[] {
    return this.table.slice(4 * vector, 4 * vector + 3);
  }

  /** Sends what is pending, where nothing blocks it any more. */
  release(vector: number): void {
    if (this.pending[vector] === 0 || this.isBlocked(vector)) return;
    this.pending[vector] = 0;
    this.send(vector);
  }

  /** A whole dword of the table is written. `bytes` is the width of the access that it is part of. */
  writeDword(dword: number, value: number, _bytes: number): void {
    const vector = dword >> 2;
    if (dword % 4 === 3) this.writeVectorControl(vector, value);
    else this.table[dword] = dword % 4 === 0 ? (value & ~3) >>> 0 : value;
  }

  writeVectorControl(vector: number, value: number): void {
    this.table[4 * vector + 3] = value & 1;
    this.release(vector);
  }

  /** Message Control is written: `value` has both bits in place, `bytes` is the width of the access. */
  writeControl(value: number, _bytes: number): void {
    this.enabled = (value & 0x8000) !== 0;
    this.functionMask = (value & 0x4000) !== 0;
    this.releaseAll();
  }

  releaseAll(): void {
    for (let vector = 0; vector < this.vectorCount; vector++) this.release(vector);
  }

  readDword(dword: number): number {
    return this.table[dword];
  }

  readPending(dword: number): number {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if (this.isShownPending(32 * dword + bit)) bits |= 1 << bit;
    return bits >>> 0;
  }

  isShownPending(vector: number): boolean {
    return this.pending[vector] === 1;
  }

  readControl(): number {
    return (this.enabled ? 0x8000 : 0) | (this.functionMask ? 0x4000 : 0) | (this.vectorCount - 1);
  }

  reset(): void {
    this.enabled = false;
    this.functionMask = false;
    for (let vector = 0; vector < this.vectorCount; vector++) this.resetVector(vector);
  }

  resetVector(vector: number): void {
    this.table.splice(4 * vector, 4, 0, 0, 0, 1);
    this.pending[vector] = 0;
  }

  // ---- Accesses, taken apart

  emit(addressLow: number, addressHigh: number, data: number, vector = -1): void {
    this.outputs.push({ verb: 'send', vector, addressLow, addressHigh, data });
  }

  configRead(offset: number, bytes: number): number {
    const header = (0x11 | (this.readControl() << 16)) >>> 0;
    const word = offset < 4 ? header : offset < 8 ? 0x2000 : 0x3000;
    const shifted = word >>> (8 * (offset % 4));
    return bytes === 4 ? shifted : bytes === 2 ? shifted & 0xffff : shifted & 0xff;
  }

  configWrite(offset: number, bytes: number, value: number): void {
    // The byte at offset 3 has both bits.
    if (offset <= 3 && offset + bytes > 3) this.writeControl(((value >>> (8 * (3 - offset))) & 0xff) << 8, bytes);
  }

  tableRead(offset: number, bytes: number): number {
    if (bytes < 4 || offset % 4 !== 0 || offset + bytes > 4 * this.table.length) return (this.readHigh = 0xffffffff);
    this.readHigh = bytes === 8 ? this.readDword(offset / 4 + 1) >>> 0 : 0;
    return this.readDword(offset / 4) >>> 0;
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (bytes < 4 || offset % 4 !== 0 || offset + bytes > 4 * this.table.length) return;
    this.writeDword(offset / 4, low >>> 0, bytes);
    if (bytes === 8) this.writeDword(offset / 4 + 1, high >>> 0, bytes);
  }

  pbaRead(offset: number, bytes: number): number {
    if (bytes < 4 || offset % 4 !== 0) return (this.readHigh = 0xffffffff);
    this.readHigh = bytes === 8 ? this.readPending(offset / 4 + 1) : 0;
    return this.readPending(offset / 4);
  }

  takeOutputs(): readonly DeviceOutput[] {
    if (this.outputs.length === 0) return NOTHING;
    const taken = this.outputs;
    this.outputs = [];
    return taken;
  }

  // ---- Its whole state

  save(): Snapshot {
    const bits = (this.enabled ? 1 : 0) | (this.functionMask ? 2 : 0);
    return this.snapshots.handleOf(Uint32Array.from([bits, ...this.table, ...this.pending, ...this.memory]));
  }

  restore(snapshot: Snapshot): void {
    const words = this.snapshots.stateOf(snapshot);
    this.enabled = (words[0] & 1) !== 0;
    this.functionMask = (words[0] & 2) !== 0;
    let at = 1;
    for (const list of [this.table, this.pending, this.memory])
      for (let index = 0; index < list.length; index++) list[index] = words[at++];
  }
}

/** A class of such devices. */
export type PlainClass = new (options: DeviceOptions) => PlainDevice;
