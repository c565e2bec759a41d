/**
 * Symmetry: regions of a machine that can be exchanged for each other, such as the vectors of a function. States that differ
 * only by such an exchange are one *orbit*, and it is enough to explore one state of each: the one whose regions are sorted.
 *
 * That the regions can be exchanged is not believed but checked, on the machine itself: written as a set of sentences, it must
 * be the same set when any two neighbours among them, and the events and outputs that name them, are exchanged. Such
 * exchanges generate all permutations. Where the order of regions decides anything, the machine is refused.
 *
 * What is found holds for the whole machine if it is symmetric itself, and `decide` refuses a claim that is not. Paths are real
 * runs: the exchanges on the way are undone.
 */
import type { AnyStateNode } from 'xstate';
import {
  Brand,
  refuse,
  requireCount,
  requireFields,
  requireFunction,
  requireList,
  requireText,
  requireWords,
  shortened,
  within,
} from '../argument/argument.ts';
import { COMPILED, type CompiledMachine, type Field } from '../compile/format.ts';
import { type GuardExpression, machineGuards, readGuard } from '../machine/guard.ts';
import { matchedNodes } from '../machine/matching.ts';
import { outputOf } from '../machine/output.ts';
import { childrenOf, isBelow, nodesOf, targetsOf, type Transition } from '../machine/transition-sets.ts';

/** Which regions can be exchanged, and how they are named. */
export interface Interchangeable {
  /** The paths of the regions, such as 'vector0'; all are children of one parallel state. */
  readonly regions: readonly string[];
  /** Renames the regions that the name of an event or an output has in it, each by its place in `regions`. */
  readonly rename: (name: string, of: (index: number) => number) => string;
}

/** Thrown when regions cannot be exchanged, or a claim is about some of them only. */
export class SymmetryError extends RangeError {
  override name = 'SymmetryError';
}

/** An exchange of regions, as it shows in what is written about them. */
export interface Renaming {
  /** A state of the machine, as text. */
  readonly node: (node: AnyStateNode) => string;
  /** An event or an output. */
  readonly word: (name: string) => string;
  /** An expression over states, as text: parts of `and` and of `or` in no order that matters. */
  readonly expression: (expression: GuardExpression) => string;
}

/** What the constructor of `Symmetry` has made. */
export const SYMMETRY: Brand<Symmetry> = new Brand('a Symmetry');

/** The symmetry of a compiled machine, checked. */
export class Symmetry {
  readonly compiled: CompiledMachine;
  private readonly interchangeable: Interchangeable;
  private readonly nodes: readonly AnyStateNode[];
  /** Where the bits of each region begin, and how many they are. */
  private readonly starts: readonly number[];
  private readonly width: number;
  private readonly keys: Int32Array;
  /** @throws {SymmetryError} when the regions cannot be exchanged. */
  constructor(compiled: CompiledMachine, interchangeable: Interchangeable) {
    this.compiled = COMPILED.require('compiled of Symmetry', compiled);
    this.interchangeable = readInterchangeable('interchangeable of Symmetry', interchangeable);
    const { regions } = this.interchangeable;
    SYMMETRY.mark(this);
    this.nodes = regions.map((path) => regionAt(compiled, path));
    const [first] = this.nodes;
    if (regions.length < 2 || this.nodes.some(({ parent }) => parent !== first.parent || parent?.type !== 'parallel')) {
      throw new SymmetryError(
        `Got the regions ${regions.join(', ')}; expected two or more children of one parallel state.`,
      );
    }
    if (compiled.lists.length > 0) {
      throw new SymmetryError(
        `Got ${compiled.machine.id}, where the order of regions decides which of two transitions is taken; expected a ` +
          'machine whose transitions never leave a common state.',
      );
    }
    this.requireExchanges();
    const extents = this.nodes.map((node) => extentOf(compiled, node));
    this.starts = extents.map(({ start }) => start);
    this.width = extents[0].width;
    this.requireAlike(extents);
    this.keys = new Int32Array(regions.length);
  }

  /** Sorts the regions of the first `count` states of `states`, each in its place. */
  canonicalize(states: Int32Array, count: number): void {
    requireWords('states of Symmetry.canonicalize', states, this.compiled.wordCount * requireCount('count', count));
    const { wordCount } = this.compiled;
    for (let from = 0; from < count * wordCount; from += wordCount) this.sort(states, from);
  }

