/**
 * Of the reference: the design as it was posted, with its two records of each mask and each message, as the rules MSIX-POSTED-1 to 10 tell of it.
 * As all of the reference it is plain objects, and shares no line with `src`.
 */
import { type Answer, DISABLE_ALL, ENABLE_ALL, GuestReference, nobodys, NOTHING, PLACE, REBUILD } from './guest.ts';
import { isInterrupt, type Message, type Told } from './reference.ts';

/** A vector in all three places. */
interface Vector {
  /** Userspace's table: what the guest wrote, and the mask as userspace thinks. */
  entry: [number, number, number];
  mask: boolean;
  /** Whether it counts as in use, and the kernel's mask as it was when all was torn down last. */
  routed: boolean;
  lastKernelMask: boolean;
  /** The kernel: whether it has an entry, its mask, and the message that its GSI stands for. */
  slot: boolean;
  kernelMask: boolean;
  route: Message | undefined;
  /** The physical function. */
  hostMask: boolean;
  pending: boolean;
  flying: boolean;
}

/** All but the route of a GSI, which no teardown takes back. */
const fresh = () => ({
  ...{ entry: [0, 0, 0] as [number, number, number], mask: true, routed: false, lastKernelMask: false },
  ...{ slot: false, kernelMask: true, hostMask: true, pending: false, flying: false },
});

/** A device in the posted design. */
export class PostedReference extends GuestReference {
  private vectors: Vector[];
  /** Whether the host's MSI-X is enabled, with the entries that have slots. */
  private up = false;
  /** Where the kernel thinks that the page is, and whether it is on the bus there. */
  private told = 0;
  private placed = false;
  private inside: 'nothing' | 'enabling' | 'disabling' = 'nothing';
  private readonly tell: (told: Told) => void;

  constructor(count: number, vcpus: number, tell: (told: Told) => void) {
    super(vcpus);
    this.tell = tell;
    this.vectors = Array.from({ length: count }, () => ({ ...fresh(), route: undefined }));
  }

  private get open(): boolean {
    return this.enabled && !this.functionMask;
  }

  // ---- The function

  protected signalAwake(vector: number): void {
    const each = this.vectors[vector];
    // While MSI-X is disabled, the host drops what it hears.
    if (!this.up) return;
    if (each.hostMask) each.pending = true;
    else this.send(vector);
  }

  retire(vector: number): void {
    this.vectors[vector].pending = false;
  }

  private send(vector: number): void {
    const each = this.vectors[vector];
    if (each.flying) return;
    each.flying = true;
    this.tell({ kind: 'sent', vector, message: '' });
  }

  arrive(vector: number): boolean {
    const each = this.vectors[vector];
    if (!each.flying) return false;
    each.flying = false;
    // Whatever the route says by now. Without one the message is lost.
    if (!this.isInUse(each)) return true;
    const message = each.route!.map((word) => word.toString(16)).join(' ');
    this.tell({ kind: 'deliver', vector, message });
    if (isInterrupt(each.route!)) this.tell({ kind: 'interrupt', vector: each.route![2] & 0xff, message: '' });
    return true;
  }

  private flush(): void {
    for (const vector of this.vectors.keys()) this.arrive(vector);
  }

  protected sleep(): void {
    this.flush();
    for (const each of this.vectors) each.pending = false;
  }

  // ---- The kernel

  private isInUse({ slot, route }: Vector): boolean {
    return slot && route !== undefined;
  }

  private setKernelMask(vector: number, mask: boolean): void {
    const each = this.vectors[vector];
    each.kernelMask = mask;
    if (!this.up) return;
    each.hostMask = mask;
    if (mask || !each.pending) return;
    each.pending = false;
    this.send(vector);
  }

