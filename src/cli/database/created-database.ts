import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/**
 * Call it before a command opens its database for writing. The returned function prints a note if the command has
 * created a file that the user named, because a typing error would start a new history without a message.
 * @param db the value of `--db`
 */
export function watchCreation(db: string | undefined, io: Io): () => Promise<void> {
  const [path, name] = db === undefined ? [io.env.CRED_WATCH_DB, 'CRED_WATCH_DB'] : [db, '--db'];
  if (!path || existsSync(path)) return async () => {};
  return async () => {
    if (existsSync(path)) await printNote(io, `created the database ${resolve(path)} (${name})`);
  };
}
