import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const folder = temporaryFolder(afterAll);
let count = 0;

const START = Date.UTC(2026, 10, 20);
const [MINUTE, HOUR] = [60_000, 3_600_000];

const toText = (instant: number, length: number) =>
  new Date(instant).toISOString().slice(0, length).replace('T', ' ');

/**
 * A log of polls every 20 minutes at 10 s past the minute. The credentials are issued every hour on the hour.
 * @param shift hours by which the local time of the log is behind UTC
 * @param length of the timestamps: 19 with seconds, 16 without
 */
function writeLog(shift: number, length = 19): string {
  const lines = Array.from({ length: 30 }, (_, index) => {
    const at = START + index * 20 * MINUTE + 10_000;
    const expiration = START + Math.floor((index * 20) / 60) * HOUR + 6 * HOUR;
    return `${toText(at - shift * HOUR, length)} Expiration=${new Date(expiration).toISOString().slice(0, 19)}Z`;
  });
  const path = join(folder, `${++count}.log`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const newDatabase = () => join(folder, `${++count}.db`);
const importLog = (path: string, db: string, ...flags: string[]) =>
  runCommand(['import', path, '--host', 'h', '--db', db, ...flags]);
const judge = (db: string) => runCommand(['report', '-j', '4h', '-f', 'json', '--db', db]);

describe('a log in local time west of UTC without LastUpdated', () => {
  test('the log is refused until a zone is given', async () => {
    const run = await importLog(writeLog(5), newDatabase());
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error: .*valid for up to 10h 59m 50s.*local time; nothing was written$/m);
    expect(run.stderr).toMatch(
      /^hint: .*--timezone America\/New_York.*--timezone UTC.*--source role\b.*IoT Greengrass/m,
    );
  });

  test.each([
    ['a finding if a role can have such a validity', 5, 0, 'safe'],
    ['an unknown verdict if no role can have such a validity', 8, 3, 'unknown'],
  ])('with a wrong zone, the report has %s', async (_, hoursWest, exitCode, verdict) => {
    const db = newDatabase();
    const { code, stderr } = await importLog(writeLog(hoursWest), db, '--timezone', 'UTC');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^hint: .*prune --remove-series/m);
    const run = await judge(db);
    expect(run.code).toBe(exitCode);
    const report = JSON.parse(run.stdout);
    expect(report.series[0].findings).toContainEqual(
      expect.objectContaining({
        ...{ code: 'VALIDITY_TOO_LONG', longest_seconds: (6 + hoursWest) * 3600 - 10 },
      }),
    );
    expect(report.jobs[0].verdict).toBe(verdict);
  });

  test.each(['UTC', '-03:00'])('a note says that --timezone=%s is probably wrong', async (zone) => {
    const { stderr } = await importLog(writeLog(5), newDatabase(), `--timezone=${zone}`);
    expect(stderr).toMatch(new RegExp(`read as ${zone}, but .*probably has another zone`));
  });

  test('with --strict, a log with a wrong zone is refused', async () => {
    const run = await importLog(writeLog(5), newDatabase(), '--strict', '--timezone=-03:00');
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(
      /^error: .*longer than IMDS, ECS and EKS.*another zone; nothing was written$/m,
    );
  });

  test('with the right zone, the job is judged', async () => {
    const db = newDatabase();
    const { stderr } = await importLog(writeLog(5), db, '--timezone=-05:00', '--strict');
    expect(stderr).not.toContain('valid for');
    expect((await judge(db)).code).toBe(0);
  });

  test('credentials of a role can be valid for longer', async () => {
    const db = newDatabase();
    const { stderr } = await importLog(writeLog(5), db, '--source', 'role');
    expect(stderr).not.toContain('valid for');
    const run = await judge(db);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).series[0].source).toBe('role');
  });
});

test('times without seconds make no credentials last longer', async () => {
  const worstCase = async (length: number) => {
    const db = newDatabase();
    const run = await importLog(writeLog(0, length), db, '--timezone', 'UTC');
    expect(run.code).toBe(0);
    expect(run.stderr.includes('30 timestamps without seconds')).toBe(length === 16);
    return JSON.parse((await judge(db)).stdout).series[0].worst_case.remaining_seconds;
  };
  expect(await worstCase(16)).toBe((await worstCase(19)) - 49);
});

describe('rows of two times', () => {
  const write = (...lines: string[]) => {
    const path = join(folder, `${++count}.log`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };

  test('a repeated line is read once', async () => {
    const path = write(
      '2026-11-20T00:00:10Z 2026-11-20T06:00:00Z',
      '2026-11-20T00:20:10Z 2026-11-20T06:00:00Z',
      '2026-11-20T01:00:10Z 2026-11-20T07:00:00Z',
      '2026-11-20T01:00:10Z 2026-11-20T07:00:00Z',
    );
    const out = await succeed(['import', path, '--host', 'h', '--db', newDatabase()]);
    expect(out).toMatch(/: 3 added, 1 already stored$/m);
  });

  test.each([
    ['LastUpdated', ['2026-11-20T00:00:10Z 2026-11-20T06:00:00Z'], /first of two times is repeated/],
    ['the expiration', ['2026-11-20T06:00:00Z 2026-11-20T00:00:10Z'], /expiration stands first/],
  ])('rows that may begin with %s are refused with the reason', async (_, lines, reason) => {
    const run = await importLog(write(...lines, ...lines), newDatabase());
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(reason);
  });

  test('an unknown form of a timestamp is named', async () => {
    const path = write('Nov 20 00:00 2026-11-20T06:00:00Z');
    const dry = await importLog(path, newDatabase(), '--dry-run');
    expect(dry.stdout).toContain('a time after a text that is not a known form of a timestamp (line 1)');
    expect(dry.stderr).toMatch(/^hint: write the time of the poll as this line does/m);
  });
});

test('without a known time of the samples, no job is called safe', async () => {
  const db = newDatabase();
  await importLog(writeLog(8), db, '--timezone', 'UTC');
  const report = await runCommand(['report', '-f', 'json', '--db', db]);
  expect(JSON.parse(report.stdout).series[0].longest_safe_job_seconds).toBeNull();
  const table = await runCommand(['report', '--db', db]);
  expect(table.stdout).toMatch(/longest safe job +unknown because the times of the samples are in doubt/);
  const status = await runCommand(['status', '--db', db]);
  expect(status.stdout).toMatch(/^longest safe job unknown/);
});
