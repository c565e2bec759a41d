/**
 * Emulations in the shapes of monitors that ship, each with several bugs that one of them had: switched on one by one, or all at once, as it shipped.
 * Where none is on, what is odd about them is lawful.
 */
import { type Emulation, Frame } from './frame.ts';

type Message = readonly [number, number, number];

/** Bugs by name, several parted by blanks. */
abstract class Shipping extends Frame {
  private readonly bugs = new Set(this.fault.split(' '));

  has(bug: string): boolean {
    return this.bugs.has(bug);
  }

  isOpen(vector: number): boolean {
    return this.control === 0x8000 && !this.isVectorMasked(vector);
  }

  entry(vector: number): Message {
    return [this.get(4 * vector), this.get(4 * vector + 1), this.get(4 * vector + 2)];
  }

  /** Puts a write of one or two dwords into the table. Returns the vector, or -1 where the write has no such form. */
  store(offset: number, bytes: number, low: number, high: number): number {
    if (!this.isWhole(offset, bytes)) return -1;
    this.put(offset / 4, low);
    if (bytes === 8) this.put(offset / 4 + 1, high);
    return Math.floor(offset / 16);
  }

  bitsOf(dword: number, isSet: (vector: number) => boolean): number {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++)
      if (32 * dword + bit < this.vectorCount && isSet(32 * dword + bit)) bits |= 1 << bit;
    return bits >>> 0;
  }
}

/** A route to the interrupt controller is made when a vector opens for the first time, and follows its entry from then on. */
class LazyRoutes extends Shipping {
  readonly name = 'lazy-routes';
  private readonly routes: (Message | undefined)[] = Array.from({ length: this.vectorCount });
  private readonly pending = new Uint8Array(this.vectorCount);

  private follow(vector: number): void {
    const [low, high, data] = this.entry(vector);
    // Address zero is nobody's.
    if (low === 0 && high === 0 && this.has('zero-keeps-route')) return;
    this.routes[vector] = [low, high, data];
  }

  private fire(vector: number): void {
    const route = this.routes[vector];
    if (route !== undefined && (route[0] !== 0 || route[1] !== 0)) this.emit(...route);
  }

  private inject(vector: number): void {
    if (this.pending[vector] === 0) return;
    this.pending[vector] = 0;
    this.fire(vector);
  }

  private allocate(vector: number): void {
    if (this.routes[vector] !== undefined || !this.isOpen(vector)) return;
    this.routes[vector] = [0, 0, 0];
    this.follow(vector);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined || (this.has('words-alone') && bytes !== 2)) return;
    const before = this.control;
    this.control = after;
    const enables = before < 0x8000 && after >= 0x8000;
    const lifts = (before & 0x4000) !== 0 && (after & 0x4000) === 0;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (enables || !this.has('lift-makes-no-route')) this.allocate(vector);
      if (this.isVectorMasked(vector) || !(lifts || (enables && !this.has('enable-forgets')))) continue;
      if (this.isOpen(vector)) this.inject(vector);
    }
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    const wasMasked = this.isVectorMasked(Math.floor(offset / 16) % this.vectorCount);
    const vector = this.store(offset, bytes, low, high);
    if (vector < 0) return;
    const isFirst = this.routes[vector] === undefined;
    if (isFirst) {
      this.allocate(vector);
      if (this.routes[vector] !== undefined && this.has('first-unmask-forgets')) return;
    } else if (this.isEnabled || !this.has('stale-after-disabled')) this.follow(vector);
    if (wasMasked && this.isOpen(vector)) this.inject(vector);
  }

  signal(vector: number): void {
    if (this.isVectorMasked(vector) || this.isFunctionMasked) this.pending[vector] = 1;
    else if (this.isEnabled || this.has('sends-while-disabled')) this.fire(vector);
  }

  pendingDword(dword: number): number {
    return this.bitsOf(dword, (vector) => this.pending[vector] === 1);
  }
}

