import { formatShortDuration as short } from '../../../domain/time/duration.ts';
import type { Job } from '../../../domain/verdict/job-verdict.ts';
import { formatJob } from '../../text/format-values.ts';
import { truncateText } from '../../text/untrusted-text.ts';

/** A chart has no space for a longer name. The headline shows the full name. */
const MAX_NAME_WIDTH = 32;

/** `5h`, `nightly (4h02m11s)`. */
export const formatJobLabel = (job: Job) =>
  formatJob({ name: job.name === undefined ? null : truncateText(job.name, MAX_NAME_WIDTH), job });

/** `5h job + 5m margin`, for the line of the required validity. */
export const formatJobLineLabel = (job: Job) =>
  job.margin === 0
    ? `${formatJobLabel(job)} job`
    : `${formatJobLabel(job)} job + ${short(job.margin)} margin`;
