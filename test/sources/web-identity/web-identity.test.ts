import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSource } from '../../../src/sources/open.ts';
import type { SourceOptions } from '../../../src/sources/source.ts';
import { createKey, IdentityProvider } from '../../support/aws/identity-provider.ts';
import { buildStsError, startSts } from '../../support/aws/sts.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import {
  codes,
  fail,
  hastyClock,
  IMPATIENT,
  LIMITS,
  options,
  succeed,
} from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { ciTest } from '../../support/thorough.ts';

const ARN = 'arn:aws:iam::111122223333:role/team/loader';
const provider = new IdentityProvider();

/** A role that trusts tokens of `provider`, and a token file. */
async function createPod(more: { now?: () => number; maxSessionSeconds?: number; subject?: string } = {}) {
  const { now = Date.now, maxSessionSeconds = 3600, subject = 'system:serviceaccount:etl:loader' } = more;
  const sts = await startSts({
    roles: [{ arn: ARN, maxSessionSeconds, identities: { provider, subject } }],
    now,
  });
  const tokenFile = join(temporaryFolder(), 'token');
  const writeToken = (claims: Parameters<typeof provider.issueToken>[1] = {}) =>
    writeFileSync(tokenFile, provider.issueToken(now(), claims));
  writeToken();
  const env = {
    HOME: '/nonexistent',
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: ARN,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: sts.url,
  };
  const open = (changes: Record<string, string | undefined> = {}, given: Partial<SourceOptions> = {}) =>
    openSource('web-identity', options({ ...env, ...changes }, given));
  return { sts, tokenFile, writeToken, env, open };
}

describe('a pod with a service account role', () => {
  test('every poll gets new credentials of the role', async () => {
    const { sts, open } = await createPod();
    const source = await open();
    expect(source).toMatchObject({ name: 'web-identity', endpoint: { url: sts.url, loopback: true } });
    const outcomes = [await succeed(source), await succeed(source)];
    for (const [index, outcome] of outcomes.entries()) {
      const issued = sts.issued[index];
      expect(outcome.credentials).toMatchObject({
        accessKeyId: issued?.accessKeyId,
        expiration: issued?.expiration,
        zoneless: false,
      });
      expect(outcome.secrets.secretAccessKey.reveal()).toBe(issued?.secretAccessKey);
      expect(outcome.secrets.token?.reveal()).toBe(issued?.sessionToken);
      expect(outcome.identity).toEqual({ apiVersion: null, role: 'loader', host: null, source: null });
      expect(outcome.accountId).toBe('111122223333');
    }
    expect(sts.issued.map(({ sessionName }) => sessionName)).toEqual(['cred-watch', 'cred-watch']);
    expect(sts.issued[0]?.accessKeyId).not.toBe(sts.issued[1]?.accessKeyId);
  });

  test('the token file is read again at every poll', async () => {
    const { writeToken, open } = await createPod();
    const source = await open();
    writeToken({ sub: 'system:serviceaccount:etl:other' });
    expect((await fail(source)).reason).toBe('aws-access-denied');
    writeToken();
    await succeed(source);
  });

  test('the times of the token are reported', async () => {
    const now = Date.parse('2026-11-29T12:00:00Z');
    const { open } = await createPod({ now: () => now });
    const { notes } = await succeed(await open({}, { clock: { ...hastyClock, now: () => now } }));
    const times = { issuedAt: now, expiresAt: now + 3_600_000 };
    expect(notes).toEqual([{ code: 'DURATION_NOT_SET' }, { code: 'IDENTITY_TOKEN_EXPIRES', ...times }]);
  });

  test('an expired token is sent, because AWS decides, and its times explain the error', async () => {
    const { writeToken, open, sts } = await createPod();
    writeToken({ exp: Math.floor(Date.now() / 1000) - 60 });
    const outcome = await fail(await open());
    expect(outcome.reason).toBe('identity-token-expired');
    expect(codes(outcome)).toContain('IDENTITY_TOKEN_EXPIRED');
    expect(sts.requests).toHaveLength(1);
  });

  test('the clock offset is measured, and does not matter for an unsigned call', async () => {
    const { open } = await createPod({ now: () => Date.now() - 1_800_000 });
    expect((await succeed(await open())).clockOffset).toBeGreaterThanOrEqual(1799);
  });
});

test('AWS decides which duration is allowed', async () => {
  const { open, sts } = await createPod({ maxSessionSeconds: 7200 });
  const now = Date.now();
  const { credentials } = await succeed(await open({}, { durationSeconds: 7200, sessionName: 'nightly' }));
  expect(credentials.expiration - now).toBeGreaterThan(7_190_000);
  expect(sts.issued[0]?.sessionName).toBe('nightly');
  expect((await fail(await open({}, { durationSeconds: 7201 }))).reason).toBe('duration-not-allowed');
});

