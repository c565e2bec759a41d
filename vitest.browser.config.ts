import { defineConfig } from 'vitest/config';

// One browser at a time, and one page after the other: what is measured here is what a reader waits for.
export default defineConfig({
  test: {
    include: ['test/inspector/browser/**/*.test.ts'],
    pool: 'threads',
    fileParallelism: false,
    // What a page says is waited for, however busy the machine is; it fails with what was got and what was expected.
    expect: { poll: { timeout: 20_000, interval: 50 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
