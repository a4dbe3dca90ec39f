import { CredWatchError } from '../../errors.ts';
import { type ListenAddress, parseListenAddress } from '../../server/wire/listen-address.ts';
import { checkListenAddresses } from '../flags/listen-addresses.ts';
import type { ListeningFlags } from '../flags/listening-flags.ts';

/** An address of `--listen`, and the role that it serves. */
export interface RoleAddress extends ListenAddress {
  /** Null: the address serves every role. */
  role: string | null;
}

/**
 * The addresses of `--listen [NAME=]ADDRESS`.
 * @param roles the names of `--serve`
 * @param defaultAddress used without `--listen`; null if there is none
 * @throws CredWatchError if a name is unknown, or an address is invalid, given twice, or remote without `--allow-remote`
 */
export function parseRoleAddresses(
  { listen, allowRemote = false }: Pick<ListeningFlags, 'listen' | 'allowRemote'>,
  roles: readonly string[],
  defaultAddress: string | null,
): RoleAddress[] {
  const texts = listen.length === 0 && defaultAddress !== null ? [defaultAddress] : listen;
  const addresses = texts.map((text) => parseRoleAddress(text, roles));
  checkListenAddresses(addresses, allowRemote);
  return addresses;
}

function parseRoleAddress(text: string, roles: readonly string[]): RoleAddress {
  const [, name, address = text] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) return { ...parseListenAddress(address), role: null };
  if (roles.length === 0)
    throw new CredWatchError(
      `--listen ${text} names a role, but no role has a name`,
      'name the roles with --serve NAME=SOURCE, or give only the address',
    );
  if (!roles.includes(name))
    throw new CredWatchError(
      `--listen ${text} names no role of --serve`,
      `use one of ${roles.join(', ')}, or give only the address`,
    );
  return { ...parseListenAddress(address), role: name };
}
