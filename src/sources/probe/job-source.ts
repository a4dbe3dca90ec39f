import {
  findJobCredentials,
  JOB_SOURCE_NAMES,
  type JobCredentials,
  type JobSourceName,
} from '../../domain/provider-chain/job-credentials.ts';
import type { SourceOptions } from '../source.ts';
import { probeProviders } from './probe.ts';

/**
 * The source of the credentials that the SDKs would give a job. Null if SDKs disagree, or if no source reads
 * this provider. Sends no request and runs no process: environment and files decide, so that a check takes no
 * longer. An endpoint or process that is set up counts as working.
 */
export async function findJobSource(
  options: SourceOptions,
): Promise<JobCredentials & { source: JobSourceName | null }> {
  const job = findJobCredentials(await probeProviders(options, { offline: true }));
  const source = JOB_SOURCE_NAMES.find((name) => name === job.provider) ?? null;
  return { ...job, source };
}
