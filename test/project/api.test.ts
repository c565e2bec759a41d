import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entryPoints, printApi, readExports } from '../../scripts/api.ts';

describe('the reference of the package', () => {
  const exports = readExports();

  test('lists every export of every entry point (npm run api)', () => {
    expect([...exports.keys()]).toEqual([...entryPoints().keys()]);
    expect(readFileSync('docs/api.md', 'utf8')).toBe(printApi(exports));
  });

  test('lists what an import finds', async () => {
    const spec = exports.get('maskbit/spec')!.filter(({ kind }) => kind !== 'type');
    expect(spec.map(({ name }) => name)).toEqual(Object.keys(await import('../../spec/index.ts')).toSorted());
  });

  test('has a sentence for every function and every class', () => {
    const bare = [...exports.values()].flat().filter(({ kind, sentence }) => {
      return ['function', 'class'].includes(kind) && sentence === '';
    });
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});
