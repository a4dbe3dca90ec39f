import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SOURCE_NAMES } from '../../../src/domain/model.ts';
import { IdentityProvider } from '../../support/aws/identity-provider.ts';
import { startLoopbackServer } from '../../support/aws/loopback-server.ts';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { startSts } from '../../support/aws/sts.ts';
import {
  getContainerCredentials,
  getDocument,
  startServer,
  writeKeyScript,
} from '../../support/cli/running-server.ts';
import { curl, startSimulation } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { ciTest } from '../../support/thorough.ts';

const arn = (role: string) => `arn:aws:iam::111122223333:role/${role}`;
const ACCESS_TOKEN = 'CANARY-authorization';
const LATER = new Date(Date.now() + 28_800_000).toISOString();

/** A home folder with profiles, of which one is signed in to a portal. */
async function createHome(sessionSeconds: number) {
  const home = temporaryFolder();
  const portal = await startPortal({
    ...{ accessToken: ACCESS_TOKEN, accountId: '111122223333', roleName: 'Analyst', sessionSeconds },
  });
  storeSsoToken(home, 'corp', { accessToken: ACCESS_TOKEN, expiresAt: LATER });
  writeFileSync(
    join(home, '.aws', 'config'),
    `[profile corp]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Analyst
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
[profile helper]
credential_process = ${writeKeyScript(3600, 'helper')}
`,
  );
  const env = { HOME: home, AWS_ENDPOINT_URL_SSO: portal.url, CRED_WATCH_DB: join(home, 'samples.db') };
  return { home, portal, env };
}

test('one server serves every source', async () => {
  const { home, portal, env } = await createHome(3600);
  const provider = new IdentityProvider();
  const sts = await startSts({
    roles: [
      { arn: arn('pod'), identities: { provider } },
      { arn: arn('deploy'), identities: { provider } },
      { arn: arn('ops'), principals: [arn('base')] },
    ],
  });
  const base = sts.issue(arn('base'), 'session', 3600);
  const runner = await startLoopbackServer(() => ({
    status: 200,
    body: JSON.stringify({ value: provider.issueToken(Date.now()) }),
  }));
  const token = join(home, 'token');
  writeFileSync(token, provider.issueToken(Date.now()));
  const { environments } = await startSimulation(['--shape', 'imds,ecs', '--role', 'node']);
  mkdirSync(join(home, 'tmp'));
  const served: Record<string, string> = {
    imds: 'imds',
    container: 'container',
    process: `process:${writeKeyScript(3600)}`,
    environment: 'environment',
    profile: 'profile:helper',
    'web-identity': `web-identity:${arn('pod')}`,
    role: `role:${arn('ops')}`,
    sso: 'sso:corp',
    github: `github:${arn('deploy')}`,
  };
  const args = Object.entries(served).flatMap(([name, source]) => ['--serve', `of-${name}=${source}`]);
  const server = await startServer([...args, '--shape', 'ecs'], {
    env: {
      ...env,
      ...environments.imds,
      ...environments.ecs,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${runner.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
      AWS_ACCESS_KEY_ID: base.accessKeyId,
      AWS_SECRET_ACCESS_KEY: base.secretAccessKey,
      AWS_SESSION_TOKEN: base.sessionToken,
      AWS_CREDENTIAL_EXPIRATION: new Date(base.expiration).toISOString(),
    },
  });
  const issuedFor = (role: string) =>
    sts.issued.find(({ roleArn }) => roleArn === arn(role))?.accessKeyId ?? 'missing';
  const expected: Record<string, unknown> = {
    imds: expect.stringMatching(/^ASIAFALSE/),
    container: expect.stringMatching(/^ASIAFALSE/),
    process: expect.stringMatching(/LOADER$/),
    environment: base.accessKeyId,
    profile: expect.stringMatching(/HELPER$/),
    'web-identity': issuedFor('pod'),
    role: issuedFor('ops'),
    sso: portal.issued[0]?.accessKeyId,
    github: issuedFor('deploy'),
  };
  const found: Record<string, unknown> = {};
  for (const name of SOURCE_NAMES) {
    const { body } = await getContainerCredentials(server.environments[`of-${name} ecs`] ?? {});
    found[name] = JSON.parse(body).AccessKeyId;
  }
  expect(found).toEqual(expected);
  expect((await server.stop()).code).toBe(0);
});

ciTest('a sign-in that ends is reported with the command, and no request waits for it', async () => {
  const { home, env } = await createHome(6);
  const server = await startServer(['--source', 'sso', '--profile', 'corp'], { env });
  storeSsoToken(home, 'corp', { accessToken: 'signed-out', expiresAt: '2026-01-01T00:00:00Z' });
  await server.logged(/clients get status 503/);
  const { environments, origin } = server;
  const endpoint = environments.imds?.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
  const { body } = await curl(`${endpoint}latest/api/token`, headers, 'PUT');
  const path = 'latest/meta-data/iam/security-credentials/Analyst';
  const startedAt = Date.now();
  // A request that waits takes up to 900 ms.
  for (let count = 0; count < 10; count += 1) {
    const response = await curl(`${endpoint}${path}`, { 'X-aws-ec2-metadata-token': body });
    expect(response.status).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  }
  expect(Date.now() - startedAt).toBeLessThan(4500);
  const health = JSON.parse((await curl(`${origin}/healthz`)).body);
  expect(health.roles[0].error).toMatchObject({
    reason: 'sso-login-required',
    hint: expect.stringContaining('aws sso login --profile corp'),
  });
  const { stderr } = await server.stop();
  expect(stderr).toMatch(
    /^error: could not refresh the credentials of corp at \S+ \S+Z: sso-login-required: .+\nhint: .*aws sso login --profile corp/m,
  );
});

test('times are those of AWS if the clock of the host is wrong', async () => {
  const args = ['--lifetime', '2h', '--rotate-every', '1h', '--fault', 'clock-skew=30m'];
  const { environment } = await startSimulation(args);
  const env = { ...environment, CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
  const server = await startServer(['--source', 'imds'], { env });
  const health = JSON.parse((await curl(`${server.origin}/healthz`)).body);
  expect(health.roles[0].remaining_seconds).toBeLessThan(91 * 60);
  await getDocument(server.environment);
  const { stderr } = await server.stop();
  expect(stderr).toMatch(/^note: .*clock.*30m/m);
  expect(stderr).toMatch(/ 200 {2}imds {2}imds v2 {2}ASIA…\w{4} 1h (?:29|30)m(?: \d\ds)? left /);
});
