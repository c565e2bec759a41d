/**
 * The message in force of a permitted function: the copy that it may keep of an entry while the vector is not masked.
 */
import type { Choices } from '../../spec/choices.ts';
import { control, mask, RESET, refresh, signal, unmask, write } from '../alphabet.ts';
import type { MessageSet } from '../messages.ts';
import type { Region } from '../region.ts';
import { merge } from './latch.ts';
import { isOfX86, isZero, OTHER, TORN } from './values.ts';

/** How much of a message's way the choice `addresses` leaves open: it is sent, it is refused, or the platform decides. */
export function wayOf(message: string, addresses: Choices['addresses']): 'sent' | 'refused' | 'open' {
  if (addresses === 'all') return 'sent';
  // What it is that nobody here wrote, is not known: it may have such an address.
  if (message === OTHER) return 'open';
  if (isOfX86(message)) return 'sent';
  if (addresses === 'any') return 'open';
  return addresses === 'x86' || isZero(message) ? 'refused' : 'sent';
}

/** Whether a copy outlives a time in which MSI-X is disabled. */
export const outlivesDisabling = ({ message }: Choices): boolean =>
  message === 'maskEdge' || message === 'any' || message === 'torn';

/** The region of the message in force of `vector`. */
export function copyRegion(vector: number, messages: MessageSet, choices: Choices): Region {
  const values = [...messages.values, OTHER];
  const outlives = outlivesDisabling(choices);
  const taken = (message: string, guard: string) => ({
    target: message,
    guard: `${guard}.${vector}.${message}`,
    description: 'The whole entry comes into force. [MSIX-MSG-1]',
  });
  const taking: Record<string, object[]> = outlives
    ? {
        [unmask(vector)]: values.map((message) => taken(message, 'passingHolding')),
        [control('on')]: values.map((message) => taken(message, 'unmaskedHolding')),
        [control('off')]: values.map((message) => taken(message, 'unmaskedHolding')),
      }
    : {
        [unmask(vector)]: values.map((message) => taken(message, 'openHolding')),
        [control('on')]: values.map((message) => taken(message, 'unmaskedHolding')),
      };
  const closing = (['offMasked', 'onMasked', ...(outlives ? [] : ['off'])] as const).map((each) =>
    control(each as 'off'),
  );
  const blocked = [
    { target: 'none', description: 'The vector is masked, and what its entry holds means nothing. [MSIX-MSG-6]' },
  ];
  const inForce = (message: string): Region => {
    const way = wayOf(message, choices.addresses);
    const send = {
      guard: way === 'open' ? 'openTaken' : 'open',
      actions: { type: 'send', params: { vector, message } },
      description: 'An event goes out at once, with the message in force, whatever that is. [MSIX-MASK-1] [MSIX-MSG-6]',
    };
    const isTorn = choices.message === 'torn';
    const immediate =
      (choices.message === 'immediate' || isTorn) && choices.openWrites !== 'dropped'
        ? messages.writes
            .map((each) => [write(vector, each.name), each.result(message)] as const)
            .filter(([, result]) => result !== message)
            .map(([event, target]) => [
              event,
              [
                {
                  target: isTorn ? TORN : target,
                  ...(choices.openWrites === 'any' ? { guard: `writable.${vector}` } : {}),
                  description: isTorn
                    ? 'What it sends now is undefined. [MSIX-MSG-2] [MSIX-MSG-3]'
                    : 'A change comes into force at once. [MSIX-MSG-2]',
                },
              ],
            ])
        : [];
    const again =
      choices.message === 'any' || isTorn
        ? {
            [refresh(vector)]: values
              .filter((other) => other !== message)
              .map((other) => ({
                target: other,
                guard: `holds.${vector}.${other}`,
                description: 'The function may read the entry again, as a whole. [MSIX-MSG-1] [MSIX-MSG-3]',
              })),
          }
        : {};
    return {
      description: `The vector sends ${message}, and no mixture of messages. [MSIX-MSG-1] [MSIX-MSG-3] [MSIX-MSG-4]`,
      on: merge(
        {
          [mask(vector)]: blocked,
          ...Object.fromEntries(closing.map((event) => [event, blocked])),
          ...(way === 'refused' ? {} : { [signal(vector)]: [send] }),
          [RESET]: [{ target: 'none', description: 'Reset masks the vector. [MSIX-RESET-1]' }],
        },
        Object.fromEntries(immediate) as Record<string, object[]>,
        again,
      ),
    };
  };
  const torn: Region = {
    description:
      'The entry was changed while the vector was not masked, and it sends any message. [MSIX-MSG-2] [MSIX-MSG-3]',
    on: merge(
      { [mask(vector)]: blocked, ...Object.fromEntries(closing.map((event) => [event, blocked])) },
      {
        [signal(vector)]: [
          {
            guard: choices.addresses === 'all' ? 'open' : 'openTaken',
            actions: { type: 'send', params: { vector, message: TORN } },
            description: 'An event goes out at once, with some message. [MSIX-MASK-1] [MSIX-MSG-2]',
          },
        ],
        [RESET]: [{ target: 'none', description: 'Reset masks the vector. [MSIX-RESET-1]' }],
      },
    ),
  };
  return {
    description:
      'The message in force: a copy of the entry, which the function may keep while the vector is not masked. [MSIX-MSG-1]',
    initial: 'none',
    states: {
      none: {
        description: 'The vector is blocked, and has no message in force. [MSIX-MSG-6]',
        on: taking as Record<string, any>,
      },
      ...Object.fromEntries(values.map((message) => [message, inForce(message)])),
      ...(choices.message === 'torn' ? { [TORN]: torn } : {}),
    },
  };
}
