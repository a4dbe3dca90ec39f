// Builds dist/: one CommonJS file, because cron pays for every module that a start looks up; a second one for the HTML
// report; the library beside them, with its declarations; the manual; and the licences of what is in them.
// better-sqlite3 stays outside, JavaScript and addon alike.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { buildDeclarations } from './.esbuild/declarations.mjs';
import { licencesOf } from './.esbuild/licences.mjs';
import { pageAssets, pageText } from './.esbuild/page-assets.mjs';
import { pageOutside, promRegistry, sharedFiles, undiciClient } from './.esbuild/plugins.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const require = createRequire(import.meta.url);

const bundle = (entry, outfile, more = {}) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['better-sqlite3'],
    legalComments: 'none',
    plugins: [undiciClient, sharedFiles, promRegistry, pageOutside],
    define: { CRED_WATCH_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
    ...more,
  });

rmSync('dist', { recursive: true, force: true });
const assets = await pageAssets();
const bundles = await Promise.all([
  bundle('src/cli/cred-watch.ts', 'dist/cred-watch.js'),
  bundle('src/report/page/html.ts', 'dist/page.js', { plugins: [pageText(assets)] }),
  bundle('src/library/index.ts', 'dist/library/index.cjs'),
]);
buildModules();
await buildMatchers();
buildDeclarations();
await buildManual();
writeFileSync(
  'dist/third-party-licences.txt',
  licencesOf([...bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...assets.inputs]),
);

/** ES modules that pass on what the CommonJS file has: were there two bundles, there would be two of every class. */
function buildModules() {
  const names = Object.keys(require('./dist/library/index.cjs')).sort();
  writeFileSync(
    'dist/library/index.mjs',
    `import library from './index.cjs';\nexport const { ${names.join(', ')} } = library;\n`,
  );
  writeFileSync('dist/library/jest.mjs', `import './jest.cjs';\n`);
}

/** What is imported for its effect on a test runner, which is the caller's. vitest has no CommonJS. */
async function buildMatchers() {
  const beside = (file) => ({
    external: ['vitest', '@jest/globals'],
    plugins: [
      {
        name: 'beside',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/index\.ts$/ }, () => ({ path: file, external: true })),
      },
    ],
  });
  await bundle('src/library/jest.ts', 'dist/library/jest.cjs', beside('./index.cjs'));
  await bundle('src/library/vitest.ts', 'dist/library/vitest.cjs', beside('./index.cjs'));
  await bundle('src/library/vitest.ts', 'dist/library/vitest.mjs', {
    ...beside('./index.mjs'),
    format: 'esm',
  });
}

/** The manual is made of what the commands declare: by a program of its own, of which only the page is shipped. */
async function buildManual() {
  const program = 'dist/man-page.cjs';
  await bundle('src/cli/manual/man-page.ts', program);
  writeFileSync('dist/cred-watch.1', require(resolve(program)).renderManPage());
  rmSync(program);
}
