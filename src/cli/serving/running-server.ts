import { request } from 'node:http';
import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { describeRunningServer, type RunningServer } from '../../report/messages/serving/status.ts';

/** Where another program listens. */
export type UsedAddress = { host: string; port: number } | { socketPath: string };

const TIMEOUT_MS = 1000;
const MAX_BYTES = 100_000;

/** Says which program already listens on an address, as far as it says so itself. */
export async function describeAddressUser(
  address: UsedAddress,
): Promise<{ user: string; pid: number | null }> {
  const text = await readHealth(address);
  const server = text === null ? null : parseHealth(text);
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

/** Null if the other program does not respond like a server for HTTP. */
function readHealth(address: UsedAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const headers = { Host: 'host' in address ? formatHost(address.host) : 'localhost' };
    const options = { ...address, path: '/healthz', headers, agent: false, timeout: TIMEOUT_MS };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BYTES) sent.destroy();
        else chunks.push(chunk);
      });
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    // Also ends a response that never ends.
    const timer = setTimeout(() => sent.destroy(), TIMEOUT_MS);
    sent.on('error', () => resolve(null));
    sent.on('close', () => {
      clearTimeout(timer);
      resolve(null);
    });
    sent.end();
  });
}

const formatHost = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** Null for the response of another program. */
export function parseHealth(text: string): RunningServer | null {
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
