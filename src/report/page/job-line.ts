import { formatShortDuration as short } from '../../domain/duration.ts';
import type { Job } from '../../domain/model.ts';
import { printable } from '../printable.ts';

/** `5h`, `nightly (4h02m11s)`. */
export const jobLabel = ({ name, duration }: Job) =>
  name === undefined ? short(duration) : `${printable(name)} (${short(duration)})`;

/** The job with its margin: what a line across remaining validity stands for. */
export const jobLineLabel = (job: Job) =>
  job.margin === 0 ? `${jobLabel(job)} job` : `${jobLabel(job)} job + ${short(job.margin)} margin`;
