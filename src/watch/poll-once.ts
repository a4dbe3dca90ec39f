import type { CredentialSource, PollOutcome } from '../sources/source.ts';
import type { SampleStore } from '../store/sample-store.ts';

export interface RecordedPoll {
  outcome: PollOutcome;
  /** The host under which it was filed. */
  host: string;
}

/** What a poll needs of a store. */
export type SampleRecorder = Pick<
  SampleStore,
  'recordSample' | 'recordFailedPoll' | 'findLastHost' | 'histories'
>;

export interface PollContext {
  source: CredentialSource;
  store: SampleRecorder;
  /** Named by the caller, or null to go by what the endpoint says. */
  host: string | null;
  /** This machine's own name. */
  machine: string;
}

/**
 * One look, recorded as a sample or as a failed poll; what it brought is on disk when this returns. A look that was
 * broken off by `signal` failed for no fault of the endpoint and is not recorded.
 */
export async function pollOnce(context: PollContext, signal?: AbortSignal): Promise<RecordedPoll> {
  const { source, store, machine } = context;
  const outcome = await source.poll(signal);
  const host = hostOf(context, outcome);
  if (outcome.ok) {
    const { apiVersion, role } = outcome.identity;
    const { observedAt, clockOffset } = outcome;
    const sample = { ...outcome.credentials, observedAt, clockOffset };
    // A host that the caller named says nothing of what this machine is called.
    store.recordSample(
      { host, source: source.name, apiVersion, role },
      sample,
      context.host === null ? machine : '',
    );
  } else if (!signal?.aborted) {
    const { observedAt, reason, detail, accessKeyId, expiration } = outcome;
    store.recordFailedPoll(host, source.name, { observedAt, reason, detail, accessKeyId, expiration });
  }
  return { outcome, host };
}

/**
 * An endpoint that is silent, or fails just when it is asked for the instance id, must not split a series in two:
 * what this machine was called before is then its name.
 */
function hostOf({ source, store, host, machine }: PollContext, { identity }: PollOutcome): string {
  return (
    host ?? (identity.host !== '' ? identity.host : (store.findLastHost(machine, source.name) ?? machine))
  );
}
