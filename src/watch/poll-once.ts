import type { SeriesIdentity } from '../domain/model.ts';
import type { CredentialSource, PollOutcome } from '../sources/source.ts';
import type { SampleStore } from '../store/sample-store.ts';

export interface RecordedPoll {
  outcome: PollOutcome;
  /** The series of the poll. Its role and API version may be empty if the poll failed. */
  identity: SeriesIdentity;
}

/** The part of a store that a poll uses. */
export type SampleRecorder = Pick<
  SampleStore,
  'recordSample' | 'recordFailedPoll' | 'findLastHost' | 'histories'
>;

export interface PollContext {
  source: CredentialSource;
  store: SampleRecorder;
  /** The host name that the caller chose. Null: the source names the host. */
  host: string | null;
  /** The name of this machine. */
  machine: string;
}

/**
 * Polls once and records a sample or a failed poll. The record is on disk when the promise resolves. A poll
 * that `signal` aborted is not recorded as failed, because the endpoint did not fail.
 */
export async function pollOnce(context: PollContext, signal?: AbortSignal): Promise<RecordedPoll> {
  const { source, store, machine } = context;
  const outcome = await source.poll(signal);
  const identity: SeriesIdentity = {
    host: findHost(context, outcome),
    source: source.name,
    apiVersion: outcome.identity.apiVersion ?? '',
    role: outcome.identity.role ?? '',
  };
  if (outcome.ok) {
    const { observedAt, clockOffset } = outcome;
    const sample = { ...outcome.credentials, observedAt, clockOffset };
    // `findLastHost` must not return a host name that the caller chose.
    store.recordSample(identity, sample, context.host === null ? machine : '');
  } else if (!signal?.aborted) {
    const { observedAt, reason, detail, accessKeyId, expiration } = outcome;
    const failedPoll = { observedAt, reason, detail, accessKeyId: accessKeyId ?? '', expiration };
    store.recordFailedPoll(identity.host, source.name, failedPoll);
  }
  return { outcome, identity };
}

/**
 * The host of the poll. If the endpoint did not return the instance id, the last host name of this machine is
 * used, so that a failed request does not start a new series.
 */
function findHost({ source, store, host, machine }: PollContext, { identity }: PollOutcome): string {
  if (host !== null) return host;
  return identity.host ?? store.findLastHost(machine, source.name) ?? machine;
}
