import { readbackDwords } from '../../conformance/device/readback.ts';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { countSimplePaths, shortestPaths, simplePaths, transitionPaths } from '../../checker/explore/paths.ts';
import { createDriver, type Driver } from '../../conformance/paths/drive.ts';
import { DIALECTS } from '../../conformance/device/words.ts';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { createInstance } from '../../properties/instances.ts';
import type { MachineName } from '../../properties/names.ts';
import { type MessageSet, HALVES, TWO } from '../../machines/messages.ts';

/** Explores an instance and makes what drives the implementation along its paths. */
function prepare(name: MachineName, vectors: number, messages: MessageSet) {
  const { machine, events } = createInstance(name, { vectors, messages });
  const graph = enumerate(machine, events);
  return { machine, events, graph, driver: createDriver(graph, vectors, messages) };
}

function driveInEveryDialect(driver: Driver, vectors: number, path: readonly string[]): void {
  for (const notifies of [true, false]) {
    const device = createInProcessDevice(vectors, { notifies });
    for (const dialect of DIALECTS) driver.drive(device, path, dialect);
  }
}

describe.each([
  { vectors: 1, messages: TWO, outputs: 312 },
  { vectors: 1, messages: HALVES, outputs: 1152 },
  { vectors: 2, messages: TWO, outputs: 6144 },
])('function with $vectors vectors and messages $messages.name', ({ vectors, messages, outputs }) => {
  const { machine, events, graph, driver } = prepare('function', vectors, messages);
  const paths = transitionPaths(machine, events);

  test('has a path to every state, and one through every transition, ignored events among them', () => {
    expect(shortestPaths(machine, events)).toHaveLength(graph.states.length);
    // Each pair of state and event ends exactly one path: nothing is driven twice, and nothing is left out.
    const ends = paths.map((path) => {
      const numbers = path.map((name) => events.indexOf(name));
      const source = numbers.slice(0, -1).reduce((state, event) => graph.target(state, event), 0);
      return source * events.length + numbers.at(-1)!;
    });
    expect(new Set(ends).size).toBe(graph.states.length * events.length);
  });

  test.each(paths.map((path) => [path.join(' '), path] as const))('is followed along %s', (_name, path) => {
    driveInEveryDialect(driver, vectors, path);
  });

  test('was compared after every step of every path, in every dialect', () => {
    const steps = paths.reduce((sum, path) => sum + path.length, 0);
    expect(driver.counts.paths).toBe(2 * DIALECTS.length * paths.length);
    expect(driver.counts.steps).toBe(2 * DIALECTS.length * steps);
    expect(driver.counts.dwords).toBe((driver.counts.steps + driver.counts.paths) * readbackDwords(vectors));
    expect(driver.counts.outputs).toBe(outputs);
  });
});

test('vector: all 29,553 simple paths are followed', () => {
  const { graph, driver } = prepare('vector', 1, TWO);
  expect(countSimplePaths(graph)).toEqual({ paths: 29_553, steps: 324_402 });
  const device = createInProcessDevice(1);
  for (const path of simplePaths(graph)) driver.drive(device, path, DIALECTS[0]);
  expect(driver.counts.paths).toBe(29_553);
  expect(driver.counts.steps).toBe(324_402);
});

test('capability: all 16 simple paths are followed, as paths of the function around it', () => {
  const { events, machine } = createInstance('capability');
  const paths = simplePaths(enumerate(machine, events));
  expect(paths).toHaveLength(16);
  const { driver } = prepare('function', 1, TWO);
  for (const path of paths) driveInEveryDialect(driver, 1, path);
  expect(driver.counts.paths).toBe(2 * DIALECTS.length * 16);
});

test('function: more simple paths than the rail are refused before the first is sought', () => {
  const { graph } = prepare('function', 1, TWO);
  expect(() => simplePaths(graph)).toThrow(/Got more than 100000 simple paths of function; expected no more/);
});
