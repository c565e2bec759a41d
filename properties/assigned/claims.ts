/**
 * The properties of the assigned device, in the order of the bugs that they stand for. Each is about vector 0, as the guest sees
 * it: what it wrote when its accesses took effect, against what is read, sent and delivered.
 */
import type { AssignedBounds } from '../../machines/device-context.ts';
import type { StatePredicate, StepPredicate } from '../../checker/decide/claim.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import { type GuestAccess, accessesOf, isRead, running, vcpuName } from '../../machines/access.ts';
import {
  arrive,
  ASSIGN,
  COUPLED_HANDOVER,
  DISABLE_ALL,
  ENABLE_ALL,
  HANDOVER,
  mask,
  ofVcpu,
  PLACE,
  readEvent,
  REGISTER,
  REGISTERED,
  REMOVE,
  RESET,
  TELL_BASE,
  unmask,
  UNREGISTERED,
  VMM_COMPLETE,
  WITHDRAW,
} from '../../machines/alphabet.ts';
import type { Design } from '../../machines/designs.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import { after, and, type ClaimProperty, before, event, implies, named, not, or, output } from './property.ts';

const V = 0;
const state = (region: string, value: string): StatePredicate => ({
  kind: 'stateIn',
  value: { [vectorRegionName(V)]: { [region]: value } },
});
const monitor = (region: string, value: string | object): StatePredicate => ({
  kind: 'stateIn',
  value: { monitor: { [vectorRegionName(V)]: { [region]: value } } } as never,
});
const all = (...parts: readonly StatePredicate[]): StatePredicate => ({
  kind: 'and',
  parts: parts as GuardExpression[],
});
const any = (...parts: readonly StatePredicate[]): StatePredicate => ({
  kind: 'or',
  parts: parts as GuardExpression[],
});
const no = (part: StatePredicate): StatePredicate => ({ kind: 'not', part: part as GuardExpression });

const SEEN_BLOCKED = named(`seenBlocked.${V}`);
const OWED = monitor('owed', 'owed');
const FLYING = named(`flying.${V}`);
const PENDING = named(`pending.${V}`);
const HELD_OR_FLYING = any(PENDING, FLYING);

/** The vCPUs of an instance, by their numbers. */
const vcpusOf = ({ vcpus = 1 }: AssignedBounds): number[] => Array.from({ length: vcpus }, (_, vcpu) => vcpu);
/** No access is under way. */
const allRunning = (bounds: AssignedBounds): StatePredicate => {
  const idle = vcpusOf(bounds).map((vcpu) => named(running(vcpu)));
  return idle.length === 1 ? idle[0] : { kind: 'and', parts: idle as GuardExpression[] };
};
/** Userspace completes an access, in which a vCPU is stopped in one of some states. */
const completes = (bounds: AssignedBounds, ...stops: readonly string[]): StepPredicate =>
  or(
    ...vcpusOf(bounds).map((vcpu) =>
      and(
        event(ofVcpu(VMM_COMPLETE, vcpu)),
        or(...stops.map((stop) => before({ kind: 'stateIn', value: { [vcpuName(vcpu)]: stop } }))),
      ),
    ),
  );
/** That something is the same before and after. */
const keeps = (each: StatePredicate): StepPredicate =>
  or(and(before(each), after(each)), and(not(before(each)), not(after(each))));
/** The events by which the page changes hands, in a design. */
const handovers = ({ free }: Design): readonly string[] => (free ? HANDOVER : COUPLED_HANDOVER);

/** What a step delivers of the vector: the outputs that the design has at all. */
const deliveries = ({ design, messages }: AssignedBounds): string[] =>
  (design.direct ? messages.values : messages.values.slice(1)).map((message) => `deliver.${V}.${message}`);
const delivers = (bounds: AssignedBounds): StepPredicate => output(...deliveries(bounds));

