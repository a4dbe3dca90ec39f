import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import '../../src/library/vitest.ts';
import { analyse, judgeJob } from '../../src/library/analysis.ts';
import { Report, readReport, SampleStore, type SeriesIdentity } from '../../src/library/index.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { logsDatabase } from '../support/library/logs-database.ts';
import { writeWatchedDatabase } from '../support/library/watched-database.ts';

const hms = (hours: number, minutes: number, seconds: number) => (hours * 60 + minutes) * 60 + seconds;
const NOW = new Date('2026-01-31T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const loader: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

let db: string;
beforeAll(async () => {
  db = await logsDatabase();
});

function watched(identity = loader, until = NOW): string {
  const file = join(temporaryFolder(), 'samples.db');
  writeWatchedDatabase(file, until.getTime(), identity);
  return file;
}

describe('a report', () => {
  test('a report judges jobs by the samples of the selected host', () => {
    const report = readReport({ db, host: 'linux' });
    expect(report.series).toMatchObject([{ isRetired: false, analysis: { identity: { host: 'linux' } } }]);
    expect(report.judge('5h', { margin: 0 })).toMatchObject({
      verdict: 'start-after-rotation',
      job: { durationSeconds: hms(5, 0, 0), marginSeconds: 0 },
      requiredSeconds: hms(5, 0, 0),
      series: [{ judgement: { spareSeconds: -24 }, analysis: { measurement: { witnessedCount: 11 } } }],
    });
    expect(report.judge('4h59m36s', { margin: '0' }).verdict).toBe('safe');
    expect(report.judge('7h').verdict).toBe('never');
  });

  test('a report takes durations as text or seconds, with a default margin of five minutes', () => {
    const report = readReport({ db, host: 'windows' });
    const durations = ['5h', 'PT5H', 18_000, ' 300m '];
    expect(
      new Set(durations.map((each) => report.judge(each, { margin: 0 }).series[0]?.judgement.spareSeconds)),
    ).toEqual(new Set([284]));
    expect(report.judge('5h')).toMatchObject({ verdict: 'start-after-rotation', requiredSeconds: 18_300 });
  });

  test('a report gives the worst verdict of several series, and the judgement of each', () => {
    const { verdict, series } = readReport({ db }).judge('5h', { margin: 0 });
    expect(verdict).toBe('start-after-rotation');
    expect(series.map((each) => each.judgement.verdict)).toEqual(['start-after-rotation', 'safe']);
  });

  test('a report judges as analyse and judgeJob do', () => {
    const store = SampleStore.openReadOnly(db)!;
    onTestFinished(() => store.close());
    const histories = store.histories({ host: 'linux' });
    const analysis = analyse(histories[0]!, { now: NOW, maxAgeSeconds: null });
    const report = new Report(histories, { now: NOW, maxAge: null });
    expect(report.series[0]?.analysis).toEqual(analysis);
    const job = { durationSeconds: hms(5, 0, 0), marginSeconds: 0 };
    expect(report.judge('5h', { margin: 0 }).series[0]?.judgement).toEqual(judgeJob(analysis, job));
  });

  test('a verdict is unknown without enough rotations or without fresh samples', () => {
    const report = readReport({ db, host: 'linux' });
    expect(report.judge('4h', { confidence: '66%' }).verdict).toBe('safe');
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

  test('a report excludes a retired series from the verdict unless its role is selected', () => {
    const file = watched({ ...loader, apiVersion: '1' }, hoursAgo(30));
    writeWatchedDatabase(file, NOW.getTime(), loader);
    const report = readReport({ db: file, now: NOW, maxAge: null });
    expect(report.series.map(({ analysis, isRetired }) => [analysis.identity.apiVersion, isRetired])).toEqual(
      [
        ['1', true],
        ['2', false],
      ],
    );
    expect(report.judge('4h').series.map(({ analysis }) => analysis.identity.apiVersion)).toEqual(['2']);
    const roleReport = readReport({ db: file, now: NOW, role: 'loader', maxAge: null });
    expect(roleReport.judge('4h').series).toHaveLength(2);
  });

  test('a report of a retired role names the series that has replaced it', () => {
    const file = watched({ ...loader, role: 'old' }, hoursAgo(30));
    writeWatchedDatabase(file, NOW.getTime(), loader);
    const replacedBy = { identity: loader, firstSample: hoursAgo(24) };
    const report = readReport({ db: file, now: NOW, role: 'old', maxAge: null });
    expect(report.series).toMatchObject([{ isRetired: true, replacedBy }]);
    expect(report.judge('4h')).toMatchObject({ verdict: 'safe', series: [{ replacedBy }] });
    expect(catchError(() => expect(report).toOutlive('7h')).message).toContain(
      'i-0abc · imds v2 · old (retired: replaced by loader since 2026-01-30 12:00:00Z)\n',
    );
    const current = readReport({ db: file, now: NOW, role: 'loader' });
    expect(current.series).toMatchObject([{ isRetired: false, replacedBy: null }]);
  });

  test('a report selects by time: a day, an age, a time or a Date', () => {
    const file = watched();
    const samples = (since: Date | string, until?: string) =>
      readReport({ db: file, now: NOW, since, until }).series[0]?.analysis.measurement?.sampleCount;
    expect(samples('24h')).toBe(24 * 12);
    expect(['3h', '2026-01-31T09:00:00Z', hoursAgo(3)].map((each) => samples(each))).toEqual(
      Array(3).fill(3 * 12),
    );
    expect(samples('2026-01-31')).toBe(12 * 12);
    expect(samples('2026-01-30', '2026-01-30')).toBe(12 * 12);
    expect(samples('2026-02-01')).toBeUndefined();
  });

  test('a verdict is unknown without a database or a matching series, and names the database', () => {
    const missing = join(temporaryFolder(), 'none.db');
    for (const report of [readReport({ db: missing }), readReport({ db, host: 'unknown-host' })]) {
      expect(report.judge('1h')).toMatchObject({ verdict: 'unknown', series: [] });
    }
    expect(readReport({ db: missing }).database).toBe(missing);
  });
});

describe('an invalid option is an error with a hint and a code', () => {
  const report = new Report([]);
  test.each([
    ['5 hours', 'the job duration "5 hours" is not a duration'],
    ['', 'the job duration "" is not a duration'],
    [-1, 'the job duration -1 is not a duration'],
    [1.5, 'the job duration 1.5 is not a duration'],
    [Number.NaN, 'the job duration NaN is not a duration'],
    [1e300, 'the job duration 1e+300 is not a duration'],
    ['40000d', 'the job duration "40000d" is too long'],
    [null, 'the job duration (of type null) is not a duration'],
    [{}, 'the job duration (of type object) is not a duration'],
    ['x'.repeat(41), 'the job duration (of type string) is not a duration'],
  ])('the duration %j is rejected', (duration, message) => {
    expect(catchError(() => report.judge(duration as string))).toMatchObject(invalidArgument(message));
  });

  test.each([
    [() => report.judge('5h', { margin: 'wide' }), 'the margin "wide" is not a duration'],
    [() => report.judge('5h', { confidence: 1 }), 'the confidence 1 is not between 0 and 1'],
    [() => report.judge('5h', { confidence: '100%' }), 'the confidence "100%" is not between 0 and 1'],
    [() => report.judge('5h', { maxAge: 'old' }), 'maxAge "old" is not a duration'],
    [() => report.judge('5h', { marign: 0 } as object), 'unknown option "marign"'],
    [() => readReport({ db, hsot: 'linux' } as object), 'unknown option "hsot"'],
    [() => new Report([], { nwo: 'now' } as object), 'unknown option "nwo"'],
    [() => readReport({ db, now: 'soon' }), 'now "soon" is not a time'],
    [() => readReport({ db, since: new Date(Number.NaN) }), 'since (of type object) is not a time'],
    [() => readReport({ db, until: '2026-02-30' }), 'until "2026-02-30" is not a time'],
    [() => readReport({ db, since: '1d', until: '2d' }), 'since is after until'],
    [() => readReport({ db, host: '\u001b[31m' }), 'the host is not a valid name'],
    [() => readReport({ db, role: '' }), 'the role is not a valid name'],
    [() => readReport({ db, source: 'moon' as 'imds' }), 'unknown source "moon"'],
  ])('an invalid option is an error: %s', (action, message) => {
    expect(catchError(action)).toMatchObject(invalidArgument(message));
  });

  test('a folder in place of a database is rejected', () => {
    expect(catchError(() => readReport({ db: import.meta.dirname }))).toMatchObject({
      message: `${import.meta.dirname} is not a file`,
      code: 'DATABASE_INVALID_PATH',
    });
  });
});

const invalidArgument = (message: string) => ({
  name: 'CredWatchError',
  message,
  hint: expect.any(String),
  code: 'INVALID_ARGUMENT',
});
