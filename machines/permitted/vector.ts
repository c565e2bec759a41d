/**
 * One vector of a permitted function: its Mask Bit, its entry, the message in force, what waits, and reserved bits where they are asked for.
 */
import { and, not, or, stateIn } from 'xstate';
import type { Choices } from '../../spec/choices.ts';
import { control, mask, RESET, signal, unmask, write } from '../alphabet.ts';
import type { MessageSet } from '../messages.ts';
import type { Guard, Region } from '../region.ts';
import { vectorRegionName } from '../vector.ts';
import { copyRegion, outlivesDisabling, wayOf } from './copy.ts';
import { keep, keepAddress, settle } from './events.ts';
import { latchRegion, leavesOpen, merge, type Opening } from './latch.ts';
import { OTHER, TORN, UNDEFINED } from './values.ts';

/** What a vector of a permitted function is made of. */
export interface VectorOptions {
  readonly messages: MessageSet;
  readonly choices: Choices;
  /** Whether `use` and `release` are outputs. */
  readonly notifies: boolean;
  /** Whether reserved bits are written. */
  readonly reserved: boolean;
}

/** The Mask Bit written together with all reserved bits of Vector Control. */
export const maskOnes = (vector: number): string => `${mask(vector)}.ones`;
export const unmaskOnes = (vector: number): string => `${unmask(vector)}.ones`;
/** The Mask Bit written by 1 or 2 bytes. */
export const maskNarrow = (vector: number): string => `${mask(vector)}.narrow`;
export const unmaskNarrow = (vector: number): string => `${unmask(vector)}.narrow`;
/** A write to address or data that is no whole dword. */
export const scribble = (vector: number): string => `guest.scribble.${vector}`;
/** The Pending bit of a blocked vector written as zero, or as one. */
export const pendingClear = (vector: number): string => `guest.pba.${vector}.clear`;
export const pendingSet = (vector: number): string => `guest.pba.${vector}.set`;
/** Bits 1:0 of Message Address written as ones, with the rest of it as it is. */
export const addressOnes = (vector: number): string => `guest.address.${vector}.ones`;

const ENABLED = stateIn({ capability: { enable: 'enabled' } });
const PASSING = stateIn({ capability: { functionMask: 'clear' } });
const TAKES = stateIn({ platform: 'takes' });
const PERFORMS = stateIn({ width: 'performs' });

/** The guards that are of no vector. */
export function functionGuards(choices: Choices): Record<string, Guard> {
  const { addresses, disabledTable, narrowWrites, pbaWrites } = choices;
  return {
    ...(leavesOpen(choices)
      ? {
          drops: stateIn({ holding: 'drops' }),
          shows: stateIn({ showing: 'shows' }),
        }
      : {}),
    enabled: ENABLED,
    disabled: not(ENABLED),
    open: and([ENABLED, PASSING]),
    ...(addresses !== 'all' ? { openTaken: and([ENABLED, PASSING, TAKES]) } : {}),
    ...(narrowWrites === 'any' ? { performs: PERFORMS } : {}),
    ...(disabledTable === 'there' ? {} : { inReach: stateIn({ table: 'there' }) }),
    ...(pbaWrites === 'any' ? { pbaPerformed: stateIn({ polling: 'performs' }) } : {}),
  };
}

