/**
 * A device that answers later, behind the form that answers at once: what will be asked of it is noted, asked in one go, and then answered from
 * what came. Whatever walks a device in this process walks a program so.
 */
import type { AccessResult, Answer, Device, DeviceOutput, RemoteDevice, Request } from '../device/device.ts';
import { isRefusal } from '../device/failure.ts';
import { formOf } from '../device/protocol.ts';
import { type Action, isMasked, type MutableKnowledge } from './actions.ts';
import { type Failure, tellRequest } from './bench.ts';

/** The device. It is asked twice: once to note what is asked, once to be answered. */
export class AheadDevice implements Device {
  readonly name: string;
  readonly vectorCount: number;
  readonly lastResult?: AccessResult;
  readHigh = 0;
  readonly reset?: () => void;
  readonly retire?: (vector: number) => void;
  readonly pbaWrite?: (offset: number, bytes: number, low: number, high: number) => void;
  private noted: Request[] | undefined;
  private answers: readonly Answer[] = [];
  private at = 0;

  constructor({ name, vectorCount, abilities }: RemoteDevice) {
    this.name = name;
    this.vectorCount = vectorCount;
    if (abilities.has('reset')) this.reset = () => void this.ask({ verb: 'reset' });
    if (abilities.has('retire')) this.retire = (vector) => void this.ask({ verb: 'retire', vector });
    if (abilities.has('pbaWrite'))
      this.pbaWrite = (offset, bytes, low, high) => void this.ask({ verb: 'pbaWrite', offset, bytes, low, high });
  }

  /** What some work asks. Nothing is asked, and what it is answered with means nothing. */
  note(work: () => void): readonly Request[] {
    const noted: Request[] = [];
    this.noted = noted;
    work();
    this.noted = undefined;
    return noted;
  }

  /** Answers what is asked next with these, none of which is a failure. */
  play(answers: readonly Answer[]): void {
    this.answers = answers;
    this.at = 0;
  }

  private ask(request: Request): Answer {
    if (this.noted !== undefined) {
      this.noted.push(request);
      return NOTHING;
    }
    return this.answers[this.at++];
  }

  private read(request: Request): number {
    const { outcome, low, high } = this.ask(request);
    // Of what a device may refuse, only the table is looked at.
    const isUnanswered = outcome !== 'ok' && request.verb === 'tableRead';
    this.readHigh = isUnanswered ? UNANSWERED : high;
    return isUnanswered ? UNANSWERED : low;
  }

  configRead = (offset: number, bytes: number): number => this.read({ verb: 'configRead', offset, bytes });
  tableRead = (offset: number, bytes: number): number => this.read({ verb: 'tableRead', offset, bytes });
  pbaRead = (offset: number, bytes: number): number => this.read({ verb: 'pbaRead', offset, bytes });

  configWrite(offset: number, bytes: number, value: number): void {
    this.ask({ verb: 'configWrite', offset, bytes, value });
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    this.ask({ verb: 'tableWrite', offset, bytes, low, high });
  }

  signal(vector: number): void {
    this.ask({ verb: 'signal', vector });
  }

  takeOutputs(): readonly DeviceOutput[] {
    return this.ask({ verb: 'outputs' }).outputs;
  }

  save(): number {
    return this.ask({ verb: 'save' }).low;
  }

  restore(snapshot: number): void {
    this.ask({ verb: 'restore', snapshot });
  }
}

/** What the standard, or the profile, leaves open of one action, beside the forms of its accesses. */
export interface Leeway {
  /** Whether it leaves open what a write to the table does. */
  readonly isOpen: boolean;
  /** Whether the table may be gone then, since MSI-X is disabled. */
  readonly isBlind: boolean;
}

/** What an action leaves open, as the guest knows the function before it; it then knows what is so afterwards. */
export function leewayOf(action: Action, knowledge: MutableKnowledge, keepsOpenWrites: boolean): Leeway {
  const { event = '', vector } = action;
  const isOpen =
    action.isOpen === true || (event.startsWith('guest.write') && !keepsOpenWrites && !isMasked(knowledge, vector));
  action.learn(knowledge);
  // An access to the table neither enables nor disables: what is so afterwards holds for the access and for its readback.
  return { isOpen, isBlind: knowledge.isBlind };
}

/** Whether a device may refuse a request: its form is left open, or it may have nothing there. Then it did nothing, and says nothing. */
export function mayRefuse(request: Request, { isOpen, isBlind }: Leeway): boolean {
  switch (request.verb) {
    case 'configRead':
    case 'configWrite':
      // Other registers than Message Control need not be at hand.
      return request.offset >= 4 || request.offset + request.bytes <= 2;
    case 'tableRead':
      return isBlind || isOpenForm(request);
    case 'tableWrite':
      return isBlind || isOpen || isOpenForm(request);
    case 'pbaRead':
      return isOpenForm(request);
    default:
      return request.verb === 'pbaWrite';
  }
}

const isOpenForm = ({ offset, bytes }: { readonly offset: number; readonly bytes: number }): boolean =>
  bytes < 4 || offset % bytes !== 0;

/** What reads as this where the table is gone, nobody answers. */
export const UNANSWERED = 0xffffffff;

/** What is wrong with an answer: nothing where it is what was asked for, or where the device may refuse that. */
export function failureIn(request: Request, answer: Answer, leeway: Leeway): Failure | undefined {
  const { outcome, failure } = answer;
  if (outcome === 'ok') return undefined;
  const { words = '', ...rest } = failure ?? { kind: outcome };
  const isRefused = isRefusal(rest);
  if (isRefused && mayRefuse(request, leeway)) return undefined;
  return { ...rest, words, request: tellRequest(request), form: isRefused ? formToBlame(request) : undefined };
}

/** The form of what is refused, but for the plain writes: these differ by what they are for. */
const formToBlame = (request: Request): string | undefined =>
  (request.verb === 'tableWrite' && request.bytes === 4) || (request.verb === 'configWrite' && request.bytes === 2)
    ? undefined
    : formOf(request);

const NOTHING: Answer = { outcome: 'ok', low: 0, high: 0, outputs: [] };

/** What is wrong with the first answer that is a failure. */
export function failureAmong(
  requests: readonly Request[],
  answers: readonly Answer[],
  leeway: Leeway,
): Failure | undefined {
  for (const [index, answer] of answers.entries()) {
    const failure = failureIn(requests[index], answer, leeway);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
