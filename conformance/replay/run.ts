/**
 * One run over a trace: each line is driven through the implementation and through the machine, compared, and counted.
 *
 * What a device does is not in the log, so it is inferred: a signal just before each message of the function, a signal
 * or a retirement before a read of the Pending Bit Array that shows one.
 */
import { hex } from '../device/hexadecimal.ts';
import * as alphabet from '../../machines/alphabet.ts';
import { MsixFunction } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import { isPending } from '../device/readback.ts';
import { tellOutputs } from '../paths/story.ts';
import type { Access, CapabilityAccess, MessageAccess, StructureAccess } from './access.ts';
import { controlEvents, Entries, messageName, writeEvents } from './events.ts';
import type { InterruptLine, SignalLine, ViewLine } from './lines.ts';
import { Pair } from './pair.ts';
import type { Disagreement, Happening, Replay, ReplayFigures } from './results.ts';
import { type Accusation, Senders } from './senders.ts';
import { Signals } from './signals.ts';
import type { Sorter } from './sorter.ts';
import { pageOf, type Survey } from './survey.ts';
import { limitsOf, verdictOf } from './verdict.ts';

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
  readonly events?: (names: readonly string[], line: number) => void;
  /** Called with what happens to vectors, in order. */
  readonly watch?: (happening: Happening) => void;
}

const DISAGREEMENTS_KEPT = 100;

/** A message that left the implementation, and has not been seen in the log yet. */
interface OwedMessage {
  readonly name: string;
  readonly vector: number;
  readonly line: number;
}

/** Where the messages of x86 go. */
const X86_PAGE = 0xfee;

/** An access that a guest makes of the function, or a reset. */
type GuestAccess = CapabilityAccess | StructureAccess | { readonly kind: 'reset' };

/** The second pass, and what it counts. */
export class Run {
  private readonly survey: Survey;
  private readonly sorter: Sorter;
  private readonly watch: RunOptions['watch'];
  private readonly pair: Pair;
  private readonly senders: Senders;
  private readonly signals = new Signals();
  private readonly entries = new Entries();
  private owed: OwedMessage[] = [];

  private number = 0;
  private text = '';
  private readonly accesses: { -readonly [Kind in keyof ReplayFigures['accesses']]: number } = {
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
  /** Values read, views of QEMU's and messages, compared with the implementation; and views compared with the machine. */
  private readonly comparisons = { implementation: 0, machine: 0 };
  private readonly inferred = { signals: 0, retirements: 0 };
  private passedOver = 0;
  private maybeReset = false;
  private mayMaster = true;
  /** Offsets of the table, and -1 for Message Control, that a log which begins late has shown or written. */
  private readonly shown = new Set<number>();
  private readonly disagreements: Disagreement[] = [];
  private disagreementCount = 0;

  constructor(survey: Survey, sorter: Sorter, { others, Implementation = MsixFunction, events, watch }: RunOptions) {
    this.survey = survey;
    this.sorter = sorter;
    this.watch = watch;
    this.senders = new Senders(sorter.elsewhere, others);
    this.pair = new Pair(Implementation, survey.geometry, survey.messages, {
      disagree: (expected, got) => this.disagree(expected, got),
      changed: () => this.tellState(),
      events: events === undefined ? undefined : (names) => events(names, this.number),
    });
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
        // A vector of an assigned device is used when it is unmasked first, which QEMU decides.
        return void this.accesses.elsewhere++;
      case 'maybeReset':
        this.maybeReset = true;
        return;
      case 'view':
        this.accesses.view++;
        return this.takeView(access);
      default:
        this.accesses[access.kind]++;
        this.collectOwed();
        if (this.survey.late) this.adopt(access);
        return this.takeGuest(access);
    }
  }

  /** Ends the run. */
  finish(): Replay {
    this.collectOwed();
    for (const { vector, line, text, expected, got } of this.signals.faults) {
      [this.number, this.text] = [line, text];
      this.disagree(expected, got, vector);
    }
    this.disagreements.sort((a, b) => a.line - b.line);
    const { pair, senders, accesses, comparisons, passedOver, inferred } = this;
    return {
      ...verdictOf(this.disagreementCount, senders, this.survey),
      geometry: this.survey.geometry,
      figures: {
        lines: this.survey.lines,
        accesses,
        comparisons: { ...comparisons, machine: comparisons.machine + pair.comparisons },
        passedOver,
        messages: senders.figures,
        edges: pair.edges,
        inferred,
      },
      machine: pair.machineResult,
      disagreements: this.disagreements,
      disagreementCount: this.disagreementCount,
      limits: limitsOf(this.survey, senders, this.signals, pair.machineResult),
    };
  }

  // ---- What the guest does