/** A tearing down or building up is under way, as part of an access that is not complete. */
const inRebuild = ({ design }: AssignedBounds): StatePredicate[] => (design.grow ? [] : [named('tearing')]);

const CONTROL_ACCESSES = accessesOf(0, { name: '', values: [], writes: [] });
const closes = ({ control }: GuestAccess): boolean => control !== 'on';

/**
 * The steps of a control write: its completion, and the tearing down and building up that follow. Those after an unmask are among
 * them, in designs where there is such a thing.
 */
const ofControl = (bounds: AssignedBounds): StepPredicate => {
  const completed = completes(bounds, ...CONTROL_ACCESSES.map(({ state: exit }) => exit));
  return bounds.design.grow ? completed : or(completed, event(ENABLE_ALL, DISABLE_ALL));
};

/** That the Mask Bit that the device feels, and the entry, are the same after a step. */
const keepsVector = ({ messages }: AssignedBounds): StepPredicate =>
  and(...[named(`unmasked.${V}`), ...messages.values.map((message) => state('entry', message))].map(keeps));
/** That the entry is one that is in use; always so in designs where there is no such thing. */
const inUse = ({ design }: AssignedBounds): StepPredicate[] =>
  design.direct && design.grow ? [] : [before(named(`used.${V}`))];

/** P1 NoDeliverBlocked, when a message is sent. */
export const NoSendBlockedStep: ClaimProperty = {
  name: 'NoSendBlockedStep',
  number: 'P1',
  title: 'A blocked vector sends nothing.',
  rules: ['MSIX-MASK-1', 'MSIX-MASK-2', 'MSIX-ENABLE-1'],
  monitors: ['mask'],
  claim: (bounds) => ({
    kind: 'step',
    when: output(`send.${V}`),
    // While a disabling is under way the guest has masked nothing by it yet; what it has masked itself counts.
    holds: or(after(no(SEEN_BLOCKED)), and(after(named(`seenUnmasked.${V}`)), or(...inRebuild(bounds).map(before)))),
  }),
};

/** Whatever goes in flight is sent, and lands. */
export const FlightStep: ClaimProperty = {
  name: 'FlightStep',
  title:
    'A message goes in flight where it is sent, and where its flight ends it is delivered, or held as pending; a reset and a removal end it.',
  rules: ['MSIX-ASSIGN-6', 'MSIX-PEND-1'],
  monitors: [],
  claim: (bounds) => {
    const begins = and(before(no(FLYING)), after(FLYING));
    const ends = and(before(FLYING), after(no(FLYING)));
    return {
      kind: 'step',
      when: or(begins, ends, output(`send.${V}`)),
      holds: and(
        implies(begins, output(`send.${V}`)),
        implies(output(`send.${V}`), begins),
        implies(ends, or(delivers(bounds), after(PENDING), event(RESET, REMOVE))),
      ),
    };
  },
};

/** What closes the function brings in what is in flight. */
export const ClosingDrainsStep: ClaimProperty = {
  name: 'ClosingDrainsStep',
  title: 'Once a write that disables or masks the function is complete, none of its messages is in flight.',
  rules: ['MSIX-ASSIGN-8'],
  notFor: ({ design }) => (design.flush ? undefined : 'nothing is flushed'),
  monitors: [],
  claim: (bounds) => ({
    kind: 'step',
    when: completes(bounds, ...CONTROL_ACCESSES.filter(closes).map(({ state: exit }) => exit)),
    holds: after(no(FLYING)),
  }),
};

/** P1 NoDeliverBlocked, when a message arrives. */
export const NoDeliverBlockedStep: ClaimProperty = {
  name: 'NoDeliverBlockedStep',
  number: 'P1 at arrival',
  title: 'No message of a blocked vector is delivered, not even one that was sent before.',
  rules: ['MSIX-ASSIGN-9'],
  beyond:
    'No comment of the review asks for it: a message may arrive between the mask and the read that flushes it, which the guest must ' +
    'expect of a real device too. `checked` holds every arrival against the mask.',
  monitors: ['mask'],
  claim: (bounds) => ({
    kind: 'step',
    when: delivers(bounds),
    holds: or(before(no(SEEN_BLOCKED)), ...inRebuild(bounds).map(before)),
  }),
};

