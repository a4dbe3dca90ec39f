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
  /** Host names that may be used beside addresses, in lower case. */
  allowedHosts: ReadonlySet<string>;
  /** By path. */
  routes: ReadonlyMap<string, () => Promise<MonitorResponse>>;
  /** Whoever asked is told nothing of what went wrong. */
  onError(error: unknown): void;
}

const TEXT = 'text/plain; charset=utf-8';

/** Dashboards, a scraper and a few browsers; more than that may not take the poller's files and memory. */
const MOST_CONNECTIONS = 100;

/** A client that does not come to the end of its request is left. */
const LONGEST_REQUEST = 30_000;

/**
 * Serves what a poller knows, to be read and nothing else.
 * @throws CredWatchError where an address is taken or not of this machine
 */
export const startMonitor = (options: MonitorOptions): Promise<ListeningServers> =>
  listenOnAll(options.listen, () => serverOf(options));

function serverOf(options: MonitorOptions): Server {
  const server = createServer({ requestTimeout: LONGEST_REQUEST, headersTimeout: LONGEST_REQUEST });
  server.maxConnections = MOST_CONNECTIONS;
  // A connection that cannot be taken is no reason for the poller to end.
  server.on('error', () => {});
  const isHostAllowed = createHostCheck(options.allowedHosts);
  server.on('request', (request, response) => {
    request.resume();
    void answerTo(request, options, isHostAllowed).then((answer) => send(answer, request, response));
  });
  // Node would close the connection without a word.
  server.on('connect', (_, socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n');
  });
  return server;
}

async function answerTo(
  request: IncomingMessage,
  { routes, onError }: MonitorOptions,
  isHostAllowed: ReturnType<typeof createHostCheck>,
): Promise<MonitorResponse> {
  const { host, path } = targetOf(request);
  // A page of another site that has made its name one of this machine (DNS rebinding) sends that name.
  if (host !== null && !isHostAllowed(host, request.socket)) {
    return refusal(421, 'no such host here: --allow-host admits a name');
  }
  if (isForeignUse(request)) return refusal(403, 'not for other sites');
  const route = routes.get(path);
  if (route === undefined) return refusal(404, `nothing here: there are ${[...routes.keys()].join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'GET and HEAD only');
  try {
    return await route();
  } catch (error) {
    onError(error);
    return refusal(500, 'this could not be made: see what the poller says');
  }
}

const refusal = (status: number, why: string): MonitorResponse => ({ status, type: TEXT, body: `${why}\n` });

/** The authority of an absolute target comes before any Host (RFC 9112). None is null: before HTTP/1.1 it need not be. */
function targetOf({ url = '/', headers, httpVersion }: IncomingMessage): {
  host: string | null;
  path: string;
} {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  const isExempt = headers.host === undefined && httpVersion === '1.0';
  const path = (authority === undefined ? url : rest).replace(/[?#].*$/s, '');
  return { host: authority ?? (isExempt ? null : (headers.host ?? '')), path: path || '/' };
}

/** Another site may link to a page here, and may not have it as a picture, a script or a frame. */
function isForeignUse({ headers }: IncomingMessage): boolean {
  const isForeign = headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
  return isForeign && !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

/** The page itself says what it may load; all else loads nothing. */
const policyFor = (type: string) =>
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
    'Content-Security-Policy': policyFor(type),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
