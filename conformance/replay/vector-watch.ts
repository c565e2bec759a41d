/**
 * One vector of a replay, followed: what its registers hold, since which line, and what happened to it in which order. Owns the facts; what
 * they mean for an interrupt that did not come is for `causes.ts`.
 */
import * as registers from '../../src/registers.ts';
import { messageName } from './events.ts';
import type { Happening, VectorsState } from './results.ts';

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

/** The state of a vector as a reset leaves it. */
const AFTER_RESET: VectorState = {
  enabled: false,
  functionMask: false,
  masked: true,
  mayMaster: true,
  pending: false,
  entry: messageName(0, 0, 0),
};

const STEPS_KEPT = 1200;
const STATES_KEPT = 20_000;

/** Follows one vector up to a line. */
export class VectorWatch {
  readonly vector: number;
  readonly at: number;
  state: VectorState = AFTER_RESET;
  /** The line at which each part of the state became what it is; undefined where the log begins so. */
  readonly since: Partial<Record<keyof VectorState, number>> = {};
  readonly steps: ExplainedStep[] = [];
  /** The first message of this vector that was wrong or missing, by the line that it comes of. */
  fault: { readonly line: number; readonly sentence: string } | undefined;
  /** The first read of its entry or of its Pending bit that was wrong, since its state changed last. */
  misread: { readonly line: number; readonly sentence: string } | undefined;
  /** The first message that the entry was once, and that nobody is known to have now. */
  stale: { readonly line: number; readonly message: string; readonly replaced: number } | undefined;
  /** The last message that left while Bus Master Enable was clear. */
  lost: { readonly line: number; readonly message: string } | undefined;
  sent: { readonly line: number; readonly message: string; readonly count: number } | undefined;
  /** The last signal that the device told of. */
  signalled: number | undefined;
  /** Whether the device tells of its signals. */
  tellsSignals = false;
  resetAt: number | undefined;
  /** The last time that the vector could send: from a line, up to another. */
  open: { readonly from: number; readonly to: number | undefined; readonly sent: number } | undefined;
  private readonly states: { readonly line: number; readonly state: VectorState }[] = [];
  private readonly formerEntries = new Map<string, number>();
  private entryFrom: number | undefined;

  /** Whether the log begins late, and does not show what was before. */
  readonly isLate: boolean;

  constructor(vector: number, at: number, isLate: boolean) {
    this.isLate = isLate;
    this.vector = vector;
    this.at = at;
  }

  /** The state after a line. */
  stateAt(line: number): VectorState {
    return this.states.findLast((each) => each.line <= line)?.state ?? AFTER_RESET;
  }

  take(happening: Happening): void {
    const { line, kind, vector, message = '', sentence = '' } = happening;
    if (line > this.at) return;
    if (kind === 'signal') this.tellsSignals = true;
    if (kind === 'state' && happening.state !== undefined) return this.takeState(happening, happening.state);
    if (kind === 'stale') return this.takeStale(happening, message);
    if (kind === 'reset') {
      this.resetAt = line;
      this.formerEntries.clear();
      return this.step(happening, 'the function is reset: MSI-X disabled, every vector masked, the table zero');
    }
    if (vector !== this.vector) return;
    switch (kind) {
      case 'message':
        this.sent = { line, message, count: (this.sent?.count ?? 0) + 1 };
        if (this.open !== undefined) this.open = { ...this.open, sent: this.open.sent + 1 };
        if (this.open?.sent === 1) this.step(happening, `vector ${vector} sends ${message}, the first since it can`);
        return;
      case 'signal':
        this.signalled = line;
        return;
      case 'lost':
        this.lost = { line, message };
        return this.step(happening, `${message} is lost, for Bus Master Enable is clear`);
      case 'disagreement':
        if (sentence.includes('The guest read')) this.misread ??= { line, sentence };
        else this.fault ??= { line: happening.from ?? line, sentence };
        return this.step(happening, sentence.replace(/\.$/, ''));
    }
  }

  private takeStale(happening: Happening, message: string): void {
    const replaced = this.formerEntries.get(message);
    const { entry, masked } = this.state;
    if (replaced === undefined || message === entry || masked) return;
    this.stale ??= { line: happening.line, message, replaced };
    this.step(happening, `the message ${message} leaves, which the entry was until line ${replaced}`);
  }

  private takeState(happening: Happening, state: VectorsState): void {
    const next = this.read(state);
    const before = this.state;
    const { line } = happening;
    const changed = (Object.keys(next) as (keyof VectorState)[]).filter((key) => next[key] !== before[key]);
    if (changed.length === 0) return;
    const isBefore = line === 0;
    if (!isBefore) for (const key of changed) this.since[key] = line;
    this.state = next;
    this.misread = undefined;
    this.states.push({ line, state: next });
    if (this.states.length > STATES_KEPT) this.states.splice(1, STATES_KEPT / 2);
    this.followOpen(line);
    if (next.entry !== before.entry) {
      this.formerEntries.set(before.entry, line);
      this.formerEntries.delete(next.entry);
    }
    if (this.resetAt === line || isBefore) return;
    for (const key of changed) this.tellChange(happening, key, next);
  }

  private followOpen(line: number): void {
    const { enabled, functionMask, masked, mayMaster } = this.state;
    const canSend = enabled && !functionMask && !masked && mayMaster;
    if (canSend && (this.open === undefined || this.open.to !== undefined)) {
      this.open = { from: line, to: undefined, sent: 0 };
    } else if (!canSend && this.open !== undefined && this.open.to === undefined) {
      this.open = { ...this.open, to: line };
    }
  }

  private tellChange(happening: Happening, key: keyof VectorState, next: VectorState): void {
    switch (key) {
      case 'enabled':
        return this.step(happening, `the guest ${next.enabled ? 'enables' : 'disables'} MSI-X`);
      case 'functionMask':
        return this.step(happening, `the guest ${next.functionMask ? 'sets' : 'clears'} Function Mask`);
      case 'mayMaster':
        return this.step(happening, `the guest ${next.mayMaster ? 'sets' : 'clears'} Bus Master Enable`);
      case 'entry':
        return this.tellEntry(happening, next.entry);
      case 'masked':
        return this.step(happening, `the guest ${next.masked ? 'masks' : 'unmasks'} vector ${this.vector}`);
      case 'pending':
        return this.step(
          happening,
          next.pending ? `an interrupt of vector ${this.vector} is pending` : `nothing is pending any more`,
        );
    }
  }

  /** A message is written in dwords; the last of several writes in a row tells it whole. */
  private tellEntry(happening: Happening, entry: string): void {
    const last = this.steps.at(-1);
    const goesOn = last !== undefined && last.sentence.startsWith('the entry becomes');
    if (goesOn) this.steps.pop();
    else this.entryFrom = happening.line;
    const from = goesOn ? `, written from line ${this.entryFrom}` : '';
    this.step(happening, `the entry becomes ${entry}${from}`);
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
    if (this.steps.length > STEPS_KEPT) this.steps.splice(0, STEPS_KEPT / 2);
  }
}
