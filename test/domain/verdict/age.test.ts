import { describe, expect, test } from 'vitest';
import { collectFigures } from '../../../src/domain/fleet/collect-figures.ts';
import { findSilence } from '../../../src/domain/fleet/silent-hosts.ts';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import { summariseStatus } from '../../../src/domain/status/status.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { assess } from '../../../src/domain/verdict/assessment.ts';
import { findNewestCredentials } from '../../../src/domain/verdict/judgements.ts';
import type { Freshness } from '../../../src/domain/verdict/series-analysis.ts';
import { createHistory } from '../../support/domain/history.ts';
import { toSample } from '../../support/domain/samples.ts';

const HOUR = 3600;
const IDENTITY: SeriesIdentity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' };
/** By AWS's clock. */
const LAST_SAMPLE = 23.5 * HOUR;
const NOW = LAST_SAMPLE + 2 * HOUR;

interface Reading {
  /** Hours by which the clock of the host is ahead. */
  ahead: number;
  polledBy?: string;
  /** Absent: the library's default. */
  reader?: string;
  /** Hours by which the clock of the reader is ahead. */
  readerAhead?: number;
  isPolled?: boolean;
  isDated?: boolean;
}

/** A day with a rotation each hour, and a poll every ten minutes. The newest sample is two hours old. */
function prepare({ ahead, polledBy, reader, readerAhead = 0, isPolled = true, isDated = true }: Reading) {
  const samples = Array.from({ length: 142 }, (_, index) => {
    const at = index * 600;
    const issued = Math.floor(index / 6) * HOUR;
    return toSample({
      ...{ key: `ASIA${Math.floor(index / 6)}`, at: at + ahead * HOUR, expires: issued + 6 * HOUR },
      ...(isDated ? { issued } : {}),
      offset: ahead * HOUR,
    });
  });
  const history = createHistory(samples, IDENTITY, {
    ...(polledBy === undefined ? {} : { polledBy }),
    isPolled,
    newestClockOffset: ahead * HOUR,
  });
  const freshness: Freshness = {
    now: (NOW + readerAhead * HOUR) * 1000,
    maxAge: 1.5 * HOUR,
    machine: reader,
  };
  return [history, freshness] as const;
}

const OWN = { polledBy: 'web-1', reader: 'web-1' };
const OTHER = { polledBy: 'web-1', reader: 'admin' };

describe('the age of the newest sample', () => {
  test.for([
    ['the host itself is ahead', { ahead: 3, ...OWN, readerAhead: 3 }, 2],
    ['the host itself is behind', { ahead: -3, ...OWN, readerAhead: -3 }, 2],
    ['the host is ahead, and the reader is right', { ahead: 3, ...OTHER }, 2],
    ['the host is ahead by more than the age', { ahead: 1.9, ...OTHER }, 2],
    ['the host is behind, and the reader may be', { ahead: -3, ...OTHER }, 5],
    [
      'another machine has the database and the same wrong clock',
      { ahead: -3, ...OTHER, readerAhead: -3 },
      2,
    ],
    ['a log of a host that was ahead', { ahead: 3, reader: 'admin', isPolled: false }, 2],
    ['a log of a host that was behind', { ahead: -3, reader: 'admin', isPolled: false }, 5],
    ['a log, without a known reader', { ahead: 3, isPolled: false }, 2],
    ['an unknown poller', { ahead: 3, reader: 'admin' }, 2],
    ['an undated series, whose times stay those of the host', { ahead: 3, ...OTHER, isDated: false }, 2],
    ['an undated series on the host itself', { ahead: 3, ...OWN, readerAhead: 3, isDated: false }, 2],
    ['the clock of the host is assumed without a reader', { ahead: 3, readerAhead: 3 }, 2],
  ] satisfies [string, Reading, number][])('%s', ([, reading, hours]) => {
    expect(analyse(...prepare(reading)).age).toBe(hours * HOUR);
  });

  test('samples that a right clock finds too old are unknown, also from a host that was ahead', () => {
    const [history, freshness] = prepare({ ahead: 3, ...OTHER });
    const rules = { confidence: null, minWatched: null, judgeRetired: false };
    const jobs = [{ name: null, duration: HOUR, margin: 0, runs: [] }];
    expect(assess([history], { ...freshness, ...rules, jobs }).verdict).toBe('unknown');
    expect(assess([history], { ...freshness, ...rules, jobs, maxAge: 2 * HOUR }).verdict).toBe('safe');
  });

  test('a host of a fleet is silent by the same age', () => {
    const [history, freshness] = prepare({ ahead: 3, ...OTHER });
    const figures = collectFigures(analyse(history, freshness));
    const host = { host: 'web-1', tags: {}, pushedAt: null };
    expect(findSilence(host, [figures], freshness, null)).toMatchObject({ age: 2 * HOUR });
    expect(findSilence(host, [figures], { ...freshness, maxAge: 2 * HOUR }, null)).toBeNull();
  });
});

describe('the time left', () => {
  /** Issued half an hour before the last sample. */
  const LEFT = (6 - 0.5 - 2) * HOUR;

  test.for([
    ['the host is ahead, and the reader is right', { ahead: 3, ...OTHER }, LEFT],
    ['the host itself is ahead', { ahead: 3, ...OWN, readerAhead: 3 }, LEFT],
    ['the host is behind, and the reader may be', { ahead: -3, ...OTHER }, LEFT - 3 * HOUR],
  ] satisfies [string, Reading, number][])('%s', ([, reading, left]) => {
    const [history, freshness] = prepare(reading);
    expect(findNewestCredentials(analyse(history, freshness), freshness.now)?.remaining).toBe(left);
  });

  test('the status has the same time left', () => {
    const [history, freshness] = prepare({ ahead: 3, ...OTHER });
    const rules = { confidence: null, minWatched: null, judgeRetired: false, jobs: [] };
    const status = summariseStatus(assess([history], { ...freshness, ...rules }), 0, freshness.now);
    expect(status.series?.measured?.current?.remaining).toBe(LEFT);
  });

  test('a failed poll has the time of AWS, too', () => {
    const [history, freshness] = prepare({ ahead: 3, ...OTHER });
    const failedAt = (NOW - 600 + 3 * HOUR) * 1000;
    const counts = {
      reason: 'timeout',
      count: 1,
      firstAt: failedAt,
      lastAt: failedAt,
      lastDetail: '',
    } as const;
    const rules = { confidence: null, minWatched: null, judgeRetired: false, jobs: [] };
    const assessment = assess([{ ...history, failedPolls: [counts] }], { ...freshness, ...rules });
    const { series } = summariseStatus(assessment, 0, freshness.now);
    expect(series?.lastPoll).toMatchObject({ at: (NOW - 600) * 1000, ageSeconds: 600 });
  });
});
