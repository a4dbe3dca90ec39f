import { type UserInfo, userInfo } from 'node:os';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { Io } from '../process/io.ts';

/** Another user, to whom root gives up its rights. */
export interface TargetUser {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/**
 * The user of `--user`: a name, or a number.
 * @throws CredWatchError if there is no such user, or if only root could become this user
 */
export function findTargetUser(given: string, { isRoot, env }: Pick<Io, 'isRoot' | 'env'>): TargetUser {
  if (!isRoot)
    throw new CredWatchError(
      '--user needs root: only root can become another user',
      'run the command as root, or remove --user',
    );
  // libuv would access files as root in threads of the kernel (CVE-2024-22017). By default it does not use them.
  if (Number(env.UV_USE_IO_URING) > 0)
    throw new CredWatchError(
      '--user and UV_USE_IO_URING cannot be combined: files would still be read as root',
      'unset UV_USE_IO_URING',
    );
  const { username: name, uid, gid, homedir: home } = readUser(given);
  if (uid === 0)
    throw new CredWatchError(`--user ${given} is root`, 'name a user without the rights of root');
  return { name, uid, gid, home };
}

/** Reads the entry of a user from the user database of the system, which can be on another machine. */
function readUser(given: string): UserInfo<string> {
  const { seteuid } = requireUserFunctions();
  try {
    // Node only shows the entry of the effective user, so this process is the other user for a moment.
    seteuid(/^\d{1,10}$/.test(given) ? Number(given) : given);
    return userInfo();
  } catch (cause) {
    const isUnknown = ['ERR_UNKNOWN_CREDENTIAL', 'ENOENT', 'ERR_SYSTEM_ERROR'].includes(
      getSystemErrorCode(cause) ?? '',
    );
    throw new CredWatchError(
      isUnknown ? `--user '${given}' is no user of this system` : `could not read the user '${given}'`,
      'create the user with `useradd --system --create-home NAME`, or name another user',
      { cause },
    );
  } finally {
    seteuid(0);
  }
}

/**
 * Makes this process the other user for good.
 * @returns the view of the process for commands: the home folder and the variables of the user
 * @throws CredWatchError if root could not be given up
 */
export function dropRoot(user: TargetUser, io: Io): Io {
  const { initgroups, setgid, setuid } = requireUserFunctions();
  try {
    initgroups(user.name, user.gid);
    setgid(user.gid);
    setuid(user.uid);
  } catch (cause) {
    throw new CredWatchError(
      `could not become the user ${user.name}: ${describeSystemError(cause)}`,
      'in a container or a unit, allow the capabilities CAP_SETUID and CAP_SETGID',
      { cause },
    );
  }
  if (canBecomeRoot(setuid))
    throw new CredWatchError(
      `the process could become root again after it became the user ${user.name}`,
      'remove the securebits and the capability CAP_SETUID from the unit',
    );
  const env = createUserEnvironment(user, io);
  // For modules of Node that read the variable.
  process.env.HOME = user.home;
  return { ...io, env, home: user.home, isRoot: false };
}

function canBecomeRoot(setuid: (id: number) => void): boolean {
  try {
    setuid(0);
    return true;
  } catch {
    return false;
  }
}

/** Folders of root, unless they were chosen for this program. */
const FOLDER_VARIABLES = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'];

/** Exported for tests. */
export function createUserEnvironment({ name, home }: TargetUser, io: Pick<Io, 'env' | 'home'>): Environment {
  const isOfRoot = (variable: string, value: string | undefined) =>
    FOLDER_VARIABLES.includes(variable) && io.home !== '' && value?.startsWith(`${io.home}/`) === true;
  const kept = Object.entries(io.env).filter(([variable, value]) => !isOfRoot(variable, value));
  return { ...Object.fromEntries(kept), HOME: home, USER: name, LOGNAME: name };
}

/** The types of Node omit `initgroups`. */
interface UserFunctions {
  seteuid?: (id: number | string) => void;
  initgroups?: (user: number | string, extraGroup: number | string) => void;
  setgid?: (id: number | string) => void;
  setuid?: (id: number | string) => void;
}

/** Windows has none of these functions, and Node has none in a worker. */
function requireUserFunctions() {
  const { seteuid, initgroups, setgid, setuid }: UserFunctions = process;
  if (seteuid && initgroups && setgid && setuid) return { seteuid, initgroups, setgid, setuid };
  throw new CredWatchError('--user is not available on this system', 'remove --user');
}

/** The name of the user of this process, or the number of a user without a name. */
export function readOwnName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
