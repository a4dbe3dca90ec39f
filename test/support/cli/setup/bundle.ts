import { build } from 'esbuild';
import { repositoryPath } from '../program-run.ts';

/** Bundles the program of `serve-setup-program.ts` into this file, so that Node can run it in a namespace. */
export async function bundleServeSetup(file: string): Promise<void> {
  await build({
    entryPoints: [repositoryPath('test/support/cli/setup/serve-setup-program.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    define: { CRED_WATCH_VERSION: '"0.0.0"' },
    logLevel: 'error',
  });
}
