import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import type { PresignedSeries, UrlLifetimes } from '../../domain/presigned/url-lifetimes.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { Verdict } from '../../domain/verdict/job-verdict.ts';
import { formatShare } from '../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { listAdvice } from './advice/job-advice.ts';
import { formatSafety } from './verdicts.ts';

/** The first line of a requested duration. */
export const describePresignedUrls = (requested: Seconds, verdict: Verdict): string =>
  `presigned URLs for ${duration(requested)}: ${formatSafety(verdict)}`;

/** Whether URLs of a series work for the requested duration. */
export function describePresignedSeries({ judgement, lifetimes }: PresignedSeries): string {
  const requested = duration(judgement.job.duration);
  const safety = formatSafety(judgement.verdict);
  switch (judgement.verdict) {
    case 'safe':
      return `${safety}: a URL worked for ${requested}, whenever it was signed`;
    case 'never':
      return `${safety}: no URL worked for ${requested}`;
    case 'start-after-rotation':
    case 'sometimes': {
      const share = lifetimes?.shareOfFullDuration ?? judgement.shareOfSafeStarts;
      return `${safety}: ${share === null ? 'not every URL' : formatShareOfUrls(share)} worked for ${requested}`;
    }
    case 'unknown':
      return `${safety}: whether URLs work for ${requested}`;
  }
}

/** `no URL`, or `57% of URLs`. */
export const formatShareOfUrls = (share: number): string =>
  formatShare(share) === '0%' ? 'no URL' : `${formatShare(share)} of URLs`;

export const formatLongestAlways = ({ longestAlways }: UrlLifetimes): string =>
  longestAlways === null ? 'no duration' : `up to ${duration(longestAlways)}`;

const LONGER_CREDENTIALS = 'or sign with credentials that last longer, such as a role session of its own';

export function listPresignAdvice(
  { judgement, lifetimes }: PresignedSeries,
  measurement: Measurement | null,
  times: TimeFormat = UTC_TIMES,
): string[] {
  if (toSafety(judgement.verdict) !== 'not-safe') return listAdvice(judgement, measurement, times);
  const longest = lifetimes?.longestAlways ?? null;
  const { safeTimeAfterRotation } = judgement;
  return [
    ...(longest === null ? [] : [`request at most ${duration(longest)}, which every URL gets`]),
    ...(safeTimeAfterRotation === null
      ? []
      : [`or sign within ${duration(safeTimeAfterRotation)} after a rotation`]),
    longest === null ? LONGER_CREDENTIALS.slice('or '.length) : LONGER_CREDENTIALS,
  ];
}
