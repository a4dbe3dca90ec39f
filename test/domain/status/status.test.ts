import { describe, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { summariseStatus } from '../../../src/domain/status/status.ts';
import { failing, HOUR, hourly, identity, job, judge, mixed, NOW } from '../../support/report/assessments.ts';

const MARGIN = 300;

const status = (histories: readonly SeriesHistory[], ...jobs: Parameters<typeof judge>[1][]) =>
  summariseStatus(judge(histories, jobs[0] ?? []), MARGIN, NOW);

const web = (number: number) => identity({ host: `web-${number}` });

describe('the series of the status', () => {
  test('the series that decides the verdict is shown', () => {
    const short = hourly(web(2), { lifetimes: [4, 4, 3.5, 4].map((hours) => hours * HOUR) });
    const { verdict, series, seriesCount } = status([hourly(web(1)), short, hourly(web(3))], [job(3 * HOUR)]);
    expect(verdict).toBe('start-after-rotation');
    expect(series?.identity.host).toBe('web-2');
    expect(series?.judgement?.spare).toBeLessThan(0);
    expect(seriesCount).toBe(3);
  });

  test('the job with the least spare is shown', () => {
    const { job: worst, jobs } = status([hourly(web(1))], [job(HOUR), job(9 * HOUR), job(10 * HOUR)]);
    expect(worst?.job?.duration).toBe(10 * HOUR);
    expect(jobs.map(({ verdict }) => verdict)).toEqual(['safe', 'never', 'never']);
  });

  test('without a job, the series with the smallest worst case is shown', () => {
    const short = hourly(web(2), { lifetimes: [2 * HOUR, 2 * HOUR, 2 * HOUR] });
    const { verdict, job: none, series } = status([hourly(web(1)), short]);
    expect({ verdict, none, host: series?.identity.host }).toEqual({
      verdict: null,
      none: null,
      host: 'web-2',
    });
    expect(series?.judgement).toBeNull();
  });

  test('a retired series is counted separately', () => {
    const retired = hourly(identity({ role: 'old' }), { began: 20 });
    const { seriesCount, retiredCount, series } = status([retired, hourly(identity())], [job(HOUR)]);
    expect({ seriesCount, retiredCount }).toEqual({ seriesCount: 1, retiredCount: 1 });
    expect(series?.identity.role).toBe('app');
  });

  test('series without recent samples are counted', () => {
    expect(status([hourly(web(1)), hourly(web(2), { began: 40 })]).staleCount).toBe(1);
  });

  test('without series, the series of the status is null', () => {
    expect(status([], [job(HOUR)])).toMatchObject({ verdict: 'unknown', series: null, seriesCount: 0 });
  });
});

describe('polls', () => {
  test('without a stored poll, the newest sample is shown', () => {
    const { lastPoll, measured } = status([hourly(web(1))]).series ?? {};
    expect(lastPoll).toEqual({
      ...{ origin: 'unknown', at: NOW - 600_000, ageSeconds: 600 },
      ...{ isHidden: false, failure: null },
    });
    expect(measured?.ageSeconds).toBe(600);
  });

  test('samples of other commands and of imports do not count as polls', () => {
    const origin = (more: Partial<SeriesHistory>) =>
      status([{ ...hourly(web(1)), ...more }]).series?.lastPoll?.origin;
    expect(origin({ polledAt: NOW - 600_000 })).toBe('poll');
    expect(origin({ polledAt: null })).toBe('other-command');
    expect(origin({ polledAt: null, isPolled: false })).toBe('import');
  });

  test('samples of other commands do not hide that the poller has stopped', () => {
    const polledAt = (seconds: number) => {
      const history = { ...hourly(web(1)), polledAt: NOW - seconds * 1000 };
      return status([history]).series?.lastPoll;
    };
    // The newest sample is 10 minutes old.
    expect(polledAt(600)).toMatchObject({ ageSeconds: 600, isHidden: false });
    expect(polledAt(700)).toMatchObject({ at: NOW - 700_000, ageSeconds: 700, isHidden: false });
    expect(polledAt(3 * 86_400)).toMatchObject({ ageSeconds: 3 * 86_400, isHidden: true });
  });

  test('the last poll is the failed poll after the newest sample', () => {
    const { failedPolls } = failing(web(1));
    const { series, failing: sources } = status([{ ...hourly(web(1)), failedPolls }]);
    expect(series?.lastPoll).toMatchObject({
      at: NOW - 300_000,
      ageSeconds: 300,
      failure: { reason: 'timeout' },
    });
    expect(sources).toEqual([
      {
        ...{ host: 'web-1', source: 'imds', reason: 'timeout', detail: 'after 1 s', lastAt: NOW - 300_000 },
        hasSamples: true,
      },
    ]);
  });

  test('a failed poll before the newest sample is not the last poll', () => {
    const failedPolls = failing(web(1)).failedPolls.map((each) => ({ ...each, lastAt: NOW - 900_000 }));
    const { series, failing: sources } = status([{ ...hourly(web(1)), failedPolls }]);
    expect(series?.lastPoll?.failure).toBeNull();
    expect(sources).toEqual([]);
  });

  test('a source that fails now is listed although another series decides the verdict', () => {
    const { series, failing: sources } = summariseStatus(mixed(), MARGIN, NOW);
    expect(series?.identity.host).toBe('web-2');
    expect(sources.map(({ host }) => host)).toEqual(['web-3']);
  });

  test('a source that was never configured does not fail, unless it is the only one', () => {
    const notConfigured = failing(web(2)).failedPolls.map((each) => ({
      ...each,
      reason: 'not-configured' as const,
    }));
    const unused = { ...failing(web(2)), failedPolls: notConfigured };
    expect(status([hourly(web(1)), unused]).failing).toEqual([]);
    expect(status([unused]).failing).toHaveLength(1);
  });

  test('problems that other fields show are not problems of the series', () => {
    const { failedPolls } = failing(web(1));
    const old = { ...hourly(web(1), { began: 40 }), failedPolls };
    const codes = judge([old], []).series[0]?.analysis.findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['STALE_SAMPLES', 'POLLS_FAILED']));
    const shown = status([old]).series?.problems.map(({ code }) => code) ?? [];
    expect(shown).not.toContain('STALE_SAMPLES');
    expect(shown).not.toContain('POLLS_FAILED');
    const hidden = { ...hourly(web(1)), polledAt: NOW - 3 * 86_400_000 };
    expect(judge([hidden], []).series[0]?.analysis.findings).toContainEqual(
      expect.objectContaining({ code: 'POLLS_STOPPED' }),
    );
    expect(status([hidden]).series?.problems).toEqual([]);
  });
});

