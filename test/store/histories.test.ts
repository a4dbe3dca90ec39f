import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FailureReason, Sample, SeriesIdentity, SourceName } from '../../src/domain/model.ts';
import type { SeriesFilter } from '../../src/store/contract.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { openReadOnly, temporaryStore } from '../support/store/temporary-store.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const at = (minute: number) => START + minute * MINUTE;

const sample = (minute: number, key: string, clockOffset: number | null = 0): Sample => ({
  accessKeyId: `ASIA${key}`,
  lastUpdated: null,
  expiration: at(600),
  zoneless: false,
  observedAt: at(minute),
  clockOffset,
});

const series = (host: string, source: SourceName, role: string, apiVersion = ''): SeriesIdentity => ({
  host,
  source,
  role,
  apiVersion,
});

function fail(store: SampleStore, minute: number, reason: FailureReason, more: object = {}): void {
  const poll = { detail: '', accessKeyId: null, expiration: null, clockOffset: null };
  store.recordFailedPoll('web-1', 'imds', { ...poll, observedAt: at(minute), reason, ...more });
}

/** Each series as one text, with the first and last minutes of its generations. */
const describeHistories = (store: SampleStore, filter: SeriesFilter = {}) =>
  store.histories(filter).map(({ identity: { host, source, role, apiVersion }, generations }) => {
    const minutes = generations
      .toSorted((a, b) => a.firstSeen - b.firstSeen)
      .map(({ firstSeen, lastSeen }) => `${(firstSeen - START) / MINUTE}-${(lastSeen - START) / MINUTE}`);
    return [host, source, role, apiVersion, ...minutes].join(' ');
  });

/** The series are recorded in an order that differs from every sorted order. */
function createStore(): SampleStore {
  const store = temporaryStore();
  store.recordSample(series('web-2', 'imds', 'app', '2'), sample(20, 'B'), 'm2');
  store.recordSample(series('web-1', 'imds', 'worker', '2'), sample(30, 'C'), 'm1');
  store.recordSample(series('web-1', 'imds', 'app', '2'), sample(50, 'E'), 'm1');
  store.recordSample(series('web-1', 'imds', 'app', '2'), sample(10, 'D'), 'm1');
  store.recordSample(series('web-1', 'imds', 'app', '2'), sample(20, 'D'), 'm1');
  store.recordSample(series('web-1', 'container', 'app'), sample(40, 'F'), 'm1');
  store.recordSample(series('web-1', 'imds', 'app', '1'), sample(5, 'G'), 'm1');
  return store;
}

