import type { Server } from 'node:http';

/**
 * Resolves when the server listens. Rejects with its error.
 * @param start calls `server.listen`
 */
export const waitUntilListening = (server: Server, start: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.removeListener('error', reject);
      resolve();
    });
    start();
  });
