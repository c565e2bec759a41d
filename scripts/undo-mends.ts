/**
 * Undoes each mend singly, in a copy, and shows that it is found: one of the library by the simulator within the minute that it has in CI, one of
 * the checker by the random machines. `npm run undo-mends -- WORD` undoes those with a word in their name. Exit status: 0 all found, 1 one is not.
 */
import { spawnSync } from 'node:child_process';
import { inChangedCopy } from './copy.ts';
import { CHECKER, LIBRARY, type Mend } from './mends.ts';

/** What a copy needs, what is run there, and what is said when it has found something. */
interface Finder {
  readonly folders: readonly string[];
  readonly command: readonly string[];
  readonly found: RegExp;
}

const SIMULATOR: Finder = {
  folders: ['src', 'test/simulator', 'scripts'],
  command: ['tsx', 'scripts/simulate.ts', '--seconds', '60'],
  found: /a difference, from seed \d+, after \d+ histories/,
};
const RANDOM_MACHINES: Finder = {
  folders: ['checker', 'machines', 'spec', 'src', 'properties', 'test/checker', 'test/setup', 'vitest.config.ts'],
  command: ['vitest', 'run', '--project', 'random', 'test/checker/random/compile.test.ts'],
  found: /The machine of seed \d+ differs: [^\n]{0,80}|(?:Range|Type|Argument)Error: [^\n]{0,80}/,
};

/** Whether a mend is missed when it is undone. */
function isMissed({ name, file, mended, undone }: Mend, { folders, command, found }: Finder): Promise<boolean> {
  return inChangedCopy(folders, { file, before: mended, after: undone }, (cwd) => {
    const begin = performance.now();
    // Without colours, which would stand between the words that are looked for.
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const { status, stdout, stderr } = spawnSync('npx', command, { cwd, encoding: 'utf8', env });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const how = status === 1 ? found.exec(stdout + stderr)?.[0] : undefined;
    if (how === undefined)
      console.log(`MISSED (status ${status}) after ${seconds} s: without "${name}"\n${stdout}${stderr}`.trimEnd());
    else console.log(`found in ${seconds} s: without "${name}": ${how}`);
    return how === undefined;
  });
}

const only = process.argv[2] ?? '';
let missed = 0;
for (const [mends, finder] of [
  [LIBRARY, SIMULATOR],
  [CHECKER, RANDOM_MACHINES],
] as const) {
  for (const mend of mends.filter(({ name }) => name.includes(only))) missed += (await isMissed(mend, finder)) ? 1 : 0;
}
process.exitCode = missed === 0 ? 0 : 1;
