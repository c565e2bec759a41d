/**
 * What stands in for `vitest` while mutants run: `describe`, `test` and the hooks note what there is, and `expect` is vitest's own. So a test is a
 * function that the runner can call by itself, within a millisecond, where vitest takes most of a second to begin.
 */
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

type Body = (...given: readonly unknown[]) => unknown;

/** A test by its name, which no other has. */
export interface Noted {
  readonly id: string;
  readonly run: () => unknown;
}

/** All that the files have noted. */
export const noted = {
  tests: [] as Noted[],
  before: [] as (() => unknown)[],
  after: [] as (() => unknown)[],
};

const path: string[] = [];

function note(name: string, run: () => unknown): void {
  noted.tests.push({ id: `${noted.tests.length} ${[...path, name].join(' > ')}`, run });
}

/** `name` with `%s` and `$field` left as they are: the number in front tells the rows apart. */
function each(rows: readonly unknown[], take: (name: string, body: () => unknown) => void) {
  return (name: string, body: Body): void => {
    for (const row of rows) take(name, () => (Array.isArray(row) ? body(...(row as unknown[])) : body(row)));
  };
}

export const test = Object.assign((name: string, run: () => unknown) => note(name, run), {
  each: (rows: readonly unknown[]) => each(rows, note),
});

function group(name: string, body: () => unknown): void {
  path.push(name);
  body();
  path.pop();
}

export const describe = Object.assign(group, {
  each: (rows: readonly unknown[]) => each(rows, group),
  skipIf: (isSkipped: boolean) => (isSkipped ? () => {} : group),
});

export const beforeAll = (run: () => unknown): number => noted.before.push(run);
export const afterAll = (run: () => unknown): number => noted.after.push(run);
export const expect = Object.assign((got: unknown, message?: string) => chai.expect(got, message), chai.expect);
