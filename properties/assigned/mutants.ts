/**
 * For each property of the assigned device, something that breaks it: a mutant of a design in which it holds, or a design that lacks
 * a repair. A property that nothing breaks guards nothing.
 *
 * Monitors follow what the machine decides, not what it puts out: that it puts out what it decides is FlightStep's.
 */
import { CHECKED, type Design, DIRECT, HANDED, LATCHING, POSTED, REVIEWED } from '../../machines/designs.ts';
import { HALVES, type MessageSet, TWO } from '../../machines/messages.ts';
import {
  AnswerStandsStep,
  ClosingDrainsStep,
  DisableRoundTripStep,
  EntryReadStep,
  FlightStep,
  FlushOnReadStep,
  FmaskIndependentStep,
  HandoverStep,
  HostMaskInv,
  IndependentVectorsStep,
  LatchOnUnmaskStep,
  NextOwnerStep,
  NoDeliverBlockedStep,
  NoLostEventInv,
  NoSendBlockedStep,
  NoSpuriousStep,
  NoTornStep,
  PBATruthStep,
  PendingTransientLeads,
  ResetStep,
  ResourceBalanceInv,
  RouteFreshInv,
  SingleViewStep,
  TwoRecordsInv,
  VcpuRunsLeads,
  VoidStep,
} from './claims.ts';
import { boundsName } from '../instances.ts';
import { AssignedInstance } from './decide.ts';
import type { AssignedProperty, AssignedVerdict } from './property.ts';
import { NonInterferenceRuns, RefinementRuns } from './runs.ts';

/** What breaks a property. */
export interface Breaker {
  readonly property: AssignedProperty;
  readonly design: Design;
  /** The name of a mutant of the design; absent where the design itself breaks it. */
  readonly mutant?: string;
  readonly vectors?: number;
  readonly vcpus?: number;
  /** Default: two. */
  readonly messages?: MessageSet;
}

const DROPPED = 'transition dropped';

/** One breaker for each property, in the order of the properties. */
export const BREAKERS: readonly Breaker[] = [
  {
    property: NoSendBlockedStep,
    design: REVIEWED,
    mutant: 'vector0.flight.none on device.signal.0 [live.0]: guard without vector0.mask.unmasked',
  },
  {
    property: NoDeliverBlockedStep,
    design: CHECKED,
    mutant: 'vector0.flight.flying on fabric.arrive.0 [live.0 & force.0.zero]: guard without vector0.mask.unmasked',
  },
  {
    property: FlightStep,
    design: REVIEWED,
    mutant: 'vector0.flight.flying on fabric.arrive.0 [force.0.A]: output deliver.0.A dropped',
  },
  {
    property: ClosingDrainsStep,
    design: REVIEWED,
    mutant: `vector0.flight.flying on vmm.complete [in control.onMasked & force.0.zero]: ${DROPPED}`,
  },
  {
    property: NoLostEventInv,
    design: REVIEWED,
    mutant: `vector0.pending.clear on device.signal.0 [blocked.0]: ${DROPPED}`,
  },
  {
    property: PendingTransientLeads,
    design: REVIEWED,
    mutant: `vector0.flight.none on vmm.complete [in control.on & closed & unmasked.0 & pending.0]: ${DROPPED}`,
  },
  {
    property: NoSpuriousStep,
    design: REVIEWED,
    mutant: `vector0.pending.set on guest.unmask.0 [running & kernelOwns & open & masked.0]: ${DROPPED}`,
  },
  {
    property: LatchOnUnmaskStep,
    design: REVIEWED,
    mutant: `vector0.force.zero on guest.unmask.0 [running & kernelOwns & open & masked.0 & holds.0.A]: ${DROPPED}`,
  },
  {
    property: NoTornStep,
    design: REVIEWED,
    messages: HALVES,
    mutant:
      'vector0.force.address0data0 on guest.unmask.0 [running & kernelOwns & open & masked.0 & holds.0.address1data1]: target address1data0',
  },
  {
    property: FlushOnReadStep,
    design: REVIEWED,
    mutant: `vector0.flight.flying on guest.read.0 [running & kernelOwns & force.0.zero]: ${DROPPED}`,
  },
  {
    property: SingleViewStep,
    design: REVIEWED,
    mutant: `vector0.mask.unmasked on vmm.complete [in mask.0]: ${DROPPED}`,
  },
  {
    property: EntryReadStep,
    design: REVIEWED,
    mutant: `vector0.entry.zero on guest.write.0.A [running & kernelOwns]: ${DROPPED}`,
  },
  { property: TwoRecordsInv, design: LATCHING },
  {
    property: HostMaskInv,
    design: REVIEWED,
    mutant: `vector0.mask.masked on guest.unmask.0 [running & kernelOwns]: ${DROPPED}`,
  },
  { property: RouteFreshInv, design: LATCHING },
  {
    property: DisableRoundTripStep,
    design: REVIEWED,
    mutant: `vector0.flight.flying on vmm.complete [in control.off & force.0.zero]: ${DROPPED}`,
  },
  { property: FmaskIndependentStep, design: LATCHING },
  {
    property: PBATruthStep,
    design: REVIEWED,
    mutant: `vector0.pba.shown on guest.poll.0 [running & kernelOwns & pending.0]: ${DROPPED}`,
  },
  {
    property: ResourceBalanceInv,
    design: DIRECT,
    mutant: `vector0.pending.set on vmm.disableAll [tearing & offBus]: ${DROPPED}`,
  },
  { property: IndependentVectorsStep, design: DIRECT, vectors: 2 },
  { property: VcpuRunsLeads, design: REVIEWED, mutant: `vcpu.mask_0 on vmm.complete: ${DROPPED}` },
  { property: HandoverStep, design: HANDED },
  { property: ResetStep, design: REVIEWED, mutant: `vector0.mask.unmasked on device.reset: ${DROPPED}` },
  { property: VoidStep, design: REVIEWED, mutant: `vcpu.control_on on device.reset: ${DROPPED}` },
  { property: NextOwnerStep, design: REVIEWED, mutant: `vector0.flight.flying on vmm.remove [assigned]: ${DROPPED}` },
  { property: AnswerStandsStep, design: POSTED, vcpus: 2 },
  {
    property: NonInterferenceRuns,
    design: REVIEWED,
    mutant: `vector0.entry.zero on guest.write.0.A [running & kernelOwns]: ${DROPPED}`,
  },
  {
    property: RefinementRuns,
    design: REVIEWED,
    mutant: `vector0.flight.flying on guest.read.0 [running & kernelOwns & force.0.zero]: ${DROPPED}`,
  },
];

/** Decides a property where it must fail. */
export function decideBroken({
  property,
  design,
  mutant,
  vectors = 1,
  messages = TWO,
  vcpus,
}: Breaker): AssignedVerdict {
  return new AssignedInstance({ design, vectors, messages, vcpus }, {}, mutant).decide(property);
}

/**
 * Decides the same without the change: it must hold. Undefined where the design itself is what breaks it.
 * @param instances Those that were decided before, by name: many properties are broken by mutants of one.
 */
export function decideWhole(
  { property, design, mutant, vectors = 1, messages = TWO }: Breaker,
  instances = new Map<string, AssignedInstance>(),
): AssignedVerdict | undefined {
  if (mutant === undefined) return undefined;
  const bounds = { design, vectors, messages };
  const instance = instances.get(boundsName(bounds)) ?? new AssignedInstance(bounds);
  instances.set(boundsName(bounds), instance);
  return instance.decide(property);
}
