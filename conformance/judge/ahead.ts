/**
 * A device that answers later, behind the form that answers at once: what will be asked of it is noted, asked in one go, and then answered from
 * what came. Whatever walks a device in this process walks a program so.
 */
import type { AccessResult, Answer, Device, DeviceOutput, RemoteDevice, Request } from '../device/device.ts';

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

  /** Answers what is asked next with these. */
  play(answers: readonly Answer[]): void {
    this.answers = answers;
    this.at = 0;
  }

  private ask(request: Request): Answer {
    if (this.noted !== undefined) {
      this.noted.push(request);
      return NOTHING;
    }
    const answer = this.answers[this.at++];
    // What it says it lacks, or refuses, did nothing; a read of it says nothing either, and is none.
    const isWrite = !request.verb.endsWith('Read') && request.verb !== 'save' && request.verb !== 'restore';
    if (answer.outcome !== 'ok' && !((isWrite || mayBeRefused(request)) && isRefusal(answer)))
      throw new Error(answer.text ?? answer.outcome);
    return answer;
  }

  private read(request: Request): number {
    const { low, high } = this.ask(request);
    this.readHigh = high;
    return low;
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

/** Whether an access is of a form that the standard leaves open, or to what a device may not have at hand: refused, it says nothing. */
export const mayBeRefused = (request: Request): boolean => {
  switch (request.verb) {
    case 'configRead':
    case 'configWrite':
      return request.offset >= 4;
    case 'tableRead':
    case 'tableWrite':
    case 'pbaRead':
      return request.bytes < 4 || request.offset % request.bytes !== 0;
    default:
      return request.verb === 'pbaWrite';
  }
};

const NOTHING: Answer = { outcome: 'ok', low: 0, high: 0, outputs: [] };

/** Whether a device that answers so is still there, and goes on. */
export const isRefusal = ({ outcome }: Answer): boolean => outcome === 'unsupported' || outcome === 'error';
