/**
 * Compiles the command line, file by file, without looking at types: `tsx scripts/compile.ts FOLDER`, which is laid out as `dist` is. It takes seconds, where
 * `npm run build` takes half a minute: that makes the package, with types and the page.
 *
 * By Rolldown, for the reason that `library.ts` has.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const FOLDERS = [
  'spec',
  'src',
  'machines',
  'checker',
  'properties',
  'conformance',
  'cli',
  'inspector/drawing',
  'inspector/server',
];

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .map((name) => join(folder, name));

const [folder] = process.argv.slice(2);
const bundle = await rolldown({
  input: FOLDERS.flatMap(sourcesIn),
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // A package is named by its name, and stays where it is.
  external: /^[^./]/,
});
await bundle.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].js',
  preserveModules: true,
  preserveModulesRoot: '.',
});
await bundle.close();
