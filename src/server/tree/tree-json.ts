import { CredWatchError } from '../../errors.ts';
import { parseJson } from '../parse-json.ts';
import {
  isValidEntryName,
  MAX_DEPTH,
  replacesCredentialsError,
  TOP_LEVEL_KINDS,
  TOP_LEVEL_NAMES,
  type TreeChange,
  type TreeChanges,
} from './metadata-tree.ts';

type Changes = Map<string, TreeChange>;

const NOTATION = 'write it like {"meta-data": {"placement/region": "eu-west-1"}}';

/**
 * Changes written as JSON: objects are directories, null removes, an array of strings is a text of lines, and a key
 * with slashes is a path. `file` is named in errors.
 * @throws CredWatchError
 */
export function parseTreeChanges(text: string, file: string): TreeChanges {
  const value = parseJson(text, file, NOTATION);
  if (!isObject(value)) throw new CredWatchError(`${file} is no JSON object`, NOTATION);
  const changes: Changes = new Map();
  collect(value, changes, [], `${file}: $`);
  return changes;
}

/** `place` is the JSON path of `object`, for messages. */
function collect(object: object, into: Changes, above: readonly string[], place: string): void {
  for (const [key, value] of Object.entries(object)) {
    const here = `${place}[${JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key)}]`;
    const names = key.split('/');
    const path = [...above, ...names];
    assertPlace(path, value, here);
    const last = names.pop()!;
    const parent = names.reduce((changes, name) => enterOrMake(changes, name, here), into);
    if (isObject(value)) collect(value, enterOrMake(parent, last, here), path, here);
    else if (parent.has(last)) throw namedTwice(here);
    else parent.set(last, textOf(value, here));
  }
}

function assertPlace(path: readonly string[], value: unknown, place: string): void {
  const [top = '', second] = path;
  if (!path.every(isValidEntryName)) {
    throw new CredWatchError(
      `${place} is not a path`,
      'join names by single slashes; no name is empty, . or .., or has control characters',
    );
  }
  if (path.length > MAX_DEPTH)
    throw new CredWatchError(`${place} is too deep`, `use ${MAX_DEPTH} levels at most`);
  const kind = TOP_LEVEL_KINDS.get(top);
  if (kind === undefined) {
    throw new CredWatchError(
      `${place} is in none of ${TOP_LEVEL_NAMES}`,
      'put it into the one where it belongs',
    );
  }
  if (top === 'meta-data' && second === 'iam') throw replacesCredentialsError(place);
  if (value === null) return;
  if ((path.length > 1 || isObject(value)) !== (kind === 'directory')) {
    throw new CredWatchError(`${place} does not fit: ${top} is a ${kind}`, `make ${top} a ${kind}`);
  }
}

function enterOrMake(changes: Changes, name: string, place: string): Changes {
  const there = changes.get(name);
  if (there instanceof Map) return there;
  if (there !== undefined) throw namedTwice(place);
  const made: Changes = new Map();
  changes.set(name, made);
  return made;
}

function textOf(value: unknown, place: string): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
    if (isExact) return String(value);
    throw new CredWatchError(`${place} has more digits than a JSON number keeps`, 'put it in quotes');
  }
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('\n');
  throw new CredWatchError(
    `${place} is an array of something other than strings`,
    'an array is a text of lines; what is to be served as JSON goes into a string',
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const namedTwice = (place: string) =>
  new CredWatchError(`${place} is named a second time`, 'keep one: "a/b" and "b" inside of "a" are the same');
