/**
 * What regions are made of, for the machines that are generated. The pages (`pages/`) are literals and need none of it.
 */
import type { AnyEventObject, AnyStateMachine, MachineContext, StateNodeConfig, stateIn } from 'xstate';
import type { Control } from './alphabet.ts';

/** A guard made of `stateIn`, `and`, `or` and `not`. Its names are computed, so their types say no more than this. */
export type Guard = ReturnType<typeof stateIn<any, any, any>>;

/** A region. The names of its guards are computed, so the types do not hold them; `checkSpec` does. */
export type Region = StateNodeConfig<
  MachineContext,
  AnyEventObject,
  never,
  any,
  any,
  never,
  string,
  unknown,
  never,
  any
>;

/** What a vector must know of the capability around it. */
export interface Surroundings {
  /** The controls that open a closed function, and those that close an open one. */
  readonly opening: readonly Control[];
  readonly closing: readonly Control[];
  /** Whether messages take their time; see `channel.ts`. */
  readonly channel?: boolean;
}

/** A page as a region of a larger machine: all that it says, but for its name. */
export function regionOf(page: AnyStateMachine): Region {
  const { id: _, ...region } = page.config;
  return region as Region;
}
