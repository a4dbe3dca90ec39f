import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

export const PROGRAM = path('bin/cred-watch.js');
export const fixturePath = (name: string) => path(`fixtures/${name}`);

if (!existsSync(path('dist/cred-watch.js'))) {
  throw new Error('dist/cred-watch.js is missing: run `npm run build` first');
}

/** Nobody listens there: a poll that a test forgot to point somewhere fails at once and leaves the machine alone. */
export const NOWHERE = 'http://127.0.0.1:1';

/** More than any run takes on a loaded machine; a program that hangs is ended. */
const LONGEST_RUN = 20_000;

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** All that the program sees of an environment, beside the few variables of every run; undefined removes one. */
  env?: Record<string, string | undefined>;
  /** Without it, there is nothing to read. */
  stdin?: string | Uint8Array;
  cwd?: string;
  /** A command in front of the program's own, `['unshare', '--net']`. */
  prefix?: readonly string[];
}

export interface RunningProgram {
  child: Pick<ChildProcess, 'stdout' | 'stderr' | 'kill'>;
  /** What was written so far. */
  stdout(): string;
  done: Promise<Run>;
}

/** The environment of every run: no network, and a HOME of which nothing is kept. */
export function minimalEnvironment(changes: RunOptions['env'] = {}): Record<string, string> {
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/nonexistent',
    LANG: 'C.UTF-8',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1',
    // Programs that start together on a small machine starve each other.
    AWS_METADATA_SERVICE_TIMEOUT: '8',
    ...changes,
  };
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}

export function startProgram(args: readonly string[], options: RunOptions = {}): RunningProgram {
  const { prefix = [], env, ...rest } = options;
  return start([...prefix, process.execPath, PROGRAM, ...args], { ...rest, env: minimalEnvironment(env) });
}

export const runProgram = (args: readonly string[], options?: RunOptions): Promise<Run> =>
  startProgram(args, options).done;

/** A shell that has the program as `$NODE $PROGRAM`: for pipes and namespaces. */
export function runShell(script: string, { prefix = [], env, ...rest }: RunOptions = {}): Promise<Run> {
  const more = { NODE: process.execPath, PROGRAM, ...env };
  return start([...prefix, 'sh', '-c', script], { ...rest, env: minimalEnvironment(more) }).done;
}

function start(command: readonly string[], { env, stdin, cwd }: RunOptions): RunningProgram {
  const child = spawn(command[0]!, command.slice(1), {
    env: env as NodeJS.ProcessEnv,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr!.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that does not read to the end closes the pipe under us.
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin);
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
  const done = new Promise<Run>((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, LONGEST_RUN);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (!isLate) resolve({ code, signal, stdout: text(out), stderr: text(err) });
      else reject(new Error(`${command.join(' ')} did not end; it said: ${text(out)}${text(err)}`));
    });
  });
  return { child, stdout: () => text(out), done };
}

/** Resolves as soon as the program has written so many lines, or has ended. */
export async function linesWritten({ child, stdout, done }: RunningProgram, count: number): Promise<void> {
  const enough = () => stdout().split('\n').length > count;
  const written = new Promise<void>((resolve) => {
    const look = () => enough() && resolve();
    child.stdout!.on('data', look);
    look();
  });
  await Promise.race([written, done]);
}
