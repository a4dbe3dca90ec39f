import { hostWithoutBrackets, resolveHost, resolveWithoutDns } from '../http/addresses.ts';
import type { Endpoint } from '../http/exchange.ts';
import type { SourceOptions } from '../source.ts';
import { isAllowedAddress } from './allowed-hosts.ts';
import { hostNotAllowedError } from './settings.ts';

/**
 * Over https any host may be asked. Over http a name counts if all its addresses are allowed ones, and the connection
 * goes to one of those: looked up again, the name could mean another host. No name server is believed in this; what
 * it would have to answer for, loopback, is in the hosts file.
 */
export function createContainerEndpoint(url: URL, variable: string, options: SourceOptions): Endpoint {
  const host = hostWithoutBrackets(url);
  if (url.protocol === 'https:')
    return { url, resolveAddresses: (signal) => resolveHost(host, options, signal) };
  return {
    url,
    async resolveAddresses() {
      const addresses = await resolveWithoutDns(host, options);
      if (addresses.length === 0 || !addresses.every(isAllowedAddress)) throw hostNotAllowedError(variable);
      return addresses;
    },
  };
}
