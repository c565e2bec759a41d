/** Families of machines, explored and refused. */
import { compile } from '../../checker/compile/compile.ts';
import { CutoffError, type Family } from '../../checker/cutoff/instance.ts';
import type { Claim, Decision } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';

/** The machines of a family, each explored once. */
export function explorer(family: Family): (members: number) => Exploration {
  const known = new Map<number, Exploration>();
  return (members) => {
    const { machine, events } = family.at(members);
    const exploration = known.get(members) ?? explore(compile(machine, events));
    known.set(members, exploration);
    return exploration;
  };
}

export const resultOf = (exploration: Exploration, claim: Claim): Decision['result'] =>
  decide(exploration, [claim])[0].result;

/** What a family is refused for, if it is. */
export function refusalOf(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    if (!(error instanceof CutoffError)) throw error;
    return error.message;
  }
}
