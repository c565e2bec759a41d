/**
 * Every function that the package exports, called with nonsense in the place of every argument and of everything inside of it: what comes of it
 * is a result or a sentence. Of methods of the implementation, `test/src/nonsense.test.ts` also holds that nothing has changed.
 */
import { describe, expect, test } from 'vitest';
import * as checker from '../../checker/index.ts';
import * as conformance from '../../conformance/index.ts';
import * as node from '../../conformance/node.ts';
import * as machines from '../../machines/index.ts';
import * as properties from '../../properties/index.ts';
import * as spec from '../../spec/index.ts';
import * as maskbit from '../../src/index.ts';
import { type Call, type Table, tryNonsense } from './attempt.ts';
import { CHECKER } from './checker.ts';
import { CONFORMANCE, MACHINES, MASKBIT, NODE, PROPERTIES, SPEC } from './others.ts';

/** By entry point: the module, what is tried of it, and how many calls that comes to. */
const ENTRIES: Readonly<Record<string, readonly [module: object, table: Table, tried: number]>> = {
  maskbit: [maskbit, MASKBIT, 1621],
  'maskbit/spec': [spec, SPEC, 124],
  'maskbit/machines': [machines, MACHINES, 2958],
  'maskbit/checker': [checker, CHECKER, 19_900],
  'maskbit/properties': [properties, PROPERTIES, 9131],
  'maskbit/conformance': [conformance, CONFORMANCE, 1976],
  'maskbit/conformance/node': [node, NODE, 157],
};

/** Errors that anyone may make, of any message. */
const ERRORS = new Set([
  ...['ArgumentError', 'BoundError', 'CutoffError', 'ManifestError', 'TraceError', 'SymmetryError', 'ReplayError'],
]);

type Callable = Call['call'] & (new (...args: never[]) => unknown);

function callOf(module: object, { owners = {} }: Table, name: string): Call['call'] {
  const [owner, method] = name.split('.');
  if (method !== undefined) {
    const of = owners[owner] as Record<string, Call['call']>;
    return (...args) => of[method](...args);
  }
  const found = (module as Record<string, Callable>)[name];
  return String(found).startsWith('class') ? (...args) => new found(...args) : found;
}

describe.each(Object.entries(ENTRIES))('nonsense in calls of %s', (_, [module, table, expected]) => {
  test('is tried on every exported function', () => {
    const functions = Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(functions.filter((name) => !(name in table.calls) && !ERRORS.has(name))).toEqual([]);
  });

  let tried = 0;
  test.each(Object.keys(table.calls))(
    'in any place of a call of %s is taken for what it may mean, or refused',
    (name) => {
      const call: Call = {
        name,
        call: callOf(module, table, name),
        args: table.calls[name],
        callable: table.callable?.[name],
      };
      (call.call as (...args: readonly unknown[]) => unknown)(...call.args());
      const outcome = tryNonsense(call);
      tried += outcome.tried;
      expect(outcome.bad).toEqual([]);
      // What is taken is reviewed by eye: each line is a place, and the nonsense that means something there.
      expect(outcome.taken).toMatchSnapshot();
    },
  );

  test('was tried so many times', () => {
    expect(tried).toBe(expected);
  });
});
