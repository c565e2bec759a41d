/**
 * What the review said against the posted patch, and what can be seen in the patch besides, each as a property that fails: from
 * where, and with which events left out so that it is this cause that is found and no other.
 *
 * The chain of designs repairs them one by one. That each repair is needed is shown by leaving out it alone.
 */
import { HANDOVER, PLACE, readEvent, TELL_BASE, VMM_COMPLETE, WITHDRAW } from '../../machines/alphabet.ts';
import { CHAIN, type Design, HANDED, moving, REPAIRS, type Repair, REVIEWED, without } from '../../machines/designs.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import { THREE } from '../../machines/messages.ts';
import {
  BRING_UP,
  FlushOnReadStep,
  HandoverStep,
  IndependentVectorsStep,
  isEnd,
  LatchOnUnmaskStep,
  NoLostEventInv,
  NoSendBlockedStep,
  PendingTransientLeads,
  SingleViewStep,
} from './claims.ts';
import { AssignedInstance } from './decide.ts';
import type { AssignedProperty, AssignedVerdict, Scope } from './property.ts';
import { NonInterferenceRuns } from './runs.ts';

/** One objection. */
export interface Objection {
  /** Short, in lower case, for links and names of pictures. */
  readonly name: string;
  /** What is wrong, in a few words, and in the words of a reviewer. */
  readonly title: string;
  readonly words: string;
  /** The comment of the review, R1 to R9, or the hazard in the patch, S1 to S7, that it is. */
  readonly of: string;
  readonly property: AssignedProperty;
  readonly scope?: Scope;
  /** How many vectors it takes, and how many vCPUs. Default 1. */
  readonly vectors?: number;
  readonly vcpus?: number;
  /** Whether it takes a guest that moves its BAR. */
  readonly moves?: true;
  /** The repair that it takes. */
  readonly repair: Repair;
  /** A repair that does away with it too: in the reviewed design it comes back without both. */
  readonly with?: Repair;
}

/** What no scope has: another handover than the one of the bring-up, a reset, a removal. */
const isAside = (name: string): boolean => HANDOVER.includes(name) || name === TELL_BASE || isEnd(name);
const isGuest = (name: string, ...verbs: readonly string[]): boolean => {
  const { actor, verb } = readEvent(name);
  return (actor === 'guest' || actor.startsWith('vcpu')) && verbs.includes(verb);
};

/** Before the page is on the bus: vector 0 is in use and live, and the vCPU that has enabled MSI-X waits. */
const BEFORE_PLACE = BRING_UP.slice(0, BRING_UP.indexOf(PLACE));

const WITHOUT_WRITES: Scope = {
  after: BRING_UP,
  without: (name) => isAside(name) || isGuest(name, 'write'),
  words: 'after bring-up, with no writes',
};

