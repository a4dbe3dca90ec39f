import { correctTime } from '../domain/measurement/generations.ts';
import type { FailureReason, Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import { formatInstant, secondsBetween } from '../domain/time/instant.ts';
import {
  formatNullableInstant,
  formatRemaining,
  formatSeriesName,
  formatTimestamp,
} from './text/format-values.ts';
import { escapeUnprintable, maskKeyId } from './text/untrusted-text.ts';

/** The result of one poll, without secrets. */
export interface PollResult {
  identity: SeriesIdentity;
  observedAt: Instant;
  clockOffset: Seconds | null;
  notes: readonly PollNote[];
  accountId: string | null;
  credentials: IssuedCredentials | null;
  failure: { reason: FailureReason; detail: string } | null;
}

/** One line for a log: time, series, key id, remaining validity; `''` for a failed poll. */
export function formatPollLine({
  identity,
  observedAt,
  clockOffset,
  credentials,
  accountId,
}: PollResult): string {
  if (credentials === null) return '';
  const { accessKeyId, lastUpdated, expiration } = credentials;
  const remaining = secondsBetween(correctTime({ observedAt, clockOffset }), expiration);
  return [
    formatTimestamp(observedAt),
    formatSeriesName(identity),
    ...(accountId === null ? [] : [`account ${escapeUnprintable(accountId)}`]),
    maskKeyId(accessKeyId),
    formatRemaining(remaining),
    `expires ${formatTimestamp(expiration)}`,
    ...(lastUpdated === null ? [] : [`issued ${formatTimestamp(lastUpdated)}`]),
  ].join('  ');
}

/** One line of JSON, also for a failed poll. */
export function formatPollJson(result: PollResult): string {
  const { identity, observedAt, clockOffset, credentials, failure, accountId, notes } = result;
  return JSON.stringify({
    schema_version: 1,
    observed_at: formatInstant(observedAt),
    host: identity.host,
    source: identity.source,
    api_version: identity.apiVersion,
    role: identity.role,
    account_id: accountId,
    access_key_id: credentials && maskKeyId(credentials.accessKeyId),
    last_updated: formatNullableInstant(credentials?.lastUpdated ?? null),
    expiration: formatNullableInstant(credentials?.expiration ?? null),
    remaining_seconds:
      credentials && secondsBetween(correctTime({ observedAt, clockOffset }), credentials.expiration),
    clock_offset_seconds: clockOffset,
    failure,
    notes: notes.map(({ code }) => code),
  });
}
