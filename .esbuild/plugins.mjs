// Plugins of esbuild that exclude unused parts of packages from the bundles.

/**
 * Bundles only the HTTP/1.1 client of undici. With fetch, WebSocket, caches and HTTP/2, the start of a poll takes twice as
 * long. The source code imports the public `undici`; this plugin replaces the package by the parts that are used.
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
 * Bundles one function of the loader of AWS's shared files. The package's CommonJS file re-exports all of AWS's
 * configuration, and esbuild cannot remove unused parts of CommonJS. The ES modules contain the function alone.
 */
export const sharedFiles = {
  name: 'shared-files',
  setup({ onLoad }) {
    onLoad({ filter: /@smithy[/\\]shared-ini-file-loader[/\\]dist-cjs[/\\]index\.js$/ }, () => ({
      contents: `export { loadSharedConfigFiles } from '@smithy/core/config';`,
    }));
  },
};

/** Bundles only the writer of the Prometheus format. The rest of prom-client measures and traces this process. */
export const promRegistry = {
  name: 'prom-registry',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]prom-client[/\\]index\.js$/ }, () => ({
      contents: `exports.Registry = require('./lib/registry.js');`,
    }));
  },
};

/** Keeps the HTML report in a separate file, so that other starts do not have to read it. */
export const pageOutside = {
  name: 'page-outside',
  setup({ onResolve }) {
    onResolve({ filter: /[/\\]page[/\\]html\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './page.js', external: true } : null,
    );
  },
};
