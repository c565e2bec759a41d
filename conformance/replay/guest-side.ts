/**
 * What the guest does in a run: reads, writes and resets of the function. What a read shows is compared; and where it shows what the device has
 * done meanwhile, or what was before the log, that is taken from it.
 */
import * as alphabet from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import { isPending } from '../device/readback.ts';
import type { CapabilityAccess, StructureAccess } from './access.ts';
import { controlEvents, type Entries, writeEvents } from './events.ts';
import { FirstSight } from './first-sight.ts';
import type { Ledger } from './ledger.ts';
import type { Rewritten } from './rewritten.ts';
import type { Steps } from './steps.ts';
import type { Survey } from './survey.ts';

/** An access that a guest makes of the function, or a reset. */
export type GuestAccess = CapabilityAccess | StructureAccess | { readonly kind: 'reset' };

/** Takes the accesses of a guest. */
export class GuestSide {
  /** What the device must have done, to judge by what the guest read. */
  readonly inferred = { signals: 0, retirements: 0 };
  private readonly survey: Survey;
  private readonly steps: Steps;
  private readonly ledger: Ledger;
  private readonly entries: Entries;
  private readonly rewritten: Rewritten;
  private mayBeReset = false;
  private readonly firstSight = new FirstSight();

  constructor(survey: Survey, steps: Steps, ledger: Ledger, entries: Entries, rewritten: Rewritten) {
    this.survey = survey;
    this.rewritten = rewritten;
    this.steps = steps;
    this.ledger = ledger;
    this.entries = entries;
  }

  /** Before the first line: what is known of Message Control. */
  begin(): void {
    const { firstControl: value } = this.survey;
    if (value === undefined) return;
    const { implementation } = this.steps.pair;
    this.steps.step(() => implementation.configWrite(2, 2, value), controlEvents(2, 2, value));
  }

  /**
   * The function was reset, or one like it: the next read of it tells. What was pending may be lost; where it is not, its message, or a read,
   * shows that it was signalled.
   */
  maybeReset(): void {
    const { steps } = this;
    const { vectorCount } = this.survey.geometry;
    this.mayBeReset = true;
    steps.signals.clear();
    for (let vector = 0; vector < vectorCount; vector++) {
      if (isPending(steps.pair.dwords, vectorCount, vector)) this.retire(vector);
    }
  }

  take(access: GuestAccess): void {
    if (this.survey.late) this.adopt(access);
    const { implementation } = this.steps.pair;
    switch (access.kind) {
      case 'configRead':
        return this.takeConfigRead(access);
      case 'configWrite': {
        const { offset, bytes, value } = access;
        const events = controlEvents(offset, bytes, value);
        if (events.length > 0) this.mayBeReset = false;
        this.steps.step(() => implementation.configWrite(offset, bytes, value), events);
        if (!this.steps.pair.isSendable) this.rewritten.clear();
        return;
      }
      case 'tableRead':
        return this.takeTableRead(access);
      case 'tableWrite': {
        const { offset, bytes, low, high } = access;
        const events = writeEvents(this.entries, access);
        this.steps.step(() => implementation.tableWrite(offset, bytes, low, high), events);
        return this.noteWrite(offset);
      }
      case 'pbaRead':
        return this.takePbaRead(access);
      case 'pbaWrite': {
        const { offset, bytes, low, high } = access;
        return void this.steps.step(() => implementation.pbaWrite(offset, bytes, low, high), []);
      }
      case 'reset':
        return this.reset();
    }
  }

  /** A write of an entry comes into force at the next unmask, or, while the vector is not blocked, whenever the function likes. */
  private noteWrite(offset: number): void {
    //= MSIX-MSG-1
    const vector = Math.floor(offset / registers.ENTRY_BYTES);
    const isBlocked = this.steps.pair.inForce[vector] === undefined;
    if (isBlocked || offset % registers.ENTRY_BYTES < registers.ENTRY_VECTOR_CONTROL_OFFSET) {
      this.rewritten.take(vector, isBlocked);
    }
  }

  private reset(): void {
    const { steps, ledger } = this;
    this.mayBeReset = false;
    steps.signals.clear();
    this.entries.clear();
    this.rewritten.clear();
    ledger.happen({ kind: 'reset' });
    steps.step(() => steps.pair.implementation.reset(), [alphabet.RESET]);
  }

