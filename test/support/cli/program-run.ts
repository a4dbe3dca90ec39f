import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { removeCreationNote } from './creation-note.ts';
import { findStateFolder, NO_HOME } from './state-folder.ts';

/** A path relative to the root of the repository. */
export const repositoryPath = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const fixturePath = (name: string): string => repositoryPath(`fixtures/${name}`);

/** Nothing listens on this port. The default endpoint of a poll, so that no request leaves this machine. */
export const NOWHERE = 'http://127.0.0.1:1';

/** Longer than any run on a loaded machine. A program that still runs then is killed. */
const TIMEOUT_MS = 20_000;

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Without the note about a new database. `created-database.test.ts` tests the note. */
  stderr: string;
}

export interface RunOptions {
  /** Added to {@link minimalEnvironment}. Undefined removes a variable. */
  env?: Record<string, string | undefined>;
  /** Default: empty. */
  stdin?: string | Uint8Array;
  cwd?: string;
  /** Default: {@link TIMEOUT_MS} */
  timeoutMs?: number;
}

export interface RunningProgram {
  child: Pick<ChildProcess, 'kill'> & { pid?: number | undefined; stdout: Readable; stderr: Readable };
  /** The output so far. */
  stdout(): string;
  done: Promise<Run>;
}

/** Shared by all runs, because most tests run the program several times. `code-cache.test.ts` tests the cache. */
const CODE_CACHE = repositoryPath('node_modules/.cache/cred-watch');

/** The whole environment of a run: no network and no home folder. */
export function minimalEnvironment(changes: RunOptions['env'] = {}): Record<string, string> {
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: NO_HOME,
    LANG: 'C.UTF-8',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1',
    // Programs that start at the same time on a small machine are slow.
    AWS_METADATA_SERVICE_TIMEOUT: '8',
    CACHE_DIRECTORY: CODE_CACHE,
    XDG_STATE_HOME: findStateFolder(changes),
    ...changes,
  };
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}

/** @param env the whole environment */
export function startProcess(
  [file = '', ...args]: readonly string[],
  { env, stdin, cwd, timeoutMs = TIMEOUT_MS }: RunOptions & { env: Record<string, string> },
): RunningProgram {
  const child = spawn(file, args, {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error(`${file} has no output streams`);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => out.push(chunk));
  stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that does not read all of its input closes the pipe.
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin);
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
  const done = new Promise<Run>((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (!isLate) resolve({ code, signal, stdout: text(out), stderr: removeCreationNote(text(err)) });
      else reject(new Error(`${[file, ...args].join(' ')} timed out; output: ${text(out)}${text(err)}`));
    });
  });
  const kill = (signal?: NodeJS.Signals | number) => child.kill(signal);
  return { child: { pid: child.pid, stdout, stderr, kill }, stdout: () => text(out), done };
}

/** Resolves when the program has written `count` lines to stdout, or has ended. */
export async function linesWritten({ child, stdout, done }: RunningProgram, count: number): Promise<void> {
  const hasEnough = () => stdout().split('\n').length > count;
  const written = new Promise<void>((resolve) => {
    const check = () => hasEnough() && resolve();
    child.stdout.on('data', check);
    check();
  });
  await Promise.race([written, done]);
}

/** Resolves when the program has written this text to stderr, or has ended. */
export async function errorWritten({ child, done }: RunningProgram, text: string): Promise<void> {
  let written = '';
  const found = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      written += chunk;
      if (written.includes(text)) resolve();
    });
  });
  await Promise.race([found, done]);
}
