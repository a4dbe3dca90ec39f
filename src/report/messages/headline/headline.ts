import { hasMeasuredRotation, type Measurement } from '../../../domain/measurement/measurement.ts';
import { computeShareOfSafeStarts } from '../../../domain/measurement/validity.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { isWellFounded } from '../../../domain/verdict/evidence.ts';
import type { Job, JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { getStatedSpare } from '../../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatJob, formatRemainingShare, formatShare } from '../../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { describeMomentOfWorstCase, describeWorstValidity, findKnownShare } from '../measurements.ts';
import { describeBasis, describeJob, WATCHED_ENOUGH } from '../verdicts.ts';

const COPIES = 'copies its credentials at the start';

/** `a 5h job that copies its credentials at the start`. */
export const describeCopyingJob = (job: Job): string =>
  job.name === null
    ? `${describeJob(job.duration)} that ${COPIES}`
    : `the job ${formatJob({ name: job.name, job })}, which ${COPIES},`;

/** `On web-1, a 5h job that … would have failed for 0.98% of start times.` Empty hosts are omitted. */
export function describeOutcome(
  judgement: JobJudgement,
  measurement: Measurement | null,
  host: string,
): string {
  const job = describeCopyingJob(judgement.job);
  const sentence =
    judgement.verdict === 'unknown'
      ? `it is unknown whether ${job} is safe at any start time`
      : `${job} ${describeResult(judgement, measurement)}${describeCoverage(judgement)}`;
  return host === '' ? `${sentence}.` : `on ${escapeUnprintable(host)}, ${sentence}.`;
}

/** `would have failed for 0.98% of start times`, `was safe at every start time: 335 rotations in 14d 00h …`. */
export function describeResult(judgement: JobJudgement, measurement: Measurement | null): string {
  const { verdict } = judgement;
  const perRequest = measurement?.isIssuedPerRequest === true;
  switch (verdict) {
    case 'safe':
      return `was safe ${perRequest ? 'with all sampled credentials' : nameStartTimes([judgement])}${describeBasisOfSafety(measurement)}`;
    case 'never':
    case 'start-after-rotation':
    case 'sometimes':
      return describeUnsafeStarts(judgement, measurement);
    case 'unknown':
      return 'has no verdict';
  }
}

/** A start whose credentials expire within the margin is not safe, but its job would not have failed. */
function describeUnsafeStarts(judgement: JobJudgement, measurement: Measurement | null): string {
  const perRequest = measurement?.isIssuedPerRequest === true;
  const unsafe = nameUnsafeStarts(judgement, measurement);
  const lacksMargin = `would have had less than its margin of ${duration(judgement.job.margin)} to spare`;
  if (lacksOnlyMargin(judgement)) return `${lacksMargin} ${unsafe}`;
  const shares = measurement && splitUnsafeStarts(judgement, measurement);
  if (shares === null || shares.lacksMargin === '0%') return `would have failed ${unsafe}`;
  const part = perRequest ? 'with' : 'for';
  const whole = perRequest ? 'of the sampled credentials' : 'of start times';
  return `would have failed ${part} ${shares.failed} ${whole}, and ${lacksMargin} ${part} another ${shares.lacksMargin}`;
}

/** `{ failed: '1.06%', lacksMargin: '7.17%' }`. Null if the share of safe starts does not show the unsafe ones. */
function splitUnsafeStarts(
  judgement: JobJudgement,
  measurement: Measurement,
): { failed: string; lacksMargin: string } | null {
  const { job, verdict } = judgement;
  const safe = verdict === 'never' ? 0 : findKnownShare(judgement, measurement);
  const enough = computeShareOfSafeStarts(measurement, job.duration);
  if (safe === null || enough === null || safe === 1 || enough === 1) return null;
  return { failed: formatRemainingShare(enough), lacksMargin: formatShare(enough - safe) };
}

/** `for 0.98% of start times`, `at every start time`. Follows what would have happened to a job that is not safe. */
function nameUnsafeStarts(judgement: JobJudgement, measurement: Measurement | null): string {
  const perRequest = measurement?.isIssuedPerRequest === true;
  const share = findKnownShare(judgement, measurement);
  if (judgement.verdict === 'never')
    return perRequest ? 'with all sampled credentials' : 'at every start time';
  if (share === null || share === 1) return 'at the worst start time';
  const part = formatRemainingShare(share);
  return perRequest ? `with ${part} of the sampled credentials` : `for ${part} of start times`;
}

/** The worst case was enough for the job, but not for its margin. */
const lacksOnlyMargin = ({ spare, job }: JobJudgement): boolean =>
  spare !== null && spare < 0 && -spare <= job.margin;

/** A safe verdict says nothing about start times in gaps. */
export const nameStartTimes = (judgements: readonly JobJudgement[]): string =>
  judgements.some(isLittleWatched) ? 'at every watched start time' : 'at every start time';

const isLittleWatched = ({ watchedShare: share }: JobJudgement): boolean =>
  share !== null && share < WATCHED_ENOUGH;

function describeBasisOfSafety(measurement: Measurement | null): string {
  if (measurement === null) return '';
  return `${isWellFounded(measurement) ? '' : ' so far'}: ${describeBasis(measurement)}`;
}

/** The first sentence says so, because the verdict says nothing about the rest of the time. */
export const describeCoverage = ({ watchedShare: share }: JobJudgement): string =>
  share === null || share >= WATCHED_ENOUGH ? '' : `; only ${formatShare(share)} of the time was watched`;

/** Sentences about the reason of a verdict, with the figures that decide it. */
export function describeReason(
  judgement: JobJudgement,
  measurement: Measurement | null,
  times: TimeFormat = UTC_TIMES,
): string[] {
  if (measurement === null) return [];
  const { verdict, spareUsedUpAt } = judgement;
  return [
    describeRequired(judgement),
    verdict === 'never'
      ? describeLongestValidity(judgement, measurement)
      : describeWorst(judgement, measurement, times),
    ...(verdict === 'safe' || measurement.witnessedCount === 0
      ? []
      : [`The history has ${describeBasis(measurement)}.`]),
    ...(spareUsedUpAt === null ? [] : ['Lead times shrink, so the job will not stay safe.']),
  ];
}

/** The spare or the shortfall in one sentence, for one of several jobs. */
export function describeRoom(judgement: JobJudgement): string[] {
  const spare = getStatedSpare(judgement);
  if (spare === null) return [];
  return [
    spare < 0
      ? `At the worst start time, it was ${duration(-spare)} short.`
      : `At the worst start time, it had ${duration(spare)} to spare.`,
  ];
}

const describeRequired = ({ required, job }: JobJudgement) =>
  job.margin === 0
    ? `The job needs credentials for ${duration(required)}.`
    : `With a margin of ${duration(job.margin)}, the job needs credentials for ${duration(required)}.`;

function describeWorst(judgement: JobJudgement, measurement: Measurement, times: TimeFormat): string {
  const worst = `${describeWorstValidity(measurement)}, ${describeMomentOfWorstCase(measurement, times)}`;
  const spare = getStatedSpare(judgement);
  if (spare === null) return `${worst}.`;
  return `${worst}: ${spare < 0 ? `${duration(-spare)} too little` : `${duration(spare)} to spare`}.`;
}

function describeLongestValidity({ required }: JobJudgement, measurement: Measurement): string {
  const { largestPossibleValidity: longest } = measurement;
  if (longest === null) return `${describeWorstValidity(measurement)}.`;
  return `New credentials were valid for at most ${duration(longest)}: ${duration(required - longest)} too little.`;
}

/** Instead of a verdict, if no job was judged. */
export function describeWithoutJob(measurement: Measurement, host: string): string {
  const { seconds } = measurement.worstCase;
  const where = host === '' ? '' : ` on ${escapeUnprintable(host)}`;
  return seconds < 0
    ? `The source${where} had expired credentials.`
    : hasMeasuredRotation(measurement)
      ? `Credentials${where} were always valid for at least ${duration(seconds)}.`
      : `So far, credentials${where} were valid for at least ${duration(seconds)}, but no rotation was witnessed.`;
}
