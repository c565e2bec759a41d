/**
 * Puts what a bench prints into the documents that show it: `npm run speed`, for the bench of the checker, or with another's
 * name, such as `states`; of accesses, the ratios of one of them into README.md. Only on a quiet machine is it worth reading.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { codeBlock, placeMarked, placeWords } from './marked.ts';

const [name = 'checker'] = process.argv.slice(2);
const output = execFileSync(process.execPath, [`dist/bench/${name}.js`], { encoding: 'utf8' });
for (const file of ['docs/speed.md', 'checker/README.md']) {
  const text = readFileSync(file, 'utf8');
  if (text.includes(`<!-- ${name}: begin`)) writeFileSync(file, placeMarked(text, name, codeBlock('text', output)));
}

if (name === 'accesses') {
  const [, limit, kit] = /^write a Mask Bit, read it back +64 .* ([\d.]+) +([\d.]+) +\d+$/m.exec(output) ?? [];
  if (limit === undefined) throw new Error('Got a table without the pair of 64 vectors; expected one.');
  const words = `${limit} times as long as with a bare array of words, and ${kit} times as long as with a kit in C`;
  writeFileSync('README.md', placeWords(readFileSync('README.md', 'utf8'), 'pair', words));
}
