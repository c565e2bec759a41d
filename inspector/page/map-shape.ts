/**
 * What the maps of state spaces share: how a line is bent, what lies next in a direction, and what the keys do.
 */
import type { MapNode } from './map.ts';

/** A line between two states, bent a little so that there and back are two. */
export function curve(from: MapNode, to: MapNode): string {
  const bend = 0.12;
  const x = (from.x + to.x) / 2 + (to.y - from.y) * bend;
  const y = (from.y + to.y) / 2 - (to.x - from.x) * bend;
  const round = (each: number): number => Math.round(each * 10) / 10;
  return `M${round(from.x)},${round(from.y)}Q${round(x)},${round(y)} ${round(to.x)},${round(to.y)}`;
}

/** The state nearest in the direction of an arrow key. */
function neighbour(nodes: readonly MapNode[], from: MapNode, key: string): MapNode | undefined {
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  if (direction === undefined) return undefined;
  const [right, down] = direction;
  const cost = ({ x, y }: MapNode): number => {
    const along = (x - from.x) * right + (y - from.y) * down;
    const across = Math.abs((x - from.x) * down) + Math.abs((y - from.y) * right);
    return along <= 1 ? Infinity : along + 2 * across;
  };
  const best = nodes.reduce((one, other) => (cost(other) < cost(one) ? other : one), from);
  return cost(best) === Infinity ? from : best;
}

/** What the keys do on a map: Enter goes to a place, Escape lets go of it, arrows choose the next one. */
export function keysOf(
  nodes: readonly MapNode[],
  current: MapNode,
  go: (state: number) => void,
  choose: (state: number | undefined) => void,
): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === 'Enter') go(current.state);
    else if (event.key === 'Escape') choose(undefined);
    else {
      const next = neighbour(nodes, current, event.key);
      if (next === undefined) return;
      choose(next.state);
    }
    event.preventDefault();
  };
}