/** The table is memory; whoever sends looks at it. */
class BareMemory extends Shipping {
  readonly name = 'bare-memory';
  private readonly pending = new Uint8Array(this.vectorCount);
  /** Message Control as it reads, which is not always what counts. */
  private shown = 0;

  private release(vector: number): void {
    if (this.pending[vector] === 0 || !this.isOpen(vector)) return;
    this.pending[vector] = 0;
    this.emitEntry(vector);
  }

  override configRead(offset: number, bytes: number): number {
    const acts = this.control;
    this.control = this.shown;
    const value = super.configRead(offset, bytes);
    this.control = acts;
    return value;
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    this.shown = after;
    if (bytes === 1 && this.has('byte-only-reads-back')) return;
    this.control = after;
    for (let vector = 0; vector < this.vectorCount; vector++) this.release(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    const vector = this.store(offset, bytes, low, high);
    if (vector >= 0) this.release(vector);
  }

  signal(vector: number): void {
    if (this.isOpen(vector)) this.emitEntry(vector);
    else if (this.isEnabled && !this.has('masked-is-dropped')) this.pending[vector] = 1;
  }

  pendingDword(dword: number): number {
    return this.bitsOf(dword, (vector) => this.pending[vector] === 1);
  }
}

/** An eventfd for each vector: the kernel reads it while the vector is open, and what comes in between waits in it, unseen. */
class Eventfds extends Shipping {
  readonly name = 'eventfds';
  private readonly pending = new Uint8Array(this.vectorCount);
  private readonly counts = new Uint8Array(this.vectorCount);
  private readonly routes: Message[] = Array.from({ length: this.vectorCount }, () => [0, 0, 0]);

  constructor(vectorCount: number, fault = '') {
    super(vectorCount, fault);
    this.control = this.has('born-masked') ? 0x4000 : 0;
  }

  /** The kernel reads the eventfd, where it is told to. */
  private drain(vector: number): void {
    if (!this.isOpen(vector) || this.counts[vector] === 0) return;
    this.counts[vector] = 0;
    this.emit(...this.routes[vector]);
  }

  private trigger(vector: number): void {
    this.counts[vector] = 1;
    this.drain(vector);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    const before = this.control;
    this.control = after;
    const lifts = (before & 0x4000) !== 0 && (after & 0x4000) === 0;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (this.isOpen(vector)) this.routes[vector] = this.entry(vector);
      // Function Mask lifted while disabled moves what is pending to the eventfd.
      const opens = lifts || (this.control === 0x8000 && !this.has('enable-forgets'));
      if (opens && !this.isVectorMasked(vector) && this.pending[vector] === 1) {
        this.pending[vector] = 0;
        this.trigger(vector);
      }
      this.drain(vector);
    }
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (bytes < 4 && this.has('narrow-ends-it'))
      throw new Error('assertion failed: data.len() == 4 || data.len() == 8');
    const first = Math.floor(offset / 16) % this.vectorCount;
    const [wasMasked, before] = [this.isVectorMasked(first), this.entry(first).join()];
    const vector = this.store(offset, bytes, low, high);
    if (vector < 0 || !this.isOpen(vector)) return;
    if (wasMasked || before !== this.entry(vector).join()) {
      // What comes into force as one write opens the vector is what was written.
      if (!(wasMasked && bytes === 8 && this.has('wide-opens-with-old-data'))) this.routes[vector] = this.entry(vector);
    }
    if (wasMasked && this.pending[vector] === 1) {
      this.pending[vector] = 0;
      this.trigger(vector);
    }
    this.drain(vector);
  }

  signal(vector: number): void {
    if (this.isFunctionMasked || this.isVectorMasked(vector)) this.pending[vector] = 1;
    else this.trigger(vector);
  }

  pendingDword(dword: number): number {
    return this.bitsOf(dword, (vector) => this.pending[vector] === 1);
  }
}

