/** The global setup of the project `built` in `vitest.config.mts`. */
import { existsSync, readFileSync } from 'node:fs';
// @ts-expect-error: JavaScript, shared with the build.
import { DIGEST_FILE, digestSources } from '../../../.esbuild/source-digest.mjs';

/** @throws Error if `dist` was not built from the current sources */
export default function requireCurrentBuild(): void {
  if (!existsSync(DIGEST_FILE)) throw createError('dist is missing: run `npm run build`');
  if (readFileSync(DIGEST_FILE, 'utf8') !== digestSources())
    throw createError('dist was built from other sources: run `npm run build`');
}

/** Vitest fails to print the stack of a module that it took from `fsModuleCache`, and prints no message then. */
const createError = (message: string) => Object.assign(new Error(message), { stack: message });
