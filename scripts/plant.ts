/**
 * `npm run plant`: plants each fault of `planted.ts` singly, in a copy, shows what `maskbit check --only RULE` tells first, and writes the table of ARCHITECTURE.md;
 * with `-- WORD` only those with the word in their file or rule, and no table. Exit status: 0 each first message names the rule of the line, 1 one does not.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { placeMarked } from './marked.ts';
import { FAULTS, namesRule, plant } from './planted.ts';

const only = process.argv[2] ?? '';
const rows: string[] = [];
let missed = 0;
for (const fault of FAULTS.filter(({ file, rule }) => `${file} ${rule}`.includes(only))) {
  const { first = 'nothing', seconds } = await plant(fault);
  const isNamed = namesRule(first, fault);
  if (!isNamed) missed++;
  console.log(
    `${isNamed ? 'names' : 'MISSES'} ${fault.rule} after ${seconds.toFixed(1)} s: ${fault.file}: ${fault.fault}`,
  );
  console.log(first.replaceAll(/^/gm, '    '));
  const [head] = first.replace('violated: ', '').split('\n');
  rows.push(
    `| \`${fault.file}\`: ${fault.fault} | ${fault.rule} | ${head.replaceAll('|', '\\|')} | ${seconds.toFixed(0)} |`,
  );
}
if (only === '') {
  const PAGE = 'ARCHITECTURE.md';
  const table = [
    '| one line is changed | its rule, which the first message names | how that begins | seconds |',
    '|---|---|---|---|',
    ...rows,
  ];
  writeFileSync(PAGE, placeMarked(readFileSync(PAGE, 'utf8'), 'planted', table.join('\n')));
}
process.exitCode = missed === 0 ? 0 : 1;
