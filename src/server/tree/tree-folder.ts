import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { CredWatchError, systemErrorCode } from '../../errors.ts';
import {
  change,
  DEEPEST,
  type Directory,
  entryAt,
  isName,
  lookUp,
  type MetadataTree,
  replacesCredentials,
  TOP,
  TOP_NAMES,
  type TreeChange,
  type TreeChanges,
} from './metadata-tree.ts';
import { assertReadable, explained, readRegularFile } from './regular-file.ts';

export type Problem = (message: string) => void;

/**
 * A folder of files, read at every look. No part of a request ever becomes a path: it is looked for among the names
 * that each folder lists.
 */
export class TreeFolder implements MetadataTree {
  readonly #folder: string;
  readonly #under: Directory;
  readonly #onProblem: Problem;
  readonly #told = new Set<string>();

  constructor(folder: string, under: Directory, onProblem: Problem) {
    this.#folder = folder;
    this.#under = under;
    this.#onProblem = onProblem;
    const iam = join(folder, 'meta-data', 'iam');
    if (existsSync(iam)) throw replacesCredentials(iam);
    if (readdirSync(folder).some((name) => TOP.has(name))) return;
    throw new CredWatchError(
      `${folder} has none of ${TOP_NAMES}`,
      'name its files as paths go: meta-data/placement/region',
    );
  }

  look(path: readonly string[]) {
    // Links may go in a circle.
    if (path.length > DEEPEST) return null;
    // Resolved once a look: the folder itself may be a link that is turned to another one meanwhile.
    const root = this.#attempt(this.#folder, () => realpathSync(this.#folder));
    if (root === null) return lookUp(this.#under, path);
    return lookUp(change(this.#under, this.#readAlong(path, root, root, [])), path);
  }

  /** What a folder holds; of what is off the path no more than what it takes to list it. */
  #readAlong(path: readonly string[], root: string, folder: string, above: readonly string[]): TreeChanges {
    const found = this.#list(root, folder, above);
    const changes = new Map<string, TreeChange>();
    for (const [name, { isDirectory }] of found) changes.set(name, isDirectory ? new Map() : '');
    const [segment, ...rest] = path;
    const name = segment === undefined ? null : entryAt(changes, segment);
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
      if (name.startsWith('.') || !isName(name)) continue;
      const path = join(folder, name);
      this.#attempt(path, () => {
        const realPath = realpathSync(path);
        const stats = statSync(realPath);
        const isDirectory = stats.isDirectory();
        if (above.length === 0 && TOP.get(name) !== (isDirectory ? 'directory' : 'text')) return;
        if (above.length === 1 && above[0] === 'meta-data' && name === 'iam') throw replacesCredentials(path);
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
      if (systemErrorCode(error) === 'ENOENT' && path !== this.#folder) return null;
      const message = `${explained(error, path).message}: not served`;
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
