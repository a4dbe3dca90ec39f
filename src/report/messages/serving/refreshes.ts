import type { FailureFacts, Instant, Seconds, SourceName } from '../../../domain/model.ts';
import type { LifetimeWarning } from '../../../domain/sdk-refresh/lifetime-warnings.ts';
import type { RefreshReason } from '../../../domain/sdk-refresh/refresh-reason.ts';
import { ADVISED_LIFETIME } from '../../../domain/sdk-refresh/refresh-time.ts';
import type { RefreshingSdk, ShortValidityEffect } from '../../../domain/sdk-refresh/refresh-windows.ts';
import {
  type RefreshFailureLevel,
  rateRefreshFailure,
  type ServedRoleFacts,
} from '../../../domain/serving/served-role-facts.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { secondsBetween } from '../../../domain/time/instant.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import {
  formatCount,
  formatShortTimestamp,
  formatTimestamp,
  joinWords,
  maskKeyId,
} from '../../text/format-values.ts';
import { CLIENT_NAMES } from '../conformance/clients.ts';
import { describeFailure } from '../failures/describe-failure.ts';

const SDK_NAMES: Readonly<Record<RefreshingSdk, string>> = {
  ...CLIENT_NAMES,
  botocore: 'botocore (AWS CLI, boto3)',
};

/** A request takes some time, so that a lifetime is a little shorter than the requested one. */
const MAX_REQUEST_TIME: Seconds = 5;

/** `15m` for 14 minutes and 58 seconds. */
function formatLifetime(seconds: Seconds): string {
  const minutes = Math.round(seconds / 60) * 60;
  const isFull = minutes > 0 && Math.abs(seconds - minutes) <= MAX_REQUEST_TIME;
  return formatDuration(isFull ? minutes : Math.floor(seconds));
}

/** Why credentials are refreshed at this time. */
export function describeRefreshReason({ code, remaining, isLimited }: RefreshReason): string {
  switch (code) {
    case 'half':
      return 'at half of the lifetime';
    case 'sdk-windows':
      return `${formatLifetime(remaining)} before the expiration, because SDKs need this validity`;
    case 'requested':
      return isLimited
        ? `${formatLifetime(remaining)} before the expiration, the earliest time for this lifetime: --refresh-before is too long`
        : `${formatLifetime(remaining)} before the expiration, as set by --refresh-before`;
    case 'short-lifetime':
      return `${formatLifetime(remaining)} before the expiration, because the lifetime is short`;
  }
}

/** Sources with the setting `--duration`. */
const ASSUMES_ROLE: ReadonlySet<SourceName> = new Set(['role', 'web-identity', 'github']);

/** The worst effect first. */
const EFFECTS: Readonly<Record<ShortValidityEffect, string>> = {
  'extends-expiration': 'can use expired credentials',
  blocks: 'can wait for a request before every API call',
  'requests-at-every-call': 'can send a request at every API call',
};

/**
 * What a short lifetime does to SDKs, and what to do about it.
 * @param warnings at least one
 */
export function describeShortLifetime(
  { name, source }: Pick<ServedRoleFacts, 'name' | 'source'>,
  lifetime: Seconds,
  warnings: readonly LifetimeWarning[],
): { message: string; hint: string } {
  const always = warnings.filter(({ when }) => when === 'always');
  const ifLate = warnings.filter(({ when }) => when === 'if-late');
  const consequences = [
    ...(always.length === 0 ? [] : [describeEffects(always)]),
    ...(ifLate.length === 0 ? [] : [`if a refresh is late, ${describeEffects(ifLate)}`]),
  ];
  return {
    message: `the credentials of ${name} are valid for only ${formatLifetime(lifetime)}: ${consequences.join('; ')}`,
    hint: ASSUMES_ROLE.has(source)
      ? `let credentials be valid for at least ${formatLifetime(ADVISED_LIFETIME)}, for example with --duration 1h`
      : `let the source issue credentials that are valid for at least ${formatLifetime(ADVISED_LIFETIME)}`,
  };
}

