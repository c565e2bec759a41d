/**
 * Who answers the page of an assigned device, and what such a device puts out.
 *
 * Where the page changes hands by calls of its own, the region is that of the page of the ownership (`pages/ownership.ts`). In the
 * patch it does not: the page is on the kernel's bus exactly while the host's MSI-X is assigned.
 */
import { stateIn } from 'xstate';
import { ASSIGN, DISABLE_ALL, ENABLE_ALL, move, PLACE, REMOVE, RESET, TELL_BASE, WITHDRAW } from './alphabet.ts';
import type { GuardRegistry } from './guards.ts';
import { ownership } from './pages/ownership.ts';
import { type Region, regionOf } from './region.ts';

/** The states of a region, as they are written. */
type States = Readonly<Record<string, { readonly on?: object }>>;

/** A region that begins again at some events, a reset or a removal, whatever its state. */
export function startingAnew(region: Region, events: readonly string[], description: string): Region {
  const { initial, states } = region as { initial: string; states: States };
  // A device is assigned only after it was taken away.
  const guardOf = (event: string) => (event === ASSIGN ? { guard: 'removed' } : {});
  const anew = Object.fromEntries(events.map((event) => [event, { target: initial, ...guardOf(event), description }]));
  const restarted = Object.entries(states).map(([name, state]) => [
    name,
    name === initial ? state : { ...state, on: { ...state.on, ...anew } },
  ]);
  return { ...region, states: Object.fromEntries(restarted) } as Region;
}

/** A region of the ownership, of a device that may be reset, taken away and given back. */
function ofDevice(region: Region): Region {
  const { states, ...rest } = startingAnew(
    region,
    [RESET],
    "The page is userspace's again: a reset takes the addresses away. [MSIX-ASSIGN-12]",
  ) as Region & { states: States };
  const gone = { target: 'removed', description: 'The page is taken off with the device. [MSIX-ASSIGN-16]' };
  const removed = {
    description: 'There is no device, and nobody answers. [MSIX-ASSIGN-16]',
    on: {
      [ASSIGN]: {
        target: 'userspace',
        description: 'A device is assigned with its page at userspace. [MSIX-ASSIGN-16]',
      },
    },
  };
  const all = Object.entries(states).map(([name, state]) => [name, { ...state, on: { ...state.on, [REMOVE]: gone } }]);
  return { ...rest, states: { ...Object.fromEntries(all), removed } } as Region;
}

/** The region where the page changes hands by calls of its own. */
export const freeOwnership: Region = ofDevice(regionOf(ownership).states?.ownership as Region);

/** The region where the page goes with the host's MSI-X. [MSIX-POSTED-7] */
export const coupledOwnership: Region = ofDevice({
  description:
    "Who answers the page of the MSI-X Table: the kernel, while the host's MSI-X is assigned. [MSIX-POSTED-7]",
  initial: 'userspace',
  states: {
    userspace: {
      description: 'Every access to the page exits. [MSIX-OWN-1]',
      on: {
        [ENABLE_ALL]: {
          target: 'registering',
          guard: 'opening & anyWanted & baseTold',
          description: 'The vectors are live, and the page is not on the bus yet. [MSIX-POSTED-7]',
        },
      },
    },
    registering: {
      description: 'The vectors are live, and accesses still exit. [MSIX-OWN-1]',
      on: { [PLACE]: { target: 'kernel', description: 'The page is on the bus of the kernel. [MSIX-POSTED-7]' } },
    },
    kernel: {
      description: 'The kernel answers what it can. [MSIX-OWN-1]',
      on: {
        [WITHDRAW]: {
          target: 'returning',
          guard: 'tearing',
          description: 'The page goes first, while the vectors are live. [MSIX-POSTED-7]',
        },
      },
    },
    returning: {
      description: 'The page is off the bus; accesses exit again. [MSIX-OWN-1]',
      on: {
        [DISABLE_ALL]: {
          target: 'userspace',
          guard: 'tearing',
          description: 'All vectors are torn down. [MSIX-POSTED-4]',
        },
      },
    },
  },
});

/** Whether the kernel knows where the page is. Nothing takes it back but a removal. [MSIX-POSTED-7] */
export const baseRegion: Region = {
  description: 'The address of the page, as userspace has told it (KVM_ASSIGN_REG_MSIX_MMIO). [MSIX-POSTED-7]',
  initial: 'none',
  states: {
    none: {
      description: 'The kernel knows of none.',
      on: {
        [TELL_BASE]: {
          target: 'told',
          guard: 'assigned',
          description: 'It is stored. [MSIX-POSTED-7]',
        },
      },
    },
    told: {
      description: 'It is kept until the device is taken away.',
      on: { [REMOVE]: { target: 'none', description: 'It goes with the device. [MSIX-ASSIGN-16]' } },
    },
  },
};

/** The same, where BAR 0 may be elsewhere when the address is told: what is stored is where it was then (hazard S4). */
export function movableBaseRegion(book: GuardRegistry): Region {
  const { states, ...rest } = baseRegion as Region & { states: Record<string, { on: object; description: string }> };
  const told = (target: string, where: string) => ({
    target,
    guard: book.all('assigned', where),
    description: 'The address is stored, as it is now. [MSIX-POSTED-7]',
  });
  return {
    ...rest,
    states: {
      none: { ...states.none, on: { [TELL_BASE]: [told('told', 'home'), told('toldAway', 'away')] } },
      told: states.told,
      toldAway: { ...states.told, description: 'It was elsewhere then; this is kept too.' },
    },
  };
}

/** Where BAR 0 is, and with it the page of the table. */
export const barRegion: Region = startingAnew(
  {
    description: 'Where the guest has BAR 0, in which the page is. [MSIX-ASSIGN-12]',
    initial: 'home',
    states: {
      home: {
        description: 'Where it was when the guest started.',
        on: { [move('away')]: { target: 'away', description: 'It is moved. [MSIX-ASSIGN-12]' } },
      },
      away: {
        description: 'Elsewhere.',
        on: { [move('home')]: { target: 'home', description: 'It is moved back. [MSIX-ASSIGN-12]' } },
      },
    },
  },
  [RESET, REMOVE],
  'It is mapped where it was. [MSIX-ASSIGN-12]',
);

export const HOME = stateIn({ bar: 'home' });
export const TOLD = stateIn({ base: 'told' });
export const TOLD_AWAY = stateIn({ base: 'toldAway' });

/** That the kernel answers; that there is a device. */
export const KERNEL_OWNS = stateIn({ ownership: 'kernel' });
export const REMOVED = stateIn({ ownership: 'removed' });

/** What an assigned device puts out: what the implementation must do in the same step. */
export const assignedActions = {
  exit: (): void => {},
  return: (): void => {},
  send: (_: unknown, _params: { vector: number }): void => {},
  interrupt: (_: unknown, _params: { vector: number }): void => {},
  answer: (_: unknown, _params: { vector: number; value: string }): void => {},
  deliver: (_: unknown, _params: { vector: number; message: string }): void => {},
};
