import { readFileSync, statSync } from 'node:fs';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../../errors.ts';

/** A file with settings or keys. Larger files are something else. */
const MAX_BYTES = 1_048_576;

/**
 * Reads a file. Null if it does not exist.
 * @param purpose for messages: `the service file`
 * @throws CredWatchError if the file exists and cannot be read
 */
export function readOptionalFile(path: string, purpose: string): string | null {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_BYTES) {
      throw new CredWatchError(
        `${purpose} ${path} is not a file of at most 1 MiB`,
        'give the path of the file',
      );
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = getSystemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (cause instanceof CredWatchError) throw cause;
    throw new CredWatchError(
      `could not read ${purpose} ${path}: ${describeSystemError(cause)}`,
      'check that this user can read the file',
      { cause },
    );
  }
}

/** @throws CredWatchError also if the file does not exist */
export function readRequiredFile(path: string, purpose: string): string {
  const text = readOptionalFile(path, purpose);
  if (text !== null) return text;
  throw new CredWatchError(`${purpose} ${path} does not exist`, 'correct the path, or create the file');
}

/**
 * Rejects a file with a secret that other users can read, as libpq does.
 * @param allowed bits of the mode that are allowed although they are not the owner's
 */
export function assertPrivate(path: string, purpose: string, allowed = 0): void {
  const { mode, uid } = statSync(path);
  // Root gives a key to a service by its group.
  const accepted = uid === 0 ? allowed : 0;
  if ((mode & 0o077 & ~accepted) === 0 || process.platform === 'win32') return;
  throw new CredWatchError(`other users can read ${purpose} ${path}`, `run \`chmod 600 ${path}\``);
}
