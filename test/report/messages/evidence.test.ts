import { expect, test } from 'vitest';
import { describeEvidence, describeEvidenceBriefly } from '../../../src/report/messages/evidence.ts';
import { judgedAt } from '../../support/report/judged-at.ts';
import { measured, START } from '../../support/report/measured-series.ts';

const HOUR_MS = 3_600_000;

function measureHours(count: number) {
  const { series } = judgedAt(START + count * HOUR_MS, [measured({ generations: count })], []);
  const measurement = series[0]?.analysis.measurement;
  if (measurement == null) throw new Error('no measurement');
  return measurement;
}

const WORSE_MOMENT = 'the chance of a worse moment to start than on all these days is at most 1 in 5.';

test('the evidence answers two questions: whether a worse moment comes, and whether one start hits it', () => {
  const text = describeEvidence(measureHours(96));
  expect(text).toContain(WORSE_MOMENT);
  expect(text).toMatch(
    / at most 1 in 5\. The estimated chance that one start at a random time hits such a moment is .*%\. AWS /,
  );
});

test('brief evidence has only one chance', () => {
  const text = describeEvidenceBriefly(measureHours(96));
  expect(text).toContain(WORSE_MOMENT);
  expect(text).not.toContain('%');
});