/** Each vector is an interrupt of its own, with a pending flag inside that moves to the Pending bit when that is read. */
class Inner extends Shipping {
  readonly name = 'inner';
  private readonly inside = new Uint8Array(this.vectorCount);
  private readonly pending = new Uint8Array(this.vectorCount);
  private readonly messages: Message[] = Array.from({ length: this.vectorCount }, () => [0, 0, 0]);

  private isLive(vector: number): boolean {
    return this.has('no-function-mask') ? this.isEnabled && !this.isVectorMasked(vector) : this.isOpen(vector);
  }

  private enable(vector: number): void {
    this.messages[vector] = this.entry(vector);
    if (this.inside[vector] + this.pending[vector] === 0) return;
    this.inside[vector] = this.pending[vector] = 0;
    this.emit(...this.messages[vector]);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    const before = Array.from({ length: this.vectorCount }, (_, vector) => this.isLive(vector));
    this.control = this.has('no-function-mask') ? after & 0x8000 : after;
    for (let vector = 0; vector < this.vectorCount; vector++)
      if (!before[vector] && this.isLive(vector)) this.enable(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isWhole(offset, bytes)) return;
    // A QWORD is two dwords, one after the other.
    for (const [index, word] of (bytes === 8 ? [low, high] : [low]).entries()) {
      this.put(offset / 4 + index, word);
      const vector = Math.floor(offset / 16);
      if (this.isLive(vector)) this.enable(vector);
    }
  }

  signal(vector: number): void {
    if (this.isLive(vector)) this.emit(...this.messages[vector]);
    else this.inside[vector] = 1;
  }

  reset(): void {
    this.control = 0;
    this.pending.fill(0);
    if (!this.has('pending-outlives-reset')) this.inside.fill(0);
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0);
  }

  pendingDword(dword: number): number {
    return this.bitsOf(dword, (vector) => {
      if (!this.isLive(vector)) {
        this.pending[vector] |= this.inside[vector];
        this.inside[vector] = 0;
      }
      return this.pending[vector] === 1;
    });
  }
}

/** Table and Pending Bit Array in bytes; both can be written by whoever wishes. */
class Bytes extends Shipping {
  readonly name = 'bytes';
  private readonly pba = new DataView(new ArrayBuffer(8 * Math.ceil(this.vectorCount / 64) + 8));

  /** Where the QWORD of a vector stands. */
  private at(vector: number): number {
    return (this.has('qword-is-byte') ? 1 : 8) * Math.floor(vector / 64);
  }

  private isPending(vector: number): boolean {
    return ((this.pba.getBigUint64(this.at(vector), true) >> BigInt(vector % 64)) & 1n) === 1n;
  }

  private setPending(vector: number, bit: boolean): void {
    const mask = 1n << BigInt(vector % 64);
    const word = this.pba.getBigUint64(this.at(vector), true);
    this.pba.setBigUint64(this.at(vector), bit ? word | mask : word & ~mask, true);
  }

  private release(vector: number): void {
    if (!this.isOpen(vector) || !this.isPending(vector)) return;
    // The bit is cleared before the message leaves, or never.
    if (!this.has('sent-stays-pending')) this.setPending(vector, false);
    this.emitEntry(vector);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined || after === this.control) return;
    this.control = after;
    if (this.has('unmask-sends-nothing')) return;
    for (let vector = 0; vector < this.vectorCount; vector++) this.release(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (bytes === 8 && this.has('dwords-alone')) return;
    const wasMasked = this.isVectorMasked(Math.floor(offset / 16) % this.vectorCount);
    const vector = this.store(offset, bytes, low, high);
    if (vector >= 0 && wasMasked && !this.has('unmask-sends-nothing')) this.release(vector);
  }

  signal(vector: number): void {
    if (this.isOpen(vector)) this.emitEntry(vector);
    else this.setPending(vector, true);
  }

