import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { PeerProcess } from '../../../domain/keys/key-use.ts';
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

/** The rows that can belong to the connections. */
export class ConnectionRows {
  readonly #ownEnds: ReadonlySet<string>;
  /** By both ends. */
  readonly #servers = new Map<string, TcpRow>();
  /** By the end of the client. */
  readonly #clients = new Map<string, TcpRow[]>();
  /** Addresses of clients that the firewall redirects. */
  readonly #redirected = new Set<string>();
  /** The end of the server, and an address from which it has a connection with a port that no client has. */
  #uncertain: ReadonlySet<string> = new Set();

  private constructor(searches: readonly Search[]) {
    this.#ownEnds = new Set(searches.map(({ ownEnd }) => ownEnd));
  }

  static async read(proc: string, searches: readonly Search[]): Promise<ConnectionRows> {
    const rows = new ConnectionRows(searches);
    const areIpv4 = searches.every(({ ownEnd }) => ownEnd.length === IPV4_END_LENGTH);
    if (areIpv4) await rows.#read(proc, 'tcp');
    // Sockets of IPv6 can have IPv4 addresses. Most have not, and reading the table takes milliseconds.
    if (!areIpv4 || !searches.every((each) => rows.#hasBothEnds(each))) await rows.#read(proc, 'tcp6');
    return rows;
  }

  async #read(proc: string, table: 'tcp' | 'tcp6'): Promise<void> {
    // A busy machine has tens of thousands of rows, and parsing a row is slow.
    const ports = [...this.#ownEnds, ...REDIRECTED_ENDS].map((end) => `${end.slice(-5)} `);
    const wanted = [...new Set(ports)];
    await visitLines(join(proc, 'self/net', table), (line) => {
      if (!wanted.some((port) => line.includes(port))) return;
      const row = parseTcpRow(line);
      if (row !== null) this.#add(row);
    });
    const unknown = [...this.#servers.values()].filter(
      ({ remote, isEstablished }) => isEstablished && !this.#clients.has(remote),
    );
    this.#uncertain = new Set(unknown.map(({ local, remote }) => `${local} ${getAddress(remote)}`));
  }

  #add(row: TcpRow): void {
    const { local, remote } = row;
    if (this.#ownEnds.has(local)) this.#servers.set(`${local} ${remote}`, row);
    const isRedirected = REDIRECTED_ENDS.has(remote) && !this.#ownEnds.has(remote);
    if (isRedirected) this.#redirected.add(getAddress(local));
    if (!isRedirected && !this.#ownEnds.has(remote)) return;
    const clients = this.#clients.get(local);
    if (clients === undefined) this.#clients.set(local, [row]);
    else clients.push(row);
  }

  #hasBothEnds({ ownEnd, peerEnd }: Search): boolean {
    const hasRows = this.#servers.has(`${ownEnd} ${peerEnd}`) && this.#clients.has(peerEnd);
    return hasRows && !this.#isUncertain(ownEnd, peerEnd);
  }

  #isUncertain = (ownEnd: string, peerEnd: string) => this.#uncertain.has(`${ownEnd} ${getAddress(peerEnd)}`);

  /** Returns null unless the rows show both ends of this connection. Our socket must still be open. */
  findPeer({ socket, resolve, path, link, ownEnd, peerEnd }: Search): Peer | null {
    const own = this.#servers.get(`${ownEnd} ${peerEnd}`);
    const isOurs = own !== undefined && own.inode === parseSocketLink(link);
    if (!isOurs || getDescriptor(socket) === null || readLink(path) !== link) return null;
    const [peer, ...others] = this.#clients.get(peerEnd) ?? [];
    if (peer === undefined || others.length > 0 || peer.inode === '0') return null;
    // If two redirected clients have the same port, the firewall changes one of them. Then any port can be changed.
    const isTranslated = this.#redirected.has(getAddress(peerEnd)) && this.#isUncertain(ownEnd, peerEnd);
    return isTranslated ? null : { uid: peer.uid, inode: peer.inode, resolve };
  }
}

/** `0100007F:053A` */
const IPV4_END_LENGTH = 13;

/** The other end of a connection: an open socket of this machine. */
export type Peer = Pick<TcpRow, 'uid' | 'inode'> & Pick<Search, 'resolve'>;

/** Node has no public name for the descriptor. Without it, processes are unknown. */
function getDescriptor(socket: Socket): number | null {
  const { _handle: handle } = socket as { _handle?: { fd?: number } | null };
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : null;
}
