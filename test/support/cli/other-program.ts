import type { Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** Listens on a free loopback port until the end of the test, as a program that is not part of cred-watch. */
export async function listenOnLoopback(server: Server): Promise<{ host: string; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { host: '127.0.0.1', port: address.port };
}
