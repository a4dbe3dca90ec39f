import { toFailureFacts } from '../../domain/failures/failure-facts.ts';
import { findKeyKind } from '../../domain/keys/key-kind.ts';
import { NOTABLE_CLOCK_OFFSET } from '../../domain/measurement/clock-correction.ts';
import { correctTime } from '../../domain/measurement/generations.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { ObservedProcess } from '../../domain/provider-chain/observed-process-facts.ts';
import {
  createProvider,
  type KnownProvider,
  type Provider,
  type ProviderName,
} from '../../domain/provider-chain/providers.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { createContainerSource } from '../container/container.ts';
import { createEnvironmentSource } from '../environment/environment.ts';
import { createImdsSource } from '../imds/imds.ts';
import type { PolledCredentials, PollFailure, PollOutcome, SourceOptions } from '../source.ts';

export interface ProbeMode {
  /** Send no request and run no process. Such a provider has the state `untried` if it is set up. */
  offline: boolean;
  /**
   * The process whose environment is probed. Its `credential_process` is not run, because it would run as our user. If
   * the process belongs to another user, no token file is sent: its environment could name a file that only our user
   * may read.
   */
  observed?: ObservedProcess;
}

const SOURCES = {
  environment: createEnvironmentSource,
  container: createContainerSource,
  imds: createImdsSource,
} as const;

/** Polls the source with the same name as the provider. */
export async function pollProvider(name: keyof typeof SOURCES, options: SourceOptions): Promise<Provider> {
  const source = SOURCES[name](options);
  return createPolledProvider(name, await source.poll(), source.endpoint?.url ?? null);
}

/** Sources that know the role of the credentials. Other sources use the role only to name their series. */
const ENDPOINT_PROVIDERS: ReadonlySet<ProviderName> = new Set(['container', 'imds']);

export function createPolledProvider(
  name: ProviderName,
  outcome: PollOutcome,
  origin: string | null = null,
): Provider {
  if (!outcome.ok && outcome.reason === 'not-configured') return createProvider(name);
  const role = ENDPOINT_PROVIDERS.has(name) ? outcome.identity.role : null;
  const known = outcome.ok ? interpretCredentials(outcome) : interpretFailure(name, outcome);
  const { clockOffset } = outcome;
  const isNotable = clockOffset !== null && Math.abs(clockOffset) > NOTABLE_CLOCK_OFFSET;
  const notes: PollNote[] = isNotable
    ? [...outcome.notes, { code: 'CLOCK_WRONG', offsetSeconds: clockOffset }]
    : outcome.notes;
  return createProvider(name, { ...known, role, notes, origin });
}

function interpretCredentials(outcome: PolledCredentials): KnownProvider {
  const { credentials, secrets, accountId, observedAt, knownKey } = outcome;
  const { accessKeyId, expiration } = credentials;
  return {
    state: 'answers',
    accessKeyId,
    accountId,
    expiration,
    remaining: secondsBetween(knownKey ? observedAt + knownKey.aheadMs : correctTime(outcome), expiration),
    isSession: secrets.token !== null,
  };
}

/** A poll of keys without an expiration fails. SDKs use such keys, so the state is `answers`. */
function interpretFailure(name: ProviderName, failure: PollFailure): KnownProvider {
  const { reason, accessKeyId, accountId } = failure;
  if (lacksSessionToken(failure)) {
    const { expiration } = failure;
    const remaining = expiration === null ? null : secondsBetween(correctTime(failure), expiration);
    return { ...NO_SESSION_TOKEN, accessKeyId, accountId, expiration, remaining, isSession: true };
  }
  if (reason === 'long-lived') return { state: 'answers', accessKeyId, accountId, isSession: false };
  if (reason === 'unknown-expiry' && !ENDPOINT_PROVIDERS.has(name)) {
    return { state: 'answers', accessKeyId, accountId, isSession: !isLongLived(accessKeyId) };
  }
  return { state: 'fails', problem: { code: 'POLL_FAILED', ...toFailureFacts(failure) }, accessKeyId };
}

const isLongLived = (keyId: string | null) => keyId !== null && findKeyKind(keyId) === 'long-lived';

const NO_SESSION_TOKEN = { state: 'incomplete', problem: { code: 'NO_SESSION_TOKEN' } } as const;

/** SDKs use these keys without an error, and AWS rejects them. */
const lacksSessionToken = ({ misconfiguration }: PollFailure) =>
  misconfiguration?.code === 'NO_SESSION_TOKEN';
