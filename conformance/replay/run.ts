/**
 * One run over a trace: each line is driven through the implementation and through the machine, compared, and counted.
 *
 * What a device does is not in the log, so it is inferred: a signal just before each message of the function, a signal
 * or a retirement before a read of the Pending Bit Array that shows one.
 */
import { hex } from '../device/hexadecimal.ts';
import * as alphabet from '../../machines/alphabet.ts';
import { MsixFunction, type MsixFunctionOptions } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import { controlEvents, Entries, messageName, writeEvents } from './events.ts';
import type { Access, CapabilityAccess, Geometry, MessageAccess, StructureAccess } from './geometry.ts';
import { type InterruptLine, ReplayError, type SignalLine, type UseLine, type ViewLine } from './lines.ts';
import type { Sorter } from './geometry.ts';
import { ENTRIES_KEPT } from './events.ts';
import { pageOf, type Survey } from './survey.ts';
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
  readonly accesses: Readonly<Record<CountedKind | 'elsewhere', number>>;
  /** Lines of other trace events, and whatever else stood between. */
  readonly passedOver: number;
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
    /** Messages that entries of the table have been, and that no vector could send: nobody knows whose they are. */
    readonly unattributed: Tallies;
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

type CountedKind =
  | 'configRead'
  | 'configWrite'
  | 'tableRead'
  | 'tableWrite'
  | 'pbaRead'
  | 'pbaWrite'
  | 'view'
  | 'message'
  | 'reset';

/** What came of a replay. */
export interface Replay {
  /** `n/a` where nothing of the function's own was seen to hold. */
  readonly verdict: 'holds' | 'violated' | 'n/a';
  /** Why there is no answer, as a sentence; undefined when there is one. */
  readonly reason: string | undefined;
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
  /** Called with what happens to vectors, in order. */
  readonly watch?: (happening: Happening) => void;
}

/** Something that happens to a vector, for who asks why an interrupt did not come. */
export interface Happening {
  readonly line: number;
  readonly text: string;
  readonly kind: 'message' | 'stale' | 'signal' | 'lost' | 'disagreement' | 'state';
  /** Undefined where it concerns all vectors. */
  readonly vector?: number;
  readonly message?: string;
  /** Of a disagreement: the line that it comes from, where that is not the line at which it shows. */
  readonly from?: number;
  /** A disagreement, as sentences. */
  readonly sentence?: string;
  /** What has changed: the state after it. */
  readonly state?: VectorsState;
}

/** The state of all vectors, as dwords of the guest, and what else a message needs. */
export interface VectorsState {
  readonly dwords: Uint32Array;
  readonly mayMaster: boolean;
}

/** Tallies are bounded, whatever the log holds. */
const TALLIES_KEPT = 10_000;
const DISAGREEMENTS_KEPT = 100;

/** A message that left the implementation, and has not been seen in the log yet. */
interface OwedMessage {
  readonly name: string;
  readonly vector: number;
  readonly line: number;
}

interface ToldSignal {
  readonly line: number;
  readonly text: string;
  /** Whether the vector could send at the access before this one. */
  readonly sendable: boolean;
}

