/**
 * A subject: whatever is put to the judge, behind one face. It makes fresh instances, and runs paths on them: at once where the
 * device is in this process, in batches sent ahead of answers where it is not.
 */
import { RESET } from '../../machines/alphabet.ts';
import type { Ability, Answer, Device, DeviceFactory, RemoteDevice, Request } from '../device/device.ts';
import { abilitiesOf } from '../device/remote.ts';
import type { Action, MutableKnowledge } from './actions.ts';
import { Bench, type Failure, informBy, record, tellRequest } from './bench.ts';
import type { MessageBook } from './messages.ts';
import { Observation } from './observation.ts';

/** What is read back after a step: everything, some vectors, or nothing. */
export type Readback = 'all' | 'none' | readonly number[];

/** A path as it is run: actions one by one, chosen by what the guest knows; undefined ends it. */
export interface SubjectPath {
  readonly next: (knowledge: MutableKnowledge, step: number) => Action | undefined;
  readonly readback: (action: Action, step: number) => Readback;
  /** How many steps are sent ahead of their answers, where the device answers later. One tells where it ends exactly. */
  readonly ahead?: number;
  /**
   * The message that every entry of a right device holds after a reset, by number, where that is known: then more is sent before it is read.
   * A device that holds another one ends the path, and is not asked ahead again.
   */
  readonly resetLeaves?: number;
  /** How many messages an action may let out now; where it is left out, none is waited for. */
  readonly mostSends?: (action: Action) => number;
}

/**
 * Is told of each step. The observation is used again for the next one. Returns whether the path goes on. Of a read it is told twice:
 * of its answer, and, where there is one, of the readback after it (`isAfterwards`), so that the one does not hide the other.
 */
export type OnStep = (
  action: Action,
  observation: Observation,
  failure: Failure | undefined,
  isAfterwards: boolean,
) => boolean;

/** An instance of a device. */
export interface Instance {
  readonly vectorCount: number;
  readonly abilities: ReadonlySet<Ability>;
  /** The device itself, where it is in this process. */
  readonly device: Device | undefined;
  /** What is read of it now, without an action. */
  first(
    book: MessageBook,
    knowledge: MutableKnowledge,
  ): Promise<{ observation: Observation; failure: Failure | undefined }>;
  run(path: SubjectPath, book: MessageBook, knowledge: MutableKnowledge, onStep: OnStep): Promise<void>;
}

/** How late messages may be. */
export interface Lateness {
  /** How many milliseconds one that is missing is waited for. Where it is more than 0, each step waits for its answers. */
  wait: number;
  /** How late one came, at most, and how many did. */
  longest: number;
  count: number;
}

/** Something that makes instances. */
export interface Subject {
  readonly name: string;
  /** The numbers of vectors that it can have, smallest first. */
  readonly vectorCounts: readonly number[];
  readonly abilities: ReadonlySet<Ability>;
  /** The vectors that can be signalled, of an instance with a number of them; undefined when all can. */
  readonly signalled?: (vectorCount: number) => readonly number[] | undefined;
  /** What its keeper has to say of it, in sentences. */
  readonly notes?: readonly string[];
  /** Whether its devices are in this process. */
  readonly isLocal: boolean;
  /** How messages are waited for that come after their answers; undefined where devices do that themselves. */
  readonly lateness?: Lateness;
  /** How many instances were made. */
  readonly instances: number;
  open(vectorCount: number): Promise<Instance>;
  close(): Promise<void>;
}

/** The numbers of vectors that are tried. */
export const VECTOR_COUNTS: readonly number[] = [1, 2, 3, 33, 65, 2048];

/** A subject of a factory in this process. @throws what the factory throws when no number of vectors suits it. */
export function subjectOf(factory: DeviceFactory, wished: readonly number[] = VECTOR_COUNTS): Subject {
  const counts: number[] = [];
  let abilities: ReadonlySet<Ability> = new Set();
  let name = '';
  let refusal: unknown;
  for (const vectorCount of wished) {
    try {
      const device = factory({ vectorCount });
      if (device.vectorCount !== vectorCount) {
        // It has a number of its own.
        if (!counts.includes(device.vectorCount)) counts.push(device.vectorCount);
      } else counts.push(vectorCount);
      abilities = abilitiesOf(device);
      ({ name } = device);
    } catch (error) {
      refusal ??= error;
    }
  }
  if (counts.length === 0) throw refusal;
  let instances = 0;
  return {
    name,
    vectorCounts: counts.toSorted((one, other) => one - other),
    abilities,
    isLocal: true,
    get instances() {
      return instances;
    },
    open: async (vectorCount) => {
      instances++;
      return localInstance(factory({ vectorCount }));
    },
    close: async () => {},
  };
}

