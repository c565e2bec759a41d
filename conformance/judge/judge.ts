/**
 * The judge: keeps what a device may be, by all that was observed of it, and finds the first observation that the specification
 * does not allow under a profile. Then it takes up whatever agrees with what is read, and goes on.
 *
 * It is input-output conformance (ioco, as J. Tretmans defined it): after every trace of the specification, whatever the device
 * puts out, and that it puts out nothing, must be something that the specification may do there. The capability and each vector
 * have a belief of their own, since vectors are independent (MSIX-MASK-4); that this finds what one belief about the whole
 * machine finds is tested. It is pure and synchronous: the devices, the paths and the clock are its callers'.
 *
 *     const model = createModel({ choices, messages, notifies })   once for a profile
 *     const judge = new Judge(model, vectorCount)                  for each path
 *     judge.begin(observation)                                     what a fresh device reads
 *     judge.step(action, observation)                              undefined, or what is wrong
 */
import { compile } from '../../checker/compile/compile.ts';
import { capability as capabilityMachine } from '../../machines/pages/capability.ts';
import { CAPABILITY_EVENTS, RESET } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { createPermitted, OTHER, permittedEvents } from '../../machines/permitted/index.ts';
import * as registers from '../../src/registers.ts';
import type { Choices } from '../../spec/choices.ts';
import { type Action, isScribble } from './actions.ts';
import { blame } from './blame.ts';
import type { Blame } from './evidence.ts';
import {
  CAPABILITY_FIELDS,
  NO_SEND,
  readSend,
  SEND_BITS,
  sendCode,
  SEND_SHIFT,
  UNANSWERED_ENTRY,
  UNKNOWN_ENTRY,
  UNKNOWN_RESERVED,
  UNKNOWN_SEND,
  UNKNOWN_USAGE,
  USAGE_BITS,
  USAGE_SHIFT,
  VECTOR_FIELDS,
} from './fields.ts';
import type { MessageBook } from './messages.ts';
import type { Observation } from './observation.ts';
import { type Claim, type Option, shareOut } from './senders.ts';
import { IMPOSSIBLE, NOTHING, SetMachine } from './set-machine.ts';

/** What the judges of one profile share. */
export interface Model {
  readonly vector: SetMachine;
  readonly capability: SetMachine;
  readonly messages: MessageSet;
  readonly choices: Choices;
  readonly notifies: boolean;
  readonly reserved: boolean;
}

/** What a model is made of. */
export interface ModelOptions {
  readonly choices: Choices;
  readonly messages: MessageSet;
  /** Whether the device tells `use` and `release`. Default false. */
  readonly notifies?: boolean;
  /** Whether reserved bits are written, and so judged. Default false. */
  readonly reserved?: boolean;
}

/** Makes a model. It compiles two machines, which takes some 20 ms. */
export function createModel({ choices, messages, notifies = false, reserved = false }: ModelOptions): Model {
  const options = { vectors: 1, messages, choices, notifies, reserved };
  const { shown, hidden } = permittedEvents(options);
  const names = [...messages.values, OTHER];
  const machine = createPermitted(options);
  // An event that no choice of these listens to does nothing, and need not be known.
  const known = new Set<string>(machine.events);
  const vector = new SetMachine({
    compiled: compile(
      machine,
      [...shown, ...hidden].filter((event) => known.has(event)),
    ),
    hidden,
    fields: VECTOR_FIELDS,
    messages: names,
    renews: renewedBy,
  });
  const capability = new SetMachine({
    compiled: compile(capabilityMachine, CAPABILITY_EVENTS),
    hidden: [],
    fields: CAPABILITY_FIELDS,
    messages: names,
    // Every event of the capability writes both bits.
    renews: () => 0x3,
  });
  return { vector, capability, messages, choices, notifies, reserved };
}

