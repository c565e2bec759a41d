import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printSeed } from '../../scripts/seed.ts';

test('docs/seed.md is what scripts/seed.ts makes of the rules, and no row is bare', () => {
  const page = printSeed();
  expect(readFileSync('docs/seed.md', 'utf8')).toBe(page);
  const bare = page
    .split('\n')
    .filter((line) => /^\| .*\| MSIX-/.test(line))
    .filter((line) => line.split(' | ')[5] === '-');
  expect(bare).toEqual([]);
});
