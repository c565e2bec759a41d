/**
 * What the words of the machines are in registers: events as accesses, messages as addresses and data, states as the dwords
 * that a guest reads. One place for all three, so that a suite and a reader mean the same thing.
 *
 * An event can be one of several accesses, all lawful and all the same to the machine (MSIX-CAP-8, MSIX-ACCESS-3 to 5); a
 * `Dialect` (`dialects.ts`) picks one for each. The rules that say so stand in `forms.ts`.
 */
import type { StateValue } from 'xstate';
import { type Control, type MachineEvent, readEvent } from '../../machines/alphabet.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import * as registers from '../../src/registers.ts';
import { CONTROL_VALUES } from './control.ts';
import type { Device, DeviceOutput } from './device.ts';
import type { Dialect } from './dialects.ts';
import { hex } from './hexadecimal.ts';
import { dwordsOf, type Message } from './readback.ts';

export { type Dialect, DIALECTS } from './dialects.ts';

/**
 * The message that a name of a machine stands for in an entry. The first one of vector 0 has every bit set that an address and data can have, so that one which
 * a device loses shows; they differ from vector to vector, and zero is zero. A recorded message, `address:data` in
 * hexadecimal, stands for itself.
 */
export function messageOf(name: string, vector: number): Message {
  const value = VALUES.indexOf(name);
  if (value >= 0) return messageOfHalves(value, value, vector);
  const halves = /^address(\d)data(\d)$/.exec(name);
  if (halves !== null) return messageOfHalves(Number(halves[1]), Number(halves[2]), vector);
  const registers64 = /^([0-9a-f]{1,16}):([0-9a-f]{1,8})$/.exec(name);
  if (registers64 === null)
    throw new Error(
      `Got the message ${name}; expected ${VALUES.join(', ')}, address<n>data<n>, or address:data in hexadecimal.`,
    );
  const [, address, data] = registers64;
  return [hexOf(address.slice(-8)), hexOf(address.slice(0, -8)), hexOf(data)];
}

const messageOfHalves = (address: number, data: number, vector: number): Message => [
  address === 0 ? 0 : 0xfffffffc - 0x1000 * (address - 1) - 0x10 * vector,
  address === 0 ? 0 : 0xffffffff - (address - 1),
  data === 0 ? 0 : 0xffffffff - 0x100 * vector - (data - 1),
];
const VALUES = ['zero', 'A', 'B'];
const hexOf = (digits: string): number => (digits === '' ? 0 : Number.parseInt(digits, 16));

/** The name of a message of `vector`, or its registers where it has none. */
export function messageName(messages: MessageSet, vector: number, message: Message): string {
  const name = messages.values.find((each) => messageOf(each, vector).every((word, index) => word === message[index]));
  return name ?? `${hex(message[1])}:${hex(message[0])}:${hex(message[2])}`;
}

/** The name of an output in the words of the machines. */
export function outputNameOf(messages: MessageSet, output: DeviceOutput): string {
  const { verb, vector } = output;
  if (verb === 'release') return `release.${vector}`;
  return `${verb}.${vector}.${messageName(messages, vector, [output.addressLow, output.addressHigh, output.data])}`;
}

/** What a guest reads in a state of `function` or `vector`, in the dwords of a readback. */
export function readback(value: StateValue, vectors: number, messages: MessageSet): number[] {
  const view = machineView(vectors, messages)(value);
  return dwordsOf(vectors, { ...view, message: (vector) => messageOf(view.entry(vector), vector) });
}

/** What an access may depend on: the state that the machine is in before it. */
export interface Situation {
  readonly device: Device;
  readonly dialect: Dialect;
  readonly messages: MessageSet;
  readonly value: StateValue;
  /** The same state as a property sees it, where it is known already. */
  readonly view?: FunctionView;
}

const viewOf = ({ device, messages, value, view }: Situation): FunctionView =>
  view ?? machineView(device.vectorCount, messages)(value);

/** Thrown for what is asked of a device that it cannot do, or that no access stands for. It is no fault of the device. */
export class UnableError extends Error {
  override name = 'UnableError';
}

/** Performs an event on a device. `event` is its name taken apart, where it was before. @throws {UnableError} when the event has no access: a missing handler is an error, never a pass. */
export function perform(name: string, situation: Situation, event: MachineEvent = readEvent(name)): void {
  const access = ACCESSES[`${event.actor}.${event.verb}`];
  if (access === undefined)
    throw new UnableError(`Got the event ${name}; expected one of ${Object.keys(ACCESSES).join(', ')}.`);
  access(situation, event.vector ?? 0, event.value ?? '');
}

