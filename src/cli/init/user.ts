import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from '../process/io.ts';

/** The name of the user that runs this process. A number if the user has no entry in the user database. */
export function readUserName({ userId }: Pick<Io, 'userId'>): string {
  try {
    return userInfo().username;
  } catch {
    return String(userId ?? '');
  }
}

/** The folder of the units of a user. */
export function findUserUnitFolder({ env, home }: Pick<Io, 'env' | 'home'>): string {
  const config = env.XDG_CONFIG_HOME ?? '';
  return join(isAbsolute(config) ? config : join(home, '.config'), 'systemd', 'user');
}
