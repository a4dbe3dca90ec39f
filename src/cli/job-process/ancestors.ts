import type { ReadProcess, RunningProcess } from './process-info.ts';
import { runsOnly } from './shell-command.ts';

/** Limits the time of a walk. Nested shells and containers have far fewer levels. */
const MAX_LEVELS = 64;

/**
 * Yields the parent of a process, its parent, and so on, until the first process that cannot be read. A process that
 * started later than its child is not the parent: it has reused the pid of a parent that has ended.
 */
async function* walkAncestors(read: ReadProcess, pid: number): AsyncGenerator<RunningProcess> {
  let child = await read(pid);
  for (let level = 0; level < MAX_LEVELS && child !== null && child.parentPid > 0; level += 1) {
    const parent = await read(child.parentPid);
    if (parent === null || parent.startedAt > child.startedAt) return;
    yield parent;
    child = parent;
  }
}

/** All ancestors that can be read, the nearest first. */
export async function listAncestors(read: ReadProcess, pid: number): Promise<RunningProcess[]> {
  const ancestors: RunningProcess[] = [];
  for await (const ancestor of walkAncestors(read, pid)) ancestors.push(ancestor);
  return ancestors;
}

/**
 * The process that started this command line: the parent, or the parent of the shell that only runs this command
 * line. Most SDKs start a `credential_process` in such a shell.
 * @param args the words after the name of this program
 * @returns null if it cannot be read
 */
export async function findCaller(
  read: ReadProcess,
  pid: number,
  args: readonly string[],
): Promise<RunningProcess | null> {
  for await (const ancestor of walkAncestors(read, pid)) {
    if (ancestor.shellCommand === null || !runsOnly(ancestor.shellCommand, args)) return ancestor;
  }
  return null;
}
