/**
 * One run over a trace: each line is driven through the implementation and through the machine, compared, and counted.
 *
 * What a device does is not in the log, so it is inferred: a signal just before each message of the function, a signal
 * or a retirement before a read of the Pending Bit Array that shows one.
 */
import * as alphabet from '../../machines/alphabet.ts';
import { MsixFunction, type MsixFunctionOptions } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import { controlEvents, Entries, messageName, type NamedMessage, writeEvents } from './events.ts';
import type { Access, Geometry, MessageAccess, StructureAccess } from './geometry.ts';
import { ReplayError, type ViewLine } from './log.ts';
import { dwordName, isPending, readbackDwords } from '../device/readback.ts';
import { tellOutputs } from '../paths/story.ts';
import { MACHINE_MESSAGES_MAX, MACHINE_VECTORS_MAX, ReplayMachine } from './machine.ts';

/** Where the trace and what it was replayed on differ. */
export interface Disagreement {
  readonly line: number;
  /** The line itself. */
  readonly text: string;
  /** What was expected, as a sentence. */
  readonly expected: string;
  /** What was got, as a sentence. */
  readonly got: string;
}

/** How many of each message, `address:data` in hexadecimal, the trace has. */
export type Tallies = Readonly<Record<string, number>>;

/** What a replay counts. Equal traces give equal figures, so they are pinned. */
export interface ReplayFigures {
  readonly lines: number;
  /** Lines of each kind that concern the function, and how many do not (`elsewhere`). */
  readonly accesses: Readonly<Record<Access['kind'] | 'elsewhere', number>>;
  readonly comparisons: {
    /** Values read, views of QEMU's and messages of the function, compared with the implementation. */
    readonly implementation: number;
    /** Steps after which outputs and whole state of machine and implementation were compared. */
    readonly machine: number;
  };
  readonly messages: {
    /** Messages of the function that it would have sent, by message. */
    readonly explained: Tallies;
    /** Messages of other devices. */
    readonly others: Tallies;
  };
  readonly edges: {
    /** Changes of Mask Bits. */
    readonly mask: number;
    readonly unmask: number;
    /** Changes of being blocked, whatever the cause. */
    readonly block: number;
    readonly unblock: number;
  };
  /** What the device must have done, to judge by what followed. */
  readonly inferred: { readonly signals: number; readonly retirements: number };
}

/** What came of a replay. */
export interface Replay {
  readonly geometry: Geometry;
  readonly figures: ReplayFigures;
  /** How many messages the machine was built with, or why there is no machine. */
  readonly machine: { readonly messages: number } | { readonly notApplicable: string };
  /** The first hundred. */
  readonly disagreements: readonly Disagreement[];
  readonly disagreementCount: number;
  /** What this replay cannot show, as sentences. */
  readonly limits: readonly string[];
}

/** What the first pass has found. */
export interface Survey {
  readonly lines: number;
  readonly geometry: Geometry;
  /** Every whole entry that the table ever holds, zero first. */
  readonly messages: readonly NamedMessage[];
}

/** What a run is made of, beside the trace. */
export interface RunOptions {
  /**
   * The messages of other devices, `address:data` in hexadecimal without 0x. Default: not known, and whatever has never
   * been a whole entry is another device's.
   */
  readonly others?: readonly string[];
  /** The implementation, or a subclass with a planted fault. Default `MsixFunction`. */
  readonly Implementation?: typeof MsixFunction;
  /** Called with the events of the machine that a step is, in order: those that were inferred too. */
  readonly events?: (names: readonly string[]) => void;
}

const DISAGREEMENTS_KEPT = 100;

/** A message that left the implementation, and has not been seen in the log yet. */
interface OwedMessage {
  readonly name: string;
  readonly vector: number;
  readonly line: number;
}

/** The second pass, and what it counts. */
export class Run {
  private readonly survey: Survey;
  private readonly others: ReadonlySet<string> | undefined;
  private readonly implementation: MsixFunction;
  private readonly tellEvents: RunOptions['events'];
  private readonly machine: ReplayMachine | undefined;
  private readonly machineResult: Replay['machine'];
  private readonly entries = new Entries();
  /** Message Control, table and Pending Bit Array of the implementation, as of the last step. */
  private readonly dwords: Uint32Array;

