/**
 * Every event and every output of the machines, in one place: their names, and what they say in a sentence.
 *
 * Events are `actor.verb.vector.value`, outputs `verb.vector.message`, each with as many parts as it has.
 */
import type { MessageSet } from './messages.ts';

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
  const [actor, verb, third, fourth] = name.split('.');
  if (third === undefined) return { actor, verb };
  const vector = Number(third);
  return Number.isInteger(vector) ? { actor, verb, vector, value: fourth } : { actor, verb, value: third };
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
  const [verb, vector, message] = name.split('.');
  return { verb, vector: Number(vector), message };
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

const EVENT_WORDS: Readonly<Record<string, (event: MachineEvent) => string>> = {
  'guest.control': ({ value }) => `the guest ${CONTROL_WORDS[value ?? '']}`,
  'guest.mask': ({ vector }) => `the guest masks vector ${vector}`,
  'guest.unmask': ({ vector }) => `the guest unmasks vector ${vector}`,
  'guest.write': ({ vector, value }) => `the guest writes ${value} to entry ${vector}`,
  'device.signal': ({ vector }) => `the device signals vector ${vector}`,
  'device.retire': ({ vector }) => `the device retires what vector ${vector} was signalled for`,
  'device.reset': () => 'the function is reset',
  'guest.read': ({ vector }) =>
    vector === undefined ? 'the guest reads the table, and the read completes' : `the guest reads entry ${vector}`,
  'guest.poll': ({ vector }) => `the guest reads the Pending bit of vector ${vector}`,
  'vmm.complete': () => 'userspace completes the exit',
  'vmm.complete1': () => 'userspace completes the exit of vCPU 1',
  'vmm.register': () => 'userspace begins to hand the page to the kernel',
  'vmm.registered': () => 'the kernel answers the page from here on',
  'vmm.unregister': () => 'userspace begins to take the page back',
  'vmm.unregistered': () => 'userspace answers the page from here on',
  'vmm.enableAll': () => 'userspace builds up all vectors that are in use',
  'vmm.disableAll': () => 'userspace tears down all vectors',
  'vmm.tellBase': () => 'userspace tells the kernel where the page is',
  'kernel.place': () => 'the kernel puts the page on its bus',
  'kernel.withdraw': () => 'the kernel takes the page off its bus',
  'vmm.remove': () => 'userspace takes the device away',
  'vmm.assign': () => 'userspace assigns the device again',
  'host.mask': ({ vector }) => `the host masks vector ${vector}`,
  'host.unmask': ({ vector }) => `the host unmasks vector ${vector}`,
  'host.read': () => 'the host reads the device, and the read completes',
  'fabric.arrive': ({ vector }) => `the message of vector ${vector} arrives`,
  'device.refresh': ({ vector }) => `the function reads entry ${vector} again`,
  // Of `interval`, whose accesses take time.
  'access.effect': () => 'the access takes effect',
  'access.return': () => 'the access is complete',
};

// Of what was read, the field that it is of, and its value.
const ANSWER_WORDS: Readonly<Record<string, string>> = {
  masked: 'the Mask Bit reads',
  unmasked: 'the Mask Bit reads',
  pending: 'the Pending bit reads',
  quiet: 'the Pending bit reads',
};
const ANSWER_VALUES: Readonly<Record<string, string>> = {
  masked: 'set',
  unmasked: 'clear',
  pending: 'set',
  quiet: 'clear',
};

/** The vector of an output; a machine with one vector need not number it. */
const vectorOf = ({ vector }: MachineOutput): string => (Number.isNaN(vector) ? 'the vector' : `vector ${vector}`);

const OUTPUT_WORDS: Readonly<Record<string, (output: MachineOutput) => string>> = {
  send: (output) => `${vectorOf(output)} sends${output.message === undefined ? '' : ` ${output.message}`}`,
  use: (output) => `${vectorOf(output)} is in use${output.message === undefined ? '' : ` with ${output.message}`}`,
  release: (output) => `${vectorOf(output)} is released`,
  deliver: ({ vector, message }) => `${message} of vector ${vector} is delivered`,
  interrupt: ({ vector }) => `the host is interrupted for vector ${vector}`,
  answer: ({ vector, message }) =>
    `${ANSWER_WORDS[message ?? ''] ?? 'the entry reads'} ${ANSWER_VALUES[message ?? ''] ?? message} (vector ${vector})`,
  exit: () => 'it exits',
  return: () => 'it is complete',
};

/** What an event says, as a clause: "the guest unmasks vector 0". Throws when the alphabet has no such event. */
export function eventSentence(name: string): string {
  const event = readEvent(name);
  // What another vCPU does is what the guest does.
  if (/^vcpu\d/.test(event.actor)) {
    const sentence = eventSentence(name.replace(/^vcpu\d+/, 'guest'));
    return sentence.replaceAll('the guest', `vCPU ${event.actor.slice('vcpu'.length)}`);
  }
  const words = EVENT_WORDS[`${event.actor}.${event.verb}`];
  if (words === undefined)
    throw new Error(`Got the event ${name}; expected one of ${Object.keys(EVENT_WORDS).join(', ')}.`);
  return words(event);
}

/** What an output says, as a clause: "vector 0 sends A". Throws when the alphabet has no such output. */
export function outputSentence(name: string): string {
  const output = readOutput(name);
  const words = OUTPUT_WORDS[output.verb];
  if (words === undefined)
    throw new Error(`Got the output ${name}; expected one of ${Object.keys(OUTPUT_WORDS).join(', ')}.`);
  return words(output);
}
