import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAccount, KEYS, MIDDLE, TOP } from '../../support/aws/role-account.ts';
import {
  getContainerCredentials,
  getDocument,
  getMetadata,
  startServer,
  writeKeyScript,
} from '../../support/cli/running-server.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { SHORT_TIMESTAMP } from '../../support/short-timestamp.ts';
import { ciTest } from '../../support/thorough.ts';

const createEnv = (more: Record<string, string> = {}) => ({
  CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  CRED_WATCH_HOST: 'vm',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
  ...more,
});

/** A home folder whose profiles assume roles, at a loopback STS. */
async function createWorkstation() {
  const { sts, home } = await createAccount(
    `[profile base]\n${KEYS}[profile ops]\nrole_arn = ${TOP}\nsource_profile = middle\nexternal_id = partner-7\n` +
      `[profile middle]\nrole_arn = ${MIDDLE}\nsource_profile = base\n`,
  );
  const env = createEnv({ HOME: home, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: sts.url });
  return { sts, env };
}

describe('a single role', () => {
  test('the printed variables give a client the credentials over IMDSv2', async () => {
    const server = await startServer(['--process', writeKeyScript(3600)], { env: createEnv() });
    const { role, document } = await getDocument(server.environment);
    expect(role).toBe('loader');
    expect(document).toMatchObject({
      Code: 'Success',
      AccessKeyId: expect.stringMatching(/^ASIATEST\d+LOADER$/),
      SecretAccessKey: 'CANARY-secret',
    });
    expect(Date.parse(document.Expiration) - Date.parse(document.LastUpdated)).toBeGreaterThan(3_590_000);
  });

  test('the output at the start consists of comments, export lines and unset lines', async () => {
    const args = ['--process', writeKeyScript(3600), '--shape', 'imds,ecs,eks,cloudshell'];
    const { started } = await startServer(args, { env: createEnv() });
    const others = started
      .split('\n')
      .filter((line) => !/^(#.*|export \w+=\S+|unset( AWS_\w+)+|)$/.test(line));
    expect(others).toEqual([]);
    expect(started).toMatch(/^# process \(role loader\), source process, ASIA…ADER$/m);
    expect(started).toMatch(
      new RegExp(
        String.raw`^# process: valid until ${SHORT_TIMESTAMP} \(59m(?: \d\ds)?\), next refresh at ${SHORT_TIMESTAMP} \(at half of the lifetime\)$`,
        'm',
      ),
    );
  });

  test('IMDSv1 is served only with --allow-v1', async () => {
    const path = '/latest/meta-data/iam/security-credentials/';
    const strict = await startServer(['--process', writeKeyScript(3600)], { env: createEnv() });
    expect((await curl(`${strict.origin}${path}`)).status).toBe(401);
    const lax = await startServer(['--process', writeKeyScript(3600), '--allow-v1'], { env: createEnv() });
    expect((await curl(`${lax.origin}${path}`)).body).toBe('loader');
  });

  test('--role-arn needs no other flag, and the credentials come from STS', async () => {
    const { sts, env } = await createWorkstation();
    const args = ['--role-arn', MIDDLE, '--profile', 'base', '--duration', '2h'];
    const server = await startServer(args, { env });
    const { role, document } = await getDocument(server.environment);
    expect(role).toBe('middle');
    expect(document.AccessKeyId).toBe(sts.issued[0]?.accessKeyId);
    expect(server.started).toContain('# middle of account 111122223333, source role, ASIA…');
    expect(sts.requests).toHaveLength(1);
  });

  test('the region of the flag, the environment or the profile is in the metadata', async () => {
    const args = ['--process', writeKeyScript(3600)];
    const read = async (more: string[], env = createEnv()) =>
      (
        await getMetadata(
          (
            await startServer([...args, ...more], { env })
          ).environment,
          'meta-data/placement/region',
        )
      ).body;
    expect(await read(['--region', 'us-gov-west-1'])).toBe('us-gov-west-1');
    expect(await read([], createEnv({ AWS_DEFAULT_REGION: 'eu-central-1' }))).toBe('eu-central-1');
    const home = temporaryFolder();
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), '[default]\nregion = ap-south-1\n');
    expect(await read([], createEnv({ HOME: home }))).toBe('ap-south-1');
  });

  test('--tree adds metadata', async () => {
    const file = join(temporaryFolder(), 'tree.json');
    writeFileSync(file, '{"meta-data": {"tags/instance/Name": "loader"}}');
    const server = await startServer(['--process', writeKeyScript(3600), '--tree', file], {
      env: createEnv(),
    });
    expect((await getMetadata(server.environment, 'meta-data/tags/instance/Name')).body).toBe('loader');
  });

  test('every shape of a container endpoint requires its token', async () => {
    const args = ['--process', writeKeyScript(3600), '--shape', 'ecs,eks,cloudshell'];
    const { environments } = await startServer(args, { env: createEnv() });
    const { ecs = {}, eks = {}, cloudshell = {} } = environments;
    for (const [environment, rejected] of [
      [ecs, 403],
      [cloudshell, 401],
    ] as const) {
      expect((await getContainerCredentials(environment)).status).toBe(200);
      const { AWS_CONTAINER_AUTHORIZATION_TOKEN: _, ...others } = environment;
      expect((await getContainerCredentials(others)).status).toBe(rejected);
    }
    const {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file = '',
    } = eks;
    expect((await curl(url)).status).toBe(400);
    expect((await curl(url, { Authorization: readFileSync(file, 'utf8') })).status).toBe(200);
  });

  test('a client on a Unix socket gets the credentials, and only sockets are served', async () => {
    const path = join(temporaryFolder(), 'serve.sock');
    const server = await startServer(['--process', writeKeyScript(3600), '--unix-socket', path], {
      env: createEnv(),
    });
    expect(server.origins).toEqual([`unix:${path}`]);
    expect(server.environments).toEqual({});
  });

  test('a request with an unknown Host is refused, and the first one is reported', async () => {
    const server = await startServer(['--process', writeKeyScript(3600)], { env: createEnv() });
    const { status } = await curl(`${server.origin}/healthz`, { Host: 'rebinding.example' });
    expect(status).toBe(403);
    const { stderr } = await server.stop();
    expect(stderr).toContain("note: rejected a request to the host 'rebinding.example'\nhint: ");
  });
});

describe('several roles', () => {
  const createArgs = () => [
    '--serve',
    `loader=process:${writeKeyScript(3600)}`,
    '--serve',
    'ops=profile:ops',
  ];

  test('each role has its own path, and none is served under /latest/', async () => {
    const { sts, env } = await createWorkstation();
    const { environments, origin, stop } = await startServer(createArgs(), { env });
    const { 'loader imds': loader = {}, 'ops imds': ops = {} } = environments;
    expect(loader.AWS_EC2_METADATA_SERVICE_ENDPOINT).toBe(`${origin}/loader/`);
    expect((await getDocument(loader)).document.AccessKeyId).toMatch(/LOADER$/);
    const issued = sts.issued.find(({ roleArn }) => roleArn === TOP);
    expect(await getDocument(ops)).toMatchObject({
      role: 'top',
      document: { AccessKeyId: issued?.accessKeyId },
    });
    expect((await curl(`${origin}/latest/api/token`, {}, 'PUT')).status).toBe(404);
    expect((await stop()).stderr).toContain(
      'hint: give each role an address of its own: --listen NAME=ADDRESS\n',
    );
  });

  ciTest('an address of its own serves one role under /latest/', async () => {
    const { env } = await createWorkstation();
    const listen = ['--listen', 'ops=127.0.0.1:0', '--listen', 'loader=127.0.0.1:0'];
    const { environments, origins, stop } = await startServer([...createArgs(), ...listen], { env });
    const { 'loader imds': loader = {}, 'ops imds': ops = {} } = environments;
    expect([ops, loader].map((each) => each.AWS_EC2_METADATA_SERVICE_ENDPOINT)).toEqual(
      origins.map((origin) => `${origin}/`),
    );
    expect((await getDocument(ops)).role).toBe('top');
    expect((await stop()).stderr).not.toContain('ignore the path');
  });

  ciTest('--default-role is served under /latest/ too', async () => {
    const { env } = await createWorkstation();
    const { origin } = await startServer([...createArgs(), '--default-role', 'ops'], { env });
    expect((await getDocument({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `${origin}/` })).role).toBe('top');
  });

  ciTest('the token of one role is invalid for another role', async () => {
    const { env } = await createWorkstation();
    const { environments } = await startServer([...createArgs(), '--shape', 'ecs'], { env });
    const { 'loader ecs': loader = {}, 'ops ecs': ops = {} } = environments;
    expect(JSON.parse((await getContainerCredentials(ops)).body).RoleArn).toBe(TOP);
    const mixed = {
      ...ops,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: loader.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '',
    };
    expect((await getContainerCredentials(mixed)).status).toBe(403);
  });

  test('a common flag applies to the roles whose source takes it', async () => {
    const { sts, env } = await createWorkstation();
    await startServer([...createArgs(), '--session-name', 'nightly'], { env });
    expect(sts.issued.at(-1)?.sessionName).toBe('nightly');
  });
});
