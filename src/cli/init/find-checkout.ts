import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** No file of the package is in these folders. */
const ONLY_IN_CHECKOUT = ['src', '.git'];

/**
 * The folder of sources in which the program is, also behind a link of `npm link`. Null for an installed program.
 * @param program `bin/cred-watch.js`, or a link to it
 */
export function findCheckout(program: string): string | null {
  try {
    const folder = dirname(dirname(realpathSync(program)));
    return ONLY_IN_CHECKOUT.some((name) => existsSync(join(folder, name))) ? folder : null;
  } catch {
    // The program was moved or deleted after its start.
    return null;
  }
}
