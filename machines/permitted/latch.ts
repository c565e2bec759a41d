/**
 * How events wait in a permitted function: the Pending bit, and what may wait beside it where a choice leaves that open.
 *
 * | state    | what waits                                   | the Pending bit reads |
 * |----------|----------------------------------------------|-----------------------|
 * | `clear`  | nothing                                      | clear                 |
 * | `set`    | an event                                     | set                   |
 * | `two`    | two events, each of which may become a message | set                 |
 * | `many`   | more than two, each of which may             | set                   |
 * | `unseen` | an event that came, or was hidden, while disabled | clear            |
 * | `unseenTwo`, `unseenMany` | two such events, or more, each of which may become a message | clear |
 */
import { and, not } from 'xstate';
import type { Choices } from '../../spec/choices.ts';
import { control, retire, RESET, signal } from '../alphabet.ts';
import type { Guard, Region } from '../region.ts';
import { coalesce, forget, hide, show } from './events.ts';

/** A way in which a blocked vector becomes open: the event, the guard under which it does, and the message that is then in force. */
export interface Opening {
  readonly event: string;
  readonly guard: string;
  readonly message: string;
  /** Whether MSI-X is enabled by it. */
  readonly enables: boolean;
  /** Whether the function sends that message to where it goes. */
  readonly isSent: boolean;
}

const atEnable = ({ disabledEvent, pendingAtDisable, pendingAtEnable }: Choices): readonly string[] => [
  disabledEvent,
  pendingAtDisable,
  pendingAtEnable,
];
/** Whether each of the choices at MSI-X Enable is open: then what waits may change at any time while disabled, and not only at an access. */
const isLooseAtEnable = (choices: Choices): boolean => atEnable(choices).every((choice) => choice === 'any');
/** Whether the function decides anew, at an access, what becomes of an event at MSI-X Enable. */
export const leavesOpen = (choices: Choices): boolean => atEnable(choices).includes('any') && !isLooseAtEnable(choices);

