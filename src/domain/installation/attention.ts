import type { EnvironmentKind } from '../general-knowledge/environment.ts';
import { type ExpectedRotation, findExpectedRotation } from '../general-knowledge/general-knowledge.ts';
import type { SourceKnowledge } from '../general-knowledge/source-knowledge.ts';
import type { Seconds, SourceName } from '../model.ts';
import { choosePollInterval, isPolledTooRarely } from '../verdict/checks/poll-interval.ts';
import type { Poller, PollerPlace } from './check/poller.ts';
import { findCronFields } from './interval.ts';
import type { Host, Schedule } from './schedule.ts';

/** How often the credentials change. */
export type RotationBasis =
  | { code: 'MEASURED'; within: Seconds }
  | { code: 'GENERAL'; within: Seconds; environment: EnvironmentKind; expected: ExpectedRotation }
  /** Credentials are replaced before they expire. */
  | { code: 'VALIDITY'; within: Seconds };

/** Why the schedule of `init` would record nothing, or too little. */
export type InitAttention =
  | { code: 'CRON_NOT_RUNNING' }
  /** This poller records the same credentials in the same database. */
  | { code: 'OTHER_POLLER'; place: PollerPlace; interval: Seconds | null }
  /** `canSchedule`: this kind of schedule can poll every `pollEvery`. */
  | {
      code: 'INTERVAL_TOO_LONG';
      every: Seconds;
      pollEvery: Seconds;
      canSchedule: boolean;
      basis: RotationBasis;
    };

interface InitFacts {
  schedule: Schedule;
  host: Pick<Host, 'isCronRunning'>;
  /** Another poller records already, so the schedule is not needed. */
  hasPoller: boolean;
  /** Pollers of the same credentials and database that go on beside the schedule. */
  others: readonly Pick<Poller, 'place' | 'interval'>[];
  source: SourceName;
  every: Seconds;
  /** Between measured rotations. Null before two rotations. */
  measuredInterval: Seconds | null;
  knowledge: SourceKnowledge;
  validity: Seconds;
}

export function findAttentions(facts: InitFacts): InitAttention[] {
  const { schedule, host, hasPoller, others, every } = facts;
  const isStopped = schedule.kind === 'cron' && host.isCronRunning === false && !hasPoller;
  const basis = findRotationBasis(facts);
  const isTooLong = basis !== null && isPolledTooRarely(every, basis.within);
  return [
    ...(isStopped ? [{ code: 'CRON_NOT_RUNNING' } as const] : []),
    ...others.map(({ place, interval }) => ({ code: 'OTHER_POLLER', place, interval }) as const),
    ...(isTooLong ? [createIntervalAttention(schedule, every, basis)] : []),
  ];
}

function createIntervalAttention(schedule: Schedule, every: Seconds, basis: RotationBasis): InitAttention {
  const pollEvery = choosePollInterval(basis.within);
  const canSchedule = schedule.kind !== 'cron' || findCronFields(pollEvery) !== null;
  return { code: 'INTERVAL_TOO_LONG', every, pollEvery, canSchedule, basis };
}

/** Null if the source does not rotate: other sources request a session, or read keys that somebody wrote. */
function findRotationBasis({
  source,
  measuredInterval,
  knowledge,
  validity,
}: InitFacts): RotationBasis | null {
  if (source !== 'imds' && source !== 'container') return null;
  if (measuredInterval !== null) return { code: 'MEASURED', within: measuredInterval };
  const [environment, ...others] = knowledge.environments;
  const expected = environment === undefined || others.length > 0 ? null : findExpectedRotation(environment);
  if (environment === undefined || expected === null || validity < expected.within)
    return validity > 0 ? { code: 'VALIDITY', within: validity } : null;
  return { code: 'GENERAL', within: expected.within, environment: environment.environment, expected };
}
