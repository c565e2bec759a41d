/**
 * Mutants of the implementation, by Stryker. `npm run mutate -- src/kernel/table.ts ...` runs those of the files named, or else of all that are not
 * pinned to the hash of their source, and pins each file in `test/mutation/pinned.json` as soon as it is done. `--check` runs none: what is pinned must be
 * of the source as it is, no file may lack, and each survivor must have its reason in `test/mutation/reasons.json`. `--docs` tells the scores in `docs/checked.md`. `--again` runs
 * only those that survived, which is enough after a change of the tests. `--sample` runs those of a few lines again, which SEED or the day picks:
 * whoever survives must be pinned. Exit status: 0 holds, 1 does not, 2 usage.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import type { LogLevel } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { without } from '../conformance/paths/concerned.ts';
import { placeMarked } from './marked.ts';

/** What came of the mutants of one file. */
interface Pinned {
  /** The beginning of the SHA-256 of the source. */
  readonly hash: string;
  readonly mutants: number;
  readonly killed: number;
  /** Each survivor: the line as it is, and what of it was changed to what. */
  readonly survivors: readonly string[];
}

/** The same of a run, with all that were tried, those that are killed too. */
interface Outcome extends Pinned {
  readonly tried: ReadonlySet<string>;
}

/** Why survivors survive: some of one file that have one reason. */
interface Reason {
  readonly file: string;
  readonly why: string;
  readonly survivors: readonly string[];
}

const NONE = { mutants: 0, killed: 0, survivors: [] };
const PINNED = 'test/mutation/pinned.json';
const REASONS = 'test/mutation/reasons.json';
/** Outcomes that tell a mutant from the source. */
const TOLD = new Set(['Killed', 'Timeout', 'RuntimeError']);
/** How many lines in a row a sample takes, and from how many files; and how long one of its mutants may take. So it is done within a minute. */
const SAMPLE_LINES = 8;
const SAMPLE_FILES = 6;
const SAMPLE_TIMEOUT = 5000;
/** Where the scores are told. */
const DOCUMENT = 'docs/checked.md';

function readJson<Content>(file: string, none: Content): Content {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Content) : none;
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}

function complain(...sentences: readonly string[]): void {
  for (const sentence of sentences) console.error(sentence);
  if (sentences.length > 0) process.exitCode = 1;
}

/** Runs the mutants of files, or of ranges of lines in them, and says what came of them. */
async function run(patterns: readonly string[], timeoutMS = 30_000): Promise<Map<string, Outcome>> {
  // The runner leaves slow tests out that none of them needs.
  process.env['MUTATED'] = patterns.join(' ');
  const outcomes = await new Stryker({
    mutate: [...patterns],
    testRunner: 'quick',
    plugins: ['./test/mutation/runner.ts'],
    testRunnerNodeArgs: ['--import', 'tsx'],
    checkerNodeArgs: ['--import', 'tsx'],
    concurrency: Number(process.env['CONCURRENCY'] ?? availableParallelism()),
    coverageAnalysis: 'perTest',
    // Loops without an end are told by how often they go round. Time alone would call a busy machine a killed mutant.
    timeoutMS,
    reporters: [process.stdout.isTTY ? 'progress' : 'dots'],
    logLevel: 'warn' as LogLevel,
    warnings: false,
    tempDirName: '.stryker-tmp',
    ignorePatterns: ['dist', 'examples', 'inspector', 'traces', 'vectors', 'cli', 'bench', 'reports'],
    disableTypeChecks: false,
    allowEmpty: true,
  }).runMutationTest();
  const results = new Map<string, Outcome>();
  for (const file of new Set(outcomes.map((outcome) => outcome.fileName))) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const all = outcomes.filter(({ fileName, status }) => fileName === file && status !== 'Ignored');
    const left = all.filter(({ status }) => !TOLD.has(status));
    const nameOf = ({ location: { start, end }, replacement }: (typeof all)[number]): string => {
      const line = lines[start.line - 1];
      const until = end.line === start.line ? end.column - 1 : line.length;
      return `${line.trim()} | ${line.slice(start.column - 1, until)} -> ${replacement.replaceAll(/\s+/g, ' ')}`;
    };
    results.set(relative(process.cwd(), file), {
      hash: hashOf(file),
      mutants: all.length,
      killed: all.length - left.length,
      survivors: left.map(nameOf).toSorted(),
      tried: new Set(all.map(nameOf)),
    });
  }
  return results;
}

