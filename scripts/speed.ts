/**
 * Puts what a bench prints into the documents that show it: `npm run speed`, for the bench of the checker, or with another's
 * name, such as `states`. Only on a quiet machine is it worth reading.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { codeBlock, placeMarked } from './marked.ts';

const [name = 'checker'] = process.argv.slice(2);
const output = execFileSync(process.execPath, [`dist/bench/${name}.js`], { encoding: 'utf8' });
for (const file of ['docs/speed.md', 'checker/README.md']) {
  const text = readFileSync(file, 'utf8');
  if (text.includes(`<!-- ${name}: begin`)) writeFileSync(file, placeMarked(text, name, codeBlock('text', output)));
}