/** The guards of `vector`. */
export function permittedGuards(vector: number, { messages, choices }: VectorOptions): Record<string, Guard> {
  const region = vectorRegionName(vector);
  const values = [...messages.values, OTHER];
  const unmasked = stateIn({ [region]: { mask: 'unmasked' } });
  const holding = (message: string) => stateIn({ [region]: { entry: message } });
  const copied = (message: string) => stateIn({ [region]: { copy: message } });
  const outlives = outlivesDisabling(choices);
  const each = values.flatMap((message): [string, Guard][] => {
    const id = `${vector}.${message}`;
    const holds = holding(message);
    const unmaskOpens = and([ENABLED, PASSING, not(unmasked), holds]);
    const maskLifts = and([ENABLED, not(PASSING), unmasked, holds]);
    const enables = outlives
      ? and([not(ENABLED), unmasked, or([copied(message), and([not(PASSING), holds])])])
      : and([not(ENABLED), unmasked, holds]);
    const open = wayOf(message, choices.addresses) === 'open';
    return [
      [`holds.${id}`, holds],
      [`openHolding.${id}`, and([ENABLED, PASSING, holds])],
      [`passingHolding.${id}`, and([PASSING, holds])],
      [`unmaskedHolding.${id}`, and([unmasked, holds])],
      [`unmaskOpens.${id}`, unmaskOpens],
      [`maskLifts.${id}`, maskLifts],
      [`enables.${id}`, enables],
      ...(open
        ? ([
            [`unmaskOpensTaken.${id}`, and([TAKES, unmaskOpens])],
            [`maskLiftsTaken.${id}`, and([TAKES, maskLifts])],
            [`enablesTaken.${id}`, and([TAKES, enables])],
          ] as [string, Guard][])
        : []),
    ];
  });
  const isTorn = choices.message === 'torn';
  if (isTorn) {
    const enables = and([not(ENABLED), unmasked, copied(TORN)]);
    each.push([`enables.${vector}.${TORN}`, enables]);
    if (choices.addresses !== 'all') each.push([`enablesTaken.${vector}.${TORN}`, and([TAKES, enables])]);
  }
  const refused = values.filter((message) => wayOf(message, choices.addresses) === 'refused').map(copied);
  const undecided = [
    ...values.filter((message) => wayOf(message, choices.addresses) === 'open'),
    ...(isTorn && choices.addresses !== 'all' ? [TORN] : []),
  ].map(copied);
  return {
    [`unmasked.${vector}`]: unmasked,
    [`masked.${vector}`]: not(unmasked),
    [`blocked.${vector}`]: or([not(ENABLED), not(PASSING), not(unmasked)]),
    ...(choices.openWrites === 'kept'
      ? {}
      : {
          [`writable.${vector}`]: or([
            not(unmasked),
            not(PASSING),
            ...(choices.openWrites === 'any' ? [stateIn({ writing: 'keeps' })] : []),
          ]),
        }),
    [`opens.${vector}`]: and([ENABLED, PASSING]),
    [`enablingMasked.${vector}`]: and([not(ENABLED), not(unmasked)]),
    [`maskedEnabled.${vector}`]: and([ENABLED, or([not(PASSING), not(unmasked)])]),
    ...(choices.addresses === 'all'
      ? {}
      : {
          [`refused.${vector}`]: and([
            ENABLED,
            or([...refused, ...(undecided.length > 0 ? [and([not(TAKES), or(undecided)])] : [])]),
          ]),
        }),
    ...Object.fromEntries(each),
  };
}

/** Every way in which `vector` becomes open. */
function openingsOf(vector: number, { messages, choices }: VectorOptions): Opening[] {
  const torn = choices.message === 'torn' ? [TORN] : [];
  return [...messages.values, OTHER, ...torn].flatMap((message) => {
    const way = message === TORN ? (choices.addresses === 'all' ? 'sent' : 'open') : wayOf(message, choices.addresses);
    const each = [
      ...(message === TORN
        ? []
        : [
            { event: unmask(vector), guard: 'unmaskOpens', enables: false },
            { event: control('on'), guard: 'maskLifts', enables: false },
          ]),
      { event: control('on'), guard: 'enables', enables: true },
    ];
    return each.flatMap(({ event, guard, enables }) => [
      ...(way === 'open'
        ? [{ event, guard: `${guard}Taken.${vector}.${message}`, message, enables, isSent: true }]
        : []),
      { event, guard: `${guard}.${vector}.${message}`, message, enables, isSent: way === 'sent' },
    ]);
  });
}

/** The region of `vector`. */
export function permittedVector(vector: number, options: VectorOptions): Region {
  const { messages, choices, notifies, reserved } = options;
  return {
    type: 'parallel',
    description: `Vector ${vector}, independent of every other. [MSIX-MASK-4]`,
    states: {
      mask: inReach(maskRegion(vector, options), choices),
      entry: inReach(entryRegion(vector, messages, choices), choices),
      copy: inReach(withForms(vector, copyRegion(vector, messages, choices), options), choices),
      latch: withForms(vector, latchRegion(vector, choices, openingsOf(vector, options)), options),
      ...(notifies ? { usage: withForms(vector, usageRegion(vector), options) } : {}),
      ...(reserved
        ? {
            reservedControl: inReach(reservedControl(vector, choices), choices),
            reservedAddress: inReach(reservedAddress(vector, messages, choices), choices),
          }
        : {}),
    },
  };
}

