import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createHostCheck } from '../wire/host-check.ts';
import type { ListenAddress } from '../wire/listen-address.ts';
import { type ListeningServers, listenOnAll } from '../wire/listening-servers.ts';

export interface MonitorResponse {
  status: number;
  /** Content-Type. */
  type: string;
  body: string;
}

export interface MonitorOptions {
  listen: readonly ListenAddress[];
  /** Host names that are accepted in addition to addresses, in lower case. */
  allowedHosts: ReadonlySet<string>;
  /** By path. */
  routes: ReadonlyMap<string, () => Promise<MonitorResponse>>;
  /** Gets the errors of routes. The client gets no details of the error. */
  onError(error: unknown): void;
}

const TEXT = 'text/plain; charset=utf-8';

/** Enough for dashboards and browsers. More would use up the poller's file handles. */
const MAX_CONNECTIONS = 100;

/** A client must send its request within this time. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Starts the read-only HTTP server of a poller.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export const startMonitor = (options: MonitorOptions): Promise<ListeningServers> =>
  listenOnAll(options.listen, () => createMonitorServer(options));

function createMonitorServer(options: MonitorOptions): Server {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS });
  server.maxConnections = MAX_CONNECTIONS;
  // A failed connection must not end the poller.
  server.on('error', () => {});
  const isHostAllowed = createHostCheck(options.allowedHosts);
  server.on('request', (request, response) => {
    request.resume();
    void respond(request, options, isHostAllowed).then((result) => send(result, request, response));
  });
  // Without a listener, Node closes the connection without a response.
  server.on('connect', (_, socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n');
  });
  return server;
}

async function respond(
  request: IncomingMessage,
  { routes, onError }: MonitorOptions,
  isHostAllowed: ReturnType<typeof createHostCheck>,
): Promise<MonitorResponse> {
  const { host, path } = parseTarget(request);
  // A web page whose name resolves to this machine (DNS rebinding) sends its own name.
  if (host !== null && !isHostAllowed(host, request.socket)) {
    return buildError(421, 'this host name is not allowed; start the poller with --allow-host to allow it');
  }
  if (isCrossSiteUse(request)) return buildError(403, 'other sites may only link to this page');
  const route = routes.get(path);
  if (route === undefined) return buildError(404, `not found; available: ${[...routes.keys()].join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
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

/**
 * The host and path of a request. The authority of an absolute URL wins over the Host header (RFC 9112). The
 * host is null for HTTP/1.0 without a Host header, which is valid.
 */
function parseTarget({ url = '/', headers, httpVersion }: IncomingMessage): {
  host: string | null;
  path: string;
} {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  const isExempt = headers.host === undefined && httpVersion === '1.0';
  const path = (authority === undefined ? url : rest).replace(/[?#].*$/s, '');
  return { host: authority ?? (isExempt ? null : (headers.host ?? '')), path: path || '/' };
}

/** Other sites may link to a page here, but not embed it as an image, a script or a frame. */
function isCrossSiteUse({ headers }: IncomingMessage): boolean {
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
