import { readlink } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSmallFile } from '../../sources/environment/small-file.ts';
import { parseProcessStat } from '../../sources/probe/process-stat.ts';
import { findShellCommand, type ReadProcess } from './process-info.ts';

const readLink = promisify(readlink);

const BOOT_ID = /^[\da-f-]{36}$/;

/**
 * Identifies a process by pid and start time, by the PID namespace, and by the boot, because the start time counts
 * from the boot.
 * @param procFolder for tests
 * @returns null if `/proc` is missing, or belongs to another PID namespace
 */
export async function createLinuxReader(ownPid: number, procFolder: string): Promise<ReadProcess | null> {
  const read = async (name: string) => (await readSmallFile(join(procFolder, name)).catch(() => '')).trim();
  const readTarget = (name: string) => readLink(join(procFolder, name)).catch(() => '');
  const boot = await read('sys/kernel/random/boot_id');
  const namespace = await readTarget('self/ns/pid');
  const isOwn = (await readTarget('self')) === String(ownPid);
  if (!isOwn || namespace === '' || !BOOT_ID.test(boot)) return null;
  return async (pid) => {
    const stat = parseProcessStat(await read(`${pid}/stat`));
    if (stat === null) return null;
    const { name, parentPid, startTicks: startedAt } = stat;
    const words = (await read(`${pid}/cmdline`)).split('\0');
    return {
      pid,
      parentPid,
      id: `${boot}/${namespace}/${pid}/${startedAt}`,
      startedAt,
      name,
      shellCommand: findShellCommand(words),
    };
  };
}