test.each<[name: string, claims: object, reason: string]>([
  ['another audience', { aud: 'https://kubernetes.default.svc' }, 'identity-token-rejected'],
  ['another subject', { sub: 'system:serviceaccount:etl:other' }, 'aws-access-denied'],
])('a token for %s has its own reason', async (_, claims, reason) => {
  const { writeToken, open } = await createPod();
  writeToken(claims);
  expect((await fail(await open())).reason).toBe(reason);
});

test.each([
  ['CRLF at its end', (token: string) => `${token}\r\n`, null],
  ['another kind of text', (token: string) => `-----BEGIN-----\n${token}`, /characters that no token has/],
  ['binary data', () => Buffer.from([1, 2, 0xff, 0xfe]), /characters that no token has/],
  ['2 MB', () => 'a'.repeat(2_000_000), /too large/],
])('a token file with %s is read or rejected before a request', async (_, write, detail) => {
  const { tokenFile, open, sts } = await createPod();
  writeFileSync(tokenFile, write(provider.issueToken(Date.now())));
  const source = await open();
  if (detail === null) {
    await succeed(source);
    return;
  }
  expect(await fail(source)).toMatchObject({
    reason: 'identity-token-unreadable',
    detail: expect.stringMatching(detail),
  });
  expect(sts.requests).toEqual([]);
});

test('a token file that is a pipe is rejected', async () => {
  const { open } = await createPod();
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const outcome = await fail(await open({ AWS_WEB_IDENTITY_TOKEN_FILE: pipe }));
  expect(outcome.detail).toMatch(/not a regular file/);
});

test.each([
  `${ARN}\n`,
  `${ARN}\u001b[31m`,
  `arn:aws:iam::1:role/x`,
  `${ARN}/`,
  'arn:aws:sts::111122223333:role/x',
])('the text %j is not the ARN of a role, and is not shown', async (arn) => {
  const { open } = await createPod();
  const outcome = await fail(await open({ AWS_ROLE_ARN: arn }));
  expect(outcome.detail).toBe('AWS_ROLE_ARN is not the ARN of a role');
});

test.each([
  ['eu-west-1', 'https://sts.eu-west-1.amazonaws.com'],
  ['cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn'],
  ['aws-global', 'https://sts.amazonaws.com'],
  ['us-iso-east-1', 'https://sts.us-iso-east-1.c2s.ic.gov'],
])('the endpoint of the region %s is %s', async (region, url) => {
  const { open } = await createPod();
  const source = await open({ AWS_REGION: region, AWS_ENDPOINT_URL_STS: undefined });
  expect(source.endpoint).toEqual({ url, loopback: false });
});

test('a FIPS endpoint and another endpoint exclude each other', async () => {
  const { open } = await createPod();
  expect(await fail(await open({ AWS_USE_FIPS_ENDPOINT: 'true' }))).toMatchObject({
    reason: 'invalid-configuration',
    detail: 'a FIPS endpoint and another endpoint are configured',
  });
});

ciTest('a token of another issuer is rejected', async () => {
  const { tokenFile, open } = await createPod();
  writeFileSync(tokenFile, new IdentityProvider(provider.issuer, createKey()).issueToken(Date.now()));
  expect((await fail(await open())).reason).toBe('identity-token-rejected');
});

describe('settings', () => {
  test('the profile is used if the variables name no token file, or if it is chosen', async () => {
    const { sts, tokenFile, open } = await createPod();
    const config = `[default]\nweb_identity_token_file = ${tokenFile}\nrole_arn = ${ARN}\nregion = eu-west-1\nrole_session_name = from-profile\n`;
    const HOME = homeWith({ config });
    const unset = { AWS_WEB_IDENTITY_TOKEN_FILE: undefined, AWS_ROLE_ARN: undefined, AWS_REGION: undefined };
    await succeed(await open({ HOME, ...unset }));
    await succeed(await open({ HOME }));
    await succeed(await open({ HOME }, { profile: 'default' }));
    const names = sts.issued.map(({ sessionName }) => sessionName);
    expect(names).toEqual(['from-profile', 'cred-watch', 'from-profile']);
  });

  test.each<[name: string, changes: Record<string, string | undefined>, reason: string, detail: RegExp]>([
    [
      'no token file',
      { AWS_WEB_IDENTITY_TOKEN_FILE: undefined },
      'not-configured',
      /AWS_WEB_IDENTITY_TOKEN_FILE is not set/,
    ],
    ['no role', { AWS_ROLE_ARN: undefined }, 'invalid-configuration', /AWS_ROLE_ARN is not/],
    [
      'a role without an ARN',
      { AWS_ROLE_ARN: 'loader' },
      'invalid-configuration',
      /AWS_ROLE_ARN is not the ARN/,
    ],
    ['no region', { AWS_REGION: undefined }, 'region-missing', /neither AWS_REGION nor the profile/],
    [
      'an invalid region',
      { AWS_REGION: 'eu-west-1.evil.example' },
      'invalid-configuration',
      /AWS_REGION is not/,
    ],
    [
      'an invalid endpoint',
      { AWS_ENDPOINT_URL_STS: 'sts' },
      'invalid-configuration',
      /AWS_ENDPOINT_URL_STS is not/,
    ],
    [
      'a missing token file',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent' },
      'identity-token-unreadable',
      /ENOENT/,
    ],
    [
      'a folder as token file',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/tmp' },
      'identity-token-unreadable',
      /not a regular file/,
    ],
    [
      'an empty token file',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/dev/null' },
      'identity-token-unreadable',
      /not a regular file/,
    ],
  ])('%s has a reason of its own', async (_, changes, reason, detail) => {
    const { open, sts } = await createPod();
    const outcome = await fail(await open(changes));
    expect(outcome).toMatchObject({ reason, detail: expect.stringMatching(detail) });
    expect(sts.requests).toEqual([]);
  });

  test('AWS_DEFAULT_REGION and the endpoint of the profile are read', async () => {
    const { sts, open } = await createPod();
    const HOME = homeWith({
      config: `[default]\nservices = local\n[services local]\nsts =\n  endpoint_url = ${sts.url}\n`,
    });
    await succeed(
      await open({
        HOME,
        AWS_REGION: undefined,
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL_STS: undefined,
      }),
    );
  });
});

