import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, test } from 'vitest';
import configuration, { LAYERS, patternOf } from '../../.dependency-cruiser.mjs';
import { drawPicture, placePicture } from '../../scripts/picture.ts';

const { forbidden, options } = configuration;

/** Reads the imports of the code and returns those that a layer may not have: "src/a.ts -> xstate". */
async function violations(): Promise<string[]> {
  const { output } = await cruise(Object.keys(LAYERS), { ...options, ruleSet: { forbidden }, validate: true });
  const { summary } = output as ICruiseResult;
  expect(summary.totalCruised).toBeGreaterThan(40);
  return summary.violations.map(({ from, to }) => `${from} -> ${to}`);
}

describe('the layers', () => {
  test('import only what they may', async () => {
    expect(await violations()).toEqual([]);
  });

  test('are held: an import of xstate in src/ and one of src/ in spec/ are found', async () => {
    const folders = ['src', 'spec'].map((folder) => mkdtempSync(join(folder, 'canary-')));
    try {
      writeFileSync(join(folders[0], 'canary.ts'), "import 'xstate';\n");
      writeFileSync(join(folders[1], 'canary.ts'), "import '../../src/index.ts';\n");
      const found = (await violations()).toSorted();
      expect(found).toHaveLength(2);
      expect(found[0]).toBe(`spec/${basename(folders[1])}/canary.ts -> src/index.ts`);
      expect(found[1]).toMatch(/^src\/canary-\w+\/canary\.ts -> node_modules\/xstate\//);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true });
    }
  });

  test('are held: what the page imports of Node and of the server is found', async () => {
    const folder = mkdtempSync(join('inspector', 'page', 'canary-'));
    try {
      writeFileSync(join(folder, 'canary.ts'), "import 'node:fs';\nimport '../../server/relay.ts';\n");
      expect((await violations()).map((each) => each.replace(/.* -> /, ''))).toEqual([
        'fs',
        'inspector/server/relay.ts',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('are the ones of the picture in ARCHITECTURE.md', async () => {
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    expect(placePicture(text, await drawPicture())).toBe(text);
  });
});

/** The imports of the code: from which file to which, or to which package. */
async function imports(): Promise<[from: string, to: string][]> {
  const { output } = await cruise(Object.keys(LAYERS), options);
  return (output as ICruiseResult).modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }): [string, string] => [source, resolved]),
  );
}

/** A path that leads back to where it begins; undefined where there is none. */
function circleOf(arrows: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (place: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(place)) return [...path.slice(path.indexOf(place)), place];
    if (done.has(place)) return undefined;
    for (const next of arrows.get(place) ?? []) {
      const circle = visit(next, [...path, place]);
      if (circle !== undefined) return circle;
    }
    done.add(place);
    return undefined;
  };
  for (const place of arrows.keys()) {
    const circle = visit(place, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('the folders', () => {
  const arrowsOf = (pairs: readonly [string, string][]): Map<string, Set<string>> => {
    const arrows = new Map<string, Set<string>>();
    for (const [from, to] of pairs) if (from !== to) arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    return arrows;
  };

  test('run in no circle, at any depth', async () => {
    const pairs = await imports();
    const own = pairs.filter(([, to]) => Object.keys(LAYERS).some((layer) => to.startsWith(`${layer}/`)));
    // A file beside folders, as an index is, is a place of its own.
    const all = new Set(own.flat().map((file) => dirname(file)));
    const hasFolders = (folder: string): boolean => [...all].some((other) => other.startsWith(`${folder}/`));
    const placeOf = (file: string): string => (hasFolders(dirname(file)) ? file : dirname(file));
    const folders = own.map(([from, to]): [string, string] => [placeOf(from), placeOf(to)]);
    expect(circleOf(arrowsOf(folders))).toBeUndefined();
  });

  test('would be found in a circle', () => {
    expect(
      circleOf(
        arrowsOf([
          ['a', 'b'],
          ['b', 'c'],
          ['c', 'a'],
          ['c', 'd'],
        ]),
      ),
    ).toEqual(['a', 'b', 'c', 'a']);
    expect(
      circleOf(
        arrowsOf([
          ['a', 'b'],
          ['a', 'c'],
          ['b', 'c'],
        ]),
      ),
    ).toBeUndefined();
  });

  test('may import nothing that they do not import', async () => {
    const pairs = await imports();
    const unused = Object.entries(LAYERS).flatMap(([layer, allowed]) =>
      allowed
        .filter((name) => {
          const pattern = new RegExp(patternOf(name));
          return !pairs.some(([from, to]) => from.startsWith(`${layer}/`) && pattern.test(to));
        })
        .map((name) => `${layer}: ${name}`),
    );
    expect(unused).toEqual([]);
  });
});
