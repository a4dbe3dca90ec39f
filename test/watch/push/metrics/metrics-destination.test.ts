import { describe, expect, test } from 'vitest';
import { groupBy } from '../../../../src/domain/lists.ts';
import { CredWatchError } from '../../../../src/errors.ts';
import type { SampleStore } from '../../../../src/store/sample-store.ts';
import { PushInterrupted } from '../../../../src/watch/push/destination.ts';
import { type ImportServer, startImportServer } from '../../../support/push/import-server.ts';
import { type PushSettings, pushMetrics } from '../../../support/push/push-metrics.ts';
import {
  fillRichly,
  IMDS,
  recordFailures,
  recordSamples,
  START,
} from '../../../support/report/rich-store.ts';
import { FakeClock } from '../../../support/server/fake-clock.ts';
import { temporaryStore } from '../../../support/store/temporary-store.ts';
import { ciTest, sampleCases } from '../../../support/thorough.ts';

const HOUR = 3_600_000;
/** A clock whose sleeps end immediately. */
class PassingClock extends FakeClock {
  readonly slept: number[] = [];

  override sleep = async (milliseconds: number): Promise<void> => {
    this.slept.push(milliseconds);
    this.pass(milliseconds);
  };
}

const push = (server: ImportServer, store: SampleStore, settings: PushSettings) =>
  pushMetrics(server.url, store, { clock: new PassingClock(), ...settings });

const NAME = /^cred_watch_(\w+)\{(.*)\} (\S+) (\d+)$/;

/** The values of one metric in the order in which they arrived. */
function findPoints(lines: readonly string[], metric: string, labels = '') {
  return lines.flatMap((line) => {
    const [, name, ownLabels = '', value, at] = NAME.exec(line) ?? [];
    return name === metric && ownLabels.includes(labels) ? [{ at: Number(at), value: Number(value) }] : [];
  });
}

const findTimes = (lines: readonly string[], metric: string) => findPoints(lines, metric).map(({ at }) => at);