  protected answerAtOnce(address: number, bytes: number, write?: readonly [number, number]): Answer | true | undefined {
    const offset = address - this.told;
    if (!this.placed || offset < 0 || offset + bytes > 4096) return undefined;
    const vector = Math.floor(offset / 16);
    const each = this.vectors.at(vector);
    if (each === undefined || vector >= this.vectors.length || !this.isInUse(each)) return undefined;
    if (write !== undefined) {
      if (bytes !== 4 || offset % 16 !== 12) return undefined;
      this.setKernelMask(vector, (write[0] & 1) === 1);
      return true;
    }
    if (offset % bytes !== 0 || (bytes !== 4 && bytes !== 8)) return nobodys(bytes);
    const dword = (at: number): number => (at === 3 ? Number(each.kernelMask) : each.route![at]);
    const first = (offset % 16) / 4;
    return [dword(first), bytes === 8 ? dword(first + 1) : undefined];
  }

  // ---- Userspace

  protected controlWritten(): number {
    // It opens only where it was closed, which is where the host is down.
    const wasOpen = this.wasOpen;
    this.wasOpen = this.open;
    if (this.open) return !wasOpen && this.wanted().length > 0 ? ENABLE_ALL : NOTHING;
    return this.up ? DISABLE_ALL : NOTHING;
  }

  private wasOpen = false;

  private isZero({ entry }: Vector): boolean {
    return entry.every((word) => word === 0);
  }

  private wanted(): Vector[] {
    return this.vectors.filter((each) => !this.isZero(each));
  }

  protected override mayWork(exit: Parameters<GuestReference['mayWork']>[0]): boolean {
    if (exit.kind !== 'write') return exit.kind === 'config';
    const last = exit.bytes === 8 ? exit.high : exit.low;
    return (exit.offset + exit.bytes) % 16 === 0 && (last & 1) === 0;
  }

  protected writePage(offset: number, bytes: number, low: number, high: number): number {
    if ((bytes !== 4 && bytes !== 8) || offset % bytes !== 0 || offset >= 16 * this.vectors.length) return NOTHING;
    const work = this.writeDword(offset / 4, low);
    return bytes === 8 ? this.writeDword(offset / 4 + 1, high) : work;
  }

  private writeDword(dword: number, value: number): number {
    const each = this.vectors[dword >>> 2];
    const at = dword & 3;
    if (at === 3) {
      each.mask = (value & 1) === 1;
      if (each.mask || !this.open || each.routed || this.isZero(each)) return NOTHING;
      return this.up ? REBUILD : ENABLE_ALL;
    }
    // A write to an entry that nobody has masked is dropped: the kernel's mask counts, where it has the entry.
    const masked = !each.routed ? each.mask : this.up ? each.kernelMask : each.lastKernelMask;
    if (!masked) return NOTHING;
    each.entry[at] = at === 0 ? (value & ~3) >>> 0 : value;
    if (!each.routed) return NOTHING;
    each.routed = !this.isZero(each);
    if (!each.routed) each.lastKernelMask = false;
    this.tellRoutes();
    return NOTHING;
  }

  private tellRoutes(): void {
    for (const each of this.vectors) each.route = each.routed ? [...each.entry] : undefined;
  }

  protected readPage(offset: number, bytes: number): Answer {
    if ((bytes !== 4 && bytes !== 8) || offset % bytes !== 0) return nobodys(bytes);
    const dword = (at: number): number => {
      if (at < 16 * this.vectors.length) {
        const { entry, mask } = this.vectors[at >>> 4];
        return (at & 15) === 12 ? Number(mask) : entry[(at & 15) / 4];
      }
      if (at < 0x2000 || at >= 0x2008) return 0xffffffff;
      const bits = at === 0x2000 ? this.pendingBits() : 0;
      // The Pending Bit Array is the function's own: reading it brings in what is in flight.
      this.flush();
      return bits;
    };
    return [dword(offset), bytes === 8 ? dword(offset + 4) : undefined];
  }

