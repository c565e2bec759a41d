/**
 * A guest's accesses, driven through the assigned device once a design, and the exits to userspace counted: what the patch was written
 * for, in figures. The accesses come from a trace, or are made by `olderHabit`.
 *
 * An interrupt is a message that the trace shows, or that the habit asks for: the device signals a vector that can send just this message, and it
 * arrives at once.
 */
import { ACCESS_EXITED, type AccessOutcome, type AssignedDesign, AssignedDevice } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import {
  type Access,
  type CapabilityAccess,
  type Geometry,
  type MessageAccess,
  type StructureAccess,
} from './access.ts';
import { lineReader, linesOf, type TraceSource } from './log.ts';
import { type ReplayOptions, secondSorter, surveyTrace } from './survey.ts';

/** Something that guest or device does: an access, a Function Level Reset, or an interrupt by its message or by its vector. */
export type GuestStep =
  | CapabilityAccess
  | StructureAccess
  | MessageAccess
  | { readonly kind: 'reset' }
  | { readonly kind: 'interrupt'; readonly vector: number };

/** Kinds of access, as a table of exits tells them. */
export const EXIT_KINDS = [
  'control',
  'configuration read',
  'mask',
  'unmask',
  'address or data',
  'table read',
  'pending read',
] as const;
export type ExitKind = (typeof EXIT_KINDS)[number];

/** Who answers in a run: a design of the assigned device, or userspace alone, whose page is never handed over. */
export type Answerer = 'userspace only' | AssignedDesign;
export const ANSWERERS: readonly Answerer[] = ['userspace only', 'posted', 'reviewed'];

/** What one run counted. */
export interface ExitFigures {
  readonly answerer: Answerer;
  /** Exits to userspace, by kind of access. */
  readonly exits: Readonly<Record<ExitKind, number>>;
  readonly exitCount: number;
  readonly accesses: number;
  /** Messages of the function in the trace, and those of them that came out. */
  readonly interrupts: number;
  readonly delivered: number;
  /** Reads of the table that returned something else than the trace shows. */
  readonly differingReads: number;
}

/** Reads the steps of a trace, and how many vectors its function has. Throws a `ReplayError` as `replay` does. */
export function stepsOf(source: TraceSource, options: ReplayOptions = {}): { geometry: Geometry; steps: GuestStep[] } {
  const survey = surveyTrace(source, options);
  const sorter = secondSorter(survey, options);
  const steps: GuestStep[] = [];
  const read = lineReader(options);
  let number = 0;
  for (const text of linesOf(source)) {
    const line = read(text, ++number);
    const access = line === undefined ? undefined : sorter.sort(line, number);
    if (access !== undefined && isStep(access)) steps.push(access);
  }
  return { geometry: survey.geometry, steps };
}

function isStep(access: Access): access is Exclude<GuestStep, { readonly kind: 'interrupt' }> {
  return !['view', 'signal', 'interruptOf', 'useOf', 'maybeReset'].includes(access.kind);
}

/** Drives the steps, once for each of `ANSWERERS`. */
export function countExits(vectorCount: number, steps: readonly GuestStep[]): ExitFigures[] {
  return ANSWERERS.map((answerer) => new ExitCounter(answerer, vectorCount).run(steps));
}

const MSIX_CAPABILITY = 0x50;
const EXPRESS_DEVICE_CONTROL = 0x68;
const EXPRESS_RESET = 0x8000;
const BAR0 = 0x10;
const COMMAND = 0x04;
const BAR_ADDRESS = 0x7ebf0000;

class ExitCounter {
  private readonly answerer: Answerer;
  private readonly device: AssignedDevice;
  private readonly exits = Object.fromEntries(EXIT_KINDS.map((kind) => [kind, 0])) as Record<ExitKind, number>;
  private delivered = 0;
  private interrupts = 0;
  private accesses = 0;
  private differingReads = 0;

  constructor(answerer: Answerer, vectorCount: number) {
    this.answerer = answerer;
    this.device = new AssignedDevice({
      vectorCount,
      design: answerer === 'userspace only' ? 'reviewed' : answerer,
      barAddress: BAR_ADDRESS,
      deliver: () => this.delivered++,
    });
    this.handOver();
  }

  run(steps: readonly GuestStep[]): ExitFigures {
    for (const step of steps) this.take(step);
    const { answerer, exits, accesses, interrupts, delivered, differingReads } = this;
    const exitCount = Object.values(exits).reduce((sum, count) => sum + count, 0);
    return { answerer, exits, exitCount, accesses, interrupts, delivered, differingReads };
  }

  private handOver(): void {
    if (this.answerer === 'userspace only') return;
    // The posted design is told where the page is, and has it when the host's MSI-X is assigned.
    if (this.device.tellBase()) return;
    this.device.register();
    this.device.registered();
  }

