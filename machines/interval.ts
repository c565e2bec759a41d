/**
 * A function whose guest's accesses take time: each is called, takes effect at some moment, and returns. What happens meanwhile may
 * happen before it or after it. This is what an assigned device must refine: the very regions of `function` with `channel`, of
 * which an access is one step, with that step put anywhere between call and return.
 */
import { requireFields } from '../checker/argument/argument.ts';
import { requireVectors } from './argument.ts';
import { type AnyStateMachine, setup, stateIn } from 'xstate';
import { type GuestAccess, accessesOf, isRead, stoppedIn } from './access.ts';
import { functionEvents, poll, READ, readEntry } from './alphabet.ts';
import { createFunction } from './function.ts';
import { GuardRegistry, rewriteEvents } from './guards.ts';
import { type MessageSet, requireMessages } from './messages.ts';
import { assignedActions } from './ownership.ts';
import type { Region } from './region.ts';
import { vectorActions, vectorRegionName } from './vector.ts';

/** The hidden moment at which an access takes effect, and the one at which it is complete. */
export const TAKE_EFFECT = 'access.effect';
export const COMPLETE = 'access.return';

const called = (access: GuestAccess): string => `called_${access.state}`;
const DONE = 'done';

/** Creates the machine, and the alphabet that it is explored with. */
export function createInterval(options: { readonly vectors: number; readonly messages: MessageSet }): {
  readonly machine: AnyStateMachine;
  readonly events: readonly string[];
} {
  const fields = requireFields('the options of createInterval', options, ['vectors', 'messages']);
  const vectors = requireVectors('vectors of createInterval', fields.vectors);
  const messages = requireMessages('messages of createInterval', fields.messages);
  const channel = createFunction({ vectors, messages, channel: true });
  const accesses = accessesOf(vectors, messages);
  const book = new GuardRegistry();
  Object.assign(book.guards, channel.implementations.guards);
  for (const access of accesses) book.define(stoppedIn(access), stateIn({ vcpu: called(access) }));

  const takesEffect = (access: GuestAccess) => ({ event: TAKE_EFFECT, guard: stoppedIn(access) });
  const reads = accesses.filter(isRead).map(takesEffect);
  const guardedEventsOf = (event: string) => {
    if (event === READ) return reads;
    const access = accesses.find((each) => each.event === event);
    return access && [takesEffect(access)];
  };
  const { states } = channel.config as { states: Record<string, Region> };
  const regions = Object.entries(states).map(([name, region]) => [name, rewriteEvents(region, guardedEventsOf, book)]);
  const answers = Array.from({ length: vectors }, (_, vector) => [
    `answers${vector}`,
    answerRegion(vector, messages, book),
  ]);
  const machine = setup({ guards: book.guards, actions: { ...vectorActions, ...assignedActions } }).createMachine({
    id: 'interval',
    type: 'parallel',
    description: 'The function with a channel, whose accesses take time.',
    states: { ...Object.fromEntries([...regions, ...answers]), vcpu: vcpuRegion(accesses) } as Record<string, Region>,
  });
  const own = functionEvents(vectors, messages, true).filter((event) => !event.startsWith('guest.'));
  return { machine, events: [...accesses.map(({ event }) => event), TAKE_EFFECT, COMPLETE, ...own] };
}

/** What a read of an entry answers, at the moment of its effect. */
function answerRegion(vector: number, messages: MessageSet, book: GuardRegistry): Region {
  const region = vectorRegionName(vector);
  const reading = (event: string) => `in ${event.replace('guest.', '')}`;
  const read = reading(readEntry(vector));
  const bit = (name: string, event: string, state: string, values: readonly [string, string]) => {
    book.define(`${name}.${vector} is ${state}`, stateIn({ [region]: { [name]: state } }));
    return answering(vector, name, [
      [values[0], book.all(reading(event), `${name}.${vector} is ${state}`)],
      [values[1], reading(event)],
    ]);
  };
  return {
    type: 'parallel',
    description: `What a read of entry ${vector} answers.`,
    states: {
      pending: bit('pending', poll(vector), 'set', ['pending', 'quiet']),
      mask: bit('mask', readEntry(vector), 'masked', ['masked', 'unmasked']),
      entry: answering(
        vector,
        'entry',
        messages.values.map((value) => [value, book.all(read, `holds.${vector}.${value}`)]),
      ),
    },
  };
}

function answering(vector: number, name: string, answers: readonly (readonly [string, string | undefined])[]): Region {
  const transitions = answers.map(([value, guard]) => ({
    guard,
    actions: { type: 'answer', params: { vector, value } },
    description: 'It is read as it stands.',
  }));
  const shown = { description: 'It is read as it stands.', on: { [TAKE_EFFECT]: transitions } };
  return { description: `The ${name}, as it is read.`, initial: 'shown', states: { shown } };
}

function vcpuRegion(accesses: readonly GuestAccess[]): Region {
  const idle = {
    description: 'No access is under way.',
    on: Object.fromEntries(
      accesses.map((access) => [access.event, { target: called(access), description: 'It is called.' }]),
    ),
  };
  const calls = accesses.map((access) => [
    called(access),
    {
      description: `${access.event} is called.`,
      on: { [TAKE_EFFECT]: { target: DONE, description: 'It takes effect.' } },
    },
  ]);
  const done = {
    description: 'It has taken effect.',
    on: { [COMPLETE]: { target: 'idle', actions: 'return', description: 'It is complete.' } },
  };
  return {
    description: 'The one vCPU that accesses the function.',
    initial: 'idle',
    states: { idle, ...Object.fromEntries(calls), [DONE]: done },
  };
}
