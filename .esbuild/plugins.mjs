// Plugins of esbuild that exclude code from the bundles, or delay its loading.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Bundles only the HTTP/1.1 client of undici and its `dispatch`. With the rest (request, fetch, WebSocket,
 * caches, HTTP/2), a poll takes twice as long to start. The source imports `undici`; this plugin replaces the
 * package by the parts that are used.
 */
export const undiciClient = {
  name: 'undici-client',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /node_modules[/\\]undici[/\\]index\.js$/ }, () => ({
      contents: `module.exports.Client = require('./lib/dispatcher/client.js');`,
    }));
    onLoad({ filter: /undici[/\\]lib[/\\]dispatcher[/\\]client-h2\.js$/ }, () => ({
      contents: `module.exports = () => { throw new Error('HTTP/2 is not used'); };`,
    }));
    // The client uses three of these tables. Computing all tables takes a millisecond.
    onLoad({ filter: /undici[/\\]lib[/\\]llhttp[/\\]constants\.js$/ }, ({ path }) => {
      const user = readFileSync(join(dirname(path), '..', 'dispatcher', 'client-h1.js'), 'utf8');
      const names = new Set(Array.from(user.matchAll(/\bconstants\.([A-Z]\w*)/g), ([, name]) => name));
      const tables = Object.fromEntries([...names].map((name) => [name, require(path)[name]]));
      return { contents: `module.exports = ${JSON.stringify(tables)};` };
    });
    // Our requests have no body.
    onLoad({ filter: /undici[/\\]lib[/\\]web[/\\]fetch[/\\]body\.js$/ }, () => ({
      contents: `exports.extractBody = () => { throw new Error('bodies of requests are not used'); };`,
    }));
    onResolve({ filter: /^node:(http|assert)$/ }, ({ path, importer }) =>
      /node_modules[/\\]undici[/\\]/.test(importer) ? { path, namespace: 'undici-builtin' } : null,
    );
    onLoad({ filter: /^node:http$/, namespace: 'undici-builtin' }, () => ({
      // undici uses these for the default of a limit that we set, and for the body of a request.
      contents: `exports.maxHeaderSize = 16384; exports.IncomingMessage = class {};`,
    }));
    onLoad({ filter: /^node:assert$/, namespace: 'undici-builtin' }, () => ({
      // Loads the module when an assertion fails.
      contents: `
        const assert = (value, message) => { if (!value) require('node:assert')(value, message); };
        module.exports = new Proxy(assert, { get: (_, name) => require('node:assert')[name] });`,
    }));
  },
};

/**
 * Bundles undici's parser without SIMD only, for commands that make a few requests. Both builds of the parser take
 * 140 KB. With SIMD, a round of 1,000 endpoints takes a tenth less CPU time.
 */
export const parserWithoutSimd = {
  name: 'parser-without-simd',
  setup({ onLoad }) {
    onLoad({ filter: /undici[/\\]lib[/\\]llhttp[/\\]llhttp_simd-wasm\.js$/ }, () => ({
      contents: `module.exports = require('./llhttp-wasm.js');`,
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

/**
 * Bundles cli-table3 without its colours, which we do not use, and with a faster way to measure texts.
 * Compiling the regular expression for emoji takes longer than laying out a report. The first table loads cli-table3,
 * because few reports need it.
 */
export const plainTables = {
  name: 'plain-tables',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@colors[/]colors[/]safe$/ }, ({ path }) => ({ path, namespace: 'no-colours' }));
    onLoad({ filter: /./, namespace: 'no-colours' }, () => ({
      contents: `throw new Error('colours of cli-table3 are not used');`,
    }));
    onLoad({ filter: /cli-table3[/\\]index\.js$/ }, () => ({
      contents: `module.exports = function (options) { return new (require('./src/table'))(options); };`,
    }));
    const original = createRequire(require.resolve('cli-table3')).resolve('string-width');
    onResolve({ filter: /^string-width$/ }, ({ importer }) => ({
      path: importer.includes('cli-table3') ? join(import.meta.dirname, 'text-width.cjs') : original,
    }));
  },
};

/** Bundles only the writer of the Prometheus format. The rest of prom-client measures the running process. */
export const promRegistry = {
  name: 'prom-registry',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]prom-client[/\\]index\.js$/ }, () => ({
      contents: `exports.Registry = require('./lib/registry.js');`,
    }));
  },
};

