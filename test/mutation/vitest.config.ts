import { defineConfig } from 'vitest/config';

/** The direct tests of `src`, which every mutant is held against. */
export default defineConfig({
  test: {
    include: ['test/src/**/*.test.ts'],
    exclude: ['test/src/abi.test.ts'],
    pool: 'threads',
    isolate: false,
    testTimeout: 20_000,
  },
});
