import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AllowedHosts, createAllowedHosts, findHostProblem, splitTarget } from '../wire/host-check.ts';
import { type ListeningOptions, type ListeningServers, listenOnAll } from '../wire/listening-servers.ts';
import { parseHeaders, type RequestHeaders } from '../wire/request-headers.ts';

export interface MonitorResponse {
  status: number;
  /** Content-Type. */
  type: string;
  body: string;
}

/** `onError` also gets the errors of routes. The client gets no details of them. */
export interface MonitorOptions extends Omit<ListeningOptions, 'createHandlers'> {
  /** Names and addresses that are accepted as the host, in addition to those of this machine. */
  allowedHosts: readonly string[];
  /** By path. */
  routes: ReadonlyMap<string, () => Promise<MonitorResponse>>;
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * Starts the read-only HTTP server of a poller.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export function startMonitor(options: MonitorOptions): Promise<ListeningServers> {
  const allowedHosts = createAllowedHosts(options.allowedHosts);
  const handleRequest = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    send(await respond(request, options, allowedHosts), request, response);
  };
  return listenOnAll({ ...options, createHandlers: () => ({ handleRequest }) });
}

async function respond(
  { method, url = '/', rawHeaders, httpVersion, socket }: IncomingMessage,
  { routes, onError }: MonitorOptions,
  allowedHosts: AllowedHosts,
): Promise<MonitorResponse> {
  const headers = parseHeaders(rawHeaders);
  const hostProblem = findHostProblem({ url, headers, httpVersion, connection: socket }, allowedHosts);
  if (hostProblem === 'missing') return buildError(400, 'the Host header is missing');
  if (hostProblem === 'not allowed') {
    return buildError(421, 'this host name is not allowed; start the poller with --allow-host to allow it');
  }
  if (isCrossSiteUse(headers)) return buildError(403, 'other sites may only link to this page');
  const path = splitTarget(url).path.replace(/[?#].*$/s, '') || '/';
  const route = routes.get(path);
  if (route === undefined) return buildError(404, `not found; available: ${[...routes.keys()].join(' ')}`);
  if (method !== 'GET' && method !== 'HEAD') {
    return buildError(405, 'only GET and HEAD are allowed');
  }
  try {
    return await route();
  } catch (error) {
    onError(error);
    return buildError(500, 'internal error; see the messages of the poller');
  }
}

const buildError = (status: number, message: string): MonitorResponse => ({
  status,
  type: TEXT,
  body: `${message}\n`,
});

/** Other sites may link to a page here, but not embed it as an image, a script or a frame. */
function isCrossSiteUse(headers: RequestHeaders): boolean {
  const isCrossSite = headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
  return (
    isCrossSite && !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
  );
}

/** The HTML page contains its own policy in a meta tag; other responses may load nothing. */
const buildContentSecurityPolicy = (type: string) =>
  `${type.startsWith('text/html') ? '' : "default-src 'none'; "}frame-ancestors 'none'`;

function send(
  { status, type, body }: MonitorResponse,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': buildContentSecurityPolicy(type),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