/** Files of `src` that have something to change. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name).replaceAll('\\', '/'))
  .toSorted();
const pinned = readJson<Record<string, Pinned>>(PINNED, {});
const stale = sources.filter((file) => pinned[file]?.hash !== hashOf(file));
const unrun = stale.filter((file) => pinned[file] === undefined);

/** Whether what is pinned is of the source as it is. */
function check(): void {
  const reasons = readJson<readonly Reason[]>(REASONS, []);
  const changed = stale.filter((file) => !unrun.includes(file));
  const gone = Object.keys(pinned).filter((file) => !sources.includes(file));
  complain(
    ...changed.map((file) => `${file}: its mutants were run on another source; run npm run mutate -- ${file}.`),
    ...gone.map((file) => `${file}: got its mutants in ${PINNED}; expected a file of src.`),
  );
  complain(...unrun.map((file) => `${file}: its mutants were never run to their end; run npm run mutate -- ${file}.`));
  let unexplained = 0;
  for (const [file, { survivors }] of Object.entries(pinned)) {
    const explained = reasons.filter((reason) => reason.file === file).flatMap((reason) => reason.survivors);
    // Alike lines have survivors alike, each with its reason.
    const unreasoned = without(survivors, explained);
    unexplained += unreasoned.length;
    complain(...unreasoned.map((survivor) => `${file}: got no reason for ${survivor}; expected one in ${REASONS}.`));
    complain(
      ...without(explained, survivors).map(
        (survivor) => `${file}: got a reason for ${survivor}; expected one of its survivors.`,
      ),
    );
  }
  const all = Object.values(pinned);
  const mutants = all.reduce((sum, one) => sum + one.mutants, 0);
  const killed = all.reduce((sum, one) => sum + one.killed, 0);
  console.log(`${killed} of ${mutants} mutants in ${all.length} files are found, ${percent(killed, mutants)}.`);
  console.log(`${unexplained} of the ${mutants - killed} others have no reason.`);
}

/** Where what was changed stands, which begins with `text` in line `start`: as far as its brackets close. */
function placeOf(lines: readonly string[], start: number, text: string, from: number): string {
  let depth = 0;
  for (let line = start, rest = text; line < lines.length; rest = lines[++line]) {
    for (const each of rest) depth += '([{'.includes(each) ? 1 : ')]}'.includes(each) ? -1 : 0;
    const end = line === start ? from + text.length : lines[line].length;
    if (depth <= 0) return `${start + 1}:${from}-${line + 1}:${end}`;
  }
  return `${start + 1}:${from}-${start + 1}:${from + text.length}`;
}

/** Where a survivor stands: in each line that reads as its own, each text that reads as what was changed. */
function placesOf(lines: readonly string[], survivor: string): string[] {
  return [...lines.entries()].flatMap(([index, line]) => {
    const own = `${line.trim()} | `;
    if (!survivor.startsWith(own)) return [];
    const text = survivor.slice(own.length, survivor.lastIndexOf(' -> '));
    const places: string[] = [];
    for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + 1))
      places.push(placeOf(lines, index, text, at));
    return places;
  });
}

/** Runs those again that survived, and pins what is left of them. The source is the same, so what was killed stays killed. */
async function again(files: readonly string[]): Promise<void> {
  const ranges = files.flatMap((file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    return [...new Set(pinned[file].survivors.flatMap((survivor) => placesOf(lines, survivor)))].map(
      (place) => `${file}:${place}`,
    );
  });
  console.log(`Runs the survivors of ${files.length} files again, at ${ranges.length} places.`);
  if (ranges.length === 0) return;
  const results = await run(ranges);
  for (const file of files) {
    const before = pinned[file];
    const left = results.get(file)?.survivors ?? [];
    const strangers = left.filter((survivor) => !before.survivors.includes(survivor));
    complain(...strangers.map((stranger) => `${file}: got the survivor ${stranger}; expected one that is pinned.`));
    // What was not found again was not tried, and survives as before.
    const tried = results.get(file)?.tried ?? new Set();
    const known = left.filter((survivor) => !strangers.includes(survivor));
    const survivors = [...before.survivors.filter((survivor) => !tried.has(survivor)), ...known].toSorted();
    pinned[file] = { ...before, killed: before.mutants - survivors.length, survivors };
    console.log(`${file}: ${before.survivors.length} survived, ${survivors.length} do now.`);
  }
  pin();
}

