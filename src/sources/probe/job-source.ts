import type { SourceName } from '../../domain/model.ts';
import {
  findJobCredentials,
  JOB_SOURCES,
  type JobCredentials,
} from '../../domain/provider-chain/job-credentials.ts';
import type { SourceOptions } from '../source.ts';
import { probeProviders } from './probe.ts';

/**
 * The source of the credentials that the SDKs would give a job. `profile` is set if the source needs one.
 * Null if SDKs disagree, or if no source reads this provider. Sends no request and runs no process: environment and
 * files decide, so that a check takes no longer. An endpoint or process that is set up counts as working.
 */
export async function findJobSource(
  options: SourceOptions,
): Promise<JobCredentials & { source: SourceName | null; profile: string | null }> {
  const job = findJobCredentials(await probeProviders(options, { offline: true }));
  const source = job.provider === null ? null : JOB_SOURCES[job.provider];
  // The source `web-identity` prefers the variables unless a profile is given.
  const profile = job.provider === 'profile-web-identity' ? job.facts.profile.name : null;
  return { ...job, source, profile };
}