describe('histories', () => {
  test('histories are ordered by host, source, role and API version', () => {
    expect(describeHistories(createStore())).toEqual([
      'web-1 container app  40-40',
      'web-1 imds app 1 5-5',
      'web-1 imds app 2 10-20 50-50',
      'web-1 imds worker 2 30-30',
      'web-2 imds app 2 20-20',
    ]);
  });

  test.each<[SeriesFilter, string[]]>([
    [{ host: 'web-2' }, ['web-2 imds app 2 20-20']],
    [{ source: 'container' }, ['web-1 container app  40-40']],
    [{ role: 'worker' }, ['web-1 imds worker 2 30-30']],
    [{ host: 'web-1', source: 'imds', role: 'app', since: at(50) }, ['web-1 imds app 2 50-50']],
    [{ host: 'web-1', source: 'imds', role: 'app', since: at(50) + 1 }, []],
    [
      { host: 'web-1', role: 'app', source: 'imds', since: at(20), until: at(49) },
      ['web-1 imds app 2 10-20'],
    ],
    [{ host: 'web-1', role: 'app', source: 'imds', since: at(20) + 1, until: at(49) }, []],
    [{ until: at(5) }, ['web-1 imds app 1 5-5']],
    [{ until: at(5) - 1 }, []],
    [{ host: 'other' }, []],
  ])('histories with the filter %j are %j', (filter, expected) => {
    expect(describeHistories(createStore(), filter)).toEqual(expected);
  });

  test('an export selects the same generations as a report', () => {
    const store = createStore();
    const keys = (filter: SeriesFilter) =>
      [...store.records(filter)]
        .map((each) => (each.record === 'sample' ? each.sample.accessKeyId.slice(-1) : ''))
        .sort();
    expect(keys({})).toEqual(['B', 'C', 'D', 'D', 'E', 'F', 'G']);
    expect(keys({ host: 'web-1', role: 'app', since: at(20), until: at(40) })).toEqual(['D', 'D', 'F']);
    expect(keys({ since: at(20) + 1, until: at(30) - 1 })).toEqual([]);
    expect(keys({ since: at(5), until: at(5) })).toEqual(['G']);
  });

  test('an export is ordered by series, then by the first sample and the key of generations', () => {
    const store = createStore();
    for (const key of ['Z', 'Y'])
      store.recordSample(series('web-1', 'imds', 'app', '2'), sample(15, key), 'm1');
    const keys = [...store.records()].map((each) =>
      each.record === 'sample' ? each.sample.accessKeyId.slice(-1) : '',
    );
    expect(keys.join('')).toBe('FGDDYZECB');
  });

  test('names of hosts and roles are listed once and in order', () => {
    const store = createStore();
    store.recordSample(series('a', 'process', ''), sample(0, 'H'), 'm3');
    expect(store.seriesNames('host')).toEqual(['a', 'web-1', 'web-2']);
    expect(store.seriesNames('role')).toEqual(['app', 'worker']);
  });

  test('the last host of a machine is the one with the newest poll of the source', () => {
    const store = temporaryStore();
    store.recordSample(series('old', 'imds', 'app'), sample(10, 'A'), 'm1');
    store.recordSample(series('new', 'imds', 'app'), sample(30, 'A'), 'm1');
    store.recordSample(series('middle', 'imds', 'app'), sample(20, 'A'), 'm1');
    store.recordSample(series('other-source', 'container', 'app'), sample(40, 'A'), 'm1');
    store.recordSample(series('other-machine', 'imds', 'app'), sample(50, 'A'), 'm2');
    expect(store.findLastHost('m1', 'imds')).toBe('new');
    // An older sample does not move the newest poll back.
    store.recordSample(series('new', 'imds', 'app'), sample(5, 'A'), 'm1');
    expect(store.findLastHost('m1', 'imds')).toBe('new');
    expect(store.findLastHost('m1', 'process')).toBeNull();
  });
});

