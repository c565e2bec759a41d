/**
 * What stood in the way of an interrupt: first what the device did wrong, then what the guest set, then what nobody did. Owns the sentences,
 * the rules that they are by, and what to look at next.
 */
import { hex } from '../device/hexadecimal.ts';
import { messageName } from './events.ts';
import { RECIPE } from './recipe.ts';
import type { VectorWatch } from './vector-watch.ts';

/** What stands in the way. */
export type Cause =
  | 'device'
  | 'stale'
  | 'disabled'
  | 'function masked'
  | 'masked'
  | 'bus master'
  | 'zeros'
  | 'sent'
  | 'never signalled';

/** An answer. */
export interface Answer {
  readonly cause: Cause;
  /** The line that put it there; undefined where the log begins like this. */
  readonly line: number | undefined;
  readonly sentence: string;
  /** The rule that it is by. */
  readonly rule: string;
  /** What to look at, or to record, next. */
  readonly next: string;
}

/** Each asks whether it is the cause, in this order. */
const CAUSES: readonly ((watch: VectorWatch) => Answer | undefined)[] = [
  ofStaleRoute,
  ofDevice,
  ofDisabled,
  ofFunctionMask,
  ofMask,
  ofBusMaster,
  ofZeros,
  ofUnanswered,
  ofSent,
];

/** Says why no interrupt of the vector came. */
export function causeOf(watch: VectorWatch): Answer {
  for (const ask of CAUSES) {
    const answer = ask(watch);
    if (answer !== undefined) return answer;
  }
  return ofNobody(watch);
}

const since = (line: number | undefined): string =>
  line === undefined ? 'from the beginning of the log' : `since line ${line}`;

const messages = (count: number): string => (count === 1 ? 'one message' : `${count} messages`);

/** When it could send last, where that is over. */
function lastOpen({ open, vector }: VectorWatch): string {
  if (open === undefined) return ` Vector ${vector} could not send at any line before.`;
  if (open.to === undefined) return '';
  return ` It could send from line ${open.from} to line ${open.to}, and sent ${messages(open.sent)} then; --at LINE explains a moment in between.`;
}

