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
  // Where a cell has nothing, the row says why.
  const rows = page
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1);
  const unexplained = rows
    .map((line) => line.slice(2).split(' | '))
    .filter((cells) => cells.slice(1, 7).includes('-') && cells[7] === ' |');
  expect(unexplained.map(([item]) => item)).toEqual([]);
  expect(rows).toHaveLength(21);
});