/** P2 NoLostEvent. */
export const NoLostEventInv: ClaimProperty = {
  name: 'NoLostEventInv',
  number: 'P2',
  title: 'An event of an enabled function is pending or in flight until a message tells of it, or its cause is gone.',
  rules: ['MSIX-PEND-1', 'MSIX-PEND-4', 'MSIX-ASSIGN-1'],
  monitors: ['owed'],
  claim: () => ({ kind: 'invariant', when: OWED, holds: HELD_OR_FLYING }),
};

/** P3 PendingTransient. */
export const PendingTransientLeads: ClaimProperty = {
  name: 'PendingTransientLeads',
  number: 'P3',
  title: 'An event of a vector that is not blocked is told of in the end, if nobody puts its work off for ever.',
  rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
  monitors: ['mask', 'owed'],
  claim: (bounds) => ({
    kind: 'leadsTo',
    from: all(OWED, no(SEEN_BLOCKED)),
    to: any(no(OWED), SEEN_BLOCKED),
    fairness: [arrive(V), ...workOfUserspace(bounds)].map((name) => ({ strength: 'weak', events: [name] })),
  }),
};

/** What userspace never puts off for ever. That it hands the page over at all is its choice. */
const workOfUserspace = (bounds: AssignedBounds): string[] => [
  ...vcpusOf(bounds).map((vcpu) => ofVcpu(VMM_COMPLETE, vcpu)),
  ...(bounds.design.free ? [REGISTERED, UNREGISTERED] : []),
  ...workAfter(bounds.design),
];

/** What ends the waiting of a vCPU, once its access is completed. */
const workAfter = ({ grow, free }: Design): string[] => [
  ...(grow ? [] : [ENABLE_ALL, DISABLE_ALL]),
  ...(free ? [] : [PLACE, WITHDRAW]),
];

/** P4 NoSpurious. */
export const NoSpuriousStep: ClaimProperty = {
  name: 'NoSpuriousStep',
  number: 'P4',
  title: 'There are no more messages than events that they tell of.',
  rules: ['MSIX-PEND-3', 'MSIX-PEND-5'],
  monitors: ['signalled'],
  claim: (bounds) => ({
    kind: 'step',
    when: delivers(bounds),
    holds: not(before(monitor('signalled', 'none'))),
  }),
};

/** Each message that is delivered has been the whole entry at the last edge or since. */
const deliversFresh = ({ messages }: AssignedBounds, names: readonly string[]): StepPredicate =>
  and(
    ...messages.values
      .filter((message) => names.includes(`deliver.${V}.${message}`))
      .map((message) => implies(output(`deliver.${V}.${message}`), before(monitor('fresh', { [message]: 'fresh' })))),
  );

/** P5 LatchOnUnmask. */
export const LatchOnUnmaskStep: ClaimProperty = {
  name: 'LatchOnUnmaskStep',
  number: 'P5',
  title: 'Once a vector is unmasked, its messages are of an entry as it stood then or later.',
  rules: ['MSIX-MSG-1', 'MSIX-ASSIGN-7'],
  monitors: ['fresh'],
  claim: (bounds) => ({
    kind: 'step',
    when: and(delivers(bounds), before(no(SEEN_BLOCKED))),
    holds: deliversFresh(bounds, deliveries(bounds)),
  }),
};

/** P6 NoTorn. */
export const NoTornStep: ClaimProperty = {
  name: 'NoTornStep',
  number: 'P6',
  title: 'Whatever is delivered, also after a mask, was the whole entry at the last edge or since; never a part of it.',
  rules: ['MSIX-MSG-3', 'MSIX-ASSIGN-7'],
  monitors: ['fresh'],
  claim: (bounds) => ({
    kind: 'step',
    when: delivers(bounds),
    holds: deliversFresh(bounds, deliveries(bounds)),
  }),
};

