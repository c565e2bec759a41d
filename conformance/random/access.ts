/**
 * Whatever can be done to a function from outside, as data: each access with real offsets, widths and values, and how
 * the machine understands it. The decoding is a second one, written from the rules: it shares no line with the
 * implementation.
 */
import { type Control, control, mask, RESET, retire, signal, unmask, write } from '../../machines/alphabet.ts';
import { type MsixFunction, type Refusals, SIGNAL_REFUSED, WRITE_IGNORED, WRITE_REFUSED } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';

/**
 * A read of the capability, of the table, or of the Pending Bit Array. Offset and size are in bytes, and may be
 * nonsense.
 */
export interface ReadAccess {
  readonly kind: 'configRead' | 'tableRead' | 'pbaRead';
  readonly offset: number;
  readonly bytes: number;
}

/** A write to one of them. `high` is the upper dword of 8 bytes, which configuration space does not have. */
export interface WriteAccess {
  readonly kind: 'configWrite' | 'tableWrite' | 'pbaWrite';
  readonly offset: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** Something that the device or its host does. `restore` saves the function and restores what was saved into it. */
export type HostAction =
  | { readonly kind: 'signal' | 'retire'; readonly vector: number }
  | { readonly kind: 'reset' | 'restore' };

export type Access = ReadAccess | WriteAccess | HostAction;

/** What an access returned: of a read, the lower dword and the upper one. */
export interface Answer {
  readonly low: number | boolean | undefined;
  readonly high: number;
}

/** How the machine understands an access. */
export interface Decoded {
  /** The counter of an access that is refused or ignored, and what it returns. Such an access has no event. */
  readonly refusal?: { readonly counter: keyof Refusals; readonly answer: number | boolean };
  /** The events that it is, in order: none for a read, two for a QWORD of data and Vector Control. */
  readonly events: readonly string[];
  /** The vector that it is for, if it is for one. */
  readonly vector?: number;
}

/** The event of an access that the machine has none for, in a step: nothing happens. */
export const NO_EVENT = 'guest.nothing';
/** The event of saving and restoring in place, which is none of the machine either, but is told to notifiers. */
export const RESTORED = 'host.restore';

/** Does an access to a function. */
export function performAccess(msix: MsixFunction, access: Access): Answer {
  const low = callFunction(msix, access);
  return { low, high: msix.readHigh };
}

function callFunction(msix: MsixFunction, access: Access): number | boolean | undefined {
  switch (access.kind) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead':
      return msix[access.kind](access.offset, access.bytes);
    case 'configWrite':
      return msix.configWrite(access.offset, access.bytes, access.low);
    case 'tableWrite':
    case 'pbaWrite':
      return msix[access.kind](access.offset, access.bytes, access.low, access.high);
    case 'signal':
    case 'retire':
      return msix[access.kind](access.vector);
    case 'reset':
      msix.reset();
      return undefined;
    case 'restore': {
      const words = new Uint32Array(msix.savedWords);
      msix.saveInto(words);
      msix.restore(words);
      return undefined;
    }
  }
}

/** Says which events an access is, for a function with `vectorCount` vectors. */
export function decodeAccess(access: Access, vectorCount: number): Decoded {
  const { kind } = access;
  switch (kind) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead': {
      if (isLawful(access, vectorCount)) return { events: [], vector: vectorOfRead(access) };
      return { refusal: { counter: `${kind}s`, answer: allOnes(access.bytes) }, events: [] };
    }
    case 'configWrite':
      if (!isLawful(access, vectorCount)) {
        return { refusal: { counter: 'configWrites', answer: WRITE_REFUSED }, events: [] };
      }
      return { events: controlEvents(access) };
    case 'tableWrite':
      if (!isLawful(access, vectorCount)) {
        return { refusal: { counter: 'tableWrites', answer: WRITE_REFUSED }, events: [] };
      }
      return { events: entryEvents(access), vector: Math.floor(access.offset / registers.ENTRY_BYTES) };
    case 'pbaWrite': {
      const answer = isLawful(access, vectorCount) ? WRITE_IGNORED : WRITE_REFUSED;
      return { refusal: { counter: 'pbaWrites', answer }, events: [] };
    }
    case 'signal':
    case 'retire': {
      const { vector } = access;
      if (Number.isInteger(vector) && vector >= 0 && vector < vectorCount) {
        return { events: [kind === 'signal' ? signal(vector) : retire(vector)], vector };
      }
      return { refusal: { counter: 'signals', answer: kind === 'signal' && SIGNAL_REFUSED }, events: [] };
    }
    case 'reset':
      return { events: [RESET] };
    case 'restore':
      return { events: [RESTORED] };
  }
}

