/**
 * Sends a signal to another process. Other tests must not call `process.kill`: the ids 0 and -1 and an empty text
 * would address the test runner itself, or every process of the user.
 * @param pid as printed by a program, or as a number
 * @throws Error if `pid` is not the id of another process
 */
export function sendSignal(pid: string | number, signal: NodeJS.Signals): void {
  process.kill(parsePid(pid), signal);
}

/** @throws Error if `pid` is not the id of another process */
export function isRunning(pid: string | number): boolean {
  try {
    // Signal 0 only checks that the process exists.
    return process.kill(parsePid(pid), 0);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return false;
  }
}

/** Kills a process that leads a group, and all processes of the group. */
export function killGroup(leader: number): void {
  try {
    process.kill(-parsePid(leader), 'SIGKILL');
  } catch (error) {
    // Any other error: all of them have ended.
    if (error instanceof RangeError) throw error;
  }
}

/** For programs that a test starts. */
export const killThisProcess = () => process.kill(process.pid, 'SIGKILL');

function parsePid(pid: string | number): number {
  const text = String(pid).trim();
  if (/^[1-9]\d*$/.test(text) && ![1, process.pid, process.ppid].includes(Number(text))) return Number(text);
  throw new RangeError(`'${text}' is not the id of another process`);
}
