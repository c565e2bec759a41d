/**
 * An instance of a device that answers later: steps are sent in batches, several of them ahead of their answers. What the next step depends on is
 * read before it is sent, or known beforehand; a message that comes late is waited for.
 */
import { RESET } from '../../machines/alphabet.ts';
import type { Answer, RemoteDevice, Request } from '../device/device.ts';
import { DeviceError } from '../device/failure.ts';
import type { Action, MutableKnowledge } from './actions.ts';
import { failureIn, type Leeway, leewayOf, UNANSWERED } from './ahead.ts';
import { type Failure, failureOf, informBy, record } from './bench.ts';
import type { Instance, Lateness, Readback } from './instance.ts';
import type { MessageBook } from './messages.ts';
import { Observation } from './observation.ts';

/** An instance that did not come to life. */
export function deadInstance({ vectorCount, abilities }: RemoteDevice, error: unknown): Instance {
  const known = error instanceof DeviceError ? error.failure : undefined;
  const failure: Failure = known === undefined ? failureOf(error, 'hello') : { ...known, request: 'hello' };
  return {
    vectorCount,
    abilities,
    device: undefined,
    first: async () => ({ observation: new Observation(vectorCount), failure }),
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
  readonly leeway: Leeway;
}

/** Devices whose reset leaves something else than they should: what they hold is read before it is built upon. */
const SURPRISING = new WeakSet<RemoteDevice>();

/** How many milliseconds a device takes for an answer, where it was fastest. */
const PACES = new WeakMap<RemoteDevice, number>();
/** A device that takes more is asked step by step: what it is asked ahead it would still answer when the time is over. */
const SLOW = 10;

export function remoteInstance(device: RemoteDevice, lateness: Lateness | undefined): Instance {
  const { vectorCount } = device;
  const observation = new Observation(vectorCount, device.merges);
  return {
    vectorCount,
    abilities: device.abilities,
    device: undefined,
    remote: device,
    first: async (book, knowledge) => {
      const requests: Request[] = [{ verb: 'outputs' }];
      readbackRequests('all', vectorCount, requests);
      observation.clear();
      const began = performance.now();
      const answers = await device.run(requests);
      const pace = (performance.now() - began) / requests.length;
      PACES.set(device, Math.min(pace, PACES.get(device) ?? Infinity));
      const leeway = { isOpen: false, isBlind: knowledge.isBlind };
      const failure = take(requests, answers, 1, requests.length, observation, leeway);
      if (failure === undefined) informBy(observation, book, knowledge);
      return { observation, failure };
    },
    run: async (path, book, knowledge, onStep) => {
      const isWaiting = lateness !== undefined && lateness.wait > 0 && path.mostSends !== undefined;
      const isSlow = (PACES.get(device) ?? 0) > SLOW;
      const size = isWaiting || isSlow ? 1 : (path.ahead ?? BATCH);
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
          const leeway = leewayOf(action, knowledge, knowledge.keepsOpenWrites);
          const after = requests.length;
          const readback = path.readback(action, step);
          readbackRequests(readback, vectorCount, requests);
          const message = action.event === undefined && !knowledge.isBlind ? knowledge.message.slice() : undefined;
          sent.push({ action, from, after, to: requests.length, message, leeway });
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
        // Where the time is over, the first of them says so.
        answers.catch(() => {});
        last = answers;
        running.push({ batch, answers });
      };
      /** The names of the actions that the device had besides, where it fails at one. */
      const sentBeside = (sent: readonly Sent[], index: number): string[] =>
        [...sent.slice(index + 1), ...running.flatMap(({ batch }) => batch.sent)].map(({ action }) => action.name);
      /** Judges a batch. Returns whether the path goes on. */
      const judge = ({ requests, sent }: Batch, answers: readonly Answer[]): boolean => {
        for (let index = 0; index < sent.length; index++) {
          const { action, from, after, to, message, leeway } = sent[index];
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
              leeway,
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
  leeway: Leeway,
): Failure | undefined {
  for (let at = from; at < to; at++) {
    const { outcome, low, high, outputs } = answers[at];
    const request = requests[at];
    if (outcome !== 'ok') {
      const failure = failureIn(request, answers[at], leeway);
      if (failure !== undefined) return failure;
      if (request.verb === 'tableRead') record(observation, request, UNANSWERED, UNANSWERED);
      continue;
    }
    if (request.verb === 'outputs') {
      if (outputs.length > 0)
        observation.outputs = observation.outputs.length === 0 ? outputs : [...observation.outputs, ...outputs];
    } else if (request.verb === 'configRead' || request.verb === 'tableRead' || request.verb === 'pbaRead')
      record(observation, request, low >>> 0, high >>> 0);
  }
  return undefined;
}
