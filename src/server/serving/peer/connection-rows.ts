import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { PeerProcess } from '../../../domain/key-use.ts';
import { REAL_HOSTS } from '../../client-environment.ts';
import { readLink, visitLines } from './proc-files.ts';
import { parseSocketLink } from './socket-holders.ts';
import { formatTcpEnd, getAddress, parseTcpRow, type TcpRow } from './tcp-table.ts';

export interface WaitingSocket {
  socket: Socket;
  resolve(peer: PeerProcess | null): void;
}

/** A connection whose other end is searched. */
export interface Search extends WaitingSocket {
  /** The link of our end in `/proc/self/fd`, and its path. */
  link: string;
  path: string;
  /** Our end and the other end, as `/proc/net/tcp` shows them. */
  ownEnd: string;
  peerEnd: string;
}

/** Null if the connection has closed, or is no TCP connection. */
export function prepareSearch(proc: string, { socket, resolve }: WaitingSocket): Search | null {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  const fd = getDescriptor(socket);
  if (fd === null || localAddress === undefined || remoteAddress === undefined) return null;
  const ownEnd = formatTcpEnd(localAddress, localPort ?? 0);
  const peerEnd = formatTcpEnd(remoteAddress, remotePort ?? 0);
  const path = join(proc, 'self/fd', String(fd));
  const link = readLink(path);
  return ownEnd === null || peerEnd === null || link === null
    ? null
    : { socket, resolve, path, link, ownEnd, peerEnd };
}

/**
 * Clients connect to these ends. The firewall can redirect them to the server. Then the row of the client has one of
 * these ends, and the row of the server has the end of the server.
 */
const REDIRECTED_ENDS: ReadonlySet<string> = new Set(
  REAL_HOSTS.map((host) => formatTcpEnd(host.replace(/^\[|\]$/g, ''), 80) ?? ''),
);

/** The rows of the clients and of the server, by their local end. */
export interface ConnectionRows {
  clients: ReadonlyMap<string, readonly TcpRow[]>;
  servers: ReadonlyMap<string, readonly TcpRow[]>;
}

/** Reads the rows that can belong to the connections. */
export async function readRows(proc: string, searches: readonly Search[]): Promise<ConnectionRows> {
  const ownEnds = new Set(searches.map(({ ownEnd }) => ownEnd));
  const clients = new Map<string, TcpRow[]>();
  const servers = new Map<string, TcpRow[]>();
  const visit = (line: string) => {
    const row = parseTcpRow(line);
    if (row === null) return;
    if (ownEnds.has(row.local)) addTo(servers, row);
    if (ownEnds.has(row.remote) || REDIRECTED_ENDS.has(row.remote)) addTo(clients, row);
  };
  const rows = { clients, servers };
  const areIpv4 = searches.every(({ ownEnd }) => ownEnd.length === IPV4_END_LENGTH);
  if (areIpv4) await visitLines(join(proc, 'self/net/tcp'), visit);
  // Sockets of IPv6 can have IPv4 addresses. Most have not, and reading the table takes milliseconds.
  const areFound = searches.every(
    (each) =>
      findOwnRow(each, rows) !== undefined && clients.has(each.peerEnd) && !hasUnknownClient(each, rows),
  );
  if (!areIpv4 || !areFound) await visitLines(join(proc, 'self/net/tcp6'), visit);
  return rows;
}

/** `0100007F:053A` */
const IPV4_END_LENGTH = 13;

const findOwnRow = ({ ownEnd, peerEnd }: Search, { servers }: ConnectionRows): TcpRow | undefined =>
  servers.get(ownEnd)?.find(({ remote }) => remote === peerEnd);

/** Whether a connection from the same address has a port that no client has. */
function hasUnknownClient({ ownEnd, peerEnd }: Search, { clients, servers }: ConnectionRows): boolean {
  const address = getAddress(peerEnd);
  return (servers.get(ownEnd) ?? []).some(
    ({ remote, isEstablished }) => isEstablished && getAddress(remote) === address && !clients.has(remote),
  );
}

function addTo(rows: Map<string, TcpRow[]>, row: TcpRow): void {
  const known = rows.get(row.local);
  if (known === undefined) rows.set(row.local, [row]);
  else known.push(row);
}

/** The other end of a connection: an open socket of this machine. */
export type Peer = Pick<TcpRow, 'uid' | 'inode'> & Pick<Search, 'resolve'>;

/** Returns null unless the rows show both ends of this connection. Our socket must still be open. */
export function findPeer(search: Search, rows: ConnectionRows): Peer | null {
  const { socket, resolve, path, link, peerEnd } = search;
  const own = findOwnRow(search, rows);
  const isOurs = own !== undefined && own.inode === parseSocketLink(link);
  if (!isOurs || getDescriptor(socket) === null || readLink(path) !== link) return null;
  const [peer, ...others] = rows.clients.get(peerEnd) ?? [];
  if (peer === undefined || others.length > 0 || peer.inode === '0') return null;
  if (!isTranslated(search, rows)) return { uid: peer.uid, inode: peer.inode, resolve };
  return null;
}

/**
 * Whether the firewall may have changed the port of a client, because two clients had the same one. Then the rows with
 * this address are uncertain.
 */
function isTranslated(search: Search, rows: ConnectionRows): boolean {
  const address = getAddress(search.peerEnd);
  const isRedirected = ({ local, remote }: TcpRow) =>
    remote !== search.ownEnd && getAddress(local) === address && REDIRECTED_ENDS.has(remote);
  return hasUnknownClient(search, rows) && [...rows.clients.values()].flat().some(isRedirected);
}

/** Node has no public name for the descriptor. Without it, processes are unknown. */
function getDescriptor(socket: Socket): number | null {
  const { _handle: handle } = socket as { _handle?: { fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : null;
}
