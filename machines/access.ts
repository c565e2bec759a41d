/**
 * What a guest does to an assigned device, access by access, and the vCPUs that do it.
 *
 * An access has an interval, from the guest's instruction to the moment when it is complete. Where the kernel answers, both
 * are one step. Elsewhere the vCPU stops in an exit, and userspace completes it later; other things happen in between.
 */
import { or, stateIn } from 'xstate';
import {
  type Control,
  CONTROLS,
  control,
  mask,
  move,
  MOVES,
  ofVcpu,
  poll,
  readEntry,
  REMOVE,
  RESET,
  unmask,
  VMM_COMPLETE,
  write,
} from './alphabet.ts';
import type { GuardRegistry, GuardedEvent } from './guards.ts';
import type { MessageSet } from './messages.ts';
import type { Region } from './region.ts';

/** One access. */
export interface GuestAccess {
  /** The event, `guest.mask.0`: that of the first vCPU. */
  readonly event: string;
  /** The state of a vCPU that is stopped in it, `mask_0`. */
  readonly state: string;
  readonly kind: 'control' | 'move' | 'mask' | 'unmask' | 'write' | 'read' | 'poll';
  /** Absent in a write of Message Control. */
  readonly vector?: number;
  /** The value of Message Control that is written. */
  readonly control?: Control;
}

function accessOf(
  event: string,
  kind: GuestAccess['kind'],
  rest: Pick<GuestAccess, 'vector' | 'control'>,
): GuestAccess {
  return { event, state: event.replace('guest.', '').replaceAll('.', '_'), kind, ...rest };
}

/** Every access to a device with `vectors` vectors; `moves` says whether the guest may move its BAR. */
export function accessesOf(vectors: number, messages: MessageSet, moves = false): GuestAccess[] {
  const controls = CONTROLS.map((value) => accessOf(control(value), 'control', { control: value }));
  const each = Array.from({ length: vectors }, (_, vector) => [
    accessOf(mask(vector), 'mask', { vector }),
    accessOf(unmask(vector), 'unmask', { vector }),
    ...messages.writes.map(({ name }) => accessOf(write(vector, name), 'write', { vector })),
    accessOf(readEntry(vector), 'read', { vector }),
    accessOf(poll(vector), 'poll', { vector }),
  ]);
  const moved = moves ? MOVES.map((to) => accessOf(move(to), 'move', {})) : [];
  return [...controls, ...moved, ...each.flat()];
}

/** Whether an access changes nothing, but asks. */
export const isRead = ({ kind }: GuestAccess): boolean => kind === 'read' || kind === 'poll';

/** Something that a vCPU waits for: the event that ends it, and where that leads. */
export interface VmmWork {
  readonly event: string;
  readonly ways: readonly { readonly target: string; readonly guard?: string }[];
  readonly description: string;
}

/** How accesses come about in a machine. */
export interface AccessPaths {
  /** The guard under which the kernel answers an access at once; undefined where it never does. */
  readonly kernel: (access: GuestAccess) => string | undefined;
  /** The guard that a reset maps the page elsewhere than it is; absent where it is always in one place. */
  readonly elsewhere?: string;
  /** Where the vCPU goes once userspace has completed an access, if it must wait for more: states of `work`, with guards. */
  readonly afterwards?: (access: GuestAccess) => readonly { readonly target: string; readonly guard?: string }[];
  /** What the vCPU may have to wait for, by the name of its state. */
  readonly work?: Readonly<Record<string, VmmWork>>;
}

/** A region of a vCPU, and the guard that it runs. */
export const vcpuName = (vcpu: number): string => `vcpu${vcpu === 0 ? '' : vcpu}`;
export const running = (vcpu: number): string => `running${vcpu === 0 ? '' : vcpu}`;

/** The guard that a vCPU is stopped in an access. */
export const stoppedIn = ({ event }: GuestAccess, vcpu = 0): string =>
  event.replace('guest.', `in${vcpu === 0 ? '' : vcpu} `);

/** The guard that userspace is not at work for another vCPU. */
export const atRest = (vcpu: number): string => `atRest${vcpu === 0 ? '' : vcpu}`;

/** Defines the guards of the vCPUs: that each runs, and for each access that it is stopped in it. */
export function defineVcpuGuards(
  book: GuardRegistry,
  accesses: readonly GuestAccess[],
  vcpus: readonly number[],
): void {
  for (const vcpu of vcpus) {
    book.define(running(vcpu), stateIn({ [vcpuName(vcpu)]: 'running' }));
    for (const access of accesses) book.define(stoppedIn(access, vcpu), stateIn({ [vcpuName(vcpu)]: access.state }));
  }
}

