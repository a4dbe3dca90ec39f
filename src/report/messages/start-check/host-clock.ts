import { MAX_REQUEST_SKEW } from '../../../domain/aws-limits.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';

/** `2h ahead of AWS's clock`. */
export const describeOffset = (offset: Seconds) =>
  `${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} AWS's clock`;

export const describeClockNow = (offset: Seconds) => `the host's clock is ${describeOffset(offset)}`;

/** Why a job fails while the clock is wrong. */
export const describeWrongClock = (offset: Seconds) =>
  `${describeClockNow(offset)}, and AWS rejects requests that are signed more than ${duration(MAX_REQUEST_SKEW)} off (S3: 15m), unless the client corrects its time`;

/** A report corrects its times. A check judges by the later time of both clocks. */
export const describeClockSkewNow = (offset: Seconds) =>
  `the host's clock was ${describeOffset(offset)}; the later time is used`;

export const CORRECT_CLOCK_HINT =
  'correct the clock of the host; if it is right, the endpoint sends a wrong Date header';
