import { expect, test } from 'vitest';
import { describeEvidence, describeEvidenceBriefly } from '../../../src/report/messages/evidence.ts';
import { judgedAt } from '../../support/report/judged-at.ts';
import { job, measured, START } from '../../support/report/measured-series.ts';

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
    / The estimated chance that one start at a random time finds less validity than ever measured is .*%\. AWS /,
  );
});

/** @param hours the durations of jobs */
function describeJobs(describe: typeof describeEvidence, hours: readonly number[]): string {
  const jobs = hours.map((each) => job(each));
  const { series } = judgedAt(START + 96 * HOUR_MS, [measured({ generations: 96 })], jobs);
  const [only] = series;
  if (only?.analysis.measurement == null) throw new Error('no measurement');
  return describe(only.analysis.measurement, only.judgements);
}

test('evidence of a safe job names the jobs that are not safe', () => {
  const describe = (...hours: number[]) => describeJobs(describeEvidence, hours);
  const safe = 'On none of the 4 full days watched would a 4h job have failed, whenever it started; it had';
  expect(describe(4)).toMatch(new RegExp(`^${safe}`));
  expect(describe(5, 4)).toMatch(new RegExp(`^A 5h job is not safe\\. ${safe}`));
  expect(describe(5, 4, 7, 8, 3)).toMatch(
    new RegExp(`^A 5h job, a 7h job and an 8h job are not safe\\. ${safe}`),
  );
});

test('evidence of jobs that are not safe states no chance', () => {
  for (const describe of [describeEvidence, describeEvidenceBriefly]) {
    expect(describeJobs(describe, [5, 7])).toMatch(
      /^95 rotations witnessed in 3d [\dhms ]+\. Not safe needs no further evidence: one moment with too little validity is enough\.$/,
    );
  }
});

test('evidence of an unknown verdict keeps the chance that --confidence needs', () => {
  const { series } = judgedAt(START + 24 * HOUR_MS, [measured({ generations: 24 })], [job(4)], {
    confidence: 0.99,
  });
  const [only] = series;
  expect(only?.judgements.map(({ verdict }) => verdict)).toEqual(['unknown']);
  if (only?.analysis.measurement == null) throw new Error('no measurement');
  expect(describeEvidenceBriefly(only.analysis.measurement, only.judgements)).toContain('at most 1 in 24.');
});

test('evidence of days names the smallest chance of so many days, and the number of one rotation', () => {
  expect(describeEvidence(measureHours(96))).toContain(
    `${WORSE_MOMENT} 4 days cannot show a smaller chance, and each further full day makes it smaller. ` +
      'For the next rotation alone, the chance is at most 1 in 96. This is the number that --confidence uses. ' +
      'A day has about 24 rotations, so its chance is larger.',
  );
});

test('evidence of less than two full days says that its number is not that of a day', () => {
  const text = describeEvidence(measureHours(24));
  expect(text).toContain(
    'the chance that it leaves less validity than all of them is at most 1 in 24. ' +
      'This is the number that --confidence uses. A day has about 24 rotations, so its chance is larger.',
  );
  expect(text).not.toContain('tomorrow');
});

test('the chance of a day is not stated if that of one rotation is larger', () => {
  const minutes = Array.from({ length: 120 }, (_, hour) => Math.max(0, hour - 103));
  const text = describeFalling(minutes);
  expect(text).toContain('at most 1 in 4, because 15 of the last 59 rotations left less than all before.');
  expect(text).not.toContain('tomorrow');
});

test('brief evidence has one chance', () => {
  const safe = describeJobs(describeEvidenceBriefly, [4]);
  expect(safe).toMatch(
    /^On none of the 4 full days watched would a 4h job have failed, whenever it started; it had at least [\dhms ]+ to spare\. If tomorrow is like the 4 full days watched, the chance of a worse moment to start than on all these days is at most 1 in 5\. AWS promises only that new credentials appear 5 minutes before the old ones expire\.$/,
  );
  const ofRotation = describeEvidenceBriefly(measureHours(24));
  expect(ofRotation.match(/1 in|%/g)).toEqual(['1 in']);
  expect(ofRotation).toContain(
    'is at most 1 in 24. A day has about 24 rotations, so its chance is larger. AWS',
  );
});

/** @param minutes by which each generation has less validity than the longest */
function describeFalling(minutes: readonly number[]): string {
  const history = measured({ generations: minutes.length });
  const generations = history.generations.map((generation, index) => {
    const expiration = (generation.lastUpdated ?? 0) + (360 - (minutes[index] ?? 0)) * 60_000;
    return { ...generation, expiration, latestExpiration: expiration };
  });
  const { series } = judgedAt(START + minutes.length * HOUR_MS, [{ ...history, generations }], []);
  const measurement = series[0]?.analysis.measurement;
  if (measurement == null) throw new Error('no measurement');
  return describeEvidence(measurement);
}

test('rotations that leave less and less are named as the reason of a larger chance', () => {
  expect(describeFalling([0, 0, 0, 0, 0, 0])).toContain('at most 1 in 6. This is');
  expect(describeFalling([0, 10, 10, 0])).toContain('at most 1 in 4. This is');
  expect(describeFalling([0, 0, 10, 10])).toContain(
    'at most 1 in 2, because the last rotation left less than all before. This is',
  );
  expect(describeFalling([0, 0, 0, 0, 10, 20, 0])).toContain(
    'at most 1 in 2, because 2 of the last 3 rotations left less than all before. This is',
  );
});
