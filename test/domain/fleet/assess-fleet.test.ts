import { describe, expect, test } from 'vitest';
import { groupBy } from '../../../src/domain/lists.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import type { FailureReason, Sample, SeriesHistory } from '../../../src/domain/model.ts';
import { assess } from '../../../src/domain/verdict/assessment.ts';
import type { Verdict } from '../../../src/domain/verdict/job-verdict.ts';
import { KINDS } from '../../support/accuracy/kinds.ts';
import { createHistory } from '../../support/domain/history.ts';
import { pick, seededRandom } from '../../support/random.ts';
import { failing, HOUR, hourly, identity, job, NOW } from '../../support/report/assessments.ts';
import { fleetOptions, judgeFleet } from '../../support/report/fleets.ts';
import { ciTest, isThorough } from '../../support/thorough.ts';

const hours = (count: number) => count * HOUR;
const DAY_MS = 86_400_000;

const safeHost = hourly(identity({ host: 'safe' }));
const shortHost = hourly(identity({ host: 'short', role: 'worker' }), {
  lifetimes: [4, 4, 3.5, 4].map(hours),
});
const failedHost = failing(identity({ host: 'failed', apiVersion: '', role: '' }));
const JOB = job(3 * HOUR);

describe('assessFleet', () => {
  test('counts hosts by their verdict, and lists the worst first', () => {
    const fleet = judgeFleet([safeHost, failedHost, shortHost], { jobs: [JOB] });
    expect(fleet.verdict).toBe('start-after-rotation');
    expect(fleet.jobs).toMatchObject([
      { verdict: 'start-after-rotation', hosts: { safe: 1, notSafe: 1, unknown: 1 } },
    ]);
    expect(fleet.hosts.map(({ host, verdict }) => [host, verdict])).toEqual([
      ['short', 'start-after-rotation'],
      ['failed', 'unknown'],
      ['safe', 'safe'],
    ]);
    expect(fleet.jobs[0]?.unknownReasons).toEqual([{ code: 'NO_SAMPLES', hostCount: 1 }]);
    expect(fleet.worstCase).toEqual({ seconds: 2.5 * HOUR, hasMeasuredRotation: true, host: 'short' });
    expect(fleet.hosts[0]).toMatchObject({ worstCase: 2.5 * HOUR, worstSeries: { role: 'worker' } });
  });

  test('a host is as bad as its worst series', () => {
    const second = hourly(identity({ host: 'safe', source: 'container', apiVersion: '', role: 'task' }), {
      lifetimes: [4, 4, 3.5, 4].map(hours),
    });
    const fleet = judgeFleet([safeHost, second], { jobs: [JOB] });
    expect(fleet.hosts).toMatchObject([
      { host: 'safe', verdict: 'start-after-rotation', worstSeries: { source: 'container' } },
    ]);
  });

  test('a retired series judges no job and is counted', () => {
    const retired = hourly(identity({ host: 'safe', role: 'old' }), {
      began: 20,
      lifetimes: [4, 4, 3.5, 4].map(hours),
    });
    const fleet = judgeFleet([retired, safeHost], { jobs: [JOB] });
    expect(fleet).toMatchObject({
      verdict: 'safe',
      seriesCount: 2,
      retiredCount: 1,
      worstCase: { seconds: 5 * HOUR },
    });
    expect(judgeFleet([retired, safeHost], { jobs: [JOB], judgeRetired: true }).verdict).not.toBe('safe');
  });

  test('without a job, the host with the smallest worst case comes first', () => {
    const fleet = judgeFleet([safeHost, shortHost]);
    expect(fleet.verdict).toBeNull();
    expect(fleet.hosts.map(({ host, verdict }) => [host, verdict])).toEqual([
      ['short', null],
      ['safe', null],
    ]);
  });

  test('a fleet without hosts is unknown', () => {
    expect(judgeFleet([], { jobs: [JOB] })).toMatchObject({ verdict: 'unknown', hosts: [] });
  });

  test('a job without a known duration is unknown on every host', () => {
    const fleet = judgeFleet([safeHost], { jobs: [job(null, { name: 'nightly' })] });
    expect(fleet).toMatchObject({ verdict: 'unknown', jobs: [{ job: null, hosts: { unknown: 1 } }] });
  });

  test('hosts that only push are unknown, unless series are selected', () => {
    const host = { host: 'new', tags: {}, pushedAt: NOW - 1000 };
    const fleet = judgeFleet([safeHost], { jobs: [JOB] }, [host]);
    expect(fleet.hosts.map(({ host: name, verdict }) => [name, verdict])).toEqual([
      ['new', 'unknown'],
      ['safe', 'safe'],
    ]);
    expect(fleet.hosts[0]?.judgements[0]?.unknownReasons).toEqual([{ code: 'NO_SAMPLES' }]);
    expect(judgeFleet([safeHost], { jobs: [JOB], needsSeries: true }, [host]).hosts).toHaveLength(1);
  });
});

