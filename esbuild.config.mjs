// Builds dist: the program, the HTML report, the library with its declarations, the man page, and the
// licences of the bundled packages. The program is one CommonJS file, because looking up modules slows down
// every start. The HTML report, the writer of Parquet, AWS's packages and the driver of PostgreSQL are files of their own, because few
// starts need them. So are the messages about SDKs that disagree.
// better-sqlite3 is not bundled, because it has a native addon.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { buildDeclarations } from './.esbuild/declarations.mjs';
import { collectLicences } from './.esbuild/licences.mjs';
import { buildPageAssets, pageAssetsForEsbuild } from './.esbuild/page-assets.mjs';
import {
  awsClients,
  awsWarnings,
  plainTables,
  postgresDriver,
  promRegistry,
  separateFiles,
  sharedFiles,
  undiciClient,
} from './.esbuild/plugins.mjs';
import { buildProgram } from './.esbuild/program.mjs';
import { TABLES_FILE } from './.esbuild/rarely-used.mjs';
import { DIGEST_FILE, digestSources } from './.esbuild/source-digest.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const require = createRequire(import.meta.url);

const LIBRARY_ENTRIES = ['index', 'analysis'];

const bundle = (entry, outfile, more = {}, morePlugins = []) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['better-sqlite3', '@duckdb/node-api'],
    legalComments: 'none',
    plugins: [plainTables, undiciClient, sharedFiles, promRegistry, ...morePlugins, separateFiles],
    metafile: true,
    logLevel: 'warning',
    ...more,
    define: { CRED_WATCH_VERSION: JSON.stringify(version), ...more.define },
  });

// Computed first, so that the tests notice a change during the build.
const digest = digestSources();
rmSync('dist', { recursive: true, force: true });
const assets = await buildPageAssets();
const bundles = await Promise.all([
  buildProgram(bundle),
  bundle('src/cli/live-report/report-worker.ts', 'dist/report-worker.js'),
  bundle('src/report/page/html.ts', 'dist/page.js', { plugins: [pageAssetsForEsbuild(assets)] }),
  bundle('node_modules/cli-table3/src/table.js', `dist/${TABLES_FILE}`),
  bundle('src/report/parquet/parquet-file.ts', 'dist/parquet.js'),
  bundle('src/report/messages/provider-chain/job-source.ts', 'dist/job-source.js'),
  bundle('src/sources/probe/client-profiles/client-profiles.ts', 'dist/client-profiles.js'),
  // A third of the size with short names. AWS's packages name their errors in data, not by their classes.
  bundle('src/sources/aws/sdk.ts', 'dist/aws.js', { plugins: [awsClients, awsWarnings], minify: true }),
  bundle('src/remote/object-storage/s3-sdk.ts', 'dist/s3.js', {
    plugins: [awsWarnings],
    minify: true,
    // ES modules, from which esbuild removes the other operations of S3.
    mainFields: ['module', 'main'],
  }),
  bundle('src/remote/postgres/connection/driver.ts', 'dist/postgres.js', {}, [postgresDriver]),
  ...LIBRARY_ENTRIES.map((entry) => bundle(`src/library/${entry}.ts`, `dist/library/${entry}.cjs`)),
]);
writeEsModules();
await buildMatchers();
buildDeclarations();
await buildManual();
writeFileSync(
  'dist/third-party-licences.txt',
  collectLicences([
    ...bundles.flat().flatMap(({ metafile }) => Object.keys(metafile.inputs)),
    ...assets.inputs,
  ]),
);
writeFileSync(DIGEST_FILE, digest);

/** Writes ES modules that re-export the CommonJS files. A second bundle would define every class again. */
function writeEsModules() {
  for (const entry of LIBRARY_ENTRIES) {
    const names = Object.keys(require(`./dist/library/${entry}.cjs`)).sort();
    writeFileSync(
      `dist/library/${entry}.mjs`,
      `import library from './${entry}.cjs';\nexport const { ${names.join(', ')} } = library;\n`,
    );
  }
  writeFileSync('dist/library/jest.mjs', `import './jest.cjs';\n`);
}

/** Builds the modules that add matchers to the user's test runner. */
async function buildMatchers() {
  const withLibraryAt = (file) => ({
    external: ['vitest', '@jest/globals'],
    plugins: [
      {
        name: 'import-library',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/index\.ts$/ }, () => ({ path: file, external: true })),
      },
    ],
  });
  await bundle('src/library/jest.ts', 'dist/library/jest.cjs', withLibraryAt('./index.cjs'));
  await bundle('src/library/vitest.ts', 'dist/library/vitest.cjs', withLibraryAt('./index.cjs'));
  await bundle('src/library/vitest.ts', 'dist/library/vitest.mjs', {
    ...withLibraryAt('./index.mjs'),
    format: 'esm',
  });
}

/** Writes the man page. The program that renders it is deleted afterwards. */
async function buildManual() {
  const program = 'dist/man-page.cjs';
  await bundle('src/cli/manual/man-page.ts', program);
  writeFileSync('dist/cred-watch.1', require(resolve(program)).renderManPage());
  rmSync(program);
}
