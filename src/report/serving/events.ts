import { isLoopbackClient, type PeerProcess } from '../../domain/keys/key-use.ts';
import type { FailureFacts, Instant } from '../../domain/model.ts';
import type { Refusal } from '../../domain/serving/refusal.ts';
import { rateRefreshFailure, type ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import type { LoggedRequest } from '../../domain/simulation-traffic.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { describeFailure } from '../messages/failures/describe-failure.ts';
import { describeOwner } from '../messages/serving/key-users.ts';
import type { Refresh } from '../messages/serving/refreshes.ts';
import { describeRefusal } from '../messages/serving/refusals.ts';
import { formatTimestamp, formatUserAgent, truncateText } from '../text/format-values.ts';
import { buildClientJson, buildRequestJson, buildServedResourceJson } from '../text/request-json.ts';
import { CLIENT_WIDTH, formatRequestedPath, formatServedKey } from '../text/request-line.ts';
import { buildRoleJson } from './health.ts';

/** A request to the server, without secrets. */
export interface ServedRequest extends LoggedRequest {
  /** The name of the role; null if the request was rejected before a role was selected. */
  role: string | null;
  /** Expiration of the served credentials; null if none were served. */
  expiration: Instant | null;
  /** The process of the client, if it is known. */
  peer: PeerProcess | null;
  /** Null if a role was selected. */
  refusal: Refusal | null;
}

const PROGRAM_WIDTH = 60;

/** A log line: time, request, outcome, role, shape, credentials, client, process. */
export function formatServedRequestLine(request: ServedRequest): string {
  const { at, status, apiVersion, role, shape, client, address, peer, refusal } = request;
  return [
    formatTimestamp(at),
    formatRequestedPath(request),
    status ?? 'client left',
    role,
    shape === null ? null : `${shape}${apiVersion === '' ? '' : ` v${apiVersion}`}`,
    formatServedKey(request, request.expiration),
    formatUserAgent(client, CLIENT_WIDTH),
    peer === null ? formatAddress(address) : formatPeer(peer),
    refusal === null ? null : describeRefusal(refusal, shape),
  ]
    .filter((part) => part !== null)
    .join('  ');
}

/** Null for a client on this machine. */
const formatAddress = (address: string): string | null =>
  isLoopbackClient(address) || address === 'unix' || address === '' ? null : escapeUnprintable(address);

/** `/usr/bin/python3.11 (user ops, pid 4711)`. */
function formatPeer(peer: PeerProcess): string {
  const { program } = peer;
  const name = program === null ? 'unknown program' : truncateText(program, PROGRAM_WIDTH);
  const owner = describeOwner(peer);
  return owner === '' ? name : `${name} (${owner})`;
}

export function formatServedRequestJson(request: ServedRequest): string {
  const { role, expiration, refusal, peer } = request;
  return toJson({
    ...buildRequestJson(request),
    refusal,
    role_name: role,
    ...buildServedResourceJson(request, expiration),
    ...buildClientJson(request),
    process: peer && {
      pid: peer.pid,
      program: peer.program && escapeUnprintable(peer.program),
      user: peer.user && escapeUnprintable(peer.user),
    },
  });
}

/** A refresh as one line of JSON. */
export const formatRefreshJson = (
  facts: ServedRoleFacts,
  { isNewKey, failureCount }: Refresh,
  now: Instant,
): string =>
  toJson({
    schema_version: 1,
    event: 'refresh',
    at: formatInstant(now),
    is_new_key: isNewKey,
    earlier_failure_count: failureCount,
    role: buildRoleJson(facts, now),
  });

export function formatFailedRefreshJson(facts: ServedRoleFacts, failure: FailureFacts, now: Instant): string {
  const { message, hint } = describeFailure(failure);
  return toJson({
    schema_version: 1,
    event: 'failed_refresh',
    at: formatInstant(now),
    severity: rateRefreshFailure(facts, now),
    reason: failure.reason,
    message: escapeUnprintable(message),
    hint: escapeUnprintable(hint),
    role: buildRoleJson(facts, now),
  });
}
