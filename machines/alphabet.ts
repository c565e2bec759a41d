/**
 * Every event and every output of the machines, in one place: their names, and what they say in a sentence.
 *
 * Events are `actor.verb.vector.value`, outputs `verb.vector.message`, each with as many parts as it has.
 */
import { refuse, requireBoolean, requireText } from '../checker/argument/argument.ts';
import { requireVectors } from './argument.ts';
import { type MessageSet, requireMessages } from './messages.ts';

/** The four values of Enable and Function Mask; one write sets both (MSIX-ENABLE-6). */
export const CONTROLS = ['off', 'offMasked', 'on', 'onMasked'] as const;
export type Control = (typeof CONTROLS)[number];

/** The one control that lets vectors send, and the three that block them all. */
export const OPENING: readonly Control[] = ['on'];
export const CLOSING: readonly Control[] = ['off', 'offMasked', 'onMasked'];

/** The guest writes Message Control. */
export const control = (value: Control): string => `guest.control.${value}`;
/** The guest sets the Mask Bit of a vector. */
export const mask = (vector: number): string => `guest.mask.${vector}`;
/** The guest clears the Mask Bit of a vector. */
export const unmask = (vector: number): string => `guest.unmask.${vector}`;
/** The guest writes to an entry; the messages of a machine say which writes there are. */
export const write = (vector: number, name: string): string => `guest.write.${vector}.${name}`;
/** The device has an event for a vector. */
export const signal = (vector: number): string => `device.signal.${vector}`;
/** The cause of what is pending is gone, so the Pending bit is cleared. */
export const retire = (vector: number): string => `device.retire.${vector}`;
/** Conventional reset or Function Level Reset. */
export const RESET = 'device.reset';
/** A read of the table or of the Pending Bit Array, and its completion. Only with a channel (MSIX-MSG-5). */
export const READ = 'guest.read';
/** The message in transit arrives. Only with a channel. */
export const arrive = (vector: number): string => `fabric.arrive.${vector}`;
/** The function reads an unmasked entry again, before it must (MSIX-MSG-1). Only with a channel. */
export const refresh = (vector: number): string => `device.refresh.${vector}`;

/** The guest reads one entry, and the read completes. Of `assigned-device`, whose answers are outputs. */
export const readEntry = (vector: number): string => `guest.read.${vector}`;
/** Where the guest may move BAR 0, in which the page of the table is: elsewhere, and back. Of `assigned-device` alone. */
export const MOVES = ['away', 'home'] as const;
/** The guest moves BAR 0. */
export const move = (to: (typeof MOVES)[number]): string => `guest.move.${to}`;
/** The guest reads the Pending bit of a vector, which is on a page of its own. */
export const poll = (vector: number): string => `guest.poll.${vector}`;

// What userspace does, of an assigned device.
/** Userspace completes the access that the vCPU is stopped in. */
export const VMM_COMPLETE = 'vmm.complete';
/** The device is taken from the guest, and given to it, or to the next one. */
export const REMOVE = 'vmm.remove';
export const ASSIGN = 'vmm.assign';
export const REGISTER = 'vmm.register';
export const REGISTERED = 'vmm.registered';
export const UNREGISTER = 'vmm.unregister';
export const UNREGISTERED = 'vmm.unregistered';
export const ENABLE_ALL = 'vmm.enableAll';
export const DISABLE_ALL = 'vmm.disableAll';
// The same, where the page is on the bus exactly while the host's MSI-X is assigned.
export const TELL_BASE = 'vmm.tellBase';
export const PLACE = 'kernel.place';
export const WITHDRAW = 'kernel.withdraw';

/** What an event of the first vCPU, or the completion of its access, is called when it is of another vCPU. */
export function ofVcpu(event: string, vcpu: number): string {
  if (vcpu === 0) return event;
  return event === VMM_COMPLETE ? `${event}${vcpu}` : event.replace('guest.', `vcpu${vcpu}.`);
}

// What the host does to the physical function, where that is a machine of its own.
/** The host masks a vector of the physical function. */
export const hostMask = (vector: number): string => `host.mask.${vector}`;
/** The host unmasks a vector of the physical function. */
export const hostUnmask = (vector: number): string => `host.unmask.${vector}`;
export const HOST_READ = 'host.read';

/** An event taken apart. `value` is the control written, or the name of the message write. */
export interface MachineEvent {
  readonly actor: string;
  readonly verb: string;
  readonly vector?: number;
  readonly value?: string;
}

/** Takes the name of an event apart. */
export function readEvent(name: string): MachineEvent {
  const [actor, verb = '', third, ...rest] = requireText('name of readEvent', name).split('.');
  if (third === undefined) return { actor, verb };
  const isVector = /^\d{1,4}$/.test(third);
  if (!isVector) return { actor, verb, value: [third, ...rest].join('.') };
  return { actor, verb, vector: Number(third), value: rest.length === 0 ? undefined : rest.join('.') };
}