export const OBJECTIONS: readonly Objection[] = [
  {
    name: 'late-arrival',
    title: 'A message arrives after the flush',
    words: 'Messages for a masked entry are still in flight after the read that should have flushed them.',
    of: 'R6',
    property: FlushOnReadStep,
    scope: {
      after: BRING_UP,
      without: (name) => isAside(name) || isGuest(name, 'write', 'control'),
      words: 'after bring-up, with no writes, no control, no handover',
    },
    repair: 'flush',
  },
  {
    name: 'discarded-write',
    title: 'A write is discarded',
    words: 'A write to an unmasked entry is discarded, and the old message goes on after the next unmask.',
    of: 'R7',
    property: LatchOnUnmaskStep,
    scope: {
      after: BRING_UP,
      without: (name) => isAside(name) || isGuest(name, 'control') || name.endsWith('.zero'),
      words: 'after bring-up, with no control, no handover, no zeros',
    },
    repair: 'latch',
  },
  {
    name: 'two-records',
    title: 'Two records of one Mask Bit',
    words: 'The guest writes one record of a Mask Bit while the host is up, and reads the other one once it is down.',
    of: 'R5',
    property: SingleViewStep,
    scope: WITHOUT_WRITES,
    repair: 'oneOwner',
    with: 'grow',
  },
  {
    name: 'stale-record',
    title: 'A stale record of a Mask Bit comes back',
    words:
      "The kernel masks an entry that is 'enabled'; written with zeros it is 'disabled', and userspace's old record counts.",
    of: 'R5, S7',
    property: SingleViewStep,
    scope: {
      after: BRING_UP,
      without: (name) => isAside(name) || isGuest(name, 'control'),
      words: 'after bring-up, with no control and no handover',
    },
    repair: 'oneOwner',
    with: 'direct',
  },
  {
    name: 'stale-enable',
    title: 'An enabling brings an old record back',
    words: 'The kernel masks; disabled and enabled again, the vector has the record that userspace kept, and sends.',
    of: 'R5',
    property: NoSendBlockedStep,
    scope: WITHOUT_WRITES,
    repair: 'oneOwner',
    with: 'grow',
  },
  {
    name: 'live-before',
    title: 'A mask goes nowhere before the page is on the bus',
    words: 'Vectors are live before the kernel answers the page, so that a mask goes to a record that nobody looks at.',
    of: 'R5, S2',
    property: NoSendBlockedStep,
    scope: {
      after: BEFORE_PLACE,
      without: (name) => isAside(name) || isGuest(name, 'control', 'write'),
      words: 'from where vectors are live and the page is not on the bus, with no control and no writes',
    },
    vcpus: 2,
    repair: 'oneOwner',
    with: 'grow',
  },
  {
    name: 'live-after',
    title: 'A mask goes nowhere after the page is off the bus',
    words: 'The page leaves the bus while vectors are live, and a mask goes to a record that nobody looks at.',
    of: 'R5, S3',
    property: NoSendBlockedStep,
    scope: {
      after: [...BRING_UP, 'guest.control.offMasked', VMM_COMPLETE, WITHDRAW],
      without: (name) => isAside(name) || isGuest(name, 'write') || /control\.off|onMasked/.test(name),
      words: 'from where a disabling has taken the page off the bus, with no writes, and no control but an enabling',
    },
    vcpus: 2,
    repair: 'oneOwner',
    with: 'grow',
  },
  {
    name: 'moved-bar',
    title: 'A mask goes nowhere once the BAR is moved',
    words:
      'The guest moves its BAR, the kernel answers where the page was, and a mask goes to a record that nobody looks at.',
    of: 'R5, S4',
    property: NoSendBlockedStep,
    scope: {
      after: BRING_UP,
      without: (name) => isAside(name) || isGuest(name, 'control', 'write'),
      words: 'after bring-up, with no control and no writes',
    },
    moves: true,
    repair: 'oneOwner',
    with: 'grow',
  },
  {
    name: 'zeros',
    title: 'Zeros are taken for an unused entry',
    words: 'A masked entry of zeros is taken for one that is not in use, and is never heard of again.',
    of: 'R2',
    property: PendingTransientLeads,
    scope: {
      after: BRING_UP,
      without: (name) => isAside(name) || isGuest(name, 'control'),
      words: 'after bring-up, with no control, no handover',
    },
    repair: 'direct',
  },
  {
    name: 'contents-matter',
    title: 'The contents of a masked entry decide',
    words: 'What is delivered depends on the contents of a masked entry, which mean nothing.',
    of: 'R2, R4',
    property: NonInterferenceRuns,
    scope: {
      without: (name) => isGuest(name, 'read', 'poll') || isEnd(name),
      words: 'with no reads, no reset and no removal',
    },
    repair: 'direct',
  },
  {
    name: 'lost-event',
    title: 'An event of an unused entry is lost',
    words:
      "An event of an entry that is not 'enabled' is lost, though the function is enabled and the entry merely masked.",
    of: 'R1',
    property: NoLostEventInv,
    repair: 'grow',
  },
  {
    name: 'rebuild',
    title: 'A new entry tears down the others',
    words: 'A new entry tears down all the others, and their interrupts are lost.',
    of: 'R9',
    property: IndependentVectorsStep,
    vectors: 2,
    repair: 'grow',
  },
];

/**
 * What two records come to where the page may change hands at any time: no part of the patch, which has no such call, and the reason
 * why our designs have nothing to copy (MSIX-OWN-2). Asked of the design `handed`, and of it with one owner.
 */
