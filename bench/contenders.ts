/**
 * Three ways to write an MSI-X function, with 64 vectors or 2,048, enabled, put to the same work; `kit.c` is a fourth, in C.
 *
 * `ours` is maskbit. `bareArray` is the limit: one Uint32Array, where each access does the decode, the range check and the
 * store and nothing else. It has no edges, so it would lose every held event. `plainObjects` is an object for each vector,
 * as one writes it when speed is no concern.
 *
 * Each has loops of its own: in one loop shared by the three, V8 would see three kinds of callee and inline none.
 */
import { MsixFunction } from '../src/index.ts';
import * as registers from '../src/registers.ts';

/** A way to write the function. Each call does `count` operations, over all vectors in turn, and returns a checksum. */
export interface Contender {
  readonly name: string;
  /** Writes Vector Control with the other Mask Bit, and reads it back. The checksum counts the set bits read. */
  readonly togglePairs: (count: number) => number;
  /** Signals vectors that are not masked. The checksum is over the messages. */
  readonly signalUnmasked: (count: number) => number;
  /** Signals vectors that are masked, and mostly are pending already. The checksum is the lower Pending dword. */
  readonly signalMasked: (count: number) => number;
  /** Signals vectors that are masked, and retires what is then pending. The checksum is the lower Pending dword. */
  readonly signalRetire: (count: number) => number;
}

/** How many vectors each contender has if nothing else is said; a power of two, for the loops wrap around by a bit mask. */
export const VECTOR_COUNT = 64;

/** How the contenders are set up. */
export interface Setup {
  /** A power of two. */
  readonly vectors: number;
  /** Whether ours tells who asks which message is in force. The others tell nobody. */
  readonly notifies: boolean;
}
const PLAIN: Setup = { vectors: VECTOR_COUNT, notifies: false };

/** The number of the highest vector, and how many bits it has. */
const boundsOf = ({ vectors }: Setup): [last: number, bits: number] => [vectors - 1, Math.log2(vectors)];

/** The local APIC of processor 1, as an x86 guest writes it: at and above 2^31, V8 has no small integer for it. */
export const ADDRESS_LOW = 0xfee01004;
/** The data of vector 0; the others count up from it. */
export const DATA = 0x4021;

/** Creates maskbit's own. */
export function createOurs(setup = PLAIN): Contender {
  let sum = 0;
  let told = 0;
  const [last, bits] = boundsOf(setup);
  const create = (mask: number): MsixFunction => {
    const msix = new MsixFunction({
      vectorCount: setup.vectors,
      send: (addressLow, addressHigh, data) => {
        sum = (sum + (addressLow ^ addressHigh ^ data)) | 0;
      },
      ...(setup.notifies
        ? {
            use: (vector) => void (told = (told + vector) | 0),
            release: (vector) => void (told = (told - vector) | 0),
          }
        : {}),
    });
    msix.configWrite(registers.CAPABILITY_CONTROL_OFFSET, 2, registers.CONTROL_ENABLE);
    for (let vector = 0; vector < setup.vectors; vector++) {
      msix.tableWrite(vector << 4, 8, ADDRESS_LOW, 0);
      msix.tableWrite((vector << 4) + registers.ENTRY_DATA_OFFSET, 8, DATA + vector, mask);
    }
    return msix;
  };
  const toggled = create(1);
  const unmasked = create(0);
  const masked = create(1);
  return {
    name: 'ours',
    togglePairs: (count) => {
      let set = 0;
      for (let index = 0; index < count; index++) {
        const offset = ((index & last) << 4) + 12;
        toggled.tableWrite(offset, 4, (index >>> bits) & 1);
        set += toggled.tableRead(offset, 4);
      }
      return set;
    },
    signalUnmasked: (count) => {
      sum = 0;
      for (let index = 0; index < count; index++) unmasked.signal(index & last);
      return sum;
    },
    signalMasked: (count) => {
      for (let index = 0; index < count; index++) masked.signal(index & last);
      return masked.pbaRead(0, 4);
    },
    signalRetire: (count) => {
      for (let index = 0; index < count; index++) {
        masked.signal(index & last);
        masked.retire(index & last);
      }
      return masked.pbaRead(0, 4);
    },
  };
}

// ---- The limit

function bareWrite(table: Uint32Array, offset: number, bytes: number, low: number, high = 0): number {
  const word = offset >>> 2;
  if (word << 2 === offset && word < table.length) {
    if (bytes === 4) return bareStore(table, word, low);
    if (bytes === 8 && (word & 1) === 0) {
      bareStore(table, word, low);
      return bareStore(table, word + 1, high);
    }
  }
  return 2;
}

function bareStore(table: Uint32Array, word: number, value: number): number {
  const field = word & 3;
  table[word] = field === 3 ? value & 1 : field === 0 ? value & ~3 : value;
  return 0;
}

function bareRead(table: Uint32Array, offset: number, bytes: number): number {
  const word = offset >>> 2;
  if (word << 2 === offset && word < table.length && bytes === 4) return table[word];
  return 0xffffffff;
}

type BareSend = (addressLow: number, addressHigh: number, data: number, vector: number) => void;

function bareSignal(table: Uint32Array, pending: Uint32Array, vector: number, send: BareSend): number {
  if (vector >>> 0 !== vector || vector >= table.length >>> 2) return 2;
  const entry = 4 * vector;
  if (table[entry + 3] !== 0) {
    pending[vector >>> 5] |= 1 << (vector & 31);
    return 1;
  }
  send(table[entry], table[entry + 1], table[entry + 2], vector);
  return 0;
}

function bareRetire(pending: Uint32Array, vector: number): boolean {
  if (vector >>> 0 !== vector || vector >= 32 * pending.length) return false;
  pending[vector >>> 5] &= ~(1 << (vector & 31));
  return true;
}

