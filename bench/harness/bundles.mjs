// Bundles of TypeScript for the benchmarks, and programs that print JSON.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { undiciClient } from '../../.esbuild/plugins.mjs';
import { ROOT } from './commands.mjs';

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['better-sqlite3'],
  logLevel: 'warning',
};

/** In this folder, a bundle finds better-sqlite3. */
const bundlePath = (name) => join(ROOT, 'dist', `bench-${name}.cjs`);

/** Bundles a program. Returns its path; delete the file after use. */
export async function bundleProgram(name, contents) {
  const outfile = bundlePath(name);
  const stdin = { contents, resolveDir: ROOT, loader: 'ts' };
  await build({ ...OPTIONS, stdin, outfile, plugins: [undiciClient] });
  return outfile;
}

/** Loads a TypeScript module of the repository. */
export async function loadModule(path) {
  const outfile = bundlePath(path.replaceAll(/\W/g, '-'));
  await build({ ...OPTIONS, entryPoints: [join(ROOT, path)], outfile });
  try {
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(outfile);
  }
}

/** Runs Node with these arguments, and parses its output. */
export function runForJson(args) {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