  private takeGuest(access: GuestAccess): void {
    const { implementation } = this.pair;
    switch (access.kind) {
      case 'configRead':
        return this.takeConfigRead(access);
      case 'configWrite': {
        const { offset, bytes, value } = access;
        const events = controlEvents(offset, bytes, value);
        if (events.length > 0) this.maybeReset = false;
        return void this.step(() => implementation.configWrite(offset, bytes, value), events);
      }
      case 'tableRead':
        return this.takeTableRead(access);
      case 'tableWrite': {
        const { offset, bytes, low, high } = access;
        const events = writeEvents(this.entries, access);
        return void this.step(() => implementation.tableWrite(offset, bytes, low, high), events);
      }
      case 'pbaRead':
        return this.takePbaRead(access);
      case 'pbaWrite': {
        const { offset, bytes, low, high } = access;
        return void this.step(() => implementation.pbaWrite(offset, bytes, low, high), []);
      }
      case 'reset':
        return this.reset();
    }
  }

  private reset(): void {
    this.maybeReset = false;
    this.signals.clear();
    this.entries.clear();
    this.happen({ kind: 'reset' });
    this.step(() => this.pair.implementation.reset(), [alphabet.RESET]);
  }

  /** A read of the capability. Where the log does not tell its width, any that explains the value will do. */
  private takeConfigRead({ offset, bytes, exact, value }: CapabilityAccess): void {
    const { implementation } = this.pair;
    const read = (width: number): number => this.step(() => implementation.configRead(offset, width), []);
    let got = read(bytes);
    if (got !== value && this.maybeReset) {
      const before = implementation.messageControl;
      if (before !== (before & registers.CONTROL_TABLE_SIZE)) {
        this.reset();
        got = read(bytes);
      }
    }
    if (got !== value && !exact) {
      const widths = [1, 2, 4].filter(
        (width) => width !== bytes && (offset % 4) + width <= 4 && value < 2 ** (8 * width),
      );
      for (const width of widths) if (implementation.configRead(offset, width) === value) got = value;
    }
    this.compareRead(`offset ${offset} of the capability`, [value], [got]);
  }

  private takeTableRead({ offset, bytes, low, high }: StructureAccess): void {
    const { implementation } = this.pair;
    const read = (): number => this.step(() => implementation.tableRead(offset, bytes), []);
    let got = read();
    if (this.maybeReset && got !== low) {
      this.reset();
      got = read();
    }
    this.compareRead(`offset ${offset} of the table`, [low, high], [got, bytes === 8 ? implementation.readHigh : 0]);
  }

  /**
   * A read of the Pending Bit Array, which shows what the device has done: a bit set of a blocked vector was a signal, a
   * bit clear that we have set was retired. Whatever else it shows must be so already.
   */
  private takePbaRead({ offset, bytes, low, high }: StructureAccess): void {
    const { implementation, inForce } = this.pair;
    const { vectorCount } = this.survey.geometry;
    const first = 8 * offset;
    for (let vector = first; vector < Math.min(first + 8 * bytes, vectorCount); vector++) {
      const shown = (((vector - first < 32 ? low : high) >>> ((vector - first) & 31)) & 1) !== 0;
      const held = isPending(this.pair.dwords, vectorCount, vector);
      if (shown && !held && inForce[vector] === undefined) {
        this.inferred.signals++;
        this.step(() => implementation.signal(vector), [alphabet.signal(vector)]);
      } else if (!shown && held) {
        this.inferred.retirements++;
        this.step(() => implementation.retire(vector), [alphabet.retire(vector)]);
      }
    }
    const got = this.step(() => implementation.pbaRead(offset, bytes), []);
    const gotHigh = bytes === 8 ? implementation.readHigh : 0;
    this.compareRead(`offset ${offset} of the Pending Bit Array`, [low, high], [got, gotHigh]);
  }

  /** Where the log begins late, the first read of a register tells what was in it. */
  private adopt(access: GuestAccess): void {
    const { implementation } = this.pair;
    if (access.kind === 'configRead' || access.kind === 'configWrite') {
      const { offset, bytes, value } = access;
      const events = controlEvents(offset, bytes, value);
      if (events.length === 0 || this.shown.has(-1)) return;
      this.shown.add(-1);
      if (access.kind === 'configRead') this.step(() => implementation.configWrite(offset, bytes, value), events);
    } else if (access.kind === 'tableRead' || access.kind === 'tableWrite') {
      const { offset, bytes, low, high } = access;
      if (bytes < 4 || offset % 4 !== 0) return;
      for (const [index, value] of (bytes === 8 ? [low, high] : [low]).entries()) {
        const at = offset + 4 * index;
        if (this.shown.has(at)) continue;
        this.shown.add(at);
        if (access.kind === 'tableWrite') continue;
        const events = writeEvents(this.entries, { kind: 'tableWrite', offset: at, bytes: 4, low: value, high: 0 });
        this.step(() => implementation.tableWrite(at, 4, value, 0), events);
      }
    }
  }

  // ---- Messages

