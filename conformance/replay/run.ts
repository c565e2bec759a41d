/**
 * One run over a trace: each line is driven through the implementation and through the machine, compared, and counted. Owns the order; what the
 * guest does is `guest-side.ts`, what the device does `device-side.ts`, what must follow a step `steps.ts`, what is written down `ledger.ts`.
 */
import { MsixFunction } from '../../src/index.ts';
import type { Access } from './access.ts';
import { DeviceSide } from './device-side.ts';
import { Entries } from './events.ts';
import { GuestSide } from './guest-side.ts';
import { Ledger } from './ledger.ts';
import type { Happening, Replay, ReplayFigures } from './results.ts';
import { Rewritten } from './rewritten.ts';
import { Senders } from './senders.ts';
import type { Sorter } from './sorter.ts';
import { Steps } from './steps.ts';
import type { Survey } from './survey.ts';
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

/** The second pass, and what it counts. */
export class Run {
  private readonly survey: Survey;
  private readonly sorter: Sorter;
  private readonly ledger: Ledger;
  private readonly senders: Senders;
  private readonly steps: Steps;
  private readonly guest: GuestSide;
  private readonly device: DeviceSide;
  private readonly rewritten: Rewritten;
  private readonly accesses: {
    -readonly [Kind in Exclude<keyof ReplayFigures['accesses'], 'message'>]: number;
  } = {
    configRead: 0,
    configWrite: 0,
    tableRead: 0,
    tableWrite: 0,
    pbaRead: 0,
    pbaWrite: 0,
    view: 0,
    reset: 0,
    elsewhere: 0,
  };
  private passedOver = 0;

  constructor(survey: Survey, sorter: Sorter, { others, Implementation = MsixFunction, events, watch }: RunOptions) {
    const ledger = new Ledger(watch);
    const senders = new Senders(sorter.elsewhere, others);
    const entries = new Entries();
    const steps = new Steps({ survey, ledger, senders, entries, Implementation, events });
    const rewritten = new Rewritten(entries);
    this.guest = new GuestSide(survey, steps, ledger, entries, rewritten);
    this.device = new DeviceSide(survey, steps, ledger, senders, entries, rewritten);
    this.rewritten = rewritten;
    [this.survey, this.sorter, this.ledger, this.senders, this.steps] = [survey, sorter, ledger, senders, steps];
    this.guest.begin();
  }

  /** Takes a line of another kind. */
  passOver(): void {
    this.passedOver++;
  }

  /** Takes one line. */
  take(access: Access | undefined, number: number, text: string): void {
    const { accesses, device, guest, ledger, sorter, steps, survey } = this;
    ledger.at(number, text);
    if (steps.mayMaster !== sorter.mayMaster) {
      steps.mayMaster = sorter.mayMaster;
      steps.tellState();
    }
    if (access === undefined) return void accesses.elsewhere++;
    switch (access.kind) {
      case 'message':
        return device.takeMessage(access);
      case 'signal':
        return device.takeSignal(access);
      case 'interruptOf':
        return device.takeInterrupt(access);
      case 'useOf':
        // A vector of an assigned device is used when it is unmasked first, which QEMU decides.
        return void accesses.elsewhere++;
      case 'maybeReset':
        return guest.maybeReset();
      case 'view':
        accesses.view++;
        return device.takeView(access);
      default:
        accesses[access.kind]++;
        steps.collect();
        if (survey.afterReset.size > 0 && survey.afterReset.has(number)) guest.maybeReset();
        return guest.take(access);
    }
  }

  /** Ends the run. */
  finish(): Replay {
    const { accesses, device, guest, ledger, passedOver, senders, steps, survey } = this;
    const { pair, signals } = steps;
    steps.collect();
    for (const { vector, line, text, expected, got } of signals.faults) {
      ledger.at(line, text);
      ledger.disagree(expected, got, vector);
    }
    const { disagreements, disagreementCount, comparisons } = ledger;
    return {
      ...verdictOf(disagreementCount, senders, survey),
      geometry: survey.geometry,
      figures: {
        lines: survey.lines,
        accesses: {
          ...accesses,
          message: device.counts.message,
          elsewhere: accesses.elsewhere + device.counts.elsewhere,
        },
        comparisons: { ...comparisons, machine: comparisons.machine + pair.comparisons },
        passedOver,
        messages: senders.figures,
        edges: pair.edges,
        inferred: { ...guest.inferred, signals: guest.inferred.signals + device.inferredSignals },
      },
      machine: pair.machineResult,
      disagreements,
      disagreementCount,
      limits: limitsOf({
        survey,
        senders,
        signals,
        machine: pair.machineResult,
        rewritten: this.rewritten.used,
        cutShort: steps.cutShort,
      }),
    };
  }
}