describe('silent hosts', () => {
  const old = { now: NOW + 2 * DAY_MS };

  test.each([
    [null, 'NOT_SAMPLED'],
    [NOW + 2 * DAY_MS - 60_000, 'NOT_SAMPLED'],
    [NOW, 'NOT_PUSHED'],
  ])('a host with old samples that pushed at %s is silent: %s', (pushedAt, code) => {
    const hosts = [{ host: 'safe', tags: {}, pushedAt }];
    expect(judgeFleet([safeHost], old, hosts).silentHosts).toMatchObject([
      { host: 'safe', code, age: 2 * 86_400 + 600, pushedAt },
    ]);
  });

  test('a host with a recent sample is not silent', () => {
    expect(judgeFleet([safeHost]).silentHosts).toEqual([]);
    expect(judgeFleet([safeHost], { ...old, maxAge: 3 * 86_400 }).silentHosts).toEqual([]);
    expect(judgeFleet([safeHost], { maxAge: 500 }).silentHosts).toHaveLength(1);
  });

  test('a host without samples is silent, and imported samples make no host silent', () => {
    expect(judgeFleet([failedHost]).silentHosts).toMatchObject([{ code: 'NO_SAMPLES', lastSample: null }]);
    const imported = { ...safeHost, isPolled: false };
    expect(judgeFleet([imported], old)).toMatchObject({
      silentHosts: [],
      oldImports: [{ host: safeHost.identity.host }],
    });
    expect(judgeFleet([imported], { ...old, maxAge: 86_400 })).toMatchObject({
      silentHosts: [{ code: 'NOT_SAMPLED' }],
      oldImports: [],
    });
    expect(judgeFleet([imported]).oldImports).toEqual([]);
    expect(judgeFleet([safeHost], old).oldImports).toEqual([]);
  });
});

describe('groups', () => {
  const hosts = [
    { host: 'safe', tags: { env: 'prod' }, pushedAt: NOW },
    { host: 'short', tags: { env: 'test' }, pushedAt: NOW },
  ];

  test('hosts without the tag are a group of their own', () => {
    const untagged = hourly(identity({ host: 'untagged' }));
    const { groups } = judgeFleet(
      [safeHost, shortHost, untagged],
      { jobs: [JOB], groupBy: { kind: 'tag', name: 'env' } },
      hosts,
    );
    expect(groups?.groups).toMatchObject([
      {
        value: 'test',
        verdict: 'start-after-rotation',
        hostCount: 1,
        worstCase: { seconds: 2.5 * HOUR, host: 'short' },
      },
      { value: null, verdict: 'safe', hostCount: 1 },
      { value: 'prod', verdict: 'safe', jobs: [{ hosts: { safe: 1, notSafe: 0, unknown: 0 } }] },
    ]);
  });

  test('a tag with the name of a member of objects is no tag of other hosts', () => {
    const { groups } = judgeFleet([safeHost], { groupBy: { kind: 'tag', name: 'constructor' } }, hosts);
    expect(groups?.groups.map(({ value }) => value)).toEqual([null, null].slice(0, 1));
  });

  test('a host with two roles is in two groups, each with its own verdict', () => {
    const second = hourly(identity({ host: 'safe', source: 'container', apiVersion: '', role: 'task' }), {
      lifetimes: [4, 4, 3.5, 4].map(hours),
    });
    const { groups } = judgeFleet([safeHost, second, failedHost], { jobs: [JOB], groupBy: { kind: 'role' } });
    expect(groups?.groups.map(({ value, verdict, hostCount }) => [value, verdict, hostCount])).toEqual([
      ['task', 'start-after-rotation', 1],
      [null, 'unknown', 1],
      ['app', 'safe', 1],
    ]);
    const sources = judgeFleet([safeHost, second], { groupBy: { kind: 'source' } }).groups?.groups;
    expect(sources).toMatchObject([
      { value: 'container', rotationInterval: { min: HOUR, max: HOUR } },
      { value: 'imds', worstCase: { seconds: 5 * HOUR, host: 'safe' } },
    ]);
  });
});

