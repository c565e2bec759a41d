/**
 * Chance with a seed: the same seed makes the same walk, everywhere.
 */
import type { Action, Knowledge } from './actions.ts';

/** A stream of numbers (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }

  /**
   * One of the actions that a guest may do now. Kinds are equally likely, not actions: there are many forms of a write of Message
   * Control, and few of an event. A reset is rare, for it ends a history.
   */
  pickLawful(actions: readonly Action[], knowledge: Knowledge): Action | undefined {
    const families = familiesOf(actions);
    for (let tries = 0; tries < 64; tries++) {
      const action = this.pick(this.pick(families));
      if (action.isLawful(knowledge)) return action;
    }
    return actions.find((action) => action.isLawful(knowledge));
  }
}

// Each as often as it stands here.
const FAMILIES =
  'control control control mask mask unmask unmask unmask signal signal signal signal write write open retire read read scribble address pba constant reset'.split(
    ' ',
  );

const sorted = new WeakMap<readonly Action[], readonly (readonly Action[])[]>();

function familiesOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const known = sorted.get(actions);
  if (known !== undefined) return known;
  const families = FAMILIES.map((family) => actions.filter(({ name }) => name.split(/[./]/)[0] === family));
  const some = families.filter(({ length }) => length > 0);
  sorted.set(actions, some);
  return some;
}
