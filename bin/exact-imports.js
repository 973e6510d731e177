// How relative imports find their files. A seventh of the time until a server is ready went into this.
import module from 'node:module';

/**
 * A relative import names its file exactly, so its address is all there is to find. By itself Node looks for each at
 * each place that imports it whether the file is there, what its real path is and which package it belongs to.
 */
export function resolveExactly() {
  module.registerHooks({
    resolve(specifier, context, next) {
      const { parentURL, conditions } = context;
      if (parentURL === undefined || !specifier.startsWith('.') || !conditions.includes('import'))
        return next(specifier, context);
      if (isEveryLanguage(specifier, parentURL))
        return { url: NOTHING, format: 'module', shortCircuit: true };
      const format = formats.find(([ending]) => specifier.endsWith(ending));
      if (format === undefined) return next(specifier, context);
      const { href } = new URL(specifier, parentURL);
      return { url: href, format: format[1], shortCircuit: true };
    },
  });
}

/** What a file is by its ending; of `.js` its package says it, and Node looks when it loads it. */
const formats = /** @type {const} */ ([
  ['.ts', 'module-typescript'],
  ['.js', undefined],
  ['.mjs', 'module'],
]);

const NOTHING = 'data:text/javascript,';

/** zod brings its messages in sixty languages, one file each, and English once more: only that is used. */
const isEveryLanguage = (/** @type {string} */ specifier, /** @type {string} */ parentURL) =>
  specifier === '../locales/index.js' && parentURL.includes('/node_modules/zod/');