/** The region that holds the events of `vector`. */
export function latchRegion(vector: number, choices: Choices, openings: readonly Opening[]): Region {
  const { disabledEvent, pendingAtDisable, pendingAtEnable, coalescing } = choices;
  const isLoose = isLooseAtEnable(choices);
  const decides = leavesOpen(choices);
  const send = (message: string) => ({ type: 'send', params: { vector, message } });
  const isHidden = disabledEvent === 'hidden' || pendingAtDisable === 'hidden';

  const dropped = 'What waits is dropped as MSI-X is enabled. [MSIX-ENABLE-2]';

  const again = coalescing === 'each';
  /** The states in which so many events wait, and show or do not: where events become one, there is one of each. */
  const shownOf = (times: number): string => (again ? SHOWN[Math.min(times, 3) - 1] : SHOWN[0]);
  const unseenOf = (times: number): string => (again ? UNSEEN[Math.min(times, 3) - 1] : UNSEEN[0]);

  /** What waits goes out: once, or `times`. */
  const released = (times: number): Record<string, object[]> => {
    const on: Record<string, object[]> = {};
    for (const { event, guard, message, enables, isSent } of openings) {
      const isLost = enables && pendingAtEnable === 'lost';
      const target = isLost || isSent ? 'clear' : unseenOf(times);
      if (enables && pendingAtEnable === 'any' && decides)
        (on[event] ??= []).push({ target: 'clear', guard: and(['drops', guard]), description: dropped });
      (on[event] ??= []).push({
        target,
        guard,
        actions: isLost || !isSent ? [] : Array.from({ length: times }, () => send(message)),
        description: isLost
          ? 'What waits is dropped as MSI-X is enabled. [MSIX-ENABLE-2]'
          : isSent
            ? 'The held event goes out, once, and is pending no more. [MSIX-PEND-2] [MSIX-PEND-5]'
            : 'The message goes nowhere. [MSIX-MSG-4]',
      });
    }
    return on;
  };
  /** MSI-X is enabled, and the vector stays masked. */
  const enabling = (target: string, description: string, also?: 'drops' | 'shows'): Record<string, object[]> => {
    const guarded = (guard: string) => (also === undefined ? guard : and([also, guard]));
    return {
      [control('on')]: [{ target, guard: guarded(`enablingMasked.${vector}`), description }],
      [control('onMasked')]: [{ target, guard: guarded('disabled'), description }],
    };
  };
  const disabling = (
    target: string,
    description: string,
    guard: Guard | string = 'enabled',
  ): Record<string, object[]> => {
    const each = [{ target, guard, description }];
    return { [control('off')]: each, [control('offMasked')]: each };
  };
  const atDisable = 'Disabling MSI-X may drop what is pending, or hide it. [MSIX-ENABLE-2]';
  const dropping = and(['drops', 'enabled']);
  /** What becomes at disabling of what shows. */
  const shownAtDisable = (times: number): Record<string, object[]> =>
    ({
      kept: {},
      lost: disabling('clear', atDisable),
      hidden: disabling(unseenOf(times), atDisable),
      any: decides
        ? merge(
            disabling('clear', atDisable, dropping),
            disabling(unseenOf(times), atDisable, and([not('shows'), 'enabled'])),
          )
        : {},
    })[pendingAtDisable];
  /** And of what does not. */
  const unseenAtDisable: Record<string, object[]> = {
    kept: {},
    hidden: {},
    lost: disabling('clear', atDisable),
    any: decides ? disabling('clear', atDisable, dropping) : {},
  }[pendingAtDisable];
  /** What waits is dropped at enabling, where the vector stays masked. */
  const lostAtEnable: Record<string, object[]> = {
    kept: {},
    lost: enabling('clear', dropped),
    any: decides ? enabling('clear', dropped, 'drops') : {},
  }[pendingAtEnable];
  const revealed = 'What was hidden while disabled shows. [MSIX-ENABLE-2] [MSIX-PBA-4]';
  const shownAtEnable = (times: number): Record<string, object[]> =>
    isHidden ? enabling(shownOf(times), revealed) : decides ? enabling(shownOf(times), revealed, 'shows') : {};
  const over = {
    [retire(vector)]: [{ target: 'clear', description: 'The cause is gone. [MSIX-PEND-3]' }],
    [RESET]: [
      {
        target: 'clear',
        description: 'Reset clears the Pending bit, and sends nothing. [MSIX-RESET-1] [MSIX-RESET-5]',
      },
    ],
  };
  const forgotten = {
    [forget(vector)]: [
      { target: 'clear', guard: 'disabled', description: 'An event may be dropped while disabled. [MSIX-ENABLE-2]' },
    ],
  };
  const held = 'An event of a masked vector is held. [MSIX-PEND-1] [MSIX-PBA-4]';
  const heldWhileDisabled = 'An event while disabled is held. [MSIX-ENABLE-2]';
  const heldDisabled: object[] = {
    pending: [{ target: 'set', guard: 'disabled', description: heldWhileDisabled }],
    hidden: [{ target: 'unseen', guard: 'disabled', description: heldWhileDisabled }],
    unseen: [{ target: 'unseen', guard: 'disabled', description: heldWhileDisabled }],
    dropped: [],
    any: !decides
      ? [{ target: 'set', guard: 'disabled', description: heldWhileDisabled }]
      : [
          { target: 'set', guard: and(['disabled', 'shows', not('drops')]), description: heldWhileDisabled },
          { target: 'unseen', guard: and(['disabled', not('drops')]), description: heldWhileDisabled },
        ],
  }[disabledEvent];
  // What a write to the Pending Bit Array does is open; the suites write only bits of vectors that are blocked.
  const writtenAs = (bit: 'clear' | 'set', target: string, description: string): Record<string, object[]> => ({
    [`guest.pba.${vector}.${bit}`]: [{ target, guard: 'pbaPerformed', description }],
  });
  const written = (target: string, description: string): Record<string, object[]> => ({
    ...writtenAs('clear', target, description),
    ...writtenAs('set', target, description),
  });
  const cleared = choices.pbaWrites === 'any' ? written('clear', PBA_CLEARED) : {};
  const waits = (times: number): Record<string, object[]> =>
    merge(
      released(times),
      lostAtEnable,
      shownAtDisable(times),
      over,
      cleared,
      isLoose
        ? {
            ...forgotten,
            [hide(vector)]: [
              {
                target: unseenOf(times),
                guard: 'disabled',
                description: 'The bit need not show while disabled. [MSIX-ENABLE-2]',
              },
            ],
          }
        : {},
    );

  /** So many events wait, and no Pending bit shows it. */
  const waitsUnseen = (times: number): Record<string, object[]> => {
    const next = again ? times + 1 : 1;
    const oneMore = { guard: 'disabled', description: heldWhileDisabled };
    return merge(
      {
        [signal(vector)]: [
          { target: shownOf(next), guard: `maskedEnabled.${vector}`, description: held },
          ...(disabledEvent === 'pending' || disabledEvent === 'any'
            ? [
                {
                  target: shownOf(next),
                  guard: decides && disabledEvent === 'any' ? and(['disabled', 'shows', not('drops')]) : 'disabled',
                  description: heldWhileDisabled,
                },
              ]
            : []),
          ...(again && (disabledEvent === 'hidden' || disabledEvent === 'unseen')
            ? [{ ...oneMore, target: unseenOf(next) }]
            : []),
          ...(again && disabledEvent === 'any' && decides
            ? [{ ...oneMore, target: unseenOf(next), guard: and(['disabled', not('drops')]) }]
            : []),
          ...(again && choices.addresses !== 'all'
            ? [
                {
                  target: unseenOf(next),
                  guard: `refused.${vector}`,
                  description: 'The message goes nowhere. [MSIX-MSG-4]',
                },
              ]
            : []),
        ],
      },
      released(times),
      lostAtEnable,
      shownAtEnable(times),
      unseenAtDisable,
      over,
      choices.pbaWrites === 'any'
        ? {
            ...writtenAs('clear', 'clear', PBA_CLEARED),
            ...writtenAs('set', shownOf(times), 'A write sets the bit, and the event shows. [MSIX-PBA-3]'),
          }
        : {},
      isLoose
        ? {
            ...forgotten,
            [show(vector)]: [
              { target: shownOf(times), guard: `blocked.${vector}`, description: 'It may show. [MSIX-ENABLE-2]' },
            ],
          }
        : {},
      choices.addresses === 'all'
        ? {}
        : {
            [forget(vector)]: [
              { target: 'clear', description: 'A message that goes nowhere may be dropped. [MSIX-MSG-4]' },
            ],
          },
      times > 1 ? { [coalesce(vector)]: [{ target: unseenOf(times - 1), description: FEWER }] } : {},
    );
  };

  const states: Record<string, Region> = {
    clear: {
      description:
        'No event waits, so no message may come, and the Pending bit reads clear. [MSIX-PEND-4] [MSIX-PBA-4]',
      on: {
        ...(choices.pbaWrites === 'any' ? written('set', 'A write sets the bit. [MSIX-PBA-3]') : {}),
        [signal(vector)]: [
          { target: 'set', guard: `maskedEnabled.${vector}`, description: held },
          ...heldDisabled,
          ...(choices.addresses === 'all'
            ? []
            : [
                { target: 'unseen', guard: `refused.${vector}`, description: 'The message goes nowhere. [MSIX-MSG-4]' },
              ]),
        ],
      },
    },
    set: {
      description: 'An event waits, and the Pending bit reads set at every read. [MSIX-PBA-4] [MSIX-PEND-1]',
      on: merge(
        waits(1),
        again
          ? {
              [signal(vector)]: [{ target: 'two', guard: `blocked.${vector}`, description: MORE_WAITS }],
            }
          : {},
      ),
    },
    unseen: {
      description: 'An event waits that no Pending bit shows; it may become a message. [MSIX-ENABLE-2] [MSIX-PEND-4]',
      on: waitsUnseen(1),
    },
    ...(again
      ? {
          two: {
            description: 'Two events wait, and the Pending bit reads set. [MSIX-PBA-4] [MSIX-PEND-4]',
            on: merge(waits(2), {
              [signal(vector)]: [{ target: 'many', guard: `blocked.${vector}`, description: MORE_WAITS }],
              [coalesce(vector)]: [{ target: 'set', description: 'They may become one. [MSIX-PEND-4]' }],
            }),
          },
          many: {
            description: 'More than two events wait, and the Pending bit reads set. [MSIX-PBA-4] [MSIX-PEND-4]',
            on: merge(waits(3), {
              [coalesce(vector)]: [{ target: 'two', description: FEWER }],
            }),
          },
          unseenTwo: {
            description: 'Two events wait, and no Pending bit shows it. [MSIX-ENABLE-2] [MSIX-PEND-4]',
            on: waitsUnseen(2),
          },
          unseenMany: {
            description: 'More than two events wait, and no Pending bit shows it. [MSIX-ENABLE-2] [MSIX-PEND-4]',
            on: waitsUnseen(3),
          },
        }
      : {}),
  };
  return {
    description:
      'What waits, while the vector is blocked. Beyond the Pending bit only where a choice leaves it open. [MSIX-PEND-4]',
    // A Pending bit that is set though nothing blocks the vector breaks this, whatever came before.
    meta: { open: ['MSIX-PEND-5'] },
    initial: 'clear',
    states,
  };
}

const PBA_CLEARED = 'A write clears the bit, be it one of zeros or of ones. [MSIX-PBA-3]';
const SHOWN = ['set', 'two', 'many'];
const UNSEEN = ['unseen', 'unseenTwo', 'unseenMany'];
const FEWER = 'They may become fewer. [MSIX-PEND-4]';
const MORE_WAITS = 'One more event waits. [MSIX-PEND-4]';

/** Joins transition tables; where several have an event, their transitions stand in order. */
export function merge(...tables: readonly Record<string, object[]>[]): Record<string, any> {
  const all: Record<string, object[]> = {};
  for (const table of tables)
    for (const [event, each] of Object.entries(table)) all[event] = [...(all[event] ?? []), ...each];
  return all;
}
