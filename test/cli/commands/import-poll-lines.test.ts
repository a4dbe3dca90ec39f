import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/domain/model.ts';
import { formatPollJson } from '../../../src/report/poll-line.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const START = Date.UTC(2026, 10, 20);
const HOUR = 3_600_000;
const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;

/** Polls every ten minutes; the credentials rotate every hour. */
const SAMPLES = Array.from({ length: 48 }, (_, index): Sample => {
  const lastUpdated = START + Math.floor(index / 6) * HOUR;
  return {
    accessKeyId: `ASIAEXAMPLE00000${String(Math.floor(index / 6)).padStart(4, '0')}`,
    lastUpdated,
    expiration: lastUpdated + 6 * HOUR,
    zoneless: false,
    observedAt: START + index * 600_000 + 1234,
    clockOffset: (index % 5) - 2,
  };
});

const folder = temporaryFolder(afterAll);
let databaseCount = 0;
const newDatabase = () => join(folder, `${++databaseCount}.db`);

/** The database of the poller that printed the lines. */
const own = newDatabase();
{
  using store = SampleStore.open(own);
  for (const sample of SAMPLES) store.recordSample(identity, sample, 'machine');
}

/** The output of `poll -f json`, which shows a part of each key id. */
const lines = join(folder, 'poll.log');
writeFileSync(
  lines,
  SAMPLES.map(({ observedAt, clockOffset, ...credentials }) => {
    const poll = { ok: true, observedAt, clockOffset, notes: [], credentials, accountId: null } as const;
    return `${formatPollJson(identity, poll)}\n`;
  }).join(''),
);

async function importFile(file: string, db: string): Promise<string> {
  const { stdout, stderr } = await runCommand(['import', file, '--db', db]);
  expect(stderr).toBe('');
  return stdout;
}

/** The report without its time, and without the numbers that count a sample of both files twice. */
async function readReport(db: string) {
  const { stdout } = await runCommand(['report', '-j', '5h', '--max-age', '3650d', '-f', 'json', '--db', db]);
  const { generated_at, series, ...report } = JSON.parse(stdout);
  const [{ polled, sample_count, usual_gap_seconds, newest_sample_age_seconds, ...only }, ...others] = series;
  return { ...report, series: [only, ...others] };
}

describe('the lines of poll -f json', () => {
  test('with the same times are one generation', async () => {
    const stdout = await importFile(lines, newDatabase());
    expect(stdout).toContain('content  48 samples, 8 generations\n');
  });

  test('give the same report as the database of the poller', async () => {
    const db = newDatabase();
    await importFile(lines, db);
    const report = await readReport(own);
    expect(report.series).toHaveLength(1);
    expect(report.series[0]).toMatchObject({ generation_count: 8 });
    expect(report.verdict).toBe('start-after-rotation');
    expect(await readReport(db)).toEqual(report);
  });

  test('beside the same samples with key ids, in either order, change no report', async () => {
    const report = await readReport(own);
    const archive = join(folder, 'archive.ndjson');
    writeFileSync(archive, (await runCommand(['export', '--db', own])).stdout);
    for (const order of [
      [archive, lines],
      [lines, archive],
    ]) {
      const db = newDatabase();
      for (const file of order) await importFile(file, db);
      expect(await readReport(db)).toEqual(report);
      expect(await importFile(lines, db)).toContain('0 added, 48 already stored');
    }
    await importFile(lines, own);
    expect(await readReport(own)).toEqual(report);
  });
});
