import { describe, expect, expectTypeOf, test } from 'vitest';
import type { KeyAnswer } from '../../src/domain/keys/key-answer.ts';
import type { RotationForecast } from '../../src/domain/measurement/forecast.ts';
import type { SafeStartsPoint } from '../../src/domain/measurement/validity.ts';
import type { FailedPoll, RecordedGeneration, SeriesHistory } from '../../src/domain/model.ts';
import type { ParsedInstant } from '../../src/domain/time/instant.ts';
import { analyse } from '../../src/domain/verdict/analyse.ts';
import type { Assessment } from '../../src/domain/verdict/assessment.ts';
import { judgeJob } from '../../src/domain/verdict/job.ts';
import type { CurrentCredentials } from '../../src/domain/verdict/now.ts';
import type { NowJudgement } from '../../src/domain/verdict/now-verdict.ts';
import {
  type Atom,
  fromPublic,
  type InstantField,
  type SecondsField,
  toPublic,
} from '../../src/library/public-data.ts';
import { Secret } from '../../src/secret.ts';
import type { PollOutcome } from '../../src/sources/source.ts';
import type { ArchiveRecord } from '../../src/store/archive/record.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 31);

const generation = (number: number): RecordedGeneration => ({
  accessKeyId: `ASIA${number}`,
  lastUpdated: START + number * HOUR,
  expiration: START + (number + 6) * HOUR,
  latestExpiration: START + (number + 6) * HOUR,
  zoneless: false,
  firstSeen: START + number * HOUR + 60_000,
  lastSeen: START + (number + 1) * HOUR - 60_000,
  rawFirstSeen: START + number * HOUR + 60_000,
  rawLastSeen: START + (number + 1) * HOUR - 60_000,
  samples: 12,
  smallestClockOffset: 0,
  largestClockOffset: 1,
  rawAheadMs: -60_000,
  correctedAheadMs: -60_000,
  isLastUpdatedVarying: false,
  thirdLaterSample: null,
});

const history: SeriesHistory = {
  identity: { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' },
  isPolled: true,
  generations: [generation(0), generation(1), generation(2)],
  failedPolls: [{ reason: 'timeout', count: 2, firstAt: START, lastAt: START + 1000, lastDetail: '' }],
  failedPollSpans: [{ from: START, to: START + 1000 }],
  newestClockOffset: 1,
  session: { limit: 'DURATION_NOT_SET', tokenExpiresAt: START + HOUR },
};
// Three days later the newest sample is stale, which is a finding with seconds.
const analysis = analyse(history, { now: START + 72 * HOUR, maxAge: 'default' });
const judgement = judgeJob(analysis, { name: null, duration: 3600, margin: 300 });

describe('the public form of domain data', () => {
  test('public data has a Date for every instant, and the unit in the name of every duration', () => {
    const measured = toPublic(analysis).measurement;
    expect(measured?.generations[0]?.expiration).toEqual(new Date(START + 6 * HOUR));
    expect(measured?.rotations[0]).toMatchObject({
      at: new Date(START + HOUR),
      leadTimeSeconds: 5 * 3600,
      window: { to: new Date(START + HOUR + 60_000) },
    });
    expect(measured?.validityWhenIssuedSeconds).toEqual({ min: 6 * 3600, max: 6 * 3600 });
    expect(toPublic(judgement)).toMatchObject({
      job: { durationSeconds: 3600, marginSeconds: 300 },
      requiredSeconds: 3900,
      spareSeconds: 5 * 3600 - 3900,
    });
  });

  test('public data converts back to equal domain data', () => {
    expect(fromPublic(toPublic(history))).toEqual(history);
    expect(fromPublic(toPublic(analysis))).toEqual(analysis);
    expect(fromPublic(toPublic(judgement))).toEqual(judgement);
  });

  test('public data keeps an object that occurs twice as one object', () => {
    const measured = fromPublic<typeof analysis>(toPublic(analysis)).measurement;
    expect(measured?.rotations[0]?.to).toBe(measured?.generations[1]);
  });

  test('public data keeps absent values, texts and secrets', () => {
    const secret = new Secret('CANARY');
    expect(toPublic({ lastUpdated: null, expiration: '', spare: null, secret })).toEqual({
      lastUpdated: null,
      expiration: '',
      spareSeconds: null,
      secret,
    });
  });
});

/** Numbers without a unit, and members (`min`, `max`) of an object whose own name states the unit. */
type UnitlessField =
  | `${string}Count`
  | 'count'
  | 'exitCode'
  | 'max'
  | 'median'
  | 'min'
  | 'minRotations'
  | 'overlaps'
  | 'points'
  | 'reversals'
  | 'watchedShare'
  | 'minWatched'
  | 'records'
  | 'signatureVersion'
  | 'rotations'
  | 'confidence'
  | `${string}Ms`
  | 'ordinal'
  | 'samples'
  | 'share'
  | 'shareOfSafeStarts';

/** The names of number fields of `T` without a known unit. `never` if the tables are complete. */
type FieldWithoutUnit<T> = T extends Atom
  ? never
  : T extends readonly (infer E)[]
    ? FieldWithoutUnit<E>
    : { [K in keyof T]-?: FieldWithoutUnit<T[K]> | UnknownNumber<K, T[K]> }[keyof T] | RenamedField<T>;

/** Fields of an object with a code must have the unit in their name. */
type RenamedField<T> = T extends { code: string } ? Extract<keyof T, SecondsField> : never;

type UnknownNumber<K, V> =
  Extract<V, number> extends never
    ? never
    : K extends InstantField | SecondsField | UnitlessField | `${string}Seconds` | 'seconds'
      ? never
      : K;

test('every number field of the domain has a unit in the public form', () => {
  // An error here means: add the field that the message names to a table of public-data.ts, or to UnitlessField.
  expectTypeOf<FieldWithoutUnit<Assessment>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<ArchiveRecord>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<CurrentCredentials>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<KeyAnswer>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<FailedPoll>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<NowJudgement>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<ParsedInstant>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<PollOutcome>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<RotationForecast>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<SafeStartsPoint>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<SeriesHistory>>().toEqualTypeOf<never>();
  expectTypeOf<FieldWithoutUnit<{ unheardOf: number }>>().toEqualTypeOf<'unheardOf'>();
  expectTypeOf<FieldWithoutUnit<{ code: 'STALE'; age: number }>>().toEqualTypeOf<'age'>();
});
