// Plugins of esbuild that exclude code from the bundles.

/**
 * Bundles only the HTTP/1.1 client of undici. With the rest (fetch, WebSocket, caches, HTTP/2), a poll takes
 * twice as long to start. The source imports `undici`; this plugin replaces the package by the parts that are
 * used.
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
 * Bundles only `loadSharedConfigFiles` of AWS's loader. Its CommonJS file re-exports all of AWS's
 * configuration, and esbuild cannot remove unused parts of CommonJS. It can remove them from the ES modules
 * of `@smithy/core`.
 */
export const sharedFiles = {
  name: 'shared-files',
  setup({ onLoad }) {
    onLoad({ filter: /@smithy[/\\]shared-ini-file-loader[/\\]dist-cjs[/\\]index\.js$/ }, () => ({
      contents: `export { loadSharedConfigFiles } from '@smithy/core/config';`,
    }));
  },
};

/** Bundles only the writer of the Prometheus format. The rest of prom-client measures its own process. */
export const promRegistry = {
  name: 'prom-registry',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]prom-client[/\\]index\.js$/ }, () => ({
      contents: `exports.Registry = require('./lib/registry.js');`,
    }));
  },
};

/** Keeps the HTML report in a separate file, which is read only when a report is written. */
export const separatePage = {
  name: 'separate-page',
  setup({ onResolve }) {
    onResolve({ filter: /[/\\]page[/\\]html\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './page.js', external: true } : null,
    );
  },
};
