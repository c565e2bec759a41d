/**
 * How events wait in a permitted function: the Pending bit, and what may wait beside it where a choice leaves that open.
 *
 * | state    | what waits                                   | the Pending bit reads |
 * |----------|----------------------------------------------|-----------------------|
 * | `clear`  | nothing                                      | clear                 |
 * | `set`    | an event                                     | set                   |
 * | `many`   | events, each of which may become a message   | set                   |
 * | `unseen` | an event that came, or was hidden, while disabled | clear            |
 */
import type { Choices } from '../../spec/choices.ts';
import { control, retire, RESET, signal } from '../alphabet.ts';
import type { Region } from '../region.ts';
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

/** The region that holds the events of `vector`. */
export function latchRegion(vector: number, choices: Choices, openings: readonly Opening[]): Region {
  const { disabledEvent, pendingAtDisable, pendingAtEnable, coalescing } = choices;
  const isLoose = [disabledEvent, pendingAtDisable, pendingAtEnable].includes('any');
  const send = (message: string) => ({ type: 'send', params: { vector, message } });
  const isHidden = disabledEvent === 'hidden' || pendingAtDisable === 'hidden';

  /** What waits goes out: once, or `times`. */
  const released = (times: number): Record<string, object[]> => {
    const on: Record<string, object[]> = {};
    for (const { event, guard, message, enables, isSent } of openings) {
      const isLost = enables && pendingAtEnable === 'lost';
      const target = isLost || isSent ? 'clear' : 'unseen';
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
  const enabling = (target: string | undefined, description: string): Record<string, object[]> =>
    target === undefined
      ? {}
      : {
          [control('on')]: [{ target, guard: `enablingMasked.${vector}`, description }],
          [control('onMasked')]: [{ target, guard: 'disabled', description }],
        };
  const disabling = (target: string | undefined, description: string): Record<string, object[]> => {
    if (target === undefined) return {};
    const each = [{ target, guard: 'enabled', description }];
    return { [control('off')]: each, [control('offMasked')]: each };
  };
  const lostAtEnable = pendingAtEnable === 'lost';
  const dropped = 'What waits is dropped as MSI-X is enabled. [MSIX-ENABLE-2]';
  const atDisable = { kept: undefined, any: undefined, lost: 'clear', hidden: 'unseen' }[pendingAtDisable];
  const over = {
    [retire(vector)]: [{ target: 'clear', description: 'The cause is gone. [MSIX-PEND-3]' }],
    [RESET]: [
      {
        target: 'clear',
        description: 'Reset clears the Pending bit, and sends nothing. [MSIX-RESET-1] [MSIX-RESET-5]',
      },
    ],
  };
  const held = 'An event of a masked vector is held. [MSIX-PEND-1] [MSIX-PBA-4]';
  const heldDisabled = {
    pending: 'set',
    any: 'set',
    hidden: 'unseen',
    unseen: 'unseen',
    dropped: undefined,
  }[disabledEvent];
  // What a write to the Pending Bit Array does is open; the suites write only bits of vectors that are blocked.
  const cleared =
    choices.pbaWrites === 'any'
      ? {
          [`guest.pba.${vector}.clear`]: [
            { target: 'clear', guard: 'pbaPerformed', description: 'The guest clears the bit. [MSIX-PBA-3]' },
          ],
        }
      : {};
  const again = coalescing === 'each';
  const waits = (times: number): Record<string, object[]> =>
    merge(
      released(times),
      enabling(lostAtEnable ? 'clear' : undefined, dropped),
      disabling(atDisable, 'Disabling MSI-X may drop what is pending, or hide it. [MSIX-ENABLE-2]'),
      over,
      cleared,
      isLoose
        ? {
            [forget(vector)]: [
              {
                target: 'clear',
                guard: 'disabled',
                description: 'An event may be dropped while disabled. [MSIX-ENABLE-2]',
              },
            ],
            [hide(vector)]: [
              {
                target: 'unseen',
                guard: 'disabled',
                description: 'The bit need not show while disabled. [MSIX-ENABLE-2]',
              },
            ],
          }
        : {},
    );

  const states: Record<string, Region> = {
    clear: {
      description:
        'No event waits, so no message may come, and the Pending bit reads clear. [MSIX-PEND-4] [MSIX-PBA-4]',
      on: {
        ...(choices.pbaWrites === 'any'
          ? {
              [`guest.pba.${vector}.set`]: [
                { target: 'set', guard: 'pbaPerformed', description: 'The guest sets the bit. [MSIX-PBA-3]' },
              ],
            }
          : {}),
        [signal(vector)]: [
          { target: 'set', guard: `maskedEnabled.${vector}`, description: held },
          ...(heldDisabled === undefined
            ? []
            : [
                {
                  target: heldDisabled,
                  guard: 'disabled',
                  description: 'An event while disabled is held. [MSIX-ENABLE-2]',
                },
              ]),
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
              [signal(vector)]: [
                { target: 'many', guard: `blocked.${vector}`, description: 'One more event waits. [MSIX-PEND-4]' },
              ],
            }
          : {},
      ),
    },
    unseen: {
      description: 'An event waits that no Pending bit shows; it may become a message. [MSIX-ENABLE-2] [MSIX-PEND-4]',
      on: merge(
        {
          [signal(vector)]: [
            { target: again ? 'many' : 'set', guard: `maskedEnabled.${vector}`, description: held },
            ...(disabledEvent === 'pending' || disabledEvent === 'any'
              ? [
                  {
                    target: again ? 'many' : 'set',
                    guard: 'disabled',
                    description: 'An event while disabled is held. [MSIX-ENABLE-2]',
                  },
                ]
              : []),
          ],
        },
        released(1),
        enabling(
          lostAtEnable ? 'clear' : isHidden ? 'set' : undefined,
          lostAtEnable ? dropped : 'What was hidden while disabled shows. [MSIX-ENABLE-2] [MSIX-PBA-4]',
        ),
        disabling(
          pendingAtDisable === 'lost' ? 'clear' : undefined,
          'Disabling MSI-X may drop what waits. [MSIX-ENABLE-2]',
        ),
        over,
        isLoose
          ? {
              [forget(vector)]: [
                {
                  target: 'clear',
                  guard: 'disabled',
                  description: 'An event may be dropped while disabled. [MSIX-ENABLE-2]',
                },
              ],
              [show(vector)]: [
                { target: 'set', guard: `blocked.${vector}`, description: 'It may show. [MSIX-ENABLE-2]' },
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
      ),
    },
    ...(again
      ? {
          many: {
            description: 'Several events wait, and the Pending bit reads set. [MSIX-PBA-4] [MSIX-PEND-4]',
            on: merge(waits(2), {
              [coalesce(vector)]: [{ target: 'set', description: 'They may become one. [MSIX-PEND-4]' }],
            }),
          },
        }
      : {}),
  };
  return {
    description: 'What waits, while the vector is blocked. Beyond the Pending bit only where a choice leaves it open.',
    // A Pending bit that is set though nothing blocks the vector breaks this, whatever came before.
    meta: { open: ['MSIX-PEND-5'] },
    initial: 'clear',
    states,
  };
}

/** Joins transition tables; where several have an event, their transitions stand in order. */
export function merge(...tables: readonly Record<string, object[]>[]): Record<string, any> {
  const all: Record<string, object[]> = {};
  for (const table of tables)
    for (const [event, each] of Object.entries(table)) all[event] = [...(all[event] ?? []), ...each];
  return all;
}
