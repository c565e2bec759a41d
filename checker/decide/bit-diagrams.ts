/**
 * Binary decision diagrams over numbered variables, for sets of states and of steps by their bits: equal sets are one number. Those of guards, whose
 * variables are tests, are in `../compile/diagram.ts`.
 *
 * Source: Bryant, Graph-Based Algorithms for Boolean Function Manipulation, 1986.
 */

import { finish, mix } from '../explore/state-set.ts';

/** A diagram, by its number. */
export type BitDiagram = number;

/** The diagrams that have no variable. */
export const NEVER: BitDiagram = 0;
export const ALWAYS: BitDiagram = 1;

const DIAGRAMS_MAX = 2 ** 17;

/** Thrown where diagrams take more than they are worth. */
export class BudgetError extends Error {
  override name = 'BudgetError';
}

/** Makes diagrams, in so many steps at most. */
export class BitDiagrams {
  private readonly variables: number[] = [Infinity, Infinity];
  private readonly sets: BitDiagram[] = [NEVER, ALWAYS];
  private readonly clears: BitDiagram[] = [NEVER, ALWAYS];
  private readonly known = new Triples();
  private readonly chosen = new Triples();
  private budget: number;

  constructor(budget: number) {
    this.budget = budget;
  }

  /** Where a variable is set. */
  of(variable: number): BitDiagram {
    return this.make(variable, ALWAYS, NEVER);
  }

  /** The variable that a diagram asks first; Infinity where it asks none. What it is where that is set, and where it is clear, follows. */
  variable(diagram: BitDiagram): number {
    return this.variables[diagram];
  }

  whereSet(diagram: BitDiagram): BitDiagram {
    return this.sets[diagram];
  }

  whereClear(diagram: BitDiagram): BitDiagram {
    return this.clears[diagram];
  }

  not(diagram: BitDiagram): BitDiagram {
    return this.choose(diagram, NEVER, ALWAYS);
  }

  and(one: BitDiagram, other: BitDiagram): BitDiagram {
    return this.choose(one, other, NEVER);
  }

  or(one: BitDiagram, other: BitDiagram): BitDiagram {
    return this.choose(one, ALWAYS, other);
  }

  /** `then` where a condition holds, and `other` where not. */
  choose(condition: BitDiagram, then: BitDiagram, other: BitDiagram): BitDiagram {
    if (condition === ALWAYS || then === other) return then;
    if (condition === NEVER) return other;
    if (then === ALWAYS && other === NEVER) return condition;
    const known = this.chosen.get(condition, then, other);
    if (known !== NONE) return known;
    this.spend();
    const { variables } = this;
    const first = Math.min(variables[condition], variables[then], variables[other]);
    const side = (diagram: BitDiagram, sides: readonly BitDiagram[]): BitDiagram =>
      variables[diagram] === first ? sides[diagram] : diagram;
    const { sets, clears } = this;
    const set = this.choose(side(condition, sets), side(then, sets), side(other, sets));
    const clear = this.choose(side(condition, clears), side(then, clears), side(other, clears));
    const found = this.make(first, set, clear);
    this.chosen.add(condition, then, other, found);
    return found;
  }

  /** The diagram with others in place of variables, none of which is behind `last`. */
  replace(diagram: BitDiagram, last: number, by: (variable: number) => BitDiagram | undefined): BitDiagram {
    const done = new Map<BitDiagram, BitDiagram>();
    const visit = (each: BitDiagram): BitDiagram => {
      const variable = this.variables[each];
      if (each <= ALWAYS || variable > last) return each;
      let found = done.get(each);
      if (found === undefined) {
        this.spend();
        const instead = by(variable);
        found =
          instead === ALWAYS
            ? visit(this.sets[each])
            : instead === NEVER
              ? visit(this.clears[each])
              : this.choose(instead ?? this.of(variable), visit(this.sets[each]), visit(this.clears[each]));
        done.set(each, found);
      }
      return found;
    };
    return visit(diagram);
  }

  private make(variable: number, set: BitDiagram, clear: BitDiagram): BitDiagram {
    if (set === clear) return set;
    let found = this.known.get(variable, set, clear);
    if (found === NONE) {
      this.spend();
      if (this.variables.length === DIAGRAMS_MAX) throw new BudgetError();
      found = this.variables.push(variable) - 1;
      this.sets.push(set);
      this.clears.push(clear);
      this.known.add(variable, set, clear, found);
    }
    return found;
  }

  private spend(): void {
    if (--this.budget < 0) throw new BudgetError();
  }
}

/** What a triple that is not in a map has there. */
const NONE = -1;
const WORDS_OF_SLOT = 4;
const TRIPLES_AT_FIRST = 1 << 10;

/** A map from three numbers to a diagram. A `Map` has one key, and of one number made of three V8 hashes the lower half, in which most are the same. */
class Triples {
  private slots = new Int32Array(WORDS_OF_SLOT * TRIPLES_AT_FIRST).fill(NONE);
  private mask = TRIPLES_AT_FIRST - 1;
  private count = 0;

  get(first: number, second: number, third: number): BitDiagram {
    return this.slots[this.search(first, second, third) + 3];
  }

  /** Adds one that is not in the map. */
  add(first: number, second: number, third: number, diagram: BitDiagram): void {
    if (2 * ++this.count > this.mask) this.grow();
    this.put(first, second, third, diagram);
  }

  private put(first: number, second: number, third: number, diagram: BitDiagram): void {
    const at = this.search(first, second, third);
    const { slots } = this;
    slots[at] = first;
    slots[at + 1] = second;
    slots[at + 2] = third;
    slots[at + 3] = diagram;
  }

  /** Where a triple is, or the empty place where it would be. */
  private search(first: number, second: number, third: number): number {
    const { slots, mask } = this;
    let place = finish(mix(mix(mix(0, first), second), third)) & mask;
    for (;;) {
      const at = WORDS_OF_SLOT * place;
      if (slots[at + 3] === NONE) return at;
      if (slots[at] === first && slots[at + 1] === second && slots[at + 2] === third) return at;
      place = (place + 1) & mask;
    }
  }

  private grow(): void {
    const { slots } = this;
    this.slots = new Int32Array(2 * slots.length).fill(NONE);
    this.mask = 2 * this.mask + 1;
    for (let at = 0; at < slots.length; at += WORDS_OF_SLOT) {
      if (slots[at + 3] !== NONE) this.put(slots[at], slots[at + 1], slots[at + 2], slots[at + 3]);
    }
  }
}
