import { isIP } from 'node:net';
import { REAL_HOSTS } from '../client-environment.ts';
import type { Connection } from '../endpoint-request.ts';
import { normalizeHost, parseHost, splitTarget } from '../wire/host-check.ts';
import { isLoopbackAddress, type ListenTarget } from '../wire/listen-address.ts';
import type { RequestHeaders } from '../wire/request-headers.ts';

/** Decides whether a request may state a host, with or without a port. */
export type HostRule = (host: string, connection: Pick<Connection, 'localAddress'>) => boolean;

/** Why a request is rejected before its path is read. */
export type AccessProblem = 'host missing' | 'host not allowed' | 'browser or proxy';

export interface CheckedRequest {
  url: string;
  headers: RequestHeaders;
  connection: Pick<Connection, 'localAddress'>;
}

/** Returns null if the request may continue. These rules apply to every path. */
export function findAccessProblem(request: CheckedRequest, isHostAllowed: HostRule): AccessProblem | null {
  const { url, headers, connection } = request;
  const { host } = headers;
  if (host === undefined) return 'host missing';
  // In an absolute URL, the host must be allowed too, because it precedes the header (RFC 9112).
  const { authority } = splitTarget(url);
  const hosts = authority === null ? [host] : [host, authority];
  if (!hosts.every((stated) => isHostAllowed(stated, connection))) return 'host not allowed';
  return Object.keys(headers).some((name) => BROWSER_OR_PROXY_HEADER.test(name)) ? 'browser or proxy' : null;
}

/**
 * Headers that browsers and proxies send, but no SDK. `Sec-Fetch-Mode` is allowed, because Node's `fetch`
 * sends it. Browsers also send `Sec-Fetch-Site`, which is rejected.
 */
const BROWSER_OR_PROXY_HEADER =
  /^(?:origin|referer|sec-fetch-(?!mode$).*|x-forwarded-.*|x-real-ip|forwarded|via|access-control-request-.*)$/;

/**
 * Accepts the addresses of the real endpoints, the address on which the server listens, and the given names. This
 * prevents DNS rebinding: a web page whose name resolves to this machine sends its own name.
 */
export function createHostRule(target: ListenTarget, allowedHosts: readonly string[]): HostRule {
  const real = REAL_HOSTS.filter((host) => !isLoopbackAddress(host));
  const allowed = new Set([...real, ...listOwnHosts(target), ...allowedHosts].map(normalizeHost));
  return (host, { localAddress }) => {
    const { name } = parseHost(host);
    if (name === '') return false;
    if (allowed.has(name)) return true;
    // A client of a wildcard address states the address of its connection.
    return isIP(name) !== 0 && localAddress !== undefined && normalizeHost(localAddress) === name;
  };
}

/** Every local client can use the name `localhost`. A web page with this name is rejected, because it sends an origin. */
function listOwnHosts(target: ListenTarget): string[] {
  if (!('host' in target)) return ['localhost'];
  const { host } = target;
  const isLocal = isLoopbackAddress(host) || host === '0.0.0.0' || host === '::';
  return isLocal ? [host, 'localhost'] : [host];
}

/** Accepts one text only. `getHost` returns null before the server listens. */
export const createExactHostRule =
  (getHost: () => string | null): HostRule =>
  (host) =>
    host === getHost();