function describeEffects(warnings: readonly LifetimeWarning[]): string {
  const named = new Set<RefreshingSdk>();
  const effects = Object.entries(EFFECTS).flatMap(([effect, text]) => {
    const affected = warnings.filter((each) => each.effect === effect).map(({ sdk }) => sdk);
    const sdks = [...new Set(affected)].filter((sdk) => !named.has(sdk));
    for (const sdk of sdks) named.add(sdk);
    return sdks.length === 0 ? [] : [`${joinWords(sdks.map((sdk) => SDK_NAMES[sdk]))} ${text}`];
  });
  return effects.join('; ');
}

/** `valid until 12:00:00Z (59m 30s), next refresh at 11:30:00Z (at half of the lifetime)`. */
export function describeValidity(facts: ServedRoleFacts, now: Instant): string {
  const { key, nextRefreshAt, refreshReason, isIdle } = facts;
  if (key === null) return 'no credentials yet';
  const validity =
    key.expiration <= now
      ? `expired at ${formatShortTimestamp(key.expiration, now)}`
      : `valid until ${formatShortTimestamp(key.expiration, now)} (${formatDuration(secondsBetween(now, key.expiration))})`;
  return [validity, ...describeNextRefresh(nextRefreshAt, refreshReason, isIdle, now)].join(', ');
}

function describeNextRefresh(
  at: Instant | null,
  reason: RefreshReason | null,
  isIdle: boolean,
  now: Instant,
): string[] {
  if (isIdle) return ['not refreshed until the next request'];
  if (at === null) return [];
  const why = reason === null ? '' : ` (${describeRefreshReason(reason)})`;
  return [`next refresh at ${formatShortTimestamp(at, now)}${why}`];
}

/** A successful poll of a source in the background. */
export interface Refresh {
  /** False: the source still returns the same credentials. */
  isNewKey: boolean;
  /** Failed polls in a row before this one. */
  failureCount: number;
}

/** The log line of a refresh. */
export function describeRefresh(
  facts: ServedRoleFacts,
  { isNewKey, failureCount }: Refresh,
  now: Instant,
): string {
  const { name, key } = facts;
  const shown = key === null ? '' : ` ${maskKeyId(key.accessKeyId)}`;
  const failures = `works again after ${formatCount(failureCount, 'failed attempt')}`;
  const refreshed = `refreshed ${name}${failureCount === 0 ? '' : `, which ${failures}`}`;
  const what = isNewKey ? refreshed : `the source of ${name} ${failures}`;
  return `${formatTimestamp(now)}  ${what}:${shown} ${describeValidity(facts, now)}`;
}

export interface FailedRefreshMessage {
  level: RefreshFailureLevel;
  message: string;
  hint: string | undefined;
}

/** The message about a failed refresh, with a level by its consequence for clients. */
export function describeFailedRefresh(
  facts: ServedRoleFacts,
  failure: FailureFacts,
  now: Instant,
): FailedRefreshMessage {
  const { name, key, nextRefreshAt } = facts;
  const { message, hint } = describeFailure(failure);
  const level = rateRefreshFailure(facts, now);
  const consequence =
    key === null || level === 'error'
      ? 'clients get status 503'
      : `clients get the current ones, valid for ${formatDuration(secondsBetween(now, key.expiration))}`;
  const retry = nextRefreshAt === null ? '' : `; next attempt at ${formatShortTimestamp(nextRefreshAt, now)}`;
  return {
    level,
    message: `could not refresh the credentials of ${name} at ${formatTimestamp(now)}: ${message}; ${consequence}${retry}`,
    hint: hint ?? undefined,
  };
}

/** Null if the role and the account are the same, or unknown. */
export function describeOtherRole(before: ServedRoleFacts, now: ServedRoleFacts): string | null {
  const isOther = differ(before.accountId, now.accountId) || differ(before.role || null, now.role || null);
  if (!isOther) return null;
  return `the source of ${now.name} now returns credentials of ${nameIdentity(now)}, not of ${nameIdentity(before)}; clients get the new credentials`;
}

const differ = (one: string | null, other: string | null) => one !== null && other !== null && one !== other;

const nameIdentity = ({ role, accountId }: ServedRoleFacts): string =>
  [
    role === '' ? 'an unknown role' : `the role ${escapeUnprintable(role)}`,
    ...(accountId === null ? [] : [`in the account ${escapeUnprintable(accountId)}`]),
  ].join(' ');
