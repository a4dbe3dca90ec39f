import { constants, type Stats } from 'node:fs';
import { chmod, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../../errors.ts';
import { adviseWriteError, describeWriteError } from '../../../write-errors.ts';
import { openPrivateFolder } from '../../start/cache-folder.ts';

const GROUP_READS = 0o040;
const GROUP_ENTERS = 0o010;
const OTHERS_READ = 0o077;

/** Larger files are not ours. */
const MAX_BYTES = 65_536;

const TEMPORARY = /^\.cred-watch-\d+-\d+\.tmp$/;

/** Decides whether this program wrote a file, by its name and its content. */
export type IsOwnFile = (name: string, content: string) => boolean;

/**
 * A folder with secrets, which no other user can change. Files of other programs and links are never read, followed,
 * replaced or removed.
 */
export class PrivateFiles {
  readonly path: string;
  /** Without links. */
  readonly #folder: string;
  readonly #user: number;
  /** The group of the folder. */
  readonly #group: number;
  readonly #mode: number;
  readonly #isOwn: IsOwnFile;
  #count = 0;

  private constructor(path: string, folder: string, { uid, gid }: Stats, mode: number, isOwn: IsOwnFile) {
    this.path = path;
    this.#folder = folder;
    this.#user = uid;
    this.#group = gid;
    this.#mode = mode;
    this.#isOwn = isOwn;
  }

  /**
   * Creates the folder if it does not exist.
   * @param path absolute
   * @param mode of the files, for {@link write}
   * @param user the user of this process
   * @throws CredWatchError if another user could read or change the files
   */
  static async open(path: string, mode: number, user: number, isOwn: IsOwnFile): Promise<PrivateFiles> {
    const isShared = (mode & GROUP_READS) !== 0;
    try {
      await assertTrustedLinks(path, user);
      const isNew = (await lstat(path).catch(nullIfMissing)) === null;
      const folder = openPrivateFolder(path, user);
      if (folder === null)
        throw new CredWatchError(
          `another user can change the folder ${path}, or a folder in its path`,
          'use a folder that only this user can write, in folders that only this user or root can write',
        );
      if (isNew && isShared) await chmod(folder, 0o750);
      const stats = await stat(folder);
      assertUsable(path, stats, user, isShared);
      return new PrivateFiles(path, folder, stats, mode, isOwn);
    } catch (cause) {
      if (cause instanceof CredWatchError) throw cause;
      throw new CredWatchError(
        `could not open the folder ${path}: ${describeWriteError(cause)}`,
        'create the folder, with this user as its owner and mode 700',
        { cause },
      );
    }
  }

  /**
   * The content of a file that only this user can read. Null if it does not exist.
   * @throws CredWatchError for any other file
   */
  async readSecret(name: string): Promise<string | null> {
    const found = await this.#read(name);
    if (found === null) return null;
    if ((found.mode & OTHERS_READ) !== 0)
      throw new CredWatchError(
        `other users can read the secret ${join(this.path, name)}`,
        'remove the file: the next start creates a new secret, and clients need the new variables',
      );
    return found.content;
  }

  /** Creates a file that only this user can read. */
  writeSecret(name: string, content: string): Promise<void> {
    return this.#write(name, content, 0o600);
  }

  /**
   * Replaces a file of this program in one step.
   * @throws CredWatchError if another program wrote the file, or if it cannot be written
   */
  async write(name: string, content: string): Promise<void> {
    await this.assertOwn(name);
    await this.#write(name, content, this.#mode);
  }

  /** @throws CredWatchError if another program wrote the file */
  async assertOwn(name: string): Promise<void> {
    const found = await this.#read(name);
    if (found !== null && !this.#isOwn(name, found.content)) throw createForeignError(join(this.path, name));
  }

  /** Removes the files that an earlier server wrote, and that this one does not write. */
  async removeOthers(kept: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (kept.has(name)) continue;
      const found = await this.#read(name).catch(() => null);
      if (found === null || !(TEMPORARY.test(name) || this.#isOwn(name, found.content))) continue;
      await rm(join(this.#folder, name), { force: true });
    }
  }

  async #read(name: string): Promise<{ mode: number; content: string } | null> {
    const shown = join(this.path, name);
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(join(this.#folder, name), flags).catch((error: unknown) => {
      if (getSystemErrorCode(error) === 'ENOENT') return null;
      throw createForeignError(shown, error);
    });
    if (handle === null) return null;
    try {
      const stats = await handle.stat();
      const isPlain = stats.isFile() && stats.nlink === 1 && stats.size <= MAX_BYTES;
      if (!isPlain || stats.uid !== this.#user) throw createForeignError(shown);
      return { mode: stats.mode, content: await handle.readFile('utf8') };
    } finally {
      await handle.close();
    }
  }

  async #write(name: string, content: string, mode: number): Promise<void> {
    const path = join(this.#folder, name);
    this.#count += 1;
    const temporary = join(this.#folder, `.cred-watch-${process.pid}-${this.#count}.tmp`);
    try {
      // A process of an earlier start of the machine can have had the same id.
      await rm(temporary, { force: true });
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(content);
        if ((mode & GROUP_READS) !== 0) await this.#share(handle, mode);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      if (cause instanceof CredWatchError) throw cause;
      throw new CredWatchError(
        `could not write ${join(this.path, name)}: ${describeWriteError(cause)}`,
        adviseWriteError(cause, 'use a folder with free space that this user can write'),
        { cause },
      );
    }
  }

  /** Gives the file to the group of the folder. */
  async #share(handle: Awaited<ReturnType<typeof open>>, mode: number): Promise<void> {
    const { gid } = await handle.stat();
    if (gid !== this.#group) {
      await handle.chown(this.#user, this.#group).catch((cause: unknown) => {
        throw new CredWatchError(
          `could not give the client files to the group ${this.#group} of ${this.path}: ${describeSystemError(cause)}`,
          'add this user to the group, or use --client-files-mode 600',
          { cause },
        );
      });
    }
    await handle.chmod(mode);
  }
}

function assertUsable(path: string, stats: Stats, user: number, isShared: boolean): void {
  if (!stats.isDirectory()) throw new CredWatchError(`${path} is not a folder`, 'use a folder');
  if (stats.uid !== user)
    throw new CredWatchError(
      `the folder ${path} belongs to another user`,
      'use a folder of this user: other programs must not write the files',
    );
  if (isShared && (stats.mode & (GROUP_READS | GROUP_ENTERS)) !== (GROUP_READS | GROUP_ENTERS))
    throw new CredWatchError(
      `the group of the folder ${path} cannot read it`,
      `run \`chmod 750 ${path}\`, or use --client-files-mode 600`,
    );
}

/** A link of another user, for example in /tmp, would choose the folder that gets the files. */
async function assertTrustedLinks(path: string, user: number): Promise<void> {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    const stats = await lstat(part).catch(nullIfMissing);
    if (stats?.isSymbolicLink() && stats.uid !== user && stats.uid !== 0)
      throw new CredWatchError(`${part} is a link of another user`, 'use another folder');
  }
}

function nullIfMissing(error: unknown): null {
  if (getSystemErrorCode(error) === 'ENOENT') return null;
  throw error;
}

const createForeignError = (path: string, cause?: unknown) =>
  new CredWatchError(
    `${path} exists and was not written by cred-watch serve`,
    'remove it, or use another folder for --client-files',
    { cause },
  );
