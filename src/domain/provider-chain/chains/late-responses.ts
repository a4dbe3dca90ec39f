import type { Client } from '../clients.ts';
import type { ChainOutcome } from '../outcome.ts';
import type { Provider } from '../providers.ts';
import { findSlowResponse } from './response-limits.ts';

/** Go and JavaScript have no time limit for a container endpoint. Measured with SDK v1, v2 and v3. */
const waitsForever = ({ name, problem }: Provider, client: Client): boolean =>
  name === 'container' &&
  (client === 'go' || client === 'javascript') &&
  problem?.code === 'POLL_FAILED' &&
  problem.reason === 'timeout';

/**
 * The result of a client that does not wait for the response of an endpoint, or waits for ever. Null if it gets the
 * response.
 */
export function findLateOutcome(
  provider: Provider,
  doesImdsV1Work: boolean | null,
  client: Client,
): ChainOutcome | null {
  const { name, state, responseTimes } = provider;
  if (waitsForever(provider, client)) return { kind: 'stops', provider: name, cause: { reason: 'HANGS' } };
  // A failure says more than the time that it took.
  if (responseTimes === null || state === 'fails' || (name !== 'imds' && name !== 'container')) return null;
  const slow = findSlowResponse(name, responseTimes, client, doesImdsV1Work);
  if (slow === null) return null;
  const { responseMs, limitMs } = slow;
  return limitMs === null
    ? { kind: 'unknown', provider: name, cause: { reason: 'VERSION' } }
    : { kind: 'stops', provider: name, cause: { reason: 'TOO_SLOW', responseMs, limitMs } };
}