  pbaWrite(offset: number, bytes: number, low: number): void {
    if (bytes === 4) this.pba.setUint32(offset, low >>> 0, true);
  }

  reset(): void {
    this.control = 0;
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0);
    for (let byte = 0; byte < this.pba.byteLength; byte++) this.pba.setUint8(byte, 0);
  }

  pendingDword(dword: number): number {
    return 4 * dword + 4 <= this.pba.byteLength ? this.pba.getUint32(4 * dword, true) : 0;
  }
}

/** A server of a device behind a client: the client owns the masks, and hands an eventfd to the server while a vector is open. */
class Served extends Shipping {
  readonly name = 'served';
  private readonly handed = new Uint8Array(this.vectorCount);
  private readonly pending = new Uint8Array(this.vectorCount);
  private count = 0;

  private hand(vector: number): void {
    if (this.handed[vector] === 1) return;
    if (vector >= this.count) {
      this.count = vector + 1;
      // All of them are set up anew, one more than before.
      if (this.has('growing-drops-others')) this.pending.fill(0, 0, vector);
    }
    this.handed[vector] = 1;
    if (this.pending[vector] === 0) return;
    this.pending[vector] = 0;
    this.emitEntry(vector);
  }

  private refresh(vector: number): void {
    if (this.isOpen(vector)) this.hand(vector);
    else this.handed[vector] = 0;
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    this.control = after;
    // All eventfds are taken back, and with them what waits.
    if (!this.isEnabled) {
      this.count = 0;
      this.pending.fill(0);
    }
    for (let vector = 0; vector < this.vectorCount; vector++) this.refresh(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    const vector = this.store(offset, bytes, low, high);
    if (vector >= 0) this.refresh(vector);
  }

  signal(vector: number): void {
    if (this.handed[vector] === 1) this.emitEntry(vector);
    else if (this.isEnabled && !this.has('nobody-to-signal')) this.pending[vector] = 1;
  }

  reset(): void {
    this.control = 0;
    this.count = 0;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      this.put(4 * vector + 3, 1);
      if (!this.has('reset-keeps-eventfds')) this.handed[vector] = 0;
    }
    this.pending.fill(0);
  }

  pendingDword(dword: number): number {
    return this.has('pba-reads-zero') ? 0 : this.bitsOf(dword, (vector) => this.pending[vector] === 1);
  }
}

