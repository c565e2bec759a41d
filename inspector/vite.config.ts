/**
 * How the page is built: `npm run build:page`, or `npm run dev:page` while it is worked on.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { shippedLayouts } from './layouts.ts';

/** Lays out the charts that the page offers while it is built, so that nobody waits for it. */
const layouts: Plugin = {
  name: 'maskbit:layouts',
  apply: 'build',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'layouts.json', source: await shippedLayouts() });
  },
};

export default defineConfig({
  root: 'inspector/page',
  base: './',
  plugins: [layouts],
  // The decider's thread is a module, as the page is.
  worker: { format: 'es' },
  resolve: {
    alias: [
      { find: /^.*\/compile\/expand\.ts$/, replacement: fileURLToPath(new URL('page/expand.ts', import.meta.url)) },
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
    modulePreload: { polyfill: false },
  },
  server: { fs: { allow: ['../..'] } },
});
