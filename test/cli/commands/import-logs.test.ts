import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const folder = temporaryFolder(afterAll);
let databaseCount = 0;
const newDatabase = () => join(folder, `${++databaseCount}.db`);

const logs = readdirSync(fixturePath('logs'));
const UNDATED = /^(11|45)-/;
const WITHOUT_TIMESTAMPS = '04-json-only-jqc.log';
const AUTUMN = 'local-time-autumn.log';
const log = (name: string) => join(fixturePath('logs'), name);

async function readReport(db: string, ...args: string[]) {
  const { stdout, code } = await runCommand(['report', '-f', 'json', '--db', db, ...args]);
  return { code, series: JSON.parse(stdout).series[0] };
}

const usual = logs.filter((name) => name !== WITHOUT_TIMESTAMPS && name !== AUTUMN);

test('there are nineteen logs of the same twelve polls', () => {
  expect(usual).toHaveLength(19);
});

describe.each(usual)('the log %s', (name) => {
  test('has twelve samples of four generations, and the worst case at the third rotation', async () => {
    const db = newDatabase();
    const out = await succeed(['import', log(name), '--host', 'h', '--db', db]);
    expect(out).toMatch(/^ {2}content {2}\d+ timestamps, 12 samples, 4 generations$/m);
    expect(out).toMatch(/^ {2}time {5}2026-11-20 00:00:01Z to 03:40:01Z$/m);
    const { series } = await readReport(db);
    const isUndated = UNDATED.test(name);
    expect(series).toMatchObject({
      sample_count: 12,
      generation_count: 4,
      sampled_minimum: { remaining_seconds: 5 * 3600 + 15 * 60 },
      worst_case: { remaining_seconds: isUndated ? 4 * 3600 + 55 * 60 : 5 * 3600 + 5 * 60 },
    });
  });
});

test('a log without timestamps is refused with a shell line that adds them', async () => {
  const run = await runCommand(['import', log(WITHOUT_TIMESTAMPS), '--host', 'h', '--db', newDatabase()]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error: .* has 12 documents without timestamps, .*; nothing was written\n/);
  expect(run.stderr).toMatch(
    /^hint: .*`\(date -u \+%FT%TZ; curl .*\) >> creds\.log`.*`cred-watch poll`.*--at mtime/m,
  );
});

test('the hour that occurs twice in autumn has two times the samples', async () => {
  const db = newDatabase();
  const args = ['--host', 'h', '--timezone', 'America/New_York', '--db', db];
  expect(await succeed(['import', log(AUTUMN), ...args])).toContain(' 28 samples, 2 generations\n');
  const { code, series } = await readReport(db, '-j', '5h', '--margin', '0');
  expect(code).toBe(1);
  expect(series).toMatchObject({ sample_count: 28, sampled_minimum: { remaining_seconds: 17_099 } });
});
