import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { beforeAll, describe, expect, test } from 'vitest';
import configuration, { LAYERS, patternOf } from '../../.dependency-cruiser.mjs';
import { drawPicture, placePicture } from '../../scripts/picture.ts';

const { forbidden, options } = configuration;

/** Reads the imports of folders, and of what they import. */
async function read(folders: readonly string[]): Promise<ICruiseResult> {
  const { output } = await cruise([...folders], { ...options, ruleSet: { forbidden }, validate: true });
  return output as ICruiseResult;
}

/** Those that a layer may not have: "src/a.ts -> xstate". */
function violations({ summary }: ICruiseResult): string[] {
  return summary.violations.map(({ from, to }) => `${from} -> ${to}`);
}

/** What may not be there, by its folder. */
const CANARIES = [
  ['src', "import 'xstate';\n"],
  ['spec', "import '../../src/index.ts';\n"],
  ['inspector/page', "import 'node:fs';\nimport '../../server/relay.ts';\n"],
] as const;

/** What is found where a folder in each of three imports what it may not. */
async function readPlanted(): Promise<readonly [violations: readonly string[], folders: readonly string[]]> {
  const folders = CANARIES.map(([folder]) => mkdtempSync(join(folder, 'canary-')));
  try {
    for (const [index, [, text]] of CANARIES.entries()) writeFileSync(join(folders[index], 'canary.ts'), text);
    return [violations(await read(folders)).toSorted(), folders];
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

/** A reading of all takes seconds: there is one of the code as it is, and one of what is planted. */
let code: ICruiseResult;
let planted: Awaited<ReturnType<typeof readPlanted>>;
beforeAll(async () => {
  code = await read(Object.keys(LAYERS));
  planted = await readPlanted();
});

describe('the layers', () => {
  test('import only what they may', () => {
    expect(code.summary.totalCruised).toBeGreaterThan(40);
    expect(violations(code)).toEqual([]);
  });

  test('are held: an import of xstate in src/ and one of src/ in spec/ are found', () => {
    const [found, folders] = planted;
    expect(found).toHaveLength(4);
    expect(found).toContain(`spec/${basename(folders[1])}/canary.ts -> src/index.ts`);
    expect(found.at(-1)).toMatch(/^src\/canary-\w+\/canary\.ts -> node_modules\/xstate\//);
  });

  test('are held: what the page imports of Node and of the server is found', () => {
    const [found, folders] = planted;
    const ofPage = found.filter((each) => each.startsWith(`${folders[2]}/`));
    expect(ofPage.map((each) => each.replace(/.* -> /, ''))).toEqual(['fs', 'inspector/server/relay.ts']);
  });

  test('are the ones of the picture in ARCHITECTURE.md', async () => {
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    expect(placePicture(text, await drawPicture(code))).toBe(text);
  });
});

/** The imports of the code: from which file to which, or to which package. */
function imports(): [from: string, to: string][] {
  return code.modules.flatMap(({ source, dependencies }) =>
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

  test('run in no circle, at any depth', () => {
    const pairs = imports();
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

  test('may import nothing that they do not import', () => {
    const pairs = imports();
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
