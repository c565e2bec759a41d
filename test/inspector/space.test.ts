/**
 * The map of a state space that is too large to be drawn state by state: what is put together, and the way into a lot of it.
 */
import { describe, expect, test } from 'vitest';
import { spaceOf, wayToLot } from '../../inspector/decider/space.ts';
import { placeInColumns } from '../../inspector/page/map.ts';
import { Run } from '../../inspector/page/run.ts';
import { beginScene } from '../../inspector/page/scene.ts';

const POSTED = { design: 'posted', vectors: 1, messages: 'three' };
const subject = { machine: 'assigned-device', instance: POSTED };

describe('the map of the assigned device', () => {
  const space = spaceOf(subject);

  test('has every state in one lot, and tells apart what is of no vector first', () => {
    expect(space.states).toBe(2532);
    expect(space.lots.reduce((sum, { states }) => sum + states, 0)).toBe(2532);
    expect(space.apart).toEqual(expect.arrayContaining(['ownership', 'vcpu', 'capability.enable']));
    expect(new Set(space.lots.map(({ children }) => children.join())).size).toBe(space.lots.length);
  });

  test('has the same transitions, however it is put together', () => {
    const whole = spaceOf(subject, []);
    expect([whole.lots.length, whole.links.length]).toEqual([1, 0]);
    const coarse = spaceOf(subject, ['ownership']);
    const place = space.apart.indexOf('ownership');
    const lotOf = (lot: number): number =>
      coarse.lots.findIndex(({ children }) => children[0] === space.lots[lot].children[place]);
    const sums = new Map<string, number>();
    for (const [from, to, count] of space.links) {
      const key = `${lotOf(from)} ${lotOf(to)}`;
      if (lotOf(from) !== lotOf(to)) sums.set(key, (sums.get(key) ?? 0) + count);
    }
    const counted = coarse.links.map(([from, to, count]) => [`${from} ${to}`, count] as const);
    expect(new Map(counted)).toEqual(sums);
  });

  test('leads into every lot, by a way that the machine goes', () => {
    const scene = beginScene('assigned-device', POSTED);
    for (const { children, depth } of space.lots) {
      const way = wayToLot(subject, scene.run.regionsAt(0), space.apart, children)!;
      expect(way).toHaveLength(depth);
      const run = Run.begin(scene.subject).take(0, way);
      const regions = run.regionsAt(run.length);
      expect(space.apart.map((name) => regions[name])).toEqual(children);
    }
  });

  test('stands in columns, no two lots in one place', () => {
    const links = space.links.map(([from, to]) => [from, to] as const);
    const nodes = placeInColumns(
      space.lots.map(({ depth }) => depth),
      links,
    );
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(space.lots.length);
    // What is further from reset stands further to the right.
    const ordered = nodes.toSorted((one, other) => one.x - other.x).map(({ depth }) => depth);
    expect(ordered).toEqual(ordered.toSorted((one, other) => one - other));
  });

  test('refuses in a sentence what nobody could read', () => {
    expect(() => spaceOf(subject, space.regions)).toThrow(/^Got 2532 lots .* expected at most 300\.$/);
  });
});