/** Where the messages of x86 go. */
const X86_PAGE = 0xfee;

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
  private readonly unattributed = new Map<string, number>();
  private readonly watch: RunOptions['watch'];
  private readonly sorter: Sorter;
  private passedOver = 0;
  private capped = false;
  private maybeReset = false;
  private mayMaster = true;
  /** Signals that the device told of, and that no message has followed yet, by vector. */
  private readonly told = new Map<number, ToldSignal>();
  /** Signals that nothing followed: faults, if the device tells every one of its signals, which its messages show. */
  private readonly unanswered: (Disagreement & { readonly vector: number })[] = [];
  private readonly signals = { answered: 0, untold: 0 };
  /** Offsets of the table, and -1 for Message Control, that a log which begins late has shown or written. */
  private readonly shown = new Set<number>();
  private readonly disagreements: Disagreement[] = [];
  private disagreementCount = 0;

  constructor(survey: Survey, sorter: Sorter, { others, Implementation = MsixFunction, events, watch }: RunOptions) {
    this.sorter = sorter;
    this.watch = watch;
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

  /** Takes a line of another kind. */
  passOver(): void {
    this.passedOver++;
  }

  /** Takes one line. */
  take(access: Access | undefined, number: number, text: string): void {
    this.number = number;
    this.text = text;
    if (this.mayMaster !== this.sorter.mayMaster) {
      this.mayMaster = this.sorter.mayMaster;
      this.tellState();
    }
    if (access === undefined) return void this.accesses.elsewhere++;
    switch (access.kind) {
      case 'message':
        return this.takeMessage(access);
      case 'signal':
        return this.takeSignal(access);
      case 'interruptOf':
        return this.takeInterrupt(access);
      case 'useOf':
        return this.takeUse(access);
      case 'maybeReset':
        this.maybeReset = true;
        return;
    }
    this.accesses[access.kind]++;
    if (access.kind === 'view') return this.takeView(access);
    this.collectOwed();
    if (this.survey.late) this.adopt(access);
    switch (access.kind) {
      case 'configRead':
        return this.takeConfigRead(access);
      case 'configWrite': {
        const { offset, bytes, value } = access;
        const events = controlEvents(offset, bytes, value);
        if (events.length > 0) this.maybeReset = false;
        return void this.step(() => this.implementation.configWrite(offset, bytes, value), events);
      }
      case 'tableRead': {
        const { offset, bytes, low, high } = access;
        let got = this.step(() => this.implementation.tableRead(offset, bytes), []);
        if (this.maybeReset && got !== low) {
          this.reset();
          got = this.step(() => this.implementation.tableRead(offset, bytes), []);
        }
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
        return this.reset();
    }
  }

  private reset(): void {
    this.maybeReset = false;
    this.told.clear();
    this.entries.clear();
    this.step(() => this.implementation.reset(), [alphabet.RESET]);
  }

  /** A read of the capability. Where the log does not tell its width, any that explains the value will do. */
  private takeConfigRead({ offset, bytes, exact, value }: CapabilityAccess): void {
    const read = (width: number): number => this.step(() => this.implementation.configRead(offset, width), []);
    let got = read(bytes);
    if (got !== value && this.maybeReset) {
      const before = this.implementation.messageControl;
      if (before !== (before & registers.CONTROL_TABLE_SIZE)) {
        this.reset();
        got = read(bytes);
      }
    }
    if (got !== value && !exact) {
      const widths = [1, 2, 4].filter(
        (width) => width !== bytes && (offset % 4) + width <= 4 && value < 2 ** (8 * width),
      );
      for (const width of widths) if (this.implementation.configRead(offset, width) === value) got = value;
    }
    this.compareRead(`offset ${offset} of the capability`, [value], [got]);
  }

  /** Where the log begins late, the first read of a register tells what was in it. */
  private adopt(
    access: Exclude<Access, { readonly kind: 'message' | 'view' | 'signal' | 'interruptOf' | 'useOf' | 'maybeReset' }>,
  ): void {
    if (access.kind === 'configRead' || access.kind === 'configWrite') {
      const { offset, bytes, value } = access;
      const events = controlEvents(offset, bytes, value);
      if (events.length === 0 || this.shown.has(-1)) return;
      this.shown.add(-1);
      if (access.kind === 'configRead') this.step(() => this.implementation.configWrite(offset, bytes, value), events);
    } else if (access.kind === 'tableRead' || access.kind === 'tableWrite') {
      const { offset, bytes, low, high } = access;
      if (bytes < 4 || offset % 4 !== 0) return;
      for (const [index, value] of (bytes === 8 ? [low, high] : [low]).entries()) {
        const at = offset + 4 * index;
        if (this.shown.has(at)) continue;
        this.shown.add(at);
        if (access.kind === 'tableWrite') continue;
        const events = writeEvents(this.entries, { kind: 'tableWrite', offset: at, bytes: 4, low: value, high: 0 });
        this.step(() => this.implementation.tableWrite(at, 4, value, 0), events);
      }
    }
  }

  /** Ends the run. */
  finish(): Replay {
    this.collectOwed();
    this.accuseUnanswered();
    const verdict = this.verdict();
    return {
      ...verdict,
      geometry: this.survey.geometry,
      figures: {
        lines: this.survey.lines,
        accesses: this.accesses,
        comparisons: this.comparisons,
        passedOver: this.passedOver,
        messages: {
          explained: tallies(this.explained),
          others: tallies(this.foreign),
          unattributed: tallies(this.unattributed),
        },
        edges: this.edges,
        inferred: this.inferred,
      },
      machine: this.machineResult,
      disagreements: this.disagreements,
      disagreementCount: this.disagreementCount,
      limits: this.limits(),
    };
  }

  /** Where every message had its signal, the device tells them all, and a signal without a message is a fault. */
  private accuseUnanswered(): void {
    if (this.signals.untold > 0 || this.signals.answered === 0) return;
    for (const { vector, ...each } of this.unanswered.slice(0, DISAGREEMENTS_KEPT)) {
      [this.number, this.text] = [each.line, each.text];
      this.disagree(each.expected, each.got, vector);
    }
    this.disagreements.sort((a, b) => a.line - b.line);
  }

  /** Without a message of the function's own, or a read that was compared, nothing has been shown to hold. */
  private verdict(): Pick<Replay, 'verdict' | 'reason'> {
    if (this.disagreementCount > 0) return { verdict: 'violated', reason: undefined };
    if (this.explained.size > 0) return { verdict: 'holds', reason: undefined };
    const seen = this.survey.visible.size > 0;
    return {
      verdict: 'n/a',
      reason: seen
        ? 'No message of the function stands in the log, so nothing was sent that could have been compared. What was read agrees.'
        : 'No message stands in the log: with KVM and irqfd none passes through QEMU. What was read agrees; record with ' +
          '-accel tcg, or -accel kvm,kernel-irqchip=off, to see messages.',
    };
  }

  private limits(): string[] {
    const known = this.others !== undefined;
    const { signals, late, cutOff, overflowed } = this.survey;
    const limits = [];
    if (!signals || this.signals.untold > 0) {
      limits.push(
        'A signal is inferred from the message that followed it, so a message that is missing does not show.',
      );
    }
    if (!known) limits.push('The messages of other devices are not known, so one of them may be a wrong one of ours.');
    if (this.unattributed.size > 0) {
      limits.push(
        'Messages are unattributed: entries of the table were them once, no vector could send them then, and nobody else is known to.',
      );
    }
    if (late) limits.push('The log begins late: the first read of each register tells what it held.');
    if (cutOff) limits.push('The last line was cut off, and passed over.');
    if (overflowed)
      limits.push(`The table held more messages than ${ENTRIES_KEPT}; those beyond are taken for other devices'.`);
    if (this.capped) limits.push(`More than ${TALLIES_KEPT} different messages; those beyond are not tallied.`);
    if ('notApplicable' in this.machineResult) limits.push(this.machineResult.notApplicable);
    return limits;
  }

  // ---- Steps

  /** Does the same to the implementation and to the machine, and compares what they put out and what they are then. */
  private step<Result>(act: () => Result, events: readonly string[]): Result {
    const result = this.stepSending(act, events);
    for (const output of this.outputs) {
      const { verb, vector, message } = alphabet.readOutput(output);
      if (verb === 'send') this.owe(message ?? '', vector);
    }
    return result;
  }

  /**
   * A message has left, and must stand in the log; unless none to such an address does, or Bus Master Enable is clear and it is lost.
   */
  private owe(name: string, vector: number): void {
    if (!this.mayMaster) return this.happen({ kind: 'lost', vector, message: name });
    if (this.seesMessages(vector)) this.owed.push({ name, vector, line: this.number });
  }

  private happen(happening: Omit<Happening, 'line' | 'text'>): void {
    this.watch?.({ line: this.number, text: this.text, ...happening });
  }

  private tellState(): void {
    if (this.watch === undefined) return;
    this.happen({ kind: 'state', state: { dwords: this.dwords.slice(), mayMaster: this.mayMaster } });
  }

  /** Like `step`, where what is sent is accounted for by the caller. */
  private stepSending<Result>(act: () => Result, events: readonly string[]): Result {
    this.outputs = [];
    this.tellEvents?.(events);
    const before = this.dwords.slice();
    const result = act();
    this.implementation.peekInto(this.dwords);
    this.countMaskEdges(before);
    if (this.watch !== undefined && before.some((dword, at) => dword !== this.dwords[at])) this.tellState();
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

  /** `from` is the line that the message was due after, where that is another. */
  private disagree(expected: string, got: string, vector?: number, from?: number): void {
    this.disagreementCount++;
    if (this.watch !== undefined) {
      this.happen({
        kind: 'disagreement',
        sentence: `${got} ${expected}`,
        ...(vector === undefined ? {} : { vector }),
        ...(from === undefined ? {} : { from }),
      });
    }
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

  private takeMessage({ addressLow, addressHigh, data, certain }: MessageAccess): void {
    if (!certain && !this.entries.hasAddress(addressLow)) return void this.accesses.elsewhere++;
    const name = messageName(addressLow, addressHigh, data);
    if (!this.entries.has(name)) {
      if (!certain) return void this.accesses.elsewhere++;
      this.accesses.message++;
      return this.takeForeign(name);
    }
    this.accesses.message++;
    this.comparisons.implementation++;
    const owed = this.owed.findIndex((message) => message.name === name);
    if (owed >= 0) {
      const [{ vector }] = this.owed.splice(owed, 1);
      return this.explain(name, vector);
    }
    const vector = this.mayMaster ? this.inForce.indexOf(name) : -1;
    if (vector < 0) return this.takeUnsendable(name);
    this.inferred.signals++;
    this.stepSending(() => this.implementation.signal(vector), [alphabet.signal(vector)]);
    if (this.outputs.join(' ') === `send.${vector}.${name}`) return this.explain(name, vector);
    this.disagree(
      `The message ${name} left.`,
      `The implementation, signalled, does ${tellOutputs(this.outputs)}.`,
      vector,
    );
  }

  private explain(name: string, vector: number): void {
    this.tally(this.explained, name);
    if (this.told.delete(vector)) this.signals.answered++;
    else this.signals.untold++;
    if (this.watch !== undefined) this.happen({ kind: 'message', vector, message: name });
  }

  /**
   * A message that entries have been, and that no vector can send now. Guests give messages to others, so it may be somebody else's; it
   * is the function's for certain only while it is enabled and a blocked entry holds just this.
   */
  private takeUnsendable(name: string): void {
    if (this.watch !== undefined) this.happen({ kind: 'stale', message: name });
    const enabled = (this.dwords[0] & registers.CONTROL_ENABLE) !== 0 && this.mayMaster;
    const held = enabled && this.entries.holds(name);
    if (this.sorter.elsewhere.knows(name)) return this.tally(this.foreign, name);
    const accused = (): void =>
      this.disagree(
        `The message ${name} left.`,
        `No vector can send it: ${tellVectors(this.inForce)}.`,
        this.holderOf(name),
      );
    if (this.others !== undefined) return held || !this.others.has(name) ? accused() : this.tally(this.foreign, name);
    if (this.foreign.has(name)) return this.tally(this.foreign, name);
    return held ? accused() : this.tally(this.unattributed, name);
  }

  private holderOf(name: string): number | undefined {
    for (let vector = 0; vector < this.survey.geometry.vectorCount; vector++) {
      if (this.entries.nameOf(vector) === name) return vector;
    }
    return undefined;
  }

  private tally(tally: Map<string, number>, name: string): void {
    const count = tally.get(name);
    if (count === undefined && tally.size === TALLIES_KEPT) this.capped = true;
    else tally.set(name, (count ?? 0) + 1);
  }

  private takeForeign(name: string): void {
    if (this.others !== undefined && !this.others.has(name) && !this.sorter.elsewhere.knows(name)) {
      return this.disagree(
        `Every message is one of an entry of the table, or of another device that is known.`,
        `The message ${name} is neither.`,
      );
    }
    this.tally(this.foreign, name);
  }

  // ---- What a device, or QEMU for an assigned device, tells of itself

  /** The device signals a vector: what the function sends then must follow. */
  private takeSignal({ vector }: SignalLine): void {
    this.accesses.elsewhere++;
    if (vector >= this.survey.geometry.vectorCount) return;
    this.happen({ kind: 'signal', vector });
    if ((this.dwords[0] & registers.CONTROL_ENABLE) === 0 || !this.mayMaster) return;
    if (!this.told.has(vector)) {
      this.told.set(vector, { line: this.number, text: this.text, sendable: this.inForce[vector] !== undefined });
    }
  }

  /** By the next access, a signal of a vector that is not blocked has sent its message. */
  private collectTold(): void {
    for (const [vector, signal] of this.told) {
      const name = this.inForce[vector];
      if (name === undefined) continue;
      if (!signal.sendable) {
        // Unblocked by the last access: what was pending leaves now, before the next one.
        this.told.set(vector, { ...signal, sendable: true });
        continue;
      }
      this.told.delete(vector);
      if (!this.seesMessages(vector)) continue;
      this.unanswered.push({
        line: signal.line,
        text: signal.text,
        vector,
        expected: `Vector ${vector} is signalled, and sends ${name} before line ${this.number}.`,
        got: 'There is no such message.',
      });
    }
  }

  /** Whether a message of this vector would stand in the log. */
  private seesMessages(vector: number): boolean {
    const page = pageOf(this.dwords[1 + 4 * vector]);
    return this.survey.visible.has(page) || (this.others !== undefined && page === X86_PAGE);
  }

  /** QEMU tells the vector and the message of an interrupt of an assigned device. */
  private takeInterrupt({ vector, address, data }: InterruptLine): void {
    this.accesses.message++;
    if (vector >= this.survey.geometry.vectorCount) return;
    const name = messageName(address % 2 ** 32, Math.floor(address / 2 ** 32), data);
    this.comparisons.implementation++;
    const inForce = this.inForce[vector];
    if (inForce !== name) {
      return this.disagree(
        `Vector ${vector} sent ${name}.`,
        inForce === undefined ? `It is blocked.` : `Its message is ${inForce}.`,
        vector,
      );
    }
    this.inferred.signals++;
    this.stepSending(() => this.implementation.signal(vector), [alphabet.signal(vector)]);
    this.explain(name, vector);
  }

  /** A vector of an assigned device is used when it is unmasked first. */
  private takeUse(_line: UseLine): void {
    this.accesses.elsewhere++;
  }

  /** QEMU sends while it performs an access: what an access must send stands in the log before the next one. */
  private collectOwed(): void {
    if (this.told.size > 0) this.collectTold();
    for (const { name, vector, line } of this.owed) {
      this.disagree(
        `Vector ${vector} sent ${name} after line ${line}, before this one.`,
        'There is no such message.',
        vector,
        line,
      );
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

function tallies(tally: ReadonlyMap<string, number>): Tallies {
  return Object.fromEntries([...tally].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Tells which vectors are not blocked, and with which message. */
function tellVectors(inForce: readonly (string | undefined)[]): string {
  const each = inForce.flatMap((name, vector) => (name === undefined ? [] : [`vector ${vector} with ${name}`]));
  return each.length === 0 ? 'all are blocked' : `not blocked are ${each.join(', ')}`;
}
