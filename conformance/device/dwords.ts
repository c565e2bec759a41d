/**
 * The shortest form of a device of one's own: one that knows whole dwords, and says what it sends when it sends it. `wholeDevice`
 * makes a `Device` of it, as a bus in front of it would: what has no lawful form is refused there, bytes of the capability are put
 * together, and what is sent is collected.
 */
import { readField } from '../../checker/argument/argument.ts';
import * as registers from '../../src/registers.ts';
import type { Device, DeviceOptions, DeviceOutput } from './device.ts';
import { done, dwordOf, NonsenseError, requireMessage } from './nonsense.ts';

/** A device that is read and written by dwords. A method that is missing here is an ability that it lacks, but for a reset. */
export interface DwordDevice {
  /** What reports call it. */
  readonly name?: string;
  /** Message Control, as it reads. */
  readControl(): number;
  writeControl(value: number): void;
  /** A dword of the table: four for each vector. */
  readTable(dword: number): number;
  writeTable(dword: number, value: number): void;
  /** Called after each write, for every vector that it may block or unblock: all of them after one of Message Control, one after one of its dwords. */
  written?(vector: number): void;
  /** Whether the Pending bit of a vector is set. */
  isPending(vector: number): boolean;
  /** The device has an event for a vector. */
  signal(vector: number): void;
  /** The cause of the vector's event is gone. */
  retire?(vector: number): void;
  /** A Function Level Reset. Where it is missing, one that is made anew stands for it. */
  reset?(): void;
}

/** What a fresh device of one's own is made with. */
export interface MakerOptions extends DeviceOptions {
  /** To be called when a device by dwords sends a message. A whole one keeps what it sends for `takeOutputs`. */
  readonly send: (vector: number, addressLow: number, addressHigh: number, data: number) => void;
}

/** Makes fresh devices, whole ones or by dwords; one by dwords that was made anew is one that was reset. What a module for `maskbit conform` exports. */
export type DeviceMaker = (options: MakerOptions) => Device | DwordDevice;

