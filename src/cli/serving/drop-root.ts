import { type UserInfo, userInfo } from 'node:os';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { Io } from '../process/io.ts';

/** Another user, to whom root gives up its rights. */
export type TargetUser = UserInfo<string>;

/**
 * The user of `--user`: a name, or a number.
 * @throws CredWatchError if the user does not exist, or if this process cannot become this user
 */
export function findTargetUser(given: string, { isRoot, users, env }: Io): TargetUser {
  if (users === null) throw new CredWatchError('--user is not available on this system', 'remove --user');
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
  const user = readUser(given, users);
  if (user.uid === 0)
    throw new CredWatchError(`--user ${given} is root`, 'name a user without the rights of root');
  return user;
}

const UNKNOWN_USER: readonly unknown[] = ['ERR_UNKNOWN_CREDENTIAL', 'ENOENT', 'ERR_SYSTEM_ERROR'];

function readUser(given: string, users: NonNullable<Io['users']>): TargetUser {
  try {
    return users.find(given);
  } catch (cause) {
    const isUnknown = UNKNOWN_USER.includes(getSystemErrorCode(cause));
    throw new CredWatchError(
      isUnknown ? `--user '${given}' is not a user of this system` : `could not read the user '${given}'`,
      'create the user with `useradd --system --create-home NAME`, or name another user',
      { cause },
    );
  }
}

/**
 * Makes this process the other user for good.
 * @returns the view of the process for commands: the home folder and the variables of the user
 * @throws CredWatchError if root could not be given up
 */
export function dropRoot(user: TargetUser, io: Io): Io {
  io.users?.become(user);
  return { ...io, env: createUserEnvironment(user, io), home: user.homedir, isRoot: false, userId: user.uid };
}

/** Folders of root, unless they were chosen for this program. */
const FOLDER_VARIABLES = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'];

/** Exported for tests. */
export function createUserEnvironment(
  { username, homedir }: Pick<TargetUser, 'username' | 'homedir'>,
  io: Pick<Io, 'env' | 'home'>,
): Environment {
  const isOfRoot = (variable: string, value: string | undefined) =>
    FOLDER_VARIABLES.includes(variable) && io.home !== '' && value?.startsWith(`${io.home}/`) === true;
  const kept = Object.entries(io.env).filter(([variable, value]) => !isOfRoot(variable, value));
  return { ...Object.fromEntries(kept), HOME: homedir, USER: username, LOGNAME: username };
}

/** The name of the user of this process. Empty for a user without a name. */
export function readOwnName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