describe('failed polls of a history', () => {
  test('failed polls belong to the newest series of their host and source only', () => {
    const store = temporaryStore();
    store.recordSample(series('web-1', 'imds', 'b', '2'), sample(10, 'A'), 'm');
    store.recordSample(series('web-1', 'imds', 'c', '2'), sample(30, 'B'), 'm');
    store.recordSample(series('web-1', 'imds', 'a', '2'), sample(20, 'C'), 'm');
    store.recordSample(series('web-2', 'imds', 'a', '2'), sample(60, 'D'), 'm');
    fail(store, 40, 'timeout');
    const counts = store.histories().map(({ identity, failedPolls }) => [identity.role, failedPolls.length]);
    expect(counts).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 1],
      ['a', 0],
    ]);
  });

  test('failed polls are counted by reason, the most frequent reason first', () => {
    const store = temporaryStore();
    fail(store, 30, 'timeout', { detail: 'b' });
    fail(store, 10, 'timeout', { detail: 'first' });
    fail(store, 50, 'server-error', { detail: 'z' });
    fail(store, 50, 'server-error', { detail: 'y' });
    fail(store, 20, 'server-error', { detail: 'a' });
    fail(store, 25, 'unreachable', { detail: 'u' });
    fail(store, 26, 'throttled', { detail: 't' });
    expect(store.histories()).toMatchObject([
      {
        identity: { host: 'web-1', source: 'imds', apiVersion: '', role: '' },
        isPolled: true,
        generations: [],
        failedPolls: [
          { reason: 'server-error', count: 3, firstAt: at(20), lastAt: at(50), lastDetail: 'y' },
          { reason: 'timeout', count: 2, firstAt: at(10), lastAt: at(30), lastDetail: 'b' },
          { reason: 'throttled', count: 1, firstAt: at(26), lastAt: at(26), lastDetail: 't' },
          { reason: 'unreachable', count: 1, firstAt: at(25), lastAt: at(25), lastDetail: 'u' },
        ],
      },
    ]);
  });

  test('failed polls are selected by host, source and time, and never by role', () => {
    const store = temporaryStore();
    fail(store, 10, 'timeout');
    fail(store, 20, 'timeout');
    const countSeries = (filter: SeriesFilter) =>
      store.histories(filter).flatMap(({ failedPolls }) => failedPolls.map(({ count }) => count));
    const exported = (filter: SeriesFilter) => [...store.records(filter)].length;
    for (const [filter, count] of [
      [{}, 2],
      [{ host: 'web-1', source: 'imds' }, 2],
      [{ host: 'web-2' }, 0],
      [{ source: 'container' }, 0],
      [{ role: 'app' }, 0],
      [{ since: at(20) }, 1],
      [{ since: at(20) + 1 }, 0],
      [{ until: at(10) }, 1],
      [{ until: at(10) - 1 }, 0],
    ] as [SeriesFilter, number][]) {
      expect([filter, countSeries(filter)]).toEqual([filter, count === 0 ? [] : [count]]);
      expect([filter, exported(filter)]).toEqual([filter, count]);
    }
  });

  test('equal failed polls of the same millisecond are all recorded', () => {
    const store = temporaryStore();
    for (let each = 0; each < 3; each += 1) fail(store, 10, 'timeout');
    fail(store, 10, 'timeout', { detail: 'other' });
    expect([...store.records()].map((each) => ('ordinal' in each ? each.ordinal : null)).sort()).toEqual([
      0, 0, 1, 2,
    ]);
  });
});