describe('what is sent', () => {
  test('the first push sends all current metrics with the present time in milliseconds', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    fillRichly(store);
    const now = START + 30 * HOUR + 5 * 60_000;
    const { sent, rejected } = await push(server, store, { now });
    expect(rejected).toEqual([]);
    expect(sent).toBe(server.accepted.length);
    expect(server.accepted.filter((line) => !NAME.test(line))).toEqual([]);
    expect(new Set(server.accepted.map((line) => line.split(' ').at(-1)))).toEqual(new Set([String(now)]));
    expect(new Set(server.accepted.map((line) => line.slice(0, line.lastIndexOf('}')))).size).toBe(sent);
    const names = new Set(server.accepted.map((line) => /^cred_watch_(\w+)\{/.exec(line)?.[1]));
    for (const name of [
      'job_safe',
      'build_info',
      'finding',
      'polls_total',
      'last_rotation_timestamp_seconds',
    ])
      expect(names).toContain(name);
    expect(server.accepted.join('\n')).not.toMatch(/ASIA/);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/import/prometheus',
      headers: { 'content-encoding': 'gzip', 'user-agent': 'cred-watch/1.2.3' },
    });
  });

  test('a later push sends each sample and failed poll since the first push with its own time', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    recordSamples(store, IMDS, { from: START, hours: 2 });
    await push(server, store, { now: START + 2 * HOUR + 60_000 });
    server.accepted.length = 0;
    recordSamples(store, IMDS, { from: START + 3 * HOUR, hours: 1, every: 20 });
    recordFailures(store, IMDS, START + 3.5 * HOUR, ['timeout']);
    const now = START + 5 * HOUR;
    await push(server, store, { now });
    const taken = [0, 20, 40, 60].map((minute) => START + 3 * HOUR + minute * 60_000 + 7321);
    expect(findPoints(server.accepted, 'poll_last_success_timestamp_seconds')).toEqual([
      ...taken.map((at) => ({ at, value: at / 1000 })),
      { at: now, value: (taken.at(-1) ?? 0) / 1000 },
    ]);
    expect(findPoints(server.accepted, 'observed_remaining_seconds')[0]?.value).toBe(6 * 3600 - 8);
    expect(findPoints(server.accepted, 'source_up')).toEqual([
      { at: taken[0], value: 1 },
      { at: taken[1], value: 1 },
      { at: START + 3.5 * HOUR, value: 0 },
      { at: taken[2], value: 1 },
      { at: taken[3], value: 1 },
      { at: now, value: 1 },
    ]);
  });

  test('a push without new samples sends only current metrics', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    recordSamples(store, IMDS, { from: START, hours: 1 });
    await push(server, store, { now: START + HOUR + 60_000 });
    recordSamples(store, IMDS, { from: START + 2 * HOUR, hours: 1 });
    await push(server, store, { now: START + 3 * HOUR + 60_000 });
    server.accepted.length = 0;
    const now = START + 3 * HOUR + 120_000;
    await push(server, store, { now });
    expect(new Set(server.accepted.map((line) => line.split(' ').at(-1)))).toEqual(new Set([String(now)]));
  });

  test('--since sends older samples, also a second time', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    recordSamples(store, IMDS, { from: START, hours: 4 });
    const settings = { now: START + 5 * HOUR, since: START + 2 * HOUR };
    await push(server, store, settings);
    const first = findTimes(server.accepted, 'source_up');
    expect(first).toHaveLength(13 + 1);
    server.accepted.length = 0;
    await push(server, store, settings);
    expect(findTimes(server.accepted, 'source_up')).toEqual(first);
  });

  test('times are corrected by the offset of the clock', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    recordSamples(store, IMDS, { from: START, hours: 1, offset: 600 });
    await push(server, store, { now: START + HOUR + 600_000, since: START });
    const times = findTimes(server.accepted, 'poll_last_success_timestamp_seconds');
    expect(times[0]).toBe(START + 7321);
    expect(times.at(-1)).toBe(START + HOUR);
  });

  test('if the clock was set back, the samples of the last day are sent', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    recordSamples(store, IMDS, { from: START + 30 * HOUR, hours: 1, offset: null, dated: false });
    await push(server, store, { now: START + 32 * HOUR, since: START + 29 * HOUR });
    server.accepted.length = 0;
    // The clock was 20 hours ahead.
    recordSamples(store, IMDS, { from: START + 12 * HOUR, hours: 0.5, offset: null, dated: false });
    await push(server, store, { now: START + 13 * HOUR });
    const times = findTimes(server.accepted, 'poll_last_success_timestamp_seconds');
    expect(times.filter((at) => at < START + 13 * HOUR)).toHaveLength(4);
  });

  ciTest('more samples than fit into memory are sent in several parts, oldest first', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    store.writeTogether(() => recordSamples(store, IMDS, { from: START, hours: 400, every: 1 }));
    const { sent } = await push(server, store, { now: START + 401 * HOUR, since: START });
    const times = findTimes(server.accepted, 'poll_last_success_timestamp_seconds');
    expect(times).toHaveLength(400 * 60 + 1 + 1);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
    expect(sent).toBe(server.accepted.length);
    expect(Math.max(...server.requests.map(({ lines }) => lines.length))).toBeLessThan(5010);
  });
});

