import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { CredWatchError, systemErrorCode } from '../../errors.ts';
import { change, type Directory, lookUp, type MetadataTree, type TreeChanges } from './metadata-tree.ts';
import { explained, readRegularFile } from './regular-file.ts';
import { type Problem, TreeFolder } from './tree-folder.ts';
import { parseChanges } from './tree-json.ts';

/**
 * The tree `under` as a JSON file or a folder changes it; both are read again when they have changed. What is wrong
 * by then is told to `onProblem`, once, and served is what is right.
 * @throws CredWatchError
 */
export function openTree(path: string, under: Directory, onProblem: Problem): MetadataTree {
  try {
    const isFolder = statSync(path).isDirectory();
    return isFolder ? new TreeFolder(path, under, onProblem) : treeOfFile(path, under, onProblem);
  } catch (error) {
    throw explained(error, path);
  }
}

function treeOfFile(path: string, under: Directory, onProblem: Problem): MetadataTree {
  let version = versionOf(path);
  let tree = change(under, readChanges(path));
  return {
    look(segments) {
      const current = versionOf(path);
      if (current !== version) {
        version = current;
        try {
          tree = change(under, readChanges(path));
        } catch (error) {
          onProblem(`${explained(error, path).message}: still serving what it said before`);
        }
      }
      return lookUp(tree, segments);
    },
  };
}

function versionOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return systemErrorCode(error);
  }
}

function readChanges(path: string): TreeChanges {
  const bytes = readRegularFile(path);
  if (!isUtf8(bytes)) throw new CredWatchError(`${path} is not UTF-8`, 'save it as JSON in UTF-8');
  // The decoder drops a byte order mark, at which JSON.parse would stumble.
  return parseChanges(new TextDecoder().decode(bytes), path);
}
