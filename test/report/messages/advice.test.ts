import { expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { listSeriesAdvice } from '../../../src/report/messages/advice/job-advice.ts';
import { judgedAt, wantedJob } from '../../support/report/judged-at.ts';
import { measured, START } from '../../support/report/measured-series.ts';

const HOUR = 3_600;
const LAST_SAMPLE = START + 47 * HOUR * 1000 + 58 * 60_000;
const HISTORY = measured({ generations: 48 });

interface Options {
  history?: SeriesHistory;
  ageHours?: number;
  margin?: number;
  maxAge?: number;
}

function listAdviceFor(jobHours: number, options: Options = {}): string[] {
  const { history = HISTORY, ageHours = 1, margin = 300, maxAge = 'default' } = options;
  const jobs = [wantedJob(jobHours * HOUR, { margin })];
  const now = LAST_SAMPLE + ageHours * HOUR * 1000;
  const [series] = judgedAt(now, [history], jobs, { maxAge }).series;
  const [judgement] = series?.judgements ?? [];
  if (series === undefined || judgement === undefined) throw new Error('no judgement');
  return listSeriesAdvice(judgement, series.analysis);
}

const IMPORTED = { ...HISTORY, isPolled: false };
const END_OF_IMPORT = 'all samples are imported and end on 2026-03-02: for credentials of today, ';

test('for a safe job, the advice says when an old imported log ends', () => {
  expect(listAdviceFor(3, { history: IMPORTED, ageHours: 25 })).toEqual([
    expect.stringContaining(END_OF_IMPORT),
  ]);
  expect(listAdviceFor(3, { history: IMPORTED, ageHours: 23 })).toEqual([]);
});

test('for a safe job, the advice states the age of the newest sample of a stopped poller', () => {
  expect(listAdviceFor(3, { ageHours: 20 })).toEqual([
    'the newest sample is 20h old, and polls were usually about 5m apart: `cred-watch init --check` on this host shows whether they have stopped',
  ]);
  expect(listAdviceFor(3, { ageHours: 0.9 })).toEqual([]);
});

test('old polled samples and a limit of the age make the verdict unknown instead', () => {
  const tooOld = [expect.stringContaining('the newest sample is ')];
  expect(listAdviceFor(3, { ageHours: 25 })).toEqual(tooOld);
  expect(listAdviceFor(3, { history: IMPORTED, ageHours: 25, maxAge: 24 * HOUR })).toEqual(tooOld);
});

test('a short history of an old log is not asked for more samples', () => {
  const short = { ...measured({ generations: 3 }), isPolled: false };
  expect(listAdviceFor(3, { history: short, ageHours: -44 }).join()).toContain('the history is short');
  expect(listAdviceFor(3, { history: short, ageHours: 100 })).toEqual([
    expect.stringContaining('all samples are imported'),
  ]);
});

test.each([
  [
    300,
    '`cred-watch exec -j 5h --wait 10m -- COMMAND` waits for such a time (measured waits were at most 5m)',
  ],
  [
    600,
    '`cred-watch exec -j 5h --margin 10m --wait 15m -- COMMAND` waits for such a time (measured waits were at most 10m)',
  ],
])(
  'for a job that is safe after a rotation, the advice has the command that waits, margin %is',
  (margin, command) => {
    const advice = listAdviceFor(5, { margin });
    expect(advice[0]).toMatch(/^start the job within .* after a rotation/);
    expect(advice[1]).toBe(command);
  },
);

/** The newest generation was still seen after its expiration. */
function servedExpired(isPolled: boolean, clockOffset: number | null): SeriesHistory {
  const generations = HISTORY.generations.map((each, index) => ({
    ...each,
    smallestClockOffset: clockOffset,
    largestClockOffset: clockOffset,
    ...(index === 47 && { expiration: each.lastSeen - 59_000, latestExpiration: each.lastSeen - 59_000 }),
  }));
  return { ...HISTORY, isPolled, generations };
}

test('if samples of a log are later than the expiration, its zone and clock are named before the endpoint', () => {
  const repair = 'repair the program that serves the credentials';
  const [first, second, ...others] = listAdviceFor(3, { history: servedExpired(false, null) });
  expect(first).toMatch(/the time zone of the log \(import --timezone\) and the clock of the host/);
  expect(second).toMatch(new RegExp(`^if both are right, ${repair}`));
  expect(others).toEqual([]);
  // The Date header of each poll excludes both.
  for (const history of [servedExpired(true, null), servedExpired(false, 0)])
    expect(listAdviceFor(3, { history })).toEqual([expect.stringMatching(`^${repair}`)]);
});
