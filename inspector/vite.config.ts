/**
 * How the page is built: `npm run build:page`, or `npm run dev:page` while it is worked on.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { libraryTitles } from './decider/library.ts';
import { shippedLayouts } from './layouts.ts';

/** Lays out the charts that the page offers, and lists its traces, while it is built, so that nobody waits for either. */
const shipped: Plugin = {
  name: 'maskbit:shipped',
  apply: 'build',
  async generateBundle() {
    const layouts = await shippedLayouts();
    const emit = (fileName: string, source: unknown): void => {
      this.emitFile({ type: 'asset', fileName, source: JSON.stringify(source) });
    };
    emit('layouts/keys.json', Object.keys(layouts));
    for (const [key, layout] of Object.entries(layouts)) emit(`layouts/${key}.json`, layout);
    emit('library.json', libraryTitles());
  },
};

/**
 * Threads share their modules with the page: most of what they need is there already. A worker would be bundled by itself, and have everything
 * twice.
 */
const THREADS = [
  { by: '/page/decider.ts', of: 'decider/worker.ts', name: 'decider' },
  // The server knows it by this name, for it may compile WebAssembly.
  { by: '/page/module.ts', of: 'module/worker.ts', name: 'module-thread' },
] as const;
const isOfThread = (file: string): boolean => THREADS.some(({ name }) => file.includes(`/${name}-`));
const threads: Plugin = {
  name: 'maskbit:threads',
  apply: 'build',
  enforce: 'pre',
  transform(code, id) {
    const thread = THREADS.find(({ by }) => id.endsWith(by));
    if (thread === undefined) return;
    const file = fileURLToPath(new URL(thread.of, import.meta.url));
    const reference = this.emitFile({ type: 'chunk', id: file, name: thread.name });
    return code.replace(`new URL('../${thread.of}', import.meta.url)`, `import.meta.ROLLUP_FILE_URL_${reference}`);
  },
};

export default defineConfig({
  root: 'inspector/page',
  base: './',
  plugins: [threads, shipped],
  resolve: {
    alias: [
      { find: /^.*\/compile\/expand\.ts$/, replacement: fileURLToPath(new URL('page/expand.ts', import.meta.url)) },
      { find: /^\.\/sifted-steps\.ts$/, replacement: fileURLToPath(new URL('page/sifted-steps.ts', import.meta.url)) },
    ],
  },
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // What is fetched from files must be files: the strict policy of the page has no room for data: URLs of scripts.
    assetsInlineLimit: 0,
    // The licences of all that is bundled, for they ask to go where it goes.
    license: { fileName: 'licenses.md' },
    modulePreload: {
      polyfill: false,
      // A thread has no document to put links into: what it imports later, it fetches by itself.
      resolveDependencies: (_file, dependencies, { hostId }) => (isOfThread(hostId) ? [] : dependencies),
    },
  },
  server: { fs: { allow: ['../..'] } },
});
