/**
 * Userspace's side of a device with one table, which keeps nothing: there is nothing to build up, to place, to tear down or to save.
 */
import { expect, test } from 'vitest';
import { OneTable } from '../../src/userspace/one-table.ts';
import { WORK_NONE } from '../../src/userspace/userspace-table.ts';

test('a userspace that keeps no table has nothing to do for it', () => {
  const untouched = new Proxy({}, { get: (_, name) => expect.fail(`asked for ${String(name)}`) });
  const table = new OneTable(untouched as never, untouched as never, 11);
  expect([table.enableAll(), table.disableAll(), table.place(), table.withdraw()]).toEqual([
    ...[WORK_NONE, false, undefined, undefined],
  ]);
  expect([table.savedWords, table.saveInto(), table.restore()]).toEqual([0, undefined, undefined]);
});
