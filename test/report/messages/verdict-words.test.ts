import { expect, test } from 'vitest';
import { VERDICTS } from '../../../src/domain/verdict/job-verdict.ts';
import { describeOthers } from '../../../src/report/messages/fleet/fleet.ts';
import { formatSharedVerdict, formatVerdict } from '../../../src/report/messages/verdicts.ts';
import { hourly, identity, job } from '../../support/report/assessments.ts';
import { judgeFleet } from '../../support/report/fleets.ts';

test('text has words for the kinds of not safe, and not their codes', () => {
  expect(VERDICTS.map(formatVerdict)).toEqual([
    'safe',
    'not safe: no start was safe',
    'not safe: safe only after rotations',
    'not safe: worst case too short',
    'unknown',
  ]);
});

test('different kinds of not safe have no common kind', () => {
  expect(formatSharedVerdict('never', ['never', 'never'])).toBe('not safe: no start was safe');
  expect(formatSharedVerdict('never', ['never', 'sometimes'])).toBe('not safe');
  expect(formatSharedVerdict('unknown', [])).toBe('unknown');
});

test('a host that is unknown for several reasons is counted once, and the line says so', () => {
  const young = hourly(identity({ host: 'young' }), { lifetimes: [21_600] });
  const short = hourly(identity({ host: 'short' }));
  const describe = (confidence: number | null) => {
    const [first] = judgeFleet([young, short], { jobs: [job(3600)], confidence }).jobs;
    return first && describeOthers(first);
  };
  expect(describe(null)).toMatch(/ 1 unknown: 1 with no witnessed rotation;/);
  expect(describe(0.95)).toBe(
    '0 not safe, 2 unknown, some for several reasons: 2 with too few rotations, 1 with no witnessed rotation',
  );
});