describe('histories of several series', () => {
  test('of two series with equal last samples, only the first one has the failed polls and their spans', () => {
    const store = temporaryStore();
    store.recordSample(series('web-1', 'imds', 'app', '2'), sample(10, 'A'), 'm');
    store.recordSample(series('web-1', 'imds', 'app', '1'), sample(10, 'B'), 'm');
    fail(store, 20, 'timeout');
    expect(
      store
        .histories()
        .map(({ identity, failedPolls, failedPollSpans }) => [
          identity.apiVersion,
          failedPolls.length,
          failedPollSpans,
        ]),
    ).toEqual([
      ['1', 1, [{ from: at(20), to: at(20) }]],
      ['2', 0, []],
    ]);
  });

  test('the newest series of a selected period has the failed polls', () => {
    const store = temporaryStore();
    store.recordSample(series('web-1', 'imds', 'a', '2'), sample(10, 'A'), 'm');
    store.recordSample(series('web-1', 'imds', 'b', '2'), sample(30, 'B'), 'm');
    fail(store, 15, 'timeout');
    const roles = (filter: SeriesFilter) =>
      store
        .histories(filter)
        .filter(({ failedPolls }) => failedPolls.length > 0)
        .map(({ identity }) => identity.role);
    expect(roles({})).toEqual(['b']);
    expect(roles({ until: at(20) })).toEqual(['a']);
    expect(roles({ until: at(29) })).toEqual(['a']);
    expect(roles({ until: at(30) })).toEqual(['b']);
  });

  test('hosts with failed polls only are ordered by host and source, after all series', () => {
    const store = temporaryStore();
    const poll = { detail: '', accessKeyId: null, expiration: null, clockOffset: null };
    for (const [host, source] of [
      ['b', 'imds'],
      ['a', 'process'],
      ['b', 'container'],
      ['a', 'imds'],
    ] as const) {
      store.recordFailedPoll(host, source, { ...poll, observedAt: at(1), reason: 'timeout' });
    }
    store.recordSample(series('c', 'imds', 'app', '2'), sample(10, 'A'), 'm');
    expect(store.histories().map(({ identity: { host, source } }) => `${host} ${source}`)).toEqual([
      'c imds',
      'a imds',
      'a process',
      'b container',
      'b imds',
    ]);
  });

  test('a series is polled if any of its samples was polled', () => {
    const store = temporaryStore();
    const identity = series('web-1', 'imds', 'app', '2');
    store.writeRecords([{ record: 'sample', identity, sample: sample(10, 'A'), ordinal: 0 }]);
    expect(store.histories().map(({ isPolled }) => isPolled)).toEqual([false]);
    store.recordSample(identity, sample(20, 'A'), 'm');
    store.writeRecords([{ record: 'sample', identity, sample: sample(30, 'A'), ordinal: 0 }]);
    expect(store.histories().map(({ isPolled }) => isPolled)).toEqual([true]);
  });

  test('a series moves to the machine that polled it last', () => {
    const store = temporaryStore();
    store.recordSample(series('web-1', 'imds', 'app'), sample(10, 'A'), 'm1');
    store.recordSample(series('web-1', 'imds', 'app'), sample(20, 'A'), 'm2');
    expect([store.findLastHost('m1', 'imds'), store.findLastHost('m2', 'imds')]).toEqual([null, 'web-1']);
  });

  test('a store keeps one state of the database while other processes write', () => {
    const file = join(temporaryFolder(), 'samples.db');
    using writer = SampleStore.open(file);
    writer.recordSample(series('web-1', 'imds', 'app'), sample(10, 'A'), 'm');
    const countSamples = (store: SampleStore) =>
      store.histories().flatMap(({ generations }) => generations.map(({ samples }) => samples));
    const reader = openReadOnly(file);
    writer.recordSample(series('web-1', 'imds', 'app'), sample(20, 'A'), 'm');
    expect(countSamples(reader)).toEqual([2]);
    reader.keepState();
    const [read] = reader.historyReaders({});
    writer.recordSample(series('web-1', 'imds', 'app'), sample(30, 'A'), 'm');
    expect([...(read?.().generations.samples ?? [])]).toEqual([2]);
    expect(countSamples(writer)).toEqual([3]);
  });
});

describe('the newest clock offset of a host', () => {
  const newestOffset = (store: SampleStore) => store.histories({ host: 'web-1' })[0]?.newestClockOffset;

  test('the newest clock offset comes from any series and from failed polls', () => {
    const store = temporaryStore();
    store.recordSample(series('web-1', 'imds', 'app'), sample(10, 'A', 5), 'm');
    store.recordSample(series('web-1', 'container', 'app'), sample(30, 'B', 7), 'm');
    store.recordSample(series('web-1', 'imds', 'app'), sample(20, 'A', 6), 'm');
    store.recordSample(series('web-2', 'imds', 'app'), sample(60, 'C', 99), 'm');
    expect(newestOffset(store)).toBe(7);
    fail(store, 40, 'timeout', { clockOffset: 8 });
    expect(newestOffset(store)).toBe(8);
    store.recordSample(series('web-1', 'imds', 'app'), sample(50, 'A', null), 'm');
    expect(newestOffset(store)).toBe(8);
  });

  test('the newest clock offset is chosen by the corrected time', () => {
    const store = temporaryStore();
    // The host is an hour ahead, so this sample is from minute 10.
    store.recordSample(series('web-1', 'imds', 'app'), sample(70, 'A', 3600), 'm');
    store.recordSample(series('web-1', 'imds', 'app'), sample(20, 'A', 1), 'm');
    expect(newestOffset(store)).toBe(1);
    fail(store, 85, 'timeout', { clockOffset: 3600 });
    expect(newestOffset(store)).toBe(3600);
  });

  test('of two clock offsets known at the same time, the smaller one counts in either order', () => {
    for (const offsets of [
      [1, 2],
      [2, 1],
    ]) {
      const store = temporaryStore();
      for (const offset of offsets) {
        store.recordSample(series('web-1', 'imds', 'app'), sample(10, 'A', offset), 'm');
      }
      expect(newestOffset(store)).toBe(1);
    }
  });
});

