import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { WholeFile, writeWhole } from '../../cli/whole.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-whole-'));
afterAll(() => rmSync(folder, { recursive: true }));

const waiting = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
let before = 0;
beforeEach(() => (before = waiting()));

describe('a file that is written whole', () => {
  test('has its name at the end, and nobody waits for an interrupt any more', () => {
    const path = join(folder, 'right');
    const file = new WholeFile(path);
    file.write('text');
    expect([waiting() - before, existsSync(path)]).toEqual([2, false]);
    file.finish();
    expect([waiting() - before, readFileSync(path, 'utf8'), existsSync(`${path}.new`)]).toEqual([0, 'text', false]);
  });

  test('leaves nothing where its last bytes find no room', () => {
    expect(() => writeWhole('/dev/full', 'text')).toThrow(/ENOSPC/);
    expect(waiting() - before).toBe(0);
  });

  test('leaves nothing where its name was taken by a folder meanwhile', () => {
    const path = join(folder, 'taken');
    const file = new WholeFile(path);
    mkdirSync(path);
    expect(() => file.finish()).toThrow(/EISDIR/);
    file.drop();
    expect([waiting() - before, existsSync(`${path}.new`)]).toEqual([0, false]);
  });
});