/** P7 FlushOnRead. */
export const FlushOnReadStep: ClaimProperty = {
  name: 'FlushOnReadStep',
  number: 'P7',
  title: 'Once a read has completed after a vector was blocked, none of its messages arrives.',
  rules: ['MSIX-MSG-5', 'MSIX-ASSIGN-6'],
  monitors: ['settled'],
  claim: (bounds) => ({
    kind: 'step',
    when: before(monitor('settled', 'settled')),
    holds: or(not(delivers(bounds)), ...inRebuild(bounds).map(before)),
  }),
};

/** P8 SingleView, of the Mask Bit. */
export const SingleViewStep: ClaimProperty = {
  name: 'SingleViewStep',
  number: 'P8',
  title: 'A Mask Bit is read as it was last written.',
  rules: ['MSIX-TABLE-3', 'MSIX-ASSIGN-5'],
  monitors: ['mask'],
  claim: () => ({
    kind: 'step',
    when: output(`answer.${V}.masked`, `answer.${V}.unmasked`),
    holds: and(
      implies(output(`answer.${V}.masked`), before(monitor('mask', 'masked'))),
      implies(output(`answer.${V}.unmasked`), before(monitor('mask', 'unmasked'))),
    ),
  }),
};

/** P8 SingleView, of the entry. */
export const EntryReadStep: ClaimProperty = {
  name: 'EntryReadStep',
  number: 'P8 of entries',
  title: 'Address and data are read as they were last written.',
  rules: ['MSIX-TABLE-1', 'MSIX-MSG-2', 'MSIX-ASSIGN-7'],
  monitors: ['entry'],
  claim: ({ messages }) => ({
    kind: 'step',
    when: output(...messages.values.map((message) => `answer.${V}.${message}`)),
    holds: and(
      ...messages.values.map((message) => implies(output(`answer.${V}.${message}`), before(monitor('entry', message)))),
    ),
  }),
};

/** P8 SingleView, of the two records. */
export const TwoRecordsInv: ClaimProperty = {
  name: 'TwoRecordsInv',
  number: 'P8 of records',
  title: 'While no access is under way, the two records of the Mask Bit of an entry in use say the same.',
  rules: ['MSIX-ASSIGN-5'],
  notFor: ({ design }) => (design.oneOwner ? 'there is one record' : undefined),
  monitors: [],
  claim: (bounds) => ({
    kind: 'invariant',
    when: all(allRunning(bounds), ...(bounds.design.direct && bounds.design.grow ? [] : [named(`used.${V}`)])),
    holds: any(
      all(state('kernelMask', 'masked'), state('userMask', 'masked')),
      all(state('kernelMask', 'unmasked'), state('userMask', 'unmasked')),
    ),
  }),
};

/** P9 HostGuestMask. */
export const HostMaskInv: ClaimProperty = {
  name: 'HostMaskInv',
  number: 'P9',
  title: 'While no access is under way, the device may send for a vector exactly when the guest has not blocked it.',
  rules: ['MSIX-MASK-1', 'MSIX-ASSIGN-3'],
  monitors: ['mask'],
  claim: (bounds) => ({
    kind: 'invariant',
    when: allRunning(bounds),
    holds: any(all(named(`live.${V}`), no(SEEN_BLOCKED)), all(no(named(`live.${V}`)), SEEN_BLOCKED)),
  }),
};

