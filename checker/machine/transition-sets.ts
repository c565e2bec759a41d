/**
 * Which state nodes a transition leaves and enters: the sets of SCXML as XState computes them, but once for each
 * transition instead of at each step. They can be known beforehand because the subset has no history states.
 *
 * The functions follow XState's own, in name and in every corner: a transition to a region resets its sister regions, a
 * transition to the root enters the root again without leaving it.
 */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** A transition as XState holds it, with its targets resolved to state nodes. */
export type Transition = AnyTransitionDefinition;

/** Returns the children of a state node, in document order. */
export function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states) as AnyStateNode[];
}

/** The lists that were asked for, of nodes that live: a compiler asks for those of a domain once for each transition, and a machine does not change. */
const LISTS = new WeakMap<AnyStateNode, readonly AnyStateNode[]>();

/** Returns a state node and all nodes below it, in document order. */
export function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  let nodes = LISTS.get(node);
  if (nodes === undefined) {
    nodes = [node, ...childrenOf(node).flatMap(nodesOf)];
    LISTS.set(node, nodes);
  }
  return nodes;
}

/** Returns the nodes around a state node, the nearest first, up to the root or to `end`, which is left out. */
export function ancestorsOf(node: AnyStateNode, end?: AnyStateNode): AnyStateNode[] {
  const ancestors: AnyStateNode[] = [];
  if (node === end) return ancestors;
  for (let at = node.parent; at !== undefined && at !== end; at = at.parent) ancestors.push(at);
  return ancestors;
}

/** Returns whether `node` is properly below `ancestor`; everything is below `undefined`, which stands above the root. */
export function isBelow(node: AnyStateNode, ancestor: AnyStateNode | undefined): boolean {
  if (ancestor === undefined) return true;
  for (let at = node.parent; at !== undefined; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** Returns the targets of a transition; none when it has no target. */
export function targetsOf(transition: Transition): readonly AnyStateNode[] {
  return transition.target ?? [];
}

/**
 * Returns whether a transition forbids its event: it has neither target nor actions. XState selects it, so that no state
 * around its own takes the event; but nothing is taken by it, and `can()` is false.
 */
export function isForbidding({ target, actions }: Transition): boolean {
  return target === undefined && actions.length === 0;
}

/**
 * Returns the domain of a transition: the node whose active descendants are all left. It stays active itself.
 * `undefined` stands above the root, and means that the root is left too.
 */
export function domainOf(transition: Transition): AnyStateNode | undefined {
  const { source, reenter } = transition;
  const targets = targetsOf(transition);
  if (!reenter && targets.every((target) => target === source || isBelow(target, source))) return source;
  const [first, ...others] = [...targets, source];
  const common = ancestorsOf(first).find((ancestor) => others.every((node) => isBelow(node, ancestor)));
  if (common !== undefined || reenter) return common;
  return source.machine.root;
}

/** Returns the nodes that a transition enters, in document order: the order of their entry actions. */
export function enteredBy(transition: Transition): AnyStateNode[] {
  const { source, reenter } = transition;
  const domain = domainOf(transition);
  const entered = new Set<AnyStateNode>();
  for (const target of targetsOf(transition)) {
    if (target !== source || domain !== source || reenter) entered.add(target);
    enterBelow(target, entered);
  }
  for (const target of targetsOf(transition)) {
    const ancestors = ancestorsOf(target, domain);
    if (domain?.type === 'parallel') ancestors.push(domain);
    const outermost = source.parent === undefined && reenter ? undefined : domain;
    enterAround(ancestors, outermost, entered);
  }
  return inDocumentOrder(entered);
}

/** Returns the nodes that are active at first, in document order. */
export function initialNodes(root: AnyStateNode): AnyStateNode[] {
  const entered = new Set([root]);
  enterBelow(root, entered);
  return inDocumentOrder(entered);
}

function enterBelow(node: AnyStateNode, entered: Set<AnyStateNode>): void {
  if (node.type === 'compound') {
    const [initial] = node.initial.target;
    entered.add(initial);
    enterBelow(initial, entered);
  }
  if (node.type === 'parallel') enterRegions(node, entered);
}

function enterAround(ancestors: AnyStateNode[], outermost: AnyStateNode | undefined, entered: Set<AnyStateNode>): void {
  for (const ancestor of ancestors) {
    if (isBelow(ancestor, outermost)) entered.add(ancestor);
    if (ancestor.type === 'parallel') enterRegions(ancestor, entered);
  }
}

/** Enters those regions of a parallel state that nothing was entered in yet. */
function enterRegions(node: AnyStateNode, entered: Set<AnyStateNode>): void {
  for (const region of childrenOf(node)) {
    if ([...entered].some((each) => isBelow(each, region))) continue;
    entered.add(region);
    enterBelow(region, entered);
  }
}

function inDocumentOrder(nodes: Iterable<AnyStateNode>): AnyStateNode[] {
  return [...nodes].toSorted((one, other) => one.order - other.order);
}

/**
 * Returns whether two transitions can be selected at once and then leave a common state. XState keeps the one whose source
 * comes first. Sources in one region are never selected together.
 */
export function inConflict(one: Transition, other: Transition): boolean {
  if (targetsOf(one).length === 0 || targetsOf(other).length === 0) return false;
  if (one.source === other.source || isBelow(one.source, other.source) || isBelow(other.source, one.source))
    return false;
  const around = ancestorsOf(one.source).find((node) => isBelow(other.source, node));
  if (around?.type !== 'parallel') return false;
  const domain = domainOf(one);
  const otherDomain = domainOf(other);
  return leavesWithin(domain, otherDomain) || leavesWithin(otherDomain, domain);
}

/** Whether `inner` lies in `outer` or is it, and has anything to leave. Both are active, so its descendants are left. */
function leavesWithin(inner: AnyStateNode | undefined, outer: AnyStateNode | undefined): boolean {
  if (inner === undefined) return outer === undefined;
  return inner.type !== 'atomic' && (inner === outer || isBelow(inner, outer));
}

/** Returns a state node that a transition would leave with no child, with two, or with a region missing, if any. */
export function brokenBy(transition: Transition): AnyStateNode | undefined {
  if (targetsOf(transition).length === 0) return undefined;
  const entered = new Set(enteredBy(transition));
  const domain = domainOf(transition);
  const parents = domain === undefined ? [...entered] : [domain, ...entered];
  return parents.find((node) => {
    const children = childrenOf(node);
    const count = children.filter((child) => entered.has(child)).length;
    return node.type === 'compound' ? count !== 1 : count !== children.length;
  });
}
