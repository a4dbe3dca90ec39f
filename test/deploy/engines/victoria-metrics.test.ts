import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { PushInterrupted } from '../../../src/watch/push/destination.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader, findProgram } from '../../support/credential-formats/describe-reader.ts';
import { ENGINES, waitFor } from '../../support/engines/engine.ts';
import { exportSeries, startVictoriaMetrics, startVmagent } from '../../support/engines/victoria-metrics.ts';
import { findFreePort } from '../../support/free-port.ts';
import { pushMetrics } from '../../support/push/push-metrics.ts';
import { IMDS, recordFailures, recordSamples } from '../../support/report/rich-store.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { ciTest } from '../../support/thorough.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A full hour of this week, because vmagent and Prometheus drop old samples. */
const START = Math.floor(Date.now() / HOUR) * HOUR - 12 * HOUR;
const SUCCESS = 'cred_watch_poll_last_success_timestamp_seconds';

/** The times of all samples in the database, and of the pushes. */
const listTimes = (store: SampleStore, pushes: readonly number[]) =>
  [
    ...[...store.records()].flatMap((each) => (each.record === 'sample' ? each.sample.observedAt : [])),
    ...pushes,
  ].sort((a, b) => a - b);

describeReader('VictoriaMetrics', ENGINES.victoriaMetrics, (program) => {
  test('VictoriaMetrics has every sample once, also after an outage and after repeated pushes', async () => {
    const [folder, port, store] = [temporaryFolder(), await findFreePort(), temporaryStore()];
    const url = `http://127.0.0.1:${port}`;
    const first = await startVictoriaMetrics(program, folder, port);
    recordSamples(store, IMDS, { from: START, hours: 3 });
    await pushMetrics(url, store, { now: START + 4 * HOUR, since: START });
    await first.stop();

    recordSamples(store, IMDS, { from: START + 5 * HOUR, hours: 2 });
    recordFailures(store, IMDS, START + 6 * HOUR + MINUTE, ['timeout', 'no-role']);
    const push = pushMetrics(url, store, { now: START + 8 * HOUR, timeoutMs: 1000 });
    await expect(push).rejects.toThrow(PushInterrupted);

    const second = await startVictoriaMetrics(program, folder, port);
    await pushMetrics(url, store, { now: START + 9 * HOUR });
    // As after a lost response or with two pushers.
    for (let count = 0; count < 2; count += 1)
      await pushMetrics(url, store, { now: START + 9 * HOUR, since: START });

    const times = listTimes(store, [START + 4 * HOUR, START + 9 * HOUR]);
    const [success, ...others] = await exportSeries(second, SUCCESS);
    expect(others).toEqual([]);
    expect(success?.metric).toEqual({
      __name__: SUCCESS,
      host: 'i-0abc',
      source: 'imds',
      api_version: '2',
      role: 'loader',
    });
    expect(success?.timestamps).toEqual(times);
    const up = await exportSeries(second, 'cred_watch_source_up');
    expect(
      up.map(({ timestamps, values }) => [timestamps.length, values.filter((each) => each === 0).length]),
    ).toEqual([[times.length + 2, 2]]);
    const safe = await exportSeries(second, 'cred_watch_job_safe');
    expect(safe.map(({ values }) => values)).toEqual([[0, 0]]);
    // The database does not grow with the number of samples in the engine.
    expect(await exportSeries(second, 'cred_watch_build_info')).toHaveLength(1);
  });

  test('VictoriaMetrics stores hostile names as they are in metrics', async () => {
    const [port, store] = [await findFreePort(), temporaryStore()];
    const engine = await startVictoriaMetrics(program, temporaryFolder(), port);
    const names = { host: 'a"b\\c\nd} 1 2', role: 'é,x="y"' };
    recordSamples(store, { ...IMDS, ...names }, { from: START, hours: 1 });
    await pushMetrics(engine.url, store, { now: START + HOUR });
    const [series] = await exportSeries(engine, SUCCESS);
    expect(series?.metric).toMatchObject({ host: 'a"b\\c\\u{a}d} 1 2', role: 'é,x="y"' });
  });

  test('a wrong path of VictoriaMetrics is reported as such', async () => {
    const [port, store] = [await findFreePort(), temporaryStore()];
    const engine = await startVictoriaMetrics(program, temporaryFolder(), port);
    recordSamples(store, IMDS, { from: START, hours: 1 });
    const push = pushMetrics(`${engine.url}/api/v1/import/other`, store, { now: START + HOUR });
    await expect(push).rejects.toMatchObject({
      hint: expect.stringMatching(/with the path \/api\/v1\/import\/prometheus/),
    });
  });

  ciTest('vmagent keeps what it received while VictoriaMetrics is down', async () => {
    const agent = findProgram(ENGINES.vmagent);
    if (agent === null) throw new Error('vmagent is missing: apt-get install victoria-metrics');
    const [storePort, agentPort, store] = [await findFreePort(), await findFreePort(), temporaryStore()];
    const folder = temporaryFolder();
    const remoteWrite = `http://127.0.0.1:${storePort}/api/v1/write`;
    const { url, stop } = await startVmagent(agent, join(folder, 'agent'), agentPort, remoteWrite);
    recordSamples(store, IMDS, { from: START, hours: 3 });
    await pushMetrics(url, store, { now: START + 4 * HOUR, since: START });
    const engine = await startVictoriaMetrics(program, join(folder, 'store'), storePort);
    const times = listTimes(store, [START + 4 * HOUR]);
    const stored = await waitFor(async () => {
      const [series] = await exportSeries(engine, SUCCESS);
      return (series?.timestamps.length ?? 0) >= times.length ? (series ?? null) : null;
    }, 60_000);
    expect(stored.timestamps).toEqual(times);

    // vmagent is down, then back.
    await stop();
    recordSamples(store, IMDS, { from: START + 5 * HOUR, hours: 1 });
    const push = pushMetrics(url, store, { now: START + 7 * HOUR, timeoutMs: 1000 });
    await expect(push).rejects.toThrow(PushInterrupted);
    await startVmagent(agent, join(folder, 'agent'), agentPort, remoteWrite);
    await pushMetrics(url, store, { now: START + 8 * HOUR });
    const all = listTimes(store, [START + 4 * HOUR, START + 8 * HOUR]);
    const later = await waitFor(async () => {
      const [series] = await exportSeries(engine, SUCCESS);
      return (series?.timestamps.length ?? 0) >= all.length ? (series ?? null) : null;
    }, 60_000);
    expect(later.timestamps).toEqual(all);
  });
});
