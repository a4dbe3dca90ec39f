import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const HOUR = 3_600_000;
const KEY = 'ASIATESTS0000009999X';
const KEYS = {
  AWS_ACCESS_KEY_ID: KEY,
  AWS_SECRET_ACCESS_KEY: 'false-secret',
  AWS_SESSION_TOKEN: 'false-token',
};

const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString().replace(/\.\d+/, '');

interface KnownCopy {
  host: string;
  expiresIn: number;
  /** The host's clock minus AWS's clock, in seconds. */
  clockOffset?: number;
}

/** A shell with the key, on a machine whose database has the key in each of these series. */
function prepareShell(copies: readonly KnownCopy[], variables: Record<string, string> = {}) {
  const home = temporaryFolder();
  const db = join(home, 'samples.db');
  const now = Math.floor(Date.now() / 1000) * 1000;
  const store = SampleStore.open(db);
  for (const { host, expiresIn, clockOffset = 0 } of copies) {
    const sample = {
      accessKeyId: KEY,
      lastUpdated: null,
      expiration: now + expiresIn * HOUR,
      zoneless: false,
      clockOffset,
      observedAt: now - 60_000,
    };
    store.recordSample({ host, source: 'imds', apiVersion: '2', role: 'loader' }, sample, 'machine');
  }
  store.close();
  const env = { HOME: home, CRED_WATCH_DB: db, CRED_WATCH_HOST: 'vm', ...KEYS, ...variables };
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(args, { env });
    return { code, stdout: stdout.replaceAll(/\s+/g, ' '), stderr: stderr.replaceAll(/\s+/g, ' ') };
  };
  return { run };
}

const KNOWN = [{ host: 'i-0abc', expiresIn: 5 }];
const EXPIRED = [{ host: 'i-0abc', expiresIn: -48 }];
const MARKER = ['--', process.execPath, '-p', '"started"'];

describe('copied keys without a stated expiration', () => {
  test('check judges them by the expiration in the database, and says so', async () => {
    const { run } = prepareShell(KNOWN);
    const safe = await run('check', '-j', '4h');
    expect(safe.code).toBe(0);
    expect(safe.stderr).toMatch(
      /^note: the database knows the key: it expires at \d{4}-\S+ \S+Z, as imds of i-0abc stated $/,
    );
    expect((await run('check', '-j', '4h56m')).code).toBe(1);
  });

  test('expired keys are not safe', async () => {
    const { run } = prepareShell(EXPIRED);
    const check = await run('check', '-j', '4h');
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/EXPIRED 2d/);
    expect(check.stdout).not.toContain('--expires');
  });

  test('--expires does not make them last longer', async () => {
    const { run } = prepareShell(EXPIRED);
    expect((await run('check', '-j', '4h', '--expires', '8h')).code).toBe(1);
  });

  test('an earlier --expires counts', async () => {
    const { run } = prepareShell(KNOWN);
    const check = await run('check', '-j', '4h', '--expires', '1h');
    expect(check.code).toBe(1);
    expect(check.stderr).not.toContain('the database knows the key');
  });

  test('the earliest of several known expirations counts', async () => {
    const { run } = prepareShell([
      ...KNOWN,
      { host: 'i-0def', expiresIn: 2 },
      { host: 'i-0fed', expiresIn: 6 },
    ]);
    const check = await run('check', '-j', '4h');
    expect(check.code).toBe(1);
    expect(check.stderr).toContain('as imds of i-0def stated');
  });

  test('the known clock offset counts if the clock of the host is behind', async () => {
    const { run } = prepareShell([{ host: 'i-0abc', expiresIn: 7, clockOffset: -3 * 3600 }]);
    expect((await run('check', '-j', '4h30m')).code).toBe(1);
  });

  test('a later report contains no poll of the shell', async () => {
    const { run } = prepareShell(KNOWN);
    await run('check', '-j', '4h');
    const report = await run('report', '-f', 'json');
    expect(report.stdout).toContain('"source": "imds"');
    expect(report.stdout).not.toContain('"source": "environment"');
  });

  test('exec and env use the known expiration, and say so', async () => {
    const known = prepareShell(KNOWN);
    const exec = await known.run('exec', '-j', '4h', ...MARKER);
    expect(exec.code).toBe(0);
    const env = await known.run('env', '-j', '4h', '-f', 'env');
    expect(env.code).toBe(0);
    expect(env.stdout).toContain('AWS_CREDENTIAL_EXPIRATION=');
    for (const { stderr } of [exec, env]) expect(stderr).toContain('the database knows the key');
    const expired = prepareShell(EXPIRED);
    expect(await expired.run('exec', '-j', '4h', ...MARKER)).toMatchObject({ code: 125 });
    expect(await expired.run('env', '-j', '4h', '-f', 'env')).toMatchObject({ code: 1, stdout: '' });
  });

  test('sources shows the known expiration, and where it comes from', async () => {
    const known = await prepareShell(KNOWN).run('sources');
    expect(known.stdout).toMatch(/environment answers ASIA…999X · 4h 5\d\S* ?\S* left, until/);
    expect(known.stdout).toContain('the database knows the key');
    expect((await prepareShell(EXPIRED).run('sources')).stdout).toMatch(/EXPIRED 2d/);
    const unknown = await prepareShell([]).run('sources');
    expect(unknown.stdout).toContain('expiration not stated');
  });

  test('check suggests --expires if the database does not know the key', async () => {
    const { run } = prepareShell([]);
    const check = await run('check', '-j', '4h');
    expect(check.code).toBe(3);
    expect(check.stdout).toContain('--expires 45m');
    expect(check.stdout).not.toContain('a safe start');
  });
});