  /** How many states there are in the orbit of a state whose regions are sorted. */
  orbitSize(states: Int32Array, from: number): number {
    requireWords('states of Symmetry.orbitSize', states, requireCount('from', from) + this.compiled.wordCount);
    this.readKeys(states, from);
    const { keys } = this;
    // The number of arrangements of the regions, of which those with the same content count once.
    let size = 1;
    let alike = 1;
    for (let index = 1; index < keys.length; index++) {
      alike = keys[index] === keys[index - 1] ? alike + 1 : 1;
      size = (size * (index + 1)) / alike;
    }
    return size;
  }

  /** Renames an event of the sorted state so that it says the same of `state`, of which it is the sorted form. */
  eventIn(state: Int32Array, event: number): number {
    requireWords('state of Symmetry.eventIn', state, this.compiled.wordCount);
    requireCount('event of Symmetry.eventIn', event, this.compiled.events.length - 1);
    const places = this.placesOf(state);
    // Where each region of the sorted state stands in this one.
    return this.renamed(event, (index) => places[index]);
  }

  /** Renames an event of one state so that it says the same of `other`, which is of the same orbit: for all events by one exchange. */
  eventBetween(one: Int32Array, other: Int32Array, event: number): number {
    for (const words of [one, other]) requireWords('states of Symmetry.eventBetween', words, this.compiled.wordCount);
    requireCount('event of Symmetry.eventBetween', event, this.compiled.events.length - 1);
    const [from, to] = [this.placesOf(one), this.placesOf(other)];
    return this.renamed(event, (index) => to[from.indexOf(index)]);
  }

  /** For each place of the sorted state, where its region stands in this one. */
  private placesOf(state: Int32Array): number[] {
    this.readKeys(state, 0);
    const { keys } = this;
    return [...keys.keys()].toSorted((one, other) => keys[one] - keys[other]);
  }

  private renamed(event: number, of: (index: number) => number): number {
    const { events } = this.compiled;
    return events.indexOf(this.interchangeable.rename(events[event], of));
  }

  /** The number of regions that can be exchanged. */
  get count(): number {
    return this.nodes.length;
  }

  /** Renames the regions in the name of an event, of an output, or of what is seen of them. */
  rename(name: string, of: (index: number) => number): string {
    return this.interchangeable.rename(name, of);
  }

  /** Sorts the regions of the state that begins at `from`, and returns how: each number says that the region with it and the next one were exchanged. */
  sortedBy(states: Int32Array, from: number): number[] {
    this.readKeys(states, from);
    const { keys } = this;
    const exchanges: number[] = [];
    for (let end = 1; end < keys.length; end++) {
      for (let index = end - 1; index >= 0 && keys[index] > keys[index + 1]; index--) {
        [keys[index], keys[index + 1]] = [keys[index + 1], keys[index]];
        exchanges.push(index);
      }
    }
    this.writeKeys(states, from);
    return exchanges;
  }

  /** Exchanges a region of the state that begins at `from` and the next one. */
  exchange(states: Int32Array, from: number, index: number): void {
    this.readKeys(states, from);
    const { keys } = this;
    [keys[index], keys[index + 1]] = [keys[index + 1], keys[index]];
    this.writeKeys(states, from);
  }

  /**
   * Requires that what a step puts out is exchanged with the regions, its order too: several regions put out things in the order in which they stand,
   * and that does not change with them.
   * @throws {SymmetryError} when an event lets several regions put out anything that names one of them.
   */
  requireOrder(): void {
    const { compiled, nodes } = this;
    const { machine, events, transitions, outputs } = compiled;
    const namesOne = (output: number): boolean => {
      const name = outputs[output];
      return nodes.some((_, one) => this.rename(name, (index) => (index === one ? one + 1 : index)) !== name);
    };
    for (const event of events) {
      const talking = transitions.filter(({ transition, ...put }) => {
        if (transition.eventType !== event) return false;
        return [put.outputs, put.entries, ...put.exits.map((exit) => exit.outputs)].flat().some(namesOne);
      });
      const places = talking.map(({ transition }) =>
        childrenOf(nodes[0].parent!).find((node) => node === transition.source || isBelow(transition.source, node)),
      );
      if (new Set(places).size <= 1 && !places.includes(undefined)) continue;
      throw new SymmetryError(
        `Got ${machine.id}, in which several regions put out something on ${event}, in an order that an exchange of regions changes; ` +
          'expected one region.',
      );
    }
  }

