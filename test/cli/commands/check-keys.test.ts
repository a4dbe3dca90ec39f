import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const KEYS = {
  AWS_ACCESS_KEY_ID: 'ASIATESTS0000009999X',
  AWS_SECRET_ACCESS_KEY: 'false-secret',
  AWS_SESSION_TOKEN: 'false-token',
};

/** Runs commands with these variables and one database. */
function prepare(variables: Record<string, string>) {
  const home = temporaryFolder();
  const env = { HOME: home, CRED_WATCH_DB: join(home, 'samples.db'), CRED_WATCH_HOST: 'vm', ...variables };
  return async (args: readonly string[], more: Record<string, string> = {}) => {
    const run = await runCommand(args, { env: { ...env, ...more } });
    return { ...run, stdout: run.stdout.replaceAll(/\s+/g, ' ') };
  };
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe('keys of a session without their session token', () => {
  const { AWS_SESSION_TOKEN: _, ...WITHOUT_TOKEN } = KEYS;
  const MISSING = 'missing: AWS_SESSION_TOKEN';
  const HINT = 'set AWS_SESSION_TOKEN, or unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

  test.each([[[]], [['--expires', '1h']]])('check is unknown with the flags %j', async (flags) => {
    const run = await prepare(WITHOUT_TOKEN)(['check', '-j', '30m', ...flags]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(MISSING);
    expect(run.stdout).toContain(`what to do ${HINT}`);
    expect(run.stderr).toContain('AWS rejects these keys');
  });

  test('check is unknown if a process prints the keys', async () => {
    const document = { Version: 1, AccessKeyId: KEYS.AWS_ACCESS_KEY_ID, SecretAccessKey: 'false-secret' };
    const process = `echo '${JSON.stringify({ ...document, Expiration: inSeconds(7200) })}'`;
    const run = await prepare({})(['check', '-j', '30m', '--process', process]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('missing: SessionToken');
  });

  test('env prints nothing and exec starts nothing', async () => {
    const run = prepare(WITHOUT_TOKEN);
    const start = ['-j', '30m', '--expires', '1h'];
    const env = await run(['env', ...start, '-f', 'docker']);
    expect(env).toMatchObject({ code: 3, stdout: '' });
    const exec = await run(['exec', ...start, '--', process.execPath, '-p', '"started"']);
    expect(exec.code).toBe(125);
    for (const { stderr } of [env, exec]) {
      expect(stderr).toContain(MISSING);
      expect(stderr).toContain(`hint: ${HINT}`);
    }
  });
});

describe('keys of a profile without their session token', () => {
  const CONTAINER = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' };
  const USED = 'SDKs use the profile (ASIA…999X) of AWS_PROFILE=old and not the container endpoint';
  const HINT =
    'add aws_session_token to profile old, or remove its keys; or unset AWS_PROFILE, which selects the profile';

  /** @param more sections of the credentials file */
  function prepareProfile(more = '') {
    const file = join(temporaryFolder(), 'credentials');
    const keys = `aws_access_key_id=${KEYS.AWS_ACCESS_KEY_ID}\naws_secret_access_key=false-secret\n`;
    writeFileSync(file, `[old]\n${keys}${more}`);
    const run = prepare({ AWS_SHARED_CREDENTIALS_FILE: file, LANG: 'C.UTF-8' });
    return async (args: readonly string[], variables: Record<string, string>) => {
      const result = await run(args, variables);
      return { ...result, stderr: result.stderr.replaceAll(/\s+/g, ' ') };
    };
  }

  test.each([
    ['check', ['check', '-j', '30m']],
    ['env', ['env', '-j', '30m', '-f', 'docker']],
    ['exec', ['exec', '-j', '30m', '--', 'true']],
  ])('%s names the profile, AWS_PROFILE, and the way to the endpoint', async (_, args) => {
    const { stdout, stderr } = await prepareProfile()(args, { AWS_PROFILE: 'old', ...CONTAINER });
    expect(stderr).toContain(USED);
    expect(stderr).toContain(
      'hint: to use the container endpoint, add --source container, or unset AWS_PROFILE',
    );
    expect(stdout + stderr).toContain(HINT);
  });

  test('without AWS_PROFILE, or if it leads to other keys, the hint does not unset it', async () => {
    const run = prepareProfile('[default]\naws_access_key_id=ASIAOTHER\naws_secret_access_key=false\n');
    const named = await run(['check', '-j', '30m'], { AWS_PROFILE: 'old', ...CONTAINER });
    expect(named.stderr).toContain('hint: to use the container endpoint, add --source container note: ');
    const unnamed = await run(['check', '-j', '30m'], CONTAINER);
    expect(unnamed.stdout).toContain('add aws_session_token to profile default, or remove its keys ');
    expect(unnamed.stdout + unnamed.stderr).not.toContain('AWS_PROFILE');
    const flag = await run(['check', '-j', '30m', '--profile', 'old'], {});
    expect(flag.stdout).toContain('add aws_session_token to profile old, or remove its keys ');
    expect(flag.stdout + flag.stderr).not.toContain('AWS_PROFILE');
  });
});

describe('an expiration that the user states', () => {
  test('a later one replaces an earlier one', async () => {
    const run = prepare(KEYS);
    expect((await run(['check', '-j', '30m', '--expires', '0'])).code).toBe(1);
    const second = await run(['check', '-j', '30m', '--expires', '2h']);
    expect(second.code).toBe(0);
    expect(second.stdout).not.toContain('an earlier poll of this key');
    const exec = await run(['exec', '-j', '30m', '--expires', '2h', '--', process.execPath, '-p', '1']);
    expect(exec.code).toBe(0);
  });

  test('it is not stored, so no other command reads it', async () => {
    const run = prepare(KEYS);
    await run(['check', '-j', '30m', '--expires', '50m']);
    expect((await run(['key', KEYS.AWS_ACCESS_KEY_ID])).stdout).not.toContain('valid');
    expect((await run(['report'])).stdout).not.toContain('served expired credentials');
    const third = await run(['check', '-j', '30m']);
    expect(third.code).toBe(3);
    expect(third.stdout).toContain('unknown-expiry');
  });

  test('an earlier one of the credentials counts, also in a check after a poll', async () => {
    const run = prepare(KEYS);
    const stated = { AWS_CREDENTIAL_EXPIRATION: inSeconds(1200) };
    const first = await run(['check', '-j', '30m', '--expires', '2h'], stated);
    expect(first.code).toBe(1);
    expect((await run(['poll', '--source', 'environment'], stated)).code).toBe(0);
    const second = await run(['check', '-j', '30m', '--expires', '2h']);
    expect(second.code).toBe(1);
    expect(second.stdout).toContain('an earlier poll of this key stated');
  });

  test('a later one of the credentials is stored, and the earlier one of the user counts', async () => {
    const run = prepare(KEYS);
    const stated = { AWS_CREDENTIAL_EXPIRATION: inSeconds(7200) };
    expect((await run(['check', '-j', '30m', '--expires', '10m'], stated)).code).toBe(1);
    expect((await run(['check', '-j', '1h'], stated)).code).toBe(0);
  });
});
