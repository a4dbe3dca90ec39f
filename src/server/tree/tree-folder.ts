import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import {
  applyTreeChanges,
  createCredentialsPathError,
  type Directory,
  findEntryName,
  findTreeEntry,
  isValidEntryName,
  MAX_DEPTH,
  type MetadataTree,
  TOP_LEVEL_KINDS,
  TOP_LEVEL_NAMES,
  type TreeChange,
  type TreeChanges,
} from './metadata-tree.ts';
import { assertReadable, readRegularFile, toTreeReadError } from './regular-file.ts';

export type ProblemHandler = (message: string) => void;

/**
 * A tree in a folder, read at every request. No part of a request becomes part of a file path: each segment
 * is compared with the names that the folder lists.
 */
export class TreeFolder implements MetadataTree {
  readonly #folder: string;
  readonly #base: Directory;
  readonly #onProblem: ProblemHandler;
  readonly #reportedMessages = new Set<string>();

  constructor(folder: string, base: Directory, onProblem: ProblemHandler) {
    this.#folder = folder;
    this.#base = base;
    this.#onProblem = onProblem;
    const iam = join(folder, 'meta-data', 'iam');
    if (existsSync(iam)) throw createCredentialsPathError(iam);
    if (readdirSync(folder).some((name) => TOP_LEVEL_KINDS.has(name))) return;
    throw new CredWatchError(
      `${folder} contains no entry named ${TOP_LEVEL_NAMES}`,
      'name the files like metadata paths: meta-data/placement/region',
    );
  }

  findEntry(path: readonly string[]) {
    // Symbolic links may form a cycle.
    if (path.length > MAX_DEPTH) return null;
    // Resolved at each request, because the folder may be a symbolic link that changes.
    const root = this.#tryRead(this.#folder, () => realpathSync(this.#folder));
    if (root === null) return findTreeEntry(this.#base, path);
    return findTreeEntry(applyTreeChanges(this.#base, this.#readAlong(path, root, root, [])), path);
  }

  /** Reads a folder: the content of entries on the path, and only the names of other entries. */
  #readAlong(path: readonly string[], root: string, folder: string, parents: readonly string[]): TreeChanges {
    const found = this.#list(root, folder, parents);
    const changes = new Map<string, TreeChange>();
    for (const [name, { isDirectory }] of found) changes.set(name, isDirectory ? new Map() : '');
    const [segment, ...rest] = path;
    const name = segment === undefined ? null : findEntryName(changes, segment);
    const entry = name === null ? undefined : found.get(name);
    if (name === null || entry === undefined) return changes;
    const { realPath, isDirectory } = entry;
    if (isDirectory) return changes.set(name, this.#readAlong(rest, root, realPath, [...parents, name]));
    const body = this.#tryRead(realPath, () => readRegularFile(realPath));
    if (body === null) changes.delete(name);
    else changes.set(name, parents.length === 0 ? body : removeFinalNewline(body));
    return changes;
  }

  #list(root: string, folder: string, parents: readonly string[]) {
    const found = new Map<string, { realPath: string; isDirectory: boolean }>();
    for (const name of this.#tryRead(folder, () => readdirSync(folder)) ?? []) {
      // Hidden files belong to editors, version control, and the link structure of Kubernetes volumes.
      if (name.startsWith('.') || !isValidEntryName(name)) continue;
      const path = join(folder, name);
      this.#tryRead(path, () => {
        const realPath = realpathSync(path);
        const stats = statSync(realPath);
        const isDirectory = stats.isDirectory();
        if (parents.length === 0 && TOP_LEVEL_KINDS.get(name) !== (isDirectory ? 'directory' : 'text'))
          return;
        if (parents.length === 1 && parents[0] === 'meta-data' && name === 'iam')
          throw createCredentialsPathError(path);
        assertInside(root, realPath, path);
        if (!isDirectory) assertReadable(stats, path);
        found.set(name, { realPath, isDirectory });
      });
    }
    return found;
  }

  /** Returns null if reading fails, and reports each problem once, except a deleted file. */
  #tryRead<Result>(path: string, action: () => Result): Result | null {
    try {
      return action();
    } catch (error) {
      if (getSystemErrorCode(error) === 'ENOENT' && path !== this.#folder) return null;
      const message = `${toTreeReadError(error, path).message}; not served`;
      if (!this.#reportedMessages.has(message)) this.#onProblem(message);
      this.#reportedMessages.add(message);
      return null;
    }
  }
}

function assertInside(root: string, realPath: string, path: string): void {
  const relativePath = relative(root, realPath);
  const isInside = relativePath !== '..' && !relativePath.startsWith(`..${sep}`) && !isAbsolute(relativePath);
  if (isInside) return;
  throw new CredWatchError(
    `${path} is a link to a file outside the folder`,
    'copy that file into the folder',
  );
}

/** Editors end a file with a newline, but metadata values of a real instance have none. */
function removeFinalNewline(body: Buffer): Buffer {
  const isText = isUtf8(body) && !body.includes(0);
  if (!isText || body.at(-1) !== 0x0a) return body;
  return body.subarray(0, body.at(-2) === 0x0d ? -2 : -1);
}
