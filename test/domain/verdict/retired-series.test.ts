import { describe, expect, test } from 'vitest';
import type { FailureReason, SeriesHistory } from '../../../src/domain/model.ts';
import { failing, HOUR, hourly, identity, job, judge } from '../../support/report/assessments.ts';

const hours = (...counts: number[]) => counts.map((count) => count * HOUR);
const imported = (history: SeriesHistory): SeriesHistory => ({ ...history, isPolled: false });
const findRetiredRoles = (...histories: SeriesHistory[]) =>
  judge(histories, [job(2.2 * HOUR)]).series.flatMap((each) => (each.isRetired ? each.identity : []));

/** Polled until now. The other series ended before its first sample. */
const polled = hourly(identity({ role: 'loader' }));
const end = { began: 20, lifetimes: hours(2, 2, 2) };
const ended = (more: Parameters<typeof identity>[0]) => hourly(identity(more), end);

describe('a series is retired if another one of its host and source begins after its end', () => {
  test.for([
    ['a polled series of another role', ended({ role: 'old' })],
    ['a polled series of the same role by IMDSv1', ended({ role: 'loader', apiVersion: '1' })],
    ['an imported series of another role', imported(ended({ role: 'old' }))],
  ] as const)('%s', ([, old]) => {
    expect(findRetiredRoles(old, polled)).toEqual([old.identity]);
  });

  test('an imported series that another imported one follows', () => {
    const old = imported(ended({ role: '', apiVersion: '1' }));
    expect(findRetiredRoles(old, imported(polled))).toEqual([old.identity]);
  });
});

describe('a poller does not replace an imported log of the same credentials', () => {
  test.for([
    ['of the same role', { role: 'loader', apiVersion: '' }],
    ['without a role', { role: '', apiVersion: '' }],
  ] as const)('%s', ([, identityOfLog]) => {
    const log = imported(ended(identityOfLog));
    expect(findRetiredRoles(log, polled)).toEqual([]);
    expect(findRetiredRoles(polled, log)).toEqual([]);
    // The poller alone would be safe.
    expect(judge([polled], [job(2.2 * HOUR)]).verdict).toBe('safe');
    expect(judge([log, polled], [job(2.2 * HOUR)]).verdict).toBe('never');
  });

  test('a log is retired if another role was polled later, whatever the order', () => {
    const log = imported(ended({ role: 'old', apiVersion: '' }));
    const later = hourly(identity({ role: 'old' }), { began: 10 });
    for (const order of [
      [log, later, polled],
      [polled, later, log],
      [later, polled, log],
    ])
      expect(findRetiredRoles(...order)).toContainEqual(log.identity);
  });
});

describe('a version of the API is retired while the other version of the same role has later samples', () => {
  const brief = { began: 3, lifetimes: hours(6) };
  const fallback = (more: Parameters<typeof identity>[0] = {}) =>
    hourly(identity({ role: 'loader', apiVersion: '1', ...more }), brief);

  test('a short fallback to IMDSv1 does not make the verdict unknown', () => {
    expect(findRetiredRoles(polled, fallback())).toEqual([fallback().identity]);
    expect(judge([polled, fallback()], [job(2.2 * HOUR)]).verdict).toBe('safe');
    const [, retired] = judge([polled, fallback()], []).series;
    const endedAt = retired?.overview?.lastSample;
    expect(retired?.replacedBy).toMatchObject({ identity: polled.identity, endedAt });
    expect(retired?.replacedBy?.firstSample).toBeLessThan(endedAt ?? 0);
  });

  test('both versions are judged if both have recent samples', () => {
    const ofLast = (minutes: number) => {
      const last = polled.generations.at(-1)!.lastSeen - minutes * 60_000;
      const generation = { ...fallback().generations[0]!, firstSeen: last - 60_000, lastSeen: last };
      return { ...fallback(), generations: [generation] };
    };
    expect(findRetiredRoles(polled, ofLast(30))).toEqual([]);
    expect(judge([polled, ofLast(30)], [job(2.2 * HOUR)]).verdict).toBe('unknown');
    expect(findRetiredRoles(polled, ofLast(31))).toEqual([fallback().identity]);
  });

  test('during the fallback, the other version is retired', () => {
    const current = hourly(identity({ role: 'loader', apiVersion: '1' }), { began: 1, lifetimes: hours(6) });
    const earlier = hourly(identity({ role: 'loader' }), { began: 4, lifetimes: hours(6, 6, 6) });
    expect(findRetiredRoles(earlier, current)).toEqual([earlier.identity]);
  });

  test.for([
    ['another role', fallback({ role: 'other' })],
    ['another host', fallback({ host: 'web-9' })],
    ['an unknown version', fallback({ apiVersion: '' })],
    ['a log, which a poller does not replace', imported(fallback())],
  ] as const)('a series of %s is not', ([, other]) => {
    expect(findRetiredRoles(polled, other)).toEqual([]);
  });

  test('a log is retired by the other version of the same log', () => {
    expect(findRetiredRoles(imported(polled), imported(fallback()))).toEqual([fallback().identity]);
  });
});

describe('a series without samples judges no job', () => {
  const failed = (reason: FailureReason): SeriesHistory => {
    const history = failing(identity({ source: 'environment', role: '' }));
    return { ...history, failedPolls: history.failedPolls.map((each) => ({ ...each, reason })) };
  };

  test.for(['long-lived', 'not-configured', 'invalid-configuration'] as const)(
    'if all of its polls failed with %s',
    (reason) => {
      expect(judge([failed(reason), polled], [job(2.2 * HOUR)]).verdict).toBe('safe');
    },
  );

  test('its other failures make the verdict unknown', () => {
    expect(judge([failed('timeout'), polled], [job(2.2 * HOUR)]).verdict).toBe('unknown');
  });
});