/** A dated source, polled every ten minutes until `NOW`. */
function createLongHistory(
  host: string,
  days: number,
  draw: (hoursAgo: number) => { interval: number; validity: number },
): SeriesHistory {
  const samples: Sample[] = [];
  const begin = NOW - days * DAY_MS;
  let issued = begin;
  let current = draw(days * 24);
  for (let at = begin + 60_000; at < NOW; at += 600_000) {
    while (at >= issued + current.interval * 1000) {
      issued += current.interval * 1000;
      current = draw((NOW - issued) / 3_600_000);
    }
    const expiration = issued + current.validity * 1000;
    samples.push({
      ...{ accessKeyId: `ASIA${issued}`, lastUpdated: issued, expiration, zoneless: false },
      ...{ observedAt: at, clockOffset: 0 },
    });
  }
  return createHistory(samples, identity({ host }));
}

describe('changes and trends', () => {
  const steady = (random: () => number) => () => ({
    interval: 3600 + Math.round(random() * 100),
    validity: 21_600 + Math.round(random() * 300),
  });
  const changed = (random: () => number) => (hoursAgo: number) => ({
    ...steady(random)(),
    ...(hoursAgo < 48 ? { validity: 10_000 } : {}),
  });

  test('a change on some of the hosts is reported once for the role', () => {
    const histories = Array.from({ length: 10 }, (_, index) =>
      createLongHistory(`web-${index}`, 20, (index < 3 ? changed : steady)(seededRandom(index))),
    );
    const { changes, trends } = judgeFleet(histories);
    expect(trends).toEqual([]);
    expect(changes).toMatchObject([
      { figure: 'lead-time', direction: 'shorter', hostCount: 3, comparedCount: 10, role: 'app' },
      {
        figure: 'validity-when-issued',
        direction: 'shorter',
        hostCount: 3,
        changed: 10_000,
        example: 'web-0',
      },
    ]);
  });

  ciTest('a change on one of many hosts is no change of the role', () => {
    const histories = Array.from({ length: 21 }, (_, index) =>
      createLongHistory(`web-${index}`, 10, (index < 1 ? changed : steady)(seededRandom(index))),
    );
    expect(judgeFleet(histories).changes).toEqual([]);
    expect(judgeFleet(histories.slice(0, 20)).changes).toHaveLength(2);
  });

  test('the last week of a host that is silent for a week is not compared', () => {
    const history = createLongHistory('web-1', 20, changed(seededRandom(1)));
    expect(judgeFleet([history]).changes).toHaveLength(2);
    expect(judgeFleet([history], { now: NOW + 8 * DAY_MS }).changes).toEqual([]);
  });

  test('shrinking lead times are a trend with the time at which the spare is used up', () => {
    const shrinking = createLongHistory('web-1', 15, (hoursAgo) => ({
      interval: 3600,
      validity: 18_000 + Math.round(hoursAgo * 20),
    }));
    const { trends } = judgeFleet([shrinking, safeHost], { jobs: [job(2 * HOUR)] });
    expect(trends).toMatchObject([
      { worstHost: 'web-1', hostCount: 1, comparedCount: 2, shrinkingPerDay: 480 },
    ]);
    expect(trends[0]?.spareUsedUpAt).toBeGreaterThan(NOW);
    // The trend of one host may be chance if nothing depends on it soon.
    expect(judgeFleet([shrinking, safeHost]).trends).toEqual([]);
    const alike = { ...shrinking, identity: identity({ host: 'web-2' }) };
    expect(judgeFleet([shrinking, alike, safeHost]).trends).toMatchObject([
      { hostCount: 2, comparedCount: 3 },
    ]);
  });
});

