import type { Server } from 'node:http';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { type ConnectionLimits, OpenConnections, resolveLimits } from './connections.ts';
import { createHttpServer, type RequestHandlers } from './http-server.ts';
import { formatOrigin, type ListenAddress } from './listen-address.ts';

/** One or more servers that are listening. */
export interface ListeningServers {
  /** `http://127.0.0.1:1338`, one per address. */
  origins: readonly string[];
  /** Closes the servers and all connections, including those with an unfinished response. */
  close(): Promise<void>;
}

export interface ListeningOptions {
  listen: readonly ListenAddress[];
  createHandlers(address: ListenAddress): RequestHandlers;
  /** Gets the errors of handlers, and later errors of the servers: for example without free descriptors. */
  onError(error: unknown): void;
  limits?: Partial<ConnectionLimits> | undefined;
}

/**
 * Listens on all addresses, with one server per address. If one fails, all are closed.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export async function listenOnAll(options: ListeningOptions): Promise<ListeningServers> {
  const { listen: addresses, createHandlers, onError } = options;
  const limits = resolveLimits(options.limits);
  const connections = new OpenConnections(limits);
  const started: { server: Server; origin: string }[] = [];
  const close = async () => {
    connections.close();
    await Promise.all(started.map(({ server }) => closeServer(server)));
  };
  try {
    for (const address of addresses) {
      const handlers = createHandlers(address);
      const server = createHttpServer({ handlers, connections, limits, onError });
      const origin = await listen(server, address);
      started.push({ server, origin });
      server.on('error', (error) => onError(toAcceptError(origin, error)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { origins: started.map(({ origin }) => origin), close };
}

async function listen(server: Server, address: ListenAddress): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toListenError(address, error)));
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
  return formatOrigin({ ...address, port });
}

function toListenError(address: ListenAddress, cause: Error): CredWatchError {
  const origin = formatOrigin(address);
  const code = getSystemErrorCode(cause);
  const error = (message: string, hint: string) => new CredWatchError(message, hint, { cause });
  switch (code) {
    case 'EADDRINUSE':
      return error(`${origin} is already in use`, 'use another --listen address; port 0 means any free port');
    case 'EADDRNOTAVAIL':
      return error(
        `${origin} is not an address of this machine`,
        `add the address with \`ip address add ${address.host} dev lo\`, or use another`,
      );
    case 'EACCES':
      return error(`no permission to listen on ${origin}`, 'use a port of 1024 or above, or run as root');
    default:
      return error(
        `could not listen on ${origin}: ${describeSystemError(cause)}`,
        'use another --listen address',
      );
  }
}

const toAcceptError = (origin: string, cause: Error) =>
  new CredWatchError(
    `could not accept a connection at ${origin}: ${describeSystemError(cause)}`,
    'check free memory and the limit of open files',
    { cause },
  );

const closeServer = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