  private pendingBits(): number {
    return this.vectors.reduce((bits, { pending }, vector) => bits + (pending ? 2 ** vector : 0), 0);
  }

  // ---- What is due, step by step

  work(step: string): boolean {
    if (step === 'tellBase') {
      if (this.removed || this.told !== 0 || this.base === 0) return false;
      this.told = this.base;
      return true;
    }
    const tearer = this.works.findIndex((work) => work === DISABLE_ALL || work === REBUILD);
    if (step === 'withdraw') {
      if (tearer < 0 || !this.placed) return false;
      this.withdraw();
      return true;
    }
    if (step === 'disableAll') {
      if (tearer < 0 || this.placed) return false;
      this.tearDown();
      return this.goOn(tearer, this.works[tearer] === REBUILD ? ENABLE_ALL : NOTHING);
    }
    const worker = this.works.indexOf(step === 'place' ? PLACE : ENABLE_ALL);
    if (worker < 0) return false;
    if (step === 'enableAll') return this.goOn(worker, this.buildUp());
    this.inside = 'nothing';
    this.placed = true;
    return this.goOn(worker, NOTHING);
  }

  private buildUp(): number {
    for (const each of this.vectors) {
      each.routed = !this.isZero(each);
      each.lastKernelMask = false;
    }
    this.tellRoutes();
    const wanted = this.wanted();
    if (wanted.length === 0) return NOTHING;
    for (const each of wanted) {
      each.slot = true;
      each.kernelMask = each.mask;
      each.hostMask = each.mask;
    }
    this.up = true;
    if (this.told === 0) return NOTHING;
    this.inside = 'enabling';
    return PLACE;
  }

  private withdraw(): void {
    if (this.inside === 'nothing') this.keepKernelMasks();
    this.placed = false;
    this.inside = 'disabling';
  }

  private keepKernelMasks(): void {
    for (const each of this.vectors) if (each.routed) each.lastKernelMask = each.kernelMask;
  }

  private tearDown(): void {
    if (this.inside === 'nothing' && this.up) this.keepKernelMasks();
    this.lose();
  }

  /** The host's MSI-X is off: what is pending or in flight is gone, and so are the entries. */
  private lose(): void {
    this.inside = 'nothing';
    this.placed = false;
    this.up = false;
    for (const each of this.vectors)
      Object.assign(each, { slot: false, kernelMask: true, hostMask: true, pending: false, flying: false });
  }

  // ---- Reset and removal

  protected start(): void {
    this.lose();
    this.wasOpen = false;
    for (const each of this.vectors) Object.assign(each, { ...fresh() });
  }

  protected takeAway(): void {
    this.told = 0;
  }

  protected giveBack(): void {
    this.start();
  }

  /** There is no handover apart from the host's MSI-X. */
  handover(): boolean {
    return false;
  }

  look(): readonly unknown[] {
    const flying = this.vectors.map((each) => each.flying);
    if (this.removed) return [4, this.stopped, flying];
    const owner = this.placed ? 2 : { nothing: 0, enabling: 1, disabling: 3 }[this.inside];
    const isHere = this.placed && this.told === this.base;
    const table = this.vectors.flatMap((each) => {
      if (isHere && this.isInUse(each)) return [...each.route!, Number(each.kernelMask)];
      return [...each.entry, Number(each.mask)];
    });
    return [owner, this.stopped, flying, this.control, table, this.pendingBits(), this.base];
  }

  state(): object {
    const { vectors, up, told, placed, inside, wasOpen } = this;
    return { ...this.guestState(), ...structuredClone({ vectors, up, told, placed, inside, wasOpen }) };
  }

  putBack(state: object): void {
    // A saved device has the routes of its own entries only; those of others stay as they are here.
    const routes = this.vectors.map(({ route }) => route);
    Object.assign(this, structuredClone(state));
    for (const [vector, each] of this.vectors.entries()) if (!each.slot) each.route = routes[vector];
  }
}
