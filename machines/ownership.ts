/**
 * What the assigned device takes from the page of the ownership (`pages/ownership.ts`), and what it puts out.
 */
import { stateIn } from 'xstate';
import { ownership } from './pages/ownership.ts';
import { type Region, regionOf } from './region.ts';

/** The region. An access that comes while the page changes hands exits, and completes whoever owns the page by then. */
export const ownershipRegion = regionOf(ownership).states?.ownership as Region;

/** That the kernel answers. */
export const KERNEL_OWNS = stateIn({ ownership: 'kernel' });

/** What an assigned device puts out: what the implementation must do in the same step. */
export const assignedActions = {
  exit: (): void => {},
  return: (): void => {},
  send: (_: unknown, _params: { vector: number }): void => {},
  interrupt: (_: unknown, _params: { vector: number }): void => {},
  answer: (_: unknown, _params: { vector: number; value: string }): void => {},
  deliver: (_: unknown, _params: { vector: number; message: string }): void => {},
};
