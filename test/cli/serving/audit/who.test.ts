import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeyUse, OTHER_USERS } from '../../../../src/domain/keys/key-use.ts';
import { SampleStore } from '../../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import { runAt } from '../../../support/docs/run-at.ts';
import { findViolations } from '../../../support/docs/schemas.ts';

const NOW = Date.parse('2026-11-29T19:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const folder = temporaryFolder(afterAll);
const db = join(folder, 'samples.db');
const VALID = 'ASIAQNZGKIQY56JQ7WML';
const EXPIRED = 'ASIAVJ2E6QGR2WZILJFM';

const use = (changes: Partial<KeyUse> = {}): KeyUse => ({
  role: 'loader',
  accessKeyId: VALID,
  client: 'Boto3/1.26.27 Python/3.11.2',
  address: '127.0.0.1',
  process: { pid: 4711, program: '/usr/bin/python3.11', user: 'etl' },
  expiration: NOW + HOUR,
  firstAt: NOW - 2 * HOUR,
  lastAt: NOW - MINUTE,
  count: 12,
  isOthers: false,
  ...changes,
});

const UNKNOWN: KeyUse[] = [
  use({ process: { pid: null, program: null, user: 'root' }, lastAt: NOW - 2 * MINUTE }),
  use({ process: null, lastAt: NOW - 3 * MINUTE, client: '' }),
  use({ process: null, address: '10.0.0.7', lastAt: NOW - 4 * MINUTE }),
  use({ process: null, address: 'unix', lastAt: NOW - 5 * MINUTE, count: 1 }),
  use({ ...OTHER_USERS, count: 5000 }),
];

beforeAll(() => {
  using store = SampleStore.open(db);
  store.keyUses.record('web-1', [use(), ...UNKNOWN], 0);
  store.keyUses.record('web-2', [use({ accessKeyId: EXPIRED, expiration: NOW - 1000, role: 'old' })], 0);
});

const who = (args: readonly string[] = [], file = db) =>
  runAt(NOW, ['serve', '--who', '--db', file, ...args], { HOME: folder, LANG: 'C.UTF-8' });

describe('serve --who', () => {
  test('keys that are still valid come first, with their programs', async () => {
    const { code, output } = await who();
    expect(code).toBe(0);
    expect(output).toMatchInlineSnapshot(`
      "2 served keys: 1 is still valid, 1 has expired

      valid: ASIA…7WML of loader works until 2026-11-29 20:00:00Z, for 1h
        served by             web-1
        used by               /usr/bin/python3.11 (user etl, pid 4711)
                              Boto3/1.26.27 Python/3.11.2, from 127.0.0.1
                              12 responses, 2026-11-29 17:00:00Z to 18:59:00Z
        used by               unknown program: it had ended, or it belongs to another user (user root)
                              Boto3/1.26.27 Python/3.11.2, from 127.0.0.1
                              12 responses, 2026-11-29 17:00:00Z to 18:58:00Z
        used by               unknown program: it had ended, or the system does not show it
                              no User-Agent, from 127.0.0.1
                              12 responses, 2026-11-29 17:00:00Z to 18:57:00Z
        used by               unknown program of another host or container
                              Boto3/1.26.27 Python/3.11.2, from 10.0.0.7
                              12 responses, 2026-11-29 17:00:00Z to 18:56:00Z
        used by               unknown program: a Unix socket does not show its client
                              Boto3/1.26.27 Python/3.11.2, Unix socket
                              1 response, 2026-11-29 18:55:00Z
        used by               other programs, counted together
                              5,000 responses, 2026-11-29 17:00:00Z to 18:59:00Z

      expired: ASIA…LJFM of old stopped working at 2026-11-29 18:59:59Z, 1s ago
        served by             web-2
        used by               /usr/bin/python3.11 (user etl, pid 4711)
                              Boto3/1.26.27 Python/3.11.2, from 127.0.0.1
                              12 responses, 2026-11-29 17:00:00Z to 18:59:00Z
      "
    `);
  });

  test('JSON has all values, and null for an unknown value', async () => {
    const { stdout } = await who(['-f', 'json']);
    const document = JSON.parse(stdout);
    expect(findViolations('serve-who', document)).toEqual([]);
    expect(
      document.keys.map(({ status, remaining_seconds }: Record<string, unknown>) => [
        status,
        remaining_seconds,
      ]),
    ).toEqual([
      ['valid', 3600],
      ['expired', -1],
    ]);
    const [first, second, , , , others] = document.keys[0].users;
    expect(first).toEqual({
      program: '/usr/bin/python3.11',
      user: 'etl',
      pid: 4711,
      client: 'Boto3/1.26.27 Python/3.11.2',
      address: '127.0.0.1',
      others: false,
      response_count: 12,
      first_at: '2026-11-29T17:00:00Z',
      last_at: '2026-11-29T18:59:00Z',
    });
    expect(second).toMatchObject({ program: null, pid: null, user: 'root' });
    expect(others).toMatchObject({
      program: null,
      client: null,
      address: null,
      others: true,
      response_count: 5000,
    });
  });

  test('no key id is shown in full', async () => {
    for (const args of [[], ['-f', 'json']]) {
      const { output } = await who(args);
      for (const key of [VALID, EXPIRED]) expect(output).not.toContain(key);
      expect(output).toContain('ASIA…7WML');
    }
  });

  test('--valid and --host select keys', async () => {
    const list = async (...args: string[]) =>
      JSON.parse((await who(['-f', 'json', ...args])).stdout).keys.map(
        ({ role_name: name }: { role_name: string }) => name,
      );
    expect(await list('--valid')).toEqual(['loader']);
    expect(await list('--host', 'web-2')).toEqual(['old']);
    expect(await list('--host', 'web-2', '--valid')).toEqual([]);
  });

  test('an empty list says what to do, and is no error', async () => {
    const file = join(folder, 'empty.db');
    SampleStore.open(file).close();
    const text = await who([], file);
    expect(text).toMatchObject({ code: 0, stdout: '' });
    expect(text.output).toMatch(
      /^note: this database has no key .*\nhint: start `cred-watch serve` with the same --db/,
    );
    const json = await who(['-f', 'json'], file);
    expect(JSON.parse(json.stdout).keys).toEqual([]);
    expect((await who(['--valid', '--host', 'web-2'])).output).toMatch(
      /^note: no served key is still valid\nhint: remove --valid/,
    );
    expect((await who(['--host', 'web-9'])).output).toMatch(/or remove --host/);
  });

  test('a missing database is an error', async () => {
    const { code, output } = await who([], join(folder, 'missing.db'));
    expect(code).toBe(2);
    expect(output).toContain('does not exist');
  });

  test('a key of a host whose clock is ahead is valid for longer', async () => {
    const file = join(folder, 'ahead.db');
    {
      using store = SampleStore.open(file);
      const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'r' } as const;
      const sample = { accessKeyId: VALID, lastUpdated: null, expiration: NOW + HOUR, zoneless: false };
      store.recordSample(identity, { ...sample, observedAt: NOW, clockOffset: 600 }, 'm');
      store.keyUses.record('web-1', [use({ expiration: NOW - 300_000 })], 0);
    }
    expect(JSON.parse((await who(['-f', 'json'], file)).stdout).keys).toMatchObject([
      { status: 'valid', remaining_seconds: 300 },
    ]);
  });

  test('many users of a key are cut in text, but not in JSON', async () => {
    const file = join(folder, 'many.db');
    const uses = Array.from({ length: 50 }, (_, index) => use({ client: `client-${index}` }));
    {
      using store = SampleStore.open(file);
      store.keyUses.record('web-1', uses, 0);
    }
    const { stdout } = await who([], file);
    expect(stdout.match(/used by/g)).toHaveLength(20);
    expect(stdout).toContain('  and 30 more; -f json has all of them\n');
    expect(JSON.parse((await who(['-f', 'json'], file)).stdout).keys[0].users).toHaveLength(50);
  });

  test.each([
    [['serve', '--valid'], '--valid needs --who'],
    [['serve', '--who', '--listen', '127.0.0.1:1'], '--listen has no effect with --who'],
    [['serve', '--who', '--source', 'imds'], '--source has no effect with --who'],
    [['serve', '--who', '--no-log'], '--no-log has no effect with --who'],
  ])('%j is rejected', async (args, message) => {
    const { code, output } = await runAt(NOW, args, { HOME: folder });
    expect(code).toBe(2);
    expect(output).toContain(message);
  });
});
