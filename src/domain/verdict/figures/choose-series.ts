import { isMisconfigured } from '../../failures/misconfigured.ts';
import type { FailedPollCount, Instant, SeriesIdentity } from '../../model.ts';
import { getHostSourceKey } from '../../series-key.ts';

/** What decides whether a series judges jobs. */
export interface SeriesCandidate {
  identity: SeriesIdentity;
  /** The time of the samples. Null without a sample. */
  overview: { firstSample: Instant; lastSample: Instant } | null;
  /** Every poll failed because the source is not configured, so no job gets credentials from it. */
  wasNeverConfigured: boolean;
}

/** All configured series without retired ones. Also retired ones if only they are left, or if the user selected them. */
export function chooseJudgingSeries<Series extends SeriesCandidate>(
  series: readonly Series[],
  judgeRetired: boolean,
): readonly Series[] {
  const configured = series.filter((each) => !each.wasNeverConfigured);
  return removeRetired(configured.length > 0 ? configured : series, judgeRetired);
}

/** Removes retired series, unless a single series is left. */
export function removeRetired<Series extends SeriesCandidate>(
  series: readonly Series[],
  judgeRetired: boolean,
): readonly Series[] {
  if (series.length === 1 || judgeRetired) return series;
  const retired = findRetired(series);
  return series.filter((each) => !retired.has(each));
}

/**
 * Finds the series that are replaced: another series of the same host and source has its first sample after
 * their last one. The role changed, a task was restarted, or IMDSv1 is used as the fallback.
 */
export function findRetired<Series extends SeriesCandidate>(series: readonly Series[]): ReadonlySet<Series> {
  const latestBeginnings = new Map<string, Instant>();
  for (const { identity, overview } of series) {
    if (overview === null) continue;
    const key = getHostSourceKey(identity);
    const known = latestBeginnings.get(key) ?? overview.firstSample;
    latestBeginnings.set(key, Math.max(known, overview.firstSample));
  }
  const retired = series.filter(({ identity, overview }) => {
    const beginning = latestBeginnings.get(getHostSourceKey(identity));
    return beginning !== undefined && (overview === null || beginning > overview.lastSample);
  });
  return new Set(retired);
}

/** See {@link SeriesCandidate}. */
export const wasNeverConfigured = (
  hasSamples: boolean,
  failedPolls: readonly Pick<FailedPollCount, 'reason'>[],
): boolean =>
  !hasSamples && failedPolls.length > 0 && failedPolls.every(({ reason }) => isMisconfigured(reason));
