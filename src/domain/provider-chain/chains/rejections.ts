import type { Client } from '../clients.ts';
import type { ChainOutcome } from '../outcome.ts';
import type { ChainFacts, Provider } from '../providers.ts';
import { findClientDifference } from './client-differences.ts';
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
function findLateOutcome(
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

/** How the result of a client differs from our poll of the provider. Null if the client gets the same credentials. */
export const findRejection = (provider: Provider, facts: ChainFacts, client: Client): ChainOutcome | null =>
  findClientDifference(provider, client) ??
  findLateOutcome(provider, facts.doesImdsV1Work, client) ??
  findRejectionOfBase(provider, facts, client);

/** A client that gets no credentials from an endpoint cannot assume a role with them. */
function findRejectionOfBase(
  { name, roleSession }: Provider,
  facts: ChainFacts,
  client: Client,
): ChainOutcome | null {
  if (name !== 'profile-role' || !roleSession?.endpoint) return null;
  const base = facts.providers[roleSession.endpoint];
  const difference = findClientDifference(base, client);
  // JavaScript ignores AWS_EC2_METADATA_DISABLED if a profile names IMDS as its source.
  const isOther = difference?.kind === 'stops' && difference.cause.reason === 'REJECTED_BY_SDK';
  const rejection = isOther ? difference : findLateOutcome(base, facts.doesImdsV1Work, client);
  return rejection !== null && 'provider' in rejection ? { ...rejection, provider: name } : null;
}
