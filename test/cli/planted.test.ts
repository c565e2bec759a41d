/**
 * A fault of one line is told by a first message that names the rule of the line. All of them take three minutes (`npm run plant`): here are two, one of the
 * implementation and one of the machines, which SEED or the day picks.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS, namesRule, plant } from '../../scripts/planted.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000));
const [code, machines] = ['src/', 'machines/'].map((folder) => FAULTS.filter(({ file }) => file.startsWith(folder)));

test('there are eight and five, each of a rule of its own, and what each changes is there once', () => {
  expect([code.length, machines.length, new Set(FAULTS.map(({ rule }) => rule)).size]).toEqual([8, 5, 13]);
  for (const { file, before } of FAULTS) expect(readFileSync(file, 'utf8').split(before), before).toHaveLength(2);
});

test.each([code, machines].map((faults) => faults[seed % faults.length]))(
  '$rule is named first where $fault',
  async (fault) => {
    const { first } = await plant(fault);
    expect(namesRule(first, fault), first).toBe(true);
  },
);
