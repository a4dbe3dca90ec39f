import { execFile } from 'node:child_process';
import { platform } from 'node:os';

export interface CommandResult {
  /** Null if the program is not installed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

const TIMEOUT_MS = 5000;

/** `sudo` and cron have shorter paths, without the folders of these programs. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', LANGUAGE: 'C' };

/** Runs a command that changes nothing. Its messages are in English. */
export function runReadOnly(program: string, args: readonly string[]): Promise<CommandResult> {
  const environment = platform() === 'win32' ? {} : { env: ENVIRONMENT };
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { ...environment, timeout: TIMEOUT_MS, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (error.code === 'ENOENT') resolve({ code: null, stdout: '', stderr: '' });
        else resolve({ code: typeof error.code === 'number' ? error.code : 1, stdout, stderr });
      },
    );
  });
}
