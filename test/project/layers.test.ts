import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, test } from 'vitest';
import configuration, { LAYERS } from '../../.dependency-cruiser.mjs';
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
