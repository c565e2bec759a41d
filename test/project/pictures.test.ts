import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawPictures, PICTURED_TRACES } from '../../scripts/pictures.tsx';

describe('the pictures in docs/', async () => {
  const pictures = await drawPictures();

  test('are nine charts and the traces that tell most', () => {
    expect(pictures.size).toBe(9 + PICTURED_TRACES.length);
    const files = readdirSync('docs').filter((name) => name.endsWith('.svg'));
    expect(files.map((name) => join('docs', name)).toSorted()).toEqual([...pictures.keys()].toSorted());
  });

  test.each([...pictures.keys()])('%s is as it is drawn today (npm run pictures)', (path) => {
    expect(readFileSync(path, 'utf8')).toBe(pictures.get(path));
  });

  test('are drawn the same again', async () => {
    expect(await drawPictures()).toEqual(pictures);
  });

  test('are shown where they are told of, and are small', () => {
    const told = ['docs/assigned-device.md', 'docs/inspector.md'].map((file) => readFileSync(file, 'utf8')).join('');
    for (const name of ['function', ...PICTURED_TRACES.map((trace) => `trace-${trace}`)]) {
      expect(told).toContain(`(${name}.svg)`);
    }
    expect(readFileSync('README.md', 'utf8')).toContain('(docs/vector-page.svg)');
    const bytes = readdirSync('docs').reduce((sum, name) => sum + statSync(join('docs', name)).size, 0);
    expect(bytes).toBeLessThan(2_000_000);
  });
});