/** The fields, by their place in VECTOR_FIELDS, that an event writes anew. */
function renewedBy(event: string): number {
  const [actor, verb] = event.split('.');
  const kind = `${actor}.${verb}`;
  if (kind === 'device.reset') return 0x1f;
  if (kind === 'guest.mask' || kind === 'guest.unmask') return 0x1 | 0x2 | 0x8;
  if (kind === 'guest.write' || kind === 'guest.scribble') return 0x4 | 0x10;
  if (kind === 'guest.address') return 0x10;
  return kind === 'guest.control' || kind === 'device.signal' || kind === 'device.retire' ? 0x2 : 0;
}

/** A message that was seen, and how often. */
interface Word {
  readonly low: number;
  readonly high: number;
  readonly data: number;
  count: number;
}

/** What is wrong with a step, as one vector or the capability shows it. */
export interface Fault extends Blame {
  /** -1 of the capability. */
  readonly vector: number;
  /** Whether the access was to another vector. */
  readonly isOfAnother: boolean;
}

/** Judges one device along one path. */
export class Judge {
  readonly model: Model;
  readonly vectorCount: number;
  readonly book: MessageBook;
  /** What is believed of the capability. */
  capability: number;
  /** What is believed of each vector. */
  readonly vectors: Int32Array;
  private readonly sends: Uint8Array;
  private readonly usages: Uint8Array;
  private readonly active: Int32Array;
  /** The vectors whose entries may hold anything, since they were not read after that was left open: each message may be theirs. */
  readonly unread: Uint8Array;
  /** Whether an entry may hold what no suite has written. */
  private readonly mayHoldOther: boolean;
  /** Is told what was observed of each vector, for whoever records it. */
  tap: ((vector: number, event: string | undefined, code: number, isFault: boolean) => void) | undefined;
  private readonly events = new Map<string, number>();
  private readonly quiet: number;
  /** The code of a vector of which nothing is read, and that does nothing. */
  private readonly silence: number;
  /** The first dword of the capability, but for its two writable bits, once it was read. */
  private constant = -1;

  constructor(model: Model, book: MessageBook, vectorCount: number) {
    this.model = model;
    this.book = book;
    this.vectorCount = vectorCount;
    this.capability = model.capability.initial;
    this.vectors = new Int32Array(vectorCount).fill(model.vector.initial);
    this.sends = new Uint8Array(vectorCount);
    this.usages = new Uint8Array(vectorCount);
    this.active = new Int32Array(vectorCount);
    this.unread = new Uint8Array(vectorCount);
    const { resetEntry, narrowWrites } = model.choices;
    this.mayHoldOther = resetEntry !== 'zero' || narrowWrites !== 'dropped';
    this.quiet = model.notifies ? 0 : USAGE_BITS << USAGE_SHIFT;
    this.silence = this.quiet | (UNOBSERVED & ~(USAGE_BITS << USAGE_SHIFT));
    model.vector.compiled.events.forEach((event, number) => this.events.set(event, number));
  }

  /** Whether nothing that is believed is doubted: what went wrong before has been made up for, as far as anything shows. */
  get isCertain(): boolean {
    const { vector, capability } = this.model;
    return capability.isCertain(this.capability) && this.vectors.every((belief) => vector.isCertain(belief));
  }

  /** Takes another judge's beliefs. */
  set(capability: number, vectors: Int32Array, unread: Uint8Array): void {
    this.capability = capability;
    this.vectors.set(vectors);
    this.unread.set(unread);
  }

  /** Judges what a fresh device reads. */
  begin(observation: Observation): readonly Fault[] {
    this.unread.fill(1);
    return this.judge(undefined, -1, observation, true, ['MSIX-RESET-1']);
  }

  /** Judges one step: what `action` did, and what was read after it. Returns what is wrong, mostly nothing. */
  step(action: Action, observation: Observation): readonly Fault[] {
    // What an entry holds after these is read, and not known before.
    if (action.event === RESET && this.model.choices.resetEntry !== 'kept') this.unread.fill(1);
    if (isScribble(action)) this.unread[action.vector] = 1;
    if (action.prelude !== undefined) this.prelude(action.prelude, action.vector);
    return this.judge(action.event, action.vector, observation, false, action.rules);
  }

