/**
 * Makes one file of the library in a built package: `tsx scripts/library.ts dist`. Node finds, reads and compiles every file of an import by itself, and
 * thirty of them took five times as long as one. Comments stand in the types, which stay as they are; so do the registers, which other parts import.
 *
 * By Rolldown, which leaves a `const` what it is. A bundler that makes a `var` of each takes from V8 that it is constant: half as long again for an access.
 *
 * V8 reads all of the text at an import, so it is short: no layout, short names of what is local, statements put together. Functions, classes and what
 * belongs to objects keep their names, with a number where several files have the same: a stack trace reads as the sources do. One character that is not ASCII would double the width of all others. The comments that stay say what a
 * bundler may leave out.
 */
import { readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const [folder] = process.argv.slice(2);
// As the bundler has it.
const library = realpathSync(resolve(folder, 'src'));
const entry = join(library, 'index.js');

/**
 * Works out of `abi` what an import would. It becomes a plain object: a bundler makes a namespace of getters, each a function, which cost a twelfth of an
 * import. An ioctl number becomes what it is.
 */
async function plainAbi(): Promise<Plugin> {
  const file = join(library, 'kernel/abi.js');
  const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const names = Object.keys(exported).join();
  const ioctl = /(?<=^export const (\w+) = )ioctlNumber\(.*\)(?=;$)/gm;
  const namespace = /^export \* as abi from (.*);$/m;
  const object = `Object.freeze({ __proto__: null, ${names} })`;
  return {
    name: 'plain abi',
    transform(code, id) {
      if (id === file) return code.replace(ioctl, (_, name: string) => String(exported[name]));
      if (id !== entry) return undefined;
      return code.replace(namespace, `import { ${names} } from $1; export const abi = /* @__PURE__ */ ${object};`);
    },
  };
}

const bundle = await rolldown({ input: entry, platform: 'node', plugins: [await plainAbi()] });
const keepNames = { function: true, class: true } as const;
const { output } = await bundle.generate({
  format: 'esm',
  comments: { annotation: true, jsdoc: false, legal: false },
  minify: { compress: { keepNames }, mangle: { toplevel: true, keepNames }, codegen: { asciiOnly: true } },
});
await bundle.close();
const [{ code }] = output;
if (/ioctlNumber/.test(code) || !/freeze\(\{__proto__:null,/.test(code))
  throw new Error(
    `${entry}: got an ioctl number that is worked out by an import, or abi as a namespace; expected neither.`,
  );
writeFileSync(entry, code);
const stays = new Set(['index.js', 'registers.js']);
for (const name of readdirSync(library, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js') && !stays.has(name)) rmSync(join(library, name));
}
