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
  /** Host names that are accepted in addition to addresses. */
  allowedHosts: ReadonlySet<string>;
  clock: Clock;
  onExchange(exchange: Exchange): void;
}

/**
 * Serves a simulation on all addresses. If one address fails, none is served.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export const startEndpoint = (options: EndpointOptions): Promise<ListeningServers> =>
  listenOnAll(options.listen, (address) => createEndpointServer(address, options));

function createEndpointServer(address: ListenAddress, options: EndpointOptions): Server {
  // The simulator itself responds to a missing Host header, with the page of the real endpoint.
  const server = createServer({ requireHostHeader: false });
  const receive = createRequestReceiver(options.simulation, options.allowedHosts);
  const context = {
    ...options,
    receive,
    clientAddress: isLoopbackAddress(address.host) ? address.host : null,
  };
  const malformedRequests = new MalformedRequestHandler(options.simulation, options.clock);
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    malformedRequests.trackResponse(response, request.socket);
    const start = () => destroySocketOnError(request.socket, () => handleRequest(request, response, context));
    // A pipelined request has no socket until the previous response has ended. It never gets a socket if that
    // response closes the connection.
    if (response.socket === null) response.once('socket', start);
    else start();
  };
  server.on('request', serve);
  // Without these listeners Node responds `100 Continue`, which no real endpoint does.
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (request, socket) =>
    destroySocketOnError(socket, () => rejectTunnel(request, socket, context)),
  );
  server.on('clientError', (error, socket) =>
    destroySocketOnError(socket, () => malformedRequests.reject(error, socket)),
  );
  return server;
}