export const HANDOVER_OBJECTIONS: readonly Objection[] = [
  {
    name: 'stale-copy',
    title: 'A handover copies an old record',
    words: "A handover writes userspace's record over the kernel's, and the mask that the device feels changes.",
    of: 'R5',
    property: HandoverStep,
    repair: 'oneOwner',
  },
  {
    name: 'handed-over',
    title: 'A mask goes nowhere once the page is back',
    words: 'The page is taken back while vectors are live, and a mask goes to a record that nobody looks at.',
    of: 'R5',
    property: NoSendBlockedStep,
    scope: {
      after: BRING_UP,
      without: (name) => isEnd(name) || name === 'vmm.register' || isGuest(name, 'control', 'write'),
      words: 'after bring-up, with no control, no writes, the page only given back',
    },
    repair: 'oneOwner',
  },
];

/** The hazards of the patch that the machine cannot express, and why. */
export const UNEXPRESSED: Readonly<Record<string, string>> = {
  S1: 'a second registration changes the base address of a device that is on the bus: addresses are no part of the machine',
  S5: 'holes in a structure differ between 32 and 64 bits: the machine has no structures',
  S6: 'a flag of the whole VM is set through one vCPU: the machine has no ioctls; the implementation has them',
};

/** What came of an objection: in each design of the chain, and in the reviewed design without the repair alone. */
export interface ObjectionRow {
  readonly objection: Objection;
  readonly chain: readonly AssignedVerdict[];
  readonly withoutRepair: AssignedVerdict;
}

/** The reviewed design without the repair that an objection takes. */
export function reviewedWithout({ repair, with: also }: Objection): Design {
  const design = without(REVIEWED, repair);
  return also === undefined ? design : without(design, also);
}

/** Decides an objection in one design. */
export function decideObjection(objection: Objection, design: Design): AssignedVerdict {
  return new AssignedInstance(boundsOf(objection, design)).decide(objection.property, objection.scope);
}

/** The instance in which an objection is decided. */
export function boundsOf({ vectors = 1, vcpus = 1, moves }: Objection, asked: Design): AssignedBounds {
  const design = moves ? moving(asked) : asked;
  return { design, vectors, messages: THREE, ...(vcpus === 1 ? {} : { vcpus }) };
}

/** What is wrong with the design `handed`, where an objection to it does not apply, or its repair does not help. */
export function handoverProblems(): string[] {
  return HANDOVER_OBJECTIONS.flatMap((objection) => {
    const { result } = decideObjection(objection, HANDED);
    const repaired = decideObjection(objection, { ...HANDED, [objection.repair]: true }).result;
    if (result === 'fails' && repaired === 'holds') return [];
    return [`Got ${objection.name} ${result} in handed, ${repaired} with ${objection.repair}; expected fails, holds.`];
  });
}

/** Decides all objections in all designs. `onRow` is called after each. */
export function decideObjections(onRow: (done: number) => void = () => {}): ObjectionRow[] {
  return OBJECTIONS.map((objection, index) => {
    const chain = CHAIN.map((design) => decideObjection(objection, design));
    const withoutRepair = decideObjection(objection, reviewedWithout(objection));
    onRow(index + 1);
    return { objection, chain, withoutRepair };
  });
}

/** What is wrong with a row: a chain that does not turn from fails to holds at its repair, or a repair that is not needed. */
export function rowProblem({ objection, chain, withoutRepair }: ObjectionRow): string | undefined {
  const repaired = REPAIRS.indexOf(objection.repair) + 1;
  const wrong = chain.findIndex(({ result }, index) => result !== (index < repaired ? 'fails' : 'holds'));
  const expected = wrong < repaired ? 'fails' : 'holds';
  const name = `${objection.property.name} (${objection.of})`;
  if (wrong >= 0) return `Got ${name} ${chain[wrong].result} in ${CHAIN[wrong].name}; expected that it ${expected}.`;
  if (withoutRepair.result === 'fails') return undefined;
  return `Got ${name} ${withoutRepair.result} in ${reviewedWithout(objection).name}; expected that it fails.`;
}
