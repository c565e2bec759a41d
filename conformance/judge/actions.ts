/**
 * What a suite does to a device: events of the machine, each by one of the accesses that mean the same, and reads.
 *
 * Widths are part of an action, not of a run: a device that honours one width and not another shows only where they are mixed.
 */
import { CONTROLS, control, mask, retire, RESET, signal, unmask, write } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import {
  addressOnes,
  pendingClear,
  pendingSet,
  maskNarrow,
  maskOnes,
  scribble,
  unmaskNarrow,
  unmaskOnes,
} from '../../machines/permitted/index.ts';
import * as registers from '../../src/registers.ts';
import { CONTROL_VALUES } from '../device/control.ts';
import type { Request } from '../device/device.ts';
import { FORMS } from '../device/forms.ts';
import { formOf } from '../device/protocol.ts';
import type { MessageBook } from './messages.ts';
import type { Assumptions } from './profile.ts';

/** What the shape of an access may depend on: what the guest knows it has written. */
export interface Knowledge {
  readonly enabled: boolean;
  readonly functionMask: boolean;
  /** Whether the Mask Bit of a vector is set. */
  readonly masked: Uint8Array;
  /** The message that each entry holds, by number; -1 when the guest cannot know. */
  readonly message: Int8Array;
}

/** One thing that a suite may do. */
export interface Action {
  /** As in a trace: `unmask.0/4`, `control.on/2`, `read.pba/8`. */
  readonly name: string;
  /** The event of the machine, of vector 0; undefined of a read, which is none. */
  readonly event: string | undefined;
  /** An event that happens before it, in the same access: the data of a QWORD whose upper half is Vector Control. */
  readonly prelude?: string;
  /** The vector that it is of; -1 when it is of all. */
  readonly vector: number;
  /** The kind of access, for findings: `unmask/4`. */
  readonly kind: string;
  /** The rules that say that this form means what the plain one does. */
  readonly rules: readonly string[];
  /** The requests, in order. */
  readonly requests: (knowledge: Knowledge) => readonly Request[];
  /** Whether a guest may do it now. */
  readonly isLawful: (knowledge: Knowledge) => boolean;
  /** Whether the standard leaves open what it does, so that the guest reads before it goes on. */
  readonly isOpen?: boolean;
  /** What the guest knows afterwards. */
  readonly learn: (knowledge: MutableKnowledge) => void;
}

/** What a guest knows, as it changes. */
export class MutableKnowledge implements Knowledge {
  enabled = false;
  functionMask = false;
  readonly masked: Uint8Array;
  readonly message: Int8Array;
  /** Whether a write to an entry that is not masked is sure to be kept; elsewhere the guest does not know what it holds before it reads. */
  readonly keepsOpenWrites: boolean;
  /** Whether the table is sure to be there while MSI-X is disabled. */
  readonly hasTable: boolean;

  constructor(vectorCount: number, keepsOpenWrites = true, hasTable = true) {
    this.keepsOpenWrites = keepsOpenWrites;
    this.hasTable = hasTable;
    this.masked = new Uint8Array(vectorCount).fill(1);
    this.message = new Int8Array(vectorCount).fill(-1);
  }

  /** Copies another one into this one. */
  set(other: Knowledge): void {
    this.enabled = other.enabled;
    this.functionMask = other.functionMask;
    this.masked.set(other.masked);
    this.message.set(other.message);
  }

  /** Whether a write to the table may be lost now, since MSI-X is disabled. */
  get isBlind(): boolean {
    return !this.hasTable && !this.enabled;
  }

  reset(): void {
    this.enabled = false;
    this.functionMask = false;
    this.masked.fill(1);
    this.message.fill(-1);
  }
}

/** Which actions a suite has. */
export interface Alphabet {
  readonly vectorCount: number;
  readonly messages: MessageSet;
  readonly book: MessageBook;
  /** The vectors that are acted upon; all when left out. */
  readonly vectors?: readonly number[];
  /** Every width of each access, instead of one. Default true. */
  readonly widths?: boolean;
  /** Reads as actions. Default true. */
  readonly reads?: boolean;
  readonly reset: boolean;
  readonly retire: boolean;
  /** What guests are taken not to do. */
  readonly assumptions?: Assumptions;
  /** Reserved bits written as ones. Default false. */
  readonly reserved?: boolean;
  /** Writes to the Pending Bit Array. Default false. */
  readonly pbaWrites?: boolean;
  /** Accesses that the standard leaves open. Default false. */
  readonly narrow?: boolean;
  /** The forms of access that a device says it has not (`formOf`): no action has a request of one. */
  readonly unsupported?: ReadonlySet<string>;
}

