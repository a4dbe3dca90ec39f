import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { OpenConnections, resolveLimits } from '../../../src/server/wire/connections.ts';
import { createHttpServer } from '../../../src/server/wire/http-server.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** Sends requests at once to a server whose first response is late. Returns the number of responses and of handled requests. */
async function sendAtOnce(count: number) {
  let handled = 0;
  const limits = resolveLimits();
  const connections = new OpenConnections(limits);
  const server = createHttpServer({
    handlers: {
      async handleRequest(_, response) {
        handled += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        response.end('x');
      },
    },
    connections,
    limits,
    onError: () => {},
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    connections.close();
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const socket = connect(address.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
    if (text.match(/HTTP\/1\.1 200/g)?.length === count) socket.end();
  });
  socket.on('error', () => {});
  socket.write(REQUEST.repeat(count));
  await new Promise((resolve) => socket.on('close', resolve));
  return { responses: text.match(/HTTP\/1\.1 200/g)?.length ?? 0, handled };
}

test('some requests on one connection get their responses in turn', async () => {
  expect(await sendAtOnce(5)).toEqual({ responses: 5, handled: 5 });
});

test('a connection with many waiting requests is closed, because parsing them would delay other clients', async () => {
  expect(await sendAtOnce(100)).toEqual({ responses: 0, handled: 1 });
});
