import { CredWatchError } from '../../errors.ts';
import {
  formatOrigin,
  isLoopbackAddress,
  type ListenAddress,
  parseListenAddress,
} from '../../server/wire/listen-address.ts';
import type { ListeningFlags } from './listening-flags.ts';

/**
 * The addresses to listen on.
 * @param defaultAddress used without `--listen`
 * @throws CredWatchError if an address is invalid, given twice, or remote without `--allow-remote`
 */
export function parseListenAddresses(
  { listen, allowRemote = false }: ListeningFlags,
  defaultAddress?: string,
): ListenAddress[] {
  const texts = listen.length === 0 && defaultAddress !== undefined ? [defaultAddress] : listen;
  const addresses = texts.map(parseListenAddress);
  checkListenAddresses(addresses, allowRemote);
  return addresses;
}

/** @throws CredWatchError if an address is given twice, or is remote although that is not allowed */
export function checkListenAddresses(addresses: readonly ListenAddress[], allowRemote: boolean): void {
  const duplicate = addresses.find(
    ({ host, port }, index) =>
      port !== 0 && addresses.slice(0, index).some((other) => other.host === host && other.port === port),
  );
  if (duplicate !== undefined) {
    throw new CredWatchError(
      `--listen ${formatOrigin(duplicate)} was given twice`,
      'give each address only once',
    );
  }
  const remote = addresses.find(({ host }) => !isLoopbackAddress(host));
  if (remote !== undefined && !allowRemote) {
    throw new CredWatchError(
      `other machines can reach ${remote.host}`,
      'listen on 127.0.0.1 or [::1], or add --allow-remote to accept other machines',
    );
  }
}
