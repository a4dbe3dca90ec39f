import { hasMeasuredRotation } from '../../../domain/measurement/measurement.ts';
import type { Seconds } from '../../../domain/model.ts';
import type { PollOrigin } from '../../../domain/status/last-poll.ts';
import type { MeasuredStatus, SeriesStatus, Status } from '../../../domain/status/status.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { toSafety } from '../../../domain/verdict/figures/severity.ts';
import type { JobJudgement, UnknownReason, Verdict } from '../../../domain/verdict/job-verdict.ts';
import { getStatedSpare } from '../../../domain/verdict/judgements.ts';
import { formatCount, formatJob, formatNumber, formatShare } from '../../text/format-values.ts';
import { formatRoughDuration } from '../../text/rough-duration.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { describeRetired } from '../headline/retired.ts';
import { findKnownShare, formatLongestSafeJob, formatWorstValidity, nameWorstCase } from '../measurements.ts';
import { formatSafety, SAFE_SO_FAR, WATCHED_ENOUGH } from '../verdicts.ts';
import { listOtherParts } from './other-series.ts';
import { describeProblems, describeSharedProblem } from './problem-parts.ts';
import type { StatusPart } from './status-part.ts';

/** What the status says, in the order of the line. */
export function listStatusParts(status: Status, times: TimeFormat = UTC_TIMES): StatusPart[] {
  const { series } = status;
  const measured = series?.measured ?? null;
  return [
    ...listVerdictParts(status),
    ...listRetiredParts(series, times),
    ...listSafeTimeParts(series?.judgement ?? null),
    ...listReasonParts(series?.judgement ?? null),
    ...(measured === null ? describeMissing(series) : listMeasuredParts(measured, series, times)),
    ...(series === null ? [] : listPollParts(series)),
    ...listOtherParts(status),
  ];
}

/** For a verdict about presigned URLs: `presigned URLs for 7d: not safe, no URL worked`. */
export const describePresignedVerdict = (requested: Seconds, verdict: Verdict): string =>
  `presigned URLs for ${duration(requested)}: ${formatSafety(verdict)}${verdict === 'never' ? ', no URL worked' : ''}`;

function listVerdictParts(status: Status): StatusPart[] {
  const { verdict, job, jobs, margin, series } = status;
  if (verdict === null || job === null) {
    const text = describeLongestSafeJob(series?.measured ?? null, margin);
    return text === null ? [] : [{ text, emphasis: 'verdict' }];
  }
  const isSoFar = verdict === 'safe' && series?.measured?.isWellFounded === false;
  const which = jobs.length > 1 ? `, the worst of ${formatCount(jobs.length, 'job')}` : '';
  return [
    { text: isSoFar ? SAFE_SO_FAR : formatSafety(verdict), emphasis: 'verdict' },
    { text: `${job.name === null ? `${formatJob(job)} job` : `job ${formatJob(job)}`}${which}` },
  ];
}

function listRetiredParts(series: SeriesStatus | null, times: TimeFormat): StatusPart[] {
  const text = series && describeRetired(series, times);
  return text === null ? [] : [{ text, emphasis: 'warning' }];
}

/** When starts are safe, for `start-after-rotation` and `never`. The share of safe starts describes other verdicts. */
export function listSafeTimeParts(judgement: JobJudgement | null): StatusPart[] {
  if (judgement?.verdict === 'never') return [{ text: 'no start was safe' }];
  if (judgement?.verdict !== 'start-after-rotation') return [];
  const { safeTimeAfterRotation: time } = judgement;
  return time === null || time < 1 ? [] : [{ text: `safe only within ${duration(time)} after a rotation` }];
}

/** Null without a sample. */
function describeLongestSafeJob(measured: MeasuredStatus | null, margin: Seconds): string | null {
  if (measured === null) return null;
  const { longestSafeJob, isWellFounded, areTimesKnown } = measured;
  if (!areTimesKnown) return 'longest safe job unknown';
  if (longestSafeJob !== null && longestSafeJob > 0)
    return `longest safe job ${formatLongestSafeJob(longestSafeJob, isWellFounded)} with a margin of ${duration(margin)}`;
  return hasMeasuredRotation(measured)
    ? `no job is safe with a margin of ${duration(margin)}`
    : 'longest safe job not known yet';
}

function listMeasuredParts(
  measured: MeasuredStatus,
  series: SeriesStatus | null,
  times: TimeFormat,
): StatusPart[] {
  const { worstCase, current } = measured;
  const spare = series?.judgement ? describeSpare(series.judgement, measured) : '';
  // An old log says nothing about the credentials of today.
  const hasPoller = series !== null && (series.isPolled || series.lastPoll?.failure != null);
  const isCurrent = current !== null && (hasPoller || (current.isRecent && current.remaining >= 0));
  const worst = `${nameWorstCase(measured)} ${formatWorstValidity(worstCase)}`;
  return [
    { text: `${worst} at ${times.timestamp(worstCase.at)}${spare}` },
    { text: describeWatched(measured) },
    ...(!isCurrent ? [] : [{ text: describeCurrent(current) }]),
  ];
}

function describeSpare(judgement: JobJudgement, measured: MeasuredStatus): string {
  const { verdict } = judgement;
  const share = findKnownShare(judgement, measured);
  const spare = getStatedSpare(judgement);
  if (spare === null) return '';
  const text = spare < 0 ? `, ${duration(-spare)} short` : `, ${duration(spare)} to spare`;
  const isShown = toSafety(verdict) === 'not-safe' && verdict !== 'never' && share !== null && share < 1;
  return isShown ? `${text}, ${formatShare(share)} of starts safe` : text;
}

