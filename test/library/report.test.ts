import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  analyse,
  CredWatchError,
  judgeJob,
  Report,
  readReport,
  SampleStore,
  type SeriesIdentity,
} from '../../src/library/index.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { logsDatabase } from '../support/library/logs-database.ts';
import { writeWatchedDatabase } from '../support/library/watched-database.ts';

const hms = (hours: number, minutes: number, seconds: number) => (hours * 60 + minutes) * 60 + seconds;
const NOW = Date.UTC(2026, 0, 31, 12);
const loader: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

let db: string;
beforeAll(async () => {
  db = await logsDatabase();
});

function watched(identity = loader, until = NOW): string {
  const file = join(temporaryFolder(), 'samples.db');
  writeWatchedDatabase(file, until, identity);
  return file;
}

describe('a report', () => {
  test('judges jobs by what the database says of a host', () => {
    const report = readReport({ db, host: 'linux' });
    expect(report.series).toMatchObject([{ isRetired: false, analysis: { identity: { host: 'linux' } } }]);
    expect(report.judge('5h', { margin: 0 })).toMatchObject({
      verdict: 'start-after-rotation',
      job: { duration: hms(5, 0, 0), margin: 0 },
      required: hms(5, 0, 0),
      series: [{ judgement: { spare: -24 }, analysis: { measurement: { witnessedCount: 11 } } }],
    });
    expect(report.judge('4h59m36s', { margin: '0' }).verdict).toBe('safe');
    expect(report.judge('7h').verdict).toBe('never');
  });

  test('takes durations as texts and as seconds, and a margin of five minutes where none is given', () => {
    const report = readReport({ db, host: 'windows' });
    const given = ['5h', 'PT5H', 18_000, ' 300m '];
    expect(
      new Set(given.map((each) => report.judge(each, { margin: 0 }).series[0]!.judgement.spare)),
    ).toEqual(new Set([284]));
    expect(report.judge('5h')).toMatchObject({ verdict: 'start-after-rotation', required: 18_300 });
  });

  test('of several series gives the worst verdict, with each of them', () => {
    const { verdict, series } = readReport({ db }).judge('5h', { margin: 0 });
    expect(verdict).toBe('start-after-rotation');
    expect(series.map((each) => each.judgement.verdict)).toEqual(['start-after-rotation', 'safe']);
  });

  test('says the same as analyse and judgeJob on the histories of a store', () => {
    const store = SampleStore.openReadOnly(db)!;
    onTestFinished(() => store.close());
    const histories = store.histories({ host: 'linux' });
    const analysis = analyse(histories[0]!, { now: NOW, maxAge: null });
    const report = new Report(histories, { now: NOW, maxAge: null });
    expect(report.series[0]!.analysis).toEqual(analysis);
    const job = { duration: hms(5, 0, 0), margin: 0 };
    expect(report.judge('5h', { margin: 0 }).series[0]!.judgement).toEqual(judgeJob(analysis, job));
  });

  test('is unknown without enough evidence, and without fresh samples', () => {
    const report = readReport({ db, host: 'linux' });
    expect(report.judge('4h', { confidence: '90%' }).verdict).toBe('safe');
    expect(report.judge('4h', { confidence: 0.95 })).toMatchObject({
      verdict: 'unknown',
      series: [
        {
          judgement: {
            unknownReasons: [{ code: 'TOO_FEW_ROTATIONS', minRotations: 19, witnessedCount: 11 }],
          },
        },
      ],
    });
    expect(report.judge('4h', { maxAge: '1h' }).verdict).toBe('unknown');
    expect(readReport({ db, host: 'linux', maxAge: '1h' }).judge('4h').verdict).toBe('unknown');
    expect(readReport({ db, host: 'linux', maxAge: '1h' }).judge('4h', { maxAge: null }).verdict).toBe(
      'safe',
    );
    const then = readReport({ db, host: 'linux', maxAge: '1h', now: '2015-11-18T12:30:00Z' });
    expect(then.judge('4h').verdict).toBe('safe');
  });

  test('leaves a retired series out of the verdict, unless its role is asked for', () => {
    const file = watched({ ...loader, apiVersion: '1' }, NOW - 30 * 3_600_000);
    writeWatchedDatabase(file, NOW, loader);
    const report = readReport({ db: file, now: NOW, maxAge: null });
    expect(report.series.map(({ analysis, isRetired }) => [analysis.identity.apiVersion, isRetired])).toEqual(
      [
        ['1', true],
        ['2', false],
      ],
    );
    expect(report.judge('4h').series.map(({ analysis }) => analysis.identity.apiVersion)).toEqual(['2']);
    const ofRole = readReport({ db: file, now: NOW, role: 'loader', maxAge: null });
    expect(ofRole.judge('4h').series).toHaveLength(2);
  });

  test('selects by time: a day, how long ago, a moment, a Date or milliseconds', () => {
    const file = watched();
    const samples = (since: Date | number | string, until?: string) =>
      readReport({ db: file, now: NOW, since, until }).series[0]?.analysis.measurement?.sampleCount;
    expect(samples('24h')).toBe(24 * 12);
    expect(
      ['3h', '2026-01-31T09:00:00Z', new Date(NOW - 1.08e7), NOW - 1.08e7].map((each) => samples(each)),
    ).toEqual(Array(4).fill(3 * 12));
    expect(samples('2026-01-31')).toBe(12 * 12);
    expect(samples('2026-01-30', '2026-01-30')).toBe(12 * 12);
    expect(samples('2026-02-01')).toBeUndefined();
  });

  test('of a database that is not there, or where nothing matches, is unknown and says where it looked', () => {
    const missing = join(temporaryFolder(), 'none.db');
    for (const report of [readReport({ db: missing }), readReport({ db, host: 'nobody' })]) {
      expect(report.judge('1h')).toMatchObject({ verdict: 'unknown', series: [] });
    }
    expect(readReport({ db: missing }).database).toBe(missing);
  });
});

