import { defineConfig } from 'vitest/config';
import type { Share } from './test/setup/share.ts';

/** A project, so that a script can run one; whoever names a file needs to know none of them. */
const project = (
  name: string,
  include: readonly string[],
  exclude: readonly string[] = [],
  besides: { globalSetup?: string[]; provide?: { share: Share } } = {},
) => ({
  extends: true as const,
  test: { name, include: [...include], exclude: [...exclude], ...besides },
});

/** What has a step of its own: a newcomer's first hour, real SPIN, proofs of compiled modules; and what needs a browser (`vitest.browser.config.ts`). */
const APART = {
  newcomer: 'test/newcomer/**',
  spin: 'test/checker/promela.test.ts',
  prove: 'test/conformance/prove/**',
};
const BROWSER = 'test/inspector/browser/**';
/**
 * What runs commands, compilers, servers, emulators, makes pages anew from all of the code, or judges whole devices, recorded guests and mutants one
 * by one: four fifths of the seconds, and one test in six.
 */
const LONG = [
  'test/cli/**',
  'test/examples/**',
  'test/inspector/**',
  'test/conformance/{assigned,blocks,places,suite,sweep}.test.ts',
  'test/conformance/{device,generate,judge,record}/**',
  'test/conformance/replay/{cases,edits,explain,faults,logs}.test.ts',
  'test/checker/typescript.test.ts',
  // A thousand random machines, each decided twice.
  'test/checker/symmetric-runs.test.ts',
  'test/project/{api,bench,enumeration,package,pictures}.test.ts',
  'test/properties/{mutants,two-ways}.test.ts',
  // Tens of thousands of calls, of whole suites and replays too.
  'test/nonsense/**',
  // Thousands of damaged saves.
  'test/src/assigned-restore.test.ts',
];
/** Thousands of random machines. Among the quick tests a tenth of them: `test/setup/share.ts`. */
const RANDOM = 'test/checker/random/**';
const tests = (folders: readonly string[]): string[] =>
  folders.map((path) => (path.endsWith('/**') ? `${path}/*.test.ts` : path));

export default defineConfig({
  test: {
    // The generated suites are many small tests of pure code: one process and no isolation is what makes them fast.
    pool: 'threads',
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['src/**'], reporter: ['text'] },
    projects: [
      project('quick', ['test/**/*.test.ts'], [...LONG, ...Object.values(APART), BROWSER], {
        provide: { share: 'a tenth' },
      }),
      project('long', tests(LONG), [BROWSER], { globalSetup: ['test/setup/compiled.ts'] }),
      project('random', tests([RANDOM]), [], { provide: { share: 'all' } }),
      ...Object.entries(APART).map(([name, path]) => project(name, tests([path]))),
    ],
  },
});
