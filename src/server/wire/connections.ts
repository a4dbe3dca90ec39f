import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** How long a client may take to send a request, and how long a connection may be idle. */
  requestMs: number;
  /** How long a client may go without reading any of its response. The server may wait twice as long. */
  responseMs: number;
  /** Of all servers together. A new connection replaces an old one. */
  maxConnections: number;
}

/** Enough for hundreds of workers that start at once. */
const MAX_CONNECTIONS = 512;
const MIN_CONNECTIONS = 4;

/** Node, the database and a poll use about 30 descriptors, and a poll can start a process. */
const RESERVED_DESCRIPTORS = 40;

/** The default of macOS, for systems without `/proc`. */
const DEFAULT_DESCRIPTOR_LIMIT = 256;

/** Leaves half of the free descriptors to the rest of the process. */
export const computeMaxConnections = (descriptorLimit: number): number =>
  Math.min(
    MAX_CONNECTIONS,
    Math.max(MIN_CONNECTIONS, Math.floor((descriptorLimit - RESERVED_DESCRIPTORS) / 2)),
  );

/** The number of files and sockets that this process may open. */
export function readDescriptorLimit(): number {
  try {
    const limit = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit) || DEFAULT_DESCRIPTOR_LIMIT;
  } catch {
    return DEFAULT_DESCRIPTOR_LIMIT;
  }
}

export const resolveLimits = (limits: Partial<ConnectionLimits> = {}): ConnectionLimits => ({
  requestMs: 10_000,
  responseMs: 30_000,
  maxConnections: limits.maxConnections ?? computeMaxConnections(readDescriptorLimit()),
  ...limits,
});

const LAST_RESPONSE = Symbol('last response');

/** State is stored on the socket: a WeakMap of sockets took a third of the time of a request. */
type TrackedSocket = Socket & { [LAST_RESPONSE]?: ServerResponse };

/**
 * The open connections of one or more servers. Above the limit, a new connection replaces an old one, so that
 * clients that hold connections open cannot keep others out.
 */
export class OpenConnections {
  readonly #maxConnections: number;
  /** The oldest first. */
  readonly #sockets = new Set<TrackedSocket>();
  readonly #sweeping: NodeJS.Timeout;

  constructor({ maxConnections, responseMs }: Omit<ConnectionLimits, 'requestMs'>) {
    this.#maxConnections = maxConnections;
    this.#sweeping = setInterval(() => this.#limitReaders(responseMs), responseMs).unref();
  }

  add(socket: TrackedSocket): void {
    if (this.#sockets.size >= this.#maxConnections) this.#closeOldest();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** Call when a request has arrived. */
  startResponse(socket: TrackedSocket, response: ServerResponse): void {
    socket[LAST_RESPONSE] = response;
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  /**
   * Closes a connection that waits for a request; if all have one, a connection that does not read its response;
   * else any.
   */
  #closeOldest(): void {
    const sockets = [...this.#sockets];
    const oldest =
      sockets.find((each) => findPendingResponse(each) === null) ?? sockets.find(isUnread) ?? sockets[0];
    if (oldest === undefined) return;
    // Frees the descriptor at once; the event `close` follows later.
    oldest.destroy();
    this.#sockets.delete(oldest);
  }

  /**
   * Starts the timeout of the sockets whose response is being read. It closes a connection without progress. Most
   * responses are read before that, and so cost no timer.
   */
  #limitReaders(responseMs: number): void {
    for (const socket of this.#sockets) {
      if (isUnread(socket) && socket.timeout !== responseMs) socket.setTimeout(responseMs);
    }
  }
}

/** The last response on a connection, or null if it has been sent or no request has arrived. */
export function findPendingResponse(socket: TrackedSocket): ServerResponse | null {
  const response = socket[LAST_RESPONSE] ?? null;
  // Node detaches the socket from a response that has been sent completely.
  return response?.writableEnded && response.socket === null ? null : response;
}

/** True if a complete response waits for the client to read it. */
const isUnread = (socket: TrackedSocket) =>
  socket.writableEnded || findPendingResponse(socket)?.writableEnded === true;
