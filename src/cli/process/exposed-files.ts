import { findExposedFiles } from '../../store/exposed-files.ts';
import type { Io } from './io.ts';
import { printNote } from './messages.ts';

/** Prints a note if other users can read or write the database, or replace it. Call it while the database is open. */
export async function printExposedFiles(database: string, io: Io): Promise<void> {
  const { readable, writable, folders } = findExposedFiles(database);
  const files = [...new Set([...readable, ...writable])];
  if (files.length > 0) {
    const verbs = [...(readable.length > 0 ? ['read'] : []), ...(writable.length > 0 ? ['write'] : [])];
    const message = `other users can ${verbs.join(' and ')} ${files.join(', ')}`;
    await printNote(io, message, `run \`chmod 600 ${files.map(quote).join(' ')}\``);
  }
  for (const folder of folders) {
    const message = `other users can replace the database, because they can write the folder ${folder}`;
    await printNote(io, message, `run \`chmod go-w ${quote(folder)}\``);
  }
}

/** For a POSIX shell. */
const quote = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
