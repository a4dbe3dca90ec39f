import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where a {@link startCuttingProxy} cuts. Counts the messages of the client on all connections. */
export interface Cut {
  /** The message of the client at which the connection is cut, from 1. */
  message: number;
  /** `before`: the server does not get the message. `after`: the client does not get the reply. */
  moment: 'before' | 'after';
}

export interface CuttingProxy {
  port: number;
  /** Messages of the client since the start or the last `setCut`. */
  countMessages(): number;
  /** Counts from 1 again, and cuts once more. */
  setCut(next: Cut | null): void;
}

/** Forwards connections to a port of loopback, and cuts one of them once. */
export async function startCuttingProxy(port: number, firstCut: Cut | null): Promise<CuttingProxy> {
  let cut = firstCut;
  let messages = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    const close = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on('close', close);
    upstream.on('close', close);
    let isReplyLost = false;
    client.on('data', (data) => {
      messages += 1;
      const isCut = messages === cut?.message;
      if (isCut && cut?.moment === 'before') return close();
      isReplyLost ||= isCut;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      // The server has processed the message when it replies.
      if (isReplyLost) close();
      else client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    countMessages: () => messages,
    setCut(next) {
      cut = next;
      messages = 0;
    },
  };
}
