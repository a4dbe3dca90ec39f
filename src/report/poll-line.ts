import { findLaterTime } from '../domain/measurement/generations.ts';
import type { FailureFacts, Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import { formatInstant, secondsBetween } from '../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../untrusted-text.ts';
import { buildIdentityJson } from './json-fields.ts';
import {
  formatCount,
  formatNullableInstant,
  formatRemaining,
  formatSeriesName,
  maskKeyId,
} from './text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from './text/time-format.ts';

interface Polled {
  observedAt: Instant;
  clockOffset: Seconds | null;
  notes: readonly PollNote[];
}

interface PolledSample extends Polled {
  ok: true;
  credentials: IssuedCredentials;
  accountId: string | null;
}

interface PollFailure extends Polled, Pick<FailureFacts, 'reason' | 'detail'> {
  ok: false;
}

/** One line for a log: time, series, key id, remaining validity. */
export function formatPollLine(
  identity: SeriesIdentity,
  sample: PolledSample,
  times: TimeFormat = UTC_TIMES,
): string {
  const { observedAt, credentials, accountId } = sample;
  const { accessKeyId, lastUpdated, expiration } = credentials;
  return [
    times.timestamp(observedAt),
    formatSeriesName(identity),
    ...(accountId === null ? [] : [`account ${escapeUnprintable(accountId)}`]),
    maskKeyId(accessKeyId),
    formatRemaining(computeRemaining(sample)),
    `expires ${times.timestamp(expiration)}`,
    ...(lastUpdated === null ? [] : [`issued ${times.timestamp(lastUpdated)}`]),
  ].join('  ');
}

/** One line of JSON, also for a failed poll. */
export function formatPollJson(identity: SeriesIdentity, poll: PolledSample | PollFailure): string {
  const { credentials, accountId } = poll.ok ? poll : { credentials: null, accountId: null };
  return toJson({
    schema_version: 1,
    observed_at: formatInstant(poll.observedAt),
    ...buildIdentityJson(identity),
    account_id: accountId,
    access_key_id: credentials && maskKeyId(credentials.accessKeyId),
    last_updated: formatNullableInstant(credentials?.lastUpdated ?? null),
    expiration: formatNullableInstant(credentials?.expiration ?? null),
    remaining_seconds: poll.ok ? computeRemaining(poll) : null,
    clock_offset_seconds: poll.clockOffset,
    failure: poll.ok ? null : { reason: poll.reason, detail: poll.detail },
    notes: poll.notes.map(({ code }) => code),
  });
}

/** By the later time of both clocks, as in `check`: a wrong `Date` header must not make credentials last longer. */
const computeRemaining = (sample: PolledSample): Seconds =>
  secondsBetween(findLaterTime(sample), sample.credentials.expiration);

/** Counts of polls since the last summary. */
export interface TargetSummary {
  at: Instant;
  targetCount: number;
  /** Recorded samples. */
  ok: number;
  /** Recorded failed polls. */
  failed: number;
  rotations: number;
  /** Targets whose last poll failed. */
  failing: number;
}

/** One line for many targets. */
export function formatTargetSummary(
  { at, ok, failed, ...targets }: TargetSummary,
  times: TimeFormat = UTC_TIMES,
): string {
  return [
    times.timestamp(at),
    formatCount(targets.targetCount, 'target'),
    formatCount(ok, 'sample'),
    formatCount(failed, 'failed poll'),
    formatCount(targets.rotations, 'rotation'),
    ...(targets.failing === 0 ? [] : [`${formatCount(targets.failing, 'target')} failing`]),
  ].join('  ');
}
