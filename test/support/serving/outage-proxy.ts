import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { buildStsError } from '../aws/sts.ts';

/** `held`: requests wait until the state changes. */
export type OutageState = 'up' | 'down' | 'throttled' | 'held';

export interface OutageProxy {
  url: string;
  /** The number of all requests so far, including failed ones. */
  requests(): number;
  setState(state: OutageState): void;
  isUp(): boolean;
  /** Whether a request waits because of the state `held`. */
  isHolding(): boolean;
}

/**
 * Passes requests to a service, or behaves like a service that is down, throttled or slow.
 * @param now for the `Date` header
 */
export async function startOutageProxy(
  target: string,
  now: () => number,
  finished: (clean: () => Promise<void>) => void = onTestFinished,
): Promise<OutageProxy> {
  let state: OutageState = 'up';
  let requests = 0;
  let heldCount = 0;
  const changes = new EventEmitter().setMaxListeners(0);

  const respond = async (message: IncomingMessage, response: ServerResponse) => {
    heldCount += 1;
    while (state === 'held') await once(changes, 'change');
    heldCount -= 1;
    if (state === 'down') {
      message.socket.resetAndDestroy();
      return;
    }
    if (state === 'throttled') {
      const { status, headers, body } = buildStsError('Throttling', 'Rate exceeded');
      response.sendDate = false;
      response.writeHead(status, { ...headers, Date: new Date(now()).toUTCString() }).end(body);
      return;
    }
    const { method, url, headers } = message;
    const forwarded = request(new URL(url ?? '/', target), { method, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => message.socket.destroy());
    message.pipe(forwarded);
  };

  const server = createServer((message, response) => {
    requests += 1;
    void respond(message, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  finished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    isUp: () => state === 'up',
    isHolding: () => heldCount > 0,
    setState(next) {
      state = next;
      changes.emit('change');
    },
  };
}
