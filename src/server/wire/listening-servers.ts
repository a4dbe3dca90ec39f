import type { Server } from 'node:http';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { AddressInUseError } from './address-in-use.ts';
import { type ConnectionLimits, OpenConnections, resolveLimits } from './connections.ts';
import { createHttpServer, type RequestHandlers } from './http-server.ts';
import { formatOrigin, type ListenAddress, type ListenTarget } from './listen-address.ts';
import { listenOnPath } from './unix-socket.ts';
import { waitUntilListening } from './wait-until-listening.ts';

/** One or more servers that are listening. */
export interface ListeningServers {
  /** `http://127.0.0.1:1338` or `unix:/run/cred-watch.sock`, one per address. */
  origins: readonly string[];
  /** Closes the servers and all connections, including those with an unfinished response. */
  close(): Promise<void>;
}

export interface ListeningOptions<Target extends ListenTarget = ListenAddress> {
  listen: readonly Target[];
  createHandlers(target: Target): RequestHandlers;
  /** Gets the errors of handlers, and later errors of the servers: for example without free descriptors. */
  onError(error: unknown): void;
  limits?: Partial<ConnectionLimits> | undefined;
}

/**
 * Listens on all addresses, with one server per address. If one fails, all are closed.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export async function listenOnAll<Target extends ListenTarget>(
  options: ListeningOptions<Target>,
): Promise<ListeningServers> {
  const { listen: targets, createHandlers, onError } = options;
  const limits = resolveLimits(options.limits);
  const connections = new OpenConnections(limits);
  const started: { server: Server; origin: string }[] = [];
  const close = async () => {
    connections.close();
    await Promise.all(started.map(({ server }) => closeServer(server)));
  };
  try {
    for (const target of targets) {
      const handlers = createHandlers(target);
      const server = createHttpServer({ handlers, connections, limits, onError });
      const origin = await listenOn(server, target);
      started.push({ server, origin });
      server.on('error', (error) => onError(toAcceptError(origin, error)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { origins: started.map(({ origin }) => origin), close };
}

/** Returns the origin. */
async function listenOn(server: Server, target: ListenTarget): Promise<string> {
  if ('path' in target) {
    await listenOnPath(server, target);
    return `unix:${target.path}`;
  }
  if ('descriptor' in target) return listenOnDescriptor(server, target.descriptor);
  await waitUntilListening(server, () => server.listen(target.port, target.host)).catch((cause) => {
    throw toListenError(target, cause);
  });
  return findOrigin(server);
}

async function listenOnDescriptor(server: Server, fd: number): Promise<string> {
  await waitUntilListening(server, () => server.listen({ fd })).catch((cause) => {
    throw new CredWatchError(
      `could not listen on the inherited socket ${fd}: ${describeSystemError(cause)}`,
      'check that the service manager passes a listening stream socket',
      { cause },
    );
  });
  return findOrigin(server);
}

function findOrigin(server: Server): string {
  const bound = server.address();
  // A string is the path of an inherited Unix socket. It is null if the system does not know the path.
  if (bound === null || typeof bound === 'string') return `unix:${bound ?? ''}`;
  return formatOrigin({ host: bound.address, port: bound.port });
}

function toListenError(address: ListenAddress, cause: Error): CredWatchError {
  const origin = formatOrigin(address);
  const code = getSystemErrorCode(cause);
  const error = (message: string, hint: string) => new CredWatchError(message, hint, { cause });
  switch (code) {
    case 'EADDRINUSE':
      return new AddressInUseError(
        `${origin} is already in use`,
        'use another --listen address; port 0 means any free port',
        { target: address, cause },
      );
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