  /** The outputs of the implementation in this step. */
  private outputs: string[] = [];
  /** The message in force of each vector, as the implementation tells it; undefined while the vector is blocked. */
  private readonly inForce: (string | undefined)[];
  private owed: OwedMessage[] = [];

  private number = 0;
  private text = '';
  private readonly accesses = {
    configRead: 0,
    configWrite: 0,
    tableRead: 0,
    tableWrite: 0,
    pbaRead: 0,
    pbaWrite: 0,
    view: 0,
    message: 0,
    reset: 0,
    elsewhere: 0,
  };
  private readonly comparisons = { implementation: 0, machine: 0 };
  private readonly edges = { mask: 0, unmask: 0, block: 0, unblock: 0 };
  private readonly inferred = { signals: 0, retirements: 0 };
  private readonly explained = new Map<string, number>();
  private readonly foreign = new Map<string, number>();
  private readonly disagreements: Disagreement[] = [];
  private disagreementCount = 0;

  constructor(survey: Survey, { others, Implementation = MsixFunction, events }: RunOptions) {
    const { geometry, messages } = survey;
    const { vectorCount } = geometry;
    this.survey = survey;
    this.tellEvents = events;
    this.others = others === undefined ? undefined : new Set(others);
    this.inForce = Array.from({ length: vectorCount }, () => undefined);
    this.implementation = createImplementation(Implementation, geometry, {
      send: (addressLow, addressHigh, data, vector) => {
        this.outputs.push(`send.${vector}.${messageName(addressLow, addressHigh, data)}`);
      },
      use: (vector, addressLow, addressHigh, data) => {
        const name = messageName(addressLow, addressHigh, data);
        this.inForce[vector] = name;
        this.edges.unblock++;
        this.outputs.push(`use.${vector}.${name}`);
      },
      release: (vector) => {
        this.inForce[vector] = undefined;
        this.edges.block++;
        this.outputs.push(`release.${vector}`);
      },
    });
    this.dwords = new Uint32Array(readbackDwords(vectorCount));
    this.implementation.peekInto(this.dwords);
    const notApplicable = machineRefusal(vectorCount, messages.length);
    this.machine = notApplicable === undefined ? new ReplayMachine(vectorCount, messages) : undefined;
    this.machineResult = notApplicable === undefined ? { messages: messages.length } : { notApplicable };
  }

  /** Takes one line. */
  take(access: Access | undefined, number: number, text: string): void {
    this.number = number;
    this.text = text;
    this.accesses[access?.kind ?? 'elsewhere']++;
    if (access === undefined) return;
    if (access.kind === 'message') return this.takeMessage(access);
    if (access.kind === 'view') return this.takeView(access);
    this.collectOwed();
    switch (access.kind) {
      case 'configRead': {
        const { offset, bytes, value } = access;
        const got = this.step(() => this.implementation.configRead(offset, bytes), []);
        return this.compareRead(`offset ${offset} of the capability`, [value], [got]);
      }
      case 'configWrite': {
        const { offset, bytes, value } = access;
        return void this.step(
          () => this.implementation.configWrite(offset, bytes, value),
          controlEvents(offset, bytes, value),
        );
      }
      case 'tableRead': {
        const { offset, bytes, low, high } = access;
        const got = this.step(() => this.implementation.tableRead(offset, bytes), []);
        const gotHigh = this.implementation.readHigh;
        return this.compareRead(`offset ${offset} of the table`, [low, high], [got, bytes === 8 ? gotHigh : 0]);
      }
      case 'tableWrite': {
        const { offset, bytes, low, high } = access;
        const events = writeEvents(this.entries, access);
        return void this.step(() => this.implementation.tableWrite(offset, bytes, low, high), events);
      }
      case 'pbaRead':
        return this.takePbaRead(access);
      case 'pbaWrite': {
        const { offset, bytes, low, high } = access;
        return void this.step(() => this.implementation.pbaWrite(offset, bytes, low, high), []);
      }
      case 'reset':
        this.entries.clear();
        return this.step(() => this.implementation.reset(), [alphabet.RESET]);
    }
  }

