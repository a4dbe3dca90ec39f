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
    case 'idle':
      return `${name} expired at ${until}, and is refreshed at the next request`;
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

/** A warning about an address that other machines can reach, and what to do. */
export function describeRemoteAddress(origin: string): { message: string; hint: string } {
  const message = `other machines can get the credentials from ${origin}`;
  const { hostname, port } = new URL(origin);
  // Linux accepts packets from the network for the addresses of `lo` too.
  const hint = hostname.startsWith('169.254.')
    ? `run the commands of \`cred-watch serve --setup linux --listen ${hostname}:${port || '80'}\`: they drop requests from the local network, and --setup-check with the same --listen checks it; for a systemd socket, also set BindToDevice=lo`
    : 'limit the access with a firewall; requests and credentials are not encrypted';
  return { message, hint };
}
