/**
 * The reader of reports in `.ci`: tests of which none ran have shown nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../setup/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-ci-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ran = (...files: readonly (readonly string[])[]) => {
  const report = join(folder, 'report.json');
  const all = files.flat();
  const testResults = files.map((statuses, index) => ({
    name: `file${index}`,
    assertionResults: statuses.map((status) => ({ status })),
  }));
  const numPassedTests = all.filter((status) => status === 'passed').length;
  writeFileSync(report, JSON.stringify({ numPassedTests, numTotalTests: all.length, testResults }));
  return runCommand(process.execPath, ['.ci/ran.mjs', report]);
};

test('a run of which some tests ran in each file passes', () => {
  expect(ran(['passed', 'skipped'], ['passed'])).toEqual({ status: 0, stdout: '2 of 3 tests ran.\n', stderr: '' });
});

test.each([
  ['no file', []],
  ['a file without tests', [[]]],
  ['nothing but skipped tests', [['skipped', 'skipped']]],
  ['a file of skipped tests beside another', [['passed'], ['skipped']]],
])('a run of %s fails', (_, files) => {
  const { status, stderr } = ran(...files);
  expect(status).toBe(1);
  expect(stderr).toContain('expected some of each file to run');
});
