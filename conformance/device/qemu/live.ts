/**
 * A device in a machine that runs: finds it, sets it up, and runs requests on it. Requests are sent ahead of answers, up to whatever takes
 * effect in its own time; then the adapter waits, with bounds.
 */
import type { Answer, Request } from '../device.ts';
import { DeviceError } from '../failure.ts';
import { failed } from '../protocol.ts';
import type { Family, Signaller } from './family.ts';
import type { Memory } from './memory.ts';
import type { Messages } from './messages.ts';
import { functionsOf, type MsixPlace, openBridge, placeMsix, resetBehind } from './pci.ts';
import type { QemuProcess } from './process.ts';
import { QtestError } from './qtest.ts';
import { Table } from './table.ts';
import type { Waits } from './waits.ts';

/** What a device in a running machine is made of. */
export interface LiveOptions {
  readonly family: Family;
  readonly process: QemuProcess;
  readonly memory: Memory;
  readonly waits: Waits;
  readonly messages: (vectorCount: number) => Messages;
  /** The bridge that the device is behind, by which it is reset; it is on bus 0 itself when left out. */
  readonly bridge?: number;
  /**
   * Where messages take a way of their own: for so many milliseconds nothing must have come, before it is said that this was all. Left out
   * where a message is there as soon as the access that releases it is done.
   */
  readonly quiet?: number;
  /** Whether the machine was restored from a saved state just now. */
  readonly isRestored?: boolean;
  /** Says what became of the machine, after an error. */
  readonly tell: (error: Error) => Promise<string>;
  /** Is told of each signal that showed nothing within the bound. */
  readonly onAbsent?: (vector: number) => Promise<void>;
}

/** The vectors of a kind of devices that can be signalled. */
export function signalledOf(family: Family, vectorCount: number): readonly number[] {
  return family.signalled?.(vectorCount) ?? Array.from({ length: vectorCount }, (_, vector) => vector);
}

/** A device in a running machine. */
export class Live {
  place!: MsixPlace;
  table!: Table;
  signaller!: Signaller;
  readonly memory: Memory;
  private readonly options: LiveOptions;
  /** Whether anything was done that may release a message, since it was looked last. */
  private isMoving = false;

  constructor(options: LiveOptions) {
    this.options = options;
    this.memory = options.memory;
  }

  async begin(): Promise<void> {
    const { memory, bridge } = this.options;
    await memory.begin();
    if (bridge !== undefined) await openBridge(memory, bridge);
    await this.findAndSetUp();
  }

  private async findAndSetUp(): Promise<void> {
    const { memory, family, process, bridge, messages, isRestored = false } = this.options;
    let place: MsixPlace | undefined;
    for (const bdf of await functionsOf(memory, bridge === undefined ? 0 : 1)) {
      // Bus 0 has a bridge of ours, too.
      if (bridge === undefined && bdf === OURS) continue;
      place = await placeMsix(memory, bdf);
      if (place !== undefined) break;
    }
    if (place === undefined) throw new DeviceError('Got no function with MSI-X; expected one.');
    this.place = place;
    const { vectorCount } = place;
    this.table ??= new Table(memory, place, messages(vectorCount));
    this.table.place = place;
    const control = (value: number): Promise<void> => memory.configWrite(place.bdf, place.capability + 2, 2, value);
    this.signaller = await family.setUp({ memory, process, place, vectorCount, control, isRestored });
    await this.table.tidy(signalledOf(family, vectorCount));
  }

  /** Runs requests, and resolves to as many answers. What goes wrong is an answer, too. */
  async run(requests: readonly Request[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    try {
      for (const request of requests) await this.perform(request, answers);
      answers.push(...(await this.table.flush()));
      return answers;
    } catch (error) {
      const outcome = error instanceof QtestError ? error.outcome : 'hung';
      const words = { hung: 'QEMU did not answer', crashed: 'QEMU is gone', garbled: 'no answer of qtest' }[outcome];
      answers.push(failed(outcome, words, { more: await this.options.tell(error as Error) }));
      while (answers.length < requests.length) answers.push(failed('skipped', 'The device is gone'));
      return answers;
    }
  }

  private async perform(request: Request, answers: Answer[]): Promise<void> {
    const { table, signaller } = this;
    const { family, quiet } = this.options;
    const isPrompt = quiet === undefined && 'lines' in signaller;
    switch (request.verb) {
      case 'signal': {
        const { vector } = request;
        if (!signalledOf(family, this.place.vectorCount).includes(vector)) {
          answers.push(...(await table.flush()), failed('unsupported', ''));
          return;
        }
        if (isPrompt && 'lines' in signaller) return table.add(signaller.lines(vector));
        answers.push(...(await table.flush()));
        await this.signal(vector);
        answers.push(OK);
        return;
      }
      case 'outputs':
        if (isPrompt) return table.ask(request);
        answers.push(...(await table.flush()));
        await this.settle();
        answers.push({ ...OK, outputs: await table.takeOutputs() });
        return;
      case 'reset':
        if (this.options.bridge === undefined) return table.ask(request);
        answers.push(...(await table.flush()));
        await resetBehind(this.options.memory, this.options.bridge);
        table.reset();
        await this.findAndSetUp();
        answers.push(OK);
        return;
      default:
        if (mayRelease(request)) this.isMoving = true;
        table.ask(request);
    }
  }

  /** Signals a vector, and waits for what must come of it. */
  private async signal(vector: number): Promise<void> {
    const { signaller, table } = this;
    const { memory, waits, onAbsent } = this.options;
    this.isMoving = true;
    // What is on its way already must not be taken for what this brings.
    await this.settle();
    if ('signal' in signaller) await signaller.signal(vector);
    else await memory.qtest.ask(signaller.lines(vector));
    if (!(await waits.for(table, vector))) await onAbsent?.(vector);
  }

  /** Waits until nothing has come for a while. */
  private async settle(): Promise<void> {
    const { quiet, waits } = this.options;
    if (quiet === undefined || !this.isMoving) return;
    this.isMoving = false;
    const began = performance.now();
    for (let last = began; performance.now() - last < quiet;) if (await this.table.look()) last = performance.now();
    waits.settled(performance.now() - began);
  }
}

/** Whether a write may let a message out: one to Message Control, or to Vector Control. */
function mayRelease(request: Request): boolean {
  if (request.verb === 'configWrite') return true;
  return request.verb === 'tableWrite' && (request.offset % 16) + request.bytes > 12;
}

/** The bridge that the adapter puts on bus 0. */
const OURS = 4 << 3;
const OK: Answer = { outcome: 'ok', low: 0, high: 0, outputs: [] };
