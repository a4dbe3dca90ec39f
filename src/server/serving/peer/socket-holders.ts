import { join } from 'node:path';
import { readLink, readNames, readOwner, readText } from './proc-files.ts';

/** A process that has a socket open. */
export interface SocketHolder {
  pid: number;
  /** Path of the executable. Null if it cannot be read. */
  program: string | null;
}

interface OpenSockets {
  holder: SocketHolder;
  inodes: ReadonlySet<string>;
}

/** The inode of a link like `socket:[12345]`. Null if the file is not a socket. */
export const parseSocketLink = (link: string | null): string | null =>
  /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1] ?? null;

/** Each search reads so many of the newest processes, because short-lived clients are among them. */
const NEWEST_COUNT = 64;

/**
 * Finds the processes that have sockets open. The processes that were found last come first, then the newest, because
 * they may end soon. Yields after each read of `/proc`, so that the caller can pause.
 */
export class HolderSearch {
  /** The holders that have been found so far, by the inode of the socket. */
  readonly holders = new Map<string, SocketHolder>();
  readonly #processes = new Map<number, OpenSockets>();
  readonly #proc: string;
  readonly #recent: readonly number[];
  readonly #nextPid: number;
  /** The process that was read last. */
  lastPid = Number.POSITIVE_INFINITY;

  /** @param nextPid where an earlier search ended. After the newest processes, this search goes on there. */
  constructor(proc: string, recent: readonly number[], nextPid = Number.POSITIVE_INFINITY) {
    this.#proc = proc;
    this.#recent = recent;
    this.#nextPid = nextPid;
  }

  /**
   * Reads all processes: first those of the users in `uids`, which can get more entries during the search. A process can
   * use a socket that another user has created.
   */
  *run(uids: ReadonlySet<number>): Generator<void> {
    const pids = yield* this.#listPids();
    const others: number[] = [];
    for (const pid of pids) {
      this.lastPid = pid;
      const uid = readOwner(join(this.#proc, String(pid)));
      yield;
      if (uid === null) continue;
      if (uids.size > 0 && !uids.has(uid)) others.push(pid);
      else yield* this.#readSockets(pid);
    }
    for (const pid of others) yield* this.#readSockets(pid);
  }

  *#listPids(): Generator<void, number[]> {
    const pids: number[] = [];
    for (const name of readNames(this.#proc)) {
      if (/^\d+$/.test(name)) pids.push(Number(name));
      if (pids.length % 64 === 63) yield;
    }
    const rest = pids.filter((pid) => !this.#recent.includes(pid)).sort((a, b) => b - a);
    const [newest, older] = [rest.slice(0, NEWEST_COUNT), rest.slice(NEWEST_COUNT)];
    const next = Math.max(
      0,
      older.findIndex((pid) => pid <= this.#nextPid),
    );
    return [...this.#recent, ...newest, ...older.slice(next), ...older.slice(0, next)];
  }

  /** Reads each process once. */
  *#readSockets(pid: number): Generator<void, OpenSockets> {
    const known = this.#processes.get(pid);
    if (known !== undefined) return known;
    const folder = join(this.#proc, String(pid), 'fd');
    const inodes = new Set<string>();
    let last = { path: '', link: '' };
    for (const name of readNames(folder)) {
      const path = join(folder, name);
      const link = readLink(path);
      const inode = parseSocketLink(link);
      if (link !== null && inode !== null) {
        inodes.add(inode);
        last = { path, link };
      }
      yield;
    }
    const program = inodes.size === 0 ? null : readLink(join(this.#proc, String(pid), 'exe'));
    // If the process has ended, another one can have its pid.
    const isSame = readLink(last.path) === last.link;
    const sockets = { holder: { pid, program: isSame ? program : null }, inodes };
    this.#processes.set(pid, sockets);
    for (const inode of inodes) this.holders.set(inode, sockets.holder);
    yield;
    return sockets;
  }

  /**
   * The process that has created the socket. A child process inherits the sockets of its parent, and is found first
   * because it is newer.
   */
  *findCreator(inode: string, holder: SocketHolder): Generator<void, SocketHolder> {
    let creator = holder;
    for (let level = 0; level < MAX_LEVELS; level += 1) {
      const parent = parseParentPid(readText(join(this.#proc, String(creator.pid), 'stat')));
      if (parent === null || parent === 0) break;
      const sockets = yield* this.#readSockets(parent);
      if (!sockets.inodes.has(inode)) break;
      creator = sockets.holder;
    }
    return creator;
  }
}

/** Limits the time. Children of children with the same socket are rare. */
const MAX_LEVELS = 8;

/** The name of the program is in brackets, and can contain brackets and spaces. */
function parseParentPid(stat: string): number | null {
  const [, parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return /^\d+$/.test(parent) ? Number(parent) : null;
}
