import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { isPushMarker, MARKER_KEY } from '../../watch/push/objects/marker.ts';
import { explainWriteError } from '../../write-errors.ts';
import type { Io } from '../process/io.ts';
import { replaceFile } from '../process/output-file.ts';

/** `push` has the same marker with another content, so that neither uses a folder of the other. */
const MARKER_FILE = MARKER_KEY;
const MARKER_VERSION = 1;

/** The `--since` and `--until` of an export, as typed. They change the rows of a month, and the facts in a row. */
export interface ExportPeriod {
  since: string | null;
  until: string | null;
}

/**
 * Creates the root folder of the partitions if it does not exist.
 * @throws CredWatchError if the folder has files of other programs or an export of another period, or is a file
 */
export async function prepareExportFolder(root: string, period: ExportPeriod, io: Io): Promise<void> {
  const names = await listFolder(root);
  const marker = join(root, MARKER_FILE);
  if (names.includes(MARKER_FILE)) {
    const text = await readFile(marker, 'utf8');
    if (isPushMarker(text))
      throw new CredWatchError(`${root} is a destination of push`, 'give another folder with -o');
    const known = parseMarker(text);
    if (known === null) {
      throw new CredWatchError(`${marker} is not readable by this version`, 'give another folder with -o');
    }
    if (known.since === period.since && known.until === period.until) return;
    throw new CredWatchError(
      `${root} has an export ${describePeriod(known)}`,
      'use the same --since and --until as before, or give another folder with -o',
    );
  }
  if (names.some((name) => !name.startsWith('.'))) {
    throw new CredWatchError(
      `${root} has files that are not part of an export`,
      'give a new folder, or the folder of an earlier Parquet export',
    );
  }
  const content = JSON.stringify({ schema_version: MARKER_VERSION, format: 'parquet', ...period }, null, 2);
  await explainErrors(marker, () => replaceFile(marker, [`${content}\n`], io));
}

export function explainErrors<T>(path: string, action: () => Promise<T>): Promise<T> {
  return action().catch((error) => {
    throw explainWriteError(path, error, 'give another folder with -o');
  });
}

/** The names in the folder, which is created if it does not exist. */
async function listFolder(root: string): Promise<string[]> {
  const known = await explainErrors(root, () => stat(root).catch(nullIfMissing));
  if (known !== null && !known.isDirectory())
    throw new CredWatchError(`${root} is a file, and Parquet needs a folder`, 'give a folder with -o');
  return explainErrors(root, async () => {
    await createFolder(root);
    return readdir(root);
  });
}

/** Creates one folder at a time, because a recursive mkdir of Node never returns for a path in /proc. */
export async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = getSystemErrorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await createFolder(dirname(folder));
    await mkdir(folder).catch(ignoreExisting);
  }
}

/** Another process has just created the folder. */
function ignoreExisting(error: unknown): void {
  if (getSystemErrorCode(error) !== 'EEXIST') throw error;
}

function nullIfMissing(error: unknown): null {
  if (getSystemErrorCode(error) === 'ENOENT') return null;
  throw error;
}

/** Null if the text is not a marker of this version. */
function parseMarker(text: string): ExportPeriod | null {
  let marker: unknown;
  try {
    marker = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof marker !== 'object' || marker === null) return null;
  const { schema_version: version, since = null, until = null } = marker as Record<string, unknown>;
  const isText = (value: unknown) => value === null || typeof value === 'string';
  if (version !== MARKER_VERSION || !isText(since) || !isText(until)) return null;
  return { since, until } as ExportPeriod;
}

function describePeriod({ since, until }: ExportPeriod): string {
  const flags = [since === null ? [] : `--since ${since}`, until === null ? [] : `--until ${until}`].flat();
  return flags.length === 0 ? 'without --since and --until' : `with ${flags.join(' and ')}`;
}
