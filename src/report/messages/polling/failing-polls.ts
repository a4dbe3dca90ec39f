import type { FailedPollCount } from '../../../domain/model.ts';
import type { AssessedSeries } from '../../../domain/verdict/assessment.ts';
import type { JobJudgement, UnknownReason } from '../../../domain/verdict/job-verdict.ts';
import { findCurrentFailure } from '../../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { truncateText } from '../../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { listSeriesAdvice } from '../advice/job-advice.ts';
import { FAILURES } from '../failures/describe-failure.ts';
import { adviseSameSource } from '../failures/same-source.ts';
import { RETIRED_ADVICE } from '../headline/retired.ts';
import { MAX_DETAIL_WIDTH } from '../page.ts';

/** A warning that the newest polls of a series fail. Follows the name of the series. */
export function describeFailingPolls(
  { measurement }: SeriesAnalysis,
  { reason, lastAt, lastDetail }: FailedPollCount,
  times: TimeFormat = UTC_TIMES,
): string {
  const cause = lastDetail === '' ? reason : `${reason} (${truncateText(lastDetail, MAX_DETAIL_WIDTH)})`;
  const newestSample =
    measurement === null
      ? 'there are no samples'
      : `the newest sample is from ${times.timestamp(measurement.lastSample)}`;
  return `the last poll failed at ${times.timestamp(lastAt)}, ${cause}; ${newestSample}`;
}

/** What to do about polls that fail now. */
export const describeFailingHint = ({ measurement }: SeriesAnalysis, failure: FailedPollCount): string =>
  (measurement === null ? null : adviseSameSource(failure)) ?? FAILURES[failure.reason].hint;

/** More samples would answer these, but polls fail. */
const NEEDS_SAMPLES: ReadonlySet<UnknownReason['code']> = new Set([
  'NO_WITNESSED_ROTATION',
  'STALE_SAMPLES',
  'TOO_FEW_ROTATIONS',
]);

/** What to do about a verdict. While polls fail, the failure comes before everything that needs more samples. */
export function listCurrentAdvice(
  judgement: JobJudgement,
  { analysis, replacedBy = null }: Pick<AssessedSeries, 'analysis'> & Partial<AssessedSeries>,
  times: TimeFormat = UTC_TIMES,
): string[] {
  // Nothing polls a retired series, so neither failed polls nor more samples matter.
  return replacedBy === null
    ? listAdviceOfSeries(judgement, analysis, times)
    : [RETIRED_ADVICE, ...listSeriesAdvice(judgement, analysis, times, true)];
}

function listAdviceOfSeries(judgement: JobJudgement, analysis: SeriesAnalysis, times: TimeFormat): string[] {
  const failure = findCurrentFailure(analysis);
  if (failure === null || judgement.verdict !== 'unknown')
    return listSeriesAdvice(judgement, analysis, times);
  const others = judgement.unknownReasons.filter(({ code }) => !NEEDS_SAMPLES.has(code));
  return [
    `polls fail (${failure.reason}): ${describeFailingHint(analysis, failure)}`,
    ...listSeriesAdvice({ ...judgement, unknownReasons: others }, analysis, times),
  ];
}
