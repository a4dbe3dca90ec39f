import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier, type QueryResultRow } from 'pg';

import { findFreePort } from '../free-port.ts';
import { sendSignal } from '../send-signal.ts';
import type { CertificateFiles } from './certificates.ts';
import { AS_UNPRIVILEGED, createDataFolder, giveToServer, SUPERUSER } from './data-folder.ts';
import { memoryFolder } from './memory-folder.ts';

export interface PostgresOptions {
  /** Settings such as `max_connections`. */
  settings?: Readonly<Record<string, string | number>>;
  /** Writes to disk before a commit returns. Without it, a crash of the server can lose commits, and tests are faster. */
  isDurable?: boolean;
  /** The server accepts TLS, and verifies certificates of clients if `authority` is set. */
  tls?: CertificateFiles & { authority?: string };
  /** A command before the program of the server, such as one that gives it mounts of its own. */
  wrapper?: readonly string[];
  /** Lines of `pg_hba.conf`. The default is no password for the socket, and a password for TCP. */
  hostRules?: readonly string[];
}

/** A database of its own for one test. */
export interface TestDatabase {
  name: string;
  /** `postgres://postgres@127.0.0.1:PORT/NAME?sslmode=disable`. The password is in `environment`. */
  url: string;
  /** The same database through the Unix socket, without a password. */
  socketUrl: string;
  /** `PGPASSWORD` of the superuser. */
  environment: { PGPASSWORD: string };
  /** Runs statements as superuser, with a connection of their own. */
  query<T extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<T[]>;
}

export interface PostgresServer {
  port: number;
  /** The folder of the Unix socket. */
  socketFolder: string;
  superuser: { user: string; password: string };
  /** @param template the name of a database to copy, to which no client is connected */
  createDatabase(template?: string): Promise<TestDatabase>;
  /** What the server has logged until now. */
  readLog(): string;
  /** Ends all processes of the server with SIGKILL, as a crash does. The data stay. */
  crash(): Promise<void>;
  /** Ends the server. Open connections are closed. */
  stop(): Promise<void>;
  /** Starts the server again on the same port with the same data, optionally with other settings. */
  start(settings?: PostgresOptions['settings']): Promise<void>;
}

const MAX_START_MS = 30_000;

/**
 * Starts PostgreSQL on a free loopback port and a Unix socket, with data in a temporary folder.
 * @param programs the folder of the programs, see `findPostgresPrograms`
 * @param finished called with the function that ends the server and deletes the data
 */
export async function startPostgres(
  programs: string,
  options: PostgresOptions,
  finished: (clean: () => Promise<void> | void) => void,
): Promise<PostgresServer> {
  const folder = memoryFolder(finished);
  const port = await findFreePort();
  const data = prepareFolder(programs, folder, options);
  const run = createRunner({ programs, folder, data, port, options });
  await run.start();
  finished(() => run.stop());
  let databases = 0;
  return {
    port,
    socketFolder: folder,
    superuser: SUPERUSER,
    async createDatabase(template = 'template1') {
      databases++;
      const name = `test_${databases}`;
      const [created, copied] = [name, template].map(escapeIdentifier);
      await query(folder, port, 'postgres', `CREATE DATABASE ${created} TEMPLATE ${copied}`);
      return {
        name,
        url: `postgres://${SUPERUSER.user}@127.0.0.1:${port}/${name}?sslmode=disable`,
        socketUrl: `postgres://${SUPERUSER.user}@/${name}?host=${encodeURIComponent(folder)}&port=${port}`,
        environment: { PGPASSWORD: SUPERUSER.password },
        query: (sql, values) => query(folder, port, name, sql, values),
      };
    },
    ...run,
  };
}

async function query<T extends QueryResultRow>(
  host: string,
  port: number,
  database: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const client = new Client({ host, port, database, user: SUPERUSER.user });
  // The statement fails too, and its error is the result.
  client.on('error', () => {});
  await client.connect();
  try {
    // Without values, the text may contain several statements.
    return (await (values.length === 0 ? client.query<T>(sql) : client.query<T>(sql, [...values]))).rows;
  } finally {
    await client.end();
  }
}

function prepareFolder(programs: string, folder: string, { tls, hostRules }: PostgresOptions): string {
  const data = createDataFolder(programs, folder);
  if (tls !== undefined) {
    addFile(tls.certificate, 'server.pem');
    addFile(tls.key, 'server.key');
    if (tls.authority !== undefined) addFile(tls.authority, 'authority.pem');
  }
  if (hostRules !== undefined) writeFileSync(join(data, 'pg_hba.conf'), `${hostRules.join('\n')}\n`);
  return data;

  function addFile(source: string, name: string) {
    copyFileSync(source, join(data, name));
    chmodSync(join(data, name), 0o600);
    giveToServer(join(data, name));
  }
}

interface RunnerOptions {
  programs: string;
  folder: string;
  data: string;
  port: number;
  options: PostgresOptions;
}

function createRunner({ programs, folder, data, port, options }: RunnerOptions) {
  let server: ChildProcess | null = null;
  let log = '';

  async function start(settings = options.settings ?? {}): Promise<void> {
    const [command = '', ...args] = [
      ...(options.wrapper ?? []),
      ...[...AS_UNPRIVILEGED, join(programs, 'postgres'), '-D', data, '-p', String(port), '-k', folder],
      ...listSettings(options, settings),
    ];
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    server = child;
    const offset = log.length;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const deadline = performance.now() + MAX_START_MS;
    while (!log.includes('database system is ready to accept connections', offset)) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`PostgreSQL did not start:\n${log.slice(offset)}`);
      await sleep(10);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = new Promise((resolve) => server?.once('close', resolve));
    // Children of a killed server would run until they notice its death.
    const children = signal === 'SIGKILL' ? listChildren(server.pid) : [];
    server.kill(signal);
    for (const pid of children) killIfAlive(pid);
    await exited;
  }

  return {
    start,
    /** A fast shutdown: the server does not wait for its clients. */
    stop: () => end('SIGINT'),
    crash: () => end('SIGKILL'),
    readLog: () => log,
  };
}

function listSettings({ isDurable, tls }: PostgresOptions, settings: object): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    // A server that is killed leaves the default segments in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    ...(isDurable === true ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...(tls === undefined ? {} : { ssl: 'on', ssl_cert_file: 'server.pem', ssl_key_file: 'server.key' }),
    ...(tls?.authority === undefined ? {} : { ssl_ca_file: 'authority.pem' }),
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

const listChildren = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

function killIfAlive(pid: number): void {
  try {
    sendSignal(pid, 'SIGKILL');
  } catch {
    // The process has ended.
  }
}
