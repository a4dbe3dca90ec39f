import { isIP } from 'node:net';
import type { Connection } from '../endpoint-request.ts';
import { normalizeHost, parseHost, splitTarget } from '../wire/host-check.ts';
import type { RequestHeaders } from '../wire/request-headers.ts';

/** Which hosts a request may state. */
export interface HostRules {
  /** As `normalizeHost` writes them. */
  allowed: ReadonlySet<string>;
  /** If given, the only accepted Host header, with its port. */
  exact: string | null;
}

/** Why a request is rejected before its path is read. */
export type AccessProblem = 'host missing' | 'host not allowed' | 'browser or proxy';

export interface CheckedRequest {
  url: string;
  headers: RequestHeaders;
  connection: Pick<Connection, 'localAddress'>;
}

/** Returns null if the request may continue. These rules apply to every path. */
export function findAccessProblem(request: CheckedRequest, rules: HostRules): AccessProblem | null {
  const { url, headers } = request;
  const { host } = headers;
  if (host === undefined) return 'host missing';
  const { authority } = splitTarget(url);
  const hosts = authority === null ? [host] : [host, authority];
  if (!hosts.every((stated) => isHostAllowed(stated, request, rules))) return 'host not allowed';
  return Object.keys(headers).some((name) => BROWSER_OR_PROXY_HEADER.test(name)) ? 'browser or proxy' : null;
}

/**
 * Headers that browsers and proxies send, but no SDK. `Sec-Fetch-Mode` is allowed, because Node's `fetch`
 * sends it. Browsers also send `Sec-Fetch-Site`, which is rejected.
 */
const BROWSER_OR_PROXY_HEADER =
  /^(?:origin|referer|sec-fetch-(?!mode$).*|x-forwarded-.*|x-real-ip|forwarded|via|access-control-request-.*)$/;

/**
 * Prevents DNS rebinding: a web page whose name resolves to this machine sends its own name. An address in the Host
 * header must be the address of the connection, or an allowed one.
 */
function isHostAllowed(host: string, { connection }: CheckedRequest, { allowed, exact }: HostRules): boolean {
  if (exact !== null) return host === exact;
  const { name } = parseHost(host);
  if (name === '') return false;
  if (allowed.has(name)) return true;
  const { localAddress } = connection;
  return isIP(name) !== 0 && localAddress !== undefined && normalizeHost(localAddress) === name;
}
