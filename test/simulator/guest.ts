/**
 * Of the reference: the guest's vCPUs, configuration space and exits of an assigned device, as one thinks of them, whatever the design does
 * about the table. As all of the reference it shares no line with `src`.
 */

const ALL_ONES = 0xffffffff;
/** BAR 0 as firmware maps it, and its length. */
const BAR = 0x7ebf0000;
const BAR_BYTES = 0x10000;

/** What is to be done once an access is completed, before it returns, in the posted design. The other designs know only the first. */
export const NOTHING = 0;
export const ENABLE_ALL = 1;
export const DISABLE_ALL = 2;
export const REBUILD = 3;
export const PLACE = 4;

/** A dword, and another where 8 bytes are read. */
export type Answer = readonly [low: number, high: number | undefined];

/** An access that a vCPU is stopped in. */
interface Exit {
  readonly kind: 'read' | 'write' | 'config' | 'void' | 'done';
  readonly offset: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** What an access reads where nobody is. */
export function nobodys(bytes: number): Answer {
  return [bytes === 1 ? 0xff : bytes === 2 ? 0xffff : ALL_ONES, ALL_ONES];
}

/** A device with its guest. What a design does is its own: a page that answers at once or not, and what accesses of it mean. */
export abstract class GuestReference {
  /** Of each vCPU, the access that it is stopped in, and what is due before that returns. */
  exits: (Exit | undefined)[];
  works: number[];
  removed = false;
  bar = BAR;
  memory = true;
  /** 0 awake, 3 asleep. */
  power = 0;
  enabled = false;
  functionMask = false;
  answer = [0, 0];

  constructor(vcpus: number) {
    this.exits = Array.from({ length: vcpus }, () => undefined);
    this.works = Array.from({ length: vcpus }, () => NOTHING);
  }

  /** Where the page is for userspace, or 0. */
  get base(): number {
    return this.memory && this.power === 0 ? this.bar : 0;
  }

  // ---- What a design does

  /** Answers an access of the kernel's page at once: a read with what it reads, a write with true; undefined where it exits. */
  protected abstract answerAtOnce(
    address: number,
    bytes: number,
    write?: readonly [low: number, high: number],
  ): Answer | true | undefined;
  protected abstract readPage(offset: number, bytes: number): Answer;
  protected abstract writePage(offset: number, bytes: number, low: number, high: number): number;
  /** MSI-X Enable and Function Mask were written: they are as they are now. */
  protected abstract controlWritten(): number;
  protected abstract sleep(): void;
  /** Table and function are reset; of a device that was taken away, the function alone. */
  protected abstract start(): void;
  protected abstract takeAway(): void;
  protected abstract giveBack(): void;
  protected abstract signalAwake(vector: number): void;
  abstract retire(vector: number): void;
  abstract arrive(vector: number): boolean;
  abstract handover(step: number): boolean;
  /** Does what is due, in the steps of the posted design. */
  abstract work(step: string): boolean;
  abstract look(): readonly unknown[];
  /** All that changes, but for the answer. */
  abstract state(): object;
  abstract putBack(state: object): void;

  // ---- What they have in common

  /** The device has an event, unless it sleeps. */
  signal(vector: number): void {
    if (this.power === 0) this.signalAwake(vector);
  }

