import { formatShortDuration as short } from '../../../domain/time/duration.ts';
import type { Job } from '../../../domain/verdict/job-verdict.ts';
import { formatJob } from '../../text/format-values.ts';
import { truncateText } from '../../text/untrusted-text.ts';

/** A name that is longer is told whole in the headline: there is no room for it in a picture. */
const NAME_WIDTH = 32;

/** `5h`, `nightly (4h02m11s)`. */
export const formatJobLabel = (job: Job) =>
  formatJob({ name: job.name === undefined ? null : truncateText(job.name, NAME_WIDTH), job });

/** The job with its margin: what a line across remaining validity stands for. */
export const formatJobLineLabel = (job: Job) =>
  job.margin === 0
    ? `${formatJobLabel(job)} job`
    : `${formatJobLabel(job)} job + ${short(job.margin)} margin`;
