/**
 * The way from a function to its host, as an option of `function`. A message that was sent is in transit until it arrives.
 *
 * One message a vector can be in transit; sending the next one delivers it. That is a bound of the model, and loses nothing:
 * a longer way only lets older messages arrive later, and they arrive in order.
 */
import { and, stateIn } from 'xstate';
import { arrive, control, READ, signal, unmask } from './alphabet.ts';
import type { MessageSet } from './messages.ts';
import type { Guard, Region, Surroundings } from './region.ts';

/** The guards of the way of `vector`: when the region `region` sends, and which message. */
export function transitGuards(vector: number, region: string, messages: MessageSet): Record<string, Guard> {
  const pending = stateIn({ [region]: { pending: 'set' } });
  return Object.fromEntries(
    messages.values.flatMap((message) => [
      [`inForce.${vector}.${message}`, stateIn({ [region]: { force: message } })],
      [`pendingOpenHolding.${vector}.${message}`, and([pending, `openHolding.${vector}.${message}`])],
      [`pendingUnmaskedHolding.${vector}.${message}`, and([pending, `unmaskedHolding.${vector}.${message}`])],
    ]),
  );
}

/** The region of what is in transit. It stands before `force` and `pending`, so that the older message is delivered first. */
export function transitRegion(vector: number, messages: MessageSet, { opening }: Surroundings): Region {
  const sending = (guard: string, actions: object[]) =>
    messages.values.map((message) => ({
      target: message,
      guard: `${guard}.${vector}.${message}`,
      actions,
      description: 'A message leaves the function. [MSIX-MSG-5]',
    }));
  const state = (description: string, delivered: object[]) => ({
    description,
    on: {
      [signal(vector)]: sending('inForce', delivered),
      [unmask(vector)]: sending('pendingOpenHolding', delivered),
      ...Object.fromEntries(opening.map((value) => [control(value), sending('pendingUnmaskedHolding', delivered)])),
    },
  });
  const inTransit = (message: string) => {
    const deliver = [{ type: 'deliver', params: { vector, message } }];
    const { description, on } = state(`${message} was sent, and has not arrived.`, deliver);
    const arrival = { target: 'none', actions: deliver };
    return {
      description,
      on: {
        ...on,
        [arrive(vector)]: { ...arrival, description: 'It arrives. [MSIX-MSG-5]' },
        [READ]: { ...arrival, description: 'A read completion does not overtake it. [MSIX-MSG-5]' },
      },
    };
  };
  return {
    description: 'The message in transit. Neither a mask nor a reset calls it back. [MSIX-MSG-5]',
    initial: 'none',
    states: {
      none: state('Everything that was sent has arrived.', []),
      ...Object.fromEntries(messages.values.map((message) => [message, inTransit(message)])),
    },
  };
}
