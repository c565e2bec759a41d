import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { enumerationRows, printEnumeration } from '../../cli/enumeration.ts';

const ROWS = enumerationRows();

test('docs/enumeration.md is what scripts/enumeration.ts makes, and every machine is driven or has a reason', () => {
  expect(readFileSync('docs/enumeration.md', 'utf8')).toBe(printEnumeration(ROWS));
  for (const { machine, paths, into } of ROWS) {
    expect([machine, paths !== undefined || /nothing: |in lockstep/.test(into)]).toEqual([machine, true]);
  }
});

test('the paths of a design are as many as @xstate/graph finds, and have as many steps', () => {
  // Driven and counted in test/conformance/assigned.test.ts.
  const posted = ROWS.find(({ machine, paths }) => machine.includes('posted, 1') && paths !== undefined);
  expect(posted?.paths).toEqual({ paths: 30_580, steps: 324_346 });
});