const SOURCES = ['imds', 'container', 'process'] as const;

/** Hosts with one to three random series, some of them replaced by others. */
function drawFleet(seed: number): SeriesHistory[] {
  const random = seededRandom(seed);
  return Array.from({ length: 6 }, (_, host) =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, (__, role): SeriesHistory => {
      const { samples } = pick([KINDS[0]!, ...KINDS], random).draw(random, 2);
      const series = identity({ host: `host-${host}`, source: pick(SOURCES, random), role: `role-${role}` });
      const used = random() < 0.1 ? [] : samples.slice(0, Math.ceil(samples.length * random()));
      return { ...createHistory(used, series), generations: groupGenerations(used) };
    }),
  ).flat();
}

test('each host of a random fleet has the verdict of its own report', () => {
  const found = new Set<Verdict>();
  for (let seed = 1; seed <= (isThorough ? 15 : 1); seed += 1) {
    const histories = drawFleet(seed);
    const now = Math.max(...histories.flatMap(({ generations }) => generations.map((each) => each.lastSeen)));
    for (const duration of [0, HOUR, 3 * HOUR, 5 * HOUR, 8 * HOUR]) {
      const jobs = [{ ...job(duration), margin: 0 }];
      const fleet = judgeFleet(histories, { jobs, now });
      const expected = new Map(
        Array.from(
          groupBy(histories, (each) => each.identity.host),
          ([host, own]) => [host, assess(own, { ...fleetOptions({ jobs, now }) }).verdict],
        ),
      );
      expect(new Map(fleet.hosts.map(({ host, verdict }) => [host, verdict]))).toEqual(expected);
      expect(fleet.verdict).toBe(assess(histories, fleetOptions({ jobs, now })).verdict);
      for (const verdict of expected.values()) if (verdict !== null) found.add(verdict);
    }
  }
  expect(found.size).toBeGreaterThanOrEqual(4);
});

describe('failing hosts', () => {
  const failAt = (lastAt: number, reason: FailureReason = 'timeout') => [
    { reason, count: 1, firstAt: lastAt, lastAt, lastDetail: '' },
  ];
  const listFailing = (...histories: Parameters<typeof judgeFleet>[0]) => judgeFleet(histories).failingHosts;

  test('a host fails if its newest poll failed', () => {
    expect(listFailing({ ...safeHost, failedPolls: failAt(NOW) })).toEqual([
      { host: safeHost.identity.host, source: 'imds', reason: 'timeout', lastAt: NOW },
    ]);
    expect(listFailing({ ...safeHost, failedPolls: failAt(NOW - 5 * 86_400_000) })).toEqual([]);
  });

  test('a source that is not configured does not count as failing beside another source', () => {
    const other = { ...failedHost, identity: { ...safeHost.identity, source: 'container' as const } };
    const missing = { ...other, failedPolls: failAt(NOW, 'not-configured') };
    expect(listFailing(safeHost, missing)).toEqual([]);
    expect(listFailing(missing)).toMatchObject([{ reason: 'not-configured' }]);
    expect(listFailing(safeHost, { ...other, failedPolls: failAt(NOW) })).toMatchObject([
      { source: 'container' },
    ]);
  });
});
