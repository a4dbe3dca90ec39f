import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { isWellFounded } from '../../domain/verdict/evidence.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { JobJudgement, JobRequirement, Safety, Verdict } from '../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { formatCount, formatShare } from '../text/format-values.ts';
import { findKnownShare } from './measurements.ts';

const SAFETY_TEXTS: Record<Safety, string> = { safe: 'safe', 'not-safe': 'not safe', unknown: 'unknown' };

/** `safe`, `not safe` or `unknown`. */
export const formatSafety = (verdict: Verdict) => SAFETY_TEXTS[toSafety(verdict)];

/**
 * The kinds of `not safe`, after these words. The codes of JSON are no text: "not safe: never" reads as "never unsafe", and
 * "sometimes" contradicts a share of 0 %.
 */
const NOT_SAFE_TEXTS: Record<Exclude<Verdict, 'safe' | 'unknown'>, string> = {
  never: 'no start was safe',
  sometimes: 'worst case too short',
  'start-after-rotation': 'safe only after rotations',
};

/** `safe`, `unknown` or, because several verdicts are not safe, `not safe: no start was safe`. */
export const formatVerdict = (verdict: Verdict): string =>
  verdict === 'safe' || verdict === 'unknown'
    ? formatSafety(verdict)
    : `${formatSafety(verdict)}: ${NOT_SAFE_TEXTS[verdict]}`;

/**
 * The verdict of several series, hosts or jobs.
 * @param decisive all verdicts with the same safety. If they differ, the kind of one would be wrong for the others
 */
export const formatSharedVerdict = (verdict: Verdict, decisive: Iterable<Verdict>): string =>
  new Set(decisive).size > 1 ? formatSafety(verdict) : formatVerdict(verdict);

/** `a 5h job`, `an 8h job`. */
export function describeJob(length: Seconds): string {
  const text = duration(length);
  return `${/^(?:8|1[18](?!\d))/.test(text) ? 'an' : 'a'} ${text} job`;
}

/** `a 5h job with a margin of 5m`. */
export const describeJobWithMargin = ({ duration: length, margin }: JobRequirement) =>
  `${describeJob(length)} with a margin of ${duration(margin)}`;

/** `335 rotations in 13d 23h 55m 00s`. */
export const describeBasis = ({
  isIssuedPerRequest,
  sampleCount,
  witnessedCount,
  watchedTime,
}: Measurement): string =>
  isIssuedPerRequest
    ? formatCount(sampleCount, 'sample')
    : `${formatCount(witnessedCount, 'rotation')} in ${duration(watchedTime)}`;

/** A safe verdict of little history must not look like a safe verdict of many days. */
export const isSafeSoFar = (judgement: JobJudgement, measurement: Measurement | null): boolean =>
  judgement.verdict === 'safe' && (measurement === null || !isWellFounded(measurement));

export const SAFE_SO_FAR = 'safe so far';

/** The safety, in front of a sentence about the judgement. */
export const formatState = (judgement: JobJudgement, measurement: Measurement | null): string =>
  isSafeSoFar(judgement, measurement) ? SAFE_SO_FAR : formatSafety(judgement.verdict);

/** As {@link formatVerdict}, but `safe so far` if the history is short. */
export const formatSeriesState = (
  judgement: JobJudgement,
  { measurement }: Pick<SeriesAnalysis, 'measurement'>,
): string => (isSafeSoFar(judgement, measurement) ? SAFE_SO_FAR : formatVerdict(judgement.verdict));

/** One line that begins with the safety and a colon. */
export const describeVerdict = (judgement: JobJudgement, measurement: Measurement | null = null) =>
  `${formatSafety(judgement.verdict)}: ${describeJudgement(judgement, measurement)}`;

/** As {@link describeVerdict}, but `safe so far` if the history is short. */
export const describeSeriesVerdict = (
  judgement: JobJudgement,
  { measurement }: Pick<SeriesAnalysis, 'measurement'>,
) => `${formatState(judgement, measurement)}: ${describeJudgement(judgement, measurement)}`;

/** The job and how safe it was, without the safety. */
function describeJudgement(judgement: JobJudgement, measurement: Measurement | null): string {
  return `${describeJobWithMargin(judgement.job)}${describeStarts(judgement, measurement)}${describeCoverage(judgement)}`;
}

function describeStarts(judgement: JobJudgement, measurement: Measurement | null): string {
  const { verdict, spare, spareUsedUpAt } = judgement;
  const share = findKnownShare(judgement, measurement);
  const shortfall = spare === null ? '' : `, ${duration(-spare)} short at the worst moment`;
  switch (verdict) {
    case 'safe':
      return ` at any measured start, ${duration(spare)} to spare${spareUsedUpAt === null ? '' : '; but lead times shrink'}`;
    case 'never':
      return ` at every measured start${shortfall}`;
    case 'start-after-rotation':
    case 'sometimes':
      return `${shortfall}${share === null || share === 1 ? '' : `; ${formatShare(share)} of starts were safe`}`;
    case 'unknown':
      return '';
  }
}

/** A smaller share leaves room for rotations that no sample shows. */
export const WATCHED_ENOUGH = 0.95;

const describeCoverage = ({ watchedShare }: JobJudgement): string =>
  watchedShare === null || watchedShare >= WATCHED_ENOUGH
    ? ''
    : `; only ${formatShare(watchedShare)} of the time was watched`;
