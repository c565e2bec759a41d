/**
 * What a guest does to an assigned device, access by access, and the vCPU that does it.
 *
 * An access has an interval, from the guest's instruction to the moment when it is complete. Where the kernel answers, both
 * are one step. Elsewhere the vCPU stops in an exit, and userspace completes it later; other things happen in between.
 */
import { stateIn } from 'xstate';
import { type Control, CONTROLS, control, mask, readEntry, unmask, VMM_COMPLETE, write } from './alphabet.ts';
import type { GuardBook, Way } from './guards.ts';
import type { MessageSet } from './messages.ts';
import type { Region } from './region.ts';

/** One access. */
export interface Access {
  /** The event, `guest.mask.0`. */
  readonly event: string;
  /** The state of a vCPU that is stopped in it, `mask_0`. */
  readonly state: string;
  readonly kind: 'control' | 'mask' | 'unmask' | 'write' | 'read';
  /** Absent in a write of Message Control. */
  readonly vector?: number;
  /** The value of Message Control that is written. */
  readonly control?: Control;
}

function accessOf(event: string, kind: Access['kind'], rest: Pick<Access, 'vector' | 'control'>): Access {
  return { event, state: event.replace('guest.', '').replaceAll('.', '_'), kind, ...rest };
}

/** Every access to a device with `vectors` vectors. */
export function accessesOf(vectors: number, messages: MessageSet): Access[] {
  const controls = CONTROLS.map((value) => accessOf(control(value), 'control', { control: value }));
  const each = Array.from({ length: vectors }, (_, vector) => [
    accessOf(mask(vector), 'mask', { vector }),
    accessOf(unmask(vector), 'unmask', { vector }),
    ...messages.writes.map(({ name }) => accessOf(write(vector, name), 'write', { vector })),
    accessOf(readEntry(vector), 'read', { vector }),
  ]);
  return [...controls, ...each.flat()];
}

/** How accesses come about in a machine. */
export interface Paths {
  /** The guard under which the kernel answers an access at once; undefined where it never does. */
  readonly kernel: (access: Access) => string | undefined;
  /** Where the vCPU goes once userspace has completed an access, if it must wait for more: states of `work`, with guards. */
  readonly afterwards?: (access: Access) => readonly { readonly target: string; readonly guard?: string }[];
  /** What the vCPU may have to wait for, by the name of its state: the event that ends it, and where that leads. */
  readonly work?: Readonly<
    Record<string, { readonly event: string; readonly target: string; readonly description: string }>
  >;
}

/** The guard that the vCPU is stopped in an access. */
export const stoppedIn = ({ event }: Access): string => event.replace('guest.', 'in ');

/** Defines the guards of a vCPU: that it runs, and for each access that it is stopped in it. */
export function defineVcpuGuards(book: GuardBook, accesses: readonly Access[]): void {
  book.define('running', stateIn({ vcpu: 'running' }));
  for (const access of accesses) book.define(stoppedIn(access), stateIn({ vcpu: access.state }));
}

/** The ways in which an access takes effect: answered by the kernel, completed by userspace. */
export function waysOfAccess(access: Access, { kernel }: Paths, book: GuardBook): { kernel: Way[]; exit: Way[] } {
  const guard = kernel(access);
  return {
    kernel: guard === undefined ? [] : [{ event: access.event, guard: book.all('running', guard) }],
    exit: [{ event: VMM_COMPLETE, guard: stoppedIn(access) }],
  };
}

const EXIT = { type: 'exit' };
const RETURN = { type: 'return' };

/** The region of the vCPU. */
export function vcpuRegion(accesses: readonly Access[], paths: Paths): Region {
  const running = Object.fromEntries(
    accesses.map((access) => {
      const exit = {
        target: access.state,
        actions: EXIT,
        description: 'Nobody in the kernel answers: the vCPU stops.',
      };
      const guard = paths.kernel(access);
      if (guard === undefined) return [access.event, exit];
      return [access.event, [{ guard, actions: RETURN, description: 'The kernel answers at once.' }, exit]];
    }),
  );
  const stopped = accesses.map((access) => {
    const later = (paths.afterwards?.(access) ?? []).map((each) => ({
      ...each,
      description: 'There is more to be done first.',
    }));
    const complete = {
      target: 'running',
      actions: RETURN,
      description: 'Userspace completes the access. [MSIX-OWN-3]',
    };
    return [access.state, { description: `Stopped in ${access.event}.`, on: { [VMM_COMPLETE]: [...later, complete] } }];
  });
  const work = Object.entries(paths.work ?? {}).map(([name, { event, target, description }]) => [
    name,
    { description, on: { [event]: { target, ...(target === 'running' ? { actions: RETURN } : {}), description } } },
  ]);
  return {
    description: 'The one vCPU that accesses the device.',
    initial: 'running',
    states: {
      running: { description: 'It runs the guest.', on: running },
      ...Object.fromEntries([...stopped, ...work]),
    },
  };
}
