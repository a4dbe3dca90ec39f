import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import { CredWatchError, systemErrorCode } from '../../errors.ts';
import type { Simulation } from '../simulation.ts';
import { BrokenRequests } from './broken-requests.ts';
import { answer, type Exchange, guarded, refuseTunnel } from './exchange.ts';
import { isLoopback, type ListenAddress, originOf } from './listen-address.ts';
import { reception } from './reception.ts';

export interface EndpointOptions {
  simulation: Simulation;
  listen: readonly ListenAddress[];
  /** Host names that may be used beside addresses. */
  hosts: ReadonlySet<string>;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

export interface Endpoint {
  /** `http://127.0.0.1:1338`, one an address. */
  origins: readonly string[];
  close(): Promise<void>;
}

/**
 * Listens on every address, or on none.
 * @throws CredWatchError where an address is taken or not of this machine
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const started: { server: Server; origin: string }[] = [];
  const close = async () => {
    await Promise.all(started.map(({ server }) => closed(server)));
  };
  try {
    for (const address of options.listen) started.push(await listen(address, options));
  } catch (error) {
    await close();
    throw error;
  }
  return { origins: started.map(({ origin }) => origin), close };
}

async function listen(
  address: ListenAddress,
  options: EndpointOptions,
): Promise<{ server: Server; origin: string }> {
  // A missing Host is answered by us, with the page that the real one has for it.
  const server = createServer({ requireHostHeader: false });
  const receive = reception(options.simulation, options.hosts);
  const context = { ...options, receive, clientAddress: isLoopback(address.host) ? address.host : null };
  const broken = new BrokenRequests(options.simulation, options.clock);
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    broken.follow(response, request.socket);
    const start = () => guarded(request.socket, () => answer(request, response, context));
    // A pipelined request waits for its turn, which does not come if the answer before it closes the connection.
    if (response.socket === null) response.once('socket', start);
    else start();
  };
  server.on('request', serve);
  // Node would answer `100 Continue` by itself, which none of the real endpoints does.
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (request, socket) => guarded(socket, () => refuseTunnel(request, socket, context)));
  server.on('clientError', (error, socket) => guarded(socket, () => broken.reject(error, socket)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unusable(address, error)));
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
  return { server, origin: originOf({ ...address, port }) };
}

function unusable(address: ListenAddress, cause: Error): CredWatchError {
  const where = originOf(address);
  switch (systemErrorCode(cause)) {
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
        `${where} cannot be listened on (${systemErrorCode(cause)})`,
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
