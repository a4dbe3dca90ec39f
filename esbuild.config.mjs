// Builds dist/: one CommonJS file, because cron pays for every module that a start looks up, a second one for the HTML
// report, and the licences of what is in them. better-sqlite3 stays outside, JavaScript and addon alike.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PAGE_ASSETS, pageAssets } from './page-assets.mjs';

/**
 * Of undici only the HTTP/1.1 client: loaded whole it brings fetch, WebSocket, caches and HTTP/2, and half of a poll's
 * start goes into them. The source code imports the public `undici`; what it uses of it is put together here, and
 * every test of the built program holds to it.
 */
const undiciClient = {
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
const sharedFiles = {
  name: 'shared-files',
  setup({ onLoad }) {
    onLoad({ filter: /@smithy[/\\]shared-ini-file-loader[/\\]dist-cjs[/\\]index\.js$/ }, () => ({
      contents: `export { loadSharedConfigFiles } from '@smithy/core/config';`,
    }));
  },
};

/** The HTML report has a file of its own, so that nobody else's start has to read it. */
const pageOutside = {
  name: 'page-outside',
  setup({ onResolve }) {
    onResolve({ filter: /[/\\]page[/\\]html\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './page.js', external: true } : null,
    );
  },
};

const assets = await pageAssets();
const pageText = {
  name: 'page-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${PAGE_ASSETS}$`) }, ({ path }) => ({ path, namespace: 'page' }));
    onLoad({ filter: /./, namespace: 'page' }, () => ({ contents: assets.code }));
  },
};

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  external: ['better-sqlite3'],
  legalComments: 'none',
  define: { CRED_WATCH_VERSION: JSON.stringify(version) },
  metafile: true,
  logLevel: 'warning',
};
const built = await Promise.all([
  build({
    ...common,
    entryPoints: ['src/cli/cred-watch.ts'],
    outfile: 'dist/cred-watch.js',
    plugins: [undiciClient, sharedFiles, pageOutside],
  }),
  build({
    ...common,
    entryPoints: ['src/report/page/html.ts'],
    outfile: 'dist/page.js',
    plugins: [pageText],
  }),
]);
const inputs = [...built.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...assets.inputs];

const packages = new Set(
  inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
);
const notices = [...packages].sort().map((name) => {
  const folder = join('node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${manifest.version} (${manifest.license})\n\n${licenceText(folder)}`;
});
writeFileSync('dist/third-party-licences.txt', `${notices.join(`\n${'-'.repeat(80)}\n\n`)}`);

/** A package without its licence must not be shipped: the build stops. */
function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return readFileSync(join(folder, file), 'utf8');
}
