/**
 * What holds in the states of an exploration: for each predicate that claims ask about, a byte for each state.
 */
import { compileCondition } from '../compile/condition.ts';
import type { Exploration } from '../explore/explore.ts';
import type { GuardExpression } from '../machine/guard.ts';
import type { ReadPredicate } from './claim.ts';

/** For each state, whether a predicate holds: 1 or 0. A predicate is looked at once for all claims that have it. */
export class Truths {
  readonly exploration: Exploration;
  private readonly asked = new Map<ReadPredicate, Uint8Array>();
  private readonly conditions = new Map<GuardExpression, (states: Int32Array, from: number) => boolean>();
  private readonly known = new Map<string, Uint8Array>();

  constructor(exploration: Exploration) {
    this.exploration = exploration;
  }

  of(predicate: ReadPredicate): Uint8Array {
    let truth = this.asked.get(predicate);
    if (truth === undefined) {
      truth = this.find(predicate);
      this.asked.set(predicate, truth);
    }
    return truth;
  }

  /** A predicate that is data, as a condition over words. */
  condition(predicate: GuardExpression): (states: Int32Array, from: number) => boolean {
    let condition = this.conditions.get(predicate);
    if (condition === undefined) {
      condition = compileCondition(this.exploration.compiled, predicate);
      this.conditions.set(predicate, condition);
    }
    return condition;
  }

  private find(predicate: ReadPredicate): Uint8Array {
    if (typeof predicate === 'function') return this.make((state) => predicate(this.exploration.value(state)));
    const key = JSON.stringify(predicate);
    let truth = this.known.get(key);
    if (truth === undefined) {
      const { states, compiled } = this.exploration;
      const condition = this.condition(predicate);
      truth = this.make((state) => condition(states.words, state * compiled.wordCount));
      this.known.set(key, truth);
    }
    return truth;
  }

  private make(holds: (state: number) => boolean): Uint8Array {
    const truth = new Uint8Array(this.exploration.states.count);
    for (let state = 0; state < truth.length; state++) truth[state] = holds(state) ? 1 : 0;
    return truth;
  }
}
