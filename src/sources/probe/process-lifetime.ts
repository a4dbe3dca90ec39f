import { join } from 'node:path';
import type { Instant } from '../../domain/model.ts';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { readSmallFile } from '../environment/small-file.ts';
import { parseProcessStat } from './process-stat.ts';
import { observeProcess, type ProcessView } from './process-view.ts';

/** Linux states times of processes in units of `USER_HZ`, which is 100 on every platform of Node. */
const MS_PER_TICK = 10;

export interface ProcessHandle {
  view: ProcessView;
  /** By the clock of this host. At most one second too late, because the boot time has whole seconds. */
  startedAt: Instant;
  /** False also if another process has got the id. */
  isRunning(): Promise<boolean>;
}

/**
 * Reads what a process got at its start.
 * @param procFolder for tests
 * @throws CredWatchError if the process does not exist, has ended, or cannot be read, or if the id belongs to a thread
 */
export async function readRunningProcess(pid: number, procFolder = '/proc'): Promise<ProcessHandle> {
  const before = await readStartTicks(pid, procFolder);
  await assertNoThread(pid, procFolder);
  const view = await observeProcess(pid, procFolder);
  // The process may have ended meanwhile, and another one may have got its id.
  if (before === null || (await readStartTicks(pid, procFolder)) !== before) {
    throw new CredWatchError(
      `process ${pid} has ended`,
      'give the id of a running program, as `pgrep` prints it',
    );
  }
  return {
    view,
    startedAt: (await readBootTime(procFolder)) + before * MS_PER_TICK,
    isRunning: async () => (await readStartTicks(pid, procFolder)) === before,
  };
}

/** Rejects the id of a thread, which has a folder in /proc too, but starts later than its process and can end before. */
async function assertNoThread(pid: number, procFolder: string): Promise<void> {
  const status = await readSmallFile(join(procFolder, String(pid), 'status')).catch(() => '');
  const processId = Number(/^Tgid:\s+(\d+)$/m.exec(status)?.[1] ?? pid);
  if (processId === pid) return;
  throw new CredWatchError(`${pid} is a thread of process ${processId}`, `use --pid ${processId}`);
}

/**
 * When the process was started, since the start of the system. Null if it has ended, even if its parent has not
 * noticed.
 */
async function readStartTicks(pid: number, procFolder: string): Promise<number | null> {
  let text: string;
  try {
    text = await readSmallFile(join(procFolder, String(pid), 'stat'));
  } catch (error) {
    const code = getSystemErrorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw new CredWatchError(
      `could not read the state of process ${pid}: ${describeSystemError(error)}`,
      'check that this user may read /proc, which can be mounted with the option hidepid',
      { cause: error },
    );
  }
  const stat = parseProcessStat(text);
  if (stat === null) return null;
  const { state, threadCount, startTicks } = stat;
  // The first thread of a program can end before the others.
  const hasEnded = state === 'X' || (state === 'Z' && threadCount <= 1);
  return hasEnded ? null : startTicks;
}

/** Uses the clock of this host. The kernel rounds down, so one second is added: a start that is too late is the safe error. */
async function readBootTime(procFolder: string): Promise<Instant> {
  const text = await readSmallFile(join(procFolder, 'stat'));
  const seconds = Number(/^btime (\d+)$/m.exec(text)?.[1]);
  if (seconds > 0) return (seconds + 1) * 1000;
  throw new CredWatchError(
    `${procFolder}/stat does not state when the system was started`,
    'check that /proc is the proc file system of Linux',
  );
}
