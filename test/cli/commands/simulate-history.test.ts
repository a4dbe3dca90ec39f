import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { RotationSchedule } from '../../../src/server/credentials/rotation-schedule.ts';
import { SeededRandom } from '../../../src/server/credentials/seeded-random.ts';
import { runProgram, runShell } from '../../support/cli/built-program.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { succeed } from '../../support/cli/succeed.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { ciTest } from '../../support/thorough.ts';

const UNTIL = '2026-10-31T00:00:00Z';
const END = Date.parse(UNTIL);
const DAY = 86_400_000;

const folder = temporaryFolder(afterAll);
let made = 0;
const newPath = () => join(folder, `${++made}`);
const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const history = (...args: string[]) => ['simulate', '--history', ...args, '--until', UNTIL];

/** Simulates a history, imports it through a pipe, and returns the report of its series. */
async function report(...args: string[]) {
  const db = `${newPath()}.db`;
  const pipe = '"$NODE" "$PROGRAM" "$@" --output - | "$NODE" "$PROGRAM" import - --db "$DB"';
  const run = await runShell(`set -- ${history(...args).join(' ')}; ${pipe}`, { env: { DB: db } });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const { series } = JSON.parse(await succeed(['report', '--format', 'json', '--db', db]));
  expect(series).toHaveLength(1);
  return { imported: run.stdout, ...series[0] };
}

/** The seconds for which each generation is current, computed only from the schedule. */
function intervals(seed: string, days: number) {
  const timing = { lifetime: 21_600, rotateEvery: 3600, jitter: 120 };
  const schedule = new RotationSchedule(timing, END - days * DAY, new SeededRandom(seed));
  const issued = new Set<number>();
  // No generation is current for less than a minute. With these seeds, none begins after the last poll.
  for (let time = END - days * DAY; time <= END - 300_000; time += 60_000)
    issued.add(schedule.findServedAt(time).issuedAt);
  const instants = [...issued];
  return instants.slice(1).map((instant, index) => (instant - (instants[index] ?? 0)) / 1000);
}

describe.concurrent('a report finds what was simulated', () => {
  ciTest('a report finds what was simulated over ten days, polled every five minutes', async () => {
    const truth = intervals('ten-days', 10);
    const found = await report('10d', '--every', '5m', '--seed', 'ten-days');
    expect(found).toMatchObject({
      host: 'simulated-host',
      source: 'imds',
      api_version: '2',
      role: 'simulated-role',
      sample_count: 10 * 288,
      generation_count: truth.length + 1,
      rotation_count: truth.length,
      witnessed_rotation_count: truth.length,
      rotation_interval: { min_seconds: Math.min(...truth), max_seconds: Math.max(...truth) },
      validity_when_issued: { min_seconds: 21_600, max_seconds: 21_600 },
      worst_case: { remaining_seconds: 21_600 - Math.max(...truth), at_rotation: true, rotation_dated: true },
      failed_polls: [],
      findings: [{ code: 'SIMULATED_CREDENTIALS' }],
    });
    expect(found.sampled_minimum.remaining_seconds).toBeGreaterThan(found.worst_case.remaining_seconds);
  });

  ciTest(
    'a report finds what was simulated with a frozen rotation: expired credentials until the end',
    async () => {
      const found = await report('10m', '--every', '10s', '--scenario', 'agent-serves-expired');
      // The scenario rotates every minute, with a lifetime of 3m, and freezes the generation issued after 2m.
      const expiry = END - 600_000 + 120_000 + 180_000;
      const last = Date.parse(found.last_sample_at);
      const remaining = Math.floor((expiry - last) / 1000);
      expect(last).toBeGreaterThan(END - 10_000);
      expect(found).toMatchObject({
        source: 'container',
        api_version: '',
        sample_count: 60,
        generation_count: 3,
        sampled_minimum: { remaining_seconds: remaining },
        worst_case: { remaining_seconds: remaining, at_rotation: false },
      });
      expect(found.findings.map(({ code }: { code: string }) => code)).toContain('SERVED_EXPIRED');
    },
  );

  test('a report finds what was simulated with an endpoint that fails for a day: failed polls and samples', async () => {
    const found = await report('3d', '--every', '1h', '--fault', 'no-role,from=1d,for=24h', '--host', 'db-1');
    expect(found).toMatchObject({
      host: 'db-1',
      sample_count: 48,
      failed_polls: [{ reason: 'no-role', count: 24 }],
    });
  });
});

