import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawPictures, PICTURED_TRACES } from '../../scripts/pictures.tsx';

describe('the pictures in docs/', async () => {
  const pictures = await drawPictures();

  test('are eight charts and the traces that tell most', () => {
    expect(pictures.size).toBe(8 + PICTURED_TRACES.length);
    const files = readdirSync('docs').filter((name) => name.endsWith('.svg'));
    expect(files.map((name) => join('docs', name)).toSorted()).toEqual([...pictures.keys()].toSorted());
  });

  test.each([...pictures.keys()])('%s is as it is drawn today (npm run pictures)', (path) => {
    expect(readFileSync(path, 'utf8')).toBe(pictures.get(path));
  });

  test('are drawn the same again', async () => {
    expect(await drawPictures()).toEqual(pictures);
  });

  test('are shown in the README, and are small', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const path of ['docs/function.svg', ...PICTURED_TRACES.map((name) => `docs/trace-${name}.svg`)]) {
      expect(readme).toContain(`(${path})`);
    }
    const bytes = readdirSync('docs').reduce((sum, name) => sum + statSync(join('docs', name)).size, 0);
    expect(bytes).toBeLessThan(2_000_000);
  });
});
