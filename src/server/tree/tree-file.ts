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
 * The tree `under` as a JSON file or a folder changes it; both are read again when they have changed. What is wrong
 * by then is told to `onProblem`, once, and served is what is right.
 * @throws CredWatchError
 */
export function openTree(path: string, under: Directory, onProblem: ProblemHandler): MetadataTree {
  try {
    const isFolder = statSync(path).isDirectory();
    return isFolder ? new TreeFolder(path, under, onProblem) : treeOfFile(path, under, onProblem);
  } catch (error) {
    throw toTreeReadError(error, path);
  }
}

function treeOfFile(path: string, under: Directory, onProblem: ProblemHandler): MetadataTree {
  let version = versionOf(path);
  let tree = applyTreeChanges(under, readChanges(path));
  return {
    findEntry(segments) {
      const current = versionOf(path);
      if (current !== version) {
        version = current;
        try {
          tree = applyTreeChanges(under, readChanges(path));
        } catch (error) {
          onProblem(`${toTreeReadError(error, path).message}: still serving what it said before`);
        }
      }
      return findTreeEntry(tree, segments);
    },
  };
}

function versionOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return getSystemErrorCode(error);
  }
}

function readChanges(path: string): TreeChanges {
  const bytes = readRegularFile(path);
  if (!isUtf8(bytes)) throw new CredWatchError(`${path} is not UTF-8`, 'save it as JSON in UTF-8');
  // The decoder drops a byte order mark, at which JSON.parse would stumble.
  return parseTreeChanges(new TextDecoder().decode(bytes), path);
}