/** An instance of a device in this process. */
export function localInstance(device: Device): Instance {
  return {
    vectorCount: device.vectorCount,
    abilities: abilitiesOf(device),
    device,
    first: async (book, knowledge) => {
      const bench = new Bench(device, book);
      let failure: Failure | undefined;
      try {
        device.takeOutputs();
      } catch (error) {
        failure = { request: 'outputs', text: String(error) };
      }
      failure ??= bench.readBack();
      if (failure === undefined) bench.inform(knowledge);
      return { observation: bench.observation, failure };
    },
    run: async (path, book, knowledge, onStep) => {
      const bench = new Bench(device, book);
      for (let step = 0; ; step++) {
        const action = path.next(knowledge, step);
        if (action === undefined) return;
        let failure = bench.perform(action, knowledge);
        action.learn(knowledge);
        bench.observation.complete(book, knowledge);
        const readback = path.readback(action, step);
        const isRead = action.event === undefined;
        let goesOn = !isRead || onStep(action, bench.observation, failure, false);
        if (isRead) bench.observation.clear();
        if (failure === undefined && readback !== 'none')
          failure = bench.readBack(readback === 'all' ? undefined : readback);
        if (!isRead || readback !== 'none') goesOn = onStep(action, bench.observation, failure, isRead) && goesOn;
        bench.inform(knowledge);
        if (!goesOn || failure !== undefined) return;
      }
    },
  };
}

/** A subject of devices that answer later, with different numbers of vectors. Each has one instance at a time. */
export function remoteSubject(...devices: readonly [RemoteDevice, ...RemoteDevice[]]): Subject {
  let instances = 0;
  const lateness = devices.every(({ waitsItself }) => waitsItself !== true)
    ? { wait: 0, longest: 0, count: 0 }
    : undefined;
  const deviceOf = (vectorCount: number): RemoteDevice =>
    devices.find((each) => each.vectorCount === vectorCount) ?? devices[0];
  return {
    name: devices[0].name,
    get vectorCounts() {
      return devices.map(({ vectorCount }) => vectorCount).toSorted((one, other) => one - other);
    },
    get abilities() {
      return devices[0].abilities;
    },
    signalled: (vectorCount) => deviceOf(vectorCount).signalled,
    notes: devices.flatMap(({ notes = [] }) => notes),
    isLocal: false,
    lateness,
    get instances() {
      return instances;
    },
    open: async (vectorCount) => {
      instances++;
      const device = deviceOf(vectorCount);
      try {
        await device.fresh();
      } catch (error) {
        // A program that does not start again is an observation, too.
        return deadInstance(device, error instanceof Error ? error.message : String(error));
      }
      return remoteInstance(device, lateness);
    },
    close: async () => {
      await Promise.all(devices.map((each) => each.close()));
    },
  };
}

/** An instance that did not come to life. */
function deadInstance({ vectorCount, abilities }: RemoteDevice, text: string): Instance {
  return {
    vectorCount,
    abilities,
    device: undefined,
    first: async () => ({ observation: new Observation(vectorCount), failure: { request: 'hello', text } }),
    run: async () => {},
  };
}

/** So many steps are sent together, and so many batches are on their way: a device need not wait for the judge, nor the judge for it. */
const BATCH = 256;
const IN_FLIGHT = 4;

const MESSAGES: Request = { verb: 'outputs' };

/** Steps that are sent together. */
interface Batch {
  readonly requests: readonly Request[];
  readonly sent: readonly Sent[];
  readonly goesOn: boolean;
  /** Whether what it leaves is looked at before the next one is made. */
  readonly isCut: boolean;
}

interface Sent {
  readonly action: Action;
  readonly from: number;
  /** Where its readback begins. */
  readonly after: number;
  /** What the guest knew of the entries when it read some of their dwords. */
  readonly message: Int8Array | undefined;
  readonly to: number;
}

