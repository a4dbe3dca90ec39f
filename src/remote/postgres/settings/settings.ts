import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';
import { CredWatchError } from '../../../errors.ts';
import { Secret } from '../../../secret.ts';
import { assertPrivate, readOptionalFile } from './files.ts';
import { type Keyword, type Keywords, VARIABLES } from './keywords.ts';
import { findPassword } from './password-file.ts';
import { findService } from './service-file.ts';
import { parseTlsMode, readTlsOptions, type TlsMode } from './tls.ts';
import { type PostgresUrl, parsePostgresUrl } from './url.ts';

/** What settings depend on. */
export interface SettingsContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Empty if it is unknown. */
  home: string;
}

/** Everything that is needed for a connection. */
export interface PostgresSettings {
  /** For messages and for the outbox. Contains neither user nor password. */
  name: string;
  /** A host name, an address, or the folder of a Unix socket. */
  host: string;
  /** The address to connect to, if `host` does not give it. */
  address: string | null;
  port: number;
  database: string;
  user: string;
  /** No setting has a database, so the database has the name of the user, as in libpq. */
  isDatabaseOfUser: boolean;
  /** Null if no password was found. Many servers need none. */
  password: Secret | null;
  tlsMode: TlsMode;
  /** Null without TLS, as for a Unix socket. */
  tls: ConnectionOptions | null;
  connectTimeoutMs: number;
  applicationName: string;
  /** Options of the session, such as `-c search_path=x`. Null: the defaults of the server. */
  options: string | null;
}

const DEFAULT_PORT = 5432;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/**
 * Combines the URL, the service file, the variables of libpq and the password file, in this order.
 * @throws CredWatchError if a setting is invalid or a file cannot be read
 */
export function resolveSettings(text: string, context: SettingsContext): PostgresSettings {
  const url = parsePostgresUrl(text);
  const keywords: Keywords = { ...readVariables(context), ...readService(url, context), ...url.keywords };
  const host = keywords.host ?? keywords.hostaddr ?? 'localhost';
  const port = parsePort(keywords.port);
  const user = keywords.user ?? findUserName();
  const database = keywords.dbname ?? user;
  const isSocket = host.startsWith('/');
  const tlsMode = isSocket ? 'disable' : parseTlsMode(keywords.sslmode);
  return {
    name: formatName(host, port, database),
    host,
    address: keywords.hostaddr ?? null,
    port,
    database,
    isDatabaseOfUser: keywords.dbname === undefined,
    user,
    password: readPassword(keywords, { host, port, database, user }, context),
    tlsMode,
    tls: readTlsOptions(tlsMode, host, keywords, context.home),
    connectTimeoutMs: parseConnectTimeout(keywords.connect_timeout),
    applicationName: keywords.application_name ?? 'cred-watch',
    options: keywords.options ?? null,
  };
}

function readVariables({ env }: SettingsContext): Keywords {
  const keywords: Partial<Record<Keyword, string>> = {};
  for (const keyword of Object.keys(VARIABLES) as Keyword[]) {
    const value = env[VARIABLES[keyword]];
    if (value !== undefined && value !== '') keywords[keyword] = value;
  }
  return keywords;
}

function readService({ service: ofUrl, serviceFile }: PostgresUrl, { env, home }: SettingsContext): Keywords {
  const service = ofUrl || env.PGSERVICE;
  if (!service) return {};
  const own = serviceFile || env.PGSERVICEFILE || (home === '' ? null : `${home}/.pg_service.conf`);
  const files = [own, env.PGSYSCONFDIR ? `${env.PGSYSCONFDIR}/pg_service.conf` : null].filter(
    (file) => file !== null,
  );
  for (const file of files) {
    const text = readOptionalFile(file, 'the service file');
    const found = text === null ? null : findService(text, service, file);
    if (found === null) continue;
    if (found.password !== undefined) assertPrivate(file, 'the password in the service file');
    return found;
  }
  throw new CredWatchError(
    `the service ${service} is not defined`,
    `define it in ${files.join(' or ') || 'a file, and name the file with PGSERVICEFILE'}`,
  );
}

function readPassword(
  { password, passfile }: Keywords,
  query: Parameters<typeof findPassword>[1],
  { home }: SettingsContext,
): Secret | null {
  if (password !== undefined) return new Secret(password);
  const file = passfile ?? (home === '' ? null : `${home}/.pgpass`);
  const text = file === null ? null : readOptionalFile(file, 'the password file');
  if (file === null || text === null) return null;
  assertPrivate(file, 'the password file');
  const found = findPassword(text, query);
  return found === null ? null : new Secret(found);
}

function findUserName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container can run with a user id that has no name.
    throw new CredWatchError(
      'the PostgreSQL user is unknown',
      'set PGUSER, or use postgres://USER@HOST/DATABASE',
    );
  }
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new CredWatchError(
    'the PostgreSQL port is not a number from 1 to 65535',
    'correct the URL or PGPORT',
  );
}

/** In seconds, as libpq. */
function parseConnectTimeout(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONNECT_TIMEOUT_MS;
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds > 0) return seconds * 1000;
  throw new CredWatchError(
    'connect_timeout is not a number of seconds',
    'correct the URL or PGCONNECT_TIMEOUT',
  );
}

function formatName(host: string, port: number, database: string): string {
  const shownHost = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const shownPort = port === DEFAULT_PORT ? '' : `:${port}`;
  return `postgres://${shownHost}${shownPort}/${encodeURIComponent(database)}`;
}
