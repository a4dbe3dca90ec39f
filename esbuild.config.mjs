// Builds dist/: one CommonJS file, because cron pays for every module that a start looks up, and the licences of
// what is in it. better-sqlite3 stays outside, JavaScript and addon alike.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli/cred-watch.ts'],
  outfile: 'dist/cred-watch.js',
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
});

const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  ),
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
