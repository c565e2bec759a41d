/**
 * Why did this interrupt not come? A log is replayed, one vector is watched, and what stands in the way is told with the line that put it
 * there: first what the device did wrong, then what the guest set, then what nobody did.
 */
import { packTrace, LINK_CHARACTERS } from '../../checker/trace/codec.ts';
import { makeTrace, reduceTrace } from '../../checker/trace/trace.ts';
import { readEvent } from '../../machines/alphabet.ts';
import { wholeMessages } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import { compiledSubject } from '../../properties/subject.ts';
import * as registers from '../../src/registers.ts';
import { messageName } from './events.ts';
import { ReplayError, type TraceSource } from './lines.ts';
import { replay, type ReplayOptions } from './replay.ts';
import type { Happening, Replay, VectorsState } from './results.ts';

/** What stands in the way. */
export type Cause =
  | 'device'
  | 'stale'
  | 'disabled'
  | 'function masked'
  | 'masked'
  | 'bus master'
  | 'zeros'
  | 'sent'
  | 'never signalled';

/** The state of a vector at a line, in registers. */
export interface VectorState {
  readonly enabled: boolean;
  readonly functionMask: boolean;
  readonly masked: boolean;
  readonly mayMaster: boolean;
  readonly pending: boolean;
  /** The message of its entry, `address:data`. */
  readonly entry: string;
}

/** One thing that happened to the vector. */
export interface ExplainedStep {
  readonly line: number;
  readonly text: string;
  readonly sentence: string;
}

/** The answer. */
export interface Explanation {
  readonly device: string;
  readonly vector: number;
  readonly cause: Cause;
  /** The line that put it there; undefined where the log begins like this. */
  readonly line: number | undefined;
  readonly sentence: string;
  /** The rule that it is by. */
  readonly rule: string;
  /** The last things that happened to it, in order. */
  readonly steps: readonly ExplainedStep[];
  readonly state: VectorState;
  /** The steps that matter as a packed trace of one vector; undefined when they are too many. */
  readonly link: string | undefined;
  readonly replay: Replay;
}

const STEPS_TOLD = 12;
const EVENTS_LINKED = 400;

/** How to explain. */
export interface ExplainOptions extends ReplayOptions {
  readonly vector: number;
  /** Explain the state after this line. Default: at the end. */
  readonly at?: number;
}

/**
 * Explains why an interrupt of a vector did not come.
 * @throws {ReplayError} as `replay` does, and when the function has no such vector.
 */
export function explain(source: TraceSource, { vector, at = Infinity, ...options }: ExplainOptions): Explanation {
  const watcher = new Watcher(vector, at);
  const names: string[] = [];
  const result = replay(source, {
    ...options,
    events: (events) => void (watcher.done || names.push(...events)),
    watch: (happening) => watcher.take(happening),
  });
  const { device, vectorCount } = result.geometry;
  if (vector >= vectorCount) {
    throw new ReplayError(`Got vector ${vector}; expected one of ${device}, 0 to ${vectorCount - 1}.`);
  }
  return { device, vector, replay: result, link: linkOf(names, vector), ...watcher.answer() };
}

/** Follows one vector. */
class Watcher {
  done = false;
  private readonly vector: number;
  private readonly at: number;
  private state: VectorState = {
    enabled: false,
    functionMask: false,
    masked: true,
    mayMaster: true,
    pending: false,
    entry: messageName(0, 0, 0),
  };
  /** The line at which each part of the state became what it is. */
  private readonly since: Partial<Record<keyof VectorState, number>> = {};
  private readonly steps: ExplainedStep[] = [];
  private readonly formerEntries = new Map<string, number>();
  private fault: { readonly line: number; readonly sentence: string; readonly message?: string } | undefined;
  private stale: { readonly line: number; readonly message: string; readonly replaced: number } | undefined;
  private lost: number | undefined;
  private sent: { readonly line: number; readonly message: string; readonly count: number } | undefined;
  private signalled: number | undefined;

  constructor(vector: number, at: number) {
    this.vector = vector;
    this.at = at;
  }

