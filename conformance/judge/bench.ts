/**
 * A device on the bench: performs actions on one that answers at once, and observes it. What the device throws is an observation too.
 */
import type { Device, DeviceFailure, DeviceOutput, Request } from '../device/device.ts';
import { thrown } from '../device/failure.ts';
import { dwordOf, outputsOf } from '../device/nonsense.ts';
import { requestLine } from '../device/protocol.ts';
import type { Action, Knowledge, MutableKnowledge } from './actions.ts';
import type { MessageBook } from './messages.ts';
import { Observation } from './observation.ts';
import { OverTime, type TimeLimit } from './time-limit.ts';

/** What a device did instead of doing what it was asked. */
export interface Failure extends DeviceFailure {
  readonly request: string;
  /** The form of access that it refuses, where that is to blame whatever it is for: a read, or a write that is not the plain one. */
  readonly form?: string;
  /** What was sent ahead, by name: a program that ends may have got that far, and its last answers may be lost. */
  readonly ahead?: readonly string[];
}

const NOTHING: readonly DeviceOutput[] = [];

/** A device, and what is observed of it. */
export class Bench {
  readonly device: Device;
  readonly observation: Observation;
  private readonly book: MessageBook;
  private readonly pendingDwords: number;
  private readonly time: TimeLimit | undefined;

  constructor(device: Device, book: MessageBook, time?: TimeLimit) {
    this.device = device;
    this.time = time;
    this.book = book;
    this.observation = new Observation(device.vectorCount);
    this.pendingDwords = Math.ceil(device.vectorCount / 32);
  }

  /** Does one action, and takes what left the device. Returns what the device threw, if it did. */
  perform(action: Action, knowledge: Knowledge): Failure | undefined {
    const { observation } = this;
    observation.clear();
    for (const request of action.requests(knowledge)) {
      try {
        this.ask(request);
      } catch (error) {
        return failureOf(error, tellRequest(request));
      }
    }
    return this.takeOutputs();
  }

  /** Takes what left the device. */
  private takeOutputs(): Failure | undefined {
    try {
      const taken = outputsOf(this.device.takeOutputs());
      // An empty list may be one that the device goes on filling while it is read back.
      this.observation.outputs = taken.length === 0 ? NOTHING : taken;
      return undefined;
    } catch (error) {
      return failureOf(error, 'messages');
    }
  }

  private ask(request: Request): void {
    const { device, observation } = this;
    switch (request.verb) {
      case 'configWrite':
        device.configWrite(request.offset, request.bytes, request.value);
        return;
      case 'tableWrite':
        device.tableWrite(request.offset, request.bytes, request.low, request.high);
        return;
      case 'signal':
        device.signal(request.vector);
        return;
      case 'retire':
        device.retire?.(request.vector);
        return;
      case 'reset':
        device.reset?.();
        return;
      case 'pbaWrite':
        device.pbaWrite?.(request.offset, request.bytes, request.low, request.high);
        return;
      case 'configRead':
      case 'tableRead':
      case 'pbaRead': {
        const low =
          request.verb === 'configRead'
            ? device.configRead(request.offset, request.bytes)
            : request.verb === 'tableRead'
              ? device.tableRead(request.offset, request.bytes)
              : device.pbaRead(request.offset, request.bytes);
        record(
          observation,
          request,
          dwordOf(request.verb, low),
          request.bytes === 8 ? dwordOf('readHigh', device.readHigh) : 0,
        );
        return;
      }
      default:
        throw new RangeError(`Got the request ${request.verb}; expected one of an action.`);
    }
  }

  /** Reads back everything of some vectors; of all when left out. @throws {OverTime} */
  readBack(vectors?: readonly number[]): Failure | undefined {
    const { device, observation } = this;
    try {
      observation.readHeader(dwordOf('configRead', device.configRead(0, 4)));
      if (vectors === undefined) {
        for (let dword = 0; dword < 4 * device.vectorCount; dword++) {
          observation.readTable(dword, dwordOf('tableRead', device.tableRead(4 * dword, 4)));
          // Of thousands of vectors that takes long where each read does.
          if ((dword & 31) === 31) this.time?.check();
        }
        for (let dword = 0; dword < this.pendingDwords; dword++)
          observation.readPending(dword, dwordOf('pbaRead', device.pbaRead(4 * dword, 4)));
        if ((this.pendingDwords & 1) === 1)
          observation.strayPending |= dwordOf('pbaRead', device.pbaRead(4 * this.pendingDwords, 4));
      } else {
        for (const vector of vectors) {
          for (let dword = 4 * vector; dword < 4 * vector + 4; dword++)
            observation.readTable(dword, dwordOf('tableRead', device.tableRead(4 * dword, 4)));
          observation.readPending(vector >>> 5, dwordOf('pbaRead', device.pbaRead(4 * (vector >>> 5), 4)));
        }
      }
      return undefined;
    } catch (error) {
      if (error instanceof OverTime) throw error;
      return failureOf(error, 'a read');
    }
  }

  /** Lets the guest know what it has read. */
  inform(knowledge: MutableKnowledge): void {
    informBy(this.observation, this.book, knowledge);
  }
}

/** Takes up the answer to a read, where it is of whole dwords. */
export function record(
  observation: Observation,
  { verb, offset, bytes }: { readonly verb: string; readonly offset: number; readonly bytes: number },
  low: number,
  high: number,
): void {
  if (verb === 'configRead') {
    if (offset === 0 && bytes === 4) observation.readHeader(low);
    else if (offset === 2 && bytes === 2) observation.control = low & 0xffff;
    else if ((offset === 4 || offset === 8) && bytes === 4) observation.readOffset(offset / 4, low);
    return;
  }
  if ((bytes !== 4 && bytes !== 8) || offset % bytes !== 0) return;
  const dword = offset >>> 2;
  if (verb === 'tableRead') {
    observation.readTable(dword, low);
    if (bytes === 8) observation.readTable(dword + 1, high);
  } else {
    observation.readPending(dword, low);
    if (bytes === 8) observation.readPending(dword + 1, high);
  }
}

/** What a guest knows of the entries that were read. */
export function informBy(observation: Observation, book: MessageBook, knowledge: MutableKnowledge): void {
  const { touched, touchedCount, entries, hasMessage, hasControl } = observation;
  for (let index = 0; index < touchedCount; index++) {
    const vector = touched[index];
    if (hasMessage[vector] !== 7) continue;
    const at = 4 * vector;
    if (knowledge.isBlind) {
      if (observation.isAllOnes(vector)) continue;
      // The table answers, so the Mask Bit is what it reads.
      if (hasControl[vector] === 1) knowledge.masked[vector] = entries[at + 3] & 1;
    }
    const message = book.holds(vector, entries[at], entries[at + 1], entries[at + 2]);
    knowledge.message[vector] = message === book.other ? -1 : message;
  }
}

/** What a device in this process threw. */
export const failureOf = (error: unknown, request: string): Failure => ({ ...thrown(error), request });

/** A request in words, as the text protocol writes it. */
export const tellRequest = (request: Request): string => requestLine(request, String);
