import { expect, test } from 'vitest';
import { secondsBetween } from '../../src/domain/time/instant.ts';
import type { NowJudgement } from '../../src/domain/verdict/now-verdict.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { judgeStored } from '../../src/watch/judge-stored.ts';
import type { SimulatedHistory } from '../support/accuracy/history.ts';
import { KINDS } from '../support/accuracy/kinds.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';
import { failedPoll } from '../support/watch/poll-outcomes.ts';

const SEEDS = Array.from({ length: isThorough ? 12 : 1 }, (_, index) => index + 1);
const DAYS = 1.5;
const LIMITS = [3, 6, 12];
/** Several endpoints count for a while after the last sign of them. All generations since then must be read. */
const LIMITS_OF_SEVERAL_ENDPOINTS = [60];
const NO_LIMIT = 1_000_000;

/** Judges by the newest generations of a history, ten seconds after its last sample. */
function createJudge(history: SimulatedHistory, store: SampleStore) {
  const { sourceName: source, samples } = history;
  const identity = { host: 'h', source, apiVersion: '', role: '' };
  store.writeRecords(samples.map((sample) => ({ record: 'sample', identity, sample, ordinal: 0 })));
  const now = (samples.at(-1)?.observedAt ?? 0) + 10_000;
  return (limit: number, duration: number): NowJudgement => {
    const newest: Pick<SampleStore, 'recentHistories'> = {
      recentHistories: (filter) => store.recentHistories(filter, limit),
    };
    return judgeStored(newest, { host: 'h', source, maxAge: 3600 }, { duration, margin: 0 }, now).judgement;
  };
}

/**
 * What a judgement says about a start now, without the forecast. `LastUpdated` is only shown: more generations may show
 * that the source states the time of its response.
 */
const pickStartNow = (judgement: NowJudgement) => ({
  verdict: judgement.verdict,
  unknownReason: judgement.unknownReason,
  judgedAt: judgement.judgedAt,
  safeUntil: judgement.safeUntil,
  credentials: judgement.credentials && { ...judgement.credentials, lastUpdated: null },
  laterExpiration: judgement.laterExpiration,
  remaining: judgement.remaining,
});

const hasSeveralEndpoints = (name: string) => /^\d endpoints/.test(name);

/** Only `LastUpdated` shows that the clock is slow. The largest error that a generation shows counts. */
const isClockShownByDates = (name: string) => /^host slow.*, no Date, dated$/.test(name);

/** Older generations may show a larger error of the clock. Nothing else may differ. */
function expectOnlyClockDiffers(newest: NowJudgement, whole: NowJudgement): void {
  const expiration = whole.credentials?.expiration ?? Number.NaN;
  expect(newest.credentials?.expiration).toBe(expiration);
  expect(newest.judgedAt).toBeLessThanOrEqual(whole.judgedAt);
  expect(newest.remaining).toBe(secondsBetween(newest.judgedAt, expiration));
}

test.each(sampleCases(KINDS, 4))(
  '$name: the newest generations give the verdict of the whole history',
  (kind) => {
    for (const seed of SEEDS) {
      const history = kind.draw(seededRandom(seed), DAYS);
      using store = SampleStore.openTemporary('');
      const judge = createJudge(history, store);
      const { remaining } = judge(NO_LIMIT, 0);
      // The hardest question: the longest job that is safe.
      const duration = Math.max(0, remaining ?? 0);
      const whole = judge(NO_LIMIT, duration);
      const generationCount = new Set(history.samples.map(({ accessKeyId }) => accessKeyId)).size;
      expect(judge(generationCount, duration)).toEqual(whole);
      for (const limit of hasSeveralEndpoints(kind.name) ? LIMITS_OF_SEVERAL_ENDPOINTS : LIMITS) {
        const newest = judge(limit, duration);
        if (!isClockShownByDates(kind.name)) expect(pickStartNow(newest)).toEqual(pickStartNow(whole));
        else expectOnlyClockDiffers(newest, whole);
      }
    }
  },
);

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const SELECTION = { host: 'h', source: 'imds', maxAge: 3600 } as const;
const JOB = { duration: 3600, margin: 0 };

/** One sample per hour of a source that rotates every hour. The host's clock is slow until `repairedAt`. */
function createSlowHost(hours: number, repairedAt: number): SampleStore {
  const store = temporaryStore();
  const samples = Array.from({ length: hours }, (_, hour) => {
    const issued = START + hour * HOUR;
    return {
      accessKeyId: `ASIA${hour}`,
      lastUpdated: issued,
      expiration: issued + 6 * HOUR,
      zoneless: false,
      observedAt: issued + (hour < repairedAt ? -HOUR / 2 : 60_000),
      clockOffset: null,
    };
  });
  const identity = { host: 'h', source: 'imds', apiVersion: '2', role: 'app' } as const;
  store.writeRecords(samples.map((sample) => ({ record: 'sample', identity, sample, ordinal: 0 })));
  return store;
}

test('a clock that was repaired before the newest 1,000 generations does not count', () => {
  const judgeAfter = (hours: number) =>
    judgeStored(createSlowHost(hours, 10), SELECTION, JOB, START + (hours - 1) * HOUR + 60_000).judgement;
  expect(judgeAfter(1008)).toMatchObject({ verdict: 'unknown', unknownReason: { code: 'ISSUED_IN_FUTURE' } });
  expect(judgeAfter(1010)).toMatchObject({ verdict: 'safe', remaining: 6 * 3600 - 60 });
});

test('failed polls before the newest generations do not count', () => {
  const store = createSlowHost(20, 0);
  const newestAt = START + 19 * HOUR + 60_000;
  for (const at of [START, newestAt + 1000]) store.recordFailedPoll('h', 'imds', failedPoll(at));
  const counts = (limit: number) =>
    store
      .recentHistories({ host: 'h', source: 'imds' }, limit)
      .map(({ failedPolls }) => failedPolls[0]?.count);
  expect(counts(20)).toEqual([2]);
  expect(counts(5)).toEqual([1]);
});
