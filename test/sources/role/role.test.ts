import { describe, expect, test } from 'vitest';
import type { SourceChoice } from '../../../src/sources/open.ts';
import type { SourceOptions } from '../../../src/sources/source.ts';
import { createAccount, KEYS, MIDDLE, SECRET, TOP, USER } from '../../support/aws/role-account.ts';
import { buildStsError } from '../../support/aws/sts.ts';
import { codes, fail, hastyClock, imds, succeed } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const CHAIN = `[profile user]
${KEYS}
[profile middle]
role_arn = ${MIDDLE}
source_profile = user
duration_seconds = 7200
[profile top]
role_arn = ${TOP}
source_profile = middle
external_id = partner-7
role_session_name = load
`;

describe('the role of a profile', () => {
  test.each<SourceChoice>(['role', 'profile'])(
    'the source %s assumes it with the keys of another profile',
    async (choice) => {
      const { sts, open } = await createAccount(CHAIN);
      const source = await open(choice, { profile: 'middle' });
      const outcome = await succeed(source);
      const [issued] = sts.issued;
      expect(outcome.credentials).toMatchObject({
        accessKeyId: issued?.accessKeyId,
        expiration: issued?.expiration,
      });
      expect(outcome.credentials.expiration - Date.now()).toBeGreaterThan(7_190_000);
      expect(outcome.secrets.secretAccessKey.reveal()).toBe(issued?.secretAccessKey);
      expect(outcome.secrets.token?.reveal()).toBe(issued?.sessionToken);
      const followed = choice === 'profile' ? 'role' : null;
      expect(outcome.identity).toEqual({ apiVersion: null, role: 'middle', host: null, source: followed });
      expect(outcome.accountId).toBe('111122223333');
    },
  );

  test('a chain of roles is assumed from its beginning', async () => {
    const { sts, open } = await createAccount(CHAIN);
    const outcome = await succeed(await open('role', { profile: 'top' }));
    expect(sts.issued.map(({ roleArn }) => roleArn)).toEqual([MIDDLE, TOP]);
    expect(sts.issued.map(({ sessionName }) => sessionName)).toEqual(['cred-watch', 'load']);
    expect(outcome).toMatchObject({ identity: { role: 'top' }, accountId: '444455556666' });
  });

  test('AWS limits a role that another role assumed to an hour', async () => {
    const { open } = await createAccount(
      CHAIN.replace('external_id', 'duration_seconds = 7200\nexternal_id'),
    );
    expect(await fail(await open('role', { profile: 'top' }))).toMatchObject({
      reason: 'duration-not-allowed',
      detail: expect.stringMatching(/role chaining/),
    });
  });

  test('a note says why the session lasts one hour', async () => {
    const { open } = await createAccount(CHAIN);
    const listNotes = async (given: Partial<SourceOptions>) =>
      codes(await succeed(await open('role', given)));
    expect(await listNotes({ profile: 'top' })).toEqual(['ROLE_CHAIN_CAPPED']);
    expect(await listNotes({ profile: 'middle' })).toEqual([]);
    expect(await listNotes({ profile: 'middle', roleArn: TOP, externalId: 'partner-7' })).toEqual([
      'ROLE_CHAIN_CAPPED',
    ]);
    expect(await listNotes({ profile: 'user', roleArn: MIDDLE })).toEqual(['DURATION_NOT_SET']);
    expect(await listNotes({ profile: 'user', roleArn: MIDDLE, durationSeconds: 7200 })).toEqual([]);
  });

  test('a profile that names itself uses its own keys', async () => {
    const { open, sts } = await createAccount(
      `[profile self]\nrole_arn = ${MIDDLE}\nsource_profile = self\n${KEYS}`,
    );
    await succeed(await open('profile', { profile: 'self' }));
    expect(sts.issued).toHaveLength(1);
  });

  test('credential_source names variables or IMDS', async () => {
    const config = (source: string) => `[default]\nrole_arn = ${MIDDLE}\ncredential_source = ${source}\n`;
    const variables = await createAccount(config('Environment'));
    const keys = { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: SECRET };
    await succeed(await variables.open('role', {}, keys));
    const instance = await createAccount(config('Ec2InstanceMetadata'));
    const endpoint = await startEndpoint(imds());
    const outcome = await fail(
      await instance.open(
        'role',
        {},
        {
          AWS_EC2_METADATA_DISABLED: undefined,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
        },
      ),
    );
    // The key of this instance is unknown to STS, so the keys of IMDS have arrived there.
    expect(outcome.reason).toBe('base-credentials-rejected');
    expect(instance.sts.requests[0]?.headers['x-amz-security-token']).toBe('CANARY-session-token');
  });

  test.each<[name: string, settings: string, reason: string, detail: RegExp]>([
    [
      'an MFA device',
      `source_profile = user\nmfa_serial = arn:aws:iam::1:mfa/x`,
      'mfa-required',
      /mfa_serial/,
    ],
    ['no base', '', 'invalid-configuration', /neither source_profile nor credential_source/],
    [
      'two bases',
      'source_profile = user\ncredential_source = Environment',
      'invalid-configuration',
      /has source_profile and credential_source/,
    ],
    ['an unknown base', 'source_profile = usr', 'invalid-configuration', /profile usr does not exist/],
    [
      'an unknown credential_source',
      'credential_source = Imds',
      'invalid-configuration',
      /none of Environment, EcsContainer, Ec2InstanceMetadata/,
    ],
    [
      'a circle',
      'source_profile = circle',
      'invalid-configuration',
      /source_profile leads from x to circle to x/,
    ],
    [
      'an invalid duration',
      'source_profile = user\nduration_seconds = 1h',
      'invalid-configuration',
      /duration_seconds is not a number/,
    ],
    ['no variables', 'credential_source = Environment', 'not-configured', /neither AWS_ACCESS_KEY_ID/],
    [
      'a disabled IMDS',
      'credential_source = Ec2InstanceMetadata',
      'disabled',
      /the imds source that should assume the role/,
    ],
  ])('%s has a reason of its own', async (_, settings, reason, detail) => {
    const circle = `[profile circle]\nrole_arn = ${MIDDLE}\nsource_profile = x\n`;
    const { open, sts } = await createAccount(
      `[profile user]\n${KEYS}[profile x]\nrole_arn = ${MIDDLE}\n${settings}\n${circle}`,
    );
    expect(await fail(await open('role', { profile: 'x' }))).toMatchObject({
      reason,
      detail: expect.stringMatching(detail),
    });
    expect(sts.requests).toEqual([]);
  });
});

