import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { findTarget, type TargetOptions } from '../../../src/sources/conformance/target.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const find = (url: string | undefined, options: Partial<TargetOptions> = {}) =>
  findTarget({ env: {}, clock: systemClock, random: Math.random, url, ...options });

describe('the shape of a URL', () => {
  test.each([
    ['http://127.0.0.1:1338', 'imds', 'http://127.0.0.1:1338/'],
    ['http://169.254.169.254/', 'imds', 'http://169.254.169.254/'],
    ['http://127.0.0.1:1338/latest', 'imds', 'http://127.0.0.1:1338/'],
    ['http://127.0.0.1/latest/meta-data/iam/security-credentials/loader', 'imds', 'http://127.0.0.1/'],
    ['http://127.0.0.1/loader/', 'imds', 'http://127.0.0.1/loader'],
    ['http://127.0.0.1/loader/latest/api/token', 'imds', 'http://127.0.0.1/loader'],
    ['http://169.254.170.2/v2/credentials/ID', 'ecs', 'http://169.254.170.2/v2/credentials/ID'],
    ['http://127.0.0.1/v1/credentials?id=ID', 'ecs', 'http://127.0.0.1/v1/credentials?id=ID'],
    ['http://127.0.0.1/role/loader', 'ecs', 'http://127.0.0.1/role/loader'],
    ['http://127.0.0.1/anything', 'ecs', 'http://127.0.0.1/anything'],
    ['http://127.0.0.1/v1/credentials', 'eks', 'http://127.0.0.1/v1/credentials'],
    ['http://169.254.170.23/v1/credentials', 'eks', 'http://169.254.170.23/v1/credentials'],
    ['http://[fd00:ec2::23]/v1/credentials', 'eks', 'http://[fd00:ec2::23]/v1/credentials'],
    [
      'http://localhost:1338/latest/meta-data/container/security-credentials',
      'cloudshell',
      'http://localhost:1338/latest/meta-data/container/security-credentials',
    ],
  ])('the URL %s has the shape %s', async (url, shape, href) => {
    const target = await find(url);
    expect([target.shape, target.shapeOrigin]).toEqual([shape, 'url']);
    expect(target.url.href).toBe(href);
  });

  test('the shape of a flag has priority over the shape of the URL', async () => {
    expect(await find('http://127.0.0.1/v1/credentials', { shape: 'ecs' })).toMatchObject({
      shape: 'ecs',
      shapeOrigin: 'flag',
    });
  });
});

describe('without a URL', () => {
  test.each([
    [{}, 'imds', 'http://169.254.169.254/'],
    [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338/x/' }, 'imds', 'http://127.0.0.1:1338/x'],
    [
      { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/ID' },
      'ecs',
      'http://169.254.170.2/v2/credentials/ID',
    ],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/v1/credentials' },
      'eks',
      'http://127.0.0.1/v1/credentials',
    ],
  ])('without a URL, the variables %j select the shape %s', async (env, shape, href) => {
    const target = await find(undefined, { env });
    expect([target.shape, target.shapeOrigin, target.url.href]).toEqual([shape, 'environment', href]);
  });

  test('without a URL, a disabled IMDS is an error', async () => {
    const target = find(undefined, { env: { AWS_EC2_METADATA_DISABLED: 'true' } });
    await expect(target).rejects.toThrow('AWS_EC2_METADATA_DISABLED is true');
  });
});

describe('a token of the environment', () => {
  const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'secret' };

  test.each([
    'http://127.0.0.1/x',
    'http://localhost/x',
    'https://example.com/x',
    'http://169.254.170.23/v1/credentials',
  ])('a token of the environment is used for %s', async (url) => {
    const { token, isTokenWithheld } = await find(url, { env });
    expect([token?.value.reveal(), token?.origin, isTokenWithheld]).toEqual(['secret', 'variable', false]);
  });

  test.each(['http://192.0.2.1/x', 'http://example.com/x', 'http://127.0.0.1.example.com/x'])(
    'a token of the environment is not sent to %s',
    async (url) => {
      expect(await find(url, { env })).toMatchObject({ token: null, isTokenWithheld: true });
    },
  );

  test('a token of the environment is not used for IMDS', async () => {
    expect(await find('http://127.0.0.1', { env })).toMatchObject({ token: null, isTokenWithheld: false });
  });
});

test('finding the target sends no request', async () => {
  const { url, requests } = await startEndpoint({});
  await find(url);
  expect(requests).toEqual([]);
});
