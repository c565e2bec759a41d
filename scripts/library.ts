/**
 * Makes one file of the library in a built package: `tsx scripts/library.ts dist`. Node finds, reads and compiles every file of an import by itself, and
 * thirty of them took five times as long as one. Comments stand in the types, which stay as they are; so do the registers, which other parts import.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';

const [folder] = process.argv.slice(2);
const library = join(folder, 'src');
const entry = join(library, 'index.js');
const bundled = await build({
  entryPoints: [entry],
  write: false,
  bundle: true,
  minifyWhitespace: true,
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
// Printed once more, for whoever reads it: what is lost are the comments.
const { code } = await transform(bundled.outputFiles[0].text, { format: 'esm', target: 'node20' });
writeFileSync(entry, code);
const stays = new Set(['index.js', 'registers.js']);
for (const name of readdirSync(library, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js') && !stays.has(name)) rmSync(join(library, name));
}
