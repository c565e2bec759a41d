/**
 * What the library weighs: MsixFunction alone, bundled and packed.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';

/** Bundles what a text imports of the library, made small. */
function bundled(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}

test('MsixFunction alone is less than 6 kB, packed by gzip', () => {
  const alone = bundled("export { MsixFunction } from './src/index.ts';");
  expect(alone).not.toContain('/dev/kvm');
  const bytes = gzipSync(alone, { level: 9 }).length;
  expect(bytes).toBeGreaterThan(2000);
  expect(bytes).toBeLessThan(6000);
});
