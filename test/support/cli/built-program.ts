/**
 * Runs the built program. A test file that imports this module needs `npm run build`, and belongs to the
 * project `built` of `vitest.config.mts`. Other tests use `run-command.ts`.
 */
import { existsSync } from 'node:fs';
import {
  minimalEnvironment,
  type Run,
  type RunningProgram,
  type RunOptions,
  repositoryPath,
  startProcess,
} from './program-run.ts';

export const PROGRAM = repositoryPath('bin/cred-watch.js');

interface ProgramOptions extends RunOptions {
  /** A command in front of the program: `['unshare', '--net']`. */
  prefix?: readonly string[];
}

export const startProgram = (args: readonly string[], options: ProgramOptions = {}): RunningProgram =>
  start([process.execPath, PROGRAM, ...args], options);

export const runProgram = (args: readonly string[], options?: ProgramOptions): Promise<Run> =>
  startProgram(args, options).done;

/** Runs a shell script, for pipes and namespaces. The script starts the program as `$NODE $PROGRAM`. */
export const runShell = (script: string, { env, ...options }: ProgramOptions = {}): Promise<Run> =>
  start(['sh', '-c', script], { ...options, env: { NODE: process.execPath, PROGRAM, ...env } }).done;

function start(command: readonly string[], { prefix = [], env, ...options }: ProgramOptions): RunningProgram {
  if (!existsSync(repositoryPath('dist/cred-watch.js')))
    throw new Error('dist/cred-watch.js is missing: run `npm run build`');
  return startProcess([...prefix, ...command], { ...options, env: minimalEnvironment(env) });
}