/** An output: what is done in a step. */
export interface MachineOutput {
  /** `send`, `use`, `release`, `deliver`; of an assigned device also `interrupt`, `answer`, `exit` and `return`. */
  readonly verb: string;
  /** NaN in `exit` and `return`. */
  readonly vector: number;
  /** The message; in an `answer`, what was read: a message, or the state of a bit. */
  readonly message?: string;
}

/** Takes the name of an output apart. */
export function readOutput(name: string): MachineOutput {
  const [verb, vector, message] = requireText('name of readOutput', name).split('.');
  return { verb, vector: vector === undefined ? NaN : Number(vector), message };
}

/** The events of one vector. */
export function vectorEvents(vector: number, messages: MessageSet): string[] {
  return [
    mask(vector),
    unmask(vector),
    ...messages.writes.map((each) => write(vector, each.name)),
    signal(vector),
    retire(vector),
  ];
}

/** The events of the page of one vector, whose gate opens and closes. */
export const VECTOR_PAGE_EVENTS: readonly string[] = [
  ...[control('on'), control('off'), RESET, mask(0), unmask(0), signal(0), retire(0)],
];

/** The events of the `capability` machine. */
export const CAPABILITY_EVENTS: readonly string[] = [...CONTROLS.map(control), RESET];

/** The events of the `function` machine with `vectors` vectors. */
export function functionEvents(vectors: number, messages: MessageSet, channel = false): string[] {
  requireVectors('vectors of functionEvents', vectors);
  requireMessages('messages of functionEvents', messages);
  requireBoolean('channel of functionEvents', channel);
  const each = Array.from({ length: vectors }, (_, vector) => [
    ...vectorEvents(vector, messages),
    ...(channel ? [arrive(vector), refresh(vector)] : []),
  ]);
  return [...CAPABILITY_EVENTS, ...(channel ? [READ] : []), ...each.flat()];
}

/** The events of a page that changes hands by itself, and of one that is on the bus while the host's MSI-X is assigned. */
export const HANDOVER: readonly string[] = [REGISTER, REGISTERED, UNREGISTER, UNREGISTERED];
export const COUPLED_HANDOVER: readonly string[] = [TELL_BASE, PLACE, WITHDRAW];

/** The events of the `ownership` machine, whose vCPU has one access. */
export const OWNERSHIP_EVENTS: readonly string[] = [mask(0), VMM_COMPLETE, ...HANDOVER];

/** The events of the `host-function` machine. */
export function hostEvents(vectors: number): string[] {
  requireVectors('vectors of hostEvents', vectors);
  const each = Array.from({ length: vectors }, (_, vector) => [
    ...[hostMask(vector), hostUnmask(vector), signal(vector), retire(vector), arrive(vector)],
  ]);
  return [HOST_READ, ...each.flat()];
}

/** The events of the `assigned-device` machine: of each vCPU its accesses, and what else there is in a design. */
export function assignedEvents(
  accesses: readonly { readonly event: string }[],
  vectors: number,
  { vcpus, handover, rebuilds }: { vcpus: number; handover: readonly string[]; rebuilds: boolean },
): string[] {
  const each = Array.from({ length: vectors }, (_, vector) => [signal(vector), retire(vector), arrive(vector)]);
  const byVcpu = Array.from({ length: vcpus }, (_, vcpu) =>
    [...accesses.map(({ event }) => event), VMM_COMPLETE].map((event) => ofVcpu(event, vcpu)),
  );
  const work = rebuilds ? [ENABLE_ALL, DISABLE_ALL] : [];
  return [...byVcpu.flat(), ...handover, ...work, ...each.flat(), RESET, REMOVE, ASSIGN];
}

const CONTROL_WORDS: Readonly<Record<string, string>> = {
  off: 'disables MSI-X',
  offMasked: 'disables MSI-X and sets Function Mask',
  on: 'enables MSI-X with Function Mask clear',
  onMasked: 'enables MSI-X with Function Mask set',
};

