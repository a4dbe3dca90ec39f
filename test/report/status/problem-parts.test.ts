import { expect, test } from 'vitest';
import { type StatusProblem, summariseStatus } from '../../../src/domain/status/status.ts';
import type { JobJudgement } from '../../../src/domain/verdict/job-verdict.ts';
import { renderStatusText } from '../../../src/report/status/text.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { HOUR, hourly, identity, job, judge, NOW } from '../../support/report/assessments.ts';

const severity = 'problem';
const overdue: StatusProblem = {
  ...{ code: 'ROTATION_OVERDUE', severity, servedForSeconds: 3 * HOUR },
  ...{ usualSeconds: HOUR, learned: true },
};
const expired: StatusProblem = { code: 'SERVED_EXPIRED', severity, expiredForSeconds: 190, at: NOW };
const late = { code: 'ROTATION_TOO_LATE', severity, count: 2, maxLeadTimeSeconds: 250, at: NOW } as const;
const skew = { code: 'CLOCK_SKEW', severity, corrected: true } as const;

/** The line of a series with these problems. */
function render(problems: readonly StatusProblem[]) {
  const status = summariseStatus(judge([hourly(identity({ host: 'web-1' }))], []), 300, NOW);
  if (status.series === null) throw new Error('no series');
  const series = { ...status.series, problems };
  return renderStatusText({ ...status, series }, { hasColour: false, isAsciiOnly: false, times: UTC_TIMES });
}

test.each<[problem: StatusProblem, text: string]>([
  [{ code: 'SIMULATED_CREDENTIALS', severity, count: 3, generationCount: 3 }, 'simulated credentials'],
  [expired, 'credentials were served until 3m 10s after their expiration'],
  [{ ...late, leadTimeSeconds: 200, certain: true }, 'a rotation came 3m 20s before the expiration'],
  [
    { ...late, leadTimeSeconds: 200, certain: false },
    'a rotation may have come 3m 20s before the expiration',
  ],
  [{ ...late, leadTimeSeconds: -60, certain: true }, 'a rotation came 1m after the expiration'],
  [overdue, 'rotation overdue, same credentials for 3h'],
  [{ code: 'TWO_AT_ONCE', severity, count: 4 }, 'several endpoints rotate independently'],
  [{ code: 'LEAD_TIMES_SHRINK', severity, shrinkingPerDaySeconds: 60 }, 'lead times shrink by 1m per day'],
  [
    { code: 'EXPIRATION_EXTENDED', severity, count: 1, extendedBySeconds: 60 },
    'a key had different expirations',
  ],
  [
    { code: 'ISSUED_IN_FUTURE', severity, count: 1, aheadSeconds: 600, shiftedBySeconds: 0 },
    'LastUpdated 10m ahead of the clock',
  ],
  [{ ...skew, offsetSeconds: 180 }, "host clock 3m ahead of AWS's clock"],
  [{ ...skew, offsetSeconds: -180 }, "host clock 3m behind AWS's clock"],
  [
    { code: 'SESSION_LONGER_THAN_ROLE', severity, count: 1, lastAt: NOW },
    'AWS refused the requested duration',
  ],
])('the line names %j', (problem, text) => {
  const line = render([problem]);
  expect(line.split(' · ').at(-1)).toBe(`1 problem: ${text} (see cred-watch report)\n`);
  expect(line.trimEnd()).not.toContain('\n');
});

test('two of several problems are named', () => {
  const problems = [expired, overdue, { ...skew, offsetSeconds: 180 }];
  expect(render(problems)).toMatch(
    / · 3 problems: credentials were .*; rotation overdue, same credentials for 3h and 1 more \(see cred-watch report\)\n$/,
  );
});

test('a problem that makes the verdict unknown is named once', () => {
  const status = summariseStatus(judge([hourly(identity({ host: 'web-1' }))], [job(HOUR)]), 300, NOW);
  const judgement = status.series?.judgement;
  if (!status.series || !judgement) throw new Error('no judgement');
  const unknown = {
    ...judgement,
    ...{ verdict: 'unknown', unknownReasons: [overdue], safeTimeAfterRotation: null },
  } as JobJudgement;
  const series = { ...status.series, judgement: unknown, problems: [overdue, expired] };
  const line = renderStatusText(
    { ...status, verdict: 'unknown', series },
    { hasColour: false, isAsciiOnly: false, times: UTC_TIMES },
  );
  expect(line.match(/rotation overdue/g)).toHaveLength(1);
  expect(line).toContain(' · 1 problem: credentials were served until');
});