/** The Mask Bit. */
function maskRegion(vector: number, options: VectorOptions): Region {
  const unmasking = [{ target: 'unmasked', description: 'The Mask Bit is written, and read back. [MSIX-TABLE-3]' }];
  const masking = [{ target: 'masked', description: 'The Mask Bit is written, and read back. [MSIX-TABLE-3]' }];
  return withForms(
    vector,
    {
      description: 'The Mask Bit, bit 0 of Vector Control. [MSIX-TABLE-3]',
      meta: { untouched: { 'guest.control': ['MSIX-MASK-3', 'MSIX-ENABLE-3'] } },
      initial: 'masked',
      states: {
        masked: {
          description: 'The vector must not send. [MSIX-MASK-2] [MSIX-TABLE-3]',
          on: { [unmask(vector)]: unmasking },
        },
        unmasked: {
          description: 'The vector sends, unless the function is disabled or masked. [MSIX-MASK-1] [MSIX-TABLE-3]',
          on: {
            [mask(vector)]: masking,
            [RESET]: [{ target: 'masked', description: 'Reset sets the Mask Bit. [MSIX-RESET-1]' }],
          },
        },
      },
    },
    options,
  );
}

/** What a write of the Mask Bit does in a region is done by its other forms too: with reserved bits set, and by too few bytes where those are performed. */
function withForms(vector: number, region: Region, { choices, reserved }: VectorOptions): Region {
  const extend = (on: Record<string, any> = {}): Record<string, any> => {
    const extended = { ...on };
    for (const [plain, ones, narrow] of [
      [mask(vector), maskOnes(vector), maskNarrow(vector)],
      [unmask(vector), unmaskOnes(vector), unmaskNarrow(vector)],
    ]) {
      const transitions = on[plain] as Transition[] | undefined;
      if (transitions === undefined) continue;
      if (reserved) extended[ones] = transitions;
      if (choices.narrowWrites === 'performed') extended[narrow] = transitions;
      if (choices.narrowWrites === 'any') extended[narrow] = transitions.map((each) => performed(each));
    }
    return extended;
  };
  return {
    ...region,
    states: Object.fromEntries(
      Object.entries(region.states ?? {}).map(([name, state]) => [
        name,
        { ...state, on: extend(state.on as Record<string, any>) },
      ]),
    ),
  };
}

/** A region of a function whose table is not always there: what an access to the table does in it is done where the table takes it. */
function inReach(region: Region, { disabledTable }: Choices): Region {
  if (disabledTable === 'there') return region;
  const reached = (event: string, transitions: unknown): unknown =>
    !IS_OF_TABLE.test(event)
      ? transitions
      : typeof transitions === 'string'
        ? { target: transitions, guard: 'inReach' }
        : (Array.isArray(transitions) ? transitions : [transitions]).map((each) => guarded('inReach', each));
  const states = Object.entries(region.states ?? {}).map(([name, state]) => {
    const on = Object.entries((state.on ?? {}) as Record<string, unknown>);
    return [name, { ...state, on: Object.fromEntries(on.map(([event, each]) => [event, reached(event, each)])) }];
  });
  return { ...region, states: Object.fromEntries(states) as Region['states'] };
}

/** The events that are accesses to the table. */
const IS_OF_TABLE = /^guest\.(mask|unmask|write|scribble|address)\./;

/** The same transition, where the function performs the access. */
const performed = (transition: Transition): object => guarded('performs', transition);

interface Transition {
  readonly guard?: Guard | string;
  readonly description: string;
}

/** The same transition, under one guard more. */
function guarded(also: string, { guard, ...rest }: Transition): object {
  return { ...rest, guard: guard === undefined ? also : and([also, guard as Guard]) };
}

