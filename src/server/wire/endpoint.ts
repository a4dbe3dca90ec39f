import { REAL_HOSTS } from '../client-environment.ts';
import { buildMalformedRequestError } from '../dispatcher.ts';
import { handleRequest, handleTunnel, type ListenerContext } from './exchange.ts';
import { createAllowedHosts } from './host-check.ts';
import { isLoopbackAddress } from './listen-address.ts';
import { type ListeningOptions, type ListeningServers, listenOnAll } from './listening-servers.ts';
import { writeRawResponseAndClose } from './response-writer.ts';

export interface EndpointOptions
  extends Omit<ListenerContext, 'clientAddress' | 'allowedHosts'>,
    Omit<ListeningOptions, 'createHandlers'> {
  /** Names and addresses that are accepted as the host, in addition to those of this machine. */
  allowedHosts: readonly string[];
}

/**
 * Serves a simulation on all addresses. If one address fails, none is served.
 * @throws CredWatchError if an address is in use or does not belong to this machine
 */
export function startEndpoint(options: EndpointOptions): Promise<ListeningServers> {
  const { simulation, clock } = options;
  const allowedHosts = createAllowedHosts([...options.allowedHosts, ...REAL_HOSTS]);
  return listenOnAll({
    ...options,
    createHandlers({ host }) {
      const context = { ...options, allowedHosts, clientAddress: isLoopbackAddress(host) ? host : null };
      return {
        handleRequest: (request, response) => handleRequest(request, response, context),
        handleTunnel: (request, socket) => handleTunnel(request, socket, context),
        handleMalformed: (status, socket) =>
          writeRawResponseAndClose(buildMalformedRequestError(simulation, clock.now(), status), socket),
      };
    },
  });
}