  /** How many messages an action may let out: where fewer are seen, one may be on its way. */
  mostSends({ event, vector }: Action): number {
    if (event === undefined) return 0;
    const number = this.events.get(event) ?? NOTHING;
    const { vector: machine } = this.model;
    if (vector >= 0) return machine.maySend(this.vectors[vector], number) ? 1 : 0;
    return this.vectors.reduce((sum, belief) => sum + (machine.maySend(belief, number) ? 1 : 0), 0);
  }

  /** The first part of an access that is two events: nothing is observed of it, and nothing may leave. */
  private prelude(event: string, vector: number): void {
    const { vector: machine } = this.model;
    const next = machine.step(this.vectors[vector], this.events.get(event) ?? NOTHING, UNOBSERVED);
    this.tap?.(vector, event, UNOBSERVED, false);
    if (next !== IMPOSSIBLE) this.vectors[vector] = next;
  }

  private judge(
    event: string | undefined,
    vector: number,
    observation: Observation,
    isFirst: boolean,
    formRules: readonly string[],
  ): readonly Fault[] {
    let faults: Fault[] | undefined;
    const isGlobal = event !== undefined && vector < 0;
    const number = event === undefined ? NOTHING : (this.events.get(event) ?? NOTHING);
    const { vector: machine, capability: capabilitySets } = this.model;
    const capabilityEvent = isGlobal ? capabilitySets.eventNumber(event) : NOTHING;

    let readCapability = -1;
    if (observation.control >= 0) {
      readCapability =
        ((observation.control & registers.CONTROL_ENABLE) !== 0 ? 1 : 0) |
        ((observation.control & registers.CONTROL_FUNCTION_MASK) !== 0 ? 4 : 0);
    }
    if (isGlobal || readCapability >= 0) {
      const code = readCapability < 0 ? 0xf : readCapability;
      const next = capabilitySets.step(this.capability, capabilityEvent, code);
      if (next === IMPOSSIBLE) {
        const blamed = blame(capabilitySets, this.capability, capabilityEvent, code, false);
        (faults ??= []).push(faultOf(blamed, -1, vector >= 0, isGlobal || isFirst ? formRules : []));
        this.capability = capabilitySets.recover(blamed, code, () => true);
        this.tap?.(-1, event, code, true);
      } else this.capability = next;
    }

    this.bindRead(observation);
    this.attribute(observation, vector, number);
    // Which vectors have anything to be judged: all of them where the event is of all.
    let count = 0;
    if (isGlobal) count = this.vectorCount;
    else {
      const { touched, touchedCount } = observation;
      for (let index = 0; index < touchedCount; index++) this.active[count++] = touched[index];
      if (vector >= 0 && !observation.isTouched(vector)) this.active[count++] = vector;
      for (const each of this.attributed) {
        if (each === vector || observation.isTouched(each) || this.active.subarray(0, count).includes(each)) continue;
        this.active[count++] = each;
      }
    }
    // Of thousands of vectors, most stand alike, and nothing is observed of them.
    let lastBelief = -1;
    let lastNext = -1;
    for (let index = 0; index < count; index++) {
      const each = isGlobal ? index : this.active[index];
      const doubtful = this.doubtful.get(each);
      const isIdle = this.sends[each] === 0 && this.usages[each] === 0 && doubtful === undefined;
      if (isGlobal && isIdle && this.vectors[each] === lastBelief) {
        if (!observation.isTouched(each)) {
          this.vectors[each] = lastNext;
          // Whoever records a vector is told of the event, too.
          this.tap?.(each, event, this.silence, false);
          continue;
        }
      }
      const own = isGlobal || each === vector;
      const eachEvent = own ? number : NOTHING;
      let code = this.codeOf(observation, each);
      this.sends[each] = 0;
      this.usages[each] = 0;
      const belief = this.vectors[each];
      const next =
        doubtful === undefined
          ? machine.step(belief, eachEvent, code)
          : doubtful.reduce(
              (all, send) => machine.either(all, machine.step(belief, eachEvent, withSend(code, send))),
              IMPOSSIBLE,
            );
      this.tap?.(each, own ? event : undefined, code, next === IMPOSSIBLE || doubtful !== undefined);
      if (next !== IMPOSSIBLE) {
        this.vectors[each] = next;
        if (isGlobal && isIdle && code === this.silence) {
          lastBelief = belief;
          lastNext = next;
        }
        continue;
      }
      const isOfAnother = !own && vector >= 0 && event !== undefined;
      const blamed = blame(machine, belief, eachEvent, code, isOfAnother);
      // A read that changes something breaks the rule of what it changes, whatever its form.
      const forms = own || isFirst ? formRules : [];
      const isRead = event === undefined && !isFirst;
      (faults ??= []).push(faultOf(blamed, each, isOfAnother, isRead ? [] : forms));
      if (((code >>> 4) & 0xf) === UNKNOWN_ENTRY) {
        this.unread[each] = 1;
        this.bindRead(observation);
        code = this.codeOf(observation, each);
      }
      const capabilities = this.possibleCapabilities();
      this.vectors[each] = machine.recover(
        blamed,
        code,
        (state) => (capabilities & (1 << capabilityOf(machine, state))) !== 0,
      );
    }
    if (faults?.[0]?.vector === -1) this.widen(readCapability);
    this.attributed.length = 0;
    this.doubtful.clear();
    if (observation.header >= 0) faults = this.judgeHeader(observation.header, faults);
    const { strayPending } = observation;
    if (strayPending !== 0) (faults ??= []).push(constantFault('strayPending', 0, strayPending, ['MSIX-PBA-2']));
    for (const [index, [first, last]] of observation.offsets.entries())
      if (first !== last) (faults ??= []).push(constantFault(OFFSETS[index].field, first, last, [OFFSETS[index].rule]));
    return faults ?? NO_FAULTS;
  }

