import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProgram } from '../../support/cli/built-program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { getDocument, startServer, writeKeyScript } from '../../support/cli/running-server.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { ciTest } from '../../support/thorough.ts';

const createEnv = () => ({
  CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  CRED_WATCH_HOST: 'vm',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: undefined,
});

const readHealth = async (origin: string) => {
  const { status, body } = await curl(`${origin}/healthz`);
  return { status, health: JSON.parse(body) };
};

describe('a refresh', () => {
  test('new credentials are served before the old ones expire, and each refresh is logged', async () => {
    const env = createEnv();
    const server = await startServer(['--process', writeKeyScript(4), '--no-log'], { env });
    const { document: before } = await getDocument(server.environment);
    await server.logged(
      /^\S+ \S+Z {2}refreshed process: ASIA…ADER valid until \S+Z \([23]s\), next refresh at /m,
    );
    const { document: after } = await getDocument(server.environment);
    expect(after.AccessKeyId).not.toBe(before.AccessKeyId);
    expect(Date.parse(before.Expiration)).toBeGreaterThan(Date.now() - 1000);
    const { code, stdout, stderr } = await server.stop();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# refreshes: [1-3] succeeded, 0 failed$/m);
    expect(stderr).not.toContain('GET');
    const report = await runCommand(['report', '-f', 'json'], { env });
    expect(JSON.parse(report.stdout).series[0].generation_count).toBeGreaterThan(1);
  });

  ciTest(
    'credentials that cannot be refreshed are served until they expire, and then status 503',
    async () => {
      const flag = join(temporaryFolder(), 'broken');
      const script = writeKeyScript(
        6,
        'loader',
        `[ -e ${flag} ] && { echo 'no token, run login' >&2; exit 1; }`,
      );
      const server = await startServer(['--process', script], { env: createEnv() });
      writeFileSync(flag, '');
      await server.logged(
        /^warning: could not refresh the credentials of process at \S+ \S+Z: .+; clients get the current ones, valid for \ds; next attempt at .+\nhint: .+$/m,
      );
      expect((await getDocument(server.environment)).status).toBe(200);
      expect((await readHealth(server.origin)).health).toMatchObject({
        status: 'ok',
        roles: [{ state: 'refresh-failing', error: { hint: expect.stringMatching(/\S/) } }],
      });
      await server.logged(
        /^error: could not refresh the credentials of process at \S+ \S+Z: .+; clients get status 503; /m,
      );
      const { role, status } = await getDocument(server.environment);
      expect([role, status]).toEqual(['loader', 503]);
      expect(await readHealth(server.origin)).toMatchObject({
        status: 503,
        health: { status: 'unavailable', roles: [{ state: 'expired', error: { reason: 'process-failed' } }] },
      });
      rmSync(flag);
      await server.logged(/^\S+ \S+Z {2}refreshed process, which works again after \d+ failed attempts: /m);
      const { code, stderr } = await server.stop();
      expect(code).toBe(0);
      // An outage has many attempts, but only a change of its consequence is news.
      expect(stderr.match(/^(?:warning|error): could not refresh/gm)).toHaveLength(2);
    },
  );
});

test('credentials of another account are served with a warning', async () => {
  const folder = temporaryFolder();
  const [script, other] = [join(folder, 'keys'), join(folder, 'other')];
  const text = `#!/bin/sh
[ -e ${other} ] && account=444455556666 || account=111122223333
e=$(date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)
echo '{"Version":1,"SecretAccessKey":"CANARY-secret","SessionToken":"CANARY-token","Expiration":"'$e'",'
echo '"AccessKeyId":"ASIATEST'$(date +%N)'","AccountId":"'$account'"}'
`;
  writeFileSync(script, text, { mode: 0o755 });
  const server = await startServer(['--process', script, '--no-log'], { env: createEnv() });
  writeFileSync(other, '');
  await server.logged(
    /^warning: the source of process now returns credentials of the role keys in the account 444455556666, not of the role keys in the account 111122223333; clients get the new credentials\nhint: /m,
  );
});

