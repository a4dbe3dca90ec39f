import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AllowedHosts, createAllowedHosts, findHostProblem, splitTarget } from '../wire/host-check.ts';
import { type ListeningOptions, type ListeningServers, listenOnAll } from '../wire/listening-servers.ts';
import { parseHeaders, type RequestHeaders } from '../wire/request-headers.ts';
import {
  buildMonitorError,
  type MonitorResponse,
  type MonitorRoutes,
  respondToRoute,
  sendMonitorResponse,
} from './monitor-response.ts';

/** `onError` also gets the errors of routes. The client gets no details of them. */
export interface MonitorOptions extends Omit<ListeningOptions, 'createHandlers'> {
  /** Names and addresses that are accepted as the host, in addition to those of this machine. */
  allowedHosts: readonly string[];
  routes: MonitorRoutes;
}

/**
 * Starts the read-only HTTP server of a poller.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export function startMonitor(options: MonitorOptions): Promise<ListeningServers> {
  const allowedHosts = createAllowedHosts(options.allowedHosts);
  const handleRequest = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    sendMonitorResponse(await respond(request, options, allowedHosts), request, response);
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
  if (hostProblem === 'missing') return buildMonitorError(400, 'the Host header is missing');
  if (hostProblem === 'not allowed') {
    return buildMonitorError(
      421,
      'this host name is not allowed; start cred-watch with --allow-host to allow it',
    );
  }
  if (isCrossSiteUse(headers)) return buildMonitorError(403, 'other sites may only link to this page');
  const path = splitTarget(url).path.replace(/[?#].*$/s, '') || '/';
  const route = routes.get(path);
  if (route === undefined)
    return buildMonitorError(404, `not found; available: ${[...routes.keys()].join(' ')}`);
  return respondToRoute(route, method, onError);
}

/** Other sites may link to a page here, but not embed it as an image, a script or a frame. */
function isCrossSiteUse(headers: RequestHeaders): boolean {
  const isCrossSite = headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
  return (
    isCrossSite && !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
  );
}
