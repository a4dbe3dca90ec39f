import { expect, test } from 'vitest';
import { listNowRows } from '../../../src/report/page/now/now-rows.ts';
import { context, hourly, identity, judge, NOW } from '../../support/report/assessments.ts';

test('a sample of another command is not shown as a poll', () => {
  const row = (polledAt: number | null) => {
    const assessment = judge([{ ...hourly(identity()), polledAt }], []);
    const { rows } = listNowRows(assessment, context(assessment));
    return rows.map(({ lastPollAt, isOnlySample }) => ({ at: lastPollAt, isOnlySample }));
  };
  // The newest sample is 10 minutes old.
  expect(row(NOW - 600_000)).toEqual([{ at: NOW - 600_000, isOnlySample: false }]);
  expect(row(NOW - 3_600_000)).toEqual([{ at: NOW - 3_600_000, isOnlySample: false }]);
  expect(row(null)).toEqual([{ at: NOW - 600_000, isOnlySample: true }]);
});
