import type { Socket } from 'node:net';
import type { PeerProcess } from '../../../domain/keys/key-use.ts';
import {
  ConnectionRows,
  type Peer,
  prepareSearch,
  type Search,
  type WaitingSocket,
} from './connection-rows.ts';
import { readLink } from './proc-files.ts';
import { SearchLimit } from './search-limit.ts';
import { MAX_READS, SearchRunner } from './search-runner.ts';
import { HolderSearch } from './socket-holders.ts';
import { UserNames } from './user-names.ts';

/** A server accepts fewer connections at the same time. */
const MAX_WAITING = 1000;

/** Long-lived clients connect again every few minutes. They are searched first. */
const MAX_RECENT_PIDS = 16;

/** SDKs wait a second for a response. */
const MAX_SEARCH_MS = 500;

const PEER = Symbol('peer');

/** The result is stored on the socket, because a WeakMap of sockets is slow. */
type KnownSocket = Socket & { [PEER]?: Promise<PeerProcess | null> };

/**
 * Finds the process at the other end of a TCP connection within this machine. It never returns another process:
 * - The row of our end must have the inode of our socket. In another network namespace, a connection of other processes
 *   can have the same addresses and ports.
 * - The row of the other end must be connected, while our socket is open. So no later connection has its port.
 * - A process must have the inode of that row open before and after its executable is read, because pids are reused.
 */
export class PeerFinder {
  readonly #proc: string;
  readonly #limit: SearchLimit;
  readonly #maxReads: number;
  readonly #users: UserNames;
  #waiting: WaitingSocket[] = [];
  #isSearching = false;
  #isClosed = false;
  /** The newest first. */
  #recent: number[] = [];
  /** Where the next search goes on, because the last one could not read all processes. */
  #nextPid = Number.POSITIVE_INFINITY;

  private constructor(proc: string, maxMs: number, maxReads: number) {
    this.#proc = proc;
    this.#limit = new SearchLimit(maxMs);
    this.#maxReads = maxReads;
    this.#users = new UserNames(proc);
  }

  /**
   * Returns null on systems without `/proc`, and if it belongs to another PID namespace, because its pids mean other
   * processes here.
   * @param limits for tests
   */
  static open(
    ownPid: number,
    { proc = '/proc', maxMs = MAX_SEARCH_MS, maxReads = MAX_READS } = {},
  ): PeerFinder | null {
    return readLink(`${proc}/self`) === String(ownPid) ? new PeerFinder(proc, maxMs, maxReads) : null;
  }

  /**
   * The process at the other end. Resolves to null if the process is unknown, after half a second at most, and earlier
   * after a search that took too long. If only the user is known, the process has ended or belongs to another user. A
   * search takes about 5 ms. The response must wait for it: most clients close the connection after the response, and
   * the search would find nothing.
   */
  find(socket: KnownSocket): Promise<PeerProcess | null> {
    socket[PEER] ??= this.#enqueue(socket);
    return socket[PEER];
  }

  /** Ends all searches. Their processes are unknown. */
  close(): void {
    this.#isClosed = true;
  }

  #enqueue(socket: Socket): Promise<PeerProcess | null> {
    if (this.#isClosed || this.#waiting.length >= MAX_WAITING) return Promise.resolve(null);
    return new Promise((resolve) => {
      // Other work can delay the search, because it uses the same threads.
      const timer = setTimeout(() => resolve(null), this.#limit.milliseconds).unref();
      this.#waiting.push({
        socket,
        resolve(peer) {
          clearTimeout(timer);
          resolve(peer);
        },
      });
      if (this.#isSearching) return;
      this.#isSearching = true;
      // Connections that are accepted together share a search.
      setImmediate(() => void this.#searchAll());
    });
  }

  async #searchAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      const searches = this.#isClosed ? [] : waiting.flatMap((each) => prepareSearch(this.#proc, each) ?? []);
      // No error of a search may end the server.
      if (searches.length > 0) await this.#search(searches).catch(() => {});
      for (const { resolve } of waiting) resolve(null);
    }
    this.#isSearching = false;
  }

  async #search(searches: readonly Search[]): Promise<void> {
    const runner = new SearchRunner(this.#limit.milliseconds, () => this.#isClosed, this.#maxReads);
    const search = new HolderSearch(this.#proc, this.#recent, this.#nextPid);
    const uids = new Set<number>();
    const holders = search.run(uids);
    try {
      const rows = ConnectionRows.read(this.#proc, searches);
      // Finds a client that ends soon, while the kernel searches the table.
      runner.runSlice(holders);
      const known = await rows;
      const peers = searches.flatMap((each) => known.findPeer(each) ?? []);
      for (const { uid } of peers) uids.add(uid);
      const areFound = () => peers.every(({ inode }) => search.holders.has(inode));
      await runner.run(holders, areFound);
      this.#limit.note(areFound() || !runner.isOver());
      this.#nextPid = runner.isOver() ? search.lastPid : Number.POSITIVE_INFINITY;
      for (const peer of peers) peer.resolve(await this.#describe(peer, search, runner));
    } finally {
      holders.return(undefined);
    }
  }

  async #describe({ uid, inode }: Peer, search: HolderSearch, runner: SearchRunner): Promise<PeerProcess> {
    const user = this.#users.find(uid);
    const holder = search.holders.get(inode);
    if (holder === undefined) return { pid: null, program: null, user };
    const creators = search.findCreator(inode, holder);
    const { pid, program } = (await runner.run(creators, () => false)) ?? holder;
    creators.return(holder);
    this.#recent = [pid, ...this.#recent.filter((each) => each !== pid)].slice(0, MAX_RECENT_PIDS);
    return { pid, program, user };
  }
}
