import type { Seconds } from '../model.ts';
import { choosePollInterval, isPolledTooRarely } from '../verdict/checks/poll-interval.ts';
import type { Poller, PollerPlace } from './check/poller.ts';
import { chooseInterval, type RotationBasis } from './choose-interval.ts';
import { findScheduleProblem } from './choose-schedule.ts';
import type { Host, PollCommand, Schedule, ScheduleKind } from './schedule.ts';

/** Why the schedule of `init` would record nothing, or too little. */
export type InitAttention =
  | { code: 'CRON_NOT_RUNNING' }
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
  /** Another poller records already, so the schedule is not needed. */
  hasPoller: boolean;
  /** Pollers of the same credentials and database that go on beside the schedule. */
  others: readonly Pick<Poller, 'place' | 'interval'>[];
  every: Seconds;
  /** Null if the source does not rotate. */
  basis: RotationBasis | null;
}

export function findAttentions(facts: InitFacts): InitAttention[] {
  const { schedule, host, hasPoller, others, every, basis } = facts;
  const isStopped = schedule.kind === 'cron' && host.isCronRunning === false && !hasPoller;
  const isTooLong = basis !== null && isPolledTooRarely(every, basis.within);
  return [
    ...(isStopped ? [{ code: 'CRON_NOT_RUNNING' } as const] : []),
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