test('a copied key that has expired only by the clock of the host has a note about the clock', async () => {
  const { run } = prepareShell([{ host: 'i-0abc', expiresIn: -1, clockOffset: 7 * 3600 }]);
  const check = await run('check', '-j', '1h');
  expect(check.code).toBe(1);
  expect(check.stderr).toContain("note: the host's clock is 7h ahead of AWS's clock: correct it");
  const key = await run('key', KEY);
  expect(key.code).toBe(1);
  expect(key.stdout).toMatch(
    /^expired by the clock of this host only: the key works until \S+ \S+Z by AWS's clock/,
  );
});

test('an earlier expiration in the database counts more than the stated one', async () => {
  const { run } = prepareShell([{ host: 'i-0abc', expiresIn: 1 }], { AWS_CREDENTIAL_EXPIRATION: inHours(8) });
  const check = await run('check', '-j', '4h');
  expect(check.code).toBe(1);
  expect(check.stderr).toContain('the database knows the key');
});

test('an earlier stated expiration counts more than the one in the database', async () => {
  const { run } = prepareShell(KNOWN, { AWS_CREDENTIAL_EXPIRATION: inHours(1) });
  const check = await run('check', '-j', '4h');
  expect(check.code).toBe(1);
  expect(check.stderr).not.toContain('the database knows the key');
});

describe('a copy of a key of another series', () => {
  const STATED = { AWS_CREDENTIAL_EXPIRATION: inHours(4) };

  test.each([
    ['check', '-j', '1h'],
    ['env', '-j', '1h', '-f', 'json'],
    ['exec', '-j', '1h', ...MARKER],
  ])('%s records no series of it', async (...args) => {
    const { run } = prepareShell(KNOWN, STATED);
    const read = async () => JSON.parse((await run('report', '-f', 'json')).stdout).series.length;
    expect((await run(...args)).code).toBe(0);
    expect(await read()).toBe(1);
  });
});

describe('a key in variables that no series has', () => {
  const readSeries = async (run: ReturnType<typeof prepareShell>['run']) =>
    JSON.parse((await run('report', '-f', 'json')).stdout).series;

  test.each([
    ['check', '-j', '1h'],
    ['env', '-j', '1h', '-f', 'json'],
    ['exec', '-j', '1h', ...MARKER],
  ])('is judged by %s and not recorded, because it belongs to one shell', async (...args) => {
    const { run } = prepareShell([], { AWS_CREDENTIAL_EXPIRATION: inHours(4) });
    expect((await run(...args)).code).toBe(0);
    expect(await readSeries(run)).toEqual([]);
  });

  test('does not change the verdict of the host after it has expired', async () => {
    const { run } = prepareShell(KNOWN, {
      AWS_ACCESS_KEY_ID: 'ASIAOFONESHELL000001',
      AWS_CREDENTIAL_EXPIRATION: inHours(-1),
    });
    expect((await run('check', '-j', '1h')).code).toBe(1);
    expect(await readSeries(run)).toHaveLength(1);
  });

  test('is recorded by a poller', async () => {
    const { run } = prepareShell([], { AWS_CREDENTIAL_EXPIRATION: inHours(4) });
    expect((await run('poll', '--source', 'environment')).code).toBe(0);
    expect(await readSeries(run)).toHaveLength(1);
  });
});