/** The rules that a device breaks, by what is said of it. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/Bus Master Enable/, 'MSIX-ENABLE-7'],
  [/masked|blocked|No vector/, 'MSIX-MASK-2'],
  [/ of the table/, 'MSIX-TABLE-1'],
  [/ of the Pending Bit Array/, 'MSIX-PBA-1'],
  [/^Its message is /, 'MSIX-MSG-1'],
];

function ofDevice({ fault: missent, misread }: VectorWatch): Answer | undefined {
  const fault = missent ?? misread;
  if (fault === undefined) return undefined;
  const { line, sentence } = fault;
  return {
    cause: 'device',
    line,
    sentence: `The device did not do at line ${line} what it must: ${sentence}`,
    rule: FAULTS.find(([pattern]) => pattern.test(sentence))?.[1] ?? 'MSIX-PEND-2',
    next: 'This is a fault of the device or of its emulator, not of the guest: report it with the steps below.',
  };
}

function ofStaleRoute({ fault, stale, state, vector }: VectorWatch): Answer | undefined {
  if (stale === undefined || (fault !== undefined && fault.line < stale.line)) return undefined;
  const { line, message, replaced } = stale;
  return {
    cause: 'stale',
    line,
    sentence:
      `The message in use is not the entry: at line ${line}, ${message} left, which the entry of vector ${vector} was until line ` +
      `${replaced}; it is ${state.entry} now, and nobody else in this log is known to have the old one.`,
    rule: 'MSIX-MSG-1',
    next: "Whoever routes interrupts kept the old message. Record the routes: -trace 'kvm_irqchip_*', or 'vfio_*' of an assigned device.",
  };
}

function ofDisabled(watch: VectorWatch): Answer | undefined {
  if (watch.state.enabled) return undefined;
  const line = watch.since.enabled;
  const wasReset = watch.resetAt !== undefined && watch.resetAt === (line ?? watch.resetAt);
  return {
    cause: 'disabled',
    line: line ?? watch.resetAt,
    sentence: wasReset
      ? `The function was reset at line ${watch.resetAt}, and MSI-X is disabled since.${lastOpen(watch)}`
      : `MSI-X is disabled ${since(line)}.${lastOpen(watch)}`,
    rule: 'MSIX-ENABLE-1',
    next: "The guest has to set MSI-X Enable. Its driver's messages of that time say why it did not, or gave up: dmesg in the guest.",
  };
}

function ofFunctionMask(watch: VectorWatch): Answer | undefined {
  if (!watch.state.functionMask) return undefined;
  const line = watch.since.functionMask;
  return {
    cause: 'function masked',
    line,
    sentence: `The function is masked ${since(line)}: no vector of it sends.${tellHeld(watch)}${lastOpen(watch)}`,
    rule: 'MSIX-MASK-1',
    next: 'The guest has to clear Function Mask. Linux sets it while it sets up vectors, and clears it at once: see where its driver stopped.',
  };
}

const tellHeld = ({ state }: VectorWatch): string =>
  state.pending ? ' An interrupt is pending, and is sent when the guest unmasks it.' : '';

function ofMask(watch: VectorWatch): Answer | undefined {
  if (!watch.state.masked) return undefined;
  const line = watch.since.masked;
  return {
    cause: 'masked',
    line,
    sentence:
      line === undefined && watch.isLate
        ? `Vector ${watch.vector} is masked as a reset leaves it, as far as the log shows: it begins late, and nothing in it unmasks the vector.`
        : `Vector ${watch.vector} is masked ${since(line)}.${tellHeld(watch)}${lastOpen(watch)}`,
    rule: 'MSIX-MASK-2',
    next:
      line === undefined
        ? 'The guest never unmasked it: no handler was asked for (request_irq), or the driver uses other vectors.'
        : 'The guest has to clear its Mask Bit. In Linux, disable_irq and a change of affinity mask; /sys/kernel/debug/irq/irqs/N shows which.',
  };
}

function ofBusMaster({ state, since: from, lost }: VectorWatch): Answer | undefined {
  if (state.mayMaster && lost === undefined) return undefined;
  const base = { cause: 'bus master', rule: 'MSIX-ENABLE-7' } as const;
  const next = "The guest has to set Bus Master Enable before it needs interrupts: pci_set_master in Linux's driver.";
  if (!state.mayMaster) {
    const lostToo = lost === undefined ? '' : ` ${lost.message} was lost so at line ${lost.line}.`;
    return {
      ...base,
      line: lost?.line ?? from.mayMaster,
      sentence: `Bus Master Enable is off ${since(from.mayMaster)}, and a function without it sends nothing.${lostToo}`,
      next,
    };
  }
  return {
    ...base,
    line: lost?.line,
    sentence: `${lost?.message} was lost at line ${lost?.line}: Bus Master Enable was off, and the guest set it at line ${from.mayMaster} only.`,
    next,
  };
}

function ofZeros({ state, since: from, vector }: VectorWatch): Answer | undefined {
  if (!state.entry.startsWith('0:')) return undefined;
  const holds = state.entry === messageName(0, 0, 0) ? 'zeros' : `no address, ${state.entry},`;
  return {
    cause: 'zeros',
    line: from.entry ?? from.masked,
    sentence: `The entry of vector ${vector} holds ${holds} ${since(from.entry)}, and is unmasked: its message goes to address 0.`,
    rule: 'MSIX-MSG-6',
    next: 'The guest has to write address and data before it unmasks. Zeros mean nothing in the table; a route that is left out for them is lost.',
  };
}

function ofUnanswered({ signalled, sent, vector }: VectorWatch): Answer | undefined {
  if (signalled === undefined || (sent !== undefined && sent.line >= signalled)) return undefined;
  return {
    cause: 'device',
    line: signalled,
    sentence: `The device signalled vector ${vector} at line ${signalled}, and no message followed, though nothing stands in its way.`,
    rule: 'MSIX-PEND-2',
    next: 'Between the device and its message: where the emulator masks, holds or routes. Report it with the steps below.',
  };
}

function ofSent({ sent, open }: VectorWatch): Answer | undefined {
  if (sent === undefined || open === undefined || open.sent === 0) return undefined;
  const { line, message } = sent;
  const times = open.sent === 1 ? 'once' : `${open.sent} times`;
  return {
    cause: 'sent',
    line,
    sentence:
      `It was sent ${times} since line ${open.from}, the last time at line ${line}: ${message}${targetOf(message)}. ` +
      'If it did not arrive, whoever takes messages has it.',
    rule: 'MSIX-MSG-1',
    next:
      "If the one you miss is later: the device did not signal it, or did so unseen; record its own events, -trace '*irq_msix*'. If it is this " +
      "one: the processor's side, -trace apic_deliver_irq or -d int, and /proc/interrupts in the guest.",
  };
}

function ofNobody({ state, open, sent, tellsSignals, vector }: VectorWatch): Answer {
  const told = tellsSignals
    ? `the device tells of its signals, and of none of vector ${vector} since`
    : 'the device did not signal it, or its signals are not logged';
  const before =
    sent === undefined
      ? ''
      : ` Before, it sent ${messages(sent.count)}, ${sent.message} at line ${sent.line} the last.`;
  return {
    cause: 'never signalled',
    line: open?.from,
    sentence: `Nothing stands in its way ${since(open?.from)}, and no message ${state.entry} has left${targetOf(state.entry)}: ${told}.${before}`,
    rule: 'MSIX-PEND-1',
    next: tellsSignals
      ? 'Look into the device: whether its queue raises interrupts at all (an interrupt enable, a threshold, coalescing).'
      : `Record the device's own events, too: ${RECIPE}`,
  };
}

/** Where a message goes, on x86. Intel SDM 3, 11.11.1. */
export function targetOf(message: string): string {
  const found = /^fee([0-9a-f]{2})([0-9a-f]{3}):([0-9a-f]+)$/.exec(message);
  if (found === null) return '';
  const [destination, low, data] = found.slice(1).map((digits) => Number.parseInt(digits, 16));
  if ((low & 0x10) !== 0) {
    // The remappable format: a handle instead of a processor. Intel VT-d 5.1.2.2.
    const handle = (destination << 7) | ((low >>> 5) & 0x7f) | ((low & 4) << 13);
    return `, to entry ${handle} of the IOMMU's table`;
  }
  const vector = `as its vector ${data & 0xff} (${hex(data & 0xff)})`;
  if ((low & 4) === 0) return `, to the processor with APIC ID ${destination} ${vector}`;
  const single = destination > 0 && (destination & (destination - 1)) === 0;
  const flat = single && destination <= 0x80 ? `, processor ${Math.log2(destination)} in the flat model,` : '';
  return `, to logical destination ${destination}${flat} ${vector}`;
}