/** Makes a device, and puts the bus in front of it where it is one by dwords. */
export function wholeDevice(create: DeviceMaker, vectorCount: number): Device {
  let outputs: DeviceOutput[] = [];
  const fresh = () =>
    create({
      vectorCount,
      send: (vector, addressLow, addressHigh, data) => {
        requireMessage('what send was called with', vector, [addressLow, addressHigh, data]);
        outputs.push({
          ...{ verb: 'send', vector },
          ...{ addressLow: addressLow >>> 0, addressHigh: addressHigh >>> 0, data: data >>> 0 },
        });
      },
    });
  const made = fresh();
  if (!isByDwords(made)) return made;
  let device = made;
  let readHigh = 0;
  const tableBytes = registers.ENTRY_BYTES * vectorCount;
  const pbaBytes = registers.PBA_QWORD_BYTES * Math.ceil(vectorCount / registers.PBA_QWORD_BITS);
  const capability = (): number[] => [
    registers.CAPABILITY_ID + (dwordOf('readControl', device.readControl()) & 0xffff) * 0x10000,
    0,
    tableBytes,
  ];
  const written = (vector: number): void => done('written', device.written?.(vector));
  const writeDword = (dword: number, value: number): void => {
    done('writeTable', device.writeTable(dword, value));
    written(dword >> 2);
  };
  const isPending = (vector: number): boolean => {
    const is: unknown = device.isPending(vector);
    if (typeof is === 'boolean' || is === 0 || is === 1) return Boolean(is);
    throw new NonsenseError('what isPending gives', is, 'true or false');
  };
  const pendingDword = (dword: number): number => {
    let bits = 0;
    for (let vector = 32 * dword; vector < Math.min(32 * dword + 32, vectorCount); vector++)
      if (isPending(vector)) bits |= 1 << (vector & 31);
    return bits;
  };
  const read = (offset: number, bytes: number, end: number, dwordAt: (dword: number) => number): number => {
    const taken = isLawful(offset, bytes, end);
    readHigh = bytes < 8 ? 0 : taken ? dwordAt(offset / 4 + 1) >>> 0 : 0xffffffff;
    return taken ? dwordAt(offset / 4) >>> 0 : ones(bytes);
  };
  return {
    name: device.name ?? 'your device',
    vectorCount,
    get readHigh() {
      return readHigh;
    },
    configRead: (offset, bytes) => {
      if (!isInCapability(offset, bytes)) return ones(bytes);
      const dwords = capability();
      const byteAt = (at: number): number => (dwords[at >> 2] >>> (8 * (at & 3))) & 0xff;
      return [3, 2, 1, 0].filter((at) => at < bytes).reduce((value, at) => value * 0x100 + byteAt(offset + at), 0);
    },
    configWrite: (offset, bytes, value) => {
      if (!isInCapability(offset, bytes)) return;
      const control = new DataView(new ArrayBuffer(4));
      control.setUint32(0, capability()[0], true);
      for (let at = 0; at < bytes; at++) if (offset + at < 4) control.setUint8(offset + at, value >>> (8 * at));
      if (offset + bytes <= registers.CAPABILITY_CONTROL_OFFSET || offset >= 4) return;
      done('writeControl', device.writeControl(control.getUint16(registers.CAPABILITY_CONTROL_OFFSET, true)));
      for (let vector = 0; vector < vectorCount; vector++) written(vector);
    },
    tableRead: (offset, bytes) =>
      read(offset, bytes, tableBytes, (dword) => dwordOf('readTable', device.readTable(dword))),
    tableWrite: (offset, bytes, low, high) => {
      if (!isLawful(offset, bytes, tableBytes)) return;
      writeDword(offset / 4, low);
      if (bytes === 8) writeDword(offset / 4 + 1, high);
    },
    pbaRead: (offset, bytes) => read(offset, bytes, pbaBytes, pendingDword),
    signal: (vector) => done('signal', device.signal(vector)),
    ...(device.retire === undefined ? {} : { retire: (vector) => done('retire', device.retire?.(vector)) }),
    reset: () => {
      if (device.reset === undefined) device = fresh() as DwordDevice;
      else done('reset', device.reset());
    },
    takeOutputs: () => {
      const taken = outputs;
      outputs = [];
      return taken;
    },
  };
}

/** The methods that every device has, of one that takes whole accesses and of one by dwords; both have `signal`. */
export const WHOLE = [
  'configRead',
  'configWrite',
  'tableRead',
  'tableWrite',
  'pbaRead',
  'signal',
  'takeOutputs',
] as const;
export const BY_DWORDS = ['readControl', 'writeControl', 'readTable', 'writeTable', 'isPending', 'signal'] as const;

/** How many of some methods a device has. */
export const methodsOf = (device: object, names: readonly string[]): number =>
  names.filter((name) => typeof readField(device, name) === 'function').length;

/**
 * Whether a device is one by dwords: it has that form whole, or more of it than of the other. A single method tells nothing: many a device that
 * takes whole accesses has a `writeControl` of its own inside.
 */
export function isByDwords(device: Device | DwordDevice): device is DwordDevice {
  const [whole, byDwords] = [methodsOf(device, WHOLE), methodsOf(device, BY_DWORDS)];
  return byDwords === BY_DWORDS.length ? whole < WHOLE.length : byDwords > whole;
}

const ones = (bytes: number): number => (bytes >= 4 ? 0xffffffff : 2 ** (8 * bytes) - 1);
const isLawful = (offset: number, bytes: number, end: number): boolean =>
  (bytes === 4 || bytes === 8) && offset % bytes === 0 && offset + bytes <= end;
const isInCapability = (offset: number, bytes: number): boolean =>
  [1, 2, 4].includes(bytes) && offset + bytes <= registers.CAPABILITY_BYTES;
