/**
 * The designs of the assigned device: the patch as it was posted, the chain of single repairs that its review asked for, and
 * one that goes further. A design is a set of repairs; each repair is looked at in few places of the machine, by its name.
 */

import {
  requireBoolean,
  requireFields,
  requireName,
  requireOneOf,
  requireText,
  shortened,
  within,
} from '../checker/argument/argument.ts';

/** What may be repaired in the posted design, each on its own. */
export interface Repairs {
  /** A read of the table goes to the device, so that what is in flight arrives before it completes (R6). */
  readonly flush: boolean;
  /** A write to an unmasked entry is kept, and comes into force at the next unblocking edge; it is not discarded (R7). */
  readonly latch: boolean;
  /** A Mask Bit is one bit, whoever answers the page; there are no two records of it to get out of step (R5). */
  readonly oneOwner: boolean;
  /** A message is injected from its address and data; no route, and so no meaning in an entry of zeros (R2, R4). */
  readonly direct: boolean;
  /** An entry is added without a disabling and enabling of all the others (R1, R9). */
  readonly grow: boolean;
  /** Whatever arrives is held against the guest's Mask Bit once more. No comment of the review: what it makes redundant is `flush`. */
  readonly check: boolean;
}

/** A repair by its name. */
export type Repair = keyof Repairs;

/** A variant of the machine `assigned-device`. */
export interface Design extends Repairs {
  readonly name: string;
  /** What it is, as a clause. */
  readonly title: string;
  /**
   * Whether the page changes hands by calls of its own. Otherwise it is on the kernel's bus exactly while the host's MSI-X is
   * assigned, as in the patch (MSIX-POSTED-7). Always so where the host has no such state, which is what `grow` comes to.
   */
  readonly free: boolean;
  /** Whether the guest may move BAR 0, in which the page is: an access more, asked for by one objection (S4). */
  readonly moves?: true;
}

/** The patch as sent to kvm@vger.kernel.org in October 2010. Rules MSIX-POSTED-n pin what it leaves open. */
export const POSTED: Design = {
  name: 'posted',
  title: 'the patch as it was sent',
  free: false,
  flush: false,
  latch: false,
  oneOwner: false,
  direct: false,
  grow: false,
  check: false,
};

export const FLUSHING: Design = { ...POSTED, name: 'flushing', title: 'a read reaches the device', flush: true };
export const LATCHING: Design = { ...FLUSHING, name: 'latching', title: 'a write is never discarded', latch: true };
export const OWNED: Design = { ...LATCHING, name: 'owned', title: 'a Mask Bit has one owner', oneOwner: true };
export const DIRECT: Design = { ...OWNED, name: 'direct', title: 'address and data are injected', direct: true };
export const REVIEWED: Design = {
  ...DIRECT,
  name: 'reviewed',
  title: 'what the review asks for',
  grow: true,
  free: true,
};
export const CHECKED: Design = { ...REVIEWED, name: 'checked', title: 'arrivals are held against masks', check: true };

/** From the patch to what its review asks for: each is the one before it and one repair. */
export const CHAIN: readonly Design[] = [POSTED, FLUSHING, LATCHING, OWNED, DIRECT, REVIEWED];

/** The repairs, in the order of the chain. */
export const REPAIRS: readonly Repair[] = ['flush', 'latch', 'oneOwner', 'direct', 'grow'];

/** The patch, with a handover that userspace may make at any time: what its two records would come to then. */
export const HANDED: Design = {
  ...POSTED,
  name: 'handed',
  title: 'the patch, with a handover at any time',
  free: true,
};

/** Every design that has a name. */
export const DESIGNS: readonly Design[] = [...CHAIN, CHECKED, HANDED];

/** A design without one of its repairs. */
export function without(given: Design, lacking: Repair): Design {
  const design = requireDesign('design of without', given);
  const repair = requireOneOf('repair of without', lacking, [...REPAIRS, 'check'] as const);
  return {
    ...design,
    // Where the host's MSI-X goes up and down, the page goes with it.
    free: design.free && repair !== 'grow',
    name: `${design.name} without ${repair}`,
    title: `${design.title}, but for ${repair}`,
    [repair]: false,
  };
}

const MOVED = ' moved';

/** A design, under a guest that moves BAR 0. */
export function moving(design: Design): Design {
  const title = `${design.title}, under a guest that moves BAR 0`;
  return { ...design, name: `${design.name}${MOVED}`, title, moves: true };
}

/**
 * Finds a design by its name: one of `DESIGNS`, or one of them without a repair, "reviewed without flush"; and any of these under a guest that
 * moves BAR 0, "posted moved".
 * @throws {RangeError} when there is none.
 */
export function designByName(name: string): Design {
  if (requireText('name of designByName', name).endsWith(MOVED))
    return moving(designByName(name.slice(0, -MOVED.length)));
  const [whole, lacking, ...more] = name.split(' without ');
  const design = DESIGNS.find((each) => each.name === whole);
  const repair = REPAIRS.find((each) => each === lacking);
  if (design !== undefined && lacking === undefined) return design;
  // A repair that a design lacks cannot be left out of it.
  if (design !== undefined && repair !== undefined && design[repair] && more.length === 0)
    return without(design, repair);
  const names = DESIGNS.map((each) => each.name).join(', ');
  throw new RangeError(
    `Got the design ${shortened(name)}; expected one of ${names}, or one of them without a repair that it has: ${REPAIRS.join(', ')}.`,
  );
}

/** Requires a design: a name, a title, and which repairs it has. */
export function requireDesign(place: string, value: unknown): Design {
  const flags = [...REPAIRS, 'check', 'free'] as const;
  const fields = requireFields(place, value, ['name', 'title', 'moves', ...flags], 'a design, such as REVIEWED');
  const name = requireName(within(place, 'name'), fields.name);
  const title = requireText(within(place, 'title'), fields.title);
  const read = Object.fromEntries(flags.map((flag) => [flag, requireBoolean(within(place, flag), fields[flag])]));
  const moves = fields.moves !== undefined && requireBoolean(within(place, 'moves'), fields.moves);
  return { ...(read as unknown as Design), ...(moves ? { moves } : {}), name, title };
}