function describeWatched(measured: MeasuredStatus): string {
  const { witnessedCount, watchedTime, watchedShare, sampleCount, isIssuedPerRequest } = measured;
  if (isIssuedPerRequest) return `${formatCount(sampleCount, 'sample')}, each request gets new credentials`;
  const time = formatRoughDuration(watchedTime);
  const share =
    watchedShare === null || watchedShare >= WATCHED_ENOUGH
      ? ''
      : `, ${formatShare(watchedShare)} of the time watched`;
  return `${witnessedCount === 0 ? `${time} watched` : `${formatCount(witnessedCount, 'rotation')} in ${time}`}${share}`;
}

type CurrentCredentials = NonNullable<MeasuredStatus['current']>;

function describeCurrent({ newestRemaining, ...earliest }: CurrentCredentials): string {
  if (newestRemaining === null) return describeRemaining(earliest);
  const ofNewest = describeRemaining({ ...earliest, remaining: newestRemaining });
  const { remaining } = earliest;
  const ofOther =
    remaining < 0
      ? `EXPIRED ${formatRoughDuration(-remaining)} ago`
      : `${formatRoughDuration(remaining)} left`;
  return `${ofNewest}, credentials of another endpoint: ${ofOther}`;
}

function describeRemaining({ remaining, isRecent }: Omit<CurrentCredentials, 'newestRemaining'>): string {
  if (remaining < 0) return `last seen credentials EXPIRED ${formatRoughDuration(-remaining)} ago`;
  const left = formatRoughDuration(remaining);
  return isRecent ? `${left} left now` : `last seen credentials: ${left} left`;
}

function listReasonParts(judgement: JobJudgement | null): StatusPart[] {
  if (judgement?.verdict !== 'unknown') return [];
  // The part about polls has the age of the samples, and the part about samples says that there are none.
  return judgement.unknownReasons
    .filter(({ code }) => code !== 'NO_SAMPLES' && code !== 'NO_SAMPLES_IN_PERIOD')
    .map((reason) => ({ text: describeReason(reason), emphasis: 'warning' as const }));
}

function describeMissing(series: SeriesStatus | null): StatusPart[] {
  const reasons = series?.judgement?.unknownReasons ?? [];
  const reason = reasons.find(({ code }) => code === 'NO_SAMPLES_IN_PERIOD');
  return [{ text: describeReason(reason ?? { code: 'NO_SAMPLES' }) }];
}

function describeReason(reason: UnknownReason): string {
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'no samples';
    case 'NO_SAMPLES_IN_PERIOD':
      return 'no samples in the selected period';
    case 'NO_WITNESSED_ROTATION':
      return 'no rotation witnessed yet';
    case 'STALE_SAMPLES':
      return `newest sample older than ${duration(reason.maxAgeSeconds)}`;
    case 'SAMPLES_IN_FUTURE':
      return `newest sample ${duration(reason.aheadSeconds)} ahead of the clock`;
    case 'ROTATION_OVERDUE':
    case 'ISSUED_IN_FUTURE':
    case 'VALIDITY_TOO_LONG':
    case 'LEAD_TIMES_SHRINK':
      return describeSharedProblem(reason);
    case 'TOO_LITTLE_WATCHED':
      return `less than ${formatShare(reason.minWatched)} of the time watched`;
    case 'RECENT_LEAD_TIMES_SHORTER':
      return 'recent lead times are shorter';
    case 'NEWEST_CREDENTIALS_SHORTEST':
      return 'no confidence known, because the newest credentials have less left than at any rotation';
    case 'TOO_FEW_ROTATIONS':
      return `${formatNumber(reason.witnessedCount)} of ${formatNumber(reason.minRotations)} rotations for this confidence`;
  }
}

const LAST_SAMPLES: Readonly<Record<PollOrigin, string>> = {
  poll: 'last poll',
  'other-command': 'no poll recorded, last sample',
  import: 'last imported sample',
  // Most samples of such a database are polls, and the line is the same as on the host.
  unknown: 'last poll',
};

function listPollParts(series: SeriesStatus): StatusPart[] {
  const { lastPoll, isStale, measured } = series;
  const parts: StatusPart[] = [];
  if (lastPoll !== null) {
    const { origin, ageSeconds, failure, isHidden } = lastPoll;
    const when =
      ageSeconds < 0
        ? `${formatRoughDuration(-ageSeconds)} in the future`
        : `${formatRoughDuration(ageSeconds)} ago`;
    parts.push(
      isHidden
        ? { text: `last poll ${when}, newer samples are of check, exec or env`, emphasis: 'warning' }
        : failure === null
          ? describeLastSample(`${LAST_SAMPLES[origin]} ${when}`, isStale)
          : { text: `last poll failed ${when}: ${failure.reason}`, emphasis: 'warning' },
    );
    // The time of the failed poll alone would read like a short outage.
    if (failure !== null && measured !== null && measured.ageSeconds >= 0)
      parts.push(
        describeLastSample(`newest sample ${formatRoughDuration(measured.ageSeconds)} ago`, isStale),
      );
  }
  const problems = describeProblems(series);
  if (problems !== null) parts.push({ text: problems, emphasis: 'warning' });
  return parts;
}

/** Without a job, no other part says that the samples are too old. */
const describeLastSample = (text: string, isStale: boolean): StatusPart =>
  isStale ? { text: `${text}, too old`, emphasis: 'warning' } : { text };
