import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import {
  applyTreeChanges,
  type Directory,
  findTreeEntry,
  type MetadataTree,
  type TreeChanges,
} from './metadata-tree.ts';
import { readRegularFile, toTreeReadError } from './regular-file.ts';
import { type ProblemHandler, TreeFolder } from './tree-folder.ts';
import { parseTreeChanges } from './tree-json.ts';

/**
 * Opens a tree: `base` with the changes of a JSON file or a folder. Both are read again after a change.
 * Problems found then go to `onProblem`, once each, and the valid part is served.
 * @throws CredWatchError if the file or folder is invalid at the start
 */
export function openTree(path: string, base: Directory, onProblem: ProblemHandler): MetadataTree {
  try {
    const isFolder = statSync(path).isDirectory();
    return isFolder ? new TreeFolder(path, base, onProblem) : openTreeFile(path, base, onProblem);
  } catch (error) {
    throw toTreeReadError(error, path);
  }
}

function openTreeFile(path: string, base: Directory, onProblem: ProblemHandler): MetadataTree {
  let version = readVersion(path);
  let tree = applyTreeChanges(base, readChanges(path));
  return {
    findEntry(segments) {
      const current = readVersion(path);
      if (current !== version) {
        version = current;
        try {
          tree = applyTreeChanges(base, readChanges(path));
        } catch (error) {
          onProblem(`${toTreeReadError(error, path).message}; serving the previous content`);
        }
      }
      return findTreeEntry(tree, segments);
    },
  };
}

/** A text that changes when the file changes or disappears. */
function readVersion(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return getSystemErrorCode(error) ?? '';
  }
}

function readChanges(path: string): TreeChanges {
  const bytes = readRegularFile(path);
  if (!isUtf8(bytes)) throw new CredWatchError(`${path} is not UTF-8`, 'save the file as JSON in UTF-8');
  // TextDecoder removes a byte order mark, which JSON.parse rejects.
  return parseTreeChanges(new TextDecoder().decode(bytes), path);
}
