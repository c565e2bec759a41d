/**
 * Runs the direct tests of `src`, and the simulator, for Stryker, in one process that loads them once. A mutant is switched on, the tests that reach it are called,
 * quick ones first, until one fails. A test that failed must pass again without the mutant: where it does not, what an earlier mutant left behind
 * has failed it, and everything is loaded anew and the mutant run again.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MutantCoverage } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { build } from 'esbuild';
import type { Noted, noted } from './quick-vitest.ts';

/** The mutants are held against the tests of these folders. */
const FOLDERS = ['test/src', 'test/simulator'];
/** Tests that take seconds are asked about the files that need them, and no others. */
const SLOW: Readonly<Record<string, readonly string[]>> = {
  'a damaged save of the design': [],
  'told for i386, too': ['structs.ts', 'abi.ts'],
  'what the compiler makes of them': ['structs.ts', 'abi.ts'],
  'tell, answer and look as the reference does': ['assigned-device.ts', 'monitor.ts', 'two-tables.ts'],
};
/** What these files work out once is kept: a mutant of theirs shows where all is loaded anew, and to whichever test asks first. */
const KEEPING: readonly string[] = ['structs.ts', 'abi.ts'];
/** Whether a test is quick, or some of the files whose mutants are run need it. */
function isWorthIt({ id }: Noted): boolean {
  const files = Object.entries(SLOW).find(([name]) => id.includes(name))?.[1];
  return files === undefined || files.some((file) => (process.env['MUTATED'] ?? '').includes(`/${file}`));
}

/** The simulator does fewer histories than in its own test: who survives a few survives them all, mostly. */
process.env['SIMULATED_RUNS'] ??= '40';

/** What the instrumented source reads and writes. */
interface Stryker {
  activeMutant?: string;
  currentTestId?: string;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: MutantCoverage;
}

const NAMESPACE = '__stryker__';
const stryker: Stryker = ((globalThis as unknown as Record<string, Stryker | undefined>)[NAMESPACE] ??= {});

/** What is reached while the files load, and by a test as well, needs no loading to be tried. */
function withoutHybrids(coverage: MutantCoverage | undefined): MutantCoverage | undefined {
  if (coverage === undefined) return undefined;
  const byTests = new Set(Object.values(coverage.perTest).flatMap((reached) => Object.keys(reached)));
  const alone = Object.entries(coverage.static).filter(([mutant]) => !byTests.has(mutant));
  return { ...coverage, static: Object.fromEntries(alone) };
}