/** P10 RouteFresh. */
export const RouteFreshInv: ClaimProperty = {
  name: 'RouteFreshInv',
  number: 'P10',
  title: 'While no access is under way, the route of a vector that may send is of its entry at the last edge or since.',
  rules: ['MSIX-ASSIGN-4'],
  notFor: ({ design }) => (design.direct ? 'there are no routes' : undefined),
  monitors: ['fresh'],
  claim: (bounds) => ({
    kind: 'invariant',
    when: all(allRunning(bounds), named(`live.${V}`)),
    holds: all(
      ...bounds.messages.values
        .slice(1)
        .map((message) => any(no(state('route', message)), monitor('fresh', { [message]: 'fresh' }))),
    ),
  }),
};

/** P14 DisableRoundTrip. */
export const DisableRoundTripStep: ClaimProperty = {
  name: 'DisableRoundTripStep',
  number: 'P14',
  title:
    'Disabling and enabling keep the entry and the Mask Bit that the device feels; nothing is delivered while disabled.',
  rules: ['MSIX-ENABLE-1', 'MSIX-ENABLE-3'],
  monitors: [],
  claim: (bounds) => ({
    kind: 'step',
    when: or(and(ofControl(bounds), ...inUse(bounds)), delivers(bounds)),
    holds: and(
      implies(and(ofControl(bounds), ...inUse(bounds)), keepsVector(bounds)),
      implies(delivers(bounds), or(before(named('enabled')), ...inRebuild(bounds).map(before))),
    ),
  }),
};

/** P15 FmaskIndependent. */
export const FmaskIndependentStep: ClaimProperty = {
  name: 'FmaskIndependentStep',
  number: 'P15',
  title: 'Setting and clearing Function Mask changes no Mask Bit that the device feels.',
  rules: ['MSIX-MASK-3'],
  monitors: [],
  // What is left of Message Control is Function Mask.
  scope: {
    after: ['guest.control.on', VMM_COMPLETE],
    without: (name) => name === 'guest.control.off' || name === 'guest.control.offMasked',
    words: 'once enabled',
  },
  claim: (bounds) => ({
    kind: 'step',
    when: and(ofControl(bounds), ...inUse(bounds)),
    holds: keepsVector(bounds),
  }),
};

/** P16 PBATruth. */
export const PBATruthStep: ClaimProperty = {
  name: 'PBATruthStep',
  number: 'P16',
  title: 'Polling shows an event that is owed, unless its message is in flight.',
  rules: ['MSIX-PBA-4', 'MSIX-PEND-1'],
  monitors: ['owed'],
  claim: () => ({
    kind: 'step',
    when: and(output(`answer.${V}.pending`, `answer.${V}.quiet`), before(all(OWED, no(FLYING)))),
    holds: output(`answer.${V}.pending`),
  }),
};

/** P17 ResourceBalance. */
export const ResourceBalanceInv: ClaimProperty = {
  name: 'ResourceBalanceInv',
  number: 'P17',
  title: 'Nothing is pending or in flight for a host that has torn down its vectors.',
  rules: ['MSIX-POSTED-4'],
  notFor: ({ design }) => (design.grow ? 'the host keeps its vectors from assignment to deassignment' : undefined),
  monitors: [],
  claim: () => ({
    kind: 'invariant',
    when: { kind: 'stateIn', value: { host: 'down' } },
    holds: no(HELD_OR_FLYING),
  }),
};

/**
 * Vector 0 is in use and open, and the kernel answers, as after a driver's start. What a design ignores of it does nothing.
 */
export const BRING_UP: readonly string[] = [
  ...[TELL_BASE, 'guest.write.0.A', VMM_COMPLETE, 'guest.unmask.0', VMM_COMPLETE],
  ...['guest.control.on', VMM_COMPLETE, ENABLE_ALL, PLACE, REGISTER, REGISTERED],
];

/** That the device is reset or changes its owner. */
export const isEnd = (name: string): boolean => [RESET, REMOVE, ASSIGN].includes(name);

