/**
 * The driver of PostgreSQL. This module is a bundle of its own, which is loaded for the first connection. It shares
 * no class with this program: a class that is part of two bundles exists twice.
 */
import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client } from 'pg';
import { CheckedConnection } from './checked-connection.ts';

export interface DriverOptions {
  /** A host name, an address, or the folder of a Unix socket. */
  host: string;
  port: number;
  database: string;
  user: string;
  /** Called if the server asks for a password. */
  readPassword(): string;
  tls: ConnectionOptions | null;
  connectTimeoutMs: number;
  applicationName: string;
  options: string | null;
  /** Closes the socket, also while the connection is being made. */
  signal: AbortSignal | undefined;
  /** Called when the server or the network has ended the connection. */
  onEnd(): void;
}

export interface DriverResult {
  rows: Record<string, unknown>[];
  rowCount: number;
}

export interface DriverConnection {
  query(sql: string, values: readonly unknown[]): Promise<DriverResult>;
  /** Ends the connection in an orderly way. */
  end(): Promise<void>;
  /** Closes the socket at once. Running statements fail. */
  destroy(): void;
}

const BOOLEAN = 16;
/** int8, int2, int4, float4, float8. Every stored `bigint` is below 2⁵³. */
const NUMBERS = new Set([20, 21, 23, 700, 701]);

/** All other types, such as `text` and `date`, are text. */
function getTypeParser(oid: number): (text: string) => unknown {
  if (oid === BOOLEAN) return (text) => text === 't';
  return NUMBERS.has(oid) ? Number : (text) => text;
}

export async function connect(options: DriverOptions): Promise<DriverConnection> {
  const socket = new Socket();
  const tls = options.tls ?? false;
  const connection = new CheckedConnection({ stream: () => socket, ssl: tls, keepAlive: true });
  const client = new Client({
    // Missing in the types of the driver.
    ...({ connection } as object),
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: async () => options.readPassword(),
    ssl: tls,
    connectionTimeoutMillis: options.connectTimeoutMs,
    application_name: options.applicationName,
    ...(options.options === null ? {} : { options: options.options }),
    types: { getTypeParser },
  });
  const close = () => void socket.destroy(new Error('the connection was closed'));
  options.signal?.addEventListener('abort', close, { once: true });
  // One signal serves many connections.
  const destroy = () => {
    options.signal?.removeEventListener('abort', close);
    close();
  };
  // After an error, the driver leaves the socket open, which would keep the process running.
  for (const event of ['error', 'end'] as const) {
    client.on(event, () => {
      destroy();
      options.onEnd();
    });
  }
  if (options.signal?.aborted) destroy();
  try {
    await client.connect();
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    async query(sql, values) {
      connection.startReply();
      const result = await client.query(sql, [...values]);
      // Several statements in one text give a list of results.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return { rows: last?.rows ?? [], rowCount: last?.rowCount ?? 0 };
    },
    async end() {
      options.signal?.removeEventListener('abort', close);
      await client.end();
    },
    destroy,
  };
}
