import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import {
  applyTreeChanges,
  type Directory,
  findEntryName,
  findTreeEntry,
  isValidEntryName,
  MAX_DEPTH,
  type MetadataTree,
  replacesCredentialsError,
  TOP_LEVEL_KINDS,
  TOP_LEVEL_NAMES,
  type TreeChange,
  type TreeChanges,
} from './metadata-tree.ts';
import { assertReadable, readRegularFile, toTreeReadError } from './regular-file.ts';

export type ProblemHandler = (message: string) => void;

/**
 * A folder of files, read at every look. No part of a request ever becomes a path: it is looked for among the names
 * that each folder lists.
 */
export class TreeFolder implements MetadataTree {
  readonly #folder: string;
  readonly #under: Directory;
  readonly #onProblem: ProblemHandler;
  readonly #told = new Set<string>();

  constructor(folder: string, under: Directory, onProblem: ProblemHandler) {
    this.#folder = folder;
    this.#under = under;
    this.#onProblem = onProblem;
    const iam = join(folder, 'meta-data', 'iam');
    if (existsSync(iam)) throw replacesCredentialsError(iam);
    if (readdirSync(folder).some((name) => TOP_LEVEL_KINDS.has(name))) return;
    throw new CredWatchError(
      `${folder} has none of ${TOP_LEVEL_NAMES}`,
      'name its files as paths go: meta-data/placement/region',
    );
  }

  findEntry(path: readonly string[]) {
    // Links may go in a circle.
    if (path.length > MAX_DEPTH) return null;
    // Resolved once a look: the folder itself may be a link that is turned to another one meanwhile.
    const root = this.#attempt(this.#folder, () => realpathSync(this.#folder));
    if (root === null) return findTreeEntry(this.#under, path);
    return findTreeEntry(applyTreeChanges(this.#under, this.#readAlong(path, root, root, [])), path);
  }

  /** What a folder holds; of what is off the path no more than what it takes to list it. */
  #readAlong(path: readonly string[], root: string, folder: string, above: readonly string[]): TreeChanges {
    const found = this.#list(root, folder, above);
    const changes = new Map<string, TreeChange>();
    for (const [name, { isDirectory }] of found) changes.set(name, isDirectory ? new Map() : '');
    const [segment, ...rest] = path;
    const name = segment === undefined ? null : findEntryName(changes, segment);
    if (name === null) return changes;
    const { realPath, isDirectory } = found.get(name)!;
    if (isDirectory) return changes.set(name, this.#readAlong(rest, root, realPath, [...above, name]));
    const body = this.#attempt(realPath, () => readRegularFile(realPath));
    if (body === null) changes.delete(name);
    else changes.set(name, above.length === 0 ? body : withoutLastNewline(body));
    return changes;
  }

  #list(root: string, folder: string, above: readonly string[]) {
    const found = new Map<string, { realPath: string; isDirectory: boolean }>();
    for (const name of this.#attempt(folder, () => readdirSync(folder)) ?? []) {
      // Hidden are the files of editors and of version control, and what the links of a Kubernetes volume lead to.
      if (name.startsWith('.') || !isValidEntryName(name)) continue;
      const path = join(folder, name);
      this.#attempt(path, () => {
        const realPath = realpathSync(path);
        const stats = statSync(realPath);
        const isDirectory = stats.isDirectory();
        if (above.length === 0 && TOP_LEVEL_KINDS.get(name) !== (isDirectory ? 'directory' : 'text')) return;
        if (above.length === 1 && above[0] === 'meta-data' && name === 'iam')
          throw replacesCredentialsError(path);
        assertInside(root, realPath, path);
        if (!isDirectory) assertReadable(stats, path);
        found.set(name, { realPath, isDirectory });
      });
    }
    return found;
  }

  /** Null where it failed, which is told once. What is gone since it was listed is as it never was. */
  #attempt<Result>(path: string, action: () => Result): Result | null {
    try {
      return action();
    } catch (error) {
      if (getSystemErrorCode(error) === 'ENOENT' && path !== this.#folder) return null;
      const message = `${toTreeReadError(error, path).message}: not served`;
      if (!this.#told.has(message)) this.#onProblem(message);
      this.#told.add(message);
      return null;
    }
  }
}

function assertInside(root: string, realPath: string, path: string): void {
  const way = relative(root, realPath);
  if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return;
  throw new CredWatchError(`${path} leads out of the folder`, 'copy what it leads to into the folder');
}

/** Editors end a file with a newline; the values of a real instance have none. */
function withoutLastNewline(body: Buffer): Buffer {
  const isText = isUtf8(body) && !body.includes(0);
  if (!isText || body.at(-1) !== 0x0a) return body;
  return body.subarray(0, body.at(-2) === 0x0d ? -2 : -1);
}