/** P20 IndependentVectors. */
export const IndependentVectorsStep: ClaimProperty = {
  name: 'IndependentVectorsStep',
  number: 'P20',
  title: "What is done for one vector neither loses another's event nor changes its Mask Bit and entry.",
  rules: ['MSIX-MASK-4', 'MSIX-ASSIGN-10'],
  notFor: ({ vectors }) => (vectors < 2 ? 'there is one vector' : undefined),
  monitors: ['owed'],
  // Vector 0 is in use; whatever is done from there on is done for vector 1.
  scope: {
    after: BRING_UP,
    without: (name) => {
      const { actor, verb, vector } = readEvent(name);
      const isOfOther = (actor === 'guest' || actor.startsWith('vcpu')) && vector !== 1;
      return isOfOther || verb === 'retire' || name.startsWith('vmm.register') || isEnd(name);
    },
    words: 'after bring-up of vector 0, with accesses to vector 1 alone, no new handover, no reset and no removal',
  },
  claim: (bounds) => ({
    kind: 'step',
    when: before(OWED),
    holds: and(or(delivers(bounds), after(HELD_OR_FLYING)), keepsVector(bounds)),
  }),
};

/** No vCPU stuck. */
export const VcpuRunsLeads: ClaimProperty = {
  name: 'VcpuRunsLeads',
  title:
    'An access is complete in the end, whoever owns the page by then, and if the device is reset or taken away meanwhile.',
  rules: ['MSIX-OWN-3', 'MSIX-ASSIGN-15', 'MSIX-ASSIGN-16'],
  monitors: [],
  claim: (bounds) => ({
    kind: 'leadsTo',
    from: no(named('running')),
    to: named('running'),
    // That a handover ends is not assumed: an exit does not wait for it. Of several vCPUs each is like the first.
    // Where one waits for the other's work, it comes to its turn if that is again and again: a lock that is fair.
    fairness: [
      ...vcpusOf(bounds).map((vcpu) => ({
        strength: bounds.vcpus === 2 && !bounds.design.grow ? ('strong' as const) : ('weak' as const),
        events: [ofVcpu(VMM_COMPLETE, vcpu)],
      })),
      ...workAfter(bounds.design).map((name) => ({ strength: 'weak' as const, events: [name] })),
    ],
  }),
};

/** A handover changes nothing but who answers. */
export const HandoverStep: ClaimProperty = {
  name: 'HandoverStep',
  title: 'Handing the page over and back changes nothing of a vector, and delivers nothing.',
  rules: ['MSIX-OWN-2'],
  monitors: [],
  claim: (bounds) => ({
    kind: 'step',
    when: and({ kind: 'taken' }, event(...handovers(bounds.design))),
    holds: and(keepsVector(bounds), not(delivers(bounds)), ...[PENDING, FLYING].map(keeps)),
  }),
};

/** P13 ResetClean. */
export const ResetStep: ClaimProperty = {
  name: 'ResetStep',
  number: 'P13',
  title: 'A reset leaves MSI-X disabled, every vector masked, every entry zero, and nothing pending or in flight.',
  rules: ['MSIX-RESET-1', 'MSIX-RESET-2', 'MSIX-RESET-4', 'MSIX-RESET-5'],
  monitors: [],
  claim: (bounds) => ({
    kind: 'step',
    when: and({ kind: 'taken' }, event(RESET)),
    holds: after(
      all(
        no(HELD_OR_FLYING),
        no(named('enabled')),
        no(named(`unmasked.${V}`)),
        ...(bounds.design.oneOwner ? [] : [no(named(`userUnmasked.${V}`))]),
        state('entry', bounds.messages.values[0]),
      ),
    ),
  }),
};

