import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';

const folder = temporaryFolder(afterAll);
const db = join(folder, 'samples.db');
beforeAll(async () => {
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', db]);
});

const report = (...args: string[]) => runCommand(['report', '--db', db, ...args]);

async function json(...args: string[]) {
  const { code, stdout } = await report('-f', 'json', ...args);
  const document = JSON.parse(stdout);
  expect(findViolations('report', document)).toEqual([]);
  return { code, urls: document.presigned_urls };
}

/** 4h 59m 36s and 5h 04m 44s: the worst cases of the logs of 2015. */
const [WORST_LINUX, WORST_WINDOWS] = [17_976, 18_284];

describe('the logs of 2015', () => {
  test('URLs for seven days work for the worst case at least', async () => {
    const { code, urls } = await json('--presign', '7d');
    expect(code).toBe(1);
    expect(urls).toMatchObject([
      {
        requested_seconds: 604_800,
        verdict: 'never',
        series: [
          {
            host: 'linux',
            verdict: 'never',
            shortest_seconds: WORST_LINUX,
            share_of_full_duration: 0,
            longest_always_seconds: WORST_LINUX,
          },
          { host: 'windows', shortest_seconds: WORST_WINDOWS, longest_always_seconds: WORST_WINDOWS },
        ],
      },
    ]);
    const [{ median_seconds: median }] = urls[0].series;
    expect(median).toBeGreaterThan(WORST_LINUX);
    expect(median).toBeLessThan(6 * 3600 + 33 * 60);
  });

  test('there is no margin: the worst case itself is safe, and one second more is not', async () => {
    const shortest = await json('--presign', `${WORST_LINUX}s`);
    expect(shortest).toMatchObject({ code: 0, urls: [{ verdict: 'safe' }] });
    expect(shortest.urls[0].series[0]).toMatchObject({
      shortest_seconds: WORST_LINUX,
      median_seconds: WORST_LINUX,
      share_of_full_duration: 1,
    });
    const longer = await json('--presign', `${WORST_LINUX + 1}s`, '--margin', '0');
    expect(longer).toMatchObject({ code: 1, urls: [{ verdict: 'start-after-rotation' }] });
    expect(longer.urls[0].series[0].share_of_full_duration).toBeLessThan(1);
  });

  test('the worst verdict of durations and jobs decides the exit code', async () => {
    expect((await json('--presign', '1h', '--presign', '2h')).code).toBe(0);
    expect((await json('--presign', '1h', '--presign', '7d')).code).toBe(1);
    expect((await json('--presign', '1h', '-j', '7h')).code).toBe(1);
    expect((await json('--presign', '1h', '--max-age', '1h')).code).toBe(3);
  });

  test('the table begins with the lifetimes', async () => {
    const { stdout } = await report('--presign', '7d');
    expect(stdout).toContain(
      [
        'presigned URLs for 7d: not safe',
        '',
        '  series                linux · imds',
        '  verdict               not safe: no URL worked for 7d',
        '  shortest lifetime     4h 59m 36s',
      ].join('\n'),
    );
    expect(stdout).toMatch(/^ {2}whole duration +no URL worked for 7d$/m);
    expect(stdout).toContain('request at most 4h 59m 36s, which every URL gets');
  });

  test('a report without --presign has no presigned URLs', async () => {
    expect(await json()).toEqual({ code: 0, urls: [] });
  });
});

test('without samples, the verdict is unknown', async () => {
  const env = { CRED_WATCH_DB: undefined, XDG_STATE_HOME: join(folder, 'new') };
  const run = await runCommand(['report', '--presign', '7d', '-f', 'json'], { env });
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(/^error: no samples: .*samples\.db does not exist\nhint: /);
  expect(JSON.parse(run.stdout).presigned_urls).toEqual([
    { requested_seconds: 604_800, verdict: 'unknown', series: [] },
  ]);
});

test('without a witnessed rotation, lifetimes are unknown', async () => {
  const file = join(folder, 'one-sample.db');
  const record = {
    ...{ schema_version: 1, record: 'sample', host: 'h', source: 'imds', api_version: '2', role: 'r' },
    ...{ observed_at: '2026-11-22T10:00:00Z', access_key_id: 'ASIATESTTESTTEST0001', ordinal: 0 },
    ...{ last_updated: '2026-11-22T09:00:00Z', expiration: '2026-11-22T15:00:00Z', clock_offset_seconds: 0 },
  };
  const imported = await runCommand(['import', '-', '--db', file], { stdin: JSON.stringify(record) });
  expect(imported.stderr).toBe('');
  const { code, stdout } = await runCommand(['report', '--presign', '1h', '-f', 'json', '--db', file]);
  expect(code).toBe(3);
  expect(JSON.parse(stdout).presigned_urls[0].series).toMatchObject([
    { verdict: 'unknown', shortest_seconds: null, longest_always_seconds: null },
  ]);
});

test.each([
  [['--presign', '8d'], "--presign '8d' is too long", 'S3 accepts at most 7d'],
  [['--presign', '0'], "--presign '0' is too short", 'use at least 1s'],
  [['--presign', 'long'], "--presign 'long' is not a duration", 'use 90s, 15m, 1h30m, 5h, 7d or PT5H'],
  [['--presign', '1h', '-f', 'csv'], '--presign cannot be shown as csv', 'use -f table or -f json'],
])('%j is wrong usage', async (args, message, hint) => {
  expect(await report(...args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `error: ${message}\nhint: ${hint}\n`,
  });
});
