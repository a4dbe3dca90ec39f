import { spawn } from 'node:child_process';
import type { Environment } from '../../sources/environment/variables.ts';

export interface ProgramResult {
  /** Null if the program is not installed, or was killed. */
  code: number | null;
  isMissing: boolean;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  input?: string;
  /** Of the input and the outputs. With `latin1`, each character is one byte. */
  encoding?: 'utf8' | 'latin1';
}

const TIMEOUT_MS = 20_000;

/** `sudo` and cron have shorter paths. */
export const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a program of the system, in English. Never throws. */
export function runProgram(
  [program = '', ...args]: readonly string[],
  env: Environment,
  { input = '', encoding = 'utf8' }: RunOptions = {},
): Promise<ProgramResult> {
  const path = [env.PATH, SYSTEM_FOLDERS].filter(Boolean).join(':');
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...env, PATH: path, LC_ALL: 'C', LANGUAGE: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    let [stdout, stderr] = ['', ''];
    // A chunk can end inside a character.
    child.stdout.setEncoding(encoding).on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding(encoding).on('data', (text: string) => {
      stderr += text;
    });
    // A program that does not read its input closes the pipe.
    child.stdin.on('error', () => {});
    child.stdin.end(input, encoding);
    child.once('error', () => resolve({ code: null, isMissing: true, stdout: '', stderr: '' }));
    child.once('close', (code) => resolve({ code, isMissing: false, stdout, stderr }));
  });
}
