import type { IncomingMessage, ServerResponse } from 'node:http';

export interface MonitorResponse {
  status: number;
  /** Content-Type. */
  type: string;
  body: string;
}

export type MonitorRoute = () => Promise<MonitorResponse>;

/** By path. */
export type MonitorRoutes = ReadonlyMap<string, MonitorRoute>;

const TEXT = 'text/plain; charset=utf-8';

export const buildMonitorError = (status: number, message: string): MonitorResponse => ({
  status,
  type: TEXT,
  body: `${message}\n`,
});

/** @param onError gets the errors of the route; the client gets no details of them */
export async function respondToRoute(
  route: MonitorRoute,
  method: string | undefined,
  onError: (error: unknown) => void,
): Promise<MonitorResponse> {
  if (method !== 'GET' && method !== 'HEAD') return buildMonitorError(405, 'only GET and HEAD are allowed');
  try {
    return await route();
  } catch (error) {
    onError(error);
    return buildMonitorError(500, 'internal error; see the messages of cred-watch');
  }
}

/** The HTML page contains its own policy in a meta tag; other responses may load nothing. */
const buildContentSecurityPolicy = (type: string) =>
  `${type.startsWith('text/html') ? '' : "default-src 'none'; "}frame-ancestors 'none'`;

export function sendMonitorResponse(
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