  /**
   * Requires that a claim says the same of all states of an orbit.
   * @param describe Writes the claim, renamed, so that equal claims are equal texts.
   * @throws {SymmetryError} when some exchange makes another claim of it.
   */
  requireSymmetric(claim: string, describe: (renaming: Renaming) => string): void {
    const plain = describe(this.identity());
    for (const renaming of this.exchanges()) {
      const renamed = describe(renaming);
      if (renamed === plain) continue;
      throw new SymmetryError(
        `Got the claim ${claim}, which is not the same for each of ${this.interchangeable.regions.join(', ')}: it says ${plain}, ` +
          `and with two of them exchanged, ${renamed}.`,
      );
    }
  }

  // ---- Sorting

  private sort(states: Int32Array, from: number): void {
    this.readKeys(states, from);
    const { keys } = this;
    let isSorted = true;
    // Few regions, nearly in order: nothing is faster than to insert one after the other.
    for (let index = 1; index < keys.length; index++) {
      const key = keys[index];
      let place = index;
      for (; place > 0 && keys[place - 1] > key; place--) keys[place] = keys[place - 1];
      keys[place] = key;
      if (place !== index) isSorted = false;
    }
    if (!isSorted) this.writeKeys(states, from);
  }

  private readKeys(states: Int32Array, from: number): void {
    const { keys, starts, width } = this;
    for (let index = 0; index < keys.length; index++) {
      const word = from + (starts[index] >>> 5);
      const shift = starts[index] & 31;
      const low = states[word] >>> shift;
      // A region may lie in two words.
      const bits = shift + width > 32 ? low | (states[word + 1] << (32 - shift)) : low;
      keys[index] = bits & ((1 << width) - 1);
    }
  }

  private writeKeys(states: Int32Array, from: number): void {
    const { keys, starts, width } = this;
    const mask = (1 << width) - 1;
    for (let index = 0; index < keys.length; index++) {
      const word = from + (starts[index] >>> 5);
      const shift = starts[index] & 31;
      states[word] = (states[word] & ~(mask << shift)) | (keys[index] << shift);
      if (shift + width <= 32) continue;
      const rest = 32 - shift;
      states[word + 1] = (states[word + 1] & ~(mask >>> rest)) | (keys[index] >>> rest);
    }
  }

  private requireAlike(extents: readonly Extent[]): void {
    const { regions } = this.interchangeable;
    const layout = ({ fields }: Extent): string => fields.join();
    const odd = extents.findIndex((extent) => layout(extent) !== layout(extents[0]));
    if (odd >= 0 || !(this.width >= 1 && this.width <= 30)) {
      throw new SymmetryError(
        `Got ${regions[Math.max(odd, 0)]} with its bits laid out differently from ${regions[0]}, or in none or more than 30; ` +
          'expected regions that are laid out alike.',
      );
    }
  }

  // ---- The machine in sentences

  private requireExchanges(): void {
    const plain = new Set(this.sentences(this.identity()));
    for (const [index, renaming] of this.exchanges().entries()) {
      const odd = this.sentences(renaming).find((sentence) => !plain.has(sentence));
      if (odd === undefined) continue;
      const [one, other] = this.interchangeable.regions.slice(index);
      throw new SymmetryError(
        `Got ${this.compiled.machine.id}, in which ${one} and ${other} cannot be exchanged; expected that it then still has: ${odd}.`,
      );
    }
  }

  /** The exchange of each region with the next one. */
  private exchanges(): Renaming[] {
    return this.nodes.slice(1).map((_, one) => {
      const other = one + 1;
      return this.renaming((index) => (index === one ? other : index === other ? one : index));
    });
  }

  private identity(): Renaming {
    return this.renaming((index) => index);
  }

