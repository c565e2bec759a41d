/**
 * Whatever can be done to a device from outside, as data: each access with real offsets, widths and values, lawful or not, and how
 * the machine understands it. The decoding is a second one, written from the rules: it shares no line with the implementation.
 */
import { type Control, control, mask, RESET, retire, signal, unmask, write } from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import type { Access, AccessResult, Device, RefusalCounts } from '../device/device.ts';
import { hex } from '../device/hexadecimal.ts';

/** An access, something that the device model does, or that the device is saved and restored in place. */
export type Stimulus = Access | { readonly verb: 'saveAndRestore' };

/** A read, whose offset and size may be nonsense. */
export type ReadAccess = Extract<Access, { readonly verb: `${string}Read` }>;
/** A write, of which that may be said too. */
export type Write = Extract<Access, { readonly verb: `${string}Write` }>;

/** What a device answered: to a read, two dwords; to anything else what became of it, where it tells that. */
export interface Response {
  readonly low: number;
  readonly high: number;
  readonly result: AccessResult | undefined;
}

/** How the machine understands an access. */
export interface Decoded {
  /** The counter of an access that is refused or ignored, and what it returns. Such an access has no event. */
  readonly refusal?: { readonly counter: keyof RefusalCounts; readonly low: number; readonly result?: AccessResult };
  /** The events that it is, in order: none for a read, two for a QWORD of data and Vector Control. */
  readonly events: readonly string[];
  /** The vector that it is for, if it is for one. */
  readonly vector?: number;
}

/** The event of an access that the machine has none for, in a step: nothing happens. */
export const NO_EVENT = 'guest.nothing';
/** The event of saving and restoring in place, which is none of the machine either, but is told to notifiers. */
export const RESTORED = 'host.restore';

/** Whether a device has the ability that a stimulus needs. */
export function isAble(device: Device, { verb }: Stimulus): boolean {
  switch (verb) {
    case 'pbaWrite':
    case 'retire':
    case 'reset':
      return device[verb] !== undefined;
    case 'saveAndRestore':
      return device.save !== undefined && device.restore !== undefined;
    default:
      return true;
  }
}

/** Gives a stimulus to a device that is able to take it. What the device throws is thrown. */
export function performStimulus(device: Device, stimulus: Stimulus): Response {
  switch (stimulus.verb) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead': {
      const low = device[stimulus.verb](stimulus.offset, stimulus.bytes);
      return { low, high: device.readHigh, result: undefined };
    }
    case 'configWrite':
      device.configWrite(stimulus.offset, stimulus.bytes, stimulus.value);
      return resultOf(device.lastResult);
    case 'tableWrite':
    case 'pbaWrite':
      device[stimulus.verb]?.(stimulus.offset, stimulus.bytes, stimulus.low, stimulus.high);
      return resultOf(device.lastResult);
    case 'signal':
    case 'retire':
      device[stimulus.verb]?.(stimulus.vector);
      return resultOf(device.lastResult);
    case 'reset':
      device.reset?.();
      return resultOf(undefined);
    case 'saveAndRestore':
      device.restore?.(device.save?.() ?? -1);
      return resultOf(undefined);
  }
}

const resultOf = (result: AccessResult | undefined): Response => ({ low: 0, high: 0, result });

/** Says which events a stimulus is, for a device with `vectorCount` vectors. */
export function decodeStimulus(stimulus: Stimulus, vectorCount: number): Decoded {
  const { verb } = stimulus;
  switch (verb) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead': {
      if (isLawful(stimulus, vectorCount)) return { events: [], vector: vectorOfRead(stimulus) };
      return { refusal: { counter: `${verb}s`, low: allOnes(stimulus.bytes) }, events: [] };
    }
    case 'configWrite':
      if (!isLawful(stimulus, vectorCount)) return refusedWrite('configWrites');
      return { events: controlEvents(stimulus) };
    case 'tableWrite':
      if (!isLawful(stimulus, vectorCount)) return refusedWrite('tableWrites');
      return { events: entryEvents(stimulus), vector: Math.floor(stimulus.offset / registers.ENTRY_BYTES) };
    case 'pbaWrite':
      return refusedWrite('pbaWrites', isLawful(stimulus, vectorCount) ? 'ignored' : 'refused');
    case 'signal':
    case 'retire': {
      const { vector } = stimulus;
      if (Number.isInteger(vector) && vector >= 0 && vector < vectorCount) {
        return { events: [verb === 'signal' ? signal(vector) : retire(vector)], vector };
      }
      return refusedWrite('signals');
    }
    case 'reset':
      return { events: [RESET] };
    case 'saveAndRestore':
      return { events: [RESTORED] };
  }
}

