import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ReceivedRequest } from './request-signature.ts';

export interface ServiceResponse {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** What a service does instead of a response. */
export type Failure = ServiceResponse | 'reset' | 'silent';

export interface LoopbackServer {
  url: string;
  requests: ReceivedRequest[];
  /** These replace the next responses, in order. */
  failures: Failure[];
}

/** Starts a service on a free loopback port, until the test ends. Its `Date` header is the time of `now`. */
export async function startLoopbackServer(
  respond: (request: ReceivedRequest) => ServiceResponse | Promise<ServiceResponse>,
  now: () => number = Date.now,
  finished: (clean: () => Promise<void>) => void = onTestFinished,
): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = [];
  const failures: Failure[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { method = '', url = '', headers } = message;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const failure = failures.shift();
      if (failure === 'silent') return;
      if (failure === 'reset') {
        message.socket.resetAndDestroy();
        return;
      }
      const answer = async () => failure ?? (await respond(request));
      answer().then(
        ({ status, headers: more, body }) => {
          response.sendDate = false;
          response.writeHead(status, { Date: new Date(now()).toUTCString(), ...more }).end(body);
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  finished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${port}`, requests, failures };
}
