/**
 * Puts what `maskbit check` prints into README.md. `npm run readme` runs it; CI holds the two against each other.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { codeBlock, placeMarked } from './marked.ts';

const output = execFileSync(process.execPath, ['dist/cli/maskbit.js', 'check'], { encoding: 'utf8' });
const text = readFileSync('README.md', 'utf8');
writeFileSync('README.md', placeMarked(text, 'check', codeBlock('text', output)));
