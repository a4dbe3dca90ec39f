import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../../errors.ts';
import { redactText } from '../../../redact.ts';
import type { Secret } from '../../../secret.ts';
import { INVALID_REPLY, LARGE_REPLY } from './reply-limits.ts';

/** The database is not available now. A later attempt can succeed. */
export class PostgresUnavailableError extends Error {
  override readonly name = 'PostgresUnavailableError';
}

/** The database rejects the values of a row, so that another attempt fails too. */
export class PostgresRowError extends Error {
  override readonly name = 'PostgresRowError';
}

/** The parts of a connection that messages may contain. */
export interface FailureContext {
  /** The name of the database, without user and password. */
  name: string;
  user: string;
  database: string;
  /** A server or a pooler can quote it in an error. */
  password: Secret | null;
}

/**
 * Classes and codes of SQLSTATE after which another attempt can succeed: connection lost, too many connections, disk
 * full, shutdown, deadlock, a lock or a statement that took too long, and a standby that has not become primary yet.
 */
const TEMPORARY = /^(?:08|40|53|57|58|55P03|25006|25P0[34]|XX)/;

/** Data exceptions, violated constraints, and values that are too large for an index. */
const ROW = /^(?:22|23|54)/;

const MISSING_OBJECT = /^(?:3F000|42P01|42703|42704)$/;

/** Errors of the system at which another attempt cannot succeed. */
const PERMANENT_SYSTEM_CODES = new Set(['EACCES', 'EPERM', 'EINVAL']);

/** Codes of Node and OpenSSL for certificates that could not be verified, and for other failures of TLS. */
const TLS_CODE = /CERT|ISSUER|SELF_SIGNED|^CRL_|^ERR_(?:TLS|SSL|OSSL)|HOSTNAME_MISMATCH|LEAF_SIGNATURE/;

/** Turns any error of the driver into one that says what to do. */
export function explainFailure(error: unknown, context: FailureContext): Error {
  if (error instanceof CredWatchError || error instanceof PostgresUnavailableError) return error;
  if (error instanceof PostgresRowError || !(error instanceof Error)) return toError(error);
  const code = getSystemErrorCode(error) ?? '';
  const text = redactText(error.message, context.password === null ? [] : [context.password.reveal()]);
  const { name } = context;
  if (isSqlState(error)) return explainSqlState(code, text, error, context);
  if (TLS_CODE.test(code)) {
    const hint =
      'give the certificate authority of the server with sslrootcert=FILE, and use the name of the certificate as the host';
    return new CredWatchError(`could not verify the certificate of ${name}: ${text}`, hint, { cause: error });
  }
  if (/does not support SSL/.test(error.message)) {
    const hint = 'enable TLS in the server, or add sslmode=disable to the URL if the network is trusted';
    return new CredWatchError(`${name} does not support TLS`, hint, { cause: error });
  }
  if (error.message.startsWith('SASL')) {
    const hint = 'check the password in PGPASSWORD, .pgpass or the service file';
    return new CredWatchError(`could not authenticate at ${name}: ${text}`, hint, { cause: error });
  }
  if (PERMANENT_SYSTEM_CODES.has(code)) {
    const hint = 'check the address, and that this user may connect';
    return new CredWatchError(`could not connect to ${name}: ${describeSystemError(error)}`, hint, {
      cause: error,
    });
  }
  if (error.message === LARGE_REPLY) {
    const hint = 'select less with --host, --role or --since, and check who writes to the database';
    return new CredWatchError(`${name}: ${LARGE_REPLY}`, hint, { cause: error });
  }
  const reason = code === '' ? describeLostConnection(error, text) : describeSystemError(error);
  return new PostgresUnavailableError(`${name} is not available: ${reason}`, { cause: error });
}

/** Errors of the driver without a code. */
function describeLostConnection(error: Error, text: string): string {
  // The driver fails with these at messages that it does not expect.
  if (error instanceof TypeError || error instanceof RangeError) return INVALID_REPLY;
  const { message } = error;
  if (message === 'timeout expired') return 'no connection within the timeout';
  return /^(?:Client has encountered|Connection terminated)/.test(message)
    ? 'the connection was closed'
    : text;
}

const toError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(redactText(String(error)));

const isSqlState = (error: Error): boolean =>
  'severity' in error && 'code' in error && /^[\dA-Z]{5}$/.test(String(error.code));

function explainSqlState(
  code: string,
  text: string,
  cause: Error,
  { name, user, database }: FailureContext,
): Error {
  const create = (message: string, hint: string) => new CredWatchError(message, hint, { cause });
  if (TEMPORARY.test(code))
    return new PostgresUnavailableError(`${name} is not available: ${text} (${code})`, { cause });
  if (ROW.test(code)) return new PostgresRowError(`${text} (${code})`, { cause });
  if (code === '28P01') {
    const hint = 'check the password in PGPASSWORD, .pgpass or the service file';
    return create(`${name} rejected the password of the user ${user}`, hint);
  }
  if (code.startsWith('28')) {
    return create(`${name} rejected the user ${user}: ${text}`, 'check the user, pg_hba.conf and sslmode');
  }
  if (code === '3D000') {
    return create(`${name} does not exist`, `create the database: \`createdb ${database}\``);
  }
  if (code === '42501') {
    const hint = 'grant the role cred_watch_writer or cred_watch_reader to the user; see docs/postgresql.md';
    return create(`${name} does not allow this to the user ${user}: ${text}`, hint);
  }
  if (MISSING_OBJECT.test(code))
    return createSchemaError(name, `has no tables of cred-watch: ${text}`, cause);
  return create(`${name} reported an error: ${text} (${code})`, 'see the log of the server');
}

/** @param problem follows the name of the database */
export const createSchemaError = (name: string, problem: string, cause?: unknown) =>
  new CredWatchError(
    `${name} ${problem}`,
    'let the owner of the database run `cred-watch push --migrate --to` with the same URL',
    { cause },
  );