class QuickRunner implements TestRunner {
  static inject = [] as const;
  private folder = '';
  private suite: typeof noted = { tests: [], before: [], after: [] };
  private readonly time = new Map<string, number>();
  private loads = 0;

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    this.folder = mkdtempSync(resolve('quick-'));
    const tests = FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => `./${folder}/${name}`)).filter((name) =>
      name.endsWith('.test.ts'),
    );
    await build({
      stdin: {
        contents: [...tests.map((file) => `import '${file}';`), `export { noted } from 'vitest';`].join('\n'),
        resolveDir: process.cwd(),
      },
      alias: { vitest: resolve('test/mutation/quick-vitest.ts') },
      outfile: join(this.folder, 'tests.mjs'),
      absWorkingDir: process.cwd(),
      // package.json says that our files have no side effects; test files have.
      ignoreAnnotations: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'error',
    });
  }

  async dispose(): Promise<void> {
    await this.unload();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Cleans up behind what was loaded, once: where loading fails after it, there is nothing left to clean up. */
  private async unload(): Promise<void> {
    for (const run of this.suite.after.splice(0)) await run();
  }

  /** Loads everything anew: tests and source have forgotten what happened before. */
  private async load(): Promise<void> {
    const { activeMutant } = stryker;
    stryker.activeMutant = undefined;
    await this.unload();
    stryker.activeMutant = activeMutant;
    const url = pathToFileURL(resolve(this.folder, 'tests.mjs'));
    url.search = String(this.loads++);
    const { tests, ...hooks } = ((await import(url.href)) as { noted: typeof noted }).noted;
    this.suite = { ...hooks, tests: tests.filter(isWorthIt) };
    stryker.activeMutant = undefined;
    for (const run of this.suite.before) await run();
    stryker.activeMutant = activeMutant;
  }

  private async one({ id, run }: Noted): Promise<TestResult> {
    const start = performance.now();
    const told = (): { id: string; name: string; timeSpentMs: number } => {
      return { id, name: id, timeSpentMs: performance.now() - start };
    };
    try {
      await run();
      return { ...told(), status: TestStatus.Success };
    } catch (error) {
      return { ...told(), status: TestStatus.Failed, failureMessage: String(error) };
    }
  }

  /** Which tests are quick. */
  private async learn(): Promise<void> {
    await this.load();
    for (const noted of this.suite.tests) this.time.set(noted.id, (await this.one(noted)).timeSpentMs);
  }

  /** Twice: as the files have them, and as mutants will meet them. A test that depends on the order of the others shows here. */
  async dryRun(): Promise<DryRunResult> {
    stryker.activeMutant = undefined;
    await this.load();
    const tests: TestResult[] = [];
    for (const noted of this.suite.tests) {
      stryker.currentTestId = noted.id;
      tests.push(await this.one(noted));
    }
    stryker.currentTestId = undefined;
    const mutantCoverage = withoutHybrids(stryker.mutantCoverage);
    for (const { id, timeSpentMs } of tests) this.time.set(id, timeSpentMs);
    const fickle: string[] = [];
    for (const noted of this.quickFirst()) {
      const again = await this.one(noted);
      if (again.status === TestStatus.Failed) fickle.push(`${noted.id}: ${again.failureMessage}`);
    }
    if (fickle.length > 0)
      return { status: DryRunStatus.Error, errorMessage: `These fail in another order:\n${fickle.join('\n')}` };
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  private quickFirst(): Noted[] {
    const { time } = this;
    return this.suite.tests.toSorted((one, other) => (time.get(one.id) ?? 0) - (time.get(other.id) ?? 0));
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, testFilter, mutantActivation, sandboxFileName } = options;
    const keeps = KEEPING.some((file) => sandboxFileName.endsWith(`/${file}`));
    const isStatic = keeps || mutantActivation === 'static';
    const wanted = keeps ? undefined : testFilter && new Set(testFilter);
    const isSlow = ({ id }: Noted): boolean =>
      Object.entries(SLOW).some(
        ([name, files]) => id.includes(name) && !files.some((file) => sandboxFileName.endsWith(`/${file}`)),
      );
    stryker.activeMutant = undefined;
    if (this.loads === 0) await this.learn();
    let isFresh = false;
    for (;;) {
      stryker.hitCount = 0;
      stryker.hitLimit = hitLimit;
      stryker.activeMutant = activeMutant.id;
      const tests: TestResult[] = [];
      try {
        if (isStatic) await this.load();
      } catch (error) {
        const failed = { status: TestStatus.Failed, failureMessage: String(error) } as const;
        tests.push({ ...failed, id: 'load', name: 'load', timeSpentMs: 0 });
      }
      let last: Noted | undefined;
      for (const noted of tests.length > 0 ? [] : this.quickFirst()) {
        if ((wanted && !wanted.has(noted.id)) || isSlow(noted)) continue;
        last = noted;
        tests.push(await this.one(noted));
        if (tests.at(-1)!.status === TestStatus.Failed) break;
      }
      const limit = determineHitLimitReached(stryker.hitCount, hitLimit);
      stryker.activeMutant = undefined;
      stryker.hitCount = undefined;
      if (isStatic) await this.load();
      const result = toMutantRunResult(limit ?? { status: DryRunStatus.Complete, tests });
      if (isStatic || isFresh || tests.at(-1)?.status !== TestStatus.Failed || last === undefined) return result;
      if ((await this.one(last)).status === TestStatus.Success) return result;
      await this.load();
      isFresh = true;
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'quick', QuickRunner)];
