import { readdir } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSmallFile } from '../environment/small-file.ts';

const readFolder = promisify(readdir);

/** A job that starts more processes is searched in part. */
const MAX_PROCESSES = 200;

const KEYS = ['AWS_ACCESS_KEY_ID=', 'AWS_SECRET_ACCESS_KEY='];

/**
 * Finds the nearest processes below a process that were started with keys in their variables. Processes that this
 * user cannot read are skipped. Empty if the kernel does not list children.
 * @param procFolder for tests
 */
export async function findChildrenWithKeys(pid: number, procFolder = '/proc'): Promise<number[]> {
  let seen = 0;
  for (let parents = [pid]; parents.length > 0; ) {
    const lists = await Promise.all(parents.map((parent) => listChildren(parent, procFolder)));
    const children = lists.flat().slice(0, MAX_PROCESSES - seen);
    seen += children.length;
    const found = await Promise.all(children.map((child) => hasKeys(child, procFolder)));
    const withKeys = children.filter((_, index) => found[index]);
    if (withKeys.length > 0) return withKeys.sort((a, b) => a - b);
    parents = children;
  }
  return [];
}

/** Linux lists children by the thread that has started them. */
async function listChildren(pid: number, procFolder: string): Promise<number[]> {
  const threads = join(procFolder, String(pid), 'task');
  const names = await readFolder(threads).catch(() => []);
  const texts = await Promise.all(
    names
      .slice(0, MAX_PROCESSES)
      .map((name) => readSmallFile(join(threads, name, 'children')).catch(() => '')),
  );
  return texts.join(' ').split(/\s+/).filter(Boolean).map(Number);
}

async function hasKeys(pid: number, procFolder: string): Promise<boolean> {
  const text = await readSmallFile(join(procFolder, String(pid), 'environ')).catch(() => '');
  const entries = text.split('\0');
  return KEYS.every((name) => entries.some((entry) => entry.startsWith(name) && entry.length > name.length));
}
