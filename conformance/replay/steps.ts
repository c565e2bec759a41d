/**
 * The steps of a run: each is done to implementation and machine, and what leaves by it must stand in the log before the next access.
 */
import type { MsixFunction } from '../../src/index.ts';
import type { Entries } from './events.ts';
import type { Ledger } from './ledger.ts';
import { Pair } from './pair.ts';
import type { Senders } from './senders.ts';
import { Signals } from './signals.ts';
import { pageOf, type Survey } from './survey.ts';

/** A message that left the implementation, and has not been seen in the log yet. */
interface OwedMessage {
  readonly name: string;
  readonly vector: number;
  readonly line: number;
}

/** Where the messages of x86 go. */
const X86_PAGE = 0xfee;

/** What the steps of a run are made of. */
export interface StepsParts {
  readonly survey: Survey;
  readonly ledger: Ledger;
  readonly senders: Senders;
  readonly entries: Entries;
  readonly Implementation: typeof MsixFunction;
  readonly events: ((names: readonly string[], line: number) => void) | undefined;
}

/** Takes steps, and remembers what must follow them. */
export class Steps {
  readonly pair: Pair;
  readonly signals = new Signals();
  /** Whether the log has shown Message Control. */
  showsControl = false;
  /** Whether Bus Master Enable is not known to be clear. */
  mayMaster = true;
  private readonly parts: StepsParts;
  private owed: OwedMessage[] = [];

  constructor(parts: StepsParts) {
    this.parts = parts;
    const { survey, ledger, Implementation, events } = parts;
    this.pair = new Pair(Implementation, survey.geometry, survey.messages, {
      disagree: (expected, got) => ledger.disagree(expected, got),
      changed: () => this.tellState(),
      events: events === undefined ? undefined : (names) => events(names, ledger.number),
    });
  }

  /** Does the same to both; what leaves must stand in the log. */
  step<Result>(act: () => Result, events: readonly string[]): Result {
    const { pair } = this;
    const result = pair.step(act, events);
    if (pair.outputs.length > 0) for (const { vector, name } of pair.sent()) this.owe(name, vector);
    return result;
  }

  /** Takes a message that stands in the log for one that must; says of which vector it is, or undefined when none must. */
  pay(name: string): number | undefined {
    const owed = this.owed.findIndex((message) => message.name === name);
    return owed < 0 ? undefined : this.owed.splice(owed, 1)[0].vector;
  }

  /** The vector whose message was due at the very end of the log; undefined where none was. */
  get cutShort(): number | undefined {
    return this.owed.at(-1)?.vector ?? this.signals.cutShort;
  }

  /**
   * QEMU sends while it performs an access: what an access must send stands in the log before the next one. What the last line must send may
   * have been cut off.
   */
  collect(): void {
    const { ledger } = this.parts;
    this.signals.collect(ledger.number, this.pair.inForce, (vector) => this.seesMessages(vector));
    if (this.owed.length === 0) return;
    const [due, last] = [this.owed, this.owed.filter(({ line }) => line === ledger.number)];
    for (const { name, vector, line } of due) {
      if (line === ledger.number) continue;
      ledger.disagree(
        `Vector ${vector} sent ${name} after line ${line}, before this one.`,
        'There is no such message.',
        vector,
        line,
      );
    }
    this.owed = last;
  }

  /** Whether a message of this vector would stand in the log. */
  seesMessages(vector: number): boolean {
    const { survey, senders } = this.parts;
    const page = pageOf(...this.addressOf(vector));
    return survey.visible.has(page) || (senders.knowsOthers && page === X86_PAGE);
  }

  /** Tells the state of all vectors to who watches. */
  tellState(): void {
    const { ledger } = this.parts;
    if (!ledger.isWatched) return;
    ledger.happen({ kind: 'state', state: { dwords: this.pair.dwords.slice(), mayMaster: this.mayMaster } });
  }

  private addressOf(vector: number): [number, number] {
    const { dwords } = this.pair;
    return [dwords[1 + 4 * vector], dwords[2 + 4 * vector]];
  }

  /**
   * A message has left, and must stand in the log; unless none to such an address does, or Bus Master Enable is clear and it is lost.
   */
  private owe(name: string, vector: number): void {
    const { ledger } = this.parts;
    if (!this.mayMaster) return ledger.happen({ kind: 'lost', vector, message: name });
    if (this.seesMessages(vector)) this.owed.push({ name, vector, line: ledger.number });
  }
}
