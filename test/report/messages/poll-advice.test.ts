import { expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { judgeJob } from '../../../src/domain/verdict/job.ts';
import { listAdvice } from '../../../src/report/messages/advice/job-advice.ts';
import { describeFinding } from '../../../src/report/messages/findings.ts';
import { createHistory } from '../../support/domain/history.ts';
import { toSample } from '../../support/domain/samples.ts';
import { DAY, HOUR, MINUTE, pretend, START } from '../../support/report/charted-histories.ts';

type Options = NonNullable<Parameters<typeof pretend>[0]>;

const advise = (jobHours: number, options: Options) => adviseOn(pretend({ time: DAY, ...options }), jobHours);

/** The advice on a job, and the finding about the distance of samples. */
function adviseOn(history: SeriesHistory, jobHours: number) {
  const analysis = analyse(history, { now: START + DAY, maxAge: null });
  const judgement = judgeJob(analysis, { name: null, duration: jobHours * 3600, margin: 300 });
  return {
    verdict: judgement.verdict,
    advice: listAdvice(judgement, analysis.measurement),
    finding: analysis.findings.find(({ code }) => code === 'POLLS_TOO_RARE') ?? null,
  };
}

/** After two hours of usual polls, a poll every 40 minutes, so most rotations are known to within 40 minutes. */
const UNDATED: Options = {
  dated: false,
  pauses: Array.from({ length: 33 }, (_, index) => ({
    from: 2 * HOUR + 3 * MINUTE + index * 40 * MINUTE,
    to: 2 * HOUR + 42 * MINUTE + index * 40 * MINUTE,
  })),
};

test('if only wide rotation windows make a job unsafe, the first advice is to poll more often', () => {
  const { verdict, advice } = advise(4.75, UNDATED);
  expect(verdict).toBe('start-after-rotation');
  expect(advice[0]).toBe(
    'first poll every 5m and judge again: rotations are known only to within 40m and count at their latest time; ' +
      'at their earliest time, the job would be safe',
  );
  expect(advice[1]).toMatch(/^if the job is still not safe, start the job within /);
  expect(advice[2]).toMatch(/^`cred-watch exec /);
});

test.each([
  ['a job that is too long at the earliest time of a rotation, too', 5.2, UNDATED],
  ['dated rotations', 5, { every: 50 * MINUTE }],
  ['usual polls', 4.9, { dated: false }],
])('more frequent polls are not the first advice: %s', (_, jobHours, options) => {
  const { verdict, advice } = advise(jobHours, options);
  expect(['start-after-rotation', 'sometimes']).toContain(verdict);
  expect(advice.join()).not.toMatch(/poll every/);
});

test('if every sample has other credentials, waiting does not help', () => {
  const { verdict, advice, finding } = advise(4, { every: 5 * HOUR });
  expect(verdict).toBe('unknown');
  expect(advice).toEqual([
    'none of 4 rotations was witnessed, because the samples are too far apart: poll every 5m; waiting alone does not help',
  ]);
  expect(finding).toMatchObject({ pollEverySeconds: 300, rotationCount: 4, unwitnessedCount: 4 });
  expect(finding && describeFinding(finding)).toBe(
    'samples are usually 5h apart, so no rotation was witnessed, and further samples at this distance witness none: poll every 5m',
  );
});

test('a rotation in the only pause of a poller asks for polls without gaps', () => {
  const pauses = [{ from: HOUR - 20 * MINUTE, to: 5 * HOUR }];
  const { verdict, advice, finding } = advise(4, { time: 5 * HOUR + 30 * MINUTE, pauses });
  expect(verdict).toBe('unknown');
  expect(finding).toBeNull();
  expect(advice).toEqual([
    'the only rotation was not witnessed, because no poll succeeded near it: keep polling without gaps',
  ]);
});

test.each([
  [HOUR, 300],
  [6 * HOUR, 300],
  [16 * MINUTE, 120],
  [MINUTE, 10],
])('with a rotation every %i ms, the advice is a poll every %i s', (rotateEvery, seconds) => {
  const { finding } = advise(1, { rotateEvery, every: 0.9 * rotateEvery, lifetimes: [8 * HOUR] });
  expect(finding).toMatchObject({ pollEverySeconds: seconds });
});

test.each([0.52, 0.99, 1.3, 20.6])(
  'commands that were run twice within %d s, with hours between them, ask for polls without gaps',
  (pause) => {
    const begin = START / 1000;
    const samples = [0, 3 * 3600].flatMap((after, index) => {
      const rotatedAt = begin + after - 600;
      const expires = rotatedAt + 6 * 3600;
      return [0, pause].map((later) =>
        toSample({ key: `ASIA${index}`, at: begin + after + later, issued: rotatedAt, expires }),
      );
    });
    const identity = { host: 'h', source: 'imds', apiVersion: '2', role: 'r' } as const;
    const { advice, finding } = adviseOn(createHistory(samples, identity), 4);
    expect(finding).toBeNull();
    expect(advice).toEqual([
      'the only rotation was not witnessed, because no poll succeeded near it: keep polling without gaps',
    ]);
  },
);

test('polls at the distance of the rotations ask for more frequent ones', () => {
  const { finding } = advise(1, { rotateEvery: 2 * MINUTE, every: 2 * MINUTE + 1000, lifetimes: [8 * HOUR] });
  expect(finding).toMatchObject({ pollEverySeconds: 30 });
});
