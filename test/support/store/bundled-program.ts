import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** The bundle lies in a temporary folder, from where the addon is found by this. */
export const PROGRAM_ENV = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };

/** Bundles a program of this folder as the real one is, to run it as a process of its own. Returns its path. */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const outfile = join(folder, name.replace(/\.ts$/, '.cjs'));
  await build({
    entryPoints: [join(import.meta.dirname, name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['better-sqlite3'],
  });
  return outfile;
}
