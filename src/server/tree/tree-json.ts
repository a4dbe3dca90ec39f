import { CredWatchError } from '../../errors.ts';
import { parseJson } from '../parse-json.ts';
import {
  createCredentialsPathError,
  isValidEntryName,
  MAX_DEPTH,
  TOP_LEVEL_KINDS,
  TOP_LEVEL_NAMES,
  type TreeChange,
  type TreeChanges,
} from './metadata-tree.ts';

type Changes = Map<string, TreeChange>;

const EXAMPLE_HINT = 'write JSON such as {"meta-data": {"placement/region": "eu-west-1"}}';

/**
 * Parses changes in JSON. Objects are directories, null removes an entry, an array of strings is a text with
 * lines, and a key with slashes is a path. `file` is the file name for errors.
 * @throws CredWatchError
 */
export function parseTreeChanges(text: string, file: string): TreeChanges {
  const value = parseJson(text, file, EXAMPLE_HINT);
  if (!isObject(value)) throw new CredWatchError(`${file} is not a JSON object`, EXAMPLE_HINT);
  const changes: Changes = new Map();
  collect(value, changes, [], `${file}: $`);
  return changes;
}

/** `location` is the JSON path of `object`, for messages. */
function collect(object: object, into: Changes, parents: readonly string[], location: string): void {
  for (const [key, value] of Object.entries(object)) {
    const keyLocation = `${location}[${JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key)}]`;
    const names = key.split('/');
    const path = [...parents, ...names];
    assertValidEntry(path, value, keyLocation);
    const last = names.pop() ?? '';
    const parent = names.reduce((changes, name) => openDirectory(changes, name, keyLocation), into);
    if (isObject(value)) collect(value, openDirectory(parent, last, keyLocation), path, keyLocation);
    else if (parent.has(last)) throw createDuplicateError(keyLocation);
    else parent.set(last, toText(value, keyLocation));
  }
}

function assertValidEntry(path: readonly string[], value: unknown, location: string): void {
  const [top = '', second] = path;
  if (!path.every(isValidEntryName)) {
    throw new CredWatchError(
      `${location} is not a valid path`,
      'separate names by single slashes; a name cannot be empty, . or .., or contain control characters',
    );
  }
  if (path.length > MAX_DEPTH)
    throw new CredWatchError(`${location} is nested too deeply`, `use at most ${MAX_DEPTH} levels`);
  const kind = TOP_LEVEL_KINDS.get(top);
  if (kind === undefined) {
    throw new CredWatchError(
      `${location} is not below ${TOP_LEVEL_NAMES}`,
      'move the value below one of them',
    );
  }
  if (top === 'meta-data' && second === 'iam') throw createCredentialsPathError(location);
  if (value === null) return;
  if ((path.length > 1 || isObject(value)) !== (kind === 'directory')) {
    throw new CredWatchError(
      `${location} has the wrong type: ${top} is a ${kind}`,
      kind === 'text' ? `give ${top} a text value` : `make ${top} an object`,
    );
  }
}

/** Returns the changes of a subdirectory, and creates them if necessary. */
function openDirectory(changes: Changes, name: string, location: string): Changes {
  const existing = changes.get(name);
  if (existing instanceof Map) return existing;
  if (existing !== undefined) throw createDuplicateError(location);
  const created: Changes = new Map();
  changes.set(name, created);
  return created;
}

function toText(value: unknown, location: string): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
    if (isExact) return String(value);
    throw new CredWatchError(
      `${location} has more digits than a JSON number can hold`,
      'put the number in quotes',
    );
  }
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('\n');
  throw new CredWatchError(
    `${location} is an array with other values than strings`,
    'use an array of strings for a text with lines; to serve JSON, put it into one string',
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const createDuplicateError = (location: string) =>
  new CredWatchError(`${location} is a duplicate`, 'remove one; "a/b" and "b" inside "a" are the same entry');
