import { expect, test } from 'vitest';
import { analyse, groupGenerations, judgeNow } from '../../src/library/analysis.ts';
import type { Sample } from '../../src/library/index.ts';

const EXPIRATION = new Date('2026-01-31T18:00:00Z');
const credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  lastUpdated: null,
  expiration: EXPIRATION,
  zoneless: false,
};
const identity = { host: 'h', source: 'container', apiVersion: '', role: 'loader' } as const;
const hoursBefore = (hours: number) => new Date(EXPIRATION.getTime() - hours * 3_600_000);

/** Judges a job of one hour at a time of a host whose clock has this offset. */
const judge = (hours: number, clockOffsetSeconds: number | null, samples: readonly Sample[] = []) =>
  judgeNow(
    { identity, credentials },
    {
      job: { durationSeconds: 3600, marginSeconds: 0 },
      at: hoursBefore(hours),
      clockOffsetSeconds,
      analysis:
        samples.length === 0
          ? null
          : analyse(
              {
                ...{ identity, isPolled: true, generations: groupGenerations(samples) },
                ...{ newestClockOffsetSeconds: samples[0]?.clockOffsetSeconds ?? null, session: null },
                ...{ failedPolls: [], failedPollSpans: [] },
              },
              { now: hoursBefore(hours) },
            ),
    },
  );

test('credentials do not last longer on a host whose clock is slow', () => {
  expect(judge(1, null)).toMatchObject({ verdict: 'safe', remainingSeconds: 3600 });
  expect(judge(1, -1800)).toMatchObject({
    verdict: 'not-safe',
    remainingSeconds: 1800,
    hostTime: hoursBefore(1),
    judgedAt: hoursBefore(0.5),
  });
});

test('credentials do not last longer on a host whose clock may be ahead', () => {
  expect(judge(1, 1800)).toMatchObject({ verdict: 'safe', remainingSeconds: 3600 });
  expect(judge(0.75, 1800)).toMatchObject({ verdict: 'not-safe', remainingSeconds: 2700 });
});

test('the history shows that the clock of a host is slow', () => {
  const samples = [{ ...credentials, observedAt: hoursBefore(2), clockOffsetSeconds: -1800 }];
  expect(judge(1, null, samples)).toMatchObject({ verdict: 'not-safe', remainingSeconds: 1800 });
});
