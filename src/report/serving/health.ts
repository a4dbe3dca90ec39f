import type { Instant } from '../../domain/model.ts';
import {
  getServedRoleState,
  isServable,
  type ServedRoleFacts,
} from '../../domain/serving/served-role-facts.ts';
import { formatInstant, secondsBetween } from '../../domain/time/instant.ts';
import { escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { describeFailure } from '../messages/failures/describe-failure.ts';
import { formatNullableInstant, maskKeyId } from '../text/format-values.ts';

/** Who serves. */
export interface ServerFacts {
  version: string;
  /** The name of the user, or the number of a user without a name. */
  user: string;
  pid: number;
  startedAt: Instant;
}

/** `/healthz`: a document without secrets. */
export function formatHealth(
  { version, user, pid, startedAt }: ServerFacts,
  roles: readonly ServedRoleFacts[],
  now: Instant,
): { isHealthy: boolean; body: string } {
  const isHealthy = roles.every((facts) => isServable(facts, now));
  const document = {
    schema_version: 1,
    status: isHealthy ? 'ok' : 'unavailable',
    version,
    user: escapeUnprintable(user),
    pid,
    started_at: formatInstant(startedAt),
    roles: roles.map((facts) => buildRoleJson(facts, now)),
  };
  return { isHealthy, body: `${toJson(document, 2)}\n` };
}

/** The state of a role, in `/healthz` and in the events of `-f json`. */
export function buildRoleJson(facts: ServedRoleFacts, now: Instant) {
  const { name, role, accountId, source, key, isIdle, failureCount, failure } = facts;
  return {
    name,
    role: role === '' ? null : escapeUnprintable(role),
    account_id: accountId,
    source,
    state: getServedRoleState(facts, now),
    access_key_id: key && maskKeyId(key.accessKeyId),
    issued_at: formatNullableInstant(key?.issuedAt ?? null),
    expiration: formatNullableInstant(key?.expiration ?? null),
    remaining_seconds: key && secondsBetween(now, key.expiration),
    last_refresh_at: formatNullableInstant(facts.lastRefreshAt),
    next_refresh_at: formatNullableInstant(facts.nextRefreshAt),
    refresh_reason: facts.refreshReason?.code ?? null,
    is_idle: isIdle,
    failed_refresh_count: failureCount,
    error: failure && buildErrorJson(failure),
  };
}

function buildErrorJson(failure: NonNullable<ServedRoleFacts['failure']>) {
  const { message, hint } = describeFailure(failure);
  return {
    reason: failure.reason,
    message: escapeUnprintable(message),
    hint: hint && escapeUnprintable(hint),
  };
}
