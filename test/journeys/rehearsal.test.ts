import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/cli/built-program.ts';
import { startSimulation } from '../support/cli/running-simulation.ts';
import { succeed } from '../support/cli/succeed.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { isThorough } from '../support/thorough.ts';

// This test polls for eleven seconds. Locally, simulate-history.test.ts compares with the schedule.
test.runIf(isThorough)(
  'measurements of a simulator match its schedule',
  async () => {
    const timing = ['--lifetime', '1m', '--rotate-every', '4s', '--jitter', '0'];
    const { environment, stop } = await startSimulation(
      [...timing, '--role', 'loader', '-f', 'json'],
      {},
      startProgram,
    );
    const env = { ...environment, CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };

    const polling = ['poll', '--interval', '1s', '--for', '11s', '-f', 'json'];
    const polls = await succeed(polling, { env }, runProgram);
    const report = JSON.parse(await succeed(['report', '-f', 'json'], { env }, runProgram));
    expect(report.series).toHaveLength(1);
    const [series] = report.series;
    expect(series).toMatchObject({
      ...{ source: 'imds', api_version: '2', role: 'loader', sample_count: polls.trim().split('\n').length },
      rotation_interval: { min_seconds: 4, max_seconds: 4 },
      failed_polls: [],
    });
    expect(series.witnessed_rotation_count).toBeGreaterThanOrEqual(2);
    // Just before a rotation, the old credentials have 56 seconds left. A sample is dated at the start of its
    // poll, so the measured value can be up to a second smaller.
    const { worst_case: worst, sampled_minimum: sampled } = series;
    expect(worst.remaining_seconds).toBeGreaterThanOrEqual(55);
    expect(worst.remaining_seconds).toBeLessThanOrEqual(56);
    expect(sampled.remaining_seconds).toBeGreaterThanOrEqual(worst.remaining_seconds);

    const judge = (duration: string) => runProgram(['report', '-j', duration, '--margin', '0'], { env });
    expect(await judge('50s')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ verdict +safe so far: /),
    });
    expect(await judge('58s')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/ verdict +not safe: /),
    });
    expect(await judge('2m')).toMatchObject({ code: 1 });

    // The simulator reports the same counts.
    const { code, stdout } = await stop();
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({
      ...{ event: 'report', client_count: 1, failed_count: 0, credentials_v1_count: 0 },
      ...{ credentials_count: series.sample_count, credential_set_count: series.generation_count },
      clients: [{ client: expect.stringMatching(/^cred-watch/) }],
      imds_v1_clients: [],
    });
  },
  60_000,
);

test('a copy of credentials expires while refreshed credentials stay valid', async () => {
  const settings = ['--scenario', 'frozen-copy', '--lifetime', '3s', '--rotate-every', '1s'];
  const { environment, stop } = await startSimulation(settings, {}, startProgram);
  const env = { ...environment, CRED_WATCH_DB: join(temporaryFolder(), 'samples.db') };
  const poll = async () => JSON.parse(await succeed(['poll', '-f', 'json'], { env }));
  const copy = await poll();
  await pause(Date.parse(copy.expiration) - Date.now());
  let now = copy;
  while (Date.parse(now.observed_at) < Date.parse(copy.expiration)) now = await poll();
  expect(now.access_key_id).not.toBe(copy.access_key_id);
  expect(now.remaining_seconds).toBeGreaterThan(0);
  await stop();
}, 60_000);
