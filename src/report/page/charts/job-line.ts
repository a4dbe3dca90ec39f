import { formatShortDuration as short } from '../../../domain/time/duration.ts';
import type { Job } from '../../../domain/verdict/job-verdict.ts';
import { shorten } from '../../text/printable.ts';
import { writeJob } from '../../text/writing.ts';

/** A name that is longer is told whole in the headline: there is no room for it in a picture. */
const NAME_WIDTH = 32;

/** `5h`, `nightly (4h02m11s)`. */
export const jobLabel = (job: Job) =>
  writeJob({ name: job.name === undefined ? null : shorten(job.name, NAME_WIDTH), job });

/** The job with its margin: what a line across remaining validity stands for. */
export const jobLineLabel = (job: Job) =>
  job.margin === 0 ? `${jobLabel(job)} job` : `${jobLabel(job)} job + ${short(job.margin)} margin`;