  private readonly attributed: number[] = [];
  /** The vectors of which nothing tells what they have sent, since another one may have sent it as well: all that each may have sent. */
  private readonly doubtful = new Map<number, readonly number[]>();

  /** Finds out whose each message is. */
  private attribute(observation: Observation, vector: number, event: number): void {
    const { outputs } = observation;
    if (outputs.length === 0) return;
    const words: Word[] = [];
    for (const output of outputs) {
      const { verb, vector: told, addressHigh: high, data } = output;
      if (verb !== 'send') {
        if (!this.model.notifies || told < 0 || told >= this.vectorCount) continue;
        this.usages[told] = this.usages[told] !== 0 ? UNKNOWN_USAGE : verb === 'use' ? 1 : 2;
        this.attributed.push(told);
        continue;
      }
      const low = this.addressOf(output.addressLow);
      const known = words.find((each) => each.low === low && each.high === high && each.data === data);
      if (known === undefined) words.push({ low, high, data, count: 1 });
      else known.count++;
    }
    if (words.length === 0) return;
    const claims = this.claimsOf(words, observation, vector, event);
    const counts = words.map(({ count }) => count);
    for (const share of shareOut(claims, counts, observation.merges)) {
      if (share.claims === undefined)
        this.guess(
          share.words.map((word) => words[word]),
          observation,
          vector,
          event,
        );
      else for (const claim of share.claims) this.take(claim, words);
    }
  }