const always = (): boolean => true;

/** The actions of a suite, in a fixed order. */
export function actionsOf(alphabet: Alphabet): readonly Action[] {
  const { widths = true, reads = true, vectorCount, reserved = false, narrow = false } = alphabet;
  const vectors = alphabet.vectors ?? Array.from({ length: vectorCount }, (_, vector) => vector);
  const all = [
    ...CONTROLS.flatMap((value) => (widths ? [2, 4, 1] : [2]).map((bytes) => controlAction(value, bytes, 0))),
    ...(reserved ? CONTROLS.flatMap((value) => [4, 2, 1].map((bytes) => controlAction(value, bytes, 0xffffffff))) : []),
    ...(reserved ? CONSTANTS : []),
    ...vectors.flatMap((vector) => vectorActions(vector, alphabet, widths, reserved, narrow)),
    ...(reads ? readActions(vectors, widths, narrow) : []),
    ...(alphabet.reset ? [RESETTING] : []),
  ];
  const { assumptions, unsupported } = alphabet;
  const had = unsupported === undefined ? all : all.filter((action) => !usesAny(action, unsupported, vectorCount));
  return assumptions === undefined ? had : had.map((action) => assumed(action, assumptions, vectors));
}

/** Whether a request of an action is of one of these forms, whatever the guest knows. */
export function usesAny({ requests }: Action, forms: ReadonlySet<string>, vectorCount: number): boolean {
  const knowledge = new MutableKnowledge(vectorCount);
  knowledge.message.fill(0);
  return requests(knowledge).some((request) => forms.has(formOf(request) ?? ''));
}

const SCRIBBLE = scribble(0);

/** Whether some bytes of an entry are written that make no message of the suites: what it holds then is known once it is read, and not before. */
export const isScribble = ({ event }: Action): boolean => event === SCRIBBLE;

/** The same action, where guests are taken not to do some things. */
function assumed(action: Action, assumptions: Assumptions, vectors: readonly number[]): Action {
  const { programmed = false, quietWhileOpen = false, quietWhileDisabled = false } = assumptions;
  if (!programmed && !quietWhileOpen && !quietWhileDisabled) return action;
  const { kind, vector, event = '' } = action;
  const isLawful = (knowledge: Knowledge): boolean => {
    if (!action.isLawful(knowledge)) return false;
    if (quietWhileDisabled && kind === 'signal' && !knowledge.enabled) return false;
    if (quietWhileOpen && event.startsWith('guest.write') && !isMasked(knowledge, vector)) return false;
    if (!programmed) return true;
    const isWritten = (each: number): boolean => knowledge.message[each] > 0;
    if (event.startsWith('guest.unmask') && kind !== 'write and unmask/8') return isWritten(vector);
    if (event.startsWith('guest.write')) return !action.name.includes('.zero/');
    // Opening the function opens every vector that is unmasked.
    return (
      !event.startsWith('guest.control.on') || vectors.every((each) => knowledge.masked[each] === 1 || isWritten(each))
    );
  };
  return { ...action, isLawful };
}

function controlAction(value: (typeof CONTROLS)[number], bytes: number, rest: number): Action {
  const word = CONTROL_VALUES[value];
  const full = ((word << 16) | (rest & ~0xc0000000)) >>> 0;
  const [offset, written] = bytes === 4 ? [0, full] : bytes === 2 ? [2, full >>> 16] : [3, full >>> 24];
  const request: readonly Request[] = [{ verb: 'configWrite', offset, bytes, value: written >>> 0 }];
  const ones = rest === 0 ? '' : ' with reserved bits';
  return {
    name: `control.${value}/${bytes}${rest === 0 ? '' : '+ones'}`,
    event: control(value),
    vector: -1,
    kind: `control/${bytes}${ones}`,
    rules: rest !== 0 ? [FORMS.controlOnes.rule] : bytes === 2 ? [] : [FORMS.control.rule],
    requests: () => request,
    isLawful: always,
    learn: (knowledge) => {
      knowledge.enabled = (word & registers.CONTROL_ENABLE) !== 0;
      knowledge.functionMask = (word & registers.CONTROL_FUNCTION_MASK) !== 0;
    },
  };
}