  take(happening: Happening): void {
    const { line, kind, vector, message = '', sentence = '' } = happening;
    if (line > this.at) {
      this.done = true;
      return;
    }
    if (kind === 'state' && happening.state !== undefined) return this.takeState(happening, happening.state);
    if (kind === 'stale') {
      const replaced = this.formerEntries.get(message);
      const { entry, masked } = this.state;
      if (replaced !== undefined && message !== entry && !masked) {
        this.stale ??= { line, message, replaced };
        this.step(happening, `the message ${message} leaves, which the entry was until line ${replaced}`);
      }
      return;
    }
    if (vector !== this.vector) return;
    switch (kind) {
      case 'message':
        this.sent = { line, message, count: (this.sent?.count ?? 0) + 1 };
        this.lost = undefined;
        if (this.sent.count === 1) this.step(happening, `vector ${vector} sends ${message} for the first time`);
        return;
      case 'signal':
        this.signalled = line;
        return;
      case 'lost':
        this.lost = line;
        return this.step(happening, `${message} is lost, for Bus Master Enable is clear`);
      case 'disagreement':
        this.fault ??= { line: happening.from ?? line, sentence };
        return this.step(happening, sentence.replace(/\.$/, ''));
    }
  }

  answer(): Pick<Explanation, 'cause' | 'line' | 'sentence' | 'rule' | 'steps' | 'state'> {
    return { ...this.cause(), steps: this.steps.slice(-STEPS_TOLD), state: this.state };
  }

  private cause(): Pick<Explanation, 'cause' | 'line' | 'sentence' | 'rule'> {
    const { state, vector, since } = this;
    const from = (line: number | undefined): string =>
      line === undefined ? 'from the beginning of the log' : `since line ${line}`;
    if (this.fault !== undefined) {
      const { line, sentence } = this.fault;
      const rule = /masked|blocked|No vector/.test(sentence) ? 'MSIX-MASK-2' : 'MSIX-PEND-2';
      return {
        cause: 'device',
        line,
        sentence: `The device did not do at line ${line} what it must: ${sentence}`,
        rule,
      };
    }
    if (this.stale !== undefined) {
      const { line, message, replaced } = this.stale;
      const sentence =
        `The message in use is not the entry: at line ${line}, ${message} left, which the entry of vector ${vector} was until line ` +
        `${replaced}; it is ${state.entry} now.`;
      return { cause: 'stale', line, sentence, rule: 'MSIX-MSG-1' };
    }
    if (!state.enabled) {
      return {
        cause: 'disabled',
        line: since.enabled,
        sentence: `MSI-X is disabled ${from(since.enabled)}.`,
        rule: 'MSIX-ENABLE-1',
      };
    }
    if (state.functionMask) {
      const line = since.functionMask;
      return { cause: 'function masked', line, sentence: `The function is masked ${from(line)}.`, rule: 'MSIX-MASK-1' };
    }
    if (state.masked) {
      const held = state.pending ? ' An interrupt is pending, and is sent when the guest unmasks it.' : '';
      return {
        cause: 'masked',
        line: since.masked,
        sentence: `Vector ${vector} is masked ${from(since.masked)}.${held}`,
        rule: 'MSIX-MASK-2',
      };
    }
    if (!state.mayMaster || this.lost !== undefined) {
      const line = this.lost ?? since.mayMaster;
      return {
        cause: 'bus master',
        line,
        sentence: `Bus Master Enable is off ${from(since.mayMaster)}, and a function without it sends nothing.`,
        rule: 'MSIX-MSG-5',
      };
    }
    if (state.entry === messageName(0, 0, 0)) {
      return {
        cause: 'zeros',
        line: since.entry ?? since.masked,
        sentence: `The entry of vector ${vector} holds zeros ${from(since.entry)}, and is unmasked: its message goes to address 0.`,
        rule: 'MSIX-MSG-6',
      };
    }
    if (this.signalled !== undefined && (this.sent === undefined || this.sent.line < this.signalled)) {
      const line = this.signalled;
      return {
        cause: 'device',
        line,
        sentence: `The device signalled vector ${vector} at line ${line}, and no message followed.`,
        rule: 'MSIX-PEND-2',
      };
    }
    if (this.sent !== undefined) {
      const { line, message, count } = this.sent;
      const target = targetOf(message);
      return {
        cause: 'sent',
        line,
        sentence: `It was sent: ${message} left ${count === 1 ? 'once' : `${count} times`}, the last time at line ${line}${target}. If it did not arrive, whoever takes messages has it.`,
        rule: 'MSIX-MSG-1',
      };
    }
    return {
      cause: 'never signalled',
      line: since.masked,
      sentence: `Nothing stands in its way ${from(since.masked)}, and no message ${state.entry} left${targetOf(state.entry)}: the device never signalled it, or its signals are not logged.`,
      rule: 'MSIX-PEND-1',
    };
  }