  /** The vectors that may have sent some of what was seen, and all that each may have sent. */
  private claimsOf(words: readonly Word[], observation: Observation, vector: number, event: number): Claim[] {
    const { book } = this;
    const { vector: machine, choices } = this.model;
    const claims = new Map<number, Option[]>();
    const consider = (each: number, word: number, message: number, most: number): void => {
      const own = vector < 0 || each === vector ? event : NOTHING;
      if (!machine.maySend(this.vectors[each], own)) return;
      const code = this.codeOf(observation, each);
      const fits = (send: number): boolean =>
        machine.step(this.vectors[each], own, withSend(code, send)) !== IMPOSSIBLE;
      let options = claims.get(each);
      if (options === undefined) {
        options = fits(NO_SEND) ? [{ word: -1, times: 0, send: NO_SEND }] : [];
        if (choices.message === 'torn' && fits(UNKNOWN_SEND))
          options.push({ word: -1, times: 1, send: UNKNOWN_SEND, isAny: true });
        claims.set(each, options);
      }
      for (let times = 1; times <= most; times++) {
        const send = sendCode(message, times);
        if (fits(send)) options.push({ word, times, send });
      }
    };
    words.forEach(({ low, high, data, count }, word) => {
      const most = observation.merges ? 3 : count;
      for (const sender of book.sendersOf(low, high, data))
        consider(Math.floor(sender / book.messageCount), word, sender % book.messageCount, most);
      for (let each = 0; this.mayHoldOther && each < this.vectorCount; each++) {
        if (this.unread[each] === 1 ? !book.isNamed(each, low, high, data) : book.isOther(each, low, high, data))
          consider(each, word, book.other, most);
      }
      if (choices.message === 'torn') for (let each = 0; each < this.vectorCount; each++) consider(each, word, 0, 0);
      // What was overwritten at its address was not seen.
      if (observation.merges)
        for (const [each, message] of book.othersAt(low, high, data)) consider(each, -1, message, 3);
    });
    return [...claims].flatMap(([each, options]) =>
      options.some(({ send }) => send !== NO_SEND) ? [{ vector: each, options }] : [],
    );
  }

  /** Takes up what a vector has sent, or may have. */
  private take({ vector, options }: Claim, words: readonly Word[]): void {
    const [{ send, word }, ...others] = options;
    if (send !== NO_SEND || others.length > 0) this.attributed.push(vector);
    this.sends[vector] = send;
    if (others.length > 0)
      this.doubtful.set(
        vector,
        options.map((option) => option.send),
      );
    const { other } = this.book;
    const isOther = (option: Option): boolean =>
      option.word === word &&
      option.send !== UNKNOWN_SEND &&
      option.send !== NO_SEND &&
      readSend(option.send).message === other;
    if (this.unread[vector] === 0 || word < 0 || !options.every(isOther)) return;
    // What an entry holds that nobody has read is known by what is sent, where nobody else can have sent it.
    this.book.bind(vector, words[word].low, words[word].high, words[word].data);
    this.unread[vector] = 0;
  }

  /** No way to share these messages out is right. Gives each to whom it is likeliest of, so that what is wrong is told where it is. */
  private guess(words: readonly Word[], observation: Observation, vector: number, event: number): void {
    const { book } = this;
    // What one vector alone may have sent is told first, so that what is left of the others is known.
    const ordered = words.toSorted(
      (one, other) =>
        Number(book.sendersOf(one.low, one.high, one.data).length > 1) -
        Number(book.sendersOf(other.low, other.high, other.data).length > 1),
    );
    for (const { low, high, data, count } of ordered) {
      for (let time = 0; time < count; time++) {
        // Best liked is one that must send this, then one that may and then reads as it does; of these one that has not sent yet; then one that
        // may send it once more; then one that wrongly may.
        const liking = (each: number, message: number): number => {
          const before = this.sends[each];
          const send = oneMore(before, message);
          if (send === UNKNOWN_SEND) return 0;
          const own = vector < 0 || each === vector;
          // Of several that hold the same message, it is likelier one that has the event, or was seen pending.
          const hasEvent = vector === each && event !== NOTHING;
          const isSeen = hasEvent || this.model.vector.isShownPending(this.vectors[each]);
          if (this.maySendNow(vector, event, each, send)) {
            const isRead = this.fits(observation, vector, event, each, send);
            const isDue = isRead && before === NO_SEND && !this.fits(observation, vector, event, each, NO_SEND);
            return (isDue ? 16 : isRead ? 8 : 0) + (before === 0 ? 3 : 2) + (isSeen ? 2 : 0);
          }
          return (
            (hasEvent ? 0.75 : isSeen ? 0.5 : 0) +
            (this.model.vector.maySend(this.vectors[each], own ? event : NOTHING) ? 1 : 0)
          );
        };
        const sender = book.senderOf(low, high, data, liking);
        if (sender < 0) {
          const likely = book.likeliest(low);
          const each = likely >= 0 ? likely : Math.max(0, vector);
          this.sends[each] = UNKNOWN_SEND;
          this.attributed.push(each);
          continue;
        }
        const each = Math.floor(sender / book.messageCount);
        this.sends[each] = oneMore(this.sends[each], sender % book.messageCount);
        this.attributed.push(each);
      }
    }
  }