/** P13, of what was under way. */
export const VoidStep: ClaimProperty = {
  name: 'VoidStep',
  number: 'P13 of exits',
  title: 'An access from before a reset or a removal changes nothing when it completes.',
  rules: ['MSIX-ASSIGN-15'],
  monitors: [],
  claim: (bounds) => ({
    kind: 'step',
    when: or(completes(bounds, 'void'), event(RESET, REMOVE)),
    holds: and(
      implies(
        completes(bounds, 'void'),
        and(
          keepsVector(bounds),
          ...[named('enabled'), named('open'), PENDING, FLYING].map(keeps),
          not(output(...bounds.messages.values.map((message) => `answer.${V}.${message}`))),
        ),
      ),
      implies(event(RESET, REMOVE), after(no(inWrite(bounds)))),
    ),
  }),
};

/** A vCPU is stopped in an access that changes something. */
function inWrite(bounds: AssignedBounds): StatePredicate {
  const writes = accessesOf(bounds.vectors, bounds.messages).filter((access) => !isRead(access));
  return any(
    ...vcpusOf(bounds).flatMap((vcpu) =>
      writes.map((access): StatePredicate => ({ kind: 'stateIn', value: { [vcpuName(vcpu)]: access.state } })),
    ),
  );
}

/** No message to the next owner. */
export const NextOwnerStep: ClaimProperty = {
  name: 'NextOwnerStep',
  title: 'Nothing is in flight from a device that is taken away, and nothing waits in one that is assigned.',
  rules: ['MSIX-ASSIGN-16'],
  monitors: [],
  claim: (bounds) => ({
    kind: 'step',
    // Not whether the event is taken: a monitor that is looking on takes it too.
    when: or(and(event(REMOVE), before(named('assigned'))), and(event(ASSIGN), not(before(named('assigned'))))),
    holds: and(after(no(HELD_OR_FLYING)), not(delivers(bounds))),
  }),
};

/** P8, whoever completes what meanwhile. */
export const AnswerStandsStep: ClaimProperty = {
  name: 'AnswerStandsStep',
  number: 'P8 of vCPUs',
  title: 'What a vCPU has read of a Mask Bit is undone by a write of that bit alone, whatever another one completes.',
  rules: ['MSIX-ASSIGN-5', 'MSIX-OWN-3'],
  monitors: [],
  claim: (bounds) => {
    const writes = vcpusOf(bounds).flatMap((vcpu) => [mask(V), unmask(V)].map((name) => ofVcpu(name, vcpu)));
    const [masking, unmasking] = [mask(V), unmask(V)].map((name) => name.replace('guest.', '').replace('.', '_'));
    const takesEffect = or(event(...writes, RESET, REMOVE), completes(bounds, masking, unmasking));
    return { kind: 'step', when: not(takesEffect), holds: keeps(readsUnmasked(bounds)) };
  },
};

/** That the Mask Bit would be read as clear. */
function readsUnmasked({ design }: AssignedBounds): StatePredicate {
  if (design.oneOwner) return state('mask', 'unmasked');
  const used = design.direct && design.grow ? [] : [named(`used.${V}`)];
  const isKernel = all(named('kernelOwns'), ...(design.grow ? [] : [named('hostUp')]), ...used);
  return any(all(isKernel, state('kernelMask', 'unmasked')), all(no(isKernel), state('userMask', 'unmasked')));
}

/** The claims about states, steps and fair runs, in the order of their numbers. */
export const ASSIGNED_CLAIMS: readonly ClaimProperty[] = [
  NoSendBlockedStep,
  NoDeliverBlockedStep,
  FlightStep,
  ClosingDrainsStep,
  NoLostEventInv,
  PendingTransientLeads,
  NoSpuriousStep,
  LatchOnUnmaskStep,
  NoTornStep,
  FlushOnReadStep,
  SingleViewStep,
  EntryReadStep,
  TwoRecordsInv,
  HostMaskInv,
  RouteFreshInv,
  DisableRoundTripStep,
  FmaskIndependentStep,
  PBATruthStep,
  ResourceBalanceInv,
  IndependentVectorsStep,
  VcpuRunsLeads,
  HandoverStep,
  ResetStep,
  VoidStep,
  NextOwnerStep,
  AnswerStandsStep,
];
