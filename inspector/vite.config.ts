/**
 * How the page is built: `npm run build:page`, or `npm run dev:page` while it is worked on.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'inspector/page',
  base: './',
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
