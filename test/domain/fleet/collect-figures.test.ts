import { expect, test } from 'vitest';
import { collectFigures } from '../../../src/domain/fleet/collect-figures.ts';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { failing, HOUR, hourly, identity, NOW } from '../../support/report/assessments.ts';

const DAY = 24;
const collect = (history: SeriesHistory) => collectFigures(analyse(history, { now: NOW, maxAge: 'default' }));
const hours = (count: number) => count * HOUR;

test('the last week and the time before have figures of their own', () => {
  const lifetimes = Array.from({ length: 9 * DAY }, (_, hour) => hours(hour < 2 * DAY ? 6 : 4));
  const { measured } = collect(hourly(identity(), { lifetimes }));
  expect(measured?.before).toEqual({
    rotationCount: 2 * DAY - 1,
    minLeadTime: hours(5),
    medianInterval: HOUR,
    maxValidityWhenIssued: hours(6),
  });
  expect(measured?.lastWeek).toEqual({
    rotationCount: 7 * DAY,
    minLeadTime: hours(3),
    medianInterval: HOUR,
    maxValidityWhenIssued: hours(4),
  });
  expect(measured?.lastRotationAt).toBe(NOW - HOUR * 1000);
  expect(measured?.newestExpiration).toBe(NOW + hours(3) * 1000);
});

test('a history of less than a week has no time before', () => {
  const { measured } = collect(hourly(identity()));
  expect(measured).toMatchObject({ lastWeek: { rotationCount: 3 }, before: null, changes: [] });
});

test('without a rotation, there are no figures of a period', () => {
  const { measured } = collect(hourly(identity(), { lifetimes: [hours(6)] }));
  expect(measured).toMatchObject({ lastWeek: null, before: null, lastRotationAt: null, witnessedCount: 0 });
});

test('a series without samples is known to be not configured if every poll says so', () => {
  const failed = failing(identity());
  const [poll] = failed.failedPolls;
  const withReasons = (...reasons: NonNullable<typeof poll>['reason'][]) =>
    collect({ ...failed, failedPolls: reasons.map((reason) => ({ ...poll!, reason })) });
  expect(withReasons('not-configured', 'invalid-configuration')).toMatchObject({
    measured: null,
    wasNeverConfigured: true,
  });
  expect(withReasons('not-configured', 'timeout').wasNeverConfigured).toBe(false);
  expect(withReasons().wasNeverConfigured).toBe(false);
});

test('the time of the analysis changes no figure', () => {
  const history = hourly(identity());
  const later = analyse(history, { now: NOW + 40 * 86_400_000, maxAge: 60 });
  expect(collectFigures(later)).toEqual(collect(history));
});