type Access = (situation: Situation, vector: number, value: string) => void;

const ACCESSES: Readonly<Record<string, Access>> = {
  'guest.control': writeControl,
  'guest.mask': (situation, vector) => writeVectorControl(situation, vector, registers.VECTOR_CONTROL_MASK),
  'guest.unmask': (situation, vector) => writeVectorControl(situation, vector, 0),
  'guest.write': writeMessage,
  'device.signal': ({ device }, vector) => device.signal(vector),
  'device.retire': ({ device }, vector) => abilityOf(device, 'retire')(vector),
  'device.reset': ({ device }) => abilityOf(device, 'reset')(),
};

/** What a device can do beyond what every device can. @throws {UnableError} where it lacks it. */
export function abilityOf<Name extends 'reset' | 'retire'>(device: Device, name: Name): NonNullable<Device[Name]> {
  const method = device[name];
  if (method === undefined)
    throw new UnableError(`Got ${device.name}, which lacks ${name}; expected a device that has it.`);
  return method.bind(device) as NonNullable<Device[Name]>;
}

function writeControl({ device, dialect }: Situation, _vector: number, value: string): void {
  const ones = dialect.ones.includes('control') ? 0xffff : 0;
  const control = CONTROL_VALUES[value as Control] | (ones & ~CONTROL_VALUES.onMasked);
  const { offset, bytes } = dialect.control;
  // Message Control is the upper half of the dword at offset 0; its writable bits are the byte at offset 3.
  const value32 = offset === 0 ? (control << 16) | ones : offset === 2 ? control : control >>> 8;
  device.configWrite(offset, bytes, value32 >>> 0);
}

/** Whether data and Vector Control may be written as one QWORD: while the entry is masked, by its Mask Bit or by Function Mask; being disabled is not enough (MSIX-ACCESS-4, MSIX-ACCESS-5). */
export const isQwordLawful = (view: FunctionView, vector: number): boolean =>
  view.masked(vector) || view.functionMask === true;

function writeVectorControl(situation: Situation, vector: number, mask: number): void {
  const { device, dialect } = situation;
  const view = viewOf(situation);
  const ones = dialect.ones.includes('vectorControl') ? ~registers.VECTOR_CONTROL_MASK : 0;
  const word = (ones | mask) >>> 0;
  const entry = registers.ENTRY_BYTES * vector;
  // A QWORD brings the data, too. Other data stands there before it, so that it shows whether it does, and no later than the control.
  if (dialect.qwords.includes('data') && isQwordLawful(view, vector)) {
    const [, , data] = messageOf(view.entry(vector), vector);
    device.tableWrite(entry + registers.ENTRY_DATA_OFFSET, 4, ~data >>> 0, 0);
    device.tableWrite(entry + registers.ENTRY_DATA_OFFSET, 8, data, word);
  } else {
    device.tableWrite(entry + registers.ENTRY_VECTOR_CONTROL_OFFSET, 4, word, 0);
  }
}

function writeMessage(situation: Situation, vector: number, name: string): void {
  const { device, dialect, messages } = situation;
  const before = viewOf(situation).entry(vector);
  const after = messages.writes.find((write) => write.name === name)?.result(before);
  if (after === undefined)
    throw new UnableError(`Got the write ${name}; expected one of the set of messages "${messages.name}".`);
  const entry = registers.ENTRY_BYTES * vector;
  const [addressLow, addressHigh, data] = messageOf(after, vector);
  // A write of one half leaves the other half alone, in registers as in the machine.
  if (!name.startsWith('data')) {
    const low = (addressLow | (dialect.ones.includes('address') ? registers.ADDRESS_LOW_RESERVED : 0)) >>> 0;
    if (dialect.qwords.includes('address'))
      device.tableWrite(entry + registers.ENTRY_ADDRESS_LOW_OFFSET, 8, low, addressHigh);
    else {
      device.tableWrite(entry + registers.ENTRY_ADDRESS_LOW_OFFSET, 4, low, 0);
      device.tableWrite(entry + registers.ENTRY_ADDRESS_HIGH_OFFSET, 4, addressHigh, 0);
    }
  }
  if (!name.startsWith('address')) device.tableWrite(entry + registers.ENTRY_DATA_OFFSET, 4, data, 0);
}