const percent = (killed: number, mutants: number): string =>
  mutants === 0 ? 'none' : `${((100 * killed) / mutants).toFixed(1)} %`;

/** Runs the mutants of a few lines again, which a seed picks: none may survive that is not pinned. */
async function sample(seed: number): Promise<void> {
  // A linear congruential generator is random enough to pick lines.
  let state = seed >>> 0;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const files = Object.keys(pinned);
  const ranges = Array.from({ length: SAMPLE_FILES }, () => {
    const file = files[below(files.length)];
    const first = 1 + below(Math.max(1, readFileSync(file, 'utf8').split('\n').length - SAMPLE_LINES));
    return `${file}:${first}-${first + SAMPLE_LINES}`;
  });
  console.log(`Runs the mutants of these lines again, by seed ${seed}: ${ranges.join(', ')}.`);
  let count = 0;
  for (const [file, found] of await run(ranges, SAMPLE_TIMEOUT)) {
    count += found.mutants;
    const strangers = found.survivors.filter((survivor) => !pinned[file].survivors.includes(survivor));
    complain(...strangers.map((stranger) => `${file}: got the survivor ${stranger}; expected one that is pinned.`));
  }
  console.log(`${count} mutants were run.`);
}

/** Writes the scores into the document. */
function tellScores(): void {
  const reasons = readJson<readonly Reason[]>(REASONS, []);
  const explained = (file: string): number =>
    reasons.filter((reason) => reason.file === file).reduce((sum, reason) => sum + reason.survivors.length, 0);
  const rows = Object.entries(pinned).filter(([, { mutants }]) => mutants > 0);
  const [mutants, killed] = (['mutants', 'killed'] as const).map((key) =>
    rows.reduce((sum, [, one]) => sum + one[key], 0),
  );
  const table = [
    '| file | mutants | found | survivors | of those, with a reason |',
    '|---|---|---|---|---|',
    ...rows.map(
      ([file, one]) =>
        `| \`${file}\` | ${one.mutants} | ${percent(one.killed, one.mutants)} | ${one.survivors.length} | ${explained(file)} |`,
    ),
    `| all of them | ${mutants} | ${percent(killed, mutants)} | ${mutants - killed} | ${rows.reduce((sum, [file]) => sum + explained(file), 0)} |`,
  ];
  writeFileSync(`${DOCUMENT}.new`, placeMarked(readFileSync(DOCUMENT, 'utf8'), 'mutants', table.join('\n')));
  renameSync(`${DOCUMENT}.new`, DOCUMENT);
}

/** Writes what is pinned. */
function pin(): void {
  const sorted = Object.entries(pinned).toSorted(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(`${PINNED}.new`, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  renameSync(`${PINNED}.new`, PINNED);
}

const names = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const wrong = names.find((name) => !sources.includes(name));
if (wrong !== undefined) {
  console.error(`mutate: got ${wrong}; expected a file of src, such as ${sources[0]}.`);
  process.exit(2);
} else if (process.argv.includes('--check')) check();
else if (process.argv.includes('--docs')) tellScores();
else if (process.argv.includes('--forget')) {
  for (const file of Object.keys(pinned)) if (stale.includes(file) || !sources.includes(file)) delete pinned[file];
  pin();
} else if (process.argv.includes('--again')) {
  const files = names.length > 0 ? names : Object.keys(pinned);
  await again(files.filter((file) => !stale.includes(file)));
} else if (process.argv.includes('--sample'))
  await sample(Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000)));
else {
  const files = names.length > 0 ? names : stale;
  console.log(`Runs the mutants of ${files.length} files, which takes up to a minute each.`);
  for (const file of files) {
    const start = Date.now();
    const { hash, mutants, killed, survivors } = (await run([file])).get(file) ?? { ...NONE, hash: hashOf(file) };
    pinned[file] = { hash, mutants, killed, survivors };
    pin();
    console.log(
      `${file}: ${killed} of ${mutants}, ${percent(killed, mutants)}, in ${((Date.now() - start) / 1000).toFixed(0)} s`,
    );
  }
}
