/**
 * What the device, or QEMU for it, does in a run: messages, of whichever device; and what it tells of itself, its signals and its view of
 * Message Control. A signal is inferred just before each message of the function that none explains.
 */
import { hex } from '../device/hexadecimal.ts';
import * as alphabet from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import { tellOutputs } from '../paths/story.ts';
import type { MessageAccess } from './access.ts';
import { type Entries, messageName } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { InterruptLine, SignalLine, ViewLine } from './lines.ts';
import type { Rewritten } from './rewritten.ts';
import type { Accusation, Senders } from './senders.ts';
import type { Steps } from './steps.ts';
import type { Survey } from './survey.ts';

/** Takes what a device does. */
export class DeviceSide {
  /** Messages that stood in the log, and lines that were none of the function's. */
  readonly counts = { message: 0, elsewhere: 0 };
  /** Signals that were inferred from messages. */
  inferredSignals = 0;
  private readonly survey: Survey;
  private readonly steps: Steps;
  private readonly ledger: Ledger;
  private readonly senders: Senders;
  private readonly entries: Entries;
  private readonly rewritten: Rewritten;
  /** The event of each vector's signal, which a guest's log has by the thousand. */
  private readonly signals: (readonly string[])[] = [];
  /** The message that QEMU announced last: the line that follows is the same one. */
  private announced: { readonly name: string; readonly line: number } | undefined;

  constructor(survey: Survey, steps: Steps, ledger: Ledger, senders: Senders, entries: Entries, rewritten: Rewritten) {
    this.survey = survey;
    this.rewritten = rewritten;
    this.steps = steps;
    this.ledger = ledger;
    this.senders = senders;
    this.entries = entries;
  }

  /** A message, of whatever device. */
  takeMessage({ addressLow, addressHigh, data, certain, byRequester }: MessageAccess): void {
    const { steps, ledger, entries, senders, counts } = this;
    if (!certain && !entries.hasAddress(addressLow, addressHigh)) return void counts.elsewhere++;
    const name = messageName(addressLow, addressHigh, data);
    if (!entries.has(name)) {
      if (!certain) return void counts.elsewhere++;
      counts.message++;
      return this.accuse(senders.takeForeign(name));
    }
    if (this.announced?.name === name && this.announced.line === ledger.number - 1) {
      this.announced = undefined;
      return void counts.elsewhere++;
    }
    counts.message++;
    ledger.comparisons.implementation++;
    const due = steps.pay(name);
    if (due !== undefined) return this.explain(name, due);
    const { pair } = steps;
    if (this.survey.late && !steps.showsControl && !pair.isSendable) this.enable(name);
    const vector = steps.mayMaster ? pair.inForce.indexOf(name) : -1;
    if (vector >= 0) return this.infer(name, vector);
    const rewritten = steps.mayMaster ? this.rewritten.vectorOf(name, pair.inForce) : undefined;
    if (rewritten !== undefined) return this.accept(name, rewritten);
    // A log that begins late has not shown the functions whose messages are the same.
    const isTellable = !(byRequester && this.survey.late);
    // What lspci told of Bus Master Enable may be older than the log.
    const enabled = pair.enabled && isTellable && (steps.mayMaster || !this.survey.late);
    const whose = senders.takeUnsendable(name, entries, enabled, steps.mayMaster ? pair.inForce : undefined);
    if (whose !== 'foreign') ledger.happen({ kind: 'stale', message: name });
    if (typeof whose !== 'string') this.accuse(whose);
  }

  /** The device signals a vector: what the function sends then must follow. */
  takeSignal({ vector }: SignalLine): void {
    const { steps, ledger } = this;
    this.counts.elsewhere++;
    if (vector >= this.survey.geometry.vectorCount) return;
    ledger.happen({ kind: 'signal', vector });
    if (!steps.pair.enabled || !steps.mayMaster) return;
    const inForce = steps.pair.inForce[vector];
    steps.signals.take(vector, ledger.number, ledger.text, inForce, (each) => steps.seesMessages(each));
  }

