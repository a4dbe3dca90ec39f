import type { Server } from 'node:http';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { formatOrigin, type ListenAddress } from './listen-address.ts';

/** Servers that listen, and how to end them. */
export interface ListeningServers {
  /** `http://127.0.0.1:1338`, one an address. */
  origins: readonly string[];
  /** Breaks off what is still being answered. */
  close(): Promise<void>;
}

/**
 * Listens on every address with a server of its own, or on none.
 * @throws CredWatchError where an address is taken or not of this machine
 */
export async function listenOnAll(
  addresses: readonly ListenAddress[],
  serverFor: (address: ListenAddress) => Server,
): Promise<ListeningServers> {
  const started: { server: Server; origin: string }[] = [];
  const close = async () => {
    await Promise.all(started.map(({ server }) => closed(server)));
  };
  try {
    for (const address of addresses) {
      const server = serverFor(address);
      started.push({ server, origin: await listen(server, address) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { origins: started.map(({ origin }) => origin), close };
}

async function listen(server: Server, address: ListenAddress): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unusable(address, error)));
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
  return formatOrigin({ ...address, port });
}

function unusable(address: ListenAddress, cause: Error): CredWatchError {
  const where = formatOrigin(address);
  switch (getSystemErrorCode(cause)) {
    case 'EADDRINUSE':
      return new CredWatchError(
        `${where} is already in use`,
        'name another with --listen; port 0 takes any free one',
        {
          cause,
        },
      );
    case 'EADDRNOTAVAIL':
      return new CredWatchError(
        `${where} is not an address of this machine`,
        'add it first: `ip address add … dev lo`',
        { cause },
      );
    case 'EACCES':
      return new CredWatchError(`${where} may not be used by you`, 'use a port from 1024 on, or be root', {
        cause,
      });
    default:
      return new CredWatchError(
        `${where} cannot be listened on (${getSystemErrorCode(cause)})`,
        'name another',
        { cause },
      );
  }
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
