import type { Instant, Seconds } from '../../domain/model.ts';
import { formatDuration, formatFlagDuration, parseDuration } from '../../domain/time/duration.ts';
import type { JobRequirement } from '../../domain/verdict/job-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import { FLAG_VARIABLES } from '../flags/environment/flag-variables.ts';
import { formatNames } from '../flags/selection-flags.ts';
import { parseDurationOr } from '../flags/value-parsers.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/** The duration of a job. `auto`: the duration of its longest recorded run. */
export type JobDurationFlag = Seconds | 'auto';

export const isAutoDuration = (text: string): boolean => text.trim().toLowerCase() === 'auto';

export const parseJobDurationFlag = (text: string): JobDurationFlag =>
  isAutoDuration(text) ? 'auto' : parseDurationOr(text, '; or auto, for the longest run of --job');

export interface JobDurationFlags {
  jobDuration?: JobDurationFlag;
  job?: string;
  margin: Seconds;
}

/** Says where the duration of `-j auto` comes from. */
export async function printMeasuredDuration(
  { jobDuration, job }: JobDurationFlags,
  { duration }: JobRequirement,
  io: Io,
): Promise<void> {
  if (jobDuration !== 'auto') return;
  await printNote(io, `the longest run of job ${job} took ${formatDuration(duration)}`);
}

/**
 * What to add if the duration of the job is missing.
 * @param example a duration
 * @param flags that the command needs too, after a space
 */
export function suggestJobDuration(
  command: string,
  { job, duration: sessionDuration }: { job?: string; duration?: Seconds },
  example: string,
  env: Environment,
  flags = '',
): string {
  if (sessionDuration !== undefined && job === undefined)
    return `--duration is for the session of a role; the duration of a job is --job-duration: \`cred-watch ${command} -j ${formatFlagDuration(sessionDuration)}${flags}\``;
  const variable = env[FLAG_VARIABLES['--job-duration']]?.trim() ?? '';
  if (job === undefined) {
    const hint = `add -j: \`cred-watch ${command} -j ${example}${flags}\``;
    return isAutoDuration(variable)
      ? `${FLAG_VARIABLES['--job-duration']} is auto, which needs --job NAME; or ${hint}`
      : hint;
  }
  if (parseDuration(job) !== null)
    return `${describeDurationAsName(job)}: \`cred-watch ${command} -j ${job}${flags}\``;
  const hint = `add -j auto, for the longest run of the job: \`cred-watch ${command} -j auto${flags} --job ${quoteForShell(job)}\``;
  return variable === '' || isAutoDuration(variable)
    ? hint
    : `${FLAG_VARIABLES['--job-duration']} does not apply to a job of --job; remove --job, or ${hint}`;
}

/** @param job a name that is a duration */
export const describeDurationAsName = (job: string): string =>
  `--job is the name of a job; for a duration, use -j ${job}`;

/** @throws CredWatchError if `auto` is given without a job */
export function validateJobDuration({ jobDuration, job }: JobDurationFlags): void {
  if (jobDuration !== 'auto' || job !== undefined) return;
  throw new CredWatchError(
    '-j auto needs a job',
    'add --job NAME, the name under which `exec` records its runs',
  );
}

/**
 * What a start has to satisfy. A job without a duration refreshes its credentials: any credentials that have not
 * expired are safe.
 * @param store null if the database does not exist
 * @throws CredWatchError if `auto` is given and no successful run is recorded
 */
export async function resolveJob(
  { jobDuration, job = '', margin }: JobDurationFlags,
  store: Pick<SampleStore, 'jobRuns' | 'jobNames'> | null,
  now: Instant,
): Promise<JobRequirement> {
  if (jobDuration === undefined) return { duration: 0, margin: 0 };
  if (jobDuration !== 'auto') return { duration: jobDuration, margin };
  const { summariseJobRuns } = await import('../../domain/verdict/job-runs.ts');
  const { measuredDuration } = summariseJobRuns(store?.jobRuns({ job }) ?? [], now);
  if (measuredDuration !== null) return { duration: measuredDuration.seconds, margin };
  const names = store?.jobNames() ?? [];
  if (names.length > 0 && !names.includes(job)) {
    throw new CredWatchError(
      `no run of the job '${job}' is recorded`,
      `jobs with runs: ${formatNames(names)}`,
    );
  }
  throw new CredWatchError(
    `no successful run of the job '${job}' is recorded`,
    `give the duration until the first run has ended: \`cred-watch exec -j 4h --job ${quoteForShell(job)} -- …\``,
  );
}
