/**
 * An assigned device on stage: guest, userspace and device act in words, and everything that comes of it is recorded in order,
 * `exit`, `return`, `send 0`, `deliver 0 A`. Messages are those of `scene.ts`.
 */
import {
  ACCESS_EXITED,
  ACCESS_RETURNED,
  type AccessOutcome,
  AssignedDevice,
  type AssignedDeviceOptions,
} from '../../src/index.ts';
import { messageName, type MessageName, MESSAGES } from './scene.ts';

const CONTROLS = { off: 0x0000, offMasked: 0x4000, on: 0x8000, onMasked: 0xc000 } as const;
const OWNERS = ['userspace', 'registering', 'kernel', 'returning', 'removed'] as const;
const ANSWERED = 6;

/** An assigned device, and its guest, whose accesses complete by themselves unless the scene is told to `hold` them. */
export class AssignedScene {
  readonly device: AssignedDevice;
  private readonly told: string[] = [];
  private isHolding = false;
  private exits = 0;

  constructor(vectorCount: number, options: Omit<AssignedDeviceOptions, 'vectorCount'> = {}) {
    this.device = new AssignedDevice({
      vectorCount,
      sent: (vector) => this.told.push(`send ${vector}`),
      deliver: (low, high, data, vector) => this.told.push(`deliver ${vector} ${messageName(low, high, data)}`),
      ...options,
    });
  }

  /** Takes what came of everything since the last time, in order. */
  take(): string[] {
    return this.told.splice(0);
  }

  /** Takes the messages that were delivered, and forgets the rest. */
  delivered(): string[] {
    return this.take().filter((told) => told.startsWith('deliver'));
  }

  /** How many accesses exited since the last time. */
  takeExits(): number {
    const { exits } = this;
    this.exits = 0;
    return exits;
  }

  // ---- The guest

  /** From now on an access that exits stays stopped, until `complete`. */
  hold(): this {
    this.isHolding = true;
    return this;
  }

  control(value: keyof typeof CONTROLS): this {
    return this.after(this.device.writeControl(CONTROLS[value]));
  }

  mask(...vectors: readonly number[]): this {
    for (const vector of vectors) this.after(this.device.mask(vector));
    return this;
  }

  unmask(...vectors: readonly number[]): this {
    for (const vector of vectors) this.after(this.device.unmask(vector));
    return this;
  }

  /** Writes an entry dword by dword, as Linux does. */
  write(vector: number, name: MessageName): this {
    MESSAGES[name].forEach((word, index) => {
      this.after(this.device.write(this.device.entryAddress(vector) + 4 * index, 4, word));
    });
    return this;
  }

  /** Reads the first dword of the table, as Linux does after a write of a Mask Bit. */
  flush(): this {
    return this.after(this.device.read(this.device.entryAddress(0), 4));
  }

  /** Reads the Pending bit of a vector: `pending` or `quiet`. */
  poll(vector: number): string {
    this.after(this.device.readPending(vector));
    return (this.device.answer[0] & (1 << (vector & 31))) === 0 ? 'quiet' : 'pending';
  }

  /** Reads an entry: `masked A`. */
  read(vector: number): string {
    this.after(this.device.readEntry(vector));
    return this.answer;
  }

  /** What the last read of an entry returned. */
  get answer(): string {
    const [low, high, data, control] = this.device.answer;
    return `${control === 1 ? 'masked' : 'unmasked'} ${messageName(low, high, data)}`;
  }

  /** Notes what came of an access, and has userspace complete it. */
  after(outcome: AccessOutcome): this {
    this.told.push(outcome === ACCESS_RETURNED ? 'return' : outcome === ACCESS_EXITED ? 'exit' : 'refused');
    if (outcome === ACCESS_EXITED) this.exits++;
    return outcome === ACCESS_EXITED && !this.isHolding ? this.complete() : this;
  }

  // ---- Userspace

  /** Completes the exit, and does what is due after it. */
  complete(): this {
    const isRead = this.device.access[0] === ANSWERED;
    const { device } = this;
    if (!device.complete()) device.settle();
    if (!device.stopped) this.told.push(isRead ? `return ${this.answer}` : 'return');
    return this;
  }

  /** Hands the page to the kernel, whole; in the posted design, tells it where the page is. */
  handOver(): this {
    this.device.tellBase();
    this.device.register();
    this.device.registered();
    return this;
  }

  /** Takes the page back, whole. */
  takeBack(): this {
    this.device.unregister();
    this.device.unregistered();
    return this;
  }

  get owner(): string {
    return OWNERS[this.device.owner];
  }

  // ---- The device

  signal(...vectors: readonly number[]): this {
    for (const vector of vectors) this.device.signal(vector);
    return this;
  }

  arrive(...vectors: readonly number[]): this {
    for (const vector of vectors) this.device.arrive(vector);
    return this;
  }

  // ---- A bystander

  peek(): number[] {
    const out = new Uint32Array(this.device.savedWords + 2 * this.device.vectorCount);
    return [...out.subarray(0, this.device.peekInto(out))];
  }

  save(): Uint32Array {
    const words = new Uint32Array(this.device.savedWords);
    this.device.saveInto(words);
    return words;
  }
}
