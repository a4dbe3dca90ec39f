import type { Poller, PollerProblem } from '../../domain/installation/check/poller.ts';
import { findPoll, isSameSource } from '../../domain/installation/found-poll.ts';
import type { PollCommand, SchedulePlace } from '../../domain/installation/schedule.ts';
import { SERVICE_NAME, TIMER_NAME } from '../../report/installation/systemd-units.ts';
import type { Io } from '../process/io.ts';
import type { InitFlags } from './init-flags.ts';

/** The pollers that record the same credentials in the same database. */
export interface SamePollers {
  /** Nothing has to be installed beside this poller. Null: the schedule has to be installed. */
  existing: Poller | null;
  /** Pollers that go on beside the schedule. */
  others: readonly Poller[];
  /** The poller that `--write` replaces, or keeps and names. Null if there is none. */
  replaced: Poller | null;
}

/** @param chosen by the user */

export async function findSamePollers(
  { schedule: chosen, every }: Pick<InitFlags, 'schedule' | 'every'>,
  poll: PollCommand,
  schedule: SchedulePlace,
  { io, root }: { io: Io; root: string },
): Promise<SamePollers> {
  const { findPollers } = await import('./check/find-pollers.ts');
  const same = (await findPollers(io, root)).filter((each) => isSamePoller(each, poll));
  // A process ends with its session or container, so it does not replace cron or systemd.
  const isProcessEnough = schedule.kind === 'process' || schedule.kind === 'sidecar';
  const isEnough = ({ place, interval }: Poller) =>
    (place.kind !== 'process' || isProcessEnough) &&
    (interval === null || interval === every || every === undefined);
  const existing = chosen === undefined ? (same.find(isEnough) ?? null) : null;
  if (existing !== null) return { existing, others: [], replaced: null };
  const replaced = same.find((each) => isReplaced(each, schedule)) ?? null;
  return { existing, others: same.filter((each) => !isReplaced(each, schedule)), replaced };
}

function isSamePoller(
  { place, poll: found, problem, database, variables }: Poller,
  poll: PollCommand,
): boolean {
  if ((problem !== null && !isDaemonProblem(problem)) || database !== poll.database) return false;
  // Of the variables of units and processes, only those for the database are read.
  const isCron = place.kind === 'cron';
  const command = [poll.node, poll.program, ...poll.words];
  const assignments = poll.variables.map(([name, value]) => `${name}=${value}`);
  const own = findPoll(isCron ? [...assignments, ...command] : command);
  return own !== null && isSameSource(isCron ? { ...found, variables } : found, own);
}

/** The line polls as soon as cron runs, so a second poller would be one too many. */
const isDaemonProblem = ({ code }: PollerProblem): boolean =>
  code === 'cron-not-running' || code === 'cron-unknown';

/** `--write` replaces this poller, or refuses to write and names it. */
function isReplaced({ place }: Poller, schedule: SchedulePlace): boolean {
  if (place.kind === 'cron') return schedule.kind === 'cron' && place.file === null;
  return (
    place.kind === 'systemd' &&
    schedule.kind === 'systemd' &&
    place.scope === schedule.scope &&
    (place.unit === SERVICE_NAME || place.unit === TIMER_NAME)
  );
}
