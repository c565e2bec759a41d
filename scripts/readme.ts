/**
 * Runs `maskbit check`, keeps what it prints in docs/check.txt, and puts its verdict on the designs into docs/assigned-device.md, and one trace into README.md. `npm run readme`
 * runs it; CI holds both against what it prints there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { codeBlock, placeMarked } from './marked.ts';

const output = execFileSync(process.execPath, ['dist/cli/maskbit.js', 'check'], { encoding: 'utf8' });
process.stdout.write(output);
writeFileSync('docs/check.txt', output);

const paragraphs = output.trimEnd().split('\n\n');
const designs = paragraphs.find((paragraph) => paragraph.startsWith('objection '));
if (designs === undefined) throw new Error('Got a check that prints no table of objections; expected one.');
// What each objection says, below the table, is told in words of the document's own and in docs/check.txt.
const table = designs
  .split('\n')
  .filter((line) => !/^[RS]\d/.test(line) || /^R\d(?:, [RS]\d)? +\w+(?:Step|Inv|Leads|Runs) /.test(line));
const excerpt = [table.join('\n'), paragraphs.at(-1)].join('\n\n');

// The first failure of the posted design, as far as its verdict.
const { stdout } = spawnSync(process.execPath, ['dist/cli/maskbit.js', 'check', '--design', 'posted'], {
  encoding: 'utf8',
});
const [chart] = /^R6: [^]*?^\w+ fails: .*$/m.exec(stdout) ?? [];
if (chart === undefined) throw new Error('Got a posted design without the failure R6; expected one.');

for (const [file, name, shown] of [
  ['docs/assigned-device.md', 'check', excerpt],
  ['README.md', 'design', chart],
]) {
  writeFileSync(file, placeMarked(readFileSync(file, 'utf8'), name, codeBlock('text', shown)));
}