  /** Ends the run. */
  finish(): Replay {
    this.collectOwed();
    return {
      geometry: this.survey.geometry,
      figures: {
        lines: this.survey.lines,
        accesses: this.accesses,
        comparisons: this.comparisons,
        messages: { explained: tallies(this.explained), others: tallies(this.foreign) },
        edges: this.edges,
        inferred: this.inferred,
      },
      machine: this.machineResult,
      disagreements: this.disagreements,
      disagreementCount: this.disagreementCount,
      limits: this.limits(),
    };
  }

  private limits(): string[] {
    const known = this.others !== undefined;
    return [
      'A signal is inferred from the message that followed it, so a message that is missing does not show.',
      ...(known ? [] : ['The messages of other devices are not known, so one of them may be a wrong one of ours.']),
      ...('notApplicable' in this.machineResult ? [this.machineResult.notApplicable] : []),
    ];
  }

  // ---- Steps

  /** Does the same to the implementation and to the machine, and compares what they put out and what they are then. */
  private step<Result>(act: () => Result, events: readonly string[]): Result {
    const result = this.stepSending(act, events);
    for (const output of this.outputs) {
      const { verb, vector, message } = alphabet.readOutput(output);
      if (verb === 'send') this.owed.push({ name: message ?? '', vector, line: this.number });
    }
    return result;
  }

  /** Like `step`, where what is sent is accounted for by the caller. */
  private stepSending<Result>(act: () => Result, events: readonly string[]): Result {
    this.outputs = [];
    this.tellEvents?.(events);
    const before = this.dwords.slice();
    const result = act();
    this.implementation.peekInto(this.dwords);
    this.countMaskEdges(before);
    if (this.machine !== undefined) this.compareMachine(this.machine, events);
    return result;
  }

  private countMaskEdges(before: Uint32Array): void {
    for (let at = 4; at <= 4 * this.survey.geometry.vectorCount; at += 4) {
      if (before[at] === this.dwords[at]) continue;
      if (this.dwords[at] === 0) this.edges.unmask++;
      else this.edges.mask++;
    }
  }

  private compareMachine(machine: ReplayMachine, events: readonly string[]): void {
    this.comparisons.machine++;
    const expected = machine.take(events);
    if (expected.join(' ') !== this.outputs.join(' ')) {
      this.disagree(
        `The machine does ${tellOutputs(expected)}.`,
        `The implementation does ${tellOutputs(this.outputs)}.`,
      );
    }
    const at = machine.dwords.findIndex((dword, index) => dword !== this.dwords[index]);
    if (at < 0) return;
    const where = dwordName(at, this.survey.geometry.vectorCount);
    this.disagree(
      `In the machine, ${where} is then ${hex(machine.dwords[at])}.`,
      `In the implementation, ${where} is then ${hex(this.dwords[at])}.`,
    );
  }

  private compareRead(where: string, expected: readonly number[], got: readonly number[]): void {
    this.comparisons.implementation++;
    if (expected.every((dword, index) => dword === got[index])) return;
    const differs = expected[0] === got[0] ? 1 : 0;
    const part = differs === 1 ? ', in the upper dword' : '';
    this.disagree(
      `The guest read ${hex(expected[differs])} at ${where}${part}.`,
      `The implementation returns ${hex(got[differs])}.`,
    );
  }

  private disagree(expected: string, got: string): void {
    this.disagreementCount++;
    if (this.disagreements.length === DISAGREEMENTS_KEPT) return;
    this.disagreements.push({ line: this.number, text: this.text, expected, got });
  }

  // ---- Lines that say more than an access

  /** QEMU's view, compared with both. */
  private takeView({ enabled, masked }: ViewLine): void {
    const writable = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;
    const expected = (enabled ? registers.CONTROL_ENABLE : 0) | (masked ? registers.CONTROL_FUNCTION_MASK : 0);
    const compare = (who: string, messageControl: number): void => {
      if ((messageControl & writable) === expected) return;
      const want = `QEMU has MSI-X ${expected & registers.CONTROL_ENABLE ? 'enabled' : 'disabled'}`;
      this.disagree(
        `${want}, with Function Mask ${masked ? 'set' : 'clear'}.`,
        `Message Control of the ${who} is ${hex(messageControl)}.`,
      );
    };
    this.comparisons.implementation++;
    compare('implementation', this.implementation.messageControl);
    if (this.machine === undefined) return;
    this.comparisons.machine++;
    compare('machine', this.machine.dwords[0]);
  }

