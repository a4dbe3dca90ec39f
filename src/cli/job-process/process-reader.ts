import { platform } from 'node:process';
import type { Io } from '../process/io.ts';
import { createLinuxReader } from './linux-processes.ts';
import type { ReadProcess } from './process-info.ts';
import { createPsReader } from './ps-processes.ts';

/** Null if processes cannot be identified: Windows, or a container without `/proc`. */
export async function createProcessReader({ pid, machine }: Io): Promise<ReadProcess | null> {
  if (platform === 'linux' || platform === 'android') return createLinuxReader(pid, '/proc');
  return platform === 'win32' ? null : createPsReader(machine);
}

/** The id of this process. `''` if it cannot be identified. */
export async function findOwnProcessId(io: Io): Promise<string> {
  const read = await createProcessReader(io);
  return (await read?.(io.pid))?.id ?? '';
}
