import { correctedTime } from '../../domain/measurement/generations.ts';
import type { SourceName } from '../../domain/model.ts';
import { createProvider, type Provider, type ProviderName } from '../../domain/provider-chain/providers.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { createSource } from '../open.ts';
import type { PolledCredentials, PollFailure, PollOutcome, SourceOptions } from '../source.ts';

/** One look by the source of the place's name. */
export async function probeProvider(
  name: ProviderName & SourceName,
  options: SourceOptions,
): Promise<Provider> {
  const source = createSource(name, options);
  return providerFromOutcome(name, await source.poll(), source.endpoint?.url ?? '');
}

/** Only these know whose role they hand out; the others name their series. */
const KNOWS_ROLE: ReadonlySet<ProviderName> = new Set(['container', 'imds']);

export function providerFromOutcome(name: ProviderName, outcome: PollOutcome, origin = ''): Provider {
  const known: Partial<Provider> = {
    role: KNOWS_ROLE.has(name) ? outcome.identity.role : '',
    notes: outcome.notes,
    origin,
  };
  return outcome.ok ? answered(name, outcome, known) : failed(name, outcome, known);
}

function answered(name: ProviderName, outcome: PolledCredentials, known: Partial<Provider>): Provider {
  const { credentials, secrets, accountId } = outcome;
  const { accessKeyId, expiration } = credentials;
  const remaining = secondsBetween(correctedTime(outcome), expiration);
  return withToken(name, {
    ...known,
    state: 'answers',
    accessKeyId,
    accountId,
    expiration,
    remaining,
    isSession: secrets.token !== null,
  });
}

function failed(name: ProviderName, failure: PollFailure, known: Partial<Provider>): Provider {
  const { reason, detail, misconfiguration, possibleHopLimit, accessKeyId } = failure;
  if (reason === 'long-lived') {
    return createProvider(name, { ...known, state: 'answers', accessKeyId, isSession: false });
  }
  // SDKs use keys that somebody wrote down, whether they say when they end or not.
  if (reason === 'unknown-expiry' && !KNOWS_ROLE.has(name)) {
    const session = !accessKeyId.startsWith('AKIA');
    return withToken(name, { ...known, state: 'answers', accessKeyId, isSession: session });
  }
  if (reason === 'not-configured') return createProvider(name);
  const fault = { code: 'POLL_FAILED', reason, detail, misconfiguration, possibleHopLimit } as const;
  return createProvider(name, { ...known, state: 'fails', problem: fault, accessKeyId });
}

function withToken(name: ProviderName, known: Partial<Provider>): Provider {
  const isWithout = known.notes?.some(({ code }) => code === 'SESSION_KEY_WITHOUT_TOKEN');
  return createProvider(
    name,
    isWithout
      ? { ...known, state: 'incomplete', problem: { code: 'NO_SESSION_TOKEN' }, isSession: true }
      : known,
  );
}
