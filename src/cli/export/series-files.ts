import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeriesIdentity } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { formatPartition } from '../../report/parquet/partition.ts';
import { digestName, formatHostFolder } from '../../watch/parquet/host-folder.ts';
import type { Io } from '../process/io.ts';
import { replaceFile, TEMPORARY_FILE } from '../process/output-file.ts';
import { createFolder, explainErrors } from './export-folder.ts';

/** Different for each series. Two series of one host, such as IMDSv1 and v2, share the folders of the host. */
const formatFileName = (identity: SeriesIdentity): string =>
  `${identity.source}-${digestName(getSeriesKey(identity))}.parquet`;

/** Leftovers of a killed export are deleted after this time. */
const LEFTOVER_MS = 3_600_000;

/** Writes the files of one series after another into `host=…/month=…/`. */
export class SeriesFiles {
  readonly #root: string;
  readonly #io: Io;
  /** The names of host folders by their lower-case form. */
  readonly #hosts = new Map<string, string>();
  /** The file names in the months of one host, by folder name. */
  #listed: { host: string; months: Map<string, Set<string>> } | null = null;

  constructor(root: string, io: Io) {
    this.#root = root;
    this.#io = io;
  }

  /**
   * Writes one file per month, unless the file has these bytes already. Deletes the files of this series in other
   * months: a generation is in another month after an import of older samples.
   * @param months yields the month and the content of its file
   */
  async write(
    identity: SeriesIdentity,
    months: Iterable<[month: string, content: Uint8Array]>,
  ): Promise<void> {
    const host = formatHostFolder(identity.host).name;
    const folder = join(this.#root, host);
    const listed = await this.#listMonths(host);
    const name = formatFileName(identity);
    const written = new Set<string>();
    for (const [month, content] of months) {
      const monthFolder = formatPartition('month', month);
      written.add(monthFolder);
      const file = join(folder, monthFolder, name);
      await explainErrors(file, async () => {
        await createFolder(join(folder, monthFolder));
        if (listed.get(monthFolder)?.has(name) && (await readFile(file)).equals(content)) return;
        await replaceFile(file, [content], this.#io);
      });
    }
    for (const [monthFolder, names] of listed) {
      if (written.has(monthFolder) || !names.has(name)) continue;
      names.delete(name);
      await explainErrors(join(folder, monthFolder), async () => {
        await rm(join(folder, monthFolder, name), { force: true });
        await rmdir(join(folder, monthFolder)).catch(ignoreNotEmpty);
      });
    }
  }

  /** Lists the months of a host once, because a host may have thousands of series. */
  async #listMonths(host: string): Promise<Map<string, Set<string>>> {
    if (this.#listed?.host === host) return this.#listed.months;
    const folder = join(this.#root, host);
    const months = await explainErrors(folder, async () => {
      await createFolder(folder);
      await this.#assertOwnFolder(host);
      return this.#readMonths(folder);
    });
    this.#listed = { host, months };
    return months;
  }

  async #readMonths(folder: string): Promise<Map<string, Set<string>>> {
    const months = new Map<string, Set<string>>();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || !entry.name.startsWith('month=')) continue;
      const names = await readdir(join(folder, entry.name));
      for (const name of names)
        if (TEMPORARY_FILE.test(name)) await this.#deleteOld(join(folder, entry.name, name));
      months.set(entry.name, new Set(names));
    }
    return months;
  }

  /** A younger file may belong to an export that is running. */
  async #deleteOld(file: string): Promise<void> {
    const { mtimeMs } = await stat(file);
    if (this.#io.clock.now() - mtimeMs > LEFTOVER_MS) await rm(file, { force: true });
  }

  /** @throws CredWatchError if the file system does not distinguish the folders of two hosts */
  async #assertOwnFolder(host: string): Promise<void> {
    const folded = host.normalize('NFC').toLowerCase();
    const other = this.#hosts.get(folded);
    this.#hosts.set(folded, other ?? host);
    if (other === undefined || other === host) return;
    const [own, known] = await Promise.all([host, other].map((name) => stat(join(this.#root, name))));
    if (own === undefined || known === undefined || own.ino !== known.ino || own.dev !== known.dev) return;
    throw new CredWatchError(
      `the file system does not distinguish the folders ${other} and ${host}`,
      'export these hosts into different folders, with --host and -o',
    );
  }
}

function ignoreNotEmpty(error: unknown): void {
  const code = getSystemErrorCode(error);
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
}
