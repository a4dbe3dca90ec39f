/** The entry of the program. Small, because every run reads and compiles this file without a code cache. */
import { writeSync } from 'node:fs';
import { runBundle } from './bundle.ts';

const VERSION_FLAGS: readonly (string | undefined)[] = ['-V', '--version'];

async function start([first, ...more]: readonly string[]): Promise<void> {
  if (VERSION_FLAGS.includes(first) && more.length === 0 && printVersion()) return;
  const argv = first === undefined ? [] : [first, ...more];
  const isHot = first !== undefined && Object.hasOwn(CRED_WATCH_BUNDLES, first);
  const code = isHot ? await runBundle(first, argv) : null;
  process.exitCode = code ?? (await runBundle('program', argv)) ?? 0;
}

/** Returns false if stdout cannot take the text now. The whole program can then wait, or report the error. */
function printVersion(): boolean {
  try {
    writeSync(1, `${CRED_WATCH_VERSION}\n`);
    return true;
  } catch {
    return false;
  }
}

// All work is done then, and all output is written. Without `exit`, Node frees every object of V8, which takes a
// millisecond.
process.once('beforeExit', () => process.exit());
void start(process.argv.slice(2));
