import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { JobJudgement, Safety, UnknownReason, Verdict } from '../../domain/verdict/job-verdict.ts';
import { toSafety } from '../../domain/verdict/judgements.ts';
import { formatCount, formatShare } from '../text/format-values.ts';

const SAFETY_TEXTS: Record<Safety, string> = { safe: 'safe', 'not-safe': 'not safe', unknown: 'unknown' };

/** `safe`, `not safe` or `unknown`. */
export const formatSafety = (verdict: Verdict) => SAFETY_TEXTS[toSafety(verdict)];

/** `safe`, `unknown` or, because several verdicts are not safe, `not safe: never`. */
export const formatVerdict = (verdict: Verdict) =>
  toSafety(verdict) === 'not-safe' ? `${formatSafety(verdict)}: ${verdict}` : formatSafety(verdict);

/** `a 5h job`, `an 8h job`. */
export function describeJob(length: Seconds): string {
  const text = short(length);
  return `${/^(?:8|1[18](?!\d))/.test(text) ? 'an' : 'a'} ${text} job`;
}

/** One line that begins with the safety and a colon. */
export function describeVerdict({ verdict, job, spare, shareOfSafeStarts: share }: JobJudgement): string {
  const what = `${describeJob(job.duration)} with a margin of ${short(job.margin)}`;
  const shortfall = spare === null ? '' : `, ${duration(-spare)} short at the worst moment`;
  switch (verdict) {
    case 'safe':
      return `safe: ${what} at any measured start, ${duration(spare)} to spare`;
    case 'never':
      return `not safe: ${what} at every measured start${shortfall}`;
    case 'start-after-rotation':
    case 'sometimes':
      return `not safe: ${what}${shortfall}${share === null || share === 1 ? '' : `; ${formatShare(share)} of starts were safe`}`;
    case 'unknown':
      return `unknown: ${what}`;
  }
}

export const REFRESH_ADVICE =
  'let the job refresh its credentials instead of using a copy (IAM_ROLE for a Redshift COPY), or split the job';

/** A person or scheduler cannot notice a rotation and start a job in less time. */
const SHORTEST_START_TIME: Seconds = 60;

/** What to do about a verdict; empty for `safe`. */
export function listAdvice(judgement: JobJudgement, measurement: Measurement | null): string[] {
  switch (judgement.verdict) {
    case 'safe':
      return [];
    case 'never':
      return [REFRESH_ADVICE];
    case 'start-after-rotation':
      if (judgement.safeTimeAfterRotation < SHORTEST_START_TIME) {
        return [
          `starts were safe only within ${duration(judgement.safeTimeAfterRotation)} after a rotation, too short to rely on: ${REFRESH_ADVICE}`,
        ];
      }
      return [
        `start the job within ${duration(judgement.safeTimeAfterRotation)} after a rotation: all measured starts in that time were safe`,
        `or ${REFRESH_ADVICE}`,
      ];
    case 'sometimes':
      return [REFRESH_ADVICE];
    case 'unknown':
      return judgement.unknownReasons.map((reason) => describeUnknownReason(reason, measurement));
  }
}

function describeUnknownReason(reason: UnknownReason, measurement: Measurement | null): string {
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'no poll has succeeded yet: `cred-watch sources` shows what is wrong';
    case 'NO_WITNESSED_ROTATION':
      if (measurement?.isIssuedPerRequest)
        return 'the source issues new credentials for every request, so it has no rotations: compare the job length with their validity';
      return 'no rotation witnessed yet: keep polling until the source has rotated once';
    case 'STALE_SAMPLES':
      return (
        `the newest sample is ${duration(reason.ageSeconds)} old, more than ${short(reason.maxAgeSeconds)}: ` +
        'poll again, or accept older samples with --max-age'
      );
    case 'SAMPLES_IN_FUTURE':
      return `the newest sample is ${duration(reason.aheadSeconds)} ahead of the clock of this host: correct the clock, then poll again`;
    case 'TOO_FEW_ROTATIONS':
      return (
        `${formatCount(reason.witnessedCount, 'rotation')} witnessed, but this confidence needs at least ${reason.minRotations}: ` +
        (reason.pollForSeconds === null
          ? 'keep polling'
          : `poll for about ${duration(reason.pollForSeconds)} more`)
      );
  }
}

const AWS_PROMISE = 'AWS promises a lead time of 5 minutes only.';

/** How many rotations the numbers come from, and the limits of the conclusion. */
export function describeEvidence({
  witnessedCount: n,
  watchedTime,
  isIssuedPerRequest,
}: Measurement): string {
  const witnessed = `${formatCount(n, 'rotation')} witnessed in ${duration(watchedTime)}.`;
  if (n === 0) return isIssuedPerRequest ? witnessed : `${witnessed} ${AWS_PROMISE}`;
  return (
    `${witnessed} If lead times come in random order, the chance that the next one is shorter than all of them is at most ` +
    `1/${n + 1}. For the next k rotations, that chance is at most k/(${n}+k). It is higher if lead times are trending ` +
    `down. It is not the chance that the job fails. ${AWS_PROMISE}`
  );
}
