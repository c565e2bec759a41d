/**
 * Refinement by orbits: what it takes that two machines, and what is seen of them, can have their regions exchanged together. Then a pair of
 * a state of the one and a set of states of the other has a step that cannot be seen exactly if the pair with its regions exchanged has one, so one
 * pair of each orbit is enough.
 *
 * Source: Clarke, Enders, Filkorn, Jha, Exploiting Symmetry in Temporal Logic Model Checking, 1996: a product of machines on which one group acts is
 * decided on its quotient. Here the group acts on the pairs of the subset construction, and on the labels.
 */
import type { Exploration } from '../explore/explore.ts';
import { type Symmetry, SymmetryError } from '../explore/symmetry.ts';

/** A step as an observer may see it. */
export interface ObservedStep {
  readonly event: string;
  readonly outputs: readonly string[];
  /** Whether any transition takes the event. An access that changes nothing can be seen all the same. */
  readonly taken: boolean;
}

/** What is seen of a step, as a list. */
type SeenList = (step: ObservedStep) => readonly string[];

/** A permutation of regions, as a list: where each goes. */
export type Permutation = readonly number[];

/** The exchange of a region and the next one. */
const exchanged =
  (one: number) =>
  (index: number): number =>
    index === one ? one + 1 : index === one + 1 ? one : index;

/** What comes of a permutation when exchanges are made after it. */
export function followedBy(permutation: Permutation, exchanges: readonly number[]): Permutation {
  return permutation.map((place) => exchanges.reduce((at, one) => exchanged(one)(at), place));
}

/** The permutation that undoes another. */
export function inverse(permutation: Permutation): Permutation {
  return permutation.map((_, place) => permutation.indexOf(place));
}

/** Renames a label by the exchange of a region and the next one. */
export const renameLabel = (symmetry: Symmetry, label: string, one: number): string =>
  symmetry.rename(label, exchanged(one));

/**
 * Looks at steps that were met, and at what they are with regions exchanged, that what is seen of them is exchanged, too.
 * @throws {SymmetryError} when it is not.
 */
export class ExchangedSteps {
  private readonly symmetry: Symmetry;
  private readonly seen: SeenList;
  private readonly known = new Set<string>();

  /** @throws {SymmetryError} when what the machine puts out has an order that exchanges change. */
  constructor(symmetry: Symmetry, seen: SeenList) {
    symmetry.requireOrder();
    this.symmetry = symmetry;
    this.seen = seen;
  }

  /** Looks at a step, and at all that are like it but for an exchange. */
  require(step: ObservedStep): void {
    const open = [step];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      const key = JSON.stringify([each.event, each.outputs, each.taken]);
      if (this.known.has(key)) continue;
      this.known.add(key);
      const labels = this.seen(each);
      for (let one = 0; one + 1 < this.symmetry.count; one++) {
        const name = (word: string): string => this.symmetry.rename(word, exchanged(one));
        const other = { event: name(each.event), outputs: each.outputs.map(name), taken: each.taken };
        const [got, expected] = [this.seen(other), labels.map(name)].map((list) => list.join(', ') || 'nothing');
        if (got !== expected) {
          throw new SymmetryError(
            `Got ${got} as what is seen of ${other.event}; expected ${expected}, since of ${each.event} one sees ${labels.join(', ') || 'nothing'}.`,
          );
        }
        open.push(other);
      }
    }
  }
}

/** The state of a whole exploration with a region and the next one exchanged, for each state and each such exchange. */
export function exchangedStates({ states, compiled }: Exploration, symmetry: Symmetry): readonly Int32Array[] {
  if (symmetry.compiled.code !== compiled.code) {
    throw new RangeError(`Got the symmetry of another machine than ${compiled.machine.id}; expected its own.`);
  }
  const words = new Int32Array(compiled.wordCount);
  return Array.from({ length: symmetry.count - 1 }, (_, one) =>
    Int32Array.from({ length: states.count }, (__, state) => {
      const from = state * compiled.wordCount;
      words.set(states.words.subarray(from, from + compiled.wordCount));
      symmetry.exchange(words, 0, one);
      const found = states.find(words, 0);
      if (found >= 0) return found;
      throw new SymmetryError(
        `Got ${compiled.machine.id}, which reaches a state and not the same with two regions exchanged; expected that it begins with all of them alike.`,
      );
    }),
  );
}