describe('failures', () => {
  /** A store with four samples after the first push. */
  async function prepare() {
    const [server, store] = [await startImportServer(), temporaryStore()];
    recordSamples(store, IMDS, { from: START, hours: 1 });
    await push(server, store, { now: START + HOUR + 60_000 });
    server.accepted.length = 0;
    server.requests.length = 0;
    recordSamples(store, IMDS, { from: START + 2 * HOUR, hours: 0.5 });
    return { server, store, now: START + 3 * HOUR };
  }
  const success = 'poll_last_success_timestamp_seconds';

  test.each(
    sampleCases(
      [
        { status: 500 },
        { status: 503, headers: { 'Retry-After': '7' } },
        { status: 429 },
        { status: 408 },
        { status: 425 },
        'reset' as const,
      ],
      3,
    ),
  )('a temporary failure is repeated after a pause: %j', async (failure) => {
    const { server, store, now } = await prepare();
    server.failures.push(failure);
    const clock = new PassingClock();
    expect((await push(server, store, { now, clock })).rejected).toEqual([]);
    expect(findTimes(server.accepted, success)).toHaveLength(5);
    expect(clock.slept).toEqual([typeof failure === 'object' && 'headers' in failure ? 7000 : 350]);
  });

  test('an outage longer than the timeout interrupts the push, and the next push sends everything', async () => {
    const { server, store, now } = await prepare();
    server.failures.push(...Array(100).fill({ status: 503, body: 'no storage node' }));
    const clock = new PassingClock();
    const error = await push(server, store, { now, clock }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PushInterrupted);
    expect(error).toMatchObject({
      sent: 0,
      message: `prometheus=${server.url} is not available: status 503: no storage node`,
    });
    const total = clock.slept.reduce((sum, each) => sum + each, 0);
    expect(total).toBeLessThan(60_000);
    expect(total).toBeGreaterThan(30_000);
    server.failures.length = 0;
    await push(server, store, { now: now + HOUR });
    expect(findTimes(server.accepted, success)).toHaveLength(5);
  });

  test('a lost response sends the same lines again', async () => {
    const { server, store, now } = await prepare();
    server.failures.push('lose-response');
    await push(server, store, { now });
    const groups = [...groupBy(server.accepted, (line) => line).values()];
    expect(groups.filter(({ length }) => length !== 2)).toEqual([]);
    expect(groups.length).toBeGreaterThan(50);
    expect(new Set(findTimes(server.accepted, success)).size).toBe(5);
  });

  test('samples that the server rejects permanently are reported once, and the next push continues', async () => {
    const { server, store, now } = await prepare();
    server.failures.push({ status: 400, body: 'out of bounds' });
    const { sent, rejected } = await push(server, store, { now });
    expect(sent).toBe(0);
    expect(rejected).toEqual([
      {
        item: expect.stringMatching(/^a request with \d+ samples of metrics$/),
        reason: 'status 400: out of bounds',
      },
    ]);
    expect(store.outbox(`prometheus=${server.url}`).listRejected()).toHaveLength(1);
    const later = await push(server, store, { now: now + 1000 });
    expect(later.rejected).toEqual([]);
    expect(findTimes(server.accepted, success)).toEqual([now + 1000]);
  });

  test('samples that were rejected are sent again after the outbox has forgotten them', async () => {
    const { server, store, now } = await prepare();
    server.failures.push({ status: 422 });
    await push(server, store, { now });
    // As `push --retry-rejected` does.
    const outbox = store.outbox(`prometheus=${server.url}`);
    outbox.forget(outbox.listRejected());
    await push(server, store, { now: now + 1000 });
    expect(findTimes(server.accepted, success)).toHaveLength(5);
  });

  test('a request that is too large is divided', async () => {
    const { server, store, now } = await prepare();
    server.maxLines = 7;
    const { sent, rejected } = await push(server, store, { now });
    expect(rejected).toEqual([]);
    expect(sent).toBe(server.accepted.length);
    expect(findTimes(server.accepted, success)).toHaveLength(5);
  });

  test.each(
    sampleCases(
      [
        [{ status: 401 }, /CRED_WATCH_PROMETHEUS_TOKEN/],
        [{ status: 403 }, /CRED_WATCH_PROMETHEUS_TOKEN/],
        [{ status: 404 }, /path/],
        [{ status: 405 }, /path/],
        [{ status: 400, body: 'unsupported path requested: "/x"' }, /path/],
        [{ status: 402 }, /proxy/],
        [{ status: 407 }, /proxy/],
        [{ status: 421 }, /proxy/],
        [{ status: 431 }, /proxy/],
        [{ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }, /target/],
      ],
      4,
    ),
  )('a wrong configuration ends the push, and nothing is lost: %j', async (failure, hint) => {
    const { server, store, now } = await prepare();
    server.failures.push(failure);
    const error = await push(server, store, { now }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredWatchError);
    expect(error).toMatchObject({ hint: expect.stringMatching(hint) });
    expect(server.requests).toHaveLength(1);
    await push(server, store, { now });
    expect(findTimes(server.accepted, success)).toHaveLength(5);
  });

  ciTest('an interrupted push confirms what was sent before', async () => {
    const [server, store] = [await startImportServer(), temporaryStore()];
    await push(server, store, { now: START });
    store.writeTogether(() => recordSamples(store, IMDS, { from: START, hours: 20, every: 1 }));
    // The first request succeeds, and the second one fails.
    const stop = new AbortController();
    const clock = new PassingClock();
    clock.sleep = async () => stop.abort('SIGTERM');
    server.accepted.length = 0;
    const original = server.accepted.push.bind(server.accepted);
    server.accepted.push = (...lines) => {
      server.failures.push('reset');
      return original(...lines);
    };
    const error = await push(server, store, { now: START + 21 * HOUR, clock, signal: stop.signal }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ message: `the push to prometheus=${server.url} was stopped` });
    const sentBefore = server.accepted.length;
    expect(error).toMatchObject({ sent: sentBefore });
    expect(sentBefore).toBeGreaterThan(1000);
    server.accepted.push = original;
    server.failures.length = 0;
    await push(server, store, { now: START + 21 * HOUR });
    const times = findTimes(server.accepted, success);
    expect(times).toHaveLength(20 * 60 + 1 + 1);
    expect(new Set(times).size).toBe(times.length);
  });
});
