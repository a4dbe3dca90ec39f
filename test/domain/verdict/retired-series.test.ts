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
