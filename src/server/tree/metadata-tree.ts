import { CredWatchError } from '../../errors.ts';

/** What lies beneath a version (`/latest/`): `dynamic/`, `meta-data/` and `user-data`. */
export interface MetadataTree {
  /** `path` is decoded and split, without empty segments; `[]` is the top. Null where there is nothing. */
  findEntry(path: readonly string[]): TreeEntry | null;
}

export type TreeEntry =
  | { kind: 'leaf'; body: string | Buffer }
  /** Names as they are listed, in order. */
  | { kind: 'directory'; names: readonly string[] };

export type TreeNode = string | Buffer | Directory;

/** Entries are kept in maps: names come from files, and `__proto__` is one like any other. */
export class Directory {
  readonly entries: ReadonlyMap<string, TreeNode>;
  /** Listed before the others, in this order: not every list of the real service is sorted. */
  readonly listedFirst: readonly string[];

  constructor(entries: ReadonlyMap<string, TreeNode>, listedFirst: readonly string[] = []) {
    this.entries = entries;
    this.listedFirst = listedFirst;
  }
}

/** For a directory: text adds or replaces, null removes, changes of what is no directory yet make it one. */
export type TreeChanges = ReadonlyMap<string, TreeChange>;
export type TreeChange = string | Buffer | null | TreeChanges;

export type DirectoryLiteral = string | Buffer | Directory | { readonly [name: string]: DirectoryLiteral };

/** How many names a path may have. */
export const MAX_DEPTH = 32;

/** What there is beneath a version; a value anywhere else is a slip, which no client would ever see. */
export const TOP_LEVEL_KINDS: ReadonlyMap<string, 'directory' | 'text'> = new Map([
  ['dynamic', 'directory'],
  ['meta-data', 'directory'],
  ['user-data', 'text'],
]);
export const TOP_LEVEL_NAMES = [...TOP_LEVEL_KINDS.keys()].join(', ');

/** A directory from a literal. */
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
    node = node.entries.get(name)!;
  }
  if (isText(node)) return { kind: 'leaf', body: node };
  // The top alone is listed without slashes: `dynamic`, `meta-data`, `user-data` in captures of /latest/.
  return { kind: 'directory', names: list(node, path.length === 0 ? '' : '/') };
}

/**
 * The name of the entry that a segment of a path enters. Public keys are listed as `0=my-key` and entered as `0`;
 * a tag of such a name is no directory, and entered by all of it.
 */
export function findEntryName(
  entries: ReadonlyMap<string, TreeNode | TreeChange>,
  segment: string,
): string | null {
  const exact = entries.get(segment);
  if (exact !== undefined && (isText(exact) || numberOf(segment) === segment)) return segment;
  for (const [name, node] of entries) if (!isText(node) && numberOf(name) === segment) return name;
  return null;
}

/** The directory with the changes made; the one given stays as it is. */
export function applyTreeChanges(under: Directory, changes: TreeChanges): Directory {
  const entries = new Map(under.entries);
  const directories = [...entries].filter(([, node]) => node instanceof Directory);
  const numbered = new Map(directories.map(([name]) => [numberOf(name), name]));
  for (const [name, made] of changes) {
    // `0` and `0=new-name` both mean the directory that is listed as `0=my-key`.
    const former = entries.has(name) ? name : (numbered.get(numberOf(name)) ?? name);
    const node = entries.get(former);
    entries.delete(former);
    if (made === null) continue;
    if (isText(made)) {
      entries.set(name, made);
      continue;
    }
    const changed = applyTreeChanges(node instanceof Directory ? node : new Directory(new Map()), made);
    // Everything was removed, or there was nothing to remove.
    if (changed.entries.size === 0 && made.size > 0) continue;
    const kept = name === numberOf(former) ? former : name;
    entries.set(kept, changed);
    numbered.set(numberOf(kept), kept);
  }
  return new Directory(entries, under.listedFirst);
}

const isText = (node: unknown): node is string | Buffer => typeof node === 'string' || Buffer.isBuffer(node);

const numberOf = (name: string) => /^(\d+)=/.exec(name)?.[1] ?? name;

function list({ entries, listedFirst }: Directory, slash: string): string[] {
  const rank = new Map(listedFirst.map((name, place) => [name, place]));
  return [...entries]
    .map(([name, node]) => ({
      bytes: Buffer.from(name),
      rank: rank.get(name) ?? listedFirst.length,
      shown: isText(node) || numberOf(name) !== name ? name : name + slash,
    }))
    .sort((a, b) => a.rank - b.rank || Buffer.compare(a.bytes, b.bytes))
    .map(({ shown }) => shown);
}

export const isValidEntryName = (name: string) =>
  name !== '' && name !== '.' && name !== '..' && !/\p{Cc}/u.test(name);

export const replacesCredentialsError = (place: string) =>
  new CredWatchError(
    `${place} would replace the credentials`,
    'use --role, --lifetime and --fault to say what is served there',
  );