/** Devices whose reset leaves something else than they should: what they hold is read before it is built upon. */
const SURPRISING = new WeakSet<RemoteDevice>();

function remoteInstance(device: RemoteDevice, lateness: Lateness | undefined): Instance {
  const { vectorCount } = device;
  const observation = new Observation(vectorCount, device.merges);
  return {
    vectorCount,
    abilities: device.abilities,
    device: undefined,
    first: async (book, knowledge) => {
      const requests: Request[] = [{ verb: 'outputs' }];
      readbackRequests('all', vectorCount, requests);
      observation.clear();
      const answers = await device.run(requests);
      const failure = take(requests, answers, 1, requests.length, observation);
      if (failure === undefined) informBy(observation, book, knowledge);
      return { observation, failure };
    },
    run: async (path, book, knowledge, onStep) => {
      const isWaiting = lateness !== undefined && lateness.wait > 0 && path.mostSends !== undefined;
      const size = isWaiting ? 1 : (path.ahead ?? BATCH);
      const leaves = SURPRISING.has(device) ? -1 : (path.resetLeaves ?? -1);
      let step = 0;
      // What the guest learns by reading comes too late for the batch; it goes by what it has written.
      const prepare = (): Batch | undefined => {
        const requests: Request[] = [];
        const sent: Sent[] = [];
        while (sent.length < size) {
          const action = path.next(knowledge, step);
          if (action === undefined)
            return sent.length === 0 ? undefined : { requests, sent, goesOn: false, isCut: false };
          const from = requests.length;
          for (const request of action.requests(knowledge)) requests.push(request);
          requests.push(MESSAGES);
          action.learn(knowledge);
          const after = requests.length;
          const readback = path.readback(action, step);
          readbackRequests(readback, vectorCount, requests);
          const message = action.event === undefined ? knowledge.message.slice() : undefined;
          sent.push({ action, from, after, to: requests.length, message });
          step++;
          if (action.event === RESET && leaves >= 0 && readback !== 'none') expect(knowledge, readback, leaves);
          // What this leaves is read before anything depends on it.
          else if (action.event === RESET || action.isOpen === true)
            return { requests, sent, goesOn: true, isCut: true };
        }
        return { requests, sent, goesOn: true, isCut: size === 1 };
      };
      /** Batches that the device has, the first first. A device that cannot be asked before it has answered gets them one by one. */
      const running: { readonly batch: Batch; readonly answers: Promise<readonly Answer[]> }[] = [];
      let last: Promise<unknown> = Promise.resolve();
      let isOver = false;
      const start = (batch: Batch): void => {
        const answers =
          device.queues === true
            ? device.run(batch.requests)
            : last.then(() => (isOver ? [] : device.run(batch.requests)));
        last = answers;
        running.push({ batch, answers });
      };
      /** The names of the actions that the device had besides, where it fails at one. */
      const sentBeside = (sent: readonly Sent[], index: number): string[] =>
        [...sent.slice(index + 1), ...running.flatMap(({ batch }) => batch.sent)].map(({ action }) => action.name);
      /** Judges a batch. Returns whether the path goes on. */
      const judge = ({ requests, sent }: Batch, answers: readonly Answer[]): boolean => {
        for (let index = 0; index < sent.length; index++) {
          const { action, from, after, to, message } = sent[index];
          const isRead = action.event === undefined;
          const isTwice = isRead && to > after;
          for (let part = 0; part < (isTwice ? 2 : 1); part++) {
            observation.clear();
            const failure = take(
              requests,
              answers,
              part === 0 ? from : after,
              isTwice && part === 0 ? after : to,
              observation,
            );
            if (message !== undefined) observation.complete(book, { message });
            const failed = failure === undefined ? undefined : { ...failure, ahead: sentBeside(sent, index) };
            if (!onStep(action, observation, failed, part > 0) || failure !== undefined) return false;
            if (action.event === RESET && leaves >= 0 && !holdsAll(observation, book, leaves)) {
              SURPRISING.add(device);
              return false;
            }
          }
        }
        return true;
      };
      /** The answers to one step, and what came after them while there was time. */
      const withLate = async (
        { requests, sent: [{ action, after }] }: Batch,
        answers: readonly Answer[],
        mostSends: (action: Action) => number,
      ): Promise<readonly Answer[]> => {
        const at = after - 1;
        if (requests[at] !== MESSAGES || answers[at].outcome !== 'ok') return answers;
        const most = mostSends(action);
        const began = performance.now();
        const { wait } = lateness!;
        const outputs = [...answers[at].outputs];
        for (let waited = 0; outputs.length < most && waited < wait; waited = performance.now() - began) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(1, wait / 20)));
          const [late] = await device.run([MESSAGES]);
          if (late.outcome !== 'ok') break;
          if (late.outputs.length === 0) continue;
          outputs.push(...late.outputs);
          lateness!.longest = Math.max(lateness!.longest, performance.now() - began);
          lateness!.count += late.outputs.length;
        }
        return answers.with(at, { ...answers[at], outputs });
      };
      /** Whether another batch may be made before what was made is judged. */
      let mayPrepare = true;
      for (;;) {
        // The device has the next batches while this one is judged.
        while (mayPrepare && running.length < IN_FLIGHT) {
          const batch = prepare();
          if (batch !== undefined) start(batch);
          mayPrepare = batch?.goesOn === true && !batch.isCut;
        }
        const first = running.shift();
        if (first === undefined) return;
        const answers = await first.answers;
        if (!judge(first.batch, isWaiting ? await withLate(first.batch, answers, path.mostSends) : answers)) break;
        if (running.length > 0) continue;
        informBy(observation, book, knowledge);
        mayPrepare = first.batch.isCut || mayPrepare;
      }
      isOver = true;
      await last;
    },
  };
}

