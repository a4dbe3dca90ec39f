import { createReadStream, type Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Instant } from '../../domain/model.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { SQLITE_MAGIC } from '../../store/sqlite/file-header.ts';
import type { Io } from '../process/io.ts';

/** The name of `-` in messages. */
export const STANDARD_INPUT = 'standard input';

/** A file or standard input. */
export interface InputFile {
  /** As the user wrote it; for a file of a folder, with the name of the folder. */
  name: string;
  chunks(): AsyncIterable<Uint8Array>;
  /** When it was written. Null for standard input. */
  writtenAt: Instant | null;
  /** The user named its folder. Other files may be in the folder, too. */
  isFromFolder: boolean;
  isDatabase: boolean;
}

/** The date of a rotated file: `-20261120`, `.2026-11-20`, `-20261120-00`, `-1795132801`. */
const ROTATION_DATE = /(?<=.)[.-](?:\d{4}-?\d\d-?\d\d(?:[-T]?\d{2,6})?|\d{10})$/;

/** The number of a rotated file. `web-1` has no such number. */
const ROTATION_NUMBER = /(?<=.)\.(?:\d{1,3}|old|bak)$/;

const ENDING = /(?<=.)\.(?:log|txt|out|json|jsonl|ndjson|csv|tsv)$/i;

/**
 * The default host of a log: `db-loader` for `db-loader.log`, and for its rotated files `db-loader.log.1` and
 * `db-loader.log-20261120.gz`. Never `''`: `.log` stays `.log`.
 */
export function toHost(file: string): string {
  if (file === '-' || file === STANDARD_INPUT) return 'stdin';
  const name = basename(file).replace(/(?<=.)\.gz$/i, '');
  return removeRotation(name).replace(ROTATION_DATE, '');
}

/** The role in the path of a file, such as `security-credentials/loader.json`. `''` if there is none. */
export function toRole(file: string): string {
  const [, name = ''] = /security-credentials[/\\]([\w+=,@-][\w+=,.@-]*)/.exec(file) ?? [];
  return removeRotation(name.replace(/\.gz$/i, ''));
}

const removeRotation = (name: string): string =>
  name.replace(ROTATION_NUMBER, '').replace(ROTATION_DATE, '').replace(ENDING, '');

/**
 * Finds the files to import. A folder stands for its files, without hidden files, folders in it, and the files that
 * SQLite keeps beside a database.
 * @throws CredWatchError if a file cannot be read
 */
export async function findInputFiles(names: readonly string[], io: Io): Promise<InputFile[]> {
  const files = [];
  for (const name of names) files.push(name === '-' ? [readStandardInput(io)] : await findFiles(name));
  return files.flat();
}

const readStandardInput = (io: Io): InputFile => ({
  name: STANDARD_INPUT,
  chunks: () => io.stdin,
  writtenAt: null,
  isFromFolder: false,
  isDatabase: false,
});

async function findFiles(name: string): Promise<InputFile[]> {
  const stats = await withReadErrorHints(name, () => stat(name));
  if (!stats.isDirectory()) return [await createFile(name, stats, false)];
  const entries = await withReadErrorHints(name, () => readdir(name));
  const files: InputFile[] = [];
  for (const entry of entries.filter((each) => !each.startsWith('.')).sort()) {
    const path = join(name, entry);
    const own = await withReadErrorHints(path, () => stat(path));
    const isBesideDatabase = files.some(
      ({ name, isDatabase }) => isDatabase && isWrittenBySqlite(path, name),
    );
    if (own.isFile() && !isBesideDatabase) files.push(await createFile(path, own, true));
  }
  if (files.length > 0) return files;
  throw new CredWatchError(`could not read ${name}: the folder has no files`, UNREADABLE_HINT);
}

const isWrittenBySqlite = (file: string, database: string) =>
  ['-wal', '-shm', '-journal'].some((ending) => file === `${database}${ending}`);

async function createFile(name: string, stats: Stats, isFromFolder: boolean): Promise<InputFile> {
  return {
    name,
    chunks: () => createReadStream(name, { highWaterMark: 262_144 }),
    writtenAt: Math.floor(stats.mtimeMs),
    isFromFolder,
    // Reading a pipe here would take its first bytes away.
    isDatabase: stats.isFile() && (await hasDatabaseHeader(name)),
  };
}

async function hasDatabaseHeader(name: string): Promise<boolean> {
  await using file = await withReadErrorHints(name, () => open(name));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE_MAGIC.length), 0, SQLITE_MAGIC.length, 0);
  return buffer.toString('latin1', 0, bytesRead) === SQLITE_MAGIC;
}

const UNREADABLE_HINT = 'give a log, an export or a folder; - is standard input';

/** @throws CredWatchError for errors of the system */
export async function withReadErrorHints<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = READ_ERRORS.get(getSystemErrorCode(error) ?? '');
    if (reason === undefined) throw error;
    throw new CredWatchError(`could not read ${name}: ${reason}`, UNREADABLE_HINT, { cause: error });
  }
}

const READ_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the file does not exist'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'this is a folder'],
]);
