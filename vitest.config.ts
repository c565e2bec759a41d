import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those in a browser need the page to be built, and Chromium: `npm run test:browser`.
    exclude: ['test/inspector/browser/**'],
    // The generated suites are many small tests of pure code: one process and no isolation is what makes them fast.
    pool: 'threads',
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['src/**'], reporter: ['text'] },
  },
});
