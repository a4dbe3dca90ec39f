import { CredWatchError } from '../../errors.ts';

/** The resources below a version (`/latest/`): `dynamic/`, `meta-data/` and `user-data`. */
export interface MetadataTree {
  /** `path` is decoded and split; `[]` is the top. Returns null if there is no such entry. */
  findEntry(path: readonly string[]): TreeEntry | null;
}

export type TreeEntry =
  | { kind: 'leaf'; body: string | Buffer }
  /** The names as listed, in order. */
  | { kind: 'directory'; names: readonly string[] };

export type TreeNode = string | Buffer | Directory;

/** Entries are in a Map, because names come from files and may be `__proto__`. */
export class Directory {
  readonly entries: ReadonlyMap<string, TreeNode>;
  /** Names that are listed first, in this order: some lists of the real service are not sorted. */
  readonly listedFirst: readonly string[];

  constructor(entries: ReadonlyMap<string, TreeNode>, listedFirst: readonly string[] = []) {
    this.entries = entries;
    this.listedFirst = listedFirst;
  }
}

/** Text adds or replaces an entry, null removes it, nested changes create a directory. */
export type TreeChanges = ReadonlyMap<string, TreeChange>;
export type TreeChange = string | Buffer | null | TreeChanges;

export type DirectoryLiteral = string | Buffer | Directory | { readonly [name: string]: DirectoryLiteral };

/** Most segments that a path may have. */
export const MAX_DEPTH = 32;

/** The entries below a version. Any other name is a user error, because no client would request it. */
export const TOP_LEVEL_KINDS: ReadonlyMap<string, 'directory' | 'text'> = new Map([
  ['dynamic', 'directory'],
  ['meta-data', 'directory'],
  ['user-data', 'text'],
]);
export const TOP_LEVEL_NAMES = [...TOP_LEVEL_KINDS.keys()].join(', ');

/** Creates a directory from an object literal. */
export function createDirectory(
  shape: { readonly [name: string]: DirectoryLiteral },
  listedFirst?: readonly string[],
): Directory {
  const entries = Object.entries(shape).map(([name, value]): [string, TreeNode] => [
    name,
    isText(value) || value instanceof Directory ? value : createDirectory(value),
  ]);
  return new Directory(new Map(entries), listedFirst);
}

export const createTree = (top: Directory): MetadataTree => ({
  findEntry: (path) => findTreeEntry(top, path),
});

export function findTreeEntry(top: Directory, path: readonly string[]): TreeEntry | null {
  let node: TreeNode = top;
  for (const segment of path) {
    const name: string | null = isText(node) ? null : findEntryName(node.entries, segment);
    if (isText(node) || name === null) return null;
    const entry = node.entries.get(name);
    if (entry === undefined) return null;
    node = entry;
  }
  if (isText(node)) return { kind: 'leaf', body: node };
  // Captures of /latest/ list the top without slashes: `dynamic`, `meta-data`, `user-data`.
  return { kind: 'directory', names: listNames(node, path.length === 0 ? '' : '/') };
}

/**
 * Finds the entry to which a path segment refers. A directory of public keys is listed as `0=my-key` and
 * addressed as `0`. A text with a name such as `0=x` (a tag) is addressed by its whole name.
 */
export function findEntryName(
  entries: ReadonlyMap<string, TreeNode | TreeChange>,
  segment: string,
): string | null {
  const exact = entries.get(segment);
  if (exact !== undefined && (isText(exact) || getNumber(segment) === segment)) return segment;
  for (const [name, node] of entries) if (!isText(node) && getNumber(name) === segment) return name;
  return null;
}

/** Returns a changed copy of a directory. */
export function applyTreeChanges(base: Directory, changes: TreeChanges): Directory {
  const entries = new Map(base.entries);
  const directories = [...entries].filter(([, node]) => node instanceof Directory);
  const namesByNumber = new Map(directories.map(([name]) => [getNumber(name), name]));
  for (const [name, change] of changes) {
    // `0` and `0=new-name` both mean the directory that is listed as `0=my-key`.
    const oldName = entries.has(name) ? name : (namesByNumber.get(getNumber(name)) ?? name);
    const node = entries.get(oldName);
    entries.delete(oldName);
    if (change === null) continue;
    if (isText(change)) {
      entries.set(name, change);
      continue;
    }
    const changed = applyTreeChanges(node instanceof Directory ? node : new Directory(new Map()), change);
    // A directory from which the changes removed everything disappears.
    if (changed.entries.size === 0 && change.size > 0) continue;
    const newName = name === getNumber(oldName) ? oldName : name;
    entries.set(newName, changed);
    namesByNumber.set(getNumber(newName), newName);
  }
  return new Directory(entries, base.listedFirst);
}

const isText = (node: unknown): node is string | Buffer => typeof node === 'string' || Buffer.isBuffer(node);

/** `0` for `0=my-key`, and the name itself for other names. */
const getNumber = (name: string) => /^(\d+)=/.exec(name)?.[1] ?? name;

function listNames({ entries, listedFirst }: Directory, slash: string): string[] {
  const rank = new Map(listedFirst.map((name, index) => [name, index]));
  return [...entries]
    .map(([name, node]) => ({
      bytes: Buffer.from(name),
      rank: rank.get(name) ?? listedFirst.length,
      shown: isText(node) || getNumber(name) !== name ? name : name + slash,
    }))
    .sort((a, b) => a.rank - b.rank || Buffer.compare(a.bytes, b.bytes))
    .map(({ shown }) => shown);
}

export const isValidEntryName = (name: string) =>
  name !== '' && name !== '.' && name !== '..' && !/\p{Cc}/u.test(name);

export const createCredentialsPathError = (location: string) =>
  new CredWatchError(
    `${location} would replace the credentials`,
    'remove it; --role, --lifetime and --fault control the credentials',
  );
