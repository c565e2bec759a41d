/**
 * A device assigned to a guest: the same function as `function`, split between a kernel half and a userspace half, above the
 * host's function, with a page of the table that changes hands.
 *
 * A design is a set of repairs (`designs.ts`). Where a repair makes a difference, the code looks at it by its name, `design.flush`;
 * all else is the same in every design.
 */
import { requireFields, requireList, requireOneOf } from '../checker/argument/argument.ts';
import { requireNumber, requireVectors } from './argument.ts';
import { type AnyStateMachine, setup } from 'xstate';
import { vcpuName, vcpuRegion } from './access.ts';
import { assignedEvents, COUPLED_HANDOVER, DISABLE_ALL, ENABLE_ALL, HANDOVER, REMOVE, RESET } from './alphabet.ts';
import { type AssignedBounds, DeviceContext } from './device-context.ts';
import { assignedVectorRegion } from './assigned-vector.ts';
import { capability } from './pages/capability.ts';
import { regionOf } from './region.ts';
import { requireDesign } from './designs.ts';
import { requireMessages } from './messages.ts';
import { type MonitorName, MONITORS, monitorRegions } from './monitors.ts';
import {
  assignedActions,
  barRegion,
  baseRegion,
  coupledOwnership,
  freeOwnership,
  movableBaseRegion,
  startingAnew,
} from './ownership.ts';
import type { Region } from './region.ts';
import { vectorRegionName } from './vector.ts';

/** What an instance of the machine is made of. */
export interface AssignedOptions extends AssignedBounds {
  /** Regions that only watch, for properties. Default: none. */
  readonly monitors?: readonly MonitorName[];
  /** The vectors that they watch. Default: the first, for vectors are alike. */
  readonly watched?: readonly number[];
}

/** The machine, and the alphabet that it is explored with. */
export interface AssignedDevice {
  readonly machine: AnyStateMachine;
  readonly events: readonly string[];
}

function readOptions(options: AssignedOptions): Required<AssignedOptions> {
  const names = ['design', 'vectors', 'messages', 'vcpus', 'monitors', 'watched'] as const;
  const fields = requireFields('the options of createAssignedDevice', options, names);
  const vectors = requireVectors('vectors of createAssignedDevice', fields.vectors);
  const design = requireDesign('design of createAssignedDevice', fields.design);
  return {
    vectors,
    design,
    messages: requireMessages('messages of createAssignedDevice', fields.messages),
    // An access of one vCPU that is under way while another moves the BAR is not modelled.
    vcpus: requireNumber('vcpus of createAssignedDevice', fields.vcpus ?? 1, 1, design.moves ? 1 : 2),
    monitors: requireList('monitors of createAssignedDevice', fields.monitors ?? [], (place, value) =>
      requireOneOf(place, value, MONITORS),
    ),
    watched: requireList('watched of createAssignedDevice', fields.watched ?? [0], (place, value) =>
      requireNumber(place, value, 0, vectors - 1),
    ),
  };
}

/** Creates the machine. */
export function createAssignedDevice(options: AssignedOptions): AssignedDevice {
  const { monitors, watched, ...bounds } = readOptions(options);
  const context = new DeviceContext(bounds);
  const { accesses, book, design, indices, paths, vcpus } = context;
  const restOf = context.rest.bind(context);
  const vcpuOf = (vcpu: number) => [vcpuName(vcpu), vcpuRegion(accesses, paths, book, vcpu, restOf)];
  // Messages are delivered before the access that brings them in is complete: the vCPUs stand last.
  const states = {
    capability: context.rewriteEvents(removableCapability()),
    ...Object.fromEntries(indices.map((vector) => [vectorRegionName(vector), assignedVectorRegion(context, vector)])),
    ...(design.grow ? {} : { host: hostRegion(context) }),
    ...(design.moves ? { bar: context.rewriteEvents(barRegion) } : {}),
    ...(design.free
      ? { ownership: freeOwnership }
      : { base: design.moves ? movableBaseRegion(book) : baseRegion, ownership: coupledOwnership }),
    ...Object.fromEntries(vcpus.map(vcpuOf)),
    ...(monitors.length === 0 ? {} : { monitor: monitorRegions(context, monitors, watched) }),
  };
  const machine = setup({ guards: book.guards, actions: assignedActions }).createMachine({
    id: 'assigned-device',
    type: 'parallel',
    description: `An assigned device with ${count(indices, 'vector')}${vcpus.length === 1 ? '' : ` and ${count(vcpus, 'vCPU')}`}: ${design.title}.`,
    states: states as Record<string, Region>,
  });
  const handover = design.free ? HANDOVER : COUPLED_HANDOVER;
  const events = assignedEvents(accesses, indices.length, { vcpus: vcpus.length, handover, rebuilds: !design.grow });
  return { machine, events };
}

const count = ({ length }: readonly unknown[], noun: string): string => `${length} ${noun}${length === 1 ? '' : 's'}`;

/** The page of the capability, of a device that may be taken away. */
function removableCapability(): Region {
  const { states, ...rest } = regionOf(capability) as Region & { states: Record<string, Region> };
  const gone = Object.entries(states).map(([name, region]) => [
    name,
    startingAnew(region, [REMOVE], 'It begins again with the next owner. [MSIX-ASSIGN-16]'),
  ]);
  return { ...rest, states: Object.fromEntries(gone) } as Region;
}

/** The MSI-X of the device as the host has it, where it has all vectors or none. */
function hostRegion({ tears }: DeviceContext): Region {
  const region: Region = {
    description: "The host's MSI-X of the device. [MSIX-POSTED-2]",
    initial: 'down',
    states: {
      down: {
        description: 'The host has no vector; what the device signals is lost. [MSIX-POSTED-4]',
        on: {
          [ENABLE_ALL]: {
            target: 'up',
            guard: 'opening & anyWanted',
            description: 'All vectors in use are built up. [MSIX-POSTED-2]',
          },
        },
      },
      up: {
        description: 'The host has a vector for each entry in use.',
        on: {
          [DISABLE_ALL]: { target: 'down', guard: tears, description: 'All vectors are torn down. [MSIX-POSTED-4]' },
        },
      },
    },
  };
  return startingAnew(region, [RESET, REMOVE], 'All vectors are torn down. [MSIX-POSTED-4]');
}
