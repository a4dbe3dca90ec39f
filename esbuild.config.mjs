// Builds dist/: one CommonJS file, because cron pays for every module that a start looks up; the library beside it, with
// its declarations; the manual; and the licences of what is in them. better-sqlite3 stays outside, JavaScript and addon alike.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import { build } from 'esbuild';

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

/** Of the client of Prometheus only what writes its format: the rest measures this process, and traces it. */
const promRegistry = {
  name: 'prom-registry',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]prom-client[/\\]index\.js$/ }, () => ({
      contents: `exports.Registry = require('./lib/registry.js');`,
    }));
  },
};

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

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
    plugins: [undiciClient, sharedFiles, promRegistry],
    define: { CRED_WATCH_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
    ...more,
  });

rmSync('dist', { recursive: true, force: true });
const command = await bundle('src/cli/cred-watch.ts', 'dist/cred-watch.js');
const library = await bundle('src/library/index.ts', 'dist/library/index.cjs');
buildModules();
await buildMatchers();
buildDeclarations();
await buildManual();

const inputs = [command, library].flatMap(({ metafile }) => Object.keys(metafile.inputs));
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

/** ES modules that pass on what the CommonJS file has: were there two bundles, there would be two of every class. */
function buildModules() {
  const names = Object.keys(createRequire(import.meta.url)('./dist/library/index.cjs')).sort();
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

/**
 * dist/types/: the declarations of the library and of whatever they mention, as CommonJS; ES modules have files of
 * their own beside the entries. A package that users do not have must not be mentioned: the build stops.
 */
function buildDeclarations() {
  const emitted = mkdtempSync(join(tmpdir(), 'cred-watch-types-'));
  const entries = ['library/index', 'library/vitest', 'library/jest'];
  const { compilerOptions } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  writeFileSync(
    join(emitted, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        rootDir: join(process.cwd(), 'src'),
        outDir: emitted,
        typeRoots: [join(process.cwd(), 'node_modules', '@types')],
      },
      files: entries.map((entry) => join(process.cwd(), 'src', `${entry}.ts`)),
    }),
  );
  try {
    const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
    execFileSync(process.execPath, [join(dirname(tsc), 'bin', 'tsc'), '-p', emitted], { stdio: 'inherit' });
    copyFileSync('src/library/jest-globals.d.ts', join(emitted, 'library', 'jest.d.ts'));
    const written = new Set();
    for (const entry of entries) writeDeclaration(emitted, entry, written);
  } finally {
    rmSync(emitted, { recursive: true });
  }
  writeFileSync('dist/types/library/index.d.mts', `export * from './index.cjs';\n`);
  // What they add to the runner's types is found only where it is said in a file of the importer's own kind.
  for (const runner of ['vitest', 'jest']) {
    const declared = readFileSync(`dist/types/library/${runner}.d.cts`, 'utf8');
    writeFileSync(`dist/types/library/${runner}.d.mts`, declared.replace('./index.cjs', './index.mjs'));
  }
}

function writeDeclaration(folder, path, written) {
  if (written.has(path)) return;
  written.add(path);
  const text = readFileSync(join(folder, `${path}.d.ts`), 'utf8');
  // The examples in comments import the package itself.
  const specifiers = /(^(?!\s*\*).*\b(?:from|import)\s*\(?\s*')([^']+)(')/gm;
  const rewritten = text.replace(specifiers, (_, before, specifier, after) => {
    if (!specifier.startsWith('.')) throw new Error(`src/${path}.ts: its declarations mention ${specifier}`);
    writeDeclaration(folder, posix.join(posix.dirname(path), specifier).replace(/\.ts$/, ''), written);
    return `${before}${specifier.replace(/\.ts$/, '.cjs')}${after}`;
  });
  mkdirSync(dirname(join('dist', 'types', path)), { recursive: true });
  writeFileSync(join('dist', 'types', `${path}.d.cts`), rewritten);
}

/** The manual is made of what the commands declare: by a program of its own, of which only the page is shipped. */
async function buildManual() {
  const program = 'dist/man-page.cjs';
  await bundle('src/cli/man-page.ts', program);
  writeFileSync('dist/cred-watch.1', createRequire(import.meta.url)(resolve(program)).renderManPage());
  rmSync(program);
}