/** Creates the limit. */
export function createBareArray(setup = PLAIN): Contender {
  let sum = 0;
  const [last, bits] = boundsOf(setup);
  const send: BareSend = (addressLow, addressHigh, data) => {
    sum = (sum + (addressLow ^ addressHigh ^ data)) | 0;
  };
  const create = (mask: number): Uint32Array => {
    const table = new Uint32Array(4 * setup.vectors);
    for (let vector = 0; vector < setup.vectors; vector++) table.set([ADDRESS_LOW, 0, DATA + vector, mask], 4 * vector);
    return table;
  };
  const toggled = create(1);
  const unmasked = create(0);
  const masked = create(1);
  const pending = new Uint32Array(setup.vectors / 32);
  return {
    name: 'bare Uint32Array',
    togglePairs: (count) => {
      let set = 0;
      for (let index = 0; index < count; index++) {
        const offset = ((index & last) << 4) + 12;
        bareWrite(toggled, offset, 4, (index >>> bits) & 1);
        set += bareRead(toggled, offset, 4);
      }
      return set;
    },
    signalUnmasked: (count) => {
      sum = 0;
      for (let index = 0; index < count; index++) bareSignal(unmasked, pending, index & last, send);
      return sum;
    },
    signalMasked: (count) => {
      for (let index = 0; index < count; index++) bareSignal(masked, pending, index & last, send);
      return pending[0];
    },
    signalRetire: (count) => {
      for (let index = 0; index < count; index++) {
        bareSignal(masked, pending, index & last, send);
        bareRetire(pending, index & last);
      }
      return pending[0];
    },
  };
}

// ---- Plain objects

class PlainVector {
  addressLow = 0;
  addressHigh = 0;
  data = 0;
  masked = true;
  pending = false;
}

class PlainFunction {
  readonly vectors: readonly PlainVector[];
  enabled = false;
  functionMask = false;
  readonly send: (message: { addressLow: number; addressHigh: number; data: number }) => void;

  constructor(vectors: number, send: PlainFunction['send']) {
    this.vectors = Array.from({ length: vectors }, () => new PlainVector());
    this.send = send;
  }

  isBlocked(vector: PlainVector): boolean {
    return !this.enabled || this.functionMask || vector.masked;
  }

  tableRead(offset: number, bytes: number): number {
    if (bytes !== 4 || offset % 4 !== 0 || offset < 0 || offset >= 16 * this.vectors.length) return 0xffffffff;
    const vector = this.vectors[Math.floor(offset / 16)];
    switch (offset % 16) {
      case 0:
        return vector.addressLow;
      case 4:
        return vector.addressHigh;
      case 8:
        return vector.data;
      default:
        return vector.masked ? 1 : 0;
    }
  }

  tableWrite(offset: number, bytes: number, value: number): void {
    if (bytes !== 4 || offset % 4 !== 0 || offset < 0 || offset >= 16 * this.vectors.length) return;
    const vector = this.vectors[Math.floor(offset / 16)];
    switch (offset % 16) {
      case 0:
        vector.addressLow = (value & ~3) >>> 0;
        break;
      case 4:
        vector.addressHigh = value;
        break;
      case 8:
        vector.data = value;
        break;
      default:
        vector.masked = (value & 1) === 1;
        this.sendPending(vector);
    }
  }

  signal(index: number): void {
    const vector = this.vectors[index];
    if (vector === undefined) return;
    vector.pending = true;
    this.sendPending(vector);
  }

  retire(index: number): void {
    const vector = this.vectors[index];
    if (vector !== undefined) vector.pending = false;
  }

  /** The Pending bits of vectors 0 to 31. */
  pendingDword(): number {
    return this.vectors.slice(0, 32).reduce((bits, { pending }, index) => bits + Number(pending) * 2 ** index, 0);
  }

  private sendPending(vector: PlainVector): void {
    if (!vector.pending || this.isBlocked(vector)) return;
    vector.pending = false;
    this.send({ addressLow: vector.addressLow, addressHigh: vector.addressHigh, data: vector.data });
  }
}

/** Creates the plain one. */
export function createPlainObjects(setup = PLAIN): Contender {
  let sum = 0;
  const [last, bits] = boundsOf(setup);
  const create = (mask: number): PlainFunction => {
    const plain = new PlainFunction(setup.vectors, ({ addressLow, addressHigh, data }) => {
      sum = (sum + (addressLow ^ addressHigh ^ data)) | 0;
    });
    plain.enabled = true;
    for (let vector = 0; vector < setup.vectors; vector++) {
      plain.tableWrite(16 * vector, 4, ADDRESS_LOW);
      plain.tableWrite(16 * vector + 8, 4, DATA + vector);
      plain.tableWrite(16 * vector + 12, 4, mask);
    }
    return plain;
  };
  const toggled = create(1);
  const unmasked = create(0);
  const masked = create(1);
  return {
    name: 'object per vector',
    togglePairs: (count) => {
      let set = 0;
      for (let index = 0; index < count; index++) {
        const offset = ((index & last) << 4) + 12;
        toggled.tableWrite(offset, 4, (index >>> bits) & 1);
        set += toggled.tableRead(offset, 4);
      }
      return set;
    },
    signalUnmasked: (count) => {
      sum = 0;
      for (let index = 0; index < count; index++) unmasked.signal(index & last);
      return sum;
    },
    signalMasked: (count) => {
      for (let index = 0; index < count; index++) masked.signal(index & last);
      return masked.pendingDword();
    },
    signalRetire: (count) => {
      for (let index = 0; index < count; index++) {
        masked.signal(index & last);
        masked.retire(index & last);
      }
      return masked.pendingDword();
    },
  };
}
