import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Starts a fake Docker engine. It records the variables of the requested container and responds 400. */
export async function startContainerEngine() {
  let variables: string[] | null = null;
  const engine = createServer((request, response) => {
    response.setHeader('Api-Version', '1.41');
    if (request.url === '/_ping') return void response.end('OK');
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      variables = JSON.parse(body).Env;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"recorded"}');
    });
  });
  await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    engine.closeAllConnections();
    await new Promise((resolve) => engine.close(resolve));
  });
  const { port } = engine.address() as AddressInfo;
  return {
    /** Makes the Docker client use this engine only. */
    environment: {
      DOCKER_HOST: `tcp://127.0.0.1:${port}`,
      DOCKER_CONFIG: '/nonexistent',
      HOME: '/nonexistent',
    },
    getRequestedVariables: () => variables,
  };
}
