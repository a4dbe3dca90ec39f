import { isIP } from 'node:net';
import { addNoteOfBlanks } from '../document/named-value.ts';
import { readSmallFile } from '../environment/small-file.ts';
import { throwIfLocal } from '../local-errors.ts';
import type { Notes } from '../notes.ts';
import { PollError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';

const HOSTS_FILE = '/etc/hosts';

type NameOptions = Pick<SourceOptions, 'readFile' | 'nameServers'>;

/** Removes the brackets of an IPv6 address: a URL has `[::1]`, a socket needs `::1`. */
export const removeBrackets = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Addresses that need no name server: literals, `localhost`, and names in the hosts file. */
export async function resolveWithoutDns(host: string, options: NameOptions): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  const hosts = await (options.readFile ?? readSmallFile)(HOSTS_FILE).catch((error: unknown) => {
    throwIfLocal(error);
    return '';
  });
  return hosts
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/))
    .flatMap(([address = '', ...names]) => (names.includes(host) && isIP(address) !== 0 ? [address] : []));
}

/** All addresses of a host. @throws PollError if there are none */
export async function resolveHost(
  host: string,
  options: NameOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const local = await resolveWithoutDns(host, options);
  if (local.length > 0) return local;
  const addresses = await queryNameServers(host, options, signal);
  if (addresses.length === 0) {
    throw new PollError('unreachable', 'the host name of the endpoint has no address', { retry: 'always' });
  }
  return addresses;
}

/** Avoids `dns.lookup`: a hanging `getaddrinfo` cannot be cancelled and survives even `process.exit`. */
async function queryNameServers(host: string, options: NameOptions, signal: AbortSignal): Promise<string[]> {
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver();
  if (options.nameServers !== undefined) resolver.setServers(options.nameServers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    const results = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * Notes blanks around a URL, and an IPv4 address that is not written as four decimal numbers: `127.1`, `0x7f.1`. `URL`
 * accepts both.
 */
export function addNotesOfSpelling(
  { name, value }: Record<'name' | 'value', string>,
  { hostname }: URL,
  notes: Notes,
): void {
  addNoteOfBlanks({ name, value }, notes);
  if (isIP(hostname) === 4 && /^https?:\/\/([^/?#:]*)/i.exec(value.trim())?.[1] !== hostname)
    notes.add({ code: 'ADDRESS_ONLY_SOME_SDKS', name });
}

/** Whether the endpoint is on this host. Host names other than `localhost` are not resolved. */
export function isLoopbackUrl(url: URL): boolean {
  return url.hostname === 'localhost' || isLoopbackAddress(removeBrackets(url));
}

/** False for `::ffff:127.0.0.1`, which no SDK allows. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : normalizeAddress(address) === '::1';
}

/** The shortest spelling of an IPv6 address. Other text is returned unchanged. */
export function normalizeAddress(address: string): string {
  const url = `http://[${address}]`;
  return isIP(address) === 6 && URL.canParse(url) ? removeBrackets(new URL(url)) : address;
}