/** What events say: `#` is the vector, `$` the value. One that may have a vector or none says both. */
const EVENT_WORDS: Readonly<Record<string, readonly string[]>> = {
  'guest.control': ['the guest $'],
  'guest.move': ['the guest moves BAR 0 $'],
  'guest.mask': ['the guest masks vector #'],
  'guest.unmask': ['the guest unmasks vector #'],
  'guest.write': ['the guest writes $ to entry #'],
  'device.signal': ['the device signals vector #'],
  'device.retire': ['the device retires what vector # was signalled for'],
  'device.reset': ['the function is reset'],
  'guest.read': ['the guest reads the table, and the read completes', 'the guest reads entry #'],
  'guest.poll': ['the guest reads the Pending bit of vector #'],
  'vmm.complete': ['userspace completes the exit'],
  'vmm.complete1': ['userspace completes the exit of vCPU 1'],
  'vmm.register': ['userspace begins to hand the page to the kernel'],
  'vmm.registered': ['the kernel answers the page from here on'],
  'vmm.unregister': ['userspace begins to take the page back'],
  'vmm.unregistered': ['userspace answers the page from here on'],
  'vmm.enableAll': ['userspace builds up all vectors that are in use'],
  'vmm.disableAll': ['userspace tears down all vectors'],
  'vmm.tellBase': ['userspace tells the kernel where the page is'],
  'kernel.place': ['the kernel puts the page on its bus'],
  'kernel.withdraw': ['the kernel takes the page off its bus'],
  'vmm.remove': ['userspace takes the device away'],
  'vmm.assign': ['userspace assigns the device again'],
  'host.mask': ['the host masks vector #'],
  'host.unmask': ['the host unmasks vector #'],
  'host.read': ['the host reads the device, and the read completes'],
  'fabric.arrive': ['the message of vector # arrives'],
  'device.refresh': ['the function reads entry # again'],
  // Of `interval`, whose accesses take time.
  'access.effect': ['the access takes effect'],
  'access.return': ['the access is complete'],
};

/** What outputs say, in the same way; the page of one vector does not number it. */
const OUTPUT_WORDS: Readonly<Record<string, readonly string[]>> = {
  send: ['the vector sends', 'vector # sends', 'vector # sends $'],
  use: ['the vector is in use', 'vector # is in use with $'],
  release: ['the vector is released', 'vector # is released'],
  deliver: ['$ of vector # is delivered'],
  interrupt: ['the host is interrupted for vector #'],
  answer: ['$ (vector #)'],
  exit: ['it exits'],
  return: ['it is complete'],
};

/** What the guest read, of an answer that is no message. */
const ANSWER_WORDS: Readonly<Record<string, string>> = {
  masked: 'the Mask Bit reads set',
  unmasked: 'the Mask Bit reads clear',
  pending: 'the Pending bit reads set',
  quiet: 'the Pending bit reads clear',
};

/** Puts a sentence together, of the words that have a place for each part that there is; undefined where none have. */
function sentenceOf(
  words: readonly string[] | undefined,
  vector: number | undefined,
  value: string | undefined,
): string | undefined {
  return words
    ?.find((each) => each.includes('#') === (vector !== undefined) && each.includes('$') === (value !== undefined))
    ?.replace('#', String(vector))
    .replace('$', () => value!);
}

const wordsOf = <Words>(book: Readonly<Record<string, Words>>, key: string): Words | undefined =>
  Object.hasOwn(book, key) ? book[key] : undefined;

/**
 * What an event says, as a clause: "the guest unmasks vector 0".
 * @throws {RangeError} when the alphabet has no such event.
 */
export function eventSentence(name: string): string {
  const { actor, verb, vector, value } = readEvent(requireText('name of eventSentence', name));
  const isControl = verb === 'control';
  const said = isControl ? wordsOf(CONTROL_WORDS, value ?? '') : value;
  // What another vCPU does is what the guest does.
  const vcpu = /^vcpu([1-9]\d?)$/.exec(actor)?.[1];
  const words = wordsOf(EVENT_WORDS, `${vcpu === undefined ? actor : 'guest'}.${verb}`);
  const sentence = sentenceOf(words, vector, said) ?? refuse('name of eventSentence', name, EXPECTED_EVENT);
  return vcpu === undefined ? sentence : sentence.replace('the guest', `vCPU ${vcpu}`);
}

const EXPECTED_EVENT = `an event of the machines, such as guest.mask.0, of one of the kinds ${Object.keys(EVENT_WORDS).join(', ')}`;

/**
 * What an output says, as a clause: "vector 0 sends A".
 * @throws {RangeError} when the alphabet has no such output.
 */
export function outputSentence(name: string): string {
  const { verb, vector, message } = readOutput(requireText('name of outputSentence', name));
  const said =
    verb === 'answer' && message !== undefined
      ? (wordsOf(ANSWER_WORDS, message) ?? `the entry reads ${message}`)
      : message;
  const words = wordsOf(OUTPUT_WORDS, verb);
  const expected = `an output of the machines, such as send.0.A, of one of the kinds ${Object.keys(OUTPUT_WORDS).join(', ')}`;
  return (
    sentenceOf(words, Number.isNaN(vector) ? undefined : vector, said) ??
    refuse('name of outputSentence', name, expected)
  );
}