  private take(step: GuestStep): void {
    const { device } = this;
    switch (step.kind) {
      case 'configRead':
        return this.access('configuration read', device.configRead(MSIX_CAPABILITY + step.offset, step.bytes));
      case 'configWrite':
        return this.access('control', device.configWrite(MSIX_CAPABILITY + step.offset, step.bytes, step.value));
      case 'tableRead':
        this.access('table read', device.read(device.entryAddress(0) + step.offset, step.bytes));
        if (device.answer[0] !== step.low || (step.bytes === 8 && device.answer[1] !== step.high))
          this.differingReads++;
        return;
      case 'tableWrite': {
        const { offset, bytes, low, high } = step;
        const isControl = (offset + bytes) % registers.ENTRY_BYTES === 0;
        const control = bytes === 8 ? high : low;
        const kind = !isControl ? 'address or data' : (control & 1) === 1 ? 'mask' : 'unmask';
        return this.access(kind, device.write(device.entryAddress(0) + offset, bytes, low, high));
      }
      case 'pbaRead':
        return this.access('pending read', device.read(device.pbaAddress + step.offset, step.bytes));
      case 'pbaWrite':
        return this.access(
          'pending read',
          device.write(device.pbaAddress + step.offset, step.bytes, step.low, step.high),
        );
      case 'message': {
        const vector = this.senderOf(step.addressLow, step.addressHigh, step.data);
        return vector < 0 ? undefined : this.interrupt(vector);
      }
      case 'interrupt':
        return this.interrupt(step.vector);
      case 'reset':
        return this.reset();
    }
  }

  private access(kind: ExitKind, outcome: AccessOutcome): void {
    this.accesses++;
    if (outcome !== ACCESS_EXITED) return;
    this.exits[kind]++;
    this.complete();
  }

  /** Userspace completes the exit, and whatever is due after it. */
  private complete(): void {
    const { device } = this;
    if (!device.complete()) device.settle();
  }

  private interrupt(vector: number): void {
    this.interrupts++;
    this.device.signal(vector);
    this.device.arrive(vector);
  }

  /** The guest resets the function, and sets up again what a driver does not see in the trace of MSI-X: BAR and command register. */
  private reset(): void {
    const { device } = this;
    for (const [offset, bytes, value] of [
      [EXPRESS_DEVICE_CONTROL, 2, EXPRESS_RESET],
      [BAR0, 4, BAR_ADDRESS],
      [COMMAND, 2, 6],
    ]) {
      device.configWrite(offset, bytes, value);
      this.complete();
    }
    this.handOver();
  }

  /** The first vector whose entry is this message, or -1: then it is another device's. */
  private senderOf(addressLow: number, addressHigh: number, data: number): number {
    const { monitor, vectorCount } = this.device;
    for (let vector = 0; vector < vectorCount; vector++) {
      const [low, high, word, control] = [0, 1, 2, 3].map((dword) => monitor.peek(vector, dword));
      if (low === addressLow && high === addressHigh && word === data && control === 0) return vector;
    }
    return -1;
  }
}

/** How a guest of the older habit is made. */
export interface HabitOptions {
  readonly vectorCount: number;
  readonly interrupts: number;
  readonly seed: number;
}

/**
 * Makes the accesses of a guest that masks and unmasks on every interrupt and reads after each write of a Mask Bit, as Linux 2.6.18 to
 * 2.6.3x did. No such kernel was recorded: it is synthetic, made from the order of accesses alone. Now and then an interrupt is
 * moved to another processor while it is masked.
 */
export function olderHabit({ vectorCount, interrupts, seed }: HabitOptions): GuestStep[] {
  const next = mulberry32(seed);
  const write = (vector: number, dword: number, low: number): GuestStep => ({
    kind: 'tableWrite',
    offset: registers.ENTRY_BYTES * vector + 4 * dword,
    bytes: 4,
    low,
    high: 0,
  });
  const control = (value: number): GuestStep => ({ kind: 'configWrite', offset: 2, bytes: 2, value });
  // The read is of the word that was just written.
  const setMask = (vector: number, mask: number): GuestStep[] => [
    write(vector, 3, mask),
    { kind: 'tableRead', offset: registers.ENTRY_BYTES * vector + 12, bytes: 4, low: mask, high: 0 },
  ];
  const setMessage = (vector: number, processor: number): GuestStep[] => [
    write(vector, 0, 0xfee00000 + 0x1000 * processor),
    write(vector, 1, 0),
    write(vector, 2, 0x4000 + 0x31 + 8 * vector),
  ];
  const vectors = Array.from({ length: vectorCount }, (_, vector) => vector);
  const handled = Array.from({ length: interrupts }, () => {
    const vector = next() % vectorCount;
    const moved = next() % 128 === 0 ? setMessage(vector, next() % 4) : [];
    return [{ kind: 'interrupt', vector } as const, ...setMask(vector, 1), ...moved, ...setMask(vector, 0)];
  });
  return [
    ...vectors.flatMap((vector) => [...setMask(vector, 1), ...setMessage(vector, 0)]),
    control(registers.CONTROL_ENABLE),
    ...vectors.flatMap((vector) => setMask(vector, 0)),
    ...handled.flat(),
  ];
}

/** Mulberry32 by Tommy Ettinger (2017, public domain): 32 random bits a call, from one word of state. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
