import type { Instant } from '../../../domain/model.ts';
import { formatInstant } from '../../../domain/time/instant.ts';
import { describeRunningServer, type RunningServer } from '../../../report/messages/serving/status.ts';
import { requestHealth, type ServerAddress } from './request-health.ts';

const TIMEOUT_MS = 1000;

/** Describes the program that listens at an address, by its own `/healthz`. */
export async function describeAddressUser(
  address: ServerAddress,
): Promise<{ user: string; pid: number | null }> {
  const server = parseHealth(await readHealth(address));
  return server === null
    ? { user: 'another program listens there', pid: null }
    : { user: describeRunningServer(server), pid: server.pid };
}

/** Whether requests to a URL reach this process, for example because a firewall routes them to it. */
export async function isOwnServer(url: string, own: { pid: number; startedAt: Instant }): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:') return false;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const text = await readHealth({ host, port: Number(port || 80) });
  if (text === null || parseHealth(text)?.pid !== own.pid) return false;
  return Object(JSON.parse(text)).started_at === formatInstant(own.startedAt);
}

async function readHealth(address: ServerAddress): Promise<string | null> {
  const response = await requestHealth(address, TIMEOUT_MS);
  return response === null || response instanceof Error ? null : response.body;
}

/** Null for the response of another program. */
export function parseHealth(text: string | null): RunningServer | null {
  if (text === null) return null;
  try {
    const { schema_version: version, user, pid, roles } = Object(JSON.parse(text));
    if (version !== 1 || typeof user !== 'string' || !Number.isSafeInteger(pid) || !Array.isArray(roles))
      return null;
    const names = roles.map((each) => {
      const { name, role } = Object(each);
      return { name: limit(name), role: limit(role) };
    });
    return { user: limit(user), pid, roles: names.slice(0, MAX_ROLES) };
  } catch {
    return null;
  }
}

const MAX_ROLES = 50;
const MAX_NAME_LENGTH = 64;

/** The other program can send any text. */
const limit = (text: unknown): string => (typeof text === 'string' ? text.slice(0, MAX_NAME_LENGTH) : '');
