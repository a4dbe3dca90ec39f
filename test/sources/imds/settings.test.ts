import { describe, expect, test } from 'vitest';
import { readImdsSettings } from '../../../src/sources/imds/settings.ts';
import { codes, fail, imds, imdsAt, options, succeed } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

type Env = Record<string, string>;
const settings = (env: Env) => readImdsSettings(options(env));
const MODE = 'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE';
const IPV4 = 'http://169.254.169.254/';
const IPV6 = 'http://[fd00:ec2::254]/';

describe('the endpoint by environment', () => {
  test.each<[Env, string, string[]]>([
    [{}, IPV4, []],
    [{ [MODE]: 'IPv4' }, IPV4, []],
    [{ [MODE]: 'IPv6' }, IPV6, []],
    [{ [MODE]: 'ipv6' }, IPV6, ['ENDPOINT_MODE_CASE']],
    [{ [MODE]: ' IPv6 ' }, IPV6, ['ENDPOINT_MODE_CASE']],
    [{ [MODE]: '' }, IPV4, ['BLANK_ENV']],
    [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: '' }, IPV4, ['BLANK_ENV']],
    [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: ' http://127.0.0.1 ' }, 'http://127.0.0.1/', ['VALUE_HAS_BLANKS']],
    [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.1' }, 'http://127.0.0.1/', ['ADDRESS_ONLY_SOME_SDKS']],
    [{ AWS_IMDS_USE_IPV6: 'true' }, IPV4, ['IPV6_ONLY_BOTOCORE']],
    [{ AWS_IMDS_USE_IPV6: 'true', [MODE]: 'IPv4' }, IPV4, []],
    [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://[::1]:8080', [MODE]: 'IPv6' }, 'http://[::1]:8080/', []],
  ])('the environment %j gives the expected endpoint', (env, url, notes) => {
    const { baseUrl, blockingError, notes: made } = settings(env);
    expect(baseUrl?.href).toBe(url);
    expect(blockingError).toBeNull();
    expect(made.list.map(({ code }) => code)).toEqual(notes);
  });

  test.each<[Env, string]>([
    [{ [MODE]: 'IPv5' }, MODE],
    ...[
      'imds',
      'localhost:1338',
      'ftp://127.0.0.1',
      'http://',
      'http://u:CANARY-authorization@127.0.0.1',
      'http://h/?q',
    ].map((url): [Env, string] => [
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: url },
      'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ]),
    [{ AWS_EC2_INSTANCE_PROFILE_NAME: 'a/b' }, 'AWS_EC2_INSTANCE_PROFILE_NAME'],
  ])('%j is an invalid configuration, and the message names the variable', async (env, variable) => {
    const outcome = await fail(imdsAt({ url: 'http://127.0.0.1:1' }, env));
    if (variable === MODE) return expect(settings(env).blockingError?.detail).toContain(MODE);
    expect(outcome.reason).toBe('invalid-configuration');
    expect(outcome.detail).toContain(variable);
  });

  test.each(['', '/', '/prefix', '/prefix/'])('the endpoint can have the path %j', async (path) => {
    const prefix = path.replace(/\/$/, '');
    const script = Object.fromEntries(
      Object.entries(imds()).map(([key, step]) => [key.replace(' ', ` ${prefix}`), step]),
    );
    const endpoint = await startEndpoint(script);
    const source = imdsAt({ url: `${endpoint.url}${path}` });
    expect(source.endpoint).toEqual({ url: `${endpoint.url}${prefix}`, loopback: true });
    await succeed(source);
  });

  test('the endpoint can be ::1 or localhost', async () => {
    const endpoint = await startEndpoint(imds(), '::1');
    await succeed(imdsAt(endpoint));
    await succeed(imdsAt({ url: `http://localhost:${endpoint.port}` }));
    expect(endpoint.requests.at(-1)!.headers.host).toBe(`localhost:${endpoint.port}`);
  });
});

describe('IMDS', () => {
  test.each(['true', 'TRUE', 'True'])('IMDS is disabled by %j and gets no request', async (value) => {
    const endpoint = await startEndpoint(imds());
    const outcome = await fail(imdsAt(endpoint, { AWS_EC2_METADATA_DISABLED: value }));
    expect(outcome.reason).toBe('disabled');
    expect(endpoint.requests).toEqual([]);
  });

  test.each([
    ['false', []],
    ['', ['BLANK_ENV']],
    ['False', ['DISABLED_FOR_SOME_SDKS']],
    ['0', ['DISABLED_FOR_SOME_SDKS']],
    ['no', ['DISABLED_FOR_SOME_SDKS']],
  ])('IMDS is not disabled by %j', async (value, notes) => {
    const endpoint = await startEndpoint(imds());
    expect(codes(await succeed(imdsAt(endpoint, { AWS_EC2_METADATA_DISABLED: value })))).toEqual(notes);
  });

  test.each<[string, boolean, string[]]>([
    ['true', false, []],
    ['TRUE', false, []],
    ['false', true, []],
    ['', true, ['BLANK_ENV']],
    ['1', true, ['V1_DISABLED_FOR_SOME_SDKS']],
  ])('AWS_EC2_METADATA_V1_DISABLED=%j allows IMDSv1: %j', (value, allowed, notes) => {
    const { isV1Allowed, notes: made } = settings({ AWS_EC2_METADATA_V1_DISABLED: value });
    expect(isV1Allowed).toBe(allowed);
    expect(made.list.map(({ code }) => code)).toEqual(notes);
  });
});

describe('limits', () => {
  test('time limit and attempts are read from the environment', () => {
    const env = { AWS_METADATA_SERVICE_TIMEOUT: '2.5', AWS_METADATA_SERVICE_NUM_ATTEMPTS: '7' };
    expect(settings(env).limits).toMatchObject({ requestMs: 2500, attempts: 7 });
  });

  test.each(['0', '-1', 'soon', 'NaN', 'Infinity', '1e99', '0x10'])('a limit of %s is ignored', (value) => {
    const names = ['AWS_METADATA_SERVICE_TIMEOUT', 'AWS_METADATA_SERVICE_NUM_ATTEMPTS'];
    const { limits, notes } = settings(Object.fromEntries(names.map((name) => [name, value])));
    expect(limits).toEqual(options({}).limits);
    expect(notes.list).toEqual(names.map((name) => ({ code: 'SETTING_IGNORED', name })));
  });

  test('a limit of one attempt sends one request', async () => {
    const endpoint = await startEndpoint({ 'PUT /latest/api/token': { status: 500 } });
    await fail(imdsAt(endpoint, { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1' }));
    expect(endpoint.requests).toHaveLength(1);
  });
});

test('providers that hide IMDS are noted', async () => {
  const endpoint = await startEndpoint(imds());
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'CANARY-authorization',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/x',
    AWS_ROLE_ARN: 'arn',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2',
  };
  expect(codes(await succeed(imdsAt(endpoint, env)))).toEqual([
    'STATIC_KEYS_HIDE_SOURCE',
    'WEB_IDENTITY_HIDES_SOURCE',
    'CONTAINER_HIDES_IMDS',
  ]);
  expect(
    codes(await succeed(imdsAt(endpoint, { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: '' }))),
  ).toEqual([]);
});
