/**
 * `npm run lines`: counts the lines of code by folder, at the commit before the house was redrawn and at the last one, and writes them into ARCHITECTURE.md.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { placeMarked } from './marked.ts';

const BEFORE = '1589259';
const CODE = /\.(?:ts|tsx|mjs|js|c|h|rs|py)$/;
const git = (...parameters: readonly string[]): string =>
  execFileSync('git', parameters, { encoding: 'utf8', maxBuffer: 1 << 28 });

/** The lines of code below each folder at a commit; what is generated is left out. */
function linesAt(revision: string): Map<string, number> {
  const counts = new Map<string, number>();
  const counted = git('grep', '-c', '', revision, '--').trimEnd().split('\n');
  for (const line of counted) {
    const [, path, count] = /^[^:]+:(.*):(\d+)$/.exec(line) ?? [];
    if (path === undefined || !CODE.test(path) || path.endsWith('/validate.ts') || !path.includes('/')) continue;
    const folder = path.slice(0, path.indexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + Number(count));
  }
  return counts;
}

const [before, after] = [linesAt(BEFORE), linesAt('HEAD')];
const folders = readdirSync('.').filter((name) => before.has(name) || after.has(name));
const row = (name: string, one = 0, other = 0): string =>
  `| ${name} | ${one.toLocaleString('en')} | ${other.toLocaleString('en')} |`;
const total = (of: ReadonlyMap<string, number>): number => [...of.values()].reduce((sum, each) => sum + each, 0);
const table = [
  `| lines of code | ${BEFORE} | now |`,
  '|---|---|---|',
  ...folders.map((name) => row(`\`${name}/\``, before.get(name), after.get(name))),
  row('in all', total(before), total(after)),
];
const PAGE = 'ARCHITECTURE.md';
writeFileSync(PAGE, placeMarked(readFileSync(PAGE, 'utf8'), 'lines', table.join('\n')));
