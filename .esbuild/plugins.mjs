// What is left out of a bundle, because nobody uses it.

/**
 * Of undici only the HTTP/1.1 client: loaded whole it brings fetch, WebSocket, caches and HTTP/2, and half of a poll's
 * start goes into them. The source code imports the public `undici`; what it uses of it is put together here, and
 * every test of the built program holds to it.
 */
export const undiciClient = {
  name: 'undici-client',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]undici[/\\]index\.js$/ }, () => ({
      contents: `
        const Dispatcher = require('./lib/dispatcher/dispatcher.js');
        Dispatcher.prototype.request = require('./lib/api/api-request.js');
        module.exports.Client = require('./lib/dispatcher/client.js');`,
    }));
    onLoad({ filter: /undici[/\\]lib[/\\]dispatcher[/\\]client-h2\.js$/ }, () => ({
      contents: `module.exports = () => { throw new Error('HTTP/2 is not used'); };`,
    }));
  },
};

/**
 * Of the loader of AWS's shared files only the one function that is used. What the package names is a CommonJS file that
 * re-exports all of AWS's configuration, which nothing can be shaken from; its ES modules give it alone.
 */
export const sharedFiles = {
  name: 'shared-files',
  setup({ onLoad }) {
    onLoad({ filter: /@smithy[/\\]shared-ini-file-loader[/\\]dist-cjs[/\\]index\.js$/ }, () => ({
      contents: `export { loadSharedConfigFiles } from '@smithy/core/config';`,
    }));
  },
};

/** Of the client of Prometheus only what writes its format: the rest measures this process, and traces it. */
export const promRegistry = {
  name: 'prom-registry',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]prom-client[/\\]index\.js$/ }, () => ({
      contents: `exports.Registry = require('./lib/registry.js');`,
    }));
  },
};

/** The HTML report has a file of its own, so that nobody else's start has to read it. */
export const pageOutside = {
  name: 'page-outside',
  setup({ onResolve }) {
    onResolve({ filter: /[/\\]page[/\\]html\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './page.js', external: true } : null,
    );
  },
};
