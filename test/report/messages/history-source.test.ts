import { expect, test } from 'vitest';
import type { UnknownReason } from '../../../src/domain/verdict/job-verdict.ts';
import { describeUnknownReason } from '../../../src/report/messages/advice/unknown-reasons.ts';
import { listCurrentAdvice } from '../../../src/report/messages/polling/failing-polls.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { judgedAt } from '../../support/report/judged-at.ts';
import { job, measured, START } from '../../support/report/measured-series.ts';

const NOW = START + 3_600_000;

/** The reasons that more samples can answer. */
const REASONS: UnknownReason[] = [
  { code: 'NO_SAMPLES_IN_PERIOD', newestSampleAt: START },
  { code: 'NO_WITNESSED_ROTATION' },
  { code: 'STALE_SAMPLES', ageSeconds: 7200, maxAgeSeconds: 3600 },
  { code: 'ROTATION_OVERDUE', servedForSeconds: 7200 },
  { code: 'TOO_LITTLE_WATCHED', watchedShare: 0.5, minWatched: 0.8 },
  { code: 'RECENT_LEAD_TIMES_SHORTER', records: 2, rotations: 5 },
  { code: 'NEWEST_CREDENTIALS_SHORTEST', remainingSeconds: 60 },
  { code: 'TOO_FEW_ROTATIONS', witnessedCount: 1, minRotations: 19, pollForSeconds: 3600 },
  { code: 'TOO_FEW_ROTATIONS', witnessedCount: 1, minRotations: 19, pollForSeconds: null },
];

test.each(REASONS)('$code of an imported series asks for samples to import, and for no poll', (reason) => {
  expect(describeUnknownReason(reason, null, UTC_TIMES, 'imported')).toMatch(/^(?!.*\bpoll).*\bimport\b/);
});

test.each(REASONS)('$code of a retired series asks for no samples', (reason) => {
  expect(describeUnknownReason(reason, null, UTC_TIMES, 'ended')).not.toMatch(/\bpoll|\bimport\b/);
});

function adviseOn(changes: object, replacement: boolean): string[] {
  const history = { ...measured({ generations: 1 }), ...changes };
  const [series] = judgedAt(NOW, [history], [job(1)]).series;
  const [judgement] = series?.judgements ?? [];
  if (series === undefined || judgement === undefined) throw new Error('no judgement');
  expect(judgement.verdict).toBe('unknown');
  const replacedBy = replacement ? { identity: history.identity, firstSample: NOW } : null;
  return listCurrentAdvice(judgement, { ...series, replacedBy });
}

test('the advice says how the history of this series can become longer', () => {
  const none = 'no rotation witnessed yet';
  expect(adviseOn({}, false)).toEqual([`${none}: keep polling until the source has rotated once`]);
  expect(adviseOn({ isPolled: false }, false)).toEqual([
    `${none}: import a longer log, in which the source has rotated at least once`,
  ]);
  expect(adviseOn({}, true)).toEqual([expect.stringMatching(/^this series is retired/), none]);
});

test('failed polls of a retired series lead to no advice', () => {
  const failure = {
    ...{ reason: 'no-role', count: 3, lastDetail: '' },
    ...{ firstAt: NOW - 60_000, lastAt: NOW - 1000 },
  };
  expect(adviseOn({ failedPolls: [failure] }, true)).toHaveLength(2);
  expect(adviseOn({ failedPolls: [failure] }, false)).toEqual([expect.stringMatching(/^polls fail/)]);
});
