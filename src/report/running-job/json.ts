import type { Instant } from '../../domain/model.ts';
import type { EndedJob, ExpiryWarningCode } from '../../domain/running-job/running-job.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import { toJson } from '../../untrusted-text.ts';
import { formatNullableInstant, maskKeyId } from '../text/format-values.ts';
import type { FollowedProcess, RunningJobView } from './view.ts';

/** docs/json.md documents every field. */
export function renderRunningJobJson(view: RunningJobView): string {
  const { pid, judgement, accessKeyId, notes, isFollowed } = view;
  const { job, expiration, unknownReason: reason, startedAt, elapsed } = judgement;
  return render(
    'judged',
    pid,
    {
      judged_at: formatInstant(judgement.judgedAt),
      verdict: judgement.verdict,
      started_at: formatInstant(startedAt),
      elapsed_seconds: elapsed,
      job: job && {
        duration_seconds: job.duration,
        margin_seconds: job.margin,
        rest_seconds: judgement.rest,
        required_seconds: judgement.required,
      },
      access_key_id: accessKeyId && maskKeyId(accessKeyId),
      expiration: formatNullableInstant(expiration?.at ?? null),
      expiration_from: expiration?.origin ?? null,
      remaining_seconds: judgement.remaining,
      spare_seconds: judgement.spare,
      unknown_reason: reason && {
        code: reason.code,
        provider: reason.code === 'NO_COPY' ? reason.provider : null,
        failure: reason.code === 'COPY_INVALID' ? { reason: reason.reason, detail: reason.detail } : null,
      },
      notes: notes.map(({ code }) => code),
    },
    isFollowed,
  );
}

export const renderWarningJson = (
  code: ExpiryWarningCode,
  { pid, expiration }: FollowedProcess,
  now: Instant,
): string =>
  render('warning', pid, {
    at: formatInstant(now),
    warning: code,
    expiration: formatInstant(expiration),
    remaining_seconds: secondsBetween(now, expiration),
  });

export const renderEndJson = (
  { outcome, endedAt, expiration, remainingAtEnd }: EndedJob,
  { pid, startedAt }: FollowedProcess,
): string =>
  render('ended', pid, {
    at: formatInstant(endedAt),
    outcome,
    elapsed_seconds: Math.max(0, secondsBetween(startedAt, endedAt)),
    expiration: formatInstant(expiration),
    remaining_at_end_seconds: remainingAtEnd,
  });

/** @param isLine one line, because other events follow */
const render = (event: string, pid: number, fields: object, isLine = true): string =>
  `${toJson({ schema_version: 1, event, pid, ...fields }, isLine ? undefined : 2)}\n`;
