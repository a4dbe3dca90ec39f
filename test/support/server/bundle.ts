import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a program of this folder, so that a test can run it as a process. Returns the path of the bundle. */
export async function bundleServerProgram(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${basename(name, '.ts')}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  return outfile;
}
