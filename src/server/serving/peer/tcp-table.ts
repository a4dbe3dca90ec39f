import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';

/** One end of a TCP connection, as `/proc/net/tcp` shows it. */
export interface TcpRow {
  /** Address and port of this end, and of the other end. */
  local: string;
  remote: string;
  isEstablished: boolean;
  /** The user who created the socket. */
  uid: number;
  /** `0` if no process has the socket open. */
  inode: string;
}

/** local, remote, state, uid, inode */
const ROW =
  /^ *\d+: ([\dA-F]{8,32}:[\dA-F]{4}) ([\dA-F]{8,32}:[\dA-F]{4}) ([\dA-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ +(\d+) /;

/**
 * ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, CLOSING. In the other states, the end is not connected, or
 * has already been disconnected.
 */
const ESTABLISHED = '01';
const CONNECTED = new Set([ESTABLISHED, '04', '05', '08', '09', '0B']);

/** The state of a socket that waits for connections. */
export const LISTEN = '0A';

/** The columns of a line, with hexadecimal addresses. Null for the headline. */
export function splitTcpLine(line: string) {
  const columns = ROW.exec(line);
  if (columns === null) return null;
  const [, local = '', remote = '', state = '', uid = '', inode = ''] = columns;
  return { local, remote, state, uid, inode };
}

/** Returns null for the headline, and for an end that is not connected. */
export function parseTcpRow(line: string): TcpRow | null {
  const columns = splitTcpLine(line);
  if (columns === null || !CONNECTED.has(columns.state)) return null;
  const { local, remote, state, uid, inode } = columns;
  return {
    local: toIpv4(local),
    remote: toIpv4(remote),
    isEstablished: state === ESTABLISHED,
    uid: Number(uid),
    inode,
  };
}

const PORT_DIGITS = 4;

/** The kernel prints an address as words of 32 bits in the byte order of the machine. */
const formatWords = (bytes: Buffer): string => {
  const ordered = endianness() === 'LE' ? Buffer.from(bytes).swap32() : bytes;
  return ordered.toString('hex').toUpperCase();
};

/** Formats an IPv4 address within IPv6 as IPv4, because the two ends can use different forms. */
const toIpv4 = (end: string): string => (end.startsWith(MAPPED) ? end.slice(MAPPED.length) : end);

/** The first three words of `::ffff:127.0.0.1`. */
const MAPPED = formatWords(Buffer.from('00000000000000000000ffff', 'hex'));

/**
 * Formats address and port as in a row.
 * @returns null if the address is not an IP address
 */
export function formatTcpEnd(address: string, port: number): string | null {
  const bytes = isIPv4(address) ? parseIpv4(address) : parseIpv6(address);
  if (bytes === null) return null;
  const digits = port.toString(16).toUpperCase().padStart(PORT_DIGITS, '0');
  return toIpv4(`${formatWords(bytes)}:${digits}`);
}

/** The address of an end, without the port. */
export const getAddress = (end: string): string => end.slice(0, -(PORT_DIGITS + 1));

const parseIpv4 = (address: string) => Buffer.from(address.split('.').map(Number));

/** @param address as Node writes it: compressed, with or without a zone or an IPv4 address at the end */
function parseIpv6(address: string): Buffer | null {
  const [withoutZone = ''] = address.split('%', 1);
  const text = withoutZone.replace(/\d+\.\d+\.\d+\.\d+$/, (end) =>
    parseIpv4(end)
      .toString('hex')
      .replace(/^(.{4})/, '$1:'),
  );
  const [before = '', after] = text.split('::');
  const [head, tail] = [before, after ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  if (head === undefined || tail === undefined) return null;
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  if (zeros < 0) return null;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail];
  const isValid = groups.length === 8 && groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
  return isValid ? Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex') : null;
}
