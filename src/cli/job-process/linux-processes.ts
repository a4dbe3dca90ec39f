import { readlink } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSmallFile } from '../../sources/environment/small-file.ts';
import { findShellCommand, type ReadProcess } from './process-info.ts';

const readLink = promisify(readlink);

const BOOT_ID = /^[\da-f-]{36}$/;

/** The fields of `/proc/PID/stat` after the name of the program, see proc(5). */
const PARENT_PID = 1;
const START_TIME = 19;

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
    const stat = await read(`${pid}/stat`);
    // The name can contain spaces and parentheses.
    const [begin, end] = [stat.indexOf('('), stat.lastIndexOf(')')];
    const fields = stat.slice(end + 2).split(' ');
    const [parentPid, startedAt] = [Number(fields[PARENT_PID]), Number(fields[START_TIME])];
    if (begin < 0 || end < begin || !Number.isSafeInteger(parentPid) || !Number.isSafeInteger(startedAt)) {
      return null;
    }
    const words = (await read(`${pid}/cmdline`)).split('\0');
    return {
      pid,
      parentPid,
      id: `${boot}/${namespace}/${pid}/${startedAt}`,
      startedAt,
      name: stat.slice(begin + 1, end),
      shellCommand: findShellCommand(words),
    };
  };
}
