import { findSeriesNow, type SeriesNow } from '../../../domain/live/series-now.ts';
import type { Instant } from '../../../domain/model.ts';
import { isAfterPoll } from '../../../domain/status/last-poll.ts';
import type { AssessedSeries, Assessment } from '../../../domain/verdict/assessment.ts';
import type { Job } from '../../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import type { LastPoll, ReportContext } from '../../context.ts';

/** What the page shows of a series that is polled. */
export interface NowRow {
  series: AssessedSeries;
  now: SeriesNow;
  /** Null without a poll. */
  lastPollAt: Instant | null;
  /** No poll is recorded, and `lastPollAt` is the newest sample, for example of `check`. */
  isOnlySample: boolean;
  /** Null if another process polls the series. */
  poll: LastPoll | null;
}

/** More rows would hide the report below them. */
const MAX_ROWS = 20;
/** More jobs would make the rows too wide. */
const MAX_JOBS = 3;

export interface NowRows {
  rows: readonly NowRow[];
  jobs: readonly Job[];
  hiddenCount: number;
}

/** The series that are polled, with failures first, and then the credentials that expire first. */
export function listNowRows(
  { series, jobs: assessedJobs }: Assessment,
  { now, lastPolls = [] }: ReportContext,
): NowRows {
  const jobs = assessedJobs.flatMap(({ job }) => job ?? []).slice(0, MAX_JOBS);
  const polled = series.filter(({ isRetired }) => !isRetired);
  const rows = polled.flatMap((each) => {
    const { analysis } = each;
    const found = findSeriesNow(analysis, jobs, now);
    // Samples of logs say nothing about the present, but a poller can begin with failures.
    if (!analysis.isPolled && found.failure === null) return [];
    const { host, source } = each.identity;
    const poll = lastPolls.find((last) => last.host === host && last.source === source) ?? null;
    const lastPollAt = findLastPoll(analysis, found, poll);
    const isOnlySample = analysis.polledAt === null && found.failure === null && poll === null;
    return [{ series: each, now: found, lastPollAt, isOnlySample, poll }];
  });
  const rank = ({ now: { failure, expiresAt } }: NowRow) =>
    failure === null ? (expiresAt ?? Number.POSITIVE_INFINITY) : 0;
  const shown = rows.toSorted((a, b) => Math.sign(rank(a) - rank(b)) || 0).slice(0, MAX_ROWS);
  return { rows: shown, jobs, hiddenCount: rows.length - shown.length };
}

function findLastPoll(
  { polledAt }: Pick<SeriesAnalysis, 'polledAt'>,
  { lastSampleAt, failure }: SeriesNow,
  poll: LastPoll | null,
): Instant | null {
  const isOther = polledAt != null && lastSampleAt !== null && isAfterPoll(lastSampleAt, polledAt);
  const times = [isOther ? polledAt : lastSampleAt, failure?.lastAt, poll?.endedAt].filter(
    (each) => each != null,
  );
  return times.length === 0 ? null : Math.max(...times);
}