  private takeMessage({ addressLow, addressHigh, data, certain }: MessageAccess): void {
    if (!certain && !this.entries.hasAddress(addressLow)) return void this.accesses.elsewhere++;
    const name = messageName(addressLow, addressHigh, data);
    if (!this.entries.has(name)) {
      if (!certain) return void this.accesses.elsewhere++;
      this.accesses.message++;
      return this.accuse(this.senders.takeForeign(name));
    }
    this.accesses.message++;
    this.comparisons.implementation++;
    const owed = this.owed.findIndex((message) => message.name === name);
    if (owed >= 0) {
      const [{ vector }] = this.owed.splice(owed, 1);
      return this.explain(name, vector);
    }
    const { pair } = this;
    const vector = this.mayMaster ? pair.inForce.indexOf(name) : -1;
    if (vector < 0) {
      const enabled = pair.enabled && this.mayMaster;
      const whose = this.senders.takeUnsendable(name, this.entries, enabled, pair.inForce);
      if (this.watch !== undefined && whose !== 'foreign') this.happen({ kind: 'stale', message: name });
      return typeof whose === 'string' ? undefined : this.accuse(whose);
    }
    this.inferred.signals++;
    pair.step(() => pair.implementation.signal(vector), [alphabet.signal(vector)]);
    if (pair.outputs.length === 1 && pair.outputs[0] === `send.${vector}.${name}`) return this.explain(name, vector);
    this.disagree(
      `The message ${name} left.`,
      `The implementation, signalled, does ${tellOutputs(pair.outputs)}.`,
      vector,
    );
  }

  private explain(name: string, vector: number): void {
    this.senders.takeOwn(name);
    this.signals.answer(vector);
    if (this.watch !== undefined) this.happen({ kind: 'message', vector, message: name });
  }

  private accuse(accusation: Accusation | undefined): void {
    if (accusation !== undefined) this.disagree(accusation.expected, accusation.got, accusation.vector);
  }

  /** Whether a message of this vector would stand in the log. */
  private seesMessages(vector: number): boolean {
    const page = pageOf(this.pair.dwords[1 + 4 * vector]);
    return this.survey.visible.has(page) || (this.senders.knowsOthers && page === X86_PAGE);
  }

  // ---- What a device, or QEMU, tells of itself

  /** The device signals a vector: what the function sends then must follow. */
  private takeSignal({ vector }: SignalLine): void {
    this.accesses.elsewhere++;
    if (vector >= this.survey.geometry.vectorCount) return;
    this.happen({ kind: 'signal', vector });
    if (!this.pair.enabled || !this.mayMaster) return;
    const inForce = this.pair.inForce[vector];
    this.signals.take(vector, this.number, this.text, inForce, (each) => this.seesMessages(each));
  }

  /** QEMU tells the vector and the message of an interrupt of an assigned device. */
  private takeInterrupt({ vector, address, data }: InterruptLine): void {
    this.accesses.message++;
    if (vector >= this.survey.geometry.vectorCount) return;
    const name = messageName(address % 2 ** 32, Math.floor(address / 2 ** 32), data);
    this.comparisons.implementation++;
    const { pair } = this;
    const inForce = pair.inForce[vector];
    if (inForce !== name) {
      return this.disagree(
        `Vector ${vector} sent ${name}.`,
        inForce === undefined ? `It is blocked.` : `Its message is ${inForce}.`,
        vector,
      );
    }
    this.inferred.signals++;
    pair.step(() => pair.implementation.signal(vector), [alphabet.signal(vector)]);
    this.explain(name, vector);
  }

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
    compare('implementation', this.pair.implementation.messageControl);
    const { machine } = this.pair;
    if (machine === undefined) return;
    this.comparisons.machine++;
    compare('machine', machine.dwords[0]);
  }

  // ---- Steps

  /** Does the same to both; what leaves must stand in the log. */
  private step<Result>(act: () => Result, events: readonly string[]): Result {
    const { pair } = this;
    const result = pair.step(act, events);
    if (pair.outputs.length > 0) for (const { vector, name } of pair.sent()) this.owe(name, vector);
    return result;
  }

  /**
   * A message has left, and must stand in the log; unless none to such an address does, or Bus Master Enable is clear and it is lost.
   */
  private owe(name: string, vector: number): void {
    if (!this.mayMaster) return this.happen({ kind: 'lost', vector, message: name });
    if (this.seesMessages(vector)) this.owed.push({ name, vector, line: this.number });
  }

  /** QEMU sends while it performs an access: what an access must send stands in the log before the next one. */
  private collectOwed(): void {
    this.signals.collect(this.number, this.pair.inForce, (vector) => this.seesMessages(vector));
    if (this.owed.length === 0) return;
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

  private happen(happening: Omit<Happening, 'line' | 'text'>): void {
    this.watch?.({ line: this.number, text: this.text, ...happening });
  }

  private tellState(): void {
    if (this.watch === undefined) return;
    this.happen({ kind: 'state', state: { dwords: this.pair.dwords.slice(), mayMaster: this.mayMaster } });
  }
}