  private takeState(happening: Happening, state: VectorsState): void {
    const next = this.read(state);
    const before = this.state;
    const { line } = happening;
    for (const key of Object.keys(next) as (keyof VectorState)[]) {
      if (next[key] !== before[key]) this.since[key] = line;
    }
    this.state = next;
    if (next.enabled !== before.enabled)
      this.step(happening, `the guest ${next.enabled ? 'enables' : 'disables'} MSI-X`);
    if (next.functionMask !== before.functionMask) {
      this.step(happening, `the guest ${next.functionMask ? 'sets' : 'clears'} Function Mask`);
    }
    if (next.mayMaster !== before.mayMaster) {
      this.step(happening, `the guest ${next.mayMaster ? 'sets' : 'clears'} Bus Master Enable`);
    }
    if (next.entry !== before.entry) {
      this.formerEntries.set(before.entry, line);
      this.formerEntries.delete(next.entry);
      this.step(happening, `the entry becomes ${next.entry}`);
    }
    if (next.masked !== before.masked) {
      this.step(happening, `the guest ${next.masked ? 'masks' : 'unmasks'} vector ${this.vector}`);
    }
    if (next.pending && !before.pending) this.step(happening, `an interrupt of vector ${this.vector} is pending`);
  }

  private read({ dwords, mayMaster }: VectorsState): VectorState {
    const { vector } = this;
    const [low, high, data, control] = dwords.subarray(1 + 4 * vector, 5 + 4 * vector);
    const first = 1 + 4 * ((dwords[0] & registers.CONTROL_TABLE_SIZE) + 1);
    return {
      enabled: (dwords[0] & registers.CONTROL_ENABLE) !== 0,
      functionMask: (dwords[0] & registers.CONTROL_FUNCTION_MASK) !== 0,
      masked: ((control ?? 1) & registers.VECTOR_CONTROL_MASK) !== 0,
      mayMaster,
      pending: (((dwords[first + (vector >>> 5)] ?? 0) >>> (vector & 31)) & 1) !== 0,
      entry: messageName(low ?? 0, high ?? 0, data ?? 0),
    };
  }

  private step({ line, text }: Happening, sentence: string): void {
    this.steps.push({ line, text, sentence });
    if (this.steps.length > 100 * STEPS_TOLD) this.steps.splice(0, 50 * STEPS_TOLD);
  }
}

/** Where a message goes, on x86: the processor, by the number of its APIC. */
function targetOf(message: string): string {
  const found = /^fee([0-9a-f]{2})[0-9a-f]{3}:([0-9a-f]+)$/.exec(message);
  if (found === null) return '';
  const vector = Number.parseInt(found[2], 16) & 0xff;
  return `, to processor ${Number.parseInt(found[1], 16)} as its vector ${vector}`;
}

/** The events of one vector, as a link to a machine with this vector alone. */
function linkOf(names: readonly string[], vector: number): string | undefined {
  const own = names.flatMap((name) => {
    const event = readEvent(name);
    if (event.vector === undefined) return [name];
    if (event.vector !== vector) return [];
    const parts = name.split('.');
    return [[parts[0], parts[1], '0', ...parts.slice(3)].join('.')];
  });
  const kept = own.slice(-EVENTS_LINKED);
  const written = kept.map(readEvent).flatMap(({ verb, value }) => (verb === 'write' && value ? [value] : []));
  const messages = [...new Set([messageName(0, 0, 0), ...written])];
  if (messages.length > 64) return undefined;
  const instance = createInstance('function', { vectors: 1, messages: wholeMessages('listed', messages) });
  const numbers = new Map(instance.events.map((name, number) => [name, number]));
  const run = kept.flatMap((name) => numbers.get(name) ?? []);
  const subject = compiledSubject(instance);
  const packed = packTrace(reduceTrace(subject, makeTrace(subject, run)));
  return packed.length > LINK_CHARACTERS ? undefined : packed;
}
