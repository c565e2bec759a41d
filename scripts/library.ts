/**
 * Makes one file of the library in a built package: `tsx scripts/library.ts dist`. Node finds, reads and compiles every file of an import by itself, and
 * thirty of them took five times as long as one. Comments stand in the types, which stay as they are; so do the registers, which other parts import.
 *
 * By Rolldown, which leaves a `const` what it is. A bundler that makes a `var` of each takes from V8 that it is constant: half as long again for an access.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const [folder] = process.argv.slice(2);
const library = join(folder, 'src');
const entry = join(library, 'index.js');
const bundle = await rolldown({ input: entry, platform: 'node' });
// Layout is left out, which an import would read for nothing; names and code stay as they are.
const minify = { compress: false, mangle: false, codegen: true } as const;
const { output } = await bundle.generate({ format: 'esm', comments: false, minify });
await bundle.close();
writeFileSync(entry, output[0].code);
const stays = new Set(['index.js', 'registers.js']);
for (const name of readdirSync(library, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js') && !stays.has(name)) rmSync(join(library, name));
}