describe('recordStarting', () => {
  test('the start of an endpoint is the first poll since the last poll with another result', () => {
    const store = temporaryStore();
    const starting = (minute: number) => (store.recordStarting('web-1', 'imds', at(minute)) - START) / MINUTE;
    expect([starting(0), starting(1), starting(2)]).toEqual([0, 0, 0]);
    fail(store, 2, 'starting');
    expect(starting(3)).toBe(0);
    fail(store, 4, 'timeout');
    expect([starting(5), starting(6)]).toEqual([5, 5]);
    store.recordSample(series('web-1', 'imds', 'app'), sample(7, 'A'), 'm');
    expect([starting(8), starting(9)]).toEqual([8, 8]);
    // A poll with another result at the same time was before the start.
    fail(store, 8, 'timeout');
    store.recordSample(series('web-1', 'imds', 'app'), sample(8, 'A'), 'm');
    expect(starting(9)).toBe(8);
    // Other hosts and sources do not matter.
    const other = { detail: '', accessKeyId: null, expiration: null, clockOffset: null } as const;
    for (const [host, source] of [
      ['web-2', 'imds'],
      ['web-1', 'container'],
    ] as const) {
      store.recordFailedPoll(host, source, { ...other, observedAt: at(10), reason: 'timeout' });
    }
    store.recordSample(series('web-2', 'imds', 'app'), sample(10, 'A'), 'm');
    store.recordSample(series('web-1', 'container', 'app'), sample(10, 'A'), 'm');
    expect(starting(11)).toBe(8);
    // The clock was set back.
    expect(starting(7)).toBe(7);
    expect(store.recordStarting('web-2', 'imds', at(20))).toBe(at(20));
    expect(starting(7)).toBe(7);
  });
});

describe('checks of the whole database', () => {
  const ONE_SOURCE = { host: 'web-1', source: 'imds' } as const;

  function listChecks(read: () => unknown): unknown[] {
    const pragma = vi.spyOn(Database.prototype, 'pragma');
    onTestFinished(() => pragma.mockRestore());
    pragma.mockClear();
    read();
    return pragma.mock.calls.map(([source]) => source).filter((source) => /_check/.test(source));
  }

  test('only an empty recent history checks the database', () => {
    const store = createStore();
    fail(store, 60, 'timeout');
    expect(listChecks(() => store.recentHistories(ONE_SOURCE))).toEqual([]);
    expect(listChecks(() => store.recentHistories({ ...ONE_SOURCE, host: 'web-9' }))).toEqual([
      'quick_check(1)',
    ]);
    expect(listChecks(() => store.historyReaders(ONE_SOURCE))).toEqual(['integrity_check(failed_polls)']);
  });

  test('a recent history does not depend on the rows of other hosts', () => {
    const file = join(temporaryFolder(), 'samples.db');
    using store = SampleStore.open(file);
    for (const host of ['web-1', 'web-2'])
      store.recordSample(series(host, 'imds', 'app', '2'), sample(20, 'B'), 'm');
    const sqlite = new Database(file);
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec("DELETE FROM series WHERE host = 'web-2'");
    sqlite.close();
    expect(store.recentHistories(ONE_SOURCE)).toHaveLength(1);
    expect(() => store.histories()).toThrow('is damaged');
    expect(() => store.historyReaders(ONE_SOURCE)).toThrow('is damaged');
  });
});