/** Writes of ones to what cannot be written, which change nothing: each an action without an event, as a read is. */
const CONSTANTS: readonly Action[] = [
  constantAction('header/2', ['MSIX-CAP-1'], [onesTo(0, 2)]),
  constantAction('size/1', ['MSIX-CAP-2'], [onesTo(2, 1)]),
  // Only here is asked what these hold: it is the same before and after.
  constantAction(
    'offsets/4',
    ['MSIX-CAP-6', 'MSIX-CAP-7'],
    [offsetRead(4), offsetRead(8), onesTo(4, 4), onesTo(8, 4), offsetRead(4), offsetRead(8)],
  ),
];

function onesTo(offset: number, bytes: number): Request {
  return { verb: 'configWrite', offset, bytes, value: bytes === 4 ? 0xffffffff : 2 ** (8 * bytes) - 1 };
}

function offsetRead(offset: number): Request {
  return { verb: 'configRead', offset, bytes: 4 };
}

function constantAction(name: string, rules: readonly string[], requests: readonly Request[]): Action {
  return eventless(`constant.${name}`, `constant ${name}`, -1, requests, rules);
}

/** An action that changes nothing, and of which there is nothing to know. */
function eventless(
  name: string,
  kind: string,
  vector: number,
  requests: readonly Request[],
  rules: readonly string[] = [],
): Action {
  return { name, event: undefined, vector, kind, rules, requests: () => requests, isLawful: always, learn: () => {} };
}

/** A reset. */
export const RESETTING: Action = {
  name: 'reset',
  event: RESET,
  vector: -1,
  kind: 'reset',
  rules: [],
  requests: () => [{ verb: 'reset' }],
  isLawful: always,
  learn: (knowledge) => knowledge.reset(),
};

/** Whether an entry is masked, by its Mask Bit or by Function Mask; being disabled is not enough (MSIX-ACCESS-4). */
export const isMasked = (knowledge: Knowledge, vector: number): boolean =>
  knowledge.masked[vector] === 1 || knowledge.functionMask;

