/**
 * Binary decision diagrams, for guards whose tests would be written again and again otherwise: the parity of a dozen regions,
 * made of guards that name each other, has two tests a region in a diagram and thousands when it is followed as it stands.
 *
 * Tests stand in one order, by their bits; equal diagrams are one object.
 * Source: Bryant, Graph-Based Algorithms for Boolean Function Manipulation, 1986.
 */
import type { Bits } from './layout.ts';

/** A diagram: an end, or a test and what follows it. */
export type Diagram = boolean | Decision;

interface Decision {
  readonly test: Bits;
  readonly place: number;
  readonly yes: Diagram;
  readonly no: Diagram;
  readonly number: number;
}

/** More decisions than this are refused: a guard that needs them would fill the memory. */
const DECISIONS_MAX = 200_000;

/** Makes diagrams. */
export class Diagrams {
  private readonly decisions = new Map<string, Decision>();
  private readonly joined = new Map<string, Diagram>();

  /** The diagram of one test. */
  of(test: Bits): Diagram {
    return this.decide(test, true, false);
  }

  /** Where both hold. */
  and(one: Diagram, other: Diagram): Diagram {
    return this.join(one, other, false);
  }

  /** Where one of both holds. */
  or(one: Diagram, other: Diagram): Diagram {
    return this.join(one, other, true);
  }

  /** Where both hold, or one does: `decisive` is the end that decides for both. */
  private join(one: Diagram, other: Diagram, decisive: boolean): Diagram {
    if (one === decisive || other === decisive) return decisive;
    if (typeof one === 'boolean' || one === other) return other;
    if (typeof other === 'boolean') return one;
    const key = `${decisive} ${Math.min(one.number, other.number)} ${Math.max(one.number, other.number)}`;
    const known = this.joined.get(key);
    if (known !== undefined) return known;
    const first = comesBefore(other, one) ? other : one;
    const [yes, no] = [true, false].map((side) =>
      this.join(below(one, first, side), below(other, first, side), decisive),
    );
    const found = this.decide(first.test, yes, no);
    this.joined.set(key, found);
    return found;
  }

  /** Where it does not hold. */
  not(diagram: Diagram): Diagram {
    if (typeof diagram === 'boolean') return !diagram;
    const key = `not ${diagram.number}`;
    const known = this.joined.get(key);
    if (known !== undefined) return known;
    const found = this.decide(diagram.test, this.not(diagram.yes), this.not(diagram.no));
    this.joined.set(key, found);
    return found;
  }

  private decide(test: Bits, yes: Diagram, no: Diagram): Diagram {
    if (yes === no) return yes;
    const key = [test.word, test.mask, test.value, nameOf(yes), nameOf(no)].join();
    let found = this.decisions.get(key);
    if (found === undefined) {
      if (this.decisions.size === DECISIONS_MAX) {
        throw new RangeError(
          `Got guards of more than ${DECISIONS_MAX} decisions; expected fewer: write them in parts.`,
        );
      }
      // Fields stand one after the other, and the tests of one field side by side.
      const place = 32 * test.word + 31 - Math.clz32(test.mask & -test.mask);
      found = { test, place, yes, no, number: this.decisions.size };
      this.decisions.set(key, found);
    }
    return found;
  }
}

function nameOf(diagram: Diagram): string {
  return typeof diagram === 'boolean' ? String(diagram) : `${diagram.number}`;
}

function comesBefore(one: Decision, other: Decision): boolean {
  if (one.place !== other.place) return one.place < other.place;
  // Children that are never active together have fields in the same place.
  if (one.test.mask !== other.test.mask) return one.test.mask >>> 0 < other.test.mask >>> 0;
  return one.test.value >>> 0 < other.test.value >>> 0;
}

/** What is left of a diagram when the test of `first`, which none of its tests comes before, has an outcome. */
function below(diagram: Decision, first: Decision, outcome: boolean): Diagram {
  const { test } = diagram;
  const isSame = test.word === first.test.word && test.mask === first.test.mask && test.value === first.test.value;
  if (!isSame) return diagram;
  return outcome ? diagram.yes : diagram.no;
}
