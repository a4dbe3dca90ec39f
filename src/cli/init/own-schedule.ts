import type { Host, PollCommand, Schedule, ScheduleKind } from '../../domain/installation/schedule.ts';
import type { Seconds } from '../../domain/model.ts';
import { buildSchedule } from '../../report/installation/schedule.ts';
import type { Io } from '../process/io.ts';
import { findUserUnitFolder, readUserName } from './user.ts';

/**
 * The schedule for this user.
 * @throws Error if `findScheduleProblem` returns a problem for these arguments
 */
export const buildOwnSchedule = (
  kind: ScheduleKind,
  { host, poll, every }: { host: Host; poll: PollCommand; every: Seconds },
  io: Io,
): Schedule =>
  buildSchedule(kind, {
    ...{ host, poll, every },
    unitFolder: host.isRoot ? '/etc/systemd/system' : findUserUnitFolder(io),
    user: readUserName(io),
    version: CRED_WATCH_VERSION,
  });
