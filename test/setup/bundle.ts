/**
 * What a user's bundler makes of what is imported of the library.
 */
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

/** Bundles a text with all that it imports, made small. */
export function bundled(contents: string, resolveDir: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}

/** How many bytes a text is when it is packed. */
export const packedBytes = (text: string): number => gzipSync(text, { level: 9 }).length;
