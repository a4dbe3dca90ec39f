import type { Seconds } from '../model.ts';
import { choosePollInterval, isPolledTooRarely } from '../verdict/checks/poll-interval.ts';
import type { Poller, PollerPlace } from './check/poller.ts';
import { chooseInterval, type RotationBasis } from './choose-interval.ts';
import { findScheduleProblem } from './choose-schedule.ts';
import type { Host, PollCommand, Schedule, ScheduleKind } from './schedule.ts';

/** Why the schedule of `init` would record nothing, or too little. */
export type InitAttention =
  | { code: 'CRON_NOT_RUNNING' }
  /** The schedule starts a program in this folder of sources, which can move or be deleted. */
  | { code: 'CHECKOUT'; folder: string }
  /** This poller records the same credentials in the same database. */
  | { code: 'OTHER_POLLER'; place: PollerPlace; interval: Seconds | null }
  /**
   * `kind`: what can poll every `pollEvery`. Null: this schedule. `isShortest`: this schedule cannot poll more often than
   * `every`.
   */
  | {
      code: 'INTERVAL_TOO_LONG';
      every: Seconds;
      pollEvery: Seconds;
      kind: ScheduleKind | null;
      isShortest: boolean;
      basis: RotationBasis;
    };

interface InitFacts {
  schedule: Pick<Schedule, 'kind'>;
  host: Host;
  poll: PollCommand;
  /** The folder of sources that contains the program. Null: the program is installed. */
  checkout: string | null;
  /** Another poller records already, so the schedule is not needed. */
  hasPoller: boolean;
  /** Pollers of the same credentials and database that go on beside the schedule. */
  others: readonly Pick<Poller, 'place' | 'interval'>[];
  every: Seconds;
  /** Null if the source does not rotate. */
  basis: RotationBasis | null;
}

export function findAttentions(facts: InitFacts): InitAttention[] {
  const { schedule, host, checkout, hasPoller, others, every, basis } = facts;
  const keepsPath = (schedule.kind === 'cron' || schedule.kind === 'systemd') && !hasPoller;
  const isStopped = schedule.kind === 'cron' && host.isCronRunning === false && !hasPoller;
  const isTooLong = basis !== null && isPolledTooRarely(every, basis.within);
  return [
    ...(isStopped ? [{ code: 'CRON_NOT_RUNNING' } as const] : []),
    ...(checkout !== null && keepsPath ? [{ code: 'CHECKOUT', folder: checkout } as const] : []),
    ...others.map(({ place, interval }) => ({ code: 'OTHER_POLLER', place, interval }) as const),
    ...(isTooLong ? [createIntervalAttention(facts, basis)] : []),
  ];
}

function createIntervalAttention(
  { schedule, host, poll, every }: InitFacts,
  basis: RotationBasis,
): InitAttention {
  const pollEvery = choosePollInterval(basis.within);
  const canPoll = (kind: ScheduleKind) => findScheduleProblem(kind, host, poll, pollEvery) === null;
  const kind = canPoll(schedule.kind) ? null : host.hasSystemd && canPoll('systemd') ? 'systemd' : 'process';
  const isShortest = kind !== null && every <= chooseInterval(schedule.kind, basis);
  return { code: 'INTERVAL_TOO_LONG', every, pollEvery, kind, isShortest, basis };
}
