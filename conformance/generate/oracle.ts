/**
 * What a device of one profile answers, asked of the machine of permitted behaviours (`machines/permitted/`): nothing here knows a
 * rule. Each vector is in one state of that machine, and what it sends and reads follows.
 */
import type { MessageSet } from '../../machines/messages.ts';
import { CONTROLS, control, readEvent, RESET } from '../../machines/alphabet.ts';
import { citedRules } from '../../spec/index.ts';
import * as registers from '../../src/registers.ts';
import type { Choices } from '../../spec/choices.ts';
import { CONTROL_VALUES } from '../device/control.ts';
import type { Request } from '../device/device.ts';
import { hex, wideHex } from '../device/hexadecimal.ts';
import type { Action } from '../judge/actions.ts';
import { NO_SEND, readSend, SEND_BITS, SEND_SHIFT } from '../judge/fields.ts';
import { createModel, type Model } from '../judge/judge.ts';
import type { MessageBook } from '../judge/messages.ts';

interface Step {
  readonly to: number;
  readonly code: number;
  readonly rules: readonly string[];
}

/** The machine of one profile, with the steps that were asked of it. */
export class ProfileMachine {
  readonly initial: number;
  private readonly model: Model;
  /** By state, then by event. */
  private readonly steps: Step[][] = [];
  private readonly rules = new Map<number, readonly string[]>();
  /** By state. */
  private readonly codes: number[] = [];

  constructor(choices: Choices, messages: MessageSet) {
    this.model = createModel({ choices, messages });
    const [initial, ...others] = this.model.vector.statesOf(this.model.vector.initial);
    if (others.length > 0) throw new Error('Got a profile that leaves the first state open; expected a steady one.');
    this.initial = initial;
  }

  /** The number of an event; -1 where no state of this profile listens to it. */
  eventNumber(event: string): number {
    return this.model.vector.compiled.events.indexOf(event);
  }

  step(state: number, event: number): Step {
    const steps = (this.steps[state] ??= []);
    let step = steps[event];
    if (step === undefined) {
      const candidates = this.model.vector.candidates([state], event);
      if (candidates.length !== 1)
        throw new Error(`Got ${candidates.length} ways on; expected a steady profile to have one.`);
      const [{ to, code, taken }] = candidates;
      step = { to, code, rules: [...new Set(taken.flatMap((number) => this.rulesOf(number)))] };
      steps[event] = step;
    }
    return step;
  }

  codeOf(state: number): number {
    return (this.codes[state] ??= this.model.vector.codeOf(state));
  }

  private rulesOf(transition: number): readonly string[] {
    let rules = this.rules.get(transition);
    if (rules === undefined) {
      const { description } = this.model.vector.compiled.transitions[transition].transition;
      rules = citedRules(description ?? '');
      this.rules.set(transition, rules);
    }
    return rules;
  }
}

/** A device of one profile, followed along a path. Vectors that nothing acts on by name are all in one state. */
export class Oracle {
  /** The rules of the transitions that were taken. */
  readonly rules = new Set<string>();
  private readonly machine: ProfileMachine;
  private readonly book: MessageBook;
  private readonly vectorCount: number;
  /** The states of the vectors that are acted upon, and how many events of each wait: what `coalescing` is about. */
  private readonly acted: Map<number, { state: number; waiting: number }>;
  /** The state of every other vector. */
  private resting: number;
  private control = 0;

  constructor(machine: ProfileMachine, book: MessageBook, vectorCount: number, acted: readonly number[]) {
    this.machine = machine;
    this.book = book;
    this.vectorCount = vectorCount;
    this.acted = new Map(acted.map((vector) => [vector, { state: machine.initial, waiting: 0 }]));
    this.resting = machine.initial;
  }

  /** Performs an action, and returns the answer to `messages` after it. */
  perform({ event, vector }: Pick<Action, 'event' | 'vector'>): string {
    if (event === undefined) return 'ok';
    const number = this.machine.eventNumber(event);
    let sent = '';
    if (number >= 0) {
      const { verb } = readEvent(event);
      for (const each of this.acted.keys()) if (vector < 0 || vector === each) sent += this.follow(each, number, verb);
      if (vector < 0) this.resting = this.machine.step(this.resting, number).to;
    }
    const value = CONTROLS.find((name) => event === control(name));
    if (value !== undefined) this.control = CONTROL_VALUES[value];
    else if (event === RESET) this.control = 0;
    return `ok${sent}`;
  }

  /** Takes a vector a step on, and returns what it sends. */
  private follow(vector: number, event: number, verb: string): string {
    const acted = this.acted.get(vector)!;
    const { to, code, rules } = this.machine.step(acted.state, event);
    acted.state = to;
    for (const rule of rules) this.rules.add(rule);
    const send = (code >>> SEND_SHIFT) & SEND_BITS;
    if (send === NO_SEND) {
      if (verb === 'signal') acted.waiting++;
      else if (verb === 'reset') acted.waiting = 0;
      return '';
    }
    const { message, times } = readSend(send);
    const word = (which: number): number => this.book.word(vector, message, which);
    const sent = ` ${wideHex(word(0), word(1))}:${hex(word(2))}`.repeat(times > 1 ? acted.waiting : 1);
    if (((this.machine.codeOf(to) >>> 2) & 3) !== 1) acted.waiting = 0;
    return sent;
  }

  /** The answer to a request: of a read what it returns, of anything else that it was taken. */
  answer(request: Request): string {
    switch (request.verb) {
      case 'configRead': {
        const word = this.control | (this.vectorCount - 1);
        return `ok ${hex((word >>> (8 * (request.offset - 2))) & (2 ** (8 * request.bytes) - 1))}`;
      }
      case 'tableRead': {
        const high = request.bytes === 8 ? this.tableDword(request.offset + 4) : 0;
        return `ok ${wideHex(this.tableDword(request.offset), high)}`;
      }
      case 'pbaRead': {
        const high = request.bytes === 8 ? this.pendingDword(request.offset / 4 + 1) : 0;
        return `ok ${wideHex(this.pendingDword(request.offset / 4), high)}`;
      }
      default:
        return 'ok';
    }
  }

  private codeOf(vector: number): number {
    return this.machine.codeOf(this.acted.get(vector)?.state ?? this.resting);
  }

  private tableDword(offset: number): number {
    const vector = Math.floor(offset / registers.ENTRY_BYTES);
    const code = this.codeOf(vector);
    const which = (offset % registers.ENTRY_BYTES) / 4;
    return which === 3 ? 1 - (code & 3) : this.book.word(vector, (code >>> 4) & 0xf, which);
  }

  private pendingDword(dword: number): number {
    let bits = 0;
    for (let vector = 32 * dword; vector < Math.min(32 * dword + 32, this.vectorCount); vector++) {
      if (((this.codeOf(vector) >>> 2) & 3) === 1) bits |= 1 << (vector & 31);
    }
    return bits >>> 0;
  }
}
