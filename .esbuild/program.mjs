// Builds the program: a small entry, the whole program, and a bundle for each command that is started often. The
// entry starts the whole program or a bundle, with a code cache of V8.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transform } from 'esbuild';
import { builtinsOnUse, driverInBundle, parserWithoutSimd } from './plugins.mjs';
import { tablesInFile, withoutExports, withoutHelp } from './rarely-used.mjs';

/** Sources that call AWS, or may have to. */
const AWS_SOURCES = [
  'profile/profile',
  'web-identity/web-identity',
  'role/role',
  'sso/sso',
  'github/github',
].map((name) => `src/sources/${name}.ts`);

/**
 * The commands with a bundle of their own, and the modules that the bundle leaves out. `src/cli/hot` decides
 * when the whole program runs instead, so that a bundle never needs these modules.
 */
const HOT_COMMANDS = {
  poll: [
    'src/cli/poll/poll-at-interval.ts',
    'src/cli/poll/change-notifier.ts',
    'src/cli/targets/poll-targets.ts',
    'src/cli/push/background-push.ts',
    'src/cli/time-zone/read-time-zone.ts',
    ...AWS_SOURCES,
  ],
  check: [
    'src/cli/running-job/check-pid.ts',
    'src/cli/time-zone/read-time-zone.ts',
    'src/cli/database/postgres-histories.ts',
    'src/watch/parquet/folder-histories.ts',
    'src/sources/environment/variable-notes.ts',
  ],
  exec: [
    'src/sources/environment/variable-notes.ts',
    'src/watch/refresh/credential-refresher.ts',
    'src/cli/serving/refreshed-role.ts',
    'src/server/serving/child-endpoint.ts',
    'src/cli/running-job/watch-command.ts',
  ],
  report: [
    ...['csv', 'markdown', 'junit', 'github'].map((name) => `src/report/ci/${name}.ts`),
    'src/cli/report/github.ts',
    ...['prometheus', 'openmetrics', 'emf'].map((name) => `src/report/metrics/${name}.ts`),
    'src/report/page/html.ts',
    'src/domain/presigned/url-lifetimes.ts',
    'src/report/presigned/table.ts',
    'src/report/presigned/json.ts',
    'src/cli/live-report/serve-report.ts',
    'src/cli/fleet-report/fleet-report.ts',
    'src/domain/time/moment.ts',
    'src/cli/time-zone/read-time-zone.ts',
    'src/cli/database/postgres-histories.ts',
    'src/watch/parquet/folder-histories.ts',
  ],
  status: [
    'src/domain/time/moment.ts',
    'src/cli/database/postgres-histories.ts',
    'src/watch/parquet/folder-histories.ts',
    'src/cli/time-zone/read-time-zone.ts',
  ],
};

/** Parts of the store that only other commands use: push, serve, import, export and prune. `poll --push` runs the whole program. */
const UNUSED_EXPORTS = {
  'src/store/outbox/outbox-rows.ts': ['OutboxRows'],
  'src/store/key-uses/key-use-rows.ts': ['KeyUseRows'],
  'src/store/import/batch.ts': ['BatchWriter'],
  'src/store/archive/export.ts': ['exportParts'],
  'src/store/deletion/prune.ts': ['prune'],
  'src/store/polls-since.ts': ['readPollsSince'],
};

/** Commands that record no poll. */
const READ_ONLY_COMMANDS = ['report', 'status'];

/** With an unknown variable, the whole program runs. */
const OMITTED_EVERYWHERE = ['src/cli/flags/environment/unknown-variables.ts'];

/**
 * A bundle is a function, which the entry calls with the arguments of a CommonJS module. The entry compiles
 * the bundle itself, because only `vm.Script` can write a code cache after the run.
 */
const AS_FUNCTION = {
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
  // Native imports would start Node's loader of ES modules, which takes 3 ms.
  supported: { 'dynamic-import': false },
};

/** @param bundle builds one bundle of this project */
export async function buildProgram(bundle) {
  const bundles = await Promise.all([
    bundle('src/cli/whole-program.ts', 'dist/program.js', AS_FUNCTION, [builtinsOnUse, driverInBundle]),
    ...Object.entries(HOT_COMMANDS).map(([name, omitted]) =>
      bundle(`src/cli/hot/${name}.ts`, `dist/${name}.js`, AS_FUNCTION, [
        builtinsOnUse,
        driverInBundle,
        parserWithoutSimd,
        withoutHelp,
        tablesInFile,
        omitModules([...omitted, ...OMITTED_EVERYWHERE]),
        withoutExports({
          ...UNUSED_EXPORTS,
          ...(READ_ONLY_COMMANDS.includes(name) ? { 'src/store/poll-recorder.ts': ['PollRecorder'] } : {}),
        }),
      ]),
    ),
  ]);
  await Promise.all(Object.keys(HOT_COMMANDS).map((name) => shortenNames(`dist/${name}.js`)));
  const digests = Object.fromEntries(
    ['program', ...Object.keys(HOT_COMMANDS)].map((name) => [name, digestBundle(`dist/${name}.js`)]),
  );
  const define = { CRED_WATCH_BUNDLES: JSON.stringify(digests) };
  return [
    ...bundles,
    await bundle('src/cli/start/cred-watch.ts', 'dist/cred-watch.js', { define, minify: true }, [
      builtinsOnUse,
    ]),
  ];
}

/**
 * Gives short names to functions and variables. The whole program keeps the names, and prints the stack traces.
 * The option of the bundler also turns the functions around modules into arrow functions. Without a code cache, V8
 * parses them completely at the start, which takes longer than the short names save.
 */
async function shortenNames(file) {
  // Without an assignment, esbuild removes the function as unused.
  const assignment = 'bundle=';
  const { code } = await transform(assignment + readFileSync(file, 'utf8'), {
    minify: true,
    target: 'node20',
    legalComments: 'none',
  });
  writeFileSync(file, code.slice(assignment.length));
}

/** The first 16 digits of the SHA-256, which are part of the name of a code cache. */
function digestBundle(file) {
  const content = readFileSync(file);
  // The entry reads bundles as Latin-1, which is faster than UTF-8. For ASCII, both give the same text.
  if (content.some((byte) => byte > 127))
    throw new Error(`${file} is not ASCII: use \\u in regular expressions`);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** Replaces dynamic imports of these modules by an error. */
function omitModules(modules) {
  const isOmitted = new Set(modules);
  const found = new Set();
  return {
    name: 'omit-modules',
    setup({ onResolve, onLoad, onEnd }) {
      onResolve({ filter: /\.ts$/ }, async ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return null;
        const module = relative(process.cwd(), join(resolveDir, path));
        if (!isOmitted.has(module)) return null;
        found.add(module);
        return { path: module, namespace: 'omitted' };
      });
      onLoad({ filter: /./, namespace: 'omitted' }, ({ path }) => ({
        contents: `throw new Error('the bundle of this command does not have ${path}');`,
      }));
      // Without this check, an outdated list would make a bundle larger without an error.
      onEnd(() => {
        const unused = modules.filter((module) => !found.has(module));
        if (unused.length > 0) throw new Error(`not imported dynamically: ${unused.join(', ')}`);
      });
    },
  };
}
