import { expect, test } from 'vitest';
import { findDecisiveFleetJob, findWorstHostOfFleet } from '../../../src/domain/fleet/assess-host.ts';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { failing, HOUR, hourly, identity, job } from '../../support/report/assessments.ts';
import { judgeFleet } from '../../support/report/fleets.ts';

const hours = (count: number) => count * HOUR;

const safeHost = hourly(identity({ host: 'safe' }));
const shortHost = hourly(identity({ host: 'short', role: 'worker' }), {
  lifetimes: [4, 4, 3.5, 4].map(hours),
});
const failedHost = failing(identity({ host: 'failed', apiVersion: '', role: '' }));
const JOB = job(3 * HOUR);

test('the series and host with the least spare decide, whatever kind of not safe they have', () => {
  const never = hourly(identity({ host: 'a', role: 'never' }), { lifetimes: [3 * HOUR] });
  const sometimes = hourly(identity({ host: 'a', source: 'container', apiVersion: '', role: 'task' }), {
    lifetimes: [6, 2, 6].map(hours),
  });
  const other = hourly(identity({ host: 'b' }), { lifetimes: [6, 2.5, 6].map(hours) });
  const jobs = [job(4 * HOUR)];
  const fleet = judgeFleet([never, other, sometimes], { jobs, groupBy: { kind: 'source' } });
  const ofSeries = (history: SeriesHistory) => judgeFleet([history], { jobs }).worstCase?.seconds;
  expect(fleet.hosts.map(({ host, worstSeries, worstCase }) => [host, worstSeries?.role, worstCase])).toEqual(
    [
      ['a', 'task', ofSeries(sometimes)],
      ['b', 'app', ofSeries(other)],
    ],
  );
  const { verdict } = judgeFleet([sometimes], { jobs });
  expect(verdict).not.toBe('never');
  expect(judgeFleet([never], { jobs }).verdict).toBe('never');
  expect([fleet.verdict, fleet.jobs[0]?.verdict, fleet.hosts[0]?.verdict]).toEqual([
    verdict,
    verdict,
    verdict,
  ]);
  expect(fleet.jobs[0]?.canStartAfterRotation).toBe(false);
  expect(fleet.worstCase).toMatchObject({ seconds: ofSeries(sometimes), host: 'a' });
  expect(fleet.groups?.groups.map(({ value, worstCase }) => [value, worstCase?.host])).toEqual([
    ['container', 'a'],
    ['imds', 'b'],
  ]);
});

test('the smallest worst case has its own host, because an unknown host can decide the verdict', () => {
  const fleet = judgeFleet([safeHost, failedHost], { jobs: [job(HOUR)] });
  expect(fleet.hosts[0]?.host).toBe('failed');
  expect(fleet.worstCase?.host).toBe('safe');
});

test('a start after a rotation helps if no host needs more', () => {
  const never = hourly(identity({ host: 'never' }), { lifetimes: [3 * HOUR] });
  const canStart = (...hosts: SeriesHistory[]) =>
    judgeFleet(hosts, { jobs: [JOB] }).jobs[0]?.canStartAfterRotation;
  expect(canStart(shortHost, safeHost, failedHost)).toBe(true);
  expect(canStart(shortHost, never)).toBe(false);
});

test('of several jobs, the one with the least spare decides, and the first of equal ones', () => {
  const fleet = judgeFleet([shortHost], { jobs: [job(3 * HOUR), job(8 * HOUR), job(8 * HOUR)] });
  expect(findDecisiveFleetJob(fleet)).toBe(fleet.jobs[1]);
  expect(findWorstHostOfFleet(fleet)?.spare).toBe(
    2.5 * HOUR - (fleet.hosts[0]?.judgements[1]?.required ?? 0),
  );
});
