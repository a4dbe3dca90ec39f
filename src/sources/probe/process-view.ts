import { readlink } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ObservedProcess } from '../../domain/provider-chain/observed-process-facts.ts';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { readSmallFile } from '../environment/small-file.ts';
import { type Environment, readVariable } from '../environment/variables.ts';
import type { SourceOptions } from '../source.ts';

const readLink = promisify(readlink);

/** Other code opens the paths in these variables without `readFile`. SDKs expand `~` in them. */
const SHARED_FILES = [
  ['AWS_CONFIG_FILE', '~/.aws/config'],
  ['AWS_SHARED_CREDENTIALS_FILE', '~/.aws/credentials'],
] as const;

/** As many as Linux follows. */
const MAX_LINKS = 40;

export interface ProcessView {
  observed: ObservedProcess;
  /** For a probe of what the process sees. */
  options: Pick<SourceOptions, 'env' | 'home' | 'readFile'>;
}

/**
 * The environment of another process when it was started, and its files. Later changes of its environment are
 * not visible. Files are read as the user of this process.
 * @param procFolder for tests
 * @throws CredWatchError if the process does not exist, or if its environment cannot be read
 */
export async function observeProcess(pid: number, procFolder = '/proc'): Promise<ProcessView> {
  const folder = join(procFolder, String(pid));
  const env = await readEnvironment(pid, folder, procFolder);
  const isOther = async (link: string, expected: string | null) => {
    const actual = await readLinkOrNull(join(folder, link));
    return actual !== null && expected !== null && actual !== expected;
  };
  const isOtherNamespace = async (name: string) =>
    isOther(`ns/${name}`, await readLinkOrNull(join(procFolder, 'self/ns', name)));
  const hasOtherFiles = (await isOtherNamespace('mnt')) || (await isOther('root', '/'));
  const observed: ObservedProcess = {
    pid,
    isOtherUser: (await readUserId(folder)) !== (await readUserId(join(procFolder, 'self'))),
    hasOtherFiles,
    hasOtherNetwork: await isOtherNamespace('net'),
  };
  const findFile = (path: string) => resolveFile(path, folder, hasOtherFiles);
  const home = readVariable(env, 'HOME') ?? (await findHome(folder, findFile));
  const seen: Record<string, string | undefined> = { ...env };
  if (home !== '') seen.HOME = await findFile(home);
  for (const [name, defaultPath] of SHARED_FILES) {
    const path = readVariable(env, name) ?? defaultPath;
    if (path.startsWith('~/')) {
      // Each part of the path can be a link, also below the home folder.
      if (hasOtherFiles && home !== '') seen[name] = await findFile(join(home, path.slice(2)));
    } else if (path !== '/dev/null') seen[name] = await findFile(path);
  }
  return {
    observed,
    options: {
      env: seen,
      home: seen.HOME ?? '',
      readFile: async (path) => readSmallFile(await findFile(path)),
    },
  };
}

const readLinkOrNull = (path: string): Promise<string | null> => readLink(path).catch(() => null);

async function readEnvironment(pid: number, folder: string, procFolder: string): Promise<Environment> {
  let text: string;
  try {
    text = await readSmallFile(join(folder, 'environ'));
  } catch (error) {
    throw await explainUnreadable(error, pid, procFolder);
  }
  // A kernel thread or a process that has ended has no program. `env -i` starts a program without variables.
  if (text === '' && (await readLinkOrNull(join(folder, 'exe'))) === null) {
    throw createNoProgramError(pid);
  }
  const entries = text.split('\0').flatMap((entry): [string, string][] => {
    const end = entry.indexOf('=');
    return end > 0 ? [[entry.slice(0, end), entry.slice(end + 1)]] : [];
  });
  // Of repeated variables, `getenv` finds the first.
  return Object.fromEntries(entries.reverse());
}

const createNoProgramError = (pid: number, cause?: unknown) =>
  new CredWatchError(
    `process ${pid} has no environment: it is a thread of the kernel, or has ended`,
    'give the id of a running program, as `pgrep` prints it',
    { cause },
  );

async function explainUnreadable(error: unknown, pid: number, procFolder: string): Promise<CredWatchError> {
  const create = (message: string, hint: string) => new CredWatchError(message, hint, { cause: error });
  const code = getSystemErrorCode(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return create(
      `not permitted to read the environment of process ${pid}`,
      (await readUserId(join(procFolder, 'self'))) === '0'
        ? 'give the container the capability SYS_PTRACE, or run cred-watch outside of it'
        : 'run cred-watch as the same user or as root; a container may need the capability SYS_PTRACE',
    );
  }
  if (code !== 'ENOENT' && code !== 'ESRCH') {
    return create(
      `could not read the environment of process ${pid}: ${code === null ? 'too large' : describeSystemError(error)}`,
      'see `cred-watch sources --help`',
    );
  }
  // Newer kernels refuse to open the environment of a process without a program.
  if ((await readUserId(join(procFolder, String(pid)))) !== null) return createNoProgramError(pid, error);
  return (await readUserId(join(procFolder, 'self'))) === null
    ? create(`--pid needs ${procFolder}, which this system does not have`, 'use --pid on Linux')
    : create(
        `process ${pid} does not exist`,
        'list processes with `ps -e`; in a container, use the process id inside the container',
      );
}

/** The user whose permissions the process has. Null if unknown. */
async function readUserId(folder: string): Promise<string | null> {
  const status = await readSmallFile(join(folder, 'status')).catch(() => '');
  return /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? null;
}

/** SDKs use the home folder of the user if HOME is not set. */
async function findHome(folder: string, findFile: (path: string) => Promise<string>): Promise<string> {
  const users = await readSmallFile(await findFile('/etc/passwd')).catch(() => '');
  const userId = await readUserId(folder);
  const fields = users.split('\n').map((line) => line.split(':'));
  return fields.find(([, , id]) => id === userId)?.[5] ?? '';
}

/** The path at which this process finds a file of the other process. */
async function resolveFile(path: string, folder: string, hasOtherFiles: boolean): Promise<string> {
  const working = join(folder, 'cwd');
  const root = join(folder, 'root');
  if (path.startsWith(`${working}/`)) return path;
  if (path.startsWith(`${root}/`))
    return hasOtherFiles ? followLinks(path.slice(root.length), working, root) : path;
  if (hasOtherFiles) return followLinks(path, working, root);
  return path.startsWith('/') ? path : join((await readLinkOrNull(working)) ?? working, path);
}

/** Follows symbolic links below another root, because Linux would follow absolute links below our root. */
async function followLinks(path: string, working: string, root: string): Promise<string> {
  const split = (text: string) => text.split('/').filter((part) => part !== '' && part !== '.');
  let current = path.startsWith('/') ? root : working;
  let linkCount = 0;
  for (let rest = split(path); rest.length > 0; ) {
    const [part = '', ...others] = rest;
    rest = others;
    if (part === '..') {
      if (current !== root) current = current.startsWith(`${root}/`) ? dirname(current) : `${current}/..`;
      continue;
    }
    const next = `${current}/${part}`;
    const target = linkCount < MAX_LINKS ? await readLinkOrNull(next) : null;
    if (target === null) {
      current = next;
    } else {
      linkCount += 1;
      rest = [...split(target), ...rest];
      if (target.startsWith('/')) current = root;
    }
  }
  return current;
}
