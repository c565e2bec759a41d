/**
 * A small MSI-X: the capability, the table and the Pending Bit Array of one emulated PCI function.
 *
 * Copy it, change it, break it. Offsets count bytes, from the start of the capability, of the table, or of the Pending Bit Array.
 */

const ENABLE = 0x8000; // Message Control, bit 15
const FUNCTION_MASK = 0x4000; // Message Control, bit 14
const CONTROL = 3; // the dword of an entry that is Vector Control
/** What can be written of each dword of an entry. */
const WRITABLE = [0xfffffffc, 0xffffffff, 0xffffffff, 1];

/** The bugs to switch on. */
export const BUGS = {
  none: 'no bug',
  'mask-forgets': 'masking a vector forgets its pending event',
  'lift-sends-first-only': 'lifting Function Mask sends the pending event of the first vector alone',
  'reset-keeps-masks': 'a reset leaves the Mask Bits as they are',
};

/** The MSI-X of one function. `send(addressLow, addressHigh, data)` takes its messages. */
export class Msix {
  readHigh = 0;

  /** A function with 1 to 2048 vectors, as after reset. */
  constructor(vectorCount, send, bug = 'none') {
    if (!Object.hasOwn(BUGS, bug))
      throw new RangeError(`Got the bug ${bug}; expected one of ${Object.keys(BUGS).join(', ')}.`);
    this.vectorCount = vectorCount;
    this.send = send;
    this.bug = bug;
    this.table = new Uint32Array(4 * vectorCount);
    /** The entries as they stood when their vectors were last unblocked: what is sent. */
    this.latched = new Uint32Array(4 * vectorCount);
    this.isOpen = new Uint8Array(vectorCount);
    this.pending = new Uint32Array(2 * Math.ceil(vectorCount / 64));
    for (let vector = 0; vector < vectorCount; vector++) this.table[4 * vector + CONTROL] = 1;
    this.reset();
  }

  /** Function Level Reset. */
  reset() {
    this.control = 0;
    this.isOpen.fill(0);
    this.pending.fill(0);
    for (let vector = 0; vector < this.vectorCount; vector++) {
      const masked = this.bug === 'reset-keeps-masks' ? this.table[4 * vector + CONTROL] : 1;
      this.table.set([0, 0, 0, masked], 4 * vector);
    }
  }

  /** Byte by byte, so that every width and offset means the same. */
  configRead(offset, bytes) {
    if (![1, 2, 4].includes(bytes) || offset + bytes > 12) return this.allOnes(bytes);
    const pba = Math.ceil((16 * this.vectorCount) / 4096) * 4096;
    const dwords = [0x11 | ((this.control | (this.vectorCount - 1)) << 16), 0, pba];
    let value = 0;
    for (let at = 0; at < bytes; at++) {
      const byte = (dwords[(offset + at) >> 2] >>> (8 * ((offset + at) % 4))) & 0xff;
      value |= byte << (8 * at);
    }
    return value >>> 0;
  }

  /** Only byte 3 can be written: the upper half of Message Control. */
  configWrite(offset, bytes, value) {
    if (![1, 2, 4].includes(bytes) || offset + bytes > 12 || offset > 3 || offset + bytes <= 3) return;
    this.control = (((value >>> (8 * (3 - offset))) & 0xff) << 8) & (ENABLE | FUNCTION_MASK);
    for (let vector = 0; vector < this.vectorCount; vector++) this.follow(vector);
  }

  tableRead(offset, bytes) {
    return this.read(this.table, offset, bytes);
  }

  /** 8 bytes are the lower dword and then the upper one. */
  tableWrite(offset, bytes, low, high) {
    if (!isLawful(offset, bytes, this.table.byteLength)) return;
    this.writeDword(offset, low);
    if (bytes === 8) this.writeDword(offset + 4, high);
  }

  pbaRead(offset, bytes) {
    return this.read(this.pending, offset, bytes);
  }

  /** The device has an event. */
  signal(vector) {
    if (vector >= this.vectorCount) return;
    if (this.isOpen[vector]) this.sendLatched(vector);
    else this.pending[vector >> 5] |= 1 << (vector & 31);
  }

  /** The cause of the event is gone. */
  retire(vector) {
    if (vector < this.vectorCount) this.pending[vector >> 5] &= ~(1 << (vector & 31));
  }

  /** Follows what blocks a vector, and sends what that lets out. */
  follow(vector) {
    const wasOpen = this.isOpen[vector];
    const isOpen = this.control === ENABLE && this.table[4 * vector + CONTROL] === 0;
    this.isOpen[vector] = Number(isOpen);
    if (!isOpen && this.bug === 'mask-forgets' && this.table[4 * vector + CONTROL] === 1) this.retire(vector);
    if (!isOpen || wasOpen) return;
    this.latched.set(this.table.subarray(4 * vector, 4 * vector + 4), 4 * vector);
    if (((this.pending[vector >> 5] >>> (vector & 31)) & 1) === 0) return;
    this.retire(vector);
    if (this.bug === 'lift-sends-first-only' && vector > 0) return;
    this.sendLatched(vector);
  }

  writeDword(offset, value) {
    this.table[offset / 4] = value & WRITABLE[(offset / 4) % 4];
    this.follow(offset >> 4);
  }

  sendLatched(vector) {
    this.send(...this.latched.subarray(4 * vector, 4 * vector + 3));
  }

  read(words, offset, bytes) {
    if (!isLawful(offset, bytes, words.byteLength)) return this.allOnes(bytes);
    this.readHigh = bytes === 8 ? words[offset / 4 + 1] : 0;
    return words[offset / 4];
  }

  allOnes(bytes) {
    this.readHigh = bytes === 8 ? 0xffffffff : 0;
    return bytes < 4 ? 2 ** (8 * bytes) - 1 : 0xffffffff;
  }
}

/** Aligned accesses of 4 and 8 bytes exist; anything else reads all-ones and writes nothing. */
function isLawful(offset, bytes, end) {
  return (bytes === 4 || bytes === 8) && offset % bytes === 0 && offset + bytes <= end;
}
