import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { MASKBIT, runCommand } from '../setup/command.ts';

test('a second thread walks blocks of states beside the first', () => {
  const compiled = resolve(MASKBIT.at(-1)!, '../..');
  const { status, stdout, stderr } = runCommand(process.execPath, ['test/setup/lockstep-beside.mjs', compiled]);
  expect([status, stderr]).toEqual([0, '']);
  const { isShared, count, restored, pairs } = JSON.parse(stdout) as Record<string, unknown>;
  expect([isShared, pairs]).toEqual([true, count]);
  expect(restored).toBeLessThan(0.9 * Number(count));
});
