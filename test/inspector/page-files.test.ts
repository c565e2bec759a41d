/**
 * The page as files: `maskbit inspect --static` replaces what it wrote, and nothing else.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LIST_FILE, writePage } from '../../inspector/server/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-static-'));
const page = join(folder, 'built');
mkdirSync(join(page, 'assets'), { recursive: true });
writeFileSync(join(page, 'index.html'), '<title>maskbit inspector</title>');
writeFileSync(join(page, 'assets', 'first.js'), '1');
afterAll(() => rmSync(folder, { recursive: true }));

const target = (name: string): string => join(folder, name);
const listOf = (place: string): string[] => readdirSync(place, { recursive: true, encoding: 'utf8' }).toSorted();

test('is written where nothing is, and over itself; a file that it has no more is removed, and no other', () => {
  const site = target('deep/site');
  writePage(page, site);
  expect(JSON.parse(readFileSync(join(site, 'session.json'), 'utf8'))).toEqual({ live: false, stately: false });
  const whole = [LIST_FILE, 'assets', 'assets/first.js', 'index.html', 'session.json'];
  expect(listOf(site)).toEqual(whole);
  writeFileSync(join(site, 'mine.txt'), 'mine');
  writePage(page, site);
  expect(listOf(site)).toEqual([...whole, 'mine.txt'].toSorted());

  const later = target('later');
  mkdirSync(later);
  writeFileSync(join(later, 'index.html'), 'later');
  writePage(later, site);
  expect(listOf(site)).toEqual([LIST_FILE, 'index.html', 'mine.txt', 'session.json']);
  expect(readFileSync(join(site, 'index.html'), 'utf8')).toBe('later');
});

test('leaves a .git beside it alone, before and after there is a page', () => {
  const site = target('checkout');
  mkdirSync(join(site, '.git'), { recursive: true });
  writeFileSync(join(site, '.git', 'HEAD'), 'ref: refs/heads/pages');
  for (let round = 0; round < 2; round++) writePage(page, site);
  expect(readFileSync(join(site, '.git', 'HEAD'), 'utf8')).toBe('ref: refs/heads/pages');
});

test('is not written over anything else', () => {
  const foreign = target('foreign');
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'precious'), 'mine');
  expect(() => writePage(page, foreign)).toThrow(/which holds something else; expected an empty folder/);
  expect(() => writePage(page, join(foreign, 'precious'))).toThrow(/which is a file; expected a folder/);
  expect(listOf(foreign)).toEqual(['precious']);
});

test('is not written over a file of its own that was changed, or over one that came in its way', () => {
  const site = target('changed');
  writePage(page, site);
  writeFileSync(join(site, 'index.html'), 'mine');
  expect(() => writePage(page, site)).toThrow(/index.html, which was changed since it was written/);
  rmSync(join(site, 'index.html'));
  writePage(page, site);

  const later = target('with-more');
  mkdirSync(later);
  writeFileSync(join(later, 'mine.txt'), 'theirs');
  writeFileSync(join(site, 'mine.txt'), 'mine');
  expect(() => writePage(later, site)).toThrow(/mine.txt, which is not of this page; expected no such file/);
  expect(readFileSync(join(site, 'mine.txt'), 'utf8')).toBe('mine');
});

test('follows no link: neither of the folder, nor of one in it, nor of a file', () => {
  const outside = target('outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'first.js'), 'mine');
  symlinkSync(outside, target('link'));
  expect(() => writePage(page, target('link'))).toThrow(/which is a link; expected a folder, or none/);
  symlinkSync(target('nowhere'), target('dangling'));
  expect(() => writePage(page, target('dangling'))).toThrow(/which is a link; expected a folder, or none/);

  const site = target('with-links');
  writePage(page, site);
  rmSync(join(site, 'assets'), { recursive: true });
  symlinkSync(outside, join(site, 'assets'));
  expect(() => writePage(page, site)).toThrow(/assets, which is a link; expected a folder of the page/);
  rmSync(join(site, 'assets'));
  rmSync(join(site, 'index.html'));
  symlinkSync(join(outside, 'first.js'), join(site, 'index.html'));
  expect(() => writePage(page, site)).toThrow(/index.html, which is a link; expected a file of the page/);
  expect(listOf(outside)).toEqual(['first.js']);
  expect(readFileSync(join(outside, 'first.js'), 'utf8')).toBe('mine');
});

test.each(['../outside.txt', '/etc/hostname', 'a/../../x', '.git/HEAD', 'a//b', ''])(
  'believes no list that names %j',
  (path) => {
    const site = mkdtempSync(join(folder, 'list-'));
    writeFileSync(join(site, LIST_FILE), JSON.stringify({ files: { [path]: [] } }));
    expect(() => writePage(page, site)).toThrow(/which is no list of the files of a page/);
  },
);

test('leaves what was there when it fails, and is taken up when it was interrupted', () => {
  const site = target('kept');
  writePage(page, site);
  const before = listOf(site);
  expect(() => writePage(target('no such folder'), site)).toThrow(/ENOENT/);
  expect(listOf(site)).toEqual(before);
  expect(existsSync(join(site, 'index.html'))).toBe(true);
  // As after a crash between the new list and the new files: both digests are listed, and either file is ours.
  const list = JSON.parse(readFileSync(join(site, LIST_FILE), 'utf8')) as { files: Record<string, string[]> };
  list.files['index.html'].push('f'.repeat(64));
  list.files['assets/never.js'] = ['0'.repeat(64)];
  writeFileSync(join(site, LIST_FILE), JSON.stringify(list));
  writePage(page, site);
  expect(listOf(site)).toEqual(before);
});
