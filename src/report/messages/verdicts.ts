import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { JobJudgement, Safety, UnknownReason, Verdict } from '../../domain/verdict/job-verdict.ts';
import { safetyOf } from '../../domain/verdict/judgements.ts';
import { formatCount, formatShare } from '../text/format-values.ts';

const ANSWERS: Record<Safety, string> = { safe: 'safe', 'not-safe': 'not safe', unknown: 'unknown' };

/** A verdict for the eye that runs down a list. */
export const formatSafety = (verdict: Verdict) => ANSWERS[safetyOf(verdict)];

/** The same, with the kind of what is not safe. */
export const formatVerdict = (verdict: Verdict) =>
  safetyOf(verdict) === 'not-safe' ? `${formatSafety(verdict)}: ${verdict}` : formatSafety(verdict);

/** `a 5h job`, `an 8h job`. */
export function describeJob(length: Seconds): string {
  const text = short(length);
  return `${/^(?:8|1[18](?!\d))/.test(text) ? 'an' : 'a'} ${text} job`;
}

/** The answer in one line, for the eye that looks for it first. */
export function describeVerdict({ verdict, job, spare, shareOfSafeStarts: share }: JobJudgement): string {
  const what = `${describeJob(job.duration)} with a margin of ${short(job.margin)}`;
  const shortfall = spare === null ? '' : `, ${duration(-spare)} short at the worst moment`;
  switch (verdict) {
    case 'safe':
      return `safe: ${what} at any measured start, ${duration(spare!)} to spare`;
    case 'never':
      return `not safe: ${what}, not at any measured start${shortfall}`;
    case 'start-after-rotation':
    case 'sometimes':
      return `not safe: ${what}${shortfall}${share === null || share === 1 ? '' : `; ${formatShare(share)} of starts were safe`}`;
    case 'unknown':
      return `unknown: ${what}`;
  }
}

export const REFRESH_ADVICE =
  'let the job fetch credentials again instead of freezing a copy (IAM_ROLE for a Redshift COPY), or split it';

/** Nobody sees a rotation and starts a job within less. */
const SHORTEST_START: Seconds = 60;

/** What to do about it. */
export function listAdvice(verdict: JobJudgement, measurement: Measurement | null): string[] {
  switch (verdict.verdict) {
    case 'safe':
      return [];
    case 'never':
      return [REFRESH_ADVICE];
    case 'start-after-rotation':
      if (verdict.safeTimeAfterRotation! < SHORTEST_START) {
        return [
          `within ${duration(verdict.safeTimeAfterRotation!)} of a rotation it was safe, which is too short to rely on: ${REFRESH_ADVICE}`,
        ];
      }
      return [
        `start it right after a rotation: within ${duration(verdict.safeTimeAfterRotation!)} of every measured one it was safe`,
        `or ${REFRESH_ADVICE}`,
      ];
    case 'sometimes':
      return [REFRESH_ADVICE];
    case 'unknown':
      return verdict.unknownReasons.map((reason) => unknownMessage(reason, measurement));
  }
}

function unknownMessage(reason: UnknownReason, measurement: Measurement | null): string {
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'there is no sample: run `cred-watch poll --interval 5m` beside the job, or from cron';
    case 'NO_WITNESSED_ROTATION':
      if (measurement?.isIssuedPerRequest)
        return 'every request brings new credentials, so there is no history to judge by: compare the job with their validity';
      return 'no rotation was watched yet: keep polling until the credentials have been replaced once';
    case 'STALE_SAMPLES':
      return (
        `the newest sample is ${duration(reason.ageSeconds)} old, more than ${short(reason.maxAgeSeconds)}: ` +
        'poll again, or accept older ones with --max-age'
      );
    case 'SAMPLES_IN_FUTURE':
      return `the newest sample lies ${duration(reason.aheadSeconds)} ahead of this clock: set the clock right, then poll again`;
    case 'TOO_FEW_ROTATIONS':
      return (
        `${formatCount(reason.witnessedCount, 'rotation was', 'rotations were')} watched, the confidence asked for needs ${reason.minRotations}: ` +
        (reason.pollForSeconds === null
          ? 'keep polling'
          : `poll for about ${duration(reason.pollForSeconds)} more`)
      );
  }
}

/** What the numbers rest on, and what they do not say. */
export function describeEvidence({
  witnessedCount: n,
  watchedTime,
  isIssuedPerRequest,
}: Measurement): string {
  const watched = `${formatCount(n, 'rotation was', 'rotations were')} watched over ${duration(watchedTime)}.`;
  if (n === 0) return `${watched}${isIssuedPerRequest ? '' : ' AWS itself promises 5 minutes.'}`;
  return (
    `${watched} If lead times come in no particular order, the next one is worse than all of them with chance at ` +
    `most 1/${n + 1}, any of the next k with k/(${n}+k); drift and runs of short ones make it more. This is not the ` +
    'chance that the job fails. AWS itself promises 5 minutes.'
  );
}