  /** Whether a vector may send something at this event, whatever it reads. */
  private maySendNow(vector: number, event: number, each: number, send: number): boolean {
    const own = vector < 0 || each === vector;
    const code = (send << SEND_SHIFT) | UNOBSERVED;
    return this.model.vector.step(this.vectors[each], own ? event : NOTHING, code) !== IMPOSSIBLE;
  }

  /** Whether a vector may send something, and read as it does. */
  private fits(observation: Observation, vector: number, event: number, each: number, send: number): boolean {
    const code = withSend(this.codeOf(observation, each), send);
    const own = vector < 0 || each === vector;
    return this.model.vector.step(this.vectors[each], own ? event : NOTHING, code) !== IMPOSSIBLE;
  }

  /** The lower dword of an address as the book knows it: reserved bits, where they are judged by themselves, are left out. */
  private addressOf(low: number): number {
    return this.model.reserved ? (low & ~registers.ADDRESS_LOW_RESERVED) >>> 0 : low;
  }

  /** Lets `other` stand for what was read of entries that may hold anything. */
  private bindRead(observation: Observation): void {
    const { touched, touchedCount, hasMessage, entries } = observation;
    for (let index = 0; index < touchedCount; index++) {
      const vector = touched[index];
      if (this.unread[vector] === 0 || hasMessage[vector] !== 7 || this.isUnanswered(observation, vector)) continue;
      const at = 4 * vector;
      const low = this.addressOf(entries[at]);
      if (!this.book.isNamed(vector, low, entries[at + 1], entries[at + 2]))
        this.book.bind(vector, low, entries[at + 1], entries[at + 2]);
      this.unread[vector] = 0;
    }
  }

  /** What was observed of a vector, as a code. */
  private codeOf(observation: Observation, vector: number): number {
    const { entries } = observation;
    const at = 4 * vector;
    let code = this.quiet | (this.usages[vector] << USAGE_SHIFT) | (this.sends[vector] << SEND_SHIFT);
    code |= observation.pending[vector] << 2;
    if (observation.hasControl[vector] === 1) {
      const word = entries[at + 3];
      code |= (word & 1) ^ 1;
      code |= (this.model.reserved ? reservedCode(word >>> 1, 0x7fffffff) : 7) << 8;
    } else code |= 0x3 | (7 << 8);
    if (this.isUnanswered(observation, vector)) {
      code |= (UNANSWERED_ENTRY << 4) | ((this.model.reserved ? 1 : 7) << 11);
    } else if (observation.hasMessage[vector] === 7) {
      const low = this.addressOf(entries[at]);
      const message = this.book.holds(vector, low, entries[at + 1], entries[at + 2]);
      code |= (message < 0 ? UNKNOWN_ENTRY : message) << 4;
      code |=
        (this.model.reserved
          ? reservedCode(entries[at] & registers.ADDRESS_LOW_RESERVED, registers.ADDRESS_LOW_RESERVED)
          : 7) << 11;
    } else code |= (0xf << 4) | (7 << 11);
    return code;
  }

  /** Whether an entry reads as what nobody answers does, of a device whose table may go. */
  private isUnanswered(observation: Observation, vector: number): boolean {
    return this.model.choices.disabledTable !== 'there' && observation.isAllOnes(vector);
  }

