import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { Simulation } from '../simulation.ts';
import { destroySocketOnError, type Exchange, handleRequest, rejectTunnel } from './exchange.ts';
import { isLoopbackAddress, type ListenAddress } from './listen-address.ts';
import { type ListeningServers, listenOnAll } from './listening-servers.ts';
import { MalformedRequestHandler } from './malformed-requests.ts';
import { createRequestReceiver } from './request-receiver.ts';

export interface EndpointOptions {
  simulation: Simulation;
  listen: readonly ListenAddress[];
  /** Host names that may be used beside addresses. */
  allowedHosts: ReadonlySet<string>;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

/**
 * Listens on every address, or on none.
 * @throws CredWatchError where an address is taken or not of this machine
 */
export const startEndpoint = (options: EndpointOptions): Promise<ListeningServers> =>
  listenOnAll(options.listen, (address) => serverFor(address, options));

function serverFor(address: ListenAddress, options: EndpointOptions): Server {
  // A missing Host is answered by us, with the page that the real one has for it.
  const server = createServer({ requireHostHeader: false });
  const receive = createRequestReceiver(options.simulation, options.allowedHosts);
  const context = {
    ...options,
    receive,
    clientAddress: isLoopbackAddress(address.host) ? address.host : null,
  };
  const broken = new MalformedRequestHandler(options.simulation, options.clock);
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    broken.trackResponse(response, request.socket);
    const start = () => destroySocketOnError(request.socket, () => handleRequest(request, response, context));
    // A pipelined request waits for its turn, which does not come if the answer before it closes the connection.
    if (response.socket === null) response.once('socket', start);
    else start();
  };
  server.on('request', serve);
  // Node would answer `100 Continue` by itself, which none of the real endpoints does.
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (request, socket) =>
    destroySocketOnError(socket, () => rejectTunnel(request, socket, context)),
  );
  server.on('clientError', (error, socket) =>
    destroySocketOnError(socket, () => broken.reject(error, socket)),
  );
  return server;
}
