import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';

/** A request as an endpoint of these tests sees it. Names of headers are in lower case. */
export interface Request {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
}

export interface Response {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer;
}

/** Null: the server closes the connection without a response. */
export type Handler = (request: Request) => Promise<Response | null> | Response | null;

export interface LoopbackServer {
  origin: string;
  /** `METHOD /path?query` of every request, in order. */
  requests: string[];
  /** Like a crash: closes every connection, and accepts no other. */
  stop(): void;
}

export interface LoopbackOptions {
  /** For the `Date` header. */
  clock?: Clock;
  finished?: (clean: () => Promise<void>) => void;
}

/**
 * Starts an endpoint on a free loopback port until the test ends. It shares no code with `src/server`, so that a
 * check cannot pass only because the same misreading is on both sides.
 */
export async function startLoopbackServer(
  handle: Handler,
  { clock = systemClock, finished = onTestFinished }: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const requests: string[] = [];
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    requests.push(`${message.method} ${message.url}`);
    respond(handle, clock, message, response).catch(() => message.socket.destroy());
  };
  const server = createServer({ requireHostHeader: false }, onRequest);
  // Without this listener, Node responds `100 Continue` before the handler runs.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  finished(async () => stop());
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, stop };
}

async function respond(
  handle: Handler,
  clock: Clock,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://endpoint.invalid');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = String(value);
  const result = await handle({ method: message.method ?? '', path: pathname, query: searchParams, headers });
  if (result === null) {
    message.socket.destroy();
    return;
  }
  const length = String(Buffer.byteLength(result.body));
  const date = new Date(clock.now()).toUTCString();
  response.writeHead(result.status, { 'Content-Length': length, Date: date, ...result.headers });
  response.end(result.body);
}
