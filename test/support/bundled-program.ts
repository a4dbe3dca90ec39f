import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** NODE_PATH, because the bundle is in a temporary folder without better-sqlite3. */
export const PROGRAM_ENV = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };

/**
 * Bundles a program like the real program, so that tests can run it as a process.
 * @param name its path in this folder
 * @returns the path of the bundle
 */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${basename(name, '.ts')}.cjs`);
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