  /**
   * QEMU tells an interrupt of an assigned device: its vector, and the message that QEMU's table has for it, before it is sent or, where the
   * vector is blocked, held. While MSI-X is disabled, it is one of MSI.
   */
  takeInterrupt({ vector, address, data }: InterruptLine): void {
    const { steps, ledger, counts } = this;
    const { pair } = steps;
    if (vector >= this.survey.geometry.vectorCount || !pair.enabled) return void counts.elsewhere++;
    counts.message++;
    ledger.happen({ kind: 'signal', vector });
    const name = messageName(address % 2 ** 32, Math.floor(address / 2 ** 32), data);
    ledger.comparisons.implementation++;
    const [low, high, word] = pair.dwords.subarray(1 + 4 * vector, 4 + 4 * vector);
    const entry = messageName(low, high, word);
    if (entry !== name) {
      ledger.happen({ kind: 'stale', message: name });
      return ledger.disagree(`Vector ${vector} sent ${name}.`, `Its message is ${entry}.`, vector);
    }
    if (pair.inForce[vector] === undefined) {
      this.inferredSignals++;
      return void steps.step(() => pair.implementation.signal(vector), [alphabet.signal(vector)]);
    }
    this.announced = { name, line: ledger.number };
    if (pair.inForce[vector] !== name && this.rewritten.may(vector, name)) return this.accept(name, vector);
    this.infer(name, vector);
  }

  /** QEMU's view, compared with both. */
  takeView({ enabled, masked }: ViewLine): void {
    const { pair } = this.steps;
    const { comparisons } = this.ledger;
    const writable = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;
    const expected = (enabled ? registers.CONTROL_ENABLE : 0) | (masked ? registers.CONTROL_FUNCTION_MASK : 0);
    const compare = (who: string, messageControl: number): void => {
      if ((messageControl & writable) === expected) return;
      const want = `QEMU has MSI-X ${expected & registers.CONTROL_ENABLE ? 'enabled' : 'disabled'}`;
      this.ledger.disagree(
        `${want}, with Function Mask ${masked ? 'set' : 'clear'}.`,
        `Message Control of the ${who} is ${hex(messageControl)}.`,
      );
    };
    comparisons.implementation++;
    compare('implementation', pair.implementation.messageControl);
    if (pair.machine === undefined) return;
    comparisons.machine++;
    compare('machine', pair.machine.dwords[0]);
  }

  /** A vector that is not blocked was signalled, or this message would not be. */
  private infer(name: string, vector: number): void {
    const { pair } = this.steps;
    this.inferredSignals++;
    const events = (this.signals[vector] ??= [alphabet.signal(vector)]);
    pair.step(() => pair.implementation.signal(vector), events);
    if (pair.outputs.length === 1 && pair.outputs[0] === pair.sending(vector, name)) return this.explain(name, vector);
    this.ledger.disagree(
      `The message ${name} left.`,
      `The implementation, signalled, does ${tellOutputs(pair.outputs)}.`,
      vector,
    );
  }

  /** In a late log that has not shown Message Control yet, a message of an entry that is not masked shows that MSI-X is enabled. */
  private enable(name: string): void {
    const { steps, entries } = this;
    const { dwords, implementation } = steps.pair;
    const vector = entries.holderOf(name);
    if (vector === undefined || (dwords[4 + 4 * vector] & registers.VECTOR_CONTROL_MASK) !== 0) return;
    steps.step(() => implementation.configWrite(2, 2, registers.CONTROL_ENABLE), [alphabet.control('on')]);
  }

  /** A vector that is not blocked sends a message that its entry has become meanwhile. */
  private accept(name: string, vector: number): void {
    this.rewritten.used = true;
    this.inferredSignals++;
    this.explain(name, vector);
  }

  private explain(name: string, vector: number): void {
    this.senders.takeOwn(name);
    this.steps.signals.answer(vector);
    if (this.ledger.isWatched) this.ledger.happen({ kind: 'message', vector, message: name });
  }

  private accuse(accusation: Accusation | undefined): void {
    if (accusation !== undefined) this.ledger.disagree(accusation.expected, accusation.got, accusation.vector);
  }
}