describe('the network', () => {
  const limits = { ...LIMITS, attempts: 3 };

  test('throttled and failed requests are repeated', async () => {
    const { sts, open } = await createPod();
    sts.failures.push(buildStsError('Throttling', 'Rate exceeded'), 'reset');
    await succeed(await open({}, { limits }));
    expect(sts.requests).toHaveLength(3);
  });

  test('the last error is the reason', async () => {
    const { sts, open } = await createPod();
    sts.failures.push('reset', 'reset', { status: 503, body: '<html>busy</html>' });
    expect(await fail(await open({}, { limits }))).toMatchObject({
      reason: 'server-error',
      detail: expect.stringMatching(/^STS at 127\.0\.0\.1:\d+: HTTP 503$/),
    });
  });

  test('a refused request is not repeated', async () => {
    const { sts, open } = await createPod();
    sts.failures.push(buildStsError('AccessDenied', 'No', 403));
    expect((await fail(await open({}, { limits }))).reason).toBe('aws-access-denied');
    expect(sts.requests).toHaveLength(1);
  });

  test('a server that does not respond is a timeout', async () => {
    const { sts, open } = await createPod();
    sts.failures.push('silent');
    const outcome = await fail(await open({}, { limits: { ...IMPATIENT, attempts: 1 } }));
    expect(outcome).toMatchObject({ reason: 'timeout', detail: expect.stringMatching(/within 250 ms/) });
  });

  test.each([
    ['a page', { status: 200, body: '<html>sign in</html>' }, 'malformed'],
    ['an empty response', { status: 200, body: '' }, 'malformed'],
    ['a large response', { status: 200, body: `<a>${'x'.repeat(70_000)}</a>` }, 'response-too-large'],
    ['a redirect', { status: 302, headers: { Location: 'http://127.0.0.1:1/' }, body: '' }, 'redirect'],
  ])('%s is no credentials document', async (_, response, reason) => {
    const { sts, open } = await createPod();
    sts.failures.push(response);
    expect((await fail(await open({}, { limits: { ...LIMITS, attempts: 1 } }))).reason).toBe(reason);
  });

  test('a closed port and an unknown host are unreachable', async () => {
    const { open } = await createPod();
    const once = { limits: { ...LIMITS, attempts: 1 } };
    const refused = await fail(await open({ AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }, once));
    expect(refused).toMatchObject({
      reason: 'aws-unreachable',
      detail: expect.stringMatching(/ECONNREFUSED/),
    });
    const unknown = await open(
      { AWS_ENDPOINT_URL_STS: 'http://sts.invalid' },
      { ...once, nameServers: ['127.0.0.1:1'] },
    );
    expect(await fail(unknown)).toMatchObject({
      reason: 'aws-unreachable',
      detail: expect.stringMatching(/ENOTFOUND/),
    });
  });

  test.each([
    ['http://sts.invalid', true],
    ['https://sts.invalid', false],
    ['http://localhost:1', false],
    ['http://127.0.0.1:1', false],
  ])('a note warns if the endpoint %s is not encrypted and on another host: %s', async (url, warns) => {
    const { open } = await createPod();
    const given = {
      limits: { ...LIMITS, attempts: 1, connectMs: 50, requestMs: 50 },
      nameServers: ['127.0.0.1:1'],
    };
    const outcome = await fail(await open({ AWS_ENDPOINT_URL_STS: url }, given));
    expect(codes(outcome).includes('ENDPOINT_NOT_ENCRYPTED')).toBe(warns);
  });
});
