import { CredWatchError } from '../../errors.ts';
import {
  formatOrigin,
  isLoopbackAddress,
  type ListenAddress,
  parseListenAddress,
} from '../../server/wire/listen-address.ts';
import type { ListeningFlags } from './listening-flags.ts';

/**
 * Where to listen, by the flags.
 * @throws CredWatchError
 */
export function readListenAddresses(
  { listen, allowRemote = false }: ListeningFlags,
  usual?: string,
): ListenAddress[] {
  const given = listen.length === 0 && usual !== undefined ? [usual] : listen;
  const addresses = given.map(parseListenAddress);
  const twice = addresses.find(
    ({ host, port }, index) =>
      port !== 0 && addresses.slice(0, index).some((other) => other.host === host && other.port === port),
  );
  if (twice !== undefined) {
    throw new CredWatchError(`--listen names ${formatOrigin(twice)} twice`, 'name every address once');
  }
  const remote = addresses.find(({ host }) => !isLoopbackAddress(host));
  if (remote !== undefined && !allowRemote) {
    throw new CredWatchError(
      `${remote.host} can be reached by other machines`,
      'listen on 127.0.0.1 or [::1], or add --allow-remote if that is meant',
    );
  }
  return addresses;
}

export const readAllowedHosts = ({ allowHost }: ListeningFlags): ReadonlySet<string> =>
  new Set(allowHost.map((each) => each.toLowerCase()));
