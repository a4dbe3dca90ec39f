import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../src/library/vitest.ts';
import { matchers, Report, readReport, toOutlive } from '../../src/library/index.ts';
import { catchError } from '../support/catch-error.ts';
import { logsDatabase } from '../support/library/logs-database.ts';

let db: string;
let linux: Report;
let nothing: Report;
beforeAll(async () => {
  db = await logsDatabase();
  linux = readReport({ db, host: 'linux' });
  nothing = readReport({ db, host: 'unknown-host' });
});

const margin = 0;

describe('toOutlive', () => {
  test('toOutlive passes for a safe job, and negated for a job that is not safe', () => {
    expect(linux).toOutlive('4h59m36s', { margin });
    expect(linux).not.toOutlive('4h59m37s', { margin });
    expect(linux).not.toOutlive(7 * 3600);
    expect({ report: linux }).toEqual({ report: expect.toOutlive('4h') });
    expect({ report: linux }).not.toEqual({ report: expect.toOutlive('5h') });
  });

  test('toOutlive fails with the verdict, the advice and the evidence', () => {
    expect(catchError(() => expect(linux).toOutlive('5h', { margin })).message).toMatchInlineSnapshot(`
      "expected credentials to outlive a 5h job with a margin of 0s for every start

      linux · imds
        not safe: a 5h job with a margin of 0s, 24s short at the worst moment; 99.94% of starts were safe
        → start the job within 1h 00m 32s after a rotation: all measured starts in that time were safe
        → \`cred-watch exec -j 5h --margin 0s --wait 10m -- COMMAND\` waits for such a time (measured waits were at most 24s)
        → or let the job refresh its credentials instead of using a copy (IAM_ROLE for a Redshift COPY), or split the job
        11 rotations witnessed in 12h. Not safe needs no further evidence: one moment with too little validity is enough."
    `);
  });

  test('toOutlive fails negated with the verdict and the evidence', () => {
    expect(catchError(() => expect(linux).not.toOutlive('4h')).message).toMatchInlineSnapshot(`
      "expected credentials not to outlive a 4h job with a margin of 5m for at least one start

      linux · imds
        safe so far: a 4h job with a margin of 5m at any measured start, 54m 36s to spare
        → all samples are imported and end on 2015-11-18: for credentials of today, import newer ones; with --max-age 24h, a verdict from older ones is unknown
        11 rotations witnessed in 12h. If the next rotation is like these, the chance that it leaves less validity than all of them is at most 1 in 3, because 2 of the last 5 rotations left less than all before. A day has about 24 rotations, so its chance is larger. AWS promises only that new credentials appear 5 minutes before the old ones expire."
    `);
  });

  test('toOutlive fails both ways if the verdict is unknown', () => {
    const stale = { maxAge: '1h' };
    for (const report of [linux, nothing]) {
      expect(catchError(() => expect(report).toOutlive('4h', stale)).message).toMatch(
        /the verdict is unknown, which fails both toOutlive and not\.toOutlive/,
      );
      expect(catchError(() => expect(report).not.toOutlive('4h', stale)).message).toMatch(
        /the verdict is unknown, which fails both toOutlive and not\.toOutlive/,
      );
    }
    expect(catchError(() => expect(linux).toOutlive('4h', stale)).message).toContain(
      'import newer ones, or accept older samples',
    );
    expect(catchError(() => expect(nothing).toOutlive('4h')).message).toContain(
      `no samples in ${db}, or none match`,
    );
    expect(catchError(() => expect([]).not.toOutlive('4h')).message).toContain('no samples');
    // One sample with too little left is enough for "not safe".
    expect(linux).not.toOutlive('5h', stale);
    expect({ report: nothing }).not.toEqual({ report: expect.toOutlive('4h') });
    expect({ report: nothing }).not.toEqual({ report: expect.not.toOutlive('4h') });
  });

  test('toOutlive requires enough rotations for the given confidence', () => {
    expect(linux).toOutlive('4h', { confidence: '66%' });
    expect(catchError(() => expect(linux).toOutlive('4h', { confidence: '95%' })).message).toContain(
      'this confidence needs at least 19: import samples of about 8h 10m more',
    );
  });

  test('toOutlive accepts one or several analysed series', () => {
    const analyses = readReport({ db }).series.map(({ analysis }) => analysis);
    const windows = analyses.find(({ identity }) => identity.host === 'windows')!;
    expect(windows).toOutlive('5h', { margin });
    expect([windows]).toOutlive('5h', { margin });
    const message = catchError(() => expect(analyses).toOutlive('5h', { margin })).message;
    expect(message).toContain('linux · imds\n');
    expect(message).not.toContain('windows');
  });

  test('toOutlive reports at most five of many series that are not safe', () => {
    const { analysis } = linux.series[0]!;
    const fleet = Array.from({ length: 12 }, (_, index) => ({
      ...analysis,
      identity: { ...analysis.identity, host: `host\u001b[31m-${index}` },
    }));
    const message = catchError(() => expect(fleet).toOutlive('5h')).message;
    expect(message.match(/^host/gm)).toHaveLength(5);
    expect(message).toContain('the same verdict for 7 more series');
    expect(message).not.toContain('\u001b');
  });

  test('toOutlive throws for a value that is not a report and for an invalid duration, also when negated', () => {
    const history = { identity: {}, generations: [] };
    for (const received of [undefined, null, 'safe', 5, {}, [{}], history, Promise.resolve(linux)]) {
      expect(() => expect(received).toOutlive('4h')).toThrow('neither a report nor an analysed series');
      expect(() => expect(received).not.toOutlive('4h')).toThrow('neither a report nor an analysed series');
    }
    expect(() => expect(linux).not.toOutlive('long')).toThrow(
      /^the job duration "long" is not a duration: .*5h/,
    );
    // In `toEqual`, the test runner passes a copy of the report.
    expect({ report: { ...linux, judge: linux.judge } }).toEqual({ report: expect.toOutlive('4h') });
    expect(() => expect(linux).not.toOutlive('7h', { margin: -1 })).toThrow(
      'the margin -1 is not a duration',
    );
  });

  test('toOutlive works with resolves', async () => {
    await expect(Promise.resolve(linux)).resolves.toOutlive('4h');
  });
});

