import { expect, test } from 'vitest';
import { IMDS, recordFailures, recordSamples, START } from '../support/report/rich-store.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';

const HOUR = 3_600_000;

test('pollsSince reads the generations that were seen since then, and the failed polls, of one host and source', () => {
  const store = temporaryStore();
  recordSamples(store, IMDS, { from: START, hours: 4, every: 20 });
  recordSamples(store, { ...IMDS, host: 'other' }, { from: START, hours: 4 });
  recordSamples(store, { ...IMDS, source: 'container' }, { from: START, hours: 4 });
  for (const host of ['i-0abc', 'other'])
    recordFailures(store, { host, source: 'imds' }, START + 2 * HOUR, ['timeout', 'no-role']);
  const since = START + 2 * HOUR + 30_000;
  const found = [...store.pollsSince({ host: 'i-0abc', source: 'imds', since })];
  const samples = found.flatMap((each) => (each.kind === 'samples' ? each : []));
  expect(
    samples.flatMap(({ times }) => times.map(({ observedAt }) => (observedAt - START - 7321) / 60_000)),
  ).toEqual([120, 140, 160, 180, 200, 220, 240]);
  expect(samples[0]).toMatchObject({
    identity: IMDS,
    credentials: { lastUpdated: START + 2 * HOUR, expiration: START + 8 * HOUR + 2 * 60_000 },
  });
  expect(JSON.stringify(found)).not.toMatch(/ASIA/);
  expect(found.filter(({ kind }) => kind === 'failed_poll')).toEqual([
    { kind: 'failed_poll', poll: { observedAt: START + 2 * HOUR + 60_000, clockOffset: null } },
  ]);
});