describe('/healthz', () => {
  test('/healthz has the role, the owner and the time of the next refresh', async () => {
    const server = await startServer(['--process', writeKeyScript(3600)], { env: createEnv() });
    const { status, health } = await readHealth(server.origin);
    expect(status).toBe(200);
    expect(health).toMatchObject({
      status: 'ok',
      user: expect.stringMatching(/\S/),
      roles: [
        {
          ...{ name: 'process', role: 'loader', source: 'process', state: 'valid', refresh_reason: 'half' },
          ...{ access_key_id: 'ASIA…ADER', is_idle: false, failed_refresh_count: 0, error: null },
        },
      ],
    });
    const [role] = health.roles;
    expect(Date.parse(role.expiration) - Date.parse(role.next_refresh_at)).toBeGreaterThanOrEqual(1_800_000);
  });
});

test('/metrics has the history of the database and the state of the roles', async () => {
  const server = await startServer(['--process', writeKeyScript(3600)], { env: createEnv() });
  const { status, body, headers } = await curl(`${server.origin}/metrics`);
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  expect(body).toContain('cred_watch_polls_total{host="vm",source="process",result="ok"} 1');
  expect(body).toContain('cred_watch_served_credentials_valid{role_name="process"} 1');
});

test('--for ends the server with exit code 0 and a summary', async () => {
  const args = ['serve', '--listen', '127.0.0.1:0', '--for', '1s', '--process', writeKeyScript(3600)];
  const { code, stdout } = await runCommand(args, { env: createEnv() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\n\n# refreshes: 0 succeeded, 0 failed\n# no client made a request\n$/);
});

describe('flags of refreshing', () => {
  test('--refresh-before refreshes earlier', async () => {
    const args = ['--process', writeKeyScript(3600), '--refresh-before', '50m'];
    const server = await startServer(args, { env: createEnv() });
    const [role] = (await readHealth(server.origin)).health.roles;
    expect(role.refresh_reason).toBe('requested');
    expect(Date.parse(role.expiration) - Date.parse(role.next_refresh_at)).toBeGreaterThanOrEqual(3_000_000);
    expect(server.started).toContain('(50m before the expiration, as set by --refresh-before)');
  });

  ciTest('--idle stops refreshing without requests, and the next request gets new credentials', async () => {
    const server = await startServer(['--process', writeKeyScript(2), '--idle'], { env: createEnv() });
    let health: { roles: { is_idle: boolean; state: string }[] } = { roles: [] };
    for (let attempt = 0; attempt < 60 && health.roles[0]?.is_idle !== true; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      health = (await readHealth(server.origin)).health;
    }
    expect(health.roles[0]?.is_idle).toBe(true);
    expect((await getDocument(server.environment)).status).toBe(200);
    expect((await readHealth(server.origin)).health.roles[0]).toMatchObject({
      is_idle: false,
      state: 'valid',
    });
  });
});

ciTest('a signal during the first request ends the server with exit code 0', async () => {
  const started = join(temporaryFolder(), 'started');
  const script = writeKeyScript(3600, 'loader', `: > ${started}; sleep 10`);
  const program = startProgram(['serve', '--listen', '127.0.0.1:0', '--process', script], {
    env: createEnv(),
  });
  for (let attempt = 0; attempt < 100 && !existsSync(started); attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  program.child.kill('SIGTERM');
  const { code, stdout } = await program.done;
  expect([code, stdout]).toEqual([0, '']);
});

test('clients that connect before the first credentials are there wait for them', async () => {
  const path = join(temporaryFolder(), 'serve.sock');
  const script = writeKeyScript(3600, 'loader', 'sleep 0.5');
  const args = ['serve', '--unix-socket', path, '--allow-v1', '--process', script];
  const program = startProgram(args, { env: createEnv() });
  for (let attempt = 0; attempt < 100 && !existsSync(path); attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  // The file exists some microseconds before the server listens.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = { socketPath: path, path: '/latest/meta-data/iam/security-credentials/', agent: false };
    request({ ...options, headers: { Host: 'localhost' } }, (response) => resolve(response.statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  program.child.kill('SIGTERM');
  expect((await program.done).code).toBe(0);
});
