import { spawn } from 'node:child_process';
import type { Environment } from '../../sources/environment/variables.ts';

export interface ProgramResult {
  /** Null if the program is not installed, or was killed. */
  code: number | null;
  isMissing: boolean;
  stdout: string;
  stderr: string;
}

const TIMEOUT_MS = 20_000;

/** `sudo` and cron have shorter paths. */
export const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a program of the system, in English. Never throws. */
export function runProgram(
  [program = '', ...args]: readonly string[],
  env: Environment,
  input = '',
): Promise<ProgramResult> {
  const path = [env.PATH, SYSTEM_FOLDERS].filter(Boolean).join(':');
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...env, PATH: path, LC_ALL: 'C', LANGUAGE: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    // A program that does not read its input closes the pipe.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', () => resolve({ code: null, isMissing: true, stdout: '', stderr: '' }));
    child.once('close', (code) => resolve({ code, isMissing: false, stdout, stderr }));
  });
}
