import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HolderSearch } from '../../../../src/server/serving/peer/socket-holders.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';

/** A folder like `/proc`, in which each process has a socket with its pid as the inode. */
function createProc(processes: number): string {
  const proc = temporaryFolder();
  for (let pid = 1; pid <= processes; pid += 1) {
    mkdirSync(join(proc, String(pid), 'fd'), { recursive: true });
    symlinkSync(`socket:[${pid}]`, join(proc, String(pid), 'fd', '3'));
  }
  return proc;
}

/** The processes in the order in which a search finds them. */
const findAll = (proc: string, ...more: [recent: number[], nextPid?: number]) => {
  const search = new HolderSearch(proc, ...more);
  for (const _ of search.run(new Set())) {
    // Reads on.
  }
  return [...search.holders.keys()].map(Number);
};

test('a search reads the recent and the newest processes, and goes on where the last one ended', () => {
  const proc = createProc(100);
  const newest = Array.from({ length: 64 }, (_, index) => 100 - index);
  const order = findAll(proc, [5], 20);
  expect(order.slice(0, 3)).toEqual([5, 100, 99]);
  expect(order.slice(65, 68)).toEqual([20, 19, 18]);
  expect(order.at(-1)).toBe(21);
  expect(new Set(order).size).toBe(100);
  expect(findAll(proc, []).slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => 100 - index));
  expect(newest.every((pid) => order.indexOf(pid) < 65)).toBe(true);
  // The process has ended, and all older ones too.
  expect(new Set(findAll(proc, [], 0)).size).toBe(100);
});
