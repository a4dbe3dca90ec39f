import type { Instant } from '../../../domain/model.ts';
import { getServedRoleState, type ServedRoleFacts } from '../../../domain/serving/served-role-facts.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatShortTimestamp } from '../../text/format-values.ts';
import { describeFailure } from '../failures/describe-failure.ts';

/** One line for `systemctl status`. */
export function describeServing(roles: readonly ServedRoleFacts[], now: Instant): string {
  return roles.map((facts) => describeRoleState(facts, now)).join('; ');
}

function describeRoleState(facts: ServedRoleFacts, now: Instant): string {
  const { name, key, failure } = facts;
  const until = key === null ? '' : formatShortTimestamp(key.expiration, now);
  const why = failure === null ? '' : `: ${describeFailure(failure).message}`;
  switch (getServedRoleState(facts, now)) {
    case 'starting':
      return `${name} has no credentials yet${why}`;
    case 'valid':
      return `${name} is valid until ${until}`;
    case 'refresh-failing':
      return `${name} is valid until ${until}, but the last refresh failed${why}`;
    case 'expired':
      return `${name} expired at ${until}${why}`;
  }
}

/** `loader`, or `ops (role operator)` if the role has another name. */
export function nameServedRole({ name, role }: Pick<ServedRoleFacts, 'name' | 'role'>): string {
  return escapeUnprintable(role === '' || role === name ? name : `${name} (role ${role})`);
}

/** A server that already uses an address, as its `/healthz` describes itself. */
export interface RunningServer {
  user: string;
  pid: number;
  roles: readonly { name: string; role: string }[];
}

export function describeRunningServer({ user, pid, roles }: RunningServer): string {
  const names = roles.map(nameServedRole).join(', ');
  return `cred-watch serve of user ${escapeUnprintable(user)} (pid ${pid}) serves ${names} there`;
}
