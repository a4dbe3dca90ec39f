import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { toMachineColumn } from '../../../src/store/series-rows.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/postgres/run-at.ts';
import { IMDS, recordSamples, START } from '../../support/report/rich-store.ts';

const HOUR = 3_600_000;
const HOURS = 24;
const AHEAD = 3 * 3600;
/** By AWS's clock, three and a half hours after the newest sample. */
const NOW = START + (HOURS + 3.5) * HOUR;

/** A host whose clock is three hours ahead. */
function createDatabase(machine: string): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  recordSamples(store, IMDS, { from: START, hours: HOURS, lifetime: 12, offset: AHEAD, machine });
  return file;
}

const JUDGING: readonly (readonly string[])[] = [
  ['report', '-j', '1h', '--margin', '0'],
  ['report', '-j', '1h', '--margin', '0', '--fleet'],
  ['status', '-j', '1h', '--margin', '0'],
  ['check', '-j', '1h', '--margin', '0', '--offline', '--source', 'imds', '--host', IMDS.host],
];

const runAll = (file: string, now: number, maxAge: string) =>
  Promise.all(JUDGING.map((args) => runAt(now, [...args, '--db', file, '--max-age', maxAge])));

describe('the newest sample of a host whose clock is three hours ahead', () => {
  test.for([
    ['another machine with the right time', 'web-1', NOW],
    ['the host itself', hostname(), NOW + 3 * HOUR],
    ['the host itself, under a chosen host name', toMachineColumn(hostname(), true), NOW + 3 * HOUR],
  ] as const)('%s judges by the real age', async ([, machine, now]) => {
    const file = createDatabase(machine);
    const [old, recent] = [await runAll(file, now, '3h'), await runAll(file, now, '4h')];
    expect(old.map(({ code }) => code)).toEqual([3, 3, 3, 3]);
    expect(recent.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });

  test('the age in JSON is the time from the newest sample to the report', async () => {
    const args = ['report', '--db', createDatabase('web-1'), '-f', 'json'];
    const [series] = JSON.parse((await runAt(NOW, args)).stdout).series;
    const lastSample = Date.parse(series.last_sample_at);
    expect(series.newest_sample_age_seconds).toBe(Math.floor((NOW - lastSample) / 1000));
  });
});