/** Modules that few runs need, and the file of `dist` that each is built into. */
export const SEPARATE_FILES = {
  'src/report/page/html.ts': 'page.js',
  'src/report/parquet/parquet-file.ts': 'parquet.js',
  'src/sources/aws/sdk.ts': 'aws.js',
  'src/report/messages/provider-chain/job-source.ts': 'job-source.js',
  'src/sources/probe/client-profiles/client-profiles.ts': 'client-profiles.js',
  'src/remote/object-storage/s3-sdk.ts': 's3.js',
  'src/remote/postgres/connection/driver.ts': 'postgres.js',
};

/** Leaves these modules out of a bundle that imports them dynamically. They are loaded from their files. */
export const separateFiles = {
  name: 'separate-files',
  setup({ onResolve, initialOptions }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return null;
      const file = SEPARATE_FILES[relative(process.cwd(), join(resolveDir, path))];
      if (file === undefined) return null;
      const fromBundle = relative(dirname(initialOptions.outfile), join('dist', file));
      return { path: fromBundle.startsWith('.') ? fromBundle : `./${fromBundle}`, external: true };
    });
  },
};

/** Leaves out what the clients of AWS do not need here. */
export const awsClients = {
  name: 'aws-clients',
  setup({ onResolve, onLoad }) {
    // The callers pass the credentials, so no chain of providers has to find them.
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({
      path,
      namespace: 'no-provider-chain',
    }));
    onLoad({ filter: /./, namespace: 'no-provider-chain' }, () => ({
      contents: `exports.defaultProvider = () => () => { throw new Error('no credentials were passed'); };`,
    }));
  },
};

/** The clients warn that their next version needs a later Node. Users cannot change the bundled version. */
export const awsWarnings = {
  name: 'aws-warnings',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]emitWarningIfUnsupportedVersion\.js$/ }, () => ({
      contents: `export const emitWarningIfUnsupportedVersion = () => {};
        export const state = { warningEmitted: true };`,
    }));
  },
};

/** Adds the JavaScript of better-sqlite3 to a bundle. The addon is loaded from the folder where it is installed. */
export const driverInBundle = {
  name: 'driver-in-bundle',
  setup({ onLoad, onResolve }) {
    const manifest = require.resolve('better-sqlite3/package.json');
    onLoad({ filter: /[/\\]sqlite[/\\]bundled-driver\.ts$/ }, () => ({
      contents: `
        export const bundledDriver = {
          version: ${JSON.stringify(require(manifest).version)},
          load: () => require(${JSON.stringify(require.resolve('better-sqlite3'))}),
        };`,
      resolveDir: dirname(manifest),
    }));
    // This package searches for the addon. The bundle never needs it, because the path of the addon is known.
    onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** Modules that Node does not load by itself, and that take more than a tenth of a millisecond to load. */
const SLOW_BUILTINS =
  'child_process crypto dgram dns fs/promises http net os stream stream/promises tls v8 worker_threads zlib';

/**
 * Loads these modules of Node when one of their exports is used, and not when the bundle starts. esbuild reads
 * an import at every use, so a property that loads the module is enough.
 */
export const builtinsOnUse = {
  name: 'builtins-on-use',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${SLOW_BUILTINS.replaceAll(' ', '|')})$`);
    onResolve({ filter }, ({ path, kind, namespace }) =>
      kind !== 'dynamic-import' && namespace === 'file' ? { path, namespace: 'builtin-on-use' } : null,
    );
    onLoad({ filter: /./, namespace: 'builtin-on-use' }, ({ path }) => ({
      // esbuild copies the own properties of the exports, but keeps the prototype. `__esModule` is read at the start.
      contents: `
        const onUse = new Proxy({}, { get: (_, name) => require('${path}')[name] });
        module.exports = Object.create(onUse, { __esModule: { value: false } });`,
    }));
  },
};

/** Modules of the driver of PostgreSQL that are not used: our code reads settings, makes connections and parses types. */
const UNUSED_BY_DRIVER = {
  'pg-native': '',
  'pg-cloudflare': '',
  pgpass: '',
  'pg-connection-string': 'exports.parse = undefined;',
  'pg-pool': 'module.exports = class {};',
  'pg-types': 'exports.getTypeParser = () => String;',
};

/** Leaves these modules out. */
export const postgresDriver = {
  name: 'postgres-driver',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^pg/ }, ({ path }) =>
      Object.hasOwn(UNUSED_BY_DRIVER, path) ? { path, namespace: 'unused-by-driver' } : null,
    );
    onLoad({ filter: /./, namespace: 'unused-by-driver' }, ({ path }) => ({
      contents: UNUSED_BY_DRIVER[path],
    }));
  },
};