describe('a wrong clock', () => {
  const listProblems = (newestClockOffset: number) => {
    const { generations, ...rest } = hourly(web(1));
    const skewed = generations.map((each, index) =>
      index === 0 ? { ...each, smallestClockOffset: 7200, largestClockOffset: 7200 } : each,
    );
    return status([{ ...rest, generations: skewed, newestClockOffset }]).series?.problems ?? [];
  };

  test('is a problem with its newest offset', () => {
    expect(listProblems(600)).toEqual([expect.objectContaining({ code: 'CLOCK_SKEW', offsetSeconds: 600 })]);
  });

  test('is not a problem after its correction', () => {
    expect(listProblems(1)).toEqual([]);
  });
});

describe('the time left now', () => {
  test('the newest credentials decide the time left', () => {
    // The newest credentials were issued an hour ago for six hours.
    expect(status([hourly(web(1))]).series?.measured?.current).toEqual({
      expiration: NOW + 5 * HOUR * 1000,
      remaining: 5 * HOUR,
      newestRemaining: null,
      isRecent: true,
    });
  });

  test('the time left is negative after the expiration', () => {
    const { current } = status([hourly(web(1), { began: 20 })]).series?.measured ?? {};
    expect(current?.remaining).toBe(-11 * HOUR);
  });

  test('a host clock that is ahead does not add time', () => {
    // Corrected by this offset, the time would be ten minutes earlier.
    const history = { ...hourly(web(1)), newestClockOffset: 600 };
    expect(status([history]).series?.measured?.current?.remaining).toBe(5 * HOUR);
  });

  test('with several endpoints, the earliest expiration counts', () => {
    const [first, second] = [
      hourly(web(1), { lifetimes: [6 * HOUR] }),
      hourly(web(1), { lifetimes: [2 * HOUR] }),
    ];
    const generations = [...second.generations, ...first.generations].map((each, index) => ({
      ...each,
      accessKeyId: `ASIAFALSE${index}`,
      lastUpdated: null,
      lastSeen: each.lastSeen - (index < second.generations.length ? 60_000 : 0),
    }));
    const { measurement } = judge([{ ...first, generations }], []).series[0]?.analysis ?? {};
    expect(measurement?.severalEndpoints).not.toBeNull();
    const { current } = status([{ ...first, generations }]).series?.measured ?? {};
    expect(current).toMatchObject({ remaining: HOUR, newestRemaining: 5 * HOUR });
  });
});