function vectorActions(
  vector: number,
  alphabet: Alphabet,
  widths: boolean,
  reserved: boolean,
  narrow: boolean,
): Action[] {
  const { messages, book } = alphabet;
  const entry = registers.ENTRY_BYTES * vector;
  const controlOffset = entry + registers.ENTRY_VECTOR_CONTROL_OFFSET;
  const dword = (offset: number, low: number): Request => ({
    verb: 'tableWrite',
    offset,
    bytes: 4,
    low: low >>> 0,
    high: 0,
  });
  const qword = (offset: number, low: number, high: number): Request => ({
    verb: 'tableWrite',
    offset,
    bytes: 8,
    low: low >>> 0,
    high: high >>> 0,
  });
  const common = { vector, isLawful: always as Action['isLawful'], rules: [] as readonly string[] };
  // A vector that may be masked or not is taken not to be.
  const learnMask = (bit: number) => (knowledge: MutableKnowledge) =>
    void (knowledge.masked[vector] = knowledge.isBlind ? 0 : bit);
  const maskActions = [0, 1].flatMap((bit): Action[] => {
    const verb = bit === 1 ? 'mask' : 'unmask';
    const plain = [dword(controlOffset, bit)];
    const actions: Action[] = [
      {
        ...common,
        name: `${verb}.${vector}/4`,
        event: bit === 1 ? mask(0) : unmask(0),
        kind: `${verb}/4`,
        requests: () => plain,
        learn: learnMask(bit),
      },
    ];
    if (widths)
      actions.push({
        ...common,
        name: `${verb}.${vector}/8`,
        event: bit === 1 ? mask(0) : unmask(0),
        kind: `${verb}/8`,
        rules: [FORMS.data.rule],
        // The data is written again as it is, which a guest can do where it knows it.
        isLawful: (knowledge) => knowledge.message[vector] >= 0 && isMasked(knowledge, vector),
        requests: (knowledge) => [
          qword(entry + registers.ENTRY_DATA_OFFSET, book.word(vector, knowledge.message[vector], 2), bit),
        ],
        learn: learnMask(bit),
      });
    if (reserved)
      actions.push({
        ...common,
        name: `${verb}.${vector}/4+ones`,
        event: bit === 1 ? maskOnes(0) : unmaskOnes(0),
        kind: `${verb}/4 with reserved bits`,
        requests: () => [dword(controlOffset, 0xfffffffe | bit)],
        learn: learnMask(bit),
      });
    if (narrow)
      for (const bytes of [1, 2])
        actions.push({
          ...common,
          name: `${verb}.${vector}/${bytes}`,
          event: bit === 1 ? maskNarrow(0) : unmaskNarrow(0),
          kind: `${verb}/${bytes}`,
          rules: ['MSIX-ACCESS-1'],
          isOpen: true,
          requests: () => [{ verb: 'tableWrite', offset: controlOffset, bytes, low: bit, high: 0 }],
          // Whether it was performed is not known, so nothing is done next that needs a masked entry.
          learn: (knowledge) => {
            knowledge.message[vector] = -1;
            knowledge.masked[vector] = 0;
          },
        });
    return actions;
  });
  const writes = messages.writes.flatMap(({ name, result }) => {
    const isWhole = messages.values.includes(name);
    const before = messages.values[0];
    const message = messages.values.indexOf(isWhole ? name : result(before));
    const word = (which: number): number => book.word(vector, message, which);
    const learn = (knowledge: MutableKnowledge): void => {
      const held = knowledge.message[vector];
      if (knowledge.isBlind || (!knowledge.keepsOpenWrites && !isMasked(knowledge, vector)))
        knowledge.message[vector] = -1;
      else
        knowledge.message[vector] = isWhole
          ? message
          : held < 0
            ? -1
            : messages.values.indexOf(result(messages.values[held]));
    };
    // What part of a message makes of an entry is known only where the rest of it is.
    const isLawful = (knowledge: Knowledge): boolean => isWhole || knowledge.message[vector] >= 0;
    const low = dword(entry, word(0));
    const high = dword(entry + registers.ENTRY_ADDRESS_HIGH_OFFSET, word(1));
    const data = dword(entry + registers.ENTRY_DATA_OFFSET, word(2));
    const plain = isWhole ? [low, high, data] : name.startsWith('data') ? [data] : [low, high];
    const actions: Action[] = [
      {
        ...common,
        name: `write.${vector}.${name}/4`,
        event: write(0, name),
        kind: 'write/4',
        isLawful,
        requests: () => plain,
        learn,
      },
    ];
    if (widths && !name.startsWith('data')) {
      const address = qword(entry, word(0), word(1));
      const wide = isWhole ? [address, data] : [address];
      actions.push({
        ...common,
        name: `write.${vector}.${name}/8`,
        event: write(0, name),
        kind: 'write/8',
        rules: [FORMS.address.rule],
        isLawful,
        requests: () => wide,
        learn,
      });
      if (isWhole)
        actions.push({
          ...common,
          name: `open.${vector}.${name}/8`,
          prelude: write(0, name),
          event: unmask(0),
          kind: 'write and unmask/8',
          rules: [FORMS.data.rule],
          isLawful: (knowledge) => isMasked(knowledge, vector),
          requests: () => [address, qword(entry + registers.ENTRY_DATA_OFFSET, word(2), 0)],
          learn: (knowledge) => {
            learn(knowledge);
            knowledge.masked[vector] = 0;
          },
        });
    }
    return actions;
  });
  const others: Action[] = [
    {
      ...common,
      name: `signal.${vector}`,
      event: signal(0),
      kind: 'signal',
      requests: () => [{ verb: 'signal', vector }],
      learn: () => {},
    },
  ];
  if (alphabet.retire)
    others.push({
      ...common,
      name: `retire.${vector}`,
      event: retire(0),
      kind: 'retire',
      requests: () => [{ verb: 'retire', vector }],
      learn: () => {},
    });
  if (alphabet.pbaWrites === true)
    // Other vectors of the dword are not pending where this is asked, and bits of none are left as they are.
    for (const [name, event, bits] of [
      ['clear', pendingClear(0), 0],
      ['set', pendingSet(0), (1 << (vector & 31)) >>> 0],
    ] as const)
      others.push({
        ...common,
        name: `pba.${vector}.${name}/4`,
        event,
        kind: `pba write/4`,
        rules: ['MSIX-PBA-3'],
        isLawful: (knowledge) => !knowledge.enabled || isMasked(knowledge, vector),
        requests: () => [{ verb: 'pbaWrite', offset: 4 * (vector >>> 5), bytes: 4, low: bits, high: 0 }],
        learn: () => {},
      });
  if (reserved)
    others.push({
      ...common,
      name: `address.${vector}/4+ones`,
      event: addressOnes(0),
      kind: 'address/4 with reserved bits',
      isOpen: true,
      // An address of nothing but reserved bits may count as zero or not.
      isLawful: (knowledge) => knowledge.message[vector] > 0 && isMasked(knowledge, vector),
      requests: (knowledge) => [
        dword(entry, book.word(vector, knowledge.message[vector], 0) | registers.ADDRESS_LOW_RESERVED),
      ],
      learn: (knowledge) => void (knowledge.message[vector] = -1),
    });
  if (narrow)
    for (const [name, offset, bytes] of SCRIBBLES)
      others.push({
        ...common,
        name: `scribble.${vector}.${name}`,
        event: SCRIBBLE,
        kind: `write/${name}`,
        rules: ['MSIX-ACCESS-1'],
        isOpen: true,
        // Where reserved bits were written, or anything is unknown, what it leaves of them would be open, too.
        isLawful: (knowledge) => knowledge.message[vector] >= 0 && isMasked(knowledge, vector),
        requests: () => [
          {
            verb: 'tableWrite',
            offset: entry + offset,
            bytes,
            low: 0x58585858 & (bytes === 1 ? 0xff : bytes === 2 ? 0xffff : ~0),
            high: 0,
          },
        ],
        learn: (knowledge) => void (knowledge.message[vector] = -1),
      });
  return [...maskActions, ...writes, ...others];
}