describe('a role that the caller chooses', () => {
  test('the chosen profile assumes it', async () => {
    const { sts, open } = await createAccount(CHAIN);
    const given = { roleArn: TOP, profile: 'middle', externalId: 'partner-7', sessionName: 'nightly' };
    const outcome = await succeed(await open('role', given));
    expect(outcome.identity).toEqual({ apiVersion: null, role: 'top', host: null, source: null });
    expect(sts.issued.at(-1)).toMatchObject({ roleArn: TOP, sessionName: 'nightly' });
  });

  test('without a profile, the credentials that SDKs would use assume it', async () => {
    const { sts, open } = await createAccount('');
    const keys = { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: SECRET };
    await succeed(await open('role', { roleArn: MIDDLE, durationSeconds: 900 }, keys));
    expect((sts.issued[0]?.expiration ?? 0) - Date.now()).toBeLessThan(900_001);
  });

  test('nothing is sent if SDKs disagree about these credentials', async () => {
    const { open, sts } = await createAccount(`[default]\n${KEYS}`);
    const disagreement = { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: SECRET, AWS_PROFILE: 'default' };
    expect(await fail(await open('role', { roleArn: MIDDLE }, disagreement))).toMatchObject({
      reason: 'invalid-configuration',
      misconfiguration: { code: 'BASE_UNDECIDED' },
    });
    expect(sts.requests).toEqual([]);
  });
});

describe('the keys that assume the role', () => {
  test('keys that AWS does not know are rejected', async () => {
    const { open } = await createAccount(CHAIN.replace(USER, 'AKIACANARY0000000002'));
    expect((await fail(await open('role', { profile: 'middle' }))).reason).toBe('base-credentials-rejected');
  });

  test('a wrong secret key is rejected', async () => {
    const { open } = await createAccount(CHAIN.replace(SECRET, 'CANARY-another-secret'));
    expect((await fail(await open('role', { profile: 'middle' }))).reason).toBe('base-credentials-rejected');
  });

  test('a role that does not trust them is denied', async () => {
    const { open } = await createAccount(CHAIN.replace('partner-7', 'partner-8'));
    expect((await fail(await open('role', { profile: 'top' }))).reason).toBe('aws-access-denied');
  });
});

test('a wrong clock of the host is corrected after the first response, and measured', async () => {
  const { open, sts } = await createAccount(CHAIN, { now: () => Date.now() + 1_800_000 });
  const outcome = await succeed(await open('role', { profile: 'middle', clock: hastyClock }));
  expect(outcome.clockOffset).toBeLessThanOrEqual(-1799);
  expect(sts.requests).toHaveLength(2);
});

test.each(['blue partner', 'acme', '7', 'Value'])(
  'an error that quotes the external id %s is shown without it',
  async (externalId) => {
    const { open, sts } = await createAccount(CHAIN);
    const message = `1 validation error detected: value '${externalId}' at 'externalId' failed to satisfy constraint`;
    sts.failures.push(buildStsError('ValidationError', message));
    const { detail } = await fail(await open('role', { roleArn: MIDDLE, profile: 'user', externalId }));
    const shown = externalId === 'Value' ? '' : 'value ';
    expect(detail).toContain(
      `ValidationError: 1 validation error detected: ${shown}[redacted] at 'externalId'`,
    );
  },
);

test.each(['constructor', 'toString', '__proto__', 'ValidationSecret', 'Exception'])(
  'the error code %s of a server is unknown',
  async (code) => {
    const { open, sts } = await createAccount(CHAIN);
    sts.failures.push(buildStsError(code, 'DurationSeconds'));
    expect(await fail(await open('role', { profile: 'middle' }))).toMatchObject({
      reason: 'bad-request',
      detail: expect.stringMatching(/^STS at 127\.0\.0\.1:\d+: HTTP 400$/),
    });
  },
);