/** Whether an access has a size, an alignment and a place that exist (MSIX-ACCESS-1, 2, 6). */
function isLawful({ kind, offset, bytes }: ReadAccess | WriteAccess, vectorCount: number): boolean {
  if (!Number.isInteger(offset) || offset < 0) return false;
  if (kind === 'configRead' || kind === 'configWrite') {
    return [1, 2, 4].includes(bytes) && offset + bytes <= registers.CAPABILITY_BYTES;
  }
  const isTable = kind === 'tableRead' || kind === 'tableWrite';
  const end = isTable
    ? registers.ENTRY_BYTES * vectorCount
    : registers.PBA_QWORD_BYTES * Math.ceil(vectorCount / registers.PBA_QWORD_BITS);
  return [4, 8].includes(bytes) && offset % bytes === 0 && offset + bytes <= end;
}

const vectorOfRead = ({ kind, offset }: ReadAccess): number | undefined =>
  kind === 'tableRead' ? Math.floor(offset / registers.ENTRY_BYTES) : undefined;

/** All-ones as wide as the access, and a dword of them for a width that does not exist. */
const allOnes = (bytes: number): number => (bytes === 1 || bytes === 2 ? 2 ** (8 * bytes) - 1 : 0xffffffff);

/** Both writable bits of Message Control stand in one byte; a write that misses it is no event (MSIX-CAP-8). */
function controlEvents({ offset, bytes, low }: WriteAccess): string[] {
  if (offset > 3 || offset + bytes <= 3) return [];
  const byte = Math.floor((low >>> 0) / 2 ** (8 * (3 - offset)));
  const enabled = (byte & (registers.CONTROL_ENABLE >>> 8)) !== 0;
  const masked = (byte & (registers.CONTROL_FUNCTION_MASK >>> 8)) !== 0;
  const value: Control = enabled ? (masked ? 'onMasked' : 'on') : masked ? 'offMasked' : 'off';
  return [control(value)];
}

/** The fields of an entry that a message is made of, by their place in it, as a write names them. */
const FIELDS: Readonly<Record<number, string>> = {
  [registers.ENTRY_ADDRESS_LOW_OFFSET]: 'low',
  [registers.ENTRY_ADDRESS_HIGH_OFFSET]: 'high',
  [registers.ENTRY_DATA_OFFSET]: 'data',
};

function entryEvents({ offset, bytes, low, high }: WriteAccess): string[] {
  const vector = Math.floor(offset / registers.ENTRY_BYTES);
  const place = offset % registers.ENTRY_BYTES;
  const field = (at: number, value: number): string => `${FIELDS[at]}=${hex(value >>> 0)}`;
  const maskEvent = (value: number): string => ((value & 1) === 1 ? mask(vector) : unmask(vector));
  if (bytes === 4) {
    return [place === registers.ENTRY_VECTOR_CONTROL_OFFSET ? maskEvent(low) : write(vector, field(place, low))];
  }
  // An address is one event, for it is no message of its own half by half. Data and control are two (MSIX-ACCESS-4, 5).
  return place === registers.ENTRY_ADDRESS_LOW_OFFSET
    ? [write(vector, `${field(place, low)},${field(place + 4, high)}`)]
    : [write(vector, field(place, low)), maskEvent(high)];
}

/** A message as text, `0xHIGH:0xLOW:0xDATA`. It has no dot, which would part the name of an output. */
export function messageText(addressLow: number, addressHigh: number, data: number): string {
  return `${hex(addressHigh)}:${hex(addressLow)}:${hex(data)}`;
}

/**
 * What the text of a message becomes by the write `name`: `low=0x...`, `high=0x...`, `data=0x...`, parted by commas.
 */
export function writtenText(message: string, name: string): string {
  const [high, low, data] = message.split(':').map(Number);
  const fields: Record<string, number> = { low, high, data };
  for (const each of name.split(',')) {
    const [field, value] = each.split('=');
    fields[field] = Number(value);
  }
  // Bits 1:0 of an address are reserved and read as zero (MSIX-TABLE-2).
  return messageText(fields.low - (fields.low % 4), fields.high, fields.data);
}

/** An access as a clause: "writes 4 bytes at 0xc of the table: 0x1". */
export function accessSentence(access: Access): string {
  switch (access.kind) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead':
      return `reads ${placeSentence(access)}`;
    case 'configWrite':
      return `writes ${placeSentence(access)}: ${hex(access.low)}`;
    case 'tableWrite':
    case 'pbaWrite':
      return `writes ${placeSentence(access)}: ${hex(access.low)}${access.bytes === 8 ? `, ${hex(access.high)}` : ''}`;
    case 'signal':
    case 'retire':
      return `${access.kind}s vector ${access.vector}`;
    case 'reset':
      return 'resets the function';
    case 'restore':
      return 'saves the function and restores it';
  }
}

const placeSentence = ({ kind, offset, bytes }: ReadAccess | WriteAccess): string => {
  const place = kind.startsWith('config') ? 'capability' : kind.startsWith('table') ? 'table' : 'Pending Bit Array';
  return `${bytes} bytes at ${hex(offset)} of the ${place}`;
};

/** A number in hexadecimal; one that is no dword, as nonsense is, in decimal. */
function hex(value: number): string {
  return value >>> 0 === value ? `0x${value.toString(16)}` : String(value);
}
