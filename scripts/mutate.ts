/**
 * Mutants of the implementation, by Stryker: `npm run mutate -- src/kernel/table.ts ...` runs them and pins what came of them in
 * `test/mutation/pinned.json`, to the hash of each source; without a name, all files that are pinned. `--check` runs nothing but a look
 * at the hashes; `--sample` runs those of a few lines again, which SEED or the day picks. It takes minutes a file. Exit status: 0 pinned or up to date, 1 a hash is stale or a survivor has no reason, 2 usage.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What came of the mutants of one file. */
interface Pinned {
  /** SHA-256 of the source. */
  readonly hash: string;
  readonly mutants: number;
  readonly killed: number;
  /** Each survivor: the line as it is, what it was changed to, and how often. */
  readonly survivors: readonly string[];
}

/** As Stryker reports it. */
interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly status: string;
          readonly mutatorName: string;
          readonly replacement?: string;
          readonly location: { readonly start: { readonly line: number; readonly column: number } };
        }[];
      }
    >
  >;
}

/** How many lines a sample has: the mutants of them take less than a minute. */
const SAMPLE_LINES = 25;
const PINNED = 'test/mutation/pinned.json';
const REPORT = 'reports/mutation.json';
/** Outcomes that tell a mutant from the source. */
const TOLD = new Set(['Killed', 'Timeout', 'CompileError', 'RuntimeError']);

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}

const pinned: Record<string, Pinned> = existsSync(PINNED)
  ? (JSON.parse(readFileSync(PINNED, 'utf8')) as Record<string, Pinned>)
  : {};
const names = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const wrong = names.find((name) => !existsSync(name));
if (wrong !== undefined) {
  console.error(`mutate: got ${wrong}, which is no file; expected files under src.`);
  process.exit(2);
}
if (process.argv.includes('--check')) {
  const stale = Object.keys(pinned).filter((file) => !existsSync(file) || hashOf(file) !== pinned[file].hash);
  for (const file of stale)
    console.error(`${file}: its mutants were run on another source; run npm run mutate -- ${file}.`);
  process.exit(stale.length === 0 ? 0 : 1);
}

/** Runs the mutants of files, or of ranges of lines in them, and says what came of them. */
function run(patterns: readonly string[]): Record<string, Pinned> {
  const command = ['stryker', 'run', 'stryker.config.mjs', '--mutate', patterns.join(',')];
  const { status } = spawnSync('npx', command, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  const report = JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
  const results: Record<string, Pinned> = {};
  for (const [file, { mutants, source }] of Object.entries(report.files)) {
    const lines = source.split('\n');
    const left = mutants.filter((mutant) => !TOLD.has(mutant.status));
    const survivors = left.map(({ location: { start }, mutatorName, replacement = '' }) => {
      return `${start.line}: ${lines[start.line - 1].trim()} -> ${mutatorName} ${replacement.replaceAll(/\s+/g, ' ')}`;
    });
    results[file] = { hash: hashOf(file), mutants: mutants.length, killed: mutants.length - left.length, survivors };
    console.log(`${file}: ${((100 * results[file].killed) / mutants.length).toFixed(1)} % of ${mutants.length}`);
  }
  return results;
}

/** Runs the mutants of a few lines again, which a seed picks: none may survive that is not pinned. */
function sample(seed: number): never {
  const all = Object.keys(pinned);
  if (all.length === 0) {
    console.log('No file is pinned yet; there is nothing to sample.');
    process.exit(0);
  }
  const file = all[seed % all.length];
  const lines = readFileSync(file, 'utf8').split('\n').length;
  const first = 1 + ((seed * 7919) % Math.max(1, lines - SAMPLE_LINES));
  console.log(`Runs the mutants of lines ${first} to ${first + SAMPLE_LINES} of ${file} again, by seed ${seed}.`);
  const found = run([`${file}:${first}-${first + SAMPLE_LINES}`])[file]?.survivors ?? [];
  const strangers = found.filter((survivor) => !pinned[file].survivors.includes(survivor));
  for (const stranger of strangers)
    console.error(`${file}: got the survivor ${stranger}; expected one that is pinned.`);
  process.exit(strangers.length === 0 ? 0 : 1);
}

if (process.argv.includes('--sample')) sample(Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000)));
const files = names.length > 0 ? names : Object.keys(pinned);
console.log(`Runs the mutants of ${files.length} files, which takes minutes each.`);
Object.assign(pinned, run(files));
writeFileSync(`${PINNED}.new`, `${JSON.stringify(pinned, null, 2)}\n`);
renameSync(`${PINNED}.new`, PINNED);
