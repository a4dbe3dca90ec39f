import type { Instant } from '../../domain/model.ts';
import type { FailingSource, LastPoll } from '../../domain/status/last-poll.ts';
import type { MeasuredStatus, SeriesStatus, Status } from '../../domain/status/status.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { Job } from '../../domain/verdict/job-verdict.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildIdentityJson, buildReplacementJson } from '../json-fields.ts';

/** docs/json.md documents every field. */
export function renderStatusJson(status: Status, now: Instant): string {
  const { verdict, job, jobs, margin, series, seriesCount, retiredCount, staleCount, failing } = status;
  return `${toJson(
    {
      schema_version: 1,
      generated_at: formatInstant(now),
      verdict,
      job: job?.job ? { name: job.name, ...buildJob(job.job) } : null,
      jobs: jobs.map((each) => ({ name: each.name, verdict: each.verdict, ...buildJob(each.job) })),
      margin_seconds: margin,
      series_count: seriesCount,
      stale_series_count: staleCount,
      retired_series_count: retiredCount,
      series: series && buildSeries(series),
      failing_sources: failing.map(buildFailure),
    },
    2,
  )}\n`;
}

const buildJob = (job: Job | null) => ({
  duration_seconds: job?.duration ?? null,
  margin_seconds: job?.margin ?? null,
  required_seconds: job && job.duration + job.margin,
});

const buildSeries = ({
  identity,
  isPolled,
  replacedBy,
  judgement,
  measured,
  lastPoll,
  problems,
}: SeriesStatus) => ({
  ...buildIdentityJson(identity),
  polled: isPolled,
  replaced_by: replacedBy && buildReplacementJson(replacedBy),
  verdict: judgement?.verdict ?? null,
  spare_seconds: judgement?.spare ?? null,
  share_of_safe_starts: judgement?.shareOfSafeStarts ?? null,
  unknown_reasons: judgement?.unknownReasons.map(({ code }) => code) ?? [],
  measured: measured && buildMeasured(measured),
  last_poll: lastPoll && buildLastPoll(lastPoll),
  problems: problems.map(({ code }) => code),
});

/** Null if no poll is recorded. `measured` has the time of the newest sample. */
const buildLastPoll = ({ origin, at, ageSeconds, failure }: LastPoll) =>
  origin === 'other-command' || origin === 'import'
    ? null
    : {
        at: formatInstant(at),
        age_seconds: ageSeconds,
        failure: failure && { reason: failure.reason, detail: failure.detail },
      };

const buildMeasured = (measured: MeasuredStatus) => ({
  worst_case: {
    remaining_seconds: measured.worstCase.seconds,
    at: formatInstant(measured.worstCase.at),
  },
  longest_safe_job_seconds: measured.longestSafeJob,
  sample_count: measured.sampleCount,
  witnessed_rotation_count: measured.witnessedCount,
  watched_seconds: measured.watchedTime,
  watched_share: measured.watchedShare,
  issued_per_request: measured.isIssuedPerRequest,
  expiration: measured.current && formatInstant(measured.current.expiration),
  remaining_seconds: measured.current?.remaining ?? null,
  newest_sample_at: formatInstant(measured.lastSample),
  newest_sample_age_seconds: measured.ageSeconds,
});

const buildFailure = ({ host, source, reason, detail, lastAt }: FailingSource) => ({
  host,
  source,
  reason,
  detail,
  last_at: formatInstant(lastAt),
});
