import { defineConfig } from 'vite';

/** One page without anything from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/inspector/page',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    target: 'es2024',
  },
});
