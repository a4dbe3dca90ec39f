import { CredWatchError } from '../../errors.ts';

/** The resources below a version (`/latest/`): `dynamic/`, `meta-data/` and `user-data`. */
export interface MetadataTree {
  /** `path` is decoded and split; `[]` is the top. Returns null if the entry does not exist. */
  findEntry(path: readonly string[]): TreeEntry | null;
}

export type TreeEntry =
  | { kind: 'leaf'; body: string | Buffer }
  /** The names as listed, in order. */
  | { kind: 'directory'; names: readonly string[] };

/** Directories are Maps, because names come from files and may be `__proto__`. */
export type Directory = ReadonlyMap<string, TreeNode>;
export type TreeNode = string | Buffer | Directory;

/** Text adds or replaces an entry, null removes it, nested changes create a directory. */
export type TreeChanges = ReadonlyMap<string, TreeChange>;
export type TreeChange = string | Buffer | null | TreeChanges;

export interface DirectoryLiteral {
  readonly [name: string]: string | Buffer | DirectoryLiteral;
}

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
export const createDirectory = (literal: DirectoryLiteral): Directory =>
  new Map(
    Object.entries(literal).map(([name, value]) => [name, isText(value) ? value : createDirectory(value)]),
  );

export const createTree = (top: Directory): MetadataTree => ({
  findEntry: (path) => findTreeEntry(top, path),
});

export function findTreeEntry(top: Directory, path: readonly string[]): TreeEntry | null {
  let node: TreeNode = top;
  for (const segment of path) {
    const name: string | null = isText(node) ? null : findEntryName(node, segment);
    const entry: TreeNode | undefined = isText(node) || name === null ? undefined : node.get(name);
    if (entry === undefined) return null;
    node = entry;
  }
  return isText(node) ? { kind: 'leaf', body: node } : { kind: 'directory', names: listNames(node, path) };
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
  const entries = new Map(base);
  const directories = [...entries].filter(([, node]) => !isText(node));
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
    const changed = applyTreeChanges(node === undefined || isText(node) ? new Map() : node, change);
    // A directory from which the changes removed everything disappears.
    if (changed.size === 0 && change.size > 0) continue;
    const newName = name === getNumber(oldName) ? oldName : name;
    entries.set(newName, changed);
    namesByNumber.set(getNumber(newName), newName);
  }
  return entries;
}

const isText = (node: unknown): node is string | Buffer => typeof node === 'string' || Buffer.isBuffer(node);

/** `0` for `0=my-key`, and the name itself for other names. */
const getNumber = (name: string) => /^(\d+)=/.exec(name)?.[1] ?? name;

/** This list has the order of AWS's user guide; all other lists are sorted by bytes. */
const IDENTITY_PATH = 'dynamic/instance-identity';
const IDENTITY_NAMES = ['rsa2048', 'pkcs7', 'document', 'signature', 'dsa2048'];

function listNames(directory: Directory, path: readonly string[]): string[] {
  const names = [...directory.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (path.join('/') === IDENTITY_PATH) names.sort((a, b) => getIdentityRank(a) - getIdentityRank(b));
  // Captures of /latest/ list the top without slashes: `dynamic`, `meta-data`, `user-data`.
  return names.map((name) =>
    path.length === 0 || isText(directory.get(name)) || getNumber(name) !== name ? name : `${name}/`,
  );
}

/** Other names are listed last. */
const getIdentityRank = (name: string) =>
  IDENTITY_NAMES.includes(name) ? IDENTITY_NAMES.indexOf(name) : IDENTITY_NAMES.length;

export const isValidEntryName = (name: string) =>
  name !== '' && name !== '.' && name !== '..' && !/\p{Cc}/u.test(name);

export const createCredentialsPathError = (location: string) =>
  new CredWatchError(
    `${location} would replace the credentials`,
    'remove it; the flags of the command control the credentials',
  );
