import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * An engine for the docker client that hears which variables a container is to have, and refuses as soon as it has heard
 * them. It ends with the test.
 */
export async function startContainerEngine() {
  let heard: string[] | null = null;
  const engine = createServer((request, response) => {
    response.setHeader('Api-Version', '1.41');
    if (request.url === '/_ping') return void response.end('OK');
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      heard = JSON.parse(body).Env;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"heard enough"}');
    });
  });
  await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    engine.closeAllConnections();
    await new Promise((resolve) => engine.close(resolve));
  });
  const { port } = engine.address() as AddressInfo;
  return {
    /** What the client needs to ask this engine and nobody else. */
    environment: {
      DOCKER_HOST: `tcp://127.0.0.1:${port}`,
      DOCKER_CONFIG: '/nonexistent',
      HOME: '/nonexistent',
    },
    heard: () => heard,
  };
}