ciTest('a history of 14 days, written in five batches, has every poll and every generation', async () => {
  const days = 14;
  const file = newPath();
  await succeed(history(`${days}d`, '--seed', 'fortnight', '-o', file));
  const records = lines(readFileSync(file, 'utf8'));
  expect(records).toHaveLength(days * 288);
  const issued = new Set(records.map((record) => /"last_updated":"([^"]+)"/.exec(record)?.[1]));
  expect(issued.size).toBe(intervals('fortnight', days).length + 1);
});

describe.concurrent('the output', () => {
  test('a simulated history goes to stdout by default, and is the same in a file', async () => {
    const folder = newPath();
    mkdirSync(folder);
    const file = join(folder, 'history.ndjson');
    const printed = await runProgram(history('1d', '--seed', 's'));
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(lines(printed.stdout)).toHaveLength(288);
    for (const line of lines(printed.stdout)) expect(JSON.parse(line)).toMatchObject({ record: 'sample' });
    expect((await runCommand(history('1d', '--seed', 's', '-o', '-'))).stdout).toBe(printed.stdout);
    expect(await runCommand(history('1d', '--seed', 's', '-o', file))).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(file, 'utf8')).toBe(printed.stdout);
    expect(readdirSync(folder)).toEqual(['history.ndjson']);
  });

  ciTest('a simulated history differs between two runs without a seed', async () => {
    const [one, other] = [await runCommand(history('1h')), await runCommand(history('1h'))];
    expect(one.code).toBe(0);
    expect(other.stdout).not.toBe(one.stdout);
  });

  ciTest('a simulated history has no poll after the end, and is in order', async () => {
    const { stdout } = await runCommand(history('1h', '--every', '1s'));
    const instants = lines(stdout).map((line) => Date.parse(JSON.parse(line).observed_at));
    expect(instants).toHaveLength(3600);
    expect(Math.min(...instants)).toBeGreaterThanOrEqual(END - 3_600_000);
    expect(Math.max(...instants)).toBeLessThanOrEqual(END);
    expect([...instants].sort((a, b) => a - b)).toEqual(instants);
  });
});

describe.concurrent('an invalid command line writes nothing and explains the error', () => {
  test.each<[string, string[], RegExp]>([
    ['too many polls', ['--history', '365d', '--every', '1s'], /more than 10,000,000 polls/],
    ['no time', ['--history', '1h', '--until', 'nonsense'], /--until 'nonsense' is not a time/],
    [
      'no folder',
      ['--history', '1h', '--output', '/nonexistent/x'],
      /could not write .*: the folder does not exist/,
    ],
    ['before all records', ['--history', '1d', '--until', '2000-01-01T12:00:00Z'], /before the year 2000/],
    ['--every alone', ['--every', '5m'], /--every needs --history/],
    ['--until alone', ['--until', '1d'], /--until needs --history/],
    ['--host alone', ['--host', 'x'], /--host needs --history/],
    ['--output alone', ['--output', 'x'], /--output needs --history/],
    ['--output alone, stdout', ['-o', '-'], /--output needs --history/],
  ])('an invalid command line writes nothing and explains the error: %s', async (_, args, message) => {
    const run = await runCommand(['simulate', ...args]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(run.stderr).toMatch(message);
  });
});

ciTest('a long history ends when the reader of the pipe has closed it', async () => {
  const script = '"$NODE" "$PROGRAM" simulate --history 1000d --every 10s | head -n 1';
  const run = await runShell(script);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toMatchObject({ record: 'sample', source: 'imds' });
});

test('a history of several endpoints is an error', async () => {
  const run = await runCommand(history('1d', '--shape', 'ecs,imds'));
  expect(run).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'error: --history simulates a single endpoint\nhint: name one with --shape\n',
  });
});
