import { hostWithoutBrackets, resolveHost, resolveWithoutDns } from '../http/addresses.ts';
import type { Endpoint } from '../http/exchange.ts';
import type { SourceOptions } from '../source.ts';
import { isAllowedAddress } from './allowed-hosts.ts';
import { hostNotAllowedError } from './settings.ts';

/**
 * Any host is allowed over https. Over http, every address of a host name must be allowed. The connection
 * goes to one of these addresses, because a second lookup could return others. No name server is queried:
 * only loopback names can be allowed, and the hosts file has them.
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
