/**
 * Lists the lines of src/ that no generated path, no property and no replay reaches, and shows that each has a test of its
 * own. `npm run coverage` runs it; it fails when a line is reached by no test at all.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';

const GENERATED = [
  'conformance/paths',
  'conformance/lockstep',
  'conformance/random/random',
  'conformance/replay',
  'conformance/assigned',
  'conformance/replay-assigned',
];
const BY_HAND = [
  ...['src/msix-function', 'src/calls-out', 'src/save', 'src/registers', 'project/hammer'],
  ...['src/abi', 'src/bus', 'src/kernel', 'src/assigned-device', 'src/assigned-posted'],
];

interface FileCoverage {
  readonly path: string;
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>;
  readonly s: Readonly<Record<string, number>>;
}

/** Runs suites and returns the lines of src/ with statements that they do not reach: "src/function/layout.ts:12". */
function unreachedBy(suites: readonly string[]): string[] {
  const folder = 'coverage';
  const files = suites.map((name) => `test/${name}.test.ts`);
  const reports = ['--coverage', '--coverage.reporter=json', `--coverage.reportsDirectory=${folder}`];
  const { status, stdout } = spawnSync('npx', ['vitest', 'run', '--reporter=dot', ...reports, ...files], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Got failing suites; expected ${suites.join(', ')} to pass.\n${stdout}`);
  const report = JSON.parse(readFileSync(resolve(folder, 'coverage-final.json'), 'utf8')) as Record<
    string,
    FileCoverage
  >;
  rmSync(folder, { recursive: true });
  const lines = Object.values(report).flatMap(({ path, statementMap, s }) =>
    Object.entries(statementMap)
      .filter(([statement]) => s[statement] === 0)
      .map(([, { start }]) => `${relative('.', path)}:${start.line}`),
  );
  return [...new Set(lines)];
}

const generated = unreachedBy(GENERATED);
process.stdout.write(`Not reached by ${GENERATED.join(', ')}: ${generated.length} lines.\n`);
for (const place of generated) {
  const [path, line] = place.split(':');
  process.stdout.write(`  ${place}  ${readFileSync(path, 'utf8').split('\n')[Number(line) - 1].trim()}\n`);
}
const left = unreachedBy([...GENERATED, ...BY_HAND]);
process.stdout.write(`Not reached by ${BY_HAND.join(', ')} either: ${left.length === 0 ? 'none' : left.join(', ')}.\n`);
process.exitCode = left.length === 0 ? 0 : 1;
