import type { EnvironmentKind } from '../general-knowledge/environment.ts';
import { type ExpectedRotation, findExpectedRotation } from '../general-knowledge/general-knowledge.ts';
import type { SourceKnowledge } from '../general-knowledge/source-knowledge.ts';
import type { Instant, IssuedCredentials, Seconds, SourceName } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import {
  choosePollInterval,
  isPolledTooRarely,
  LONGEST_POLL_INTERVAL,
} from '../verdict/checks/poll-interval.ts';
import { SHORTEST_CRON_INTERVAL } from './interval.ts';
import type { ScheduleKind } from './schedule.ts';

/** For credentials that change slowly, and for sources that do not rotate. */
export const USUAL_INTERVAL: Seconds = LONGEST_POLL_INTERVAL;

/** The source replaces credentials before they expire. `TIME_LEFT`: their validity is unknown, because they are undated. */
export interface ValidityBasis {
  code: 'VALIDITY' | 'TIME_LEFT';
  within: Seconds;
}

/** How often the credentials change. */
export type RotationBasis =
  | { code: 'MEASURED'; within: Seconds }
  | { code: 'GENERAL'; within: Seconds; environment: EnvironmentKind; expected: ExpectedRotation }
  | ValidityBasis;

/** Why `init` chose another interval than the usual one. `INSTALLED`: the schedule that it replaces has this interval. */
export type IntervalReason = RotationBasis | { code: 'INSTALLED' };

export const findValidityBasis = (
  { lastUpdated, expiration }: Pick<IssuedCredentials, 'lastUpdated' | 'expiration'>,
  now: Instant,
): ValidityBasis =>
  lastUpdated === null
    ? { code: 'TIME_LEFT', within: secondsBetween(now, expiration) }
    : { code: 'VALIDITY', within: secondsBetween(lastUpdated, expiration) };

interface RotationFacts {
  source: SourceName;
  /** Between measured rotations. Null before two rotations. */
  measuredInterval: Seconds | null;
  knowledge: SourceKnowledge;
  /** Null if no credentials are known. */
  validity: ValidityBasis | null;
}

/** Null if the source does not rotate: other sources request a session, or read keys that somebody wrote. */
export function findRotationBasis({
  source,
  measuredInterval,
  knowledge,
  validity,
}: RotationFacts): RotationBasis | null {
  if (source !== 'imds' && source !== 'container') return null;
  const stated = validity !== null && validity.within > 0 ? validity : null;
  if (measuredInterval !== null) {
    // The validity can have changed since the rotations. The time left says nothing about the next credentials.
    const isShorter = stated?.code === 'VALIDITY' && stated.within < measuredInterval;
    return isShorter ? stated : { code: 'MEASURED', within: measuredInterval };
  }
  const [environment, ...others] = knowledge.environments;
  const expected = environment === undefined || others.length > 0 ? null : findExpectedRotation(environment);
  if (environment === undefined || expected === null || (stated !== null && stated.within < expected.within))
    return stated;
  return { code: 'GENERAL', within: expected.within, environment: environment.environment, expected };
}

export interface ChosenInterval {
  every: Seconds;
  /** Null for the usual interval. */
  reason: IntervalReason | null;
}

/**
 * @param installed the interval of the schedule that is replaced. It stays if it witnesses the rotations, so that a
 *   second run changes nothing. Null: there is none, or this kind of schedule cannot have its interval
 */
export function planInterval(
  kind: ScheduleKind,
  basis: RotationBasis | null,
  installed: Seconds | null,
): ChosenInterval {
  const isEnough = installed !== null && (basis === null || !isPolledTooRarely(installed, basis.within));
  const chosen = chooseInterval(kind, basis);
  const every = isEnough ? installed : chosen;
  if (every === USUAL_INTERVAL) return { every, reason: null };
  return { every, reason: every === chosen ? basis : { code: 'INSTALLED' } };
}

/** The interval with which a schedule of this kind witnesses the rotations, or the shortest one of this kind. */
export function chooseInterval(kind: ScheduleKind, basis: RotationBasis | null): Seconds {
  const wanted = basis === null ? USUAL_INTERVAL : choosePollInterval(basis.within);
  return kind === 'cron' ? Math.max(SHORTEST_CRON_INTERVAL, wanted) : wanted;
}
