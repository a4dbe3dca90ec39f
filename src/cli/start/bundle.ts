import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type { RunBundle } from '../hot/hot-command.ts';
import { openCodeCache } from './code-cache.ts';

/** The arguments of a CommonJS module. */
type BundleFunction = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: { run?: RunBundle } },
  filename: string,
  dirname: string,
) => void;

/** Runs the command line with a bundle next to this file. Resolves to null if the bundle cannot run it. */
export async function runBundle(name: string, argv: readonly string[]): Promise<number | null> {
  const filename = join(__dirname, `${name}.js`);
  const cache = openCodeCache(name, filename);
  // The build writes ASCII only, and V8 keeps Latin-1 without a conversion.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(cache?.data ? { cachedData: cache.data } : {}),
  });
  if (cache !== null) cache.data = null;
  const load: BundleFunction = script.runInThisContext();
  const module: { exports: { run?: RunBundle } } = { exports: {} };
  load(module.exports, require, module, filename, __dirname);
  const code = await module.exports.run?.(argv);
  // No update then: the bundle has compiled only the code that parses flags.
  if (code === undefined || code === null) return null;
  cache?.update(script);
  return code;
}