describe('what cannot be is refused with a hint', () => {
  const report = new Report([]);
  test.each([
    ['5 hours', 'the duration "5 hours" is not a duration'],
    ['', 'the duration "" is not a duration'],
    [-1, 'the duration -1 is not a duration'],
    [1.5, 'the duration 1.5 is not a duration'],
    [Number.NaN, 'the duration NaN is not a duration'],
    [1e300, 'the duration 1e+300 is not a duration'],
    ['40000d', 'the duration "40000d" is too long'],
    [null, 'the duration (of type null) is not a duration'],
    [{}, 'the duration (of type object) is not a duration'],
    ['x'.repeat(41), 'the duration (of type string) is not a duration'],
  ])('the duration %j', (given, message) => {
    expect(refusal(() => report.judge(given as string))).toEqual({ message, hint: expect.any(String) });
  });

  test.each([
    [() => report.judge('5h', { margin: 'wide' }), 'the margin "wide" is not a duration'],
    [() => report.judge('5h', { confidence: 1 }), 'the confidence 1 is not a confidence'],
    [() => report.judge('5h', { confidence: '100%' }), 'the confidence "100%" is not a confidence'],
    [() => report.judge('5h', { maxAge: 'old' }), 'maxAge "old" is not a duration'],
    [() => readReport({ db, now: 'soon' }), 'now "soon" is not a time'],
    [() => readReport({ db, since: new Date(Number.NaN) }), 'since (of type object) is not a time'],
    [() => readReport({ db, until: '2026-02-30' }), 'until "2026-02-30" is not a time'],
    [() => readReport({ db, since: '1d', until: '2d' }), 'since is after until'],
    [() => readReport({ db, host: '\u001b[31m' }), 'the host is not a name'],
    [() => readReport({ db, role: '' }), 'the role is not a name'],
    [() => readReport({ db, source: 'moon' as 'imds' }), 'the source "moon" is not known'],
    [() => readReport({ db: import.meta.dirname }), `${import.meta.dirname} is not a file`],
  ])('%s', (action, message) => {
    expect(refusal(action)).toEqual({ message, hint: expect.any(String) });
  });
});

function refusal(action: () => unknown): { message: string; hint: string | undefined } {
  try {
    action();
  } catch (error) {
    if (error instanceof CredWatchError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('was accepted');
}