/** Defines a guard that some vCPU waits for one of `works`, and returns its name. */
export function defineWaiting(
  book: GuardRegistry,
  name: string,
  works: readonly string[],
  vcpus: readonly number[],
): string {
  const places = vcpus.flatMap((vcpu) => works.map((work) => stateIn({ [vcpuName(vcpu)]: work })));
  return book.define(name, places.length === 1 ? places[0] : or(places));
}

/** The ways in which an access of a vCPU takes effect: answered by the kernel, completed by userspace. */
export function guardedEventsOfAccess(
  access: GuestAccess,
  { kernel }: AccessPaths,
  book: GuardRegistry,
  vcpu = 0,
  rest?: string,
): { kernel: GuardedEvent[]; exit: GuardedEvent[] } {
  const guard = kernel(access);
  return {
    kernel: guard === undefined ? [] : [{ event: ofVcpu(access.event, vcpu), guard: book.all(running(vcpu), guard) }],
    exit: [{ event: ofVcpu(VMM_COMPLETE, vcpu), guard: book.all(stoppedIn(access, vcpu), rest) }],
  };
}

const EXIT = { type: 'exit' };
const RETURN = { type: 'return' };

/** The region of a vCPU. */
export function vcpuRegion(
  accesses: readonly GuestAccess[],
  paths: AccessPaths,
  book: GuardRegistry,
  vcpu: number,
  restOf: (access: GuestAccess, vcpu: number) => string | undefined,
): Region {
  const complete = ofVcpu(VMM_COMPLETE, vcpu);
  const onRunning = Object.fromEntries(
    accesses.map((access) => {
      const exit = {
        target: access.state,
        guard: 'assigned',
        actions: EXIT,
        description: 'Nobody in the kernel answers: the vCPU stops. [MSIX-OWN-1]',
      };
      const guard = paths.kernel(access);
      const event = ofVcpu(access.event, vcpu);
      if (guard === undefined) return [event, exit];
      return [event, [{ guard, actions: RETURN, description: 'The kernel answers at once. [MSIX-OWN-1]' }, exit]];
    }),
  );
  const forgotten = { target: 'void', description: 'Nothing of the access is done any more. [MSIX-ASSIGN-15]' };
  const ended = { [RESET]: forgotten, [REMOVE]: forgotten };
  const stopped = accesses.map((access) => {
    const rest = restOf(access, vcpu);
    const later = (paths.afterwards?.(access) ?? []).map((each) => ({
      target: each.target,
      guard: book.all(rest, each.guard),
      description: 'There is more to be done first. [MSIX-POSTED-2] [MSIX-POSTED-4]',
    }));
    const completed = {
      target: 'running',
      guard: rest,
      actions: RETURN,
      description: 'Userspace completes the access. [MSIX-OWN-3]',
    };
    // A read is answered all the same, as the function stands by then; where the page is no longer what was read, nobody answers.
    const elsewhere = paths.elsewhere === undefined ? {} : { [RESET]: { ...forgotten, guard: paths.elsewhere } };
    const on = {
      [complete]: [...later, completed],
      ...(isRead(access) ? { ...elsewhere, [REMOVE]: forgotten } : ended),
    };
    return [access.state, { description: `Stopped in ${ofVcpu(access.event, vcpu)}.`, on }];
  });
  const work = Object.entries(paths.work ?? {}).map(([name, { event, ways, description }]) => {
    const on = ways.map(({ target, guard }) => ({
      target,
      guard,
      ...(target === 'running' ? { actions: RETURN } : {}),
      description,
    }));
    return [name, { description, on: { [event]: on, ...ended } }];
  });
  const emptied = {
    description: 'Stopped in an access from before a reset or a removal. [MSIX-ASSIGN-15]',
    on: {
      [complete]: { target: 'running', actions: RETURN, description: 'It returns, and does nothing. [MSIX-ASSIGN-15]' },
    },
  };
  return {
    description:
      vcpu === 0
        ? 'A vCPU that accesses the device. [MSIX-OWN-3]'
        : 'Another vCPU that accesses the device. [MSIX-OWN-3]',
    initial: 'running',
    states: {
      running: { description: 'It runs the guest.', on: onRunning },
      ...Object.fromEntries([...stopped, ...work]),
      void: emptied,
    },
  };
}