describe('toOutlive in other test runners', () => {
  test('toOutlive needs a context with isNot only', () => {
    expect(toOutlive.call({ isNot: false }, linux, '4h').pass).toBe(true);
    expect(toOutlive.call({ isNot: true }, linux, '4h').pass).toBe(true);
    expect(toOutlive.call({}, linux, '5h').pass).toBe(false);
    expect(toOutlive.call(undefined, nothing, '5h').pass).toBe(false);
    expect(toOutlive.call({ isNot: true }, nothing, '5h').pass).toBe(true);
    expect(Object.keys(matchers)).toEqual(['toOutlive']);
  });

  test('toOutlive is added to expect of Jest by cred-watch/jest', () => {
    const require = createRequire(import.meta.url);
    const code = readFileSync(require.resolve('../../dist/library/jest.cjs'), 'utf8');
    const extended: object[] = [];
    const modules: Record<string, unknown> = {
      '@jest/globals': { expect: { extend: (added: object) => extended.push(added) } },
      './index.cjs': require('../../dist/library/index.cjs'),
    };
    new Function('require', code)((name: string) => modules[name]);
    expect(extended).toEqual([{ toOutlive: expect.any(Function) }]);
  });

  test('toOutlive accepts a report of another copy of the library', () => {
    const built = createRequire(import.meta.url)('../../dist/library/index.cjs');
    const report = built.readReport({ db, host: 'linux' });
    expect(report).not.toBeInstanceOf(Report);
    expect(report).toOutlive('4h');
  });
});
