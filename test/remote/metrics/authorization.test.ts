import { describe, expect, test } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import { readAuthorization } from '../../../src/remote/metrics/authorization.ts';
import { parseImportUrl } from '../../../src/remote/metrics/import-url.ts';
import { catchError } from '../../support/catch-error.ts';

const SECRET = 's3cretT0kenOfTheTest';

describe('the URL', () => {
  test.each([
    ['http://127.0.0.1:8429', 'http://127.0.0.1:8429/api/v1/import/prometheus'],
    ['https://vm.example.com/', 'https://vm.example.com/api/v1/import/prometheus'],
    [
      'https://vm.example.com/insert/0/prometheus/api/v1/import/prometheus?extra_label=env=prod#part',
      'https://vm.example.com/insert/0/prometheus/api/v1/import/prometheus?extra_label=env=prod',
    ],
  ])('%s is sent to %s', (text, expected) => {
    expect(parseImportUrl(text).href).toBe(expected);
  });

  test.each([
    `http://user:${SECRET}@127.0.0.1:8429`,
    `http://${SECRET}@127.0.0.1:8429`,
    `http://127.0.0.1:8429?token=${SECRET}`,
    `http://127.0.0.1:8429?extra_label=a=b&authKey=${SECRET}`,
    `ftp://user:${SECRET}@127.0.0.1`,
    `user:${SECRET}@127.0.0.1:8429`,
    '',
  ])('a URL with a secret, or of another kind, is rejected without quoting it: %s', (text) => {
    const error = catchError(() => parseImportUrl(text));
    expect(error).toBeInstanceOf(CredWatchError);
    expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
  });
});

describe('the authorization', () => {
  const read = (env: Record<string, string>, url = 'https://vm.example.com', content = `${SECRET}\n`) =>
    readAuthorization(new URL(url), { env, readFile: async () => content });

  test('without variables, requests have no authorization', async () => {
    expect(await read({})).toBeNull();
    expect(await read({ CRED_WATCH_PROMETHEUS_TOKEN: '' })).toBeNull();
  });

  test.each([
    [{ CRED_WATCH_PROMETHEUS_TOKEN: SECRET }, `Bearer ${SECRET}`],
    [{ CRED_WATCH_PROMETHEUS_TOKEN_FILE: '/run/token' }, `Bearer ${SECRET}`],
    [
      { CRED_WATCH_PROMETHEUS_USERNAME: 'loader', CRED_WATCH_PROMETHEUS_PASSWORD: SECRET },
      `Basic ${Buffer.from(`loader:${SECRET}`).toString('base64')}`,
    ],
    [
      { CRED_WATCH_PROMETHEUS_USERNAME: 'loader', CRED_WATCH_PROMETHEUS_PASSWORD_FILE: '/run/password' },
      `Basic ${Buffer.from(`loader:${SECRET}`).toString('base64')}`,
    ],
  ])('%j gives the header', async (env, expected) => {
    const authorization = await read(env as Record<string, string>);
    expect(authorization?.header.reveal()).toBe(expected);
    expect(String(authorization?.header)).toBe('[redacted]');
  });

  test.each([
    [{ CRED_WATCH_PROMETHEUS_TOKEN: SECRET, CRED_WATCH_PROMETHEUS_TOKEN_FILE: '/run/token' }],
    [{ CRED_WATCH_PROMETHEUS_TOKEN: SECRET, CRED_WATCH_PROMETHEUS_USERNAME: 'loader' }],
    [{ CRED_WATCH_PROMETHEUS_USERNAME: 'loader' }],
    [{ CRED_WATCH_PROMETHEUS_PASSWORD: SECRET }],
    [{ CRED_WATCH_PROMETHEUS_USERNAME: 'a:b', CRED_WATCH_PROMETHEUS_PASSWORD: SECRET }],
    [{ CRED_WATCH_PROMETHEUS_TOKEN: `${SECRET}\nX-Other: 1` }],
  ])('settings that contradict each other are rejected without quoting a secret', async (env) => {
    const error = await read(env as Record<string, string>).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredWatchError);
    const { message, hint } = error as CredWatchError;
    expect(`${message} ${hint}`).not.toContain(SECRET);
  });

  test.each([
    ['http://vm.example.com', false],
    ['http://10.0.0.1:8429', false],
    ['http://127.0.0.1.example.com', false],
    ['http://127.0.0.1:8429', true],
    ['http://localhost:8429', true],
    ['http://[::1]:8429', true],
    ['https://vm.example.com', true],
  ])('a token is sent to %s: %s', async (url, isAllowed) => {
    const result = await read({ CRED_WATCH_PROMETHEUS_TOKEN: SECRET }, url).then(
      () => true,
      (error: unknown) => !(error instanceof CredWatchError),
    );
    expect(result).toBe(isAllowed);
  });

  test('an empty or unreadable file is an error', async () => {
    const env = { CRED_WATCH_PROMETHEUS_TOKEN_FILE: '/run/token' };
    await expect(read(env, undefined, '\n')).rejects.toThrow(/CRED_WATCH_PROMETHEUS_TOKEN_FILE is empty/);
    const sources = { env, readFile: () => Promise.reject(new Error('EACCES')) };
    await expect(readAuthorization(new URL('https://a.example'), sources)).rejects.toThrow(/\/run\/token/);
  });
});