  /** An access of the page, at an offset from where the table is now. Returns 0 for returned, 1 for exited, 2 for refused. */
  access(vcpu: number, offset: number, bytes: number, write?: readonly [low: number, high: number]): number {
    if (this.exits[vcpu] !== undefined) return 2;
    const address = this.base + offset;
    if (![1, 2, 4, 8].includes(bytes) || !Number.isInteger(address) || address < 0) return 2;
    const answer = this.answerAtOnce(address, bytes, write);
    if (answer !== undefined) {
      if (answer !== true) this.take(answer);
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
    if (exit === undefined || exit.kind === 'done') return false;
    if (this.works.some((work) => work !== NOTHING) && this.mayWork(exit)) return false;
    this.exits[vcpu] = undefined;
    const work = this.done(exit);
    if (work === NOTHING) return true;
    this.works[vcpu] = work;
    this.exits[vcpu] = { ...exit, kind: 'done' };
    return false;
  }

  /** Whether completing an access may leave something to do: one by one, they wait. */
  protected mayWork({ kind }: Exit): boolean {
    return kind === 'config';
  }

  private done({ kind, offset: address, bytes, low, high }: Exit): number {
    if (kind === 'void' || this.removed) {
      this.answer = [ALL_ONES, ALL_ONES];
      return NOTHING;
    }
    if (kind === 'config') return this.configure(address, low);
    const offset = address - this.base;
    const isInPage = this.base !== 0 && offset >= 0 && offset < BAR_BYTES;
    if (kind === 'write') return isInPage ? this.writePage(offset, bytes, low, high) : NOTHING;
    this.take(isInPage ? this.readPage(offset, bytes) : nobodys(bytes));
    return NOTHING;
  }

  private configure(offset: number, value: number): number {
    if (offset === 0x68) this.flr();
    else if (offset === 0x44) this.goTo(value & 3);
    else if (offset === 0x10) this.bar = (value & -BAR_BYTES) >>> 0;
    else if (offset === 0x04) this.memory = (value & 2) !== 0;
    else if (offset === 0x52) {
      this.enabled = (value & 0x8000) !== 0;
      this.functionMask = (value & 0x4000) !== 0;
      return this.controlWritten();
    }
    return NOTHING;
  }

  private goTo(power: number): void {
    // There are no states between.
    if (power !== 0 && power !== 3) return;
    if (this.power === 3 && power === 0) this.flr();
    else if (this.power === 0 && power === 3) this.sleep();
    this.power = power;
  }

  private flr(): void {
    this.startAnew();
    this.bar = 0;
    this.memory = false;
    this.voidExits(() => this.removed);
  }

  private startAnew(): void {
    this.start();
    Object.assign(this, { bar: BAR, memory: true, power: 0, enabled: false, functionMask: false });
  }

  reset(): void {
    const { base } = this;
    this.startAnew();
    // A read is answered as the device stands by then, unless what it asked is elsewhere now.
    this.voidExits(() => this.removed || this.base !== base);
  }

  remove(): boolean {
    if (this.removed) return false;
    this.takeAway();
    this.removed = true;
    this.startAnew();
    this.voidExits(() => true);
    return true;
  }

  assign(): boolean {
    if (!this.removed) return false;
    this.removed = false;
    this.giveBack();
    return true;
  }

  /** Ends what is under way, and reads, too, where nobody is to answer them. */
  private voidExits(isUnanswered: () => boolean): void {
    for (const [vcpu, exit] of this.exits.entries()) {
      if (exit === undefined) continue;
      this.works[vcpu] = NOTHING;
      if (exit.kind !== 'read' || isUnanswered()) this.exits[vcpu] = { ...exit, kind: 'void' };
    }
  }

  /** Ends what is due of a vCPU, or goes on with something else. Returns whether its access returned. */
  protected goOn(vcpu: number, work: number): boolean {
    this.works[vcpu] = work;
    if (work === NOTHING) this.exits[vcpu] = undefined;
    return work === NOTHING;
  }

  private take([low, high]: Answer): void {
    this.answer = [low, high ?? this.answer[1]];
  }

  protected guestState(): object {
    const { exits, works, removed, bar, memory, power, enabled, functionMask } = this;
    return structuredClone({ exits, works, removed, bar, memory, power, enabled, functionMask });
  }

  /** What is seen of the guest: who is stopped, and what is due. */
  protected get stopped(): readonly unknown[] {
    return this.exits.map((exit, vcpu) => [exit !== undefined, this.works[vcpu]]);
  }

  protected get control(): number {
    return (this.enabled ? 2 : 0) + (this.functionMask ? 1 : 0);
  }
}
