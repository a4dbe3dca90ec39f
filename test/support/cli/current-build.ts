/** The global setup of the project `built` in `vitest.config.mts`. */
import { existsSync, readFileSync } from 'node:fs';
// @ts-expect-error: JavaScript, shared with the build.
import { DIGEST_FILE, digestSources } from '../../../.esbuild/source-digest.mjs';

/** @throws Error if `dist` was not built from the current sources */
export default function requireCurrentBuild(): void {
  if (!existsSync(DIGEST_FILE)) throw new Error('dist is missing: run `npm run build`');
  if (readFileSync(DIGEST_FILE, 'utf8') !== digestSources())
    throw new Error('dist was built from other sources: run `npm run build`');
}
