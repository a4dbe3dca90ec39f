import { groupBy } from '../../domain/lists.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import { minBy, range } from '../../domain/measurement/statistics.ts';
import type { Instant, SourceName } from '../../domain/model.ts';
import { getHostSourceKey } from '../../domain/series-key.ts';
import { isAfterPoll } from '../../domain/status/last-poll.ts';
import { correctHostTime } from '../../domain/verdict/analyse.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';

/** The series of one host and source together, because a failed poll often cannot know the role. */
export interface HostSource {
  host: string;
  source: SourceName;
  analyses: readonly SeriesAnalysis[];
  /** The measurement with the last sample. */
  newest: Measurement | null;
}

/** In the order of the report. */
export function groupByHostSource({ series }: Assessment): HostSource[] {
  const groups = groupBy(
    series.map(({ analysis }) => analysis),
    ({ identity }) => getHostSourceKey(identity),
  );
  return [...groups.values()].map((analyses) => {
    const measurements = analyses.flatMap(({ measurement }) => measurement ?? []);
    const { host, source } = analyses[0].identity;
    return { host, source, analyses, newest: minBy(measurements, ({ lastSample }) => -lastSample) };
  });
}

/** Failed polls have times of the host's clock, samples of AWS's clock. Comparing them needs one clock. */
export const correctFailureTime = (at: Instant, newest: Measurement | null): Instant =>
  newest === null ? at : correctHostTime(at, newest);

export const findLastSample = ({ newest }: HostSource): Instant =>
  newest?.lastSample ?? Number.NEGATIVE_INFINITY;

/** Leaves out newer samples of other commands, because they would hide a stopped poller. */
export function findLastPollOrSample(hostSource: HostSource): Instant {
  const lastSample = findLastSample(hostSource);
  const polls = range(hostSource.analyses.flatMap(({ lastPollAt }) => lastPollAt ?? []));
  return polls !== null && isAfterPoll(lastSample, polls.max) ? polls.max : lastSample;
}

export function findLastFailure({ analyses, newest }: HostSource): Instant {
  const failures = analyses.flatMap(({ failedPolls }) => failedPolls);
  const times = range(failures.map(({ lastAt }) => correctFailureTime(lastAt, newest)));
  return times?.max ?? Number.NEGATIVE_INFINITY;
}

/** Whether the last poll was successful. */
export const isSourceUp = (hostSource: HostSource): boolean =>
  hostSource.newest !== null && findLastSample(hostSource) >= findLastFailure(hostSource);
