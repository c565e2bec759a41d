/**
 * The way from reset to where a run begins, for an implementation to be led there. It is fetched when a run begins elsewhere.
 */
import { packValue } from '../../checker/compile/layout.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { CompiledSubject } from '../../properties/subject.ts';
import type { Run } from './run.ts';

/** The most states that are searched for a way from reset to where a run begins. */
const SEARCHED_STATES = 100_000;

/** The events that lead from reset to where a run begins; undefined when no way is found. */
export function findLead({ compiled }: CompiledSubject, run: Run): readonly number[] | undefined {
  const exploration = explore(compiled, { limits: { states: SEARCHED_STATES } });
  const state = exploration.states.find(packValue(compiled, run.valueAt(0)), 0);
  return state < 0 ? undefined : exploration.pathTo(state);
}