/** Address and data. */
function entryRegion(vector: number, messages: MessageSet, { resetEntry, narrowWrites, openWrites }: Choices): Region {
  const values = [...messages.values, OTHER];
  const [zero] = messages.values;
  const resetTarget = resetEntry === 'zero' ? zero : UNDEFINED;
  const undefinedEntry: Region = {
    description: 'After reset address and data may be anything. [MSIX-RESET-4]',
    on: Object.fromEntries(values.map((message) => [settle(vector, message), message])),
  };
  const state = (message: string): Region => {
    const writes = messages.writes
      .map((each) => [write(vector, each.name), each.result(message)] as const)
      .filter(([, result]) => result !== message)
      .map(([event, target]) => [
        event,
        [
          {
            target,
            ...(openWrites === 'kept' ? {} : { guard: `writable.${vector}` }),
            description: 'A write is read back, blocked or not. [MSIX-TABLE-1] [MSIX-MSG-2] [MSIX-ACCESS-3]',
          },
        ],
      ]);
    return {
      description: `The entry holds ${message}, until it is written or reset. [MSIX-TABLE-1]`,
      on: merge(
        Object.fromEntries(writes) as Record<string, object[]>,
        resetEntry === 'kept' || resetTarget === message
          ? {}
          : { [RESET]: [{ target: resetTarget, description: 'What reset leaves is open. [MSIX-RESET-4]' }] },
        narrowWrites === 'dropped'
          ? {}
          : {
              [scribble(vector)]: [
                { target: UNDEFINED, description: 'A write of some bytes of a dword. [MSIX-ACCESS-1]' },
              ],
            },
      ),
    };
  };
  return {
    description: 'Address and data of the entry, as the guest reads them. [MSIX-TABLE-1]',
    meta: { untouched: { 'guest.control': ['MSIX-ENABLE-3'] } },
    initial: resetEntry === 'zero' ? zero : UNDEFINED,
    states: { ...Object.fromEntries(values.map((message) => [message, state(message)])), [UNDEFINED]: undefinedEntry },
  };
}

/** What the device model was told: the vector is in use, or not. */
function usageRegion(vector: number): Region {
  const told = '[MSIX-NOTIFY-1]';
  const use = { type: 'use', params: { vector } };
  const release = [
    {
      target: 'unused',
      actions: { type: 'release', params: { vector } },
      description: `The vector becomes blocked. ${told}`,
    },
  ];
  return {
    description: `Whether the device model was told that the vector is in use. ${told}`,
    initial: 'unused',
    states: {
      unused: {
        description: `The vector is blocked. ${told}`,
        on: {
          [unmask(vector)]: [
            { target: 'used', guard: `opens.${vector}`, actions: use, description: `It opens. ${told}` },
          ],
          [control('on')]: [
            { target: 'used', guard: `unmasked.${vector}`, actions: use, description: `It opens. ${told}` },
          ],
        },
      },
      used: {
        description: `The vector is open. ${told}`,
        on: {
          [mask(vector)]: release,
          [control('off')]: release,
          [control('offMasked')]: release,
          [control('onMasked')]: release,
          [RESET]: release,
        },
      },
    },
  };
}

/** Bits 31:1 of Vector Control. */
function reservedControl(vector: number, { reservedControl: choice, narrowWrites }: Choices): Region {
  const ones = [maskOnes(vector), unmaskOnes(vector)];
  const zeros = [mask(vector), unmask(vector)];
  const region = reservedBits(keep(vector), choice, ones, zeros, 'MSIX-TABLE-4');
  if (choice === 'zero' || narrowWrites === 'dropped') return region;
  // A write of some bytes clears the reserved bits in these, and may clear the other bytes.
  const some = {
    target: 'some',
    description: 'Those in the bytes that are covered are written as zero. [MSIX-ACCESS-1]',
  };
  const fewer =
    narrowWrites === 'performed'
      ? { ones: [some], some: [] }
      : { ones: [OTHERS_CLEARED, { ...some, guard: 'performs' }], some: [OTHERS_CLEARED] };
  const states = Object.entries(region.states ?? {}).map(([name, state]) => {
    const narrow = name === 'ones' || name === 'some' ? fewer[name] : [];
    const whole = name === 'some' ? Object.fromEntries(ones.map((event) => [event, WHOLE_AGAIN])) : {};
    return [
      name,
      { ...state, on: { ...state.on, ...whole, [maskNarrow(vector)]: narrow, [unmaskNarrow(vector)]: narrow } },
    ];
  });
  return { ...region, states: Object.fromEntries(states) as Region['states'] };
}

