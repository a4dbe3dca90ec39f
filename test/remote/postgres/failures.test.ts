import { describe, expect, test } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import {
  explainFailure,
  type FailureContext,
  PostgresRowError,
  PostgresUnavailableError,
} from '../../../src/remote/postgres/connection/failures.ts';

const CONTEXT: FailureContext = {
  name: 'postgres://db/fleet',
  user: 'loader',
  database: 'fleet',
  password: null,
  isDatabaseOfUser: false,
  purpose: 'write',
};
const withCode = (code: string, message = 'message of the server') =>
  Object.assign(new Error(message), { code });
const sqlState = (code: string, message?: string) =>
  Object.assign(withCode(code, message), { severity: 'ERROR' });

describe('errors of PostgreSQL', () => {
  test.each([
    ['08006', 'connection failure'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['53100', 'disk full'],
    ['53300', 'too many connections'],
    ['55P03', 'lock not available'],
    ['57014', 'statement timeout'],
    ['57P01', 'shutdown'],
    ['57P03', 'starting up'],
    ['58030', 'input or output error'],
    ['25006', 'standby'],
    ['25P03', 'idle in transaction'],
    ['XX000', 'internal error'],
  ])('%s (%s) passes by itself', (code) => {
    const error = explainFailure(sqlState(code), CONTEXT);
    expect(error).toBeInstanceOf(PostgresUnavailableError);
    expect(error.message).toBe(`postgres://db/fleet is not available: message of the server (${code})`);
  });

  test.each([['22021'], ['22P02'], ['23514'], ['54000']])('%s is about the values of a row', (code) => {
    const error = explainFailure(sqlState(code), CONTEXT);
    expect(error).toBeInstanceOf(PostgresRowError);
    expect(error.message).toBe(`message of the server (${code})`);
  });

  test.each([
    ['28P01', 'rejected the password of the user loader', 'PGPASSWORD'],
    ['28000', 'rejected the user loader', 'pg_hba.conf'],
    ['3D000', 'does not exist', 'createdb fleet'],
    ['42501', 'does not allow this to the user loader', 'cred_watch_writer'],
    ['42P01', 'has no tables of cred-watch', '--migrate'],
    ['3F000', 'has no tables of cred-watch', '--migrate'],
    ['42703', 'has no tables of cred-watch', '--migrate'],
    ['42601', 'reported an error: message of the server (42601)', 'log of the server'],
  ])('%s needs a change by the user', (code, problem, hint) => {
    const error = explainFailure(sqlState(code), CONTEXT);
    expect(error).toBeInstanceOf(CredWatchError);
    expect(error.message).toContain(problem);
    expect(error instanceof CredWatchError && error.hint).toContain(hint);
  });
});

test.each([
  ['read', 'cred_watch_reader'],
  ['write', 'cred_watch_writer'],
  ['migrate', 'owner'],
] as const)('the hint for a missing privilege to %s names the %s', (purpose, expected) => {
  const { hint } = explainFailure(sqlState('42501'), { ...CONTEXT, purpose }) as CredWatchError;
  expect(hint).toContain(expected);
  expect(hint?.match(/cred_watch_\w+/g) ?? []).toHaveLength(purpose === 'migrate' ? 0 : 1);
});

test('a missing database with the name of the user is explained', () => {
  const error = explainFailure(sqlState('3D000'), { ...CONTEXT, isDatabaseOfUser: true }) as CredWatchError;
  expect(error.message).toContain('without a database in the URL');
  expect(error.hint).toContain('postgres://HOST/DATABASE');
});

test('a certificate for other names is reported with its names', () => {
  const cause = Object.assign(
    withCode('ERR_TLS_CERT_ALTNAME_INVALID', 'altnames: IP: 127.0.0.1 is not in the list: '),
    {
      cert: { subjectaltname: 'DNS:db.example.com, IP Address:10.0.0.5' },
    },
  );
  expect(explainFailure(cause, CONTEXT).message).toBe(
    'the certificate of postgres://db/fleet is not for this host: it is for db.example.com, 10.0.0.5',
  );
});

describe('errors of the network', () => {
  test.each([
    [withCode('ECONNREFUSED'), 'ECONNREFUSED'],
    [withCode('ECONNRESET'), 'ECONNRESET'],
    [withCode('ENOTFOUND'), 'could not resolve the host name (ENOTFOUND)'],
    [withCode('EAI_AGAIN'), 'could not resolve the host name now (EAI_AGAIN)'],
    [withCode('ENOENT'), 'ENOENT'],
    [new Error('timeout expired'), 'no connection within the timeout'],
    [new Error('Connection terminated unexpectedly'), 'the connection was closed'],
  ])('%s passes by itself', (cause, reason) => {
    const error = explainFailure(cause, CONTEXT);
    expect(error).toBeInstanceOf(PostgresUnavailableError);
    expect(error.message).toContain(reason);
  });

  test.each([
    [withCode('SELF_SIGNED_CERT_IN_CHAIN'), 'could not verify the certificate'],
    [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), 'could not verify the certificate'],
    [withCode('CERT_HAS_EXPIRED'), 'could not verify the certificate'],
    [withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'could not verify the certificate'],
    [withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'is not for this host: it has no names'],
    [new Error('There was an error establishing an SSL connection'), 'does not answer as PostgreSQL'],
    [new Error('The server does not support SSL connections'), 'does not support TLS'],
    [
      new Error('SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match'),
      'could not authenticate',
    ],
    [withCode('EACCES'), 'permission denied'],
  ])('%s needs a change by the user', (cause, problem) => {
    const error = explainFailure(cause, CONTEXT);
    expect(error).toBeInstanceOf(CredWatchError);
    if (problem !== 'permission denied') expect(error.message).toContain(problem);
    expect(error instanceof CredWatchError && error.hint).toBeTruthy();
  });

  test('a message of the server is shown without what looks like a secret', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const error = explainFailure(sqlState('42601', `syntax error at ${secret}`), CONTEXT);
    expect(error.message).not.toContain(secret);
  });
});
