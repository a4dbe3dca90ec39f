import type { Poller } from '../../../domain/installation/check/poller.ts';
import { CredWatchError } from '../../../errors.ts';
import type { Io } from '../../process/io.ts';
import { readCrontab } from '../install/crontab.ts';
import { findUserUnitFolder, readUserName } from '../user.ts';
import { findCronPollers } from './cron-pollers.ts';
import { findProcessPollers } from './process-pollers.ts';
import { findUnitPollers } from './unit-pollers.ts';

/**
 * Finds the pollers on this machine that this user can see.
 * @param root another folder than `/`, for tests
 */
export async function findPollers(io: Io, root: string): Promise<Poller[]> {
  const { env, isRoot, home, userId } = io;
  const user = readUserName(io);
  const crontab = await readCrontab(env).catch((error: unknown) => {
    // Without cron, there is no crontab.
    if (error instanceof CredWatchError) return '';
    throw error;
  });
  return [
    ...findCronPollers({ root, crontab, user, home, isRoot }),
    ...(await findUnitPollers({ root, env, user, isRoot, userFolder: findUserUnitFolder(io) })),
    ...findProcessPollers(root, userId),
  ];
}