/** What a guest takes the entries to hold that are read, before they are. */
function expect({ message }: MutableKnowledge, readback: 'all' | readonly number[], leaves: number): void {
  if (readback === 'all') message.fill(leaves);
  else for (const vector of readback) message[vector] = leaves;
}

/** Whether every entry that was read holds one message. */
function holdsAll(
  { touched, touchedCount, entries, hasMessage }: Observation,
  book: MessageBook,
  message: number,
): boolean {
  for (let index = 0; index < touchedCount; index++) {
    const at = 4 * touched[index];
    if (
      hasMessage[touched[index]] === 7 &&
      book.holds(touched[index], entries[at], entries[at + 1], entries[at + 2]) !== message
    )
      return false;
  }
  return true;
}

function readbackRequests(readback: Readback, vectorCount: number, requests: Request[]): void {
  if (readback === 'none') return;
  requests.push(READ_HEADER);
  if (readback === 'all') {
    for (let dword = 0; dword < 4 * vectorCount; dword++) requests.push(readOf('tableRead', dword));
    const qwords = Math.ceil(vectorCount / 64);
    for (let dword = 0; dword < 2 * qwords; dword++) requests.push(readOf('pbaRead', dword));
    return;
  }
  for (const vector of readback) {
    for (let dword = 4 * vector; dword < 4 * vector + 4; dword++) requests.push(readOf('tableRead', dword));
    requests.push(readOf('pbaRead', vector >>> 5));
  }
}

const READ_HEADER: Request = { verb: 'configRead', offset: 0, bytes: 4 };
const READS: Record<'tableRead' | 'pbaRead', Request[]> = { tableRead: [], pbaRead: [] };
/** The request that reads a dword: the same one each time, so that it is written out once. */
const readOf = (verb: 'tableRead' | 'pbaRead', dword: number): Request =>
  (READS[verb][dword] ??= { verb, offset: 4 * dword, bytes: 4 });

/** Takes up the answers of one step. */
function take(
  requests: readonly Request[],
  answers: readonly Answer[],
  from: number,
  to: number,
  observation: Observation,
): Failure | undefined {
  for (let at = from; at < to; at++) {
    const { outcome, low, high, outputs, text } = answers[at];
    const request = requests[at];
    // What a device says it lacks, or refuses, is an answer: the access did nothing.
    if (outcome !== 'ok') {
      if (outcome === 'unsupported' || outcome === 'error') continue;
      return { request: tellRequest(request), text: text ?? outcome };
    }
    if (request.verb === 'outputs') {
      if (outputs.length > 0)
        observation.outputs = observation.outputs.length === 0 ? outputs : [...observation.outputs, ...outputs];
    } else if (request.verb === 'configRead' || request.verb === 'tableRead' || request.verb === 'pbaRead')
      record(observation, request, low >>> 0, high >>> 0);
  }
  return undefined;
}
