import { isLoopbackClient, type PeerProcess } from '../../domain/keys/key-use.ts';
import type { FailureFacts, Instant } from '../../domain/model.ts';
import { rateRefreshFailure, type ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import type { LoggedRequest } from '../../domain/simulation-traffic.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { describeFailure } from '../messages/failures/describe-failure.ts';
import { describeOwner } from '../messages/serving/key-users.ts';
import {
  formatNullableInstant,
  formatTimestamp,
  formatUserAgent,
  maskKeyId,
  truncateText,
} from '../text/format-values.ts';
import {
  CLIENT_WIDTH,
  formatRequestedPath,
  formatServedKey,
  JSON_CLIENT_LENGTH,
  WORD_WIDTH,
} from '../text/request-line.ts';
import { buildRoleJson } from './health.ts';

/** A request to the server, without secrets. */
export interface ServedRequest extends LoggedRequest {
  /** The name of the role; null if the request was rejected before a role was selected. */
  role: string | null;
  /** Expiration of the served credentials; null if none were served. */
  expiration: Instant | null;
  /** The process of the client, if it is known. */
  peer: PeerProcess | null;
}

const PROGRAM_WIDTH = 60;

/** A log line: time, request, outcome, role, shape, credentials, client, process. */
export function formatServedRequestLine(request: ServedRequest): string {
  const { at, status, apiVersion, role, shape, client, address, peer } = request;
  return [
    formatTimestamp(at),
    formatRequestedPath(request),
    status ?? 'client left',
    role,
    shape === null ? null : `${shape}${apiVersion === '' ? '' : ` v${apiVersion}`}`,
    formatServedKey(request, request.expiration),
    formatUserAgent(client, CLIENT_WIDTH),
    peer === null ? formatAddress(address) : formatPeer(peer),
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
  const { at, client, address, role, shape, kind, apiVersion, method, path, status, peer } = request;
  const { accessKeyId, expiration } = request;
  return toJson({
    schema_version: 1,
    event: 'request',
    at: formatInstant(at),
    method: truncateText(method, WORD_WIDTH),
    path: escapeUnprintable(path),
    status,
    role_name: role,
    shape,
    kind,
    api_version: apiVersion,
    access_key_id: accessKeyId && maskKeyId(accessKeyId),
    expiration: formatNullableInstant(expiration),
    remaining_seconds: expiration === null ? null : secondsBetween(at, expiration),
    client: client === '' ? null : truncateText(client, JSON_CLIENT_LENGTH),
    address: escapeUnprintable(address),
    process: peer && {
      pid: peer.pid,
      program: peer.program && escapeUnprintable(peer.program),
      user: peer.user && escapeUnprintable(peer.user),
    },
  });
}

/** A refresh as one line of JSON. */
export const formatRefreshJson = (facts: ServedRoleFacts, now: Instant): string =>
  toJson({ schema_version: 1, event: 'refresh', at: formatInstant(now), role: buildRoleJson(facts, now) });

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
