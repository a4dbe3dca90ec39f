import { createServer } from 'node:net';

/** Systems give ports from 32768 on to sockets that name none. Another test cannot be given one below that. */
const RANGE = { first: 10_000, last: 32_000 };
const MAX_ATTEMPTS = 100;

/**
 * Finds a loopback port for a program that cannot choose one itself.
 * The port stays free until the program listens, and also while it is restarted.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = RANGE.first + Math.floor(Math.random() * (RANGE.last - RANGE.first + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of ${MAX_ATTEMPTS} tried ones is free`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
