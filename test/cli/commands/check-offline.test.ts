import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRoleWorkstation } from '../../support/cli/role-workstation.ts';
import { ciTest } from '../../support/thorough.ts';

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const keys = (number: number, expiresIn?: number): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: `ASIATESTS00000000${number}AA`,
  AWS_SECRET_ACCESS_KEY: 'false-secret',
  AWS_SESSION_TOKEN: 'false-token',
  ...(expiresIn === undefined ? {} : { AWS_CREDENTIAL_EXPIRATION: inSeconds(expiresIn) }),
});

describe('check --offline with a role', () => {
  ciTest('judges the role of the profile, and not a newer sample of another role', async () => {
    const { run, sts } = await createRoleWorkstation();
    await run(['poll', '--profile', 'tf']);
    await run(['poll', '--profile', 'admin']);
    const { length } = sts.requests;
    const offline = ['check', '--offline'];
    expect((await run([...offline, '-j', '2h', '--profile', 'admin'])).code).toBe(0);
    for (const [flags, env] of [
      [['--profile', 'tf'], {}],
      [[], { AWS_PROFILE: 'tf' }],
      [['--source', 'role', '--profile', 'tf'], {}],
    ] as const) {
      const long = await run([...offline, '-j', '2h', ...flags], env);
      expect(long.code).toBe(1);
      expect(long.stdout).toContain('vm · role · terraform');
      expect((await run([...offline, '-j', '30m', ...flags], env)).code).toBe(0);
    }
    expect(sts.requests).toHaveLength(length);
  });

  ciTest('is unknown if only samples of another role are stored', async () => {
    const { run } = await createRoleWorkstation();
    const tf = { AWS_PROFILE: 'tf' };
    await run(['poll', '--profile', 'admin']);
    const check = await run(['check', '-j', '30m', '--offline', '-f', 'json'], tf);
    expect(check.code).toBe(3);
    expect(JSON.parse(check.stdout)).toMatchObject({ unknown_reason: { code: 'NO_SAMPLES' } });
  });

  ciTest('does not judge a session that was requested for another duration', async () => {
    const { run } = await createRoleWorkstation();
    await run(['poll', '--profile', 'tf-long']);
    const check = ['check', '-j', '30m', '--offline'];
    expect((await run([...check, '--profile', 'tf'])).code).toBe(3);
    expect((await run([...check, '--profile', 'tf-long'])).code).toBe(0);
    await run(['poll', '--profile', 'tf']);
    await run(['poll', '--profile', 'tf-long']);
    expect((await run(['check', '-j', '2h', '--offline', '--profile', 'tf'])).code).toBe(1);
  });

  ciTest('is unknown for a role that needs an MFA device, which no poll can assume', async () => {
    const { run } = await createRoleWorkstation();
    await run(['poll', '--profile', 'tf']);
    await run(['poll', '--profile', 'admin']);
    const check = await run(['check', '-j', '30m', '--offline', '--source', 'role', '--profile', 'mfa']);
    expect(check.code).toBe(3);
    expect(check.stdout).toContain('mfa-required');
  });

  ciTest('is unknown for a source that is not configured on this host', async () => {
    const { run } = await createRoleWorkstation();
    await run(['poll', '--profile', 'tf']);
    const check = await run(['check', '-j', '30m', '--offline', '--source', 'role']);
    expect(check.code).toBe(3);
    expect(check.stdout).toContain('not-configured');
  });

  ciTest('is unknown if nothing says which of several roles the job of another host has', async () => {
    const { run } = await createRoleWorkstation();
    await run(['poll', '--profile', 'tf']);
    await run(['poll', '--profile', 'admin']);
    const check = ['check', '-j', '30m', '--offline', '--source', 'role', '--host', 'vm'];
    const undecided = await run([...check, '-f', 'json']);
    expect(undecided.code).toBe(3);
    expect(JSON.parse(undecided.stdout)).toMatchObject({ unknown_reason: { code: 'ROLE_UNDECIDED' } });
    expect((await run(check)).stdout).toContain('name the profile with --profile, or the role with --role');
    const named = await run([...check, '--role', 'terraform']);
    expect(named.code).toBe(0);
    expect(named.stdout).toContain('vm · role · terraform');
  });

  test('advises a request if the stored sample is too old for the job and a new one is not', async () => {
    const { run, pod } = await createRoleWorkstation();
    await run(['poll', '--source', 'web-identity'], pod);
    await setTimeout(1100);
    const check = await run(['check', '-j', '54m59s', '--offline'], pod);
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('remove --offline: a new request gets new credentials');
  });
});

describe('check --offline with keys in the environment', () => {
  test('judges the sample of this key, and no other', async () => {
    const { run } = await createRoleWorkstation();
    await run(['poll', '--source', 'environment'], keys(1, 1200));
    await run(['poll', '--source', 'environment'], keys(2, 30_000));
    const check = ['check', '-j', '30m', '--offline'];
    const first = await run(check, keys(1));
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('ASIA…01AA');
    expect((await run(check, keys(2))).code).toBe(0);
    expect((await run(check, keys(3))).code).toBe(3);
  });

  test('uses an earlier expiration that the environment states now', async () => {
    const { run } = await createRoleWorkstation();
    await run(['poll', '--source', 'environment'], keys(1, 30_000));
    expect((await run(['check', '-j', '30m', '--offline'], keys(1, 1200))).code).toBe(1);
  });

  test('rejects --expires', async () => {
    const { run } = await createRoleWorkstation();
    const check = await run(['check', '-j', '30m', '--offline', '--expires', '10m'], keys(1));
    expect(check).toMatchObject({ code: 2, stdout: '' });
    expect(check.stderr).toContain('--expires and --offline cannot be combined');
  });
});

ciTest('check --offline does not start the process of a profile', async () => {
  const { run, home } = await createRoleWorkstation();
  const document = {
    Version: 1,
    AccessKeyId: 'ASIATESTS0000000PROC',
    SecretAccessKey: 'false-secret',
    SessionToken: 'false-token',
    Expiration: inSeconds(7200),
  };
  const script = join(home, 'process.sh');
  const started = join(home, 'started');
  writeFileSync(script, `#!/bin/sh\ntouch '${started}'\necho '${JSON.stringify(document)}'\n`);
  chmodSync(script, 0o755);
  const check = ['check', '-j', '30m', '--offline', '--profile', 'process'];
  writeFileSync(join(home, 'samples.db'), '');
  expect((await run(check)).code).toBe(3);
  expect(existsSync(started)).toBe(false);
  await run(['poll', '--profile', 'process']);
  expect((await run(check)).code).toBe(0);
});