export const SHIPPING: readonly Emulation[] = [
  {
    name: 'lazy-routes',
    style:
      "crosvm: routes on first use, held while masked by itself and dropped while merely disabled, address zero is nobody's",
    make: (vectorCount, fault) => new LazyRoutes(vectorCount, fault),
    faults: {
      'words-alone': { says: 'Message Control is written by 2 bytes only.', rules: ['MSIX-CAP-8'] },
      'first-unmask-forgets': { says: 'What is pending at the first unmasking is not sent.', rules: ['MSIX-PEND-2'] },
      'lift-makes-no-route': {
        says: 'A vector that Function Mask has closed since it was enabled is never heard.',
        rules: ['MSIX-PEND-2', 'MSIX-MSG-1'],
      },
      'sends-while-disabled': { says: 'A vector that was open once sends while disabled.', rules: ['MSIX-ENABLE-1'] },
      'stale-after-disabled': {
        says: 'What is written while disabled never comes into force.',
        rules: ['MSIX-MSG-1', 'MSIX-MSG-6'],
      },
      'enable-forgets': {
        says: 'A pending vector that enabling opens is left pending.',
        rules: ['MSIX-PEND-2', 'MSIX-PEND-5', 'MSIX-ENABLE-5'],
      },
      'zero-keeps-route': {
        says: 'An address of zero leaves the message before it in force.',
        rules: ['MSIX-MSG-1', 'MSIX-MSG-4', 'MSIX-MSG-6'],
      },
    },
  },
  {
    name: 'bare-memory',
    style: 'bhyve: the table is memory, every bit of it is kept, there is no reset',
    make: (vectorCount, fault) => new BareMemory(vectorCount, fault),
    faults: {
      'masked-is-dropped': { says: 'An event of a masked vector is dropped.', rules: ['MSIX-PEND-1', 'MSIX-PBA-4'] },
      'byte-only-reads-back': {
        says: 'A byte of Message Control reads as written and does nothing.',
        rules: ['MSIX-CAP-8'],
      },
    },
  },
  {
    name: 'eventfds',
    style:
      'cloud-hypervisor, Firecracker: while disabled what comes waits in an eventfd, unseen, or pending where masked',
    make: (vectorCount, fault) => new Eventfds(vectorCount, fault),
    faults: {
      'born-masked': { says: 'Function Mask is set in a fresh function.', rules: ['MSIX-RESET-1', 'MSIX-CAP-4'] },
      'enable-forgets': {
        says: 'A pending vector that enabling opens is left pending.',
        rules: ['MSIX-PEND-2', 'MSIX-PEND-5', 'MSIX-ENABLE-5'],
      },
      'narrow-ends-it': {
        says: 'A write of 1 or 2 bytes ends the monitor.',
        rules: ['MSIX-ACCESS-1', 'MSIX-ACCESS-2'],
      },
      'wide-opens-with-old-data': {
        says: 'A QWORD that unmasks opens the vector with the message before it.',
        rules: ['MSIX-ACCESS-4', 'MSIX-MSG-1', 'MSIX-MSG-6'],
      },
    },
  },
  {
    name: 'inner',
    style: 'OpenVMM: pending moves to the Pending bit when that is read, a QWORD is two dwords, disabled is held',
    make: (vectorCount, fault) => new Inner(vectorCount, fault),
    faults: {
      'no-function-mask': { says: 'There is no Function Mask.', rules: ['MSIX-CAP-4'] },
      'pending-outlives-reset': {
        says: 'What nobody has polled outlives a reset.',
        rules: ['MSIX-RESET-1', 'MSIX-RESET-5', 'MSIX-PEND-4', 'MSIX-PBA-4'],
      },
    },
  },
  {
    name: 'bytes',
    style: 'kvmtool, StratoVirt: bytes, and a Pending Bit Array that the guest can write',
    make: (vectorCount, fault) => new Bytes(vectorCount, fault),
    faults: {
      'unmask-sends-nothing': { says: 'What is pending is never sent.', rules: ['MSIX-PEND-2', 'MSIX-PEND-5'] },
      'sent-stays-pending': { says: 'What was sent stays pending.', rules: ['MSIX-PEND-2', 'MSIX-PEND-5'] },
      'dwords-alone': { says: 'A QWORD is not written.', rules: ['MSIX-ACCESS-3', 'MSIX-ACCESS-4'] },
      'qword-is-byte': {
        says: 'The Pending bit of vector 64 is that of vector 8.',
        rules: ['MSIX-PBA-1', 'MSIX-PBA-2', 'MSIX-PBA-4', 'MSIX-MASK-4', 'MSIX-PEND-1'],
      },
    },
  },
  {
    name: 'served',
    style: 'SPDK behind vfio-user: an eventfd while open, all is dropped while disabled',
    make: (vectorCount, fault) => new Served(vectorCount, fault),
    faults: {
      'nobody-to-signal': { says: 'An event of a masked vector is dropped.', rules: ['MSIX-PEND-1', 'MSIX-PBA-4'] },
      'pba-reads-zero': { says: 'Polling sees nothing.', rules: ['MSIX-PEND-1', 'MSIX-PBA-4'] },
      'growing-drops-others': { says: 'Opening a vector drops what waits of lower ones.', rules: ['MSIX-MASK-4'] },
      'reset-keeps-eventfds': {
        says: 'After a reset of an open vector, it sends while disabled.',
        rules: ['MSIX-ENABLE-1', 'MSIX-MASK-2', 'MSIX-RESET-1'],
      },
    },
  },
];