const WHOLE_AGAIN = [{ target: 'ones', description: 'They are written as ones. [MSIX-TABLE-4]' }];
const OTHERS_CLEARED = {
  target: 'clear',
  guard: and(['performs', stateIn({ extension: 'clears' })]),
  description: 'The bytes that are not covered are cleared. [MSIX-ACCESS-1]',
};

/** Bits 1:0 of Message Address. */
function reservedAddress(vector: number, messages: MessageSet, choices: Choices): Region {
  const { reservedAddress: choice, openWrites, resetEntry } = choices;
  const zeros = messages.writes.filter(({ name }) => !name.startsWith('data')).map(({ name }) => write(vector, name));
  const guard = openWrites === 'kept' ? undefined : `writable.${vector}`;
  return reservedBits(keepAddress(vector), choice, [addressOnes(vector)], zeros, 'MSIX-TABLE-2', guard, resetEntry);
}

function reservedBits(
  fewer: string,
  choice: 'zero' | 'kept' | 'any',
  ones: readonly string[],
  zeros: readonly string[],
  rule: string,
  guard?: string,
  atReset: Choices['resetEntry'] = 'zero',
): Region {
  const to = (target: string, events: readonly string[], description: string) =>
    Object.fromEntries(events.map((event) => [event, [{ target, description }]]));
  const cleared = {
    ...Object.fromEntries(
      zeros.map((event) => [event, [{ target: 'clear', guard, description: `They are written as zero. [${rule}]` }]]),
    ),
    ...(atReset === 'zero' ? to('clear', [RESET], `Reset clears them. [${rule}]`) : {}),
    ...(atReset === 'any' ? to('ones', [RESET], 'What reset leaves is open. [MSIX-RESET-4]') : {}),
  };
  // They may turn out to be fewer: where each of them is kept or not, and where a reset may leave anything.
  const isLoose = choice === 'any' || (atReset === 'any' && choice !== 'zero');
  return {
    description: `Reserved bits, which mean nothing. [${rule}]`,
    initial: 'clear',
    states: {
      clear: {
        description: `They read as zero. [${rule}]`,
        on:
          choice === 'zero'
            ? {}
            : {
                ...to('ones', ones, `They are written as ones. [${rule}]`),
                ...(atReset === 'any' ? to('ones', [RESET], 'What reset leaves is open. [MSIX-RESET-4]') : {}),
              },
      },
      ones: {
        description: `They read as ones, as they were written. [${rule}]`,
        on: {
          ...cleared,
          ...(isLoose ? { [fewer]: [{ target: 'some', description: `Some are kept. [${rule}]` }] } : {}),
        },
      },
      some: {
        description: `Some of them read as ones, as they were written. [${rule}]`,
        on: {
          ...cleared,
          ...(isLoose ? { [fewer]: [{ target: 'clear', description: `None is kept. [${rule}]` }] } : {}),
        },
      },
    },
  };
}

/** The events of one vector that a suite may send, and those that are hidden. */
export function permittedVectorEvents(
  vector: number,
  { messages, choices, reserved }: VectorOptions,
): { shown: string[]; hidden: string[] } {
  const values = [...messages.values, OTHER];
  const hidden = ['forget', 'hide', 'show', 'coalesce', 'refresh'].map((verb) => `device.${verb}.${vector}`);
  void choices;
  return {
    shown: [
      mask(vector),
      unmask(vector),
      ...messages.writes.map(({ name }) => write(vector, name)),
      signal(vector),
      `device.retire.${vector}`,
      maskNarrow(vector),
      unmaskNarrow(vector),
      scribble(vector),
      pendingClear(vector),
      pendingSet(vector),
      ...(reserved ? [maskOnes(vector), unmaskOnes(vector), addressOnes(vector)] : []),
    ],
    hidden: [
      ...hidden,
      ...values.map((message) => settle(vector, message)),
      ...(reserved ? [keep(vector), keepAddress(vector)] : []),
    ],
  };
}
