/**
 * What a guest reads in the table of an assigned device, by a state of its machine. The page shows it, too, where no implementation is.
 */
import type { StateValue } from 'xstate';
import type { AssignedBounds } from '../../machines/device-context.ts';
import { vectorRegionName } from '../../machines/vector.ts';

type Regions = Readonly<Record<string, string>>;

/** An entry as a guest reads it. */
export interface EntryRead {
  readonly message: string;
  readonly isMasked: boolean;
}

/** Tells each entry as a guest reads it in a state. */
export function entriesRead(
  value: StateValue,
  { design, vectors }: Pick<AssignedBounds, 'design' | 'vectors'>,
): readonly EntryRead[] {
  const regions = value as Record<string, Regions & string>;
  const { ownership, host, base, bar } = regions;
  // An address that was told before the guest moved its BAR is no page that the guest reads.
  const isHere = design.moves !== true || (bar === 'home') === (base === 'told');
  return Array.from({ length: vectors }, (_, vector) => {
    const region: Regions = regions[vectorRegionName(vector)];
    // Where the kernel answers from tables of its own, those are what a guest reads.
    const isKernel = !design.oneOwner && isHere && ownership === 'kernel' && host === 'up' && region.route !== 'none';
    const mask = design.oneOwner ? region.mask : isKernel ? region.kernelMask : region.userMask;
    return { message: isKernel ? region.route : region.entry, isMasked: mask === 'masked' };
  });
}
