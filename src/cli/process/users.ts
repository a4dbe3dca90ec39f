import { type UserInfo, userInfo } from 'node:os';
import { CredWatchError, describeSystemError } from '../../errors.ts';

/** A user, and the functions with which root becomes this user. */
export interface Users {
  /**
   * Reads the entry of a user from the user database of the system, which can be on another machine.
   * @param given a name or a number
   * @throws the error of the system if the user does not exist
   */
  find(given: string): UserInfo<string>;
  /**
   * Makes this process the other user for good.
   * @throws CredWatchError if root could not be given up
   */
  become(user: UserInfo<string>): void;
}

/** The types of Node omit `initgroups`. Windows has none of these functions, and Node has none in a worker. */
interface UserFunctions {
  env: Record<string, string | undefined>;
  seteuid?: (id: number | string) => void;
  initgroups?: (user: number | string, extraGroup: number | string) => void;
  setgid?: (id: number | string) => void;
  setuid?: (id: number | string) => void;
}

/** Null on systems without users. */
export function createUsers({ env, seteuid, initgroups, setgid, setuid }: UserFunctions): Users | null {
  if (!(seteuid && initgroups && setgid && setuid)) return null;
  return {
    find(given) {
      try {
        // Node only shows the entry of the effective user, so this process is the other user for a moment.
        seteuid(/^\d{1,10}$/.test(given) ? Number(given) : given);
        return userInfo();
      } finally {
        seteuid(0);
      }
    },
    become({ username, uid, gid, homedir }) {
      try {
        initgroups(username, gid);
        setgid(gid);
        setuid(uid);
      } catch (cause) {
        throw new CredWatchError(
          `could not become the user ${username}: ${describeSystemError(cause)}`,
          'in a container or a unit, allow the capabilities CAP_SETUID and CAP_SETGID',
          { cause },
        );
      }
      if (canBecomeRoot(setuid)) {
        throw new CredWatchError(
          `the process could become root again after it became the user ${username}`,
          'remove the securebits and the capability CAP_SETUID from the unit',
        );
      }
      // For modules of Node that read the variable.
      env.HOME = homedir;
    },
  };
}

function canBecomeRoot(setuid: (id: number) => void): boolean {
  try {
    setuid(0);
    return true;
  } catch {
    return false;
  }
}