  /** The values of the capability that are believed possible, as bits by enable | functionMask << 1. */
  private possibleCapabilities(): number {
    const { capability: machine } = this.model;
    let possible = 0;
    for (const state of machine.statesOf(this.capability)) {
      const code = machine.codeOf(state);
      possible |= 1 << ((code & 1) | ((code & 4) >> 1));
    }
    return possible;
  }

  /** Message Control reads what it must not: every vector may stand as it was expected to, or as it reads. */
  private widen(readCapability: number): void {
    const { vector: machine } = this.model;
    const read = (readCapability & 1) | ((readCapability & 4) >> 1);
    const isRead = (state: number): boolean => capabilityOf(machine, state) === read;
    const isAlike = (state: number, other: number): boolean => machine.codeOf(state) === machine.codeOf(other);
    for (let vector = 0; vector < this.vectorCount; vector++) {
      this.vectors[vector] = machine.widened(this.vectors[vector], isAlike, isRead);
    }
  }

  /** What never changes: the first dword of the capability but for two bits. */
  private judgeHeader(header: number, before: Fault[] | undefined): Fault[] | undefined {
    let faults = before;
    const writable = (registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK) << 16;
    const expected =
      this.constant < 0 ? (header & 0xff00) | registers.CAPABILITY_ID | ((this.vectorCount - 1) << 16) : this.constant;
    const differing = ((header ^ expected) & ~writable) >>> 0;
    if (differing !== 0) {
      const rules = [
        ...((differing & 0xffff) !== 0 ? ['MSIX-CAP-1'] : []),
        ...((differing >>> 16) & registers.CONTROL_TABLE_SIZE ? ['MSIX-CAP-2'] : []),
        ...((differing >>> 16) & 0x3800 ? ['MSIX-CAP-3'] : []),
      ];
      (faults ??= []).push(constantFault('constant', expected & ~writable, header & ~writable, rules));
    }
    this.constant = header & ~writable;
    return faults;
  }
}

/** A fault with the rule of the form of an access first, where the form is not the plain one. */
function faultOf(blamed: Blame, vector: number, isOfAnother: boolean, formRules: readonly string[]): Fault {
  const rules = [...new Set([...formRules, ...blamed.rules])];
  return { ...blamed, rules, vector, isOfAnother };
}

/** What the second and the third dword of the capability are called here. */
const OFFSETS = [
  { field: 'tableOffset', rule: 'MSIX-CAP-6' },
  { field: 'pbaOffset', rule: 'MSIX-CAP-7' },
] as const;

function constantFault(
  field: 'constant' | 'strayPending' | 'tableOffset' | 'pbaOffset',
  expected: number,
  got: number,
  rules: readonly string[],
): Fault {
  const differences = [{ field, expected: expected >>> 0, got: got >>> 0 }];
  return { candidates: [], differences, rules, before: 'off', after: 'off', vector: -1, isOfAnother: false };
}

/** A code with another thing sent. */
const withSend = (code: number, send: number): number => (code & ~(SEND_BITS << SEND_SHIFT)) | (send << SEND_SHIFT);

/** What was sent before, and one message more. */
function oneMore(before: number, message: number): number {
  if (before === NO_SEND) return sendCode(message, 1);
  if (before === UNKNOWN_SEND) return UNKNOWN_SEND;
  const sent = readSend(before);
  return sent.message === message ? sendCode(message, sent.times + 1) : UNKNOWN_SEND;
}

const NO_FAULTS: readonly Fault[] = [];
/** Nothing read of any field. */
const UNOBSERVED = 0x3 | (0x3 << 2) | (0xf << 4) | (7 << 8) | (7 << 11) | (USAGE_BITS << USAGE_SHIFT);

function reservedCode(bits: number, all: number): number {
  if (bits === 0) return 0;
  return bits === all ? 1 : (bits & ~all) === 0 ? 2 : UNKNOWN_RESERVED;
}

/** enable | functionMask << 1 of a state of a vector's machine. */
function capabilityOf(machine: SetMachine, state: number): number {
  const [enable, functionMask] = machine.capabilityRegions;
  return machine.states.read(state, enable) | (machine.states.read(state, functionMask) << 1);
}