  /** A read of the capability. Where the log does not tell its width, any that explains the value will do. */
  private takeConfigRead({ offset, bytes, exact, value }: CapabilityAccess): void {
    const { implementation } = this.steps.pair;
    const read = (width: number): number => this.steps.step(() => implementation.configRead(offset, width), []);
    let got = read(bytes);
    if (got !== value && this.mayBeReset) {
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
    this.ledger.compareRead(`offset ${offset} of the capability`, [value], [got]);
  }

  private takeTableRead({ offset, bytes, low, high }: StructureAccess): void {
    const { implementation } = this.steps.pair;
    const read = (): number => this.steps.step(() => implementation.tableRead(offset, bytes), []);
    let got = read();
    if (this.mayBeReset && got !== low) {
      this.reset();
      got = read();
    }
    const gotHigh = bytes === 8 ? implementation.readHigh : 0;
    const vector = Math.floor(offset / registers.ENTRY_BYTES);
    this.ledger.compareRead(`offset ${offset} of the table`, [low, high], [got, gotHigh], vector);
  }

  /**
   * A read of the Pending Bit Array, which shows what the device has done: a bit set of a blocked vector was a signal, a
   * bit clear that we have set was retired. Whatever else it shows must be so already.
   */
  private takePbaRead({ offset, bytes, low, high }: StructureAccess): void {
    const { steps, inferred } = this;
    const { implementation, inForce } = steps.pair;
    const { vectorCount } = this.survey.geometry;
    const first = 8 * offset;
    for (let vector = first; vector < Math.min(first + 8 * bytes, vectorCount); vector++) {
      const shown = (((vector - first < 32 ? low : high) >>> ((vector - first) & 31)) & 1) !== 0;
      const held = isPending(steps.pair.dwords, vectorCount, vector);
      if (shown && !held && inForce[vector] === undefined) {
        inferred.signals++;
        steps.step(() => implementation.signal(vector), [alphabet.signal(vector)]);
      } else if (!shown && held) this.retire(vector);
      if (!shown && inForce[vector] === undefined) steps.signals.retire(vector);
    }
    const got = steps.step(() => implementation.pbaRead(offset, bytes), []);
    const gotHigh = bytes === 8 ? implementation.readHigh : 0;
    const differing = got === low ? gotHigh ^ high : got ^ low;
    const vector = first + (got === low ? 32 : 0) + 31 - Math.clz32(differing & -differing);
    this.ledger.compareRead(
      `offset ${offset} of the Pending Bit Array`,
      [low, high],
      [got, gotHigh],
      vector < vectorCount ? vector : undefined,
    );
  }

  private retire(vector: number): void {
    const { steps, inferred } = this;
    inferred.retirements++;
    steps.step(() => steps.pair.implementation.retire(vector), [alphabet.retire(vector)]);
  }

  /** Where the log begins late, the first read of a register tells what was in it. */
  private adopt(access: GuestAccess): void {
    const { steps } = this;
    const { implementation } = steps.pair;
    if (access.kind === 'configRead' || access.kind === 'configWrite') {
      const { offset, bytes, value } = access;
      const events = controlEvents(offset, bytes, value);
      if (events.length === 0) return;
      steps.showsControl = true;
      if (!this.firstSight.takeControl()) return;
      if (access.kind === 'configRead') steps.step(() => implementation.configWrite(offset, bytes, value), events);
    } else if (access.kind === 'tableRead' || access.kind === 'tableWrite') {
      for (const { offset, value, events } of this.firstSight.takeTable(access, this.entries)) {
        const vector = Math.floor(offset / registers.ENTRY_BYTES);
        // What was there before the log was in force before it, too.
        const isOpen = steps.pair.inForce[vector] !== undefined;
        if (isOpen) this.setMask(vector, true);
        steps.step(() => implementation.tableWrite(offset, 4, value, 0), events);
        if (isOpen) this.setMask(vector, false);
      }
    }
  }

  private setMask(vector: number, isMasked: boolean): void {
    const { steps } = this;
    const at = registers.ENTRY_BYTES * vector + registers.ENTRY_VECTOR_CONTROL_OFFSET;
    const events = [isMasked ? alphabet.mask(vector) : alphabet.unmask(vector)];
    steps.step(() => steps.pair.implementation.tableWrite(at, 4, isMasked ? 1 : 0, 0), events);
  }
}
