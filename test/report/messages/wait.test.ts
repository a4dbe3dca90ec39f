import { expect, test } from 'vitest';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { judgeNow } from '../../../src/domain/verdict/endpoints/judge-now.ts';
import { judgeJob } from '../../../src/domain/verdict/job.ts';
import { listAdvice } from '../../../src/report/messages/advice/job-advice.ts';
import { adviseWait } from '../../../src/report/messages/advice/wait.ts';
import { buildNowAdvice } from '../../../src/report/messages/now.ts';
import { measured, START } from '../../support/report/measured-series.ts';

const HOUR = 3600;

test.each([
  [3600, 7200, 0, '--wait 1h05m', '1h'],
  [3600, 4200, 0, '--wait 15m', '10m'],
  [3600, 4200, 600, '--wait 20m', '10m'],
  [0, 120, 3, '--wait 10m', '2m'],
  [3600, 3600, 0, '--wait 10m', '1s'],
  [-60, 3540, 0, '--wait 1h05m', '1h'],
])(
  'at least %i s left, %i s required, with a tolerance of %i s: %s',
  (shortestRemaining, required, tolerance, flag, longest) => {
    expect(adviseWait({ shortestRemaining, tolerance }, required)).toEqual({
      flag,
      reason: `measured waits were at most ${longest}`,
    });
  },
);

test('report and check advise the same wait at any time', () => {
  const analysis = analyse(measured(), { now: START + 12 * HOUR * 1000, maxAge: null });
  const job = { name: null, duration: 5.5 * HOUR, margin: 300 };
  const judgement = judgeJob(analysis, job);
  const report = listAdvice(judgement, analysis.measurement).join();
  expect(report).toContain('--wait 40m -- COMMAND` waits for such a time (measured waits were at most 35m)');
  const { generations } = analysis.measurement ?? { generations: [] };
  const newest = generations.at(-1);
  if (newest === undefined) throw new Error('no generation');
  for (const minutesShort of [1, 8, 15]) {
    const at = newest.expiration - (job.duration + job.margin) * 1000 + minutesShort * 60_000;
    const current = { identity: analysis.identity, credentials: newest };
    const now = judgeNow(current, { job, at, analysis });
    expect(buildNowAdvice(now, { hasWaited: false })).toBe(
      'wait for the rotation: --wait 40m (measured waits were at most 35m)',
    );
  }
});