  /**
   * A read of the Pending Bit Array, which shows what the device has done: a bit set of a blocked vector was a signal, a
   * bit clear that we have set was retired. Whatever else it shows must be so already.
   */
  private takePbaRead(access: StructureAccess): void {
    const { offset, bytes, low, high } = access;
    const { vectorCount } = this.survey.geometry;
    const first = 8 * offset;
    for (let vector = first; vector < Math.min(first + 8 * bytes, vectorCount); vector++) {
      const shown = (((vector - first < 32 ? low : high) >>> ((vector - first) & 31)) & 1) !== 0;
      const held = isPending(this.dwords, vectorCount, vector);
      if (shown && !held && this.inForce[vector] === undefined) {
        this.inferred.signals++;
        this.step(() => this.implementation.signal(vector), [alphabet.signal(vector)]);
      } else if (!shown && held) {
        this.inferred.retirements++;
        this.step(() => this.implementation.retire(vector), [alphabet.retire(vector)]);
      }
    }
    const got = this.step(() => this.implementation.pbaRead(offset, bytes), []);
    const gotHigh = bytes === 8 ? this.implementation.readHigh : 0;
    this.compareRead(`offset ${offset} of the Pending Bit Array`, [low, high], [got, gotHigh]);
  }

  private takeMessage({ addressLow, addressHigh, data }: MessageAccess): void {
    const name = messageName(addressLow, addressHigh, data);
    if (!this.entries.has(name)) return this.takeForeign(name);
    this.comparisons.implementation++;
    const owed = this.owed.findIndex((message) => message.name === name);
    if (owed >= 0) {
      this.owed.splice(owed, 1);
      return count(this.explained, name);
    }
    const vector = this.inForce.indexOf(name);
    if (vector < 0) {
      return this.disagree(`The message ${name} left.`, `No vector can send it: ${tellVectors(this.inForce)}.`);
    }
    this.inferred.signals++;
    this.stepSending(() => this.implementation.signal(vector), [alphabet.signal(vector)]);
    if (this.outputs.join(' ') === `send.${vector}.${name}`) return count(this.explained, name);
    this.disagree(`The message ${name} left.`, `The implementation, signalled, does ${tellOutputs(this.outputs)}.`);
  }

  private takeForeign(name: string): void {
    if (this.others !== undefined && !this.others.has(name)) {
      return this.disagree(
        `Every message is one of an entry of the table, or of another device that is known.`,
        `The message ${name} is neither.`,
      );
    }
    count(this.foreign, name);
  }

  /** QEMU sends while it performs an access: what an access must send stands in the log before the next one. */
  private collectOwed(): void {
    for (const { name, vector, line } of this.owed) {
      this.disagree(`Vector ${vector} sent ${name} after line ${line}, before this one.`, 'There is no such message.');
    }
    this.owed = [];
  }
}

/** Why there can be no machine for a trace; undefined when there can. */
function machineRefusal(vectorCount: number, messageCount: number): string | undefined {
  if (messageCount > MACHINE_MESSAGES_MAX) {
    return `The machine is not stepped: the table held ${messageCount} different messages, more than ${MACHINE_MESSAGES_MAX}.`;
  }
  if (vectorCount > MACHINE_VECTORS_MAX) {
    return `The machine is not stepped: the function has ${vectorCount} vectors, more than ${MACHINE_VECTORS_MAX}.`;
  }
  return undefined;
}

function createImplementation(
  Implementation: typeof MsixFunction,
  geometry: Geometry,
  calls: Pick<MsixFunctionOptions, 'send' | 'use' | 'release'>,
): MsixFunction {
  const { device, capability: _, ...options } = geometry;
  try {
    return new Implementation({ ...options, ...calls });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ReplayError(`The trace shows ${device} with a geometry that no function has. ${error.message}`, {
      cause: error,
    });
  }
}

function count(tally: Map<string, number>, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}

function tallies(tally: ReadonlyMap<string, number>): Tallies {
  return Object.fromEntries([...tally].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Tells which vectors are not blocked, and with which message. */
function tellVectors(inForce: readonly (string | undefined)[]): string {
  const each = inForce.flatMap((name, vector) => (name === undefined ? [] : [`vector ${vector} with ${name}`]));
  return each.length === 0 ? 'all are blocked' : `not blocked are ${each.join(', ')}`;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
