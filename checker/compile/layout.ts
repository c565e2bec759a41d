/**
 * Where the bits of a state stand: gives each compound state its field, and translates between packed states and XState's
 * own state values. It knows the first paragraph of `format.ts`, and nothing of programs.
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import type { Field, Layout } from './format.ts';
import { ancestorsOf, childrenOf, nodesOf } from '../machine/transition-sets.ts';

/** Bits of one word: which of them are meant, and what they are. */
export interface Bits {
  readonly word: number;
  readonly mask: number;
  readonly value: number;
}

/** Gives each compound state of a machine its field. */
export function layoutOf(machine: AnyStateMachine): Layout {
  const fields = new Map<AnyStateNode, Field>();
  const place = (node: AnyStateNode, start: number): number => {
    const children = childrenOf(node);
    if (node.type === 'parallel') return children.reduce((bit, region) => place(region, bit), start);
    if (node.type === 'atomic') return start;
    const width = 32 - Math.clz32(children.length - 1);
    // A field that would straddle two words begins the next one.
    const bit = (start & 31) + width > 32 ? (start | 31) + 1 : start;
    const mask = width === 0 ? 0 : (-1 >>> (32 - width)) << (bit & 31);
    fields.set(node, { word: bit >>> 5, shift: bit & 31, mask: mask | 0 });
    return Math.max(...children.map((child) => place(child, bit + width)));
  };
  const bitCount = place(machine.root, 0);
  return { root: machine.root, fields, bitCount, wordCount: Math.max(1, Math.ceil(bitCount / 32)) };
}

/** Returns what says that a node is the current child of its parent, given that the parent is active. */
export function bitsCurrent(layout: Layout, node: AnyStateNode): Bits[] {
  const { parent } = node;
  const field = parent && layout.fields.get(parent);
  if (field === undefined || field.mask === 0) return [];
  return [
    { word: field.word, mask: field.mask, value: childrenOf(parent as AnyStateNode).indexOf(node) << field.shift },
  ];
}

/** Returns what the words of a state must be for all of `nodes` to be active, or undefined when they never are. */
export function bitsActive(layout: Layout, nodes: readonly AnyStateNode[]): Bits[] | undefined {
  const around = new Set(nodes.flatMap((node) => [node, ...ancestorsOf(node)]));
  const words = new Map<number, Bits>();
  for (const { word, mask, value } of [...around].flatMap((node) => bitsCurrent(layout, node))) {
    const before = words.get(word) ?? { mask: 0, value: 0 };
    if (((before.value ^ value) & before.mask & mask) !== 0) return undefined;
    words.set(word, { word, mask: before.mask | mask, value: before.value | value });
  }
  return [...words.values()];
}

/** Returns what a transition that leaves all below `domain` and enters `entered` makes of each word it changes. */
export function bitsWritten(layout: Layout, domain: AnyStateNode, entered: readonly AnyStateNode[]): Bits[] {
  const cleared = nodesOf(domain).flatMap((node): Bits[] => {
    const field = layout.fields.get(node);
    return field === undefined || field.mask === 0 ? [] : [{ word: field.word, mask: field.mask, value: 0 }];
  });
  const words = new Map<number, Bits>();
  for (const { word, mask, value } of [...cleared, ...entered.flatMap((node) => bitsCurrent(layout, node))]) {
    const before = words.get(word) ?? { mask: 0, value: 0 };
    words.set(word, { word, mask: before.mask | mask, value: before.value | value });
  }
  return [...words.values()];
}

/** Packs a state that is given by all of its active nodes. */
export function packNodes(layout: Layout, nodes: readonly AnyStateNode[]): Int32Array {
  const words = new Int32Array(layout.wordCount);
  for (const { word, value } of nodes.flatMap((node) => bitsCurrent(layout, node))) words[word] |= value;
  return words;
}

/** Packs a state that is given by its value. @throws {RangeError} when it is no whole state of the machine. */
export function packValue(layout: Layout, value: StateValue): Int32Array {
  const nodes: AnyStateNode[] = [];
  const visit = (node: AnyStateNode, at: StateValue | undefined): void => {
    nodes.push(node);
    const children = childrenOf(node);
    const keys = typeof at === 'string' ? [at] : Object.keys(at ?? {});
    const known = keys.every((key) => Object.hasOwn(node.states, key));
    if (!known || keys.length !== (node.type === 'compound' ? 1 : children.length)) {
      throw new RangeError(
        `Got ${JSON.stringify(at)} as the value of ${node.id}; expected the key of one child if it is compound, and of all ` +
          `if it is parallel: ${children.map(({ key }) => key).join(', ')}.`,
      );
    }
    for (const key of keys) visit(node.states[key] as AnyStateNode, typeof at === 'string' ? undefined : at?.[key]);
  };
  visit(layout.root, value);
  return packNodes(layout, nodes);
}

/** Unpacks the state that begins at `start` in `words`. */
export function unpackValue(layout: Layout, words: Int32Array, start = 0): StateValue {
  const valueOf = (node: AnyStateNode): StateValue => {
    const field = layout.fields.get(node);
    const children = childrenOf(node);
    if (field === undefined) {
      const value: Record<string, StateValue> = {};
      for (const child of children) value[child.key] = valueOf(child);
      return value;
    }
    const child = children[(words[start + field.word] & field.mask) >>> field.shift];
    return child.type === 'atomic' ? child.key : { [child.key]: valueOf(child) };
  };
  return valueOf(layout.root);
}