  private renaming(of: (index: number) => number): Renaming {
    const { nodes, interchangeable } = this;
    const nameOf = (node: AnyStateNode): string => {
      const index = nodes.findIndex((region) => node === region || isBelow(node, region));
      if (index < 0) return node.path.join('.');
      return [...nodes[of(index)].path, ...node.path.slice(nodes[index].path.length)].join('.');
    };
    return {
      word: (name) => interchangeable.rename(name, of),
      node: nameOf,
      expression: (expression) => this.expressionText(expression, nameOf),
    };
  }

  /** Everything that decides what the machine does with the events of its alphabet, in no order that matters. */
  private sentences(renaming: Renaming): string[] {
    const { machine, events } = this.compiled;
    const { node: nameOf, word, expression } = renaming;
    const outputs = (actions: readonly unknown[]): string => actions.map((action) => word(outputOf(action))).join(' ');
    const states = nodesOf(machine.root).flatMap((node) => {
      const initial = node.type === 'compound' ? node.initial.target.map(nameOf).join() : '';
      const state = `the ${node.type} state ${nameOf(node)} begins in [${initial}], with [${outputs(node.entry)}] at its entry and [${outputs(node.exit)}] at its exit`;
      const transitions = [...node.transitions].filter(([event]) => events.includes(event));
      return [
        state,
        ...transitions.flatMap(([event, candidates]) =>
          (candidates as readonly Transition[]).map((transition, index) => {
            const targets = targetsOf(transition).map(nameOf).toSorted().join();
            const guard = transition.guard ? expression(readGuard(transition.guard)) : 'anything';
            const again = transition.reenter ? ' again' : '';
            return `${nameOf(node)} on ${word(event)}, choice ${index + 1}: to [${targets}]${again} if ${guard}, with [${outputs(transition.actions)}]`;
          }),
        ),
      ];
    });
    return [...states, ...events.map((event) => `an event ${word(event)}`)];
  }

  private expressionText(expression: GuardExpression, nameOf: Renaming['node']): string {
    const { machine } = this.compiled;
    switch (expression.kind) {
      case 'named': {
        const named = machineGuards(machine).get(expression.name);
        if (named !== undefined) return this.expressionText(named, nameOf);
        throw new RangeError(`Got the guard '${expression.name}'; expected one that ${machine.id} has.`);
      }
      case 'stateIn':
        return `in(${matchedNodes(machine, expression.value).map(nameOf).toSorted().join(' ')})`;
      case 'not':
        return `not(${this.expressionText(expression.part, nameOf)})`;
      default: {
        const parts = expression.parts.map((part) => this.expressionText(part, nameOf));
        return `${expression.kind}(${parts.toSorted().join(', ')})`;
      }
    }
  }
}

function readInterchangeable(place: string, value: unknown): Interchangeable {
  const { regions, rename } = requireFields(place, value, ['regions', 'rename']);
  const renamed = requireFunction(within(place, 'rename'), rename);
  return {
    regions: requireList(within(place, 'regions'), regions, requireText),
    rename: (name, of) => {
      const word: unknown = renamed(name, of);
      return typeof word === 'string'
        ? word
        : refuse(`what ${within(place, 'rename')} gives for ${name}`, word, 'a name');
    },
  };
}

function regionAt({ machine }: CompiledMachine, path: string): AnyStateNode {
  const found = nodesOf(machine.root).find((node) => node.path.join('.') === path && node.parent !== undefined);
  if (found !== undefined) return found;
  throw new SymmetryError(`Got the region ${shortened(path)}; expected the path of a state of ${machine.id}.`);
}

/** Where the bits of a region stand. */
interface Extent {
  readonly start: number;
  readonly width: number;
  /** Where each of its fields begins and ends, from its start on. */
  readonly fields: readonly string[];
}

function extentOf({ fields }: CompiledMachine, region: AnyStateNode): Extent {
  const own = [...fields].filter(([node, { mask }]) => mask !== 0 && (node === region || isBelow(node, region)));
  const spans = own.map(([, field]) => spanOf(field));
  const start = Math.min(...spans.map(([first]) => first));
  const end = Math.max(...spans.map(([, last]) => last));
  return { start, width: end - start, fields: spans.map(([first, last]) => `${first - start}-${last - start}`) };
}

function spanOf({ word, shift, mask }: Field): [number, number] {
  const first = 32 * word + shift;
  return [first, first + 32 - Math.clz32(mask >>> shift)];
}
