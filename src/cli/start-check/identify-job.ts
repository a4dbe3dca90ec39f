import { toFailureFacts } from '../../domain/failures/failure-facts.ts';
import type { FailureFacts } from '../../domain/model.ts';
import { isEndpointSource } from '../../domain/series-key.ts';
import type { JudgeStoredOptions } from '../../watch/judge-stored.ts';
import { buildSourceOptions, resolveJobSource, type SourceFlags } from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';

type KnownCredentials = Omit<JudgeStoredOptions, 'host' | 'maxAge' | 'machine'>;

export type IdentifiedJob =
  | { failure: null; credentials: KnownCredentials }
  /** The job gets no credentials: its configuration is wrong, or needs a person. */
  | { failure: FailureFacts };

/** Finds whose credentials the job gets, as far as it is known without a request. Starts no process. */
export async function identifyJob(flags: SourceFlags, io: Io): Promise<IdentifiedJob> {
  const jobFlags = { ...flags, ...(await resolveJobSource(flags, io)) };
  const { source, role } = jobFlags;
  const selected = { failure: null, credentials: { source, role } };
  // The configuration of an endpoint does not name the role.
  if (isEndpointSource(source)) return selected;
  const { identifyCredentials } = await import('../../sources/identify.ts');
  const options = await buildSourceOptions(jobFlags, io);
  const { outcome, needsRequest, isEmulated } = await identifyCredentials(source, options);
  const { identity, session, accountId } = outcome;
  const series = {
    source: identity.source ?? source,
    role: identity.role ?? undefined,
    session: session ?? null,
  };
  if (outcome.ok) {
    const { accessKeyId, expiration } = outcome.credentials;
    return { failure: null, credentials: { ...series, accessKeyId, expiration } };
  }
  if (needsRequest) {
    return {
      failure: null,
      credentials: { ...series, accountId: session === undefined || isEmulated ? null : accountId },
    };
  }
  const { reason, accessKeyId } = outcome;
  if (reason === 'unknown-expiry' && accessKeyId !== null) {
    return { failure: null, credentials: { ...series, accessKeyId } };
  }
  // Another host has another configuration.
  const isOfOtherHost = flags.host !== undefined && flags.profile === undefined && flags.source !== 'auto';
  return reason === 'not-configured' && isOfOtherHost ? selected : { failure: toFailureFacts(outcome) };
}