const refusedWrite = (counter: keyof RefusalCounts, result: AccessResult = 'refused'): Decoded => ({
  refusal: { counter, low: 0, result },
  events: [],
});

/** Whether an access has a size, an alignment and a place that exist (MSIX-ACCESS-1, 2, 6). */
function isLawful({ verb, offset, bytes }: ReadAccess | Write, vectorCount: number): boolean {
  if (!Number.isInteger(offset) || offset < 0) return false;
  if (verb === 'configRead' || verb === 'configWrite') {
    return [1, 2, 4].includes(bytes) && offset + bytes <= registers.CAPABILITY_BYTES;
  }
  const isTable = verb === 'tableRead' || verb === 'tableWrite';
  const end = isTable
    ? registers.ENTRY_BYTES * vectorCount
    : registers.PBA_QWORD_BYTES * Math.ceil(vectorCount / registers.PBA_QWORD_BITS);
  return [4, 8].includes(bytes) && offset % bytes === 0 && offset + bytes <= end;
}

const vectorOfRead = ({ verb, offset }: ReadAccess): number | undefined =>
  verb === 'tableRead' ? Math.floor(offset / registers.ENTRY_BYTES) : undefined;

/** All-ones as wide as the access, and a dword of them for a width that does not exist. */
const allOnes = (bytes: number): number => (bytes === 1 || bytes === 2 ? 2 ** (8 * bytes) - 1 : 0xffffffff);

/** Both writable bits of Message Control stand in one byte; a write that misses it is no event (MSIX-CAP-8). */
function controlEvents({ offset, bytes, value: written }: Extract<Write, { readonly verb: 'configWrite' }>): string[] {
  if (offset > 3 || offset + bytes <= 3) return [];
  const byte = Math.floor((written >>> 0) / 2 ** (8 * (3 - offset)));
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

function entryEvents({ offset, bytes, low, high }: Exclude<Write, { readonly verb: 'configWrite' }>): string[] {
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

/** A stimulus as a clause: "writes 4 bytes at 0xc of the table: 0x1". */
export function stimulusSentence(stimulus: Stimulus): string {
  switch (stimulus.verb) {
    case 'configRead':
    case 'tableRead':
    case 'pbaRead':
      return `reads ${placeSentence(stimulus)}`;
    case 'configWrite':
      return `writes ${placeSentence(stimulus)}: ${told(stimulus.value)}`;
    case 'tableWrite':
    case 'pbaWrite': {
      const high = stimulus.bytes === 8 ? `, ${told(stimulus.high)}` : '';
      return `writes ${placeSentence(stimulus)}: ${told(stimulus.low)}${high}`;
    }
    case 'signal':
    case 'retire':
      return `${stimulus.verb}s vector ${stimulus.vector}`;
    case 'reset':
      return 'resets the function';
    case 'saveAndRestore':
      return 'saves the function and restores it';
  }
}

const placeSentence = ({ verb, offset, bytes }: ReadAccess | Write): string => {
  const place = verb.startsWith('config') ? 'capability' : verb.startsWith('table') ? 'table' : 'Pending Bit Array';
  return `${bytes} bytes at ${told(offset)} of the ${place}`;
};

/** A number in hexadecimal; one that is no dword, as nonsense is, in decimal. */
const told = (value: number): string => (value >>> 0 === value ? hex(value) : String(value));