/** Writes to address or data that the standard leaves open: name, offset in the entry, bytes. */
const SCRIBBLES = [
  ['1', 8, 1],
  ['2', 2, 2],
  ['unaligned', 2, 4],
] as const;

/**
 * Reads, each an action of its own: they must change nothing, and what they return is the truth. What one returns that is no whole aligned dword
 * or QWORD is left open, and is not looked at.
 */
function readActions(vectors: readonly number[], widths: boolean, narrow: boolean): Action[] {
  const read = (name: string, kind: string, vector: number, request: Request, rules?: readonly string[]): Action =>
    eventless(name, kind, vector, [request], rules);
  const each = vectors.flatMap((vector) => {
    const entry = registers.ENTRY_BYTES * vector;
    const pendingDword = 4 * (vector >>> 5);
    const pendingQword = 8 * (vector >>> 6);
    return [
      read(`read.control.${vector}/4`, 'read control/4', vector, { verb: 'tableRead', offset: entry + 12, bytes: 4 }),
      read(`read.pba.${vector}/4`, 'read pba/4', vector, { verb: 'pbaRead', offset: pendingDword, bytes: 4 }),
      ...(widths
        ? [
            read(`read.address.${vector}/8`, 'read address/8', vector, { verb: 'tableRead', offset: entry, bytes: 8 }),
            read(`read.data.${vector}/8`, 'read data/8', vector, { verb: 'tableRead', offset: entry + 8, bytes: 8 }),
            read(`read.pba.${vector}/8`, 'read pba/8', vector, { verb: 'pbaRead', offset: pendingQword, bytes: 8 }),
          ]
        : []),
      ...(narrow
        ? (
            [
              [`read.control.${vector}/1`, 'read control/1', { verb: 'tableRead', offset: entry + 12, bytes: 1 }],
              [`read.address.${vector}/2`, 'read address/2', { verb: 'tableRead', offset: entry + 2, bytes: 2 }],
              // The upper half of the address, and the data.
              [
                `read.address.${vector}/unaligned`,
                'read address/unaligned',
                { verb: 'tableRead', offset: entry + 4, bytes: 8 },
              ],
              [`read.pba.${vector}/1`, 'read pba/1', { verb: 'pbaRead', offset: vector >>> 3, bytes: 1 }],
            ] as const
          ).map(([name, kind, request]) => read(name, kind, vector, request, ['MSIX-ACCESS-1']))
        : []),
    ];
  });
  return [
    ...each,
    read('read.capability/4', 'read capability/4', -1, { verb: 'configRead', offset: 0, bytes: 4 }),
    read('read.capability/2', 'read capability/2', -1, { verb: 'configRead', offset: 2, bytes: 2 }),
  ];
}
