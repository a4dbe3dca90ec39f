import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface RunningProcess {
  pid: number;
  words: readonly string[];
  userId: number;
  /** Null for a process of another user. */
  variables: ReadonlyMap<string, string> | null;
}

/**
 * The processes of this machine. Empty on systems without `/proc`.
 * @param isWanted selects by the words of the command line
 */
export function listProcesses(
  root: string,
  isWanted: (words: readonly string[]) => boolean,
): RunningProcess[] {
  const proc = join(root, 'proc');
  return readNames(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const folder = join(proc, name);
      const words = readText(join(folder, 'cmdline'))?.split('\0').slice(0, -1) ?? [];
      if (!isWanted(words)) return [];
      const environ = readText(join(folder, 'environ'));
      return [
        {
          pid: Number(name),
          words,
          userId: readUserId(folder),
          variables: environ === null ? null : parseEnvironment(environ),
        },
      ];
    });
}

/** Only variables that say where the database is. */
function parseEnvironment(text: string): Map<string, string> {
  const wanted = /^(CRED_WATCH_DB|STATE_DIRECTORY|XDG_STATE_HOME|HOME)=(.*)$/s;
  return new Map(
    text.split('\0').flatMap((entry) => {
      const [, name, value] = wanted.exec(entry) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Empty if the folder cannot be read. */
export function readNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Null if the file cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function readUserId(path: string): number {
  try {
    return statSync(path).uid;
  } catch {
    return -1;
  }
}

/** True if a daemon of cron runs. Null if the processes of other users cannot be seen. */
export function isCronRunning(root: string): boolean | null {
  const readName = (pid: string) => readText(join(root, 'proc', pid, 'comm'))?.trim() ?? null;
  const pids = readNames(join(root, 'proc')).filter((name) => /^\d+$/.test(name));
  if (pids.some((pid) => /^(?:cron|crond|fcron)$/.test(readName(pid) ?? ''))) return true;
  // macOS has no `/proc`. With its option `hidepid`, a user sees no process of root.
  return readName('1') === null ? null : false;
}
