import { findShellCommand, type ReadProcess } from './process-info.ts';

const PS = '/bin/ps';
const TIMEOUT_MS = 2000;

/** `  12 Sun Nov 29 15:25:58 2026 /bin/sh -c TEXT`. The start time has this form in the locale C. */
const LINE = /^\s*(\d+)\s+(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\s+(\S.*)$/s;

/**
 * Identifies a process by pid and start time, as `ps` prints them on macOS and BSD. There, the start time of a process
 * never changes, even if the clock is set.
 * @param machine the name of this machine, because a database can be copied to another
 */
export function createPsReader(machine: string): ReadProcess {
  return async (pid) => {
    const [, parentPid = '', start = '', command = ''] = LINE.exec(await runPs(pid)) ?? [];
    const startedAt = Date.parse(`${start} UTC`);
    if (Number.isNaN(startedAt)) return null;
    const [program = ''] = command.split(/\s/, 1);
    return {
      pid,
      parentPid: Number(parentPid),
      id: `${machine}/${pid}/${startedAt}`,
      startedAt,
      name: program.slice(program.lastIndexOf('/') + 1),
      shellCommand: findShellCommand(splitAtCommand(command.trimEnd())),
    };
  };
}

/** `ps` prints words without quotes. Everything after `-c` is one word. */
function splitAtCommand(command: string): string[] {
  const [, before, text] = /^(.*?\s-[a-zA-Z]*c)\s(.*)$/s.exec(command) ?? [];
  return before === undefined || text === undefined ? [] : [...before.split(/\s+/), text];
}

/** Resolves to `''` if `ps` fails. */
async function runPs(pid: number): Promise<string> {
  const { execFile } = await import('node:child_process');
  const args = ['-ww', '-o', 'ppid=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)];
  return new Promise((resolve) => {
    execFile(PS, args, { env: { LC_ALL: 'C', TZ: 'UTC' }, timeout: TIMEOUT_MS }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
  });
}
