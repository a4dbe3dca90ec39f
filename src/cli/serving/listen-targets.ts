import { CredWatchError } from '../../errors.ts';
import type { ServingAddress } from '../../server/serving/serving.ts';
import { isLoopbackAddress } from '../../server/wire/listen-address.ts';
import { parseRoleAddresses } from './listen-flag.ts';
import { DEFAULT_ADDRESS, type ServeFlags } from './serve-flags.ts';
import type { InheritedSocket } from './systemd/inherited-sockets.ts';

/**
 * Where the server listens: the sockets of systemd, the Unix sockets and the addresses of the flags, else the default.
 * @param roles the names of `--serve`
 * @throws CredWatchError
 */
export function findServingAddresses(
  flags: ServeFlags,
  roles: readonly string[],
  inherited: readonly InheritedSocket[],
): ServingAddress[] {
  const { unixSocket, unixSocketMode: mode } = flags;
  const hasOther = inherited.length > 0 || unixSocket.length > 0;
  const addresses = parseRoleAddresses(flags, roles, hasOther ? null : DEFAULT_ADDRESS);
  return [
    ...inherited.map(({ fd, name }) => ({
      target: { descriptor: fd },
      role: roles.includes(name) ? name : null,
    })),
    ...addresses.map(({ role, ...target }) => ({ target, role })),
    ...unixSocket.map((path) => ({ target: { path, mode }, role: null })),
  ];
}

/**
 * Checks the sockets of systemd too, whose addresses are known only when the server listens.
 * @param origins of listening sockets
 * @throws CredWatchError if other machines can reach one of them without `--allow-remote`
 */
export function assertLoopback(origins: readonly string[], { allowRemote = false }: ServeFlags): void {
  const remote = findRemoteOrigin(origins);
  if (remote !== undefined && !allowRemote)
    throw new CredWatchError(
      `other machines can reach ${remote}`,
      'listen on a loopback address, or add --allow-remote to accept other machines',
    );
}

export const findRemoteOrigin = (origins: readonly string[]): string | undefined =>
  origins.find(
    (origin) =>
      origin.startsWith('http') && !isLoopbackAddress(new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1')),
  );
