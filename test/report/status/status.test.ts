import { describe, expect, test } from 'vitest';
import { summariseStatus } from '../../../src/domain/status/status.ts';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { renderStatusNagiosLine } from '../../../src/report/status/nagios-line.ts';
import { renderStatusText } from '../../../src/report/status/text.ts';
import { formatRoughDuration } from '../../../src/report/text/rough-duration.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';
import {
  failing,
  HOUR,
  hostile,
  hourly,
  identity,
  job,
  judge,
  logsOf2015,
  mixed,
  NOW,
} from '../../support/report/assessments.ts';
import { parseNagiosLine } from '../../support/report/nagios-line.ts';

const summarise = (assessment: Assessment) => summariseStatus(assessment, 300, NOW);

const text = (assessment: Assessment, style = {}) =>
  renderStatusText(summarise(assessment), {
    hasColour: false,
    isAsciiOnly: false,
    times: UTC_TIMES,
    ...style,
  });

const parts = (assessment: Assessment) => text(assessment).trimEnd().split(' · ');

const web = (number: number) => identity({ host: `web-${number}` });

describe('the line', () => {
  test('a safe job has its spare validity', () => {
    expect(parts(judge([hourly(web(1))], [job(4 * HOUR)]))).toEqual([
      'safe so far',
      '4h job',
      'worst case 5h at 2026-11-22 09:00:00Z, 55m to spare',
      '3 rotations in 3h 40m',
      '5h left now',
      'last poll 10m ago',
    ]);
  });

  test('the job of 2015 that failed has its shortfall and its safe starts', async () => {
    const [linux] = await logsOf2015();
    expect(parts(judge([linux!], [job(5 * HOUR, { margin: 0 })])).slice(0, 5)).toEqual([
      'not safe',
      '5h job',
      'safe only within 1h 00m 32s after a rotation',
      'worst case 4h 59m 36s at 2015-11-18 08:03:35Z, 24s short, 99.94% of starts safe',
      '11 rotations in 12h',
    ]);
  });

  test('the source may have replaced the credentials of a sample that is not recent', () => {
    const line = (isPolled: boolean, began: number) =>
      text(judge([{ ...hourly(web(1), { began }), isPolled }], [job(4 * HOUR)]));
    expect(line(true, 6)).toContain(' · last seen credentials: 3h left · last poll 2h 10m ago');
    expect(line(false, 6)).toMatch(/in 3h 40m · last imported sample 2h 10m ago/);
    expect(line(false, 4)).toContain(' · 5h left now · last imported sample 10m ago');
  });

  test('samples of other commands are not shown as polls', () => {
    const last = (polledAt: number | null) =>
      parts(judge([{ ...hourly(web(1)), polledAt }], [job(4 * HOUR)])).at(-1);
    expect(last(NOW - 600_000)).toBe('last poll 10m ago');
    expect(last(null)).toBe('no poll recorded, last sample 10m ago');
    const status = summarise(judge([{ ...hourly(web(1)), polledAt: null }], [job(4 * HOUR)]));
    expect(renderStatusNagiosLine(status, UTC_TIMES)).toContain(', no poll recorded, last sample 10m ago |');
  });

  test('an old log says nothing about the credentials of today', async () => {
    const line = text(judge(await logsOf2015(), []));
    expect(line).toContain('last imported sample');
    expect(line).not.toMatch(/left now|EXPIRED/);
  });

  test('without a job, the line begins with the longest safe job', () => {
    expect(parts(judge([hourly(web(1))], []))[0]).toBe('longest safe job 4h 55m so far with a margin of 5m');
  });

  test('without a witnessed rotation, the longest safe job is not known', () => {
    const [first, ...others] = parts(judge([hourly(web(1), { lifetimes: [6 * HOUR] })], []));
    expect(first).toBe('longest safe job not known yet');
    expect(others).toContain('40m watched');
  });

  test('no job is safe if the worst case is below the margin', () => {
    const history = hourly(web(1), { lifetimes: [HOUR, HOUR, HOUR] });
    expect(parts(judge([history], []))[0]).toBe('no job is safe with a margin of 5m');
  });

  test.each([
    [
      'no rotation',
      judge([hourly(web(1), { lifetimes: [6 * HOUR] })], [job(HOUR)]),
      'no rotation witnessed yet',
    ],
    ['an old sample', judge([hourly(web(1), { began: 40 })], [job(HOUR)]), 'newest sample older than 1d'],
    [
      'too few rotations',
      judge([hourly(web(1))], [job(HOUR)], { confidence: 0.95 }),
      '3 of 19 rotations for this confidence',
    ],
    [
      'a gap',
      judge([hourly(web(1))], [job(HOUR)], { minWatched: 1.01 }),
      'less than 101% of the time watched',
    ],
  ])('an unknown verdict because of %s has the reason after the job', (_, assessment, reason) => {
    expect(parts(assessment).slice(0, 3)).toEqual(['unknown', '1h job', expect.stringContaining(reason)]);
  });

  test('a job without recorded runs has an unknown length', () => {
    const named = job(null, { name: 'nightly' });
    expect(parts(judge([hourly(web(1))], [named])).slice(0, 2)).toEqual([
      'unknown',
      'job nightly (of unknown length)',
    ]);
  });

  test('expired credentials are shown as expired', () => {
    expect(parts(judge([hourly(web(1), { began: 20 })], []))).toContain(
      'last seen credentials EXPIRED 11h ago',
    );
  });

  test('the newest sample is too old if the poller has stopped', () => {
    expect(parts(judge([hourly(web(1), { began: 40 })], [])).at(-1)).toBe('last poll 1d 12h ago, too old');
  });

  test('a failing source is named with its reason', () => {
    const { failedPolls } = failing(web(1));
    const assessment = judge([{ ...hourly(web(1)), failedPolls }], []);
    expect(parts(assessment).slice(-2)).toEqual([
      'last poll failed 5m ago: timeout',
      'newest sample 10m ago',
    ]);
  });

  test('an outage also shows the age of the newest sample, and expired credentials, also of a log', () => {
    const { failedPolls } = failing(web(1));
    for (const isPolled of [true, false]) {
      const ended = {
        ...hourly(web(1), { began: 12, lifetimes: [6 * HOUR, 6 * HOUR] }),
        failedPolls,
        isPolled,
      };
      const line = text(judge([ended], [job(HOUR)], { maxAge: null }));
      expect(line).toMatch(
        /^safe so far.* last seen credentials EXPIRED 5h ago.* last poll failed 5m ago: timeout/,
      );
      expect(line).toMatch(/newest sample 10h 10m ago/);
    }
  });

  test('the line names the worst of several series, and the others that fail', () => {
    expect(parts(mixed()).slice(-4)).toEqual([
      'last poll 10m ago',
      'the worst of 4 series: web-2, imds v2, worker',
      'polls fail on web-3, imds (timeout)',
      'if web-3, imds is a mistake, remove it: `cred-watch prune --remove-series --host web-3 --source imds`',
    ]);
  });

  test('a series without a sample that decides the verdict is named with the way out and the measured series', () => {
    const unsampled = failing(web(3));
    const removal =
      'if web-3, imds is a mistake, remove it: `cred-watch prune --remove-series --host web-3 --source imds`';
    const two = judge([hourly(web(1)), unsampled], [job(4 * HOUR)]);
    const three = judge(
      [hourly(web(1)), hourly(web(2), { lifetimes: [6 * HOUR, 6 * HOUR] }), unsampled],
      [job(4 * HOUR)],
    );
    expect(parts(two).slice(-3)).toEqual([
      'the worst of 2 series: web-3, imds v2, app',
      'the only series with samples: web-1, imds v2, app (safe so far)',
      removal,
    ]);
    expect(parts(three)).toContain('the worst of 2 with samples: web-1, imds v2, app (safe so far)');
    expect(renderStatusNagiosLine(summarise(two), UTC_TIMES)).toContain(removal);
  });

  test('no advice removes a series whose samples are outside the selected period', () => {
    const { failedPolls } = failing(web(3));
    const outside = { ...failing(web(3)), failedPolls, newestOutside: NOW - 86_400_000 };
    const line = text(judge([hourly(web(1)), outside], [job(4 * HOUR)]));
    expect(line).toContain('the worst of 2 series: web-3, imds v2, app');
    expect(line).not.toContain('remove');
  });

  test('a command that removes one of several series without samples is not named', () => {
    const line = text(judge([hourly(web(1)), failing(web(3)), failing(web(4))], [job(4 * HOUR)]));
    expect(line).toContain('`cred-watch prune --remove-series` removes a series without samples');
  });

  test('of many failing sources, two are named', () => {
    const all = [1, 2, 3, 4, 5].map((number) => failing(web(number)));
    expect(text(judge(all, []))).toContain(
      'polls also fail on web-2, imds (timeout); web-3, imds (timeout) and 2 more',
    );
  });

  test('the line shows the worst of several jobs', () => {
    expect(text(judge([hourly(web(1))], [job(HOUR), job(9 * HOUR)]))).toMatch(
      /^not safe · 9h job, the worst of 2 jobs · no start was safe · /,
    );
  });

  test('without samples, the line says so', () => {
    expect(text(judge([], [job(HOUR)]))).toBe('unknown · 1h job · no samples\n');
    expect(text(judge([], []))).toBe('no samples\n');
  });

  test('the line has only ASCII characters if the locale requires it', () => {
    expect(text(mixed(), { isAsciiOnly: true })).toMatch(/^[ -~]+\n$/);
  });

  test('the verdict has the colour of its safety, and failures have the colour of a warning', () => {
    const coloured = text(mixed(), { hasColour: true });
    expect(coloured).toContain('\u001b[31mnot safe\u001b[39m');
    expect(coloured).toContain('\u001b[33mpolls fail on web-3, imds (timeout)\u001b[39m');
    expect(text(judge([hourly(web(1))], [job(HOUR)]), { hasColour: true })).toContain(
      '\u001b[32msafe so far\u001b[39m',
    );
  });

  test('hostile names stay in the line', () => {
    const line = text(hostile());
    expect(line.match(/\n/g)).toHaveLength(1);
    expect(line).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]/);
  });
});

test.each([
  [0, '0s'],
  [59, '59s'],
  [133, '2m 13s'],
  [3599, '59m 59s'],
  [7 * 3600 + 59, '7h'],
  [(3 * 24 + 4) * 3600 + 3599, '3d 04h'],
])('%i seconds are roughly %s', (seconds, expected) => {
  expect(formatRoughDuration(seconds)).toBe(expected);
});

describe('the line of a monitoring plugin', () => {
  const line = (assessment: Assessment) =>
    parseNagiosLine(renderStatusNagiosLine(summarise(assessment), UTC_TIMES));

  test('a safe job is OK', () => {
    const { state, text: shown, data } = line(judge([hourly(web(1))], [job(4 * HOUR)]));
    expect(state).toBe('OK');
    expect(shown).toMatch(/^safe so far, 4h job, worst case 5h /);
    expect(data).toEqual({
      worst_case: { value: 18_000, unit: 's', critical: '14700:' },
      spare: { value: 3300, unit: 's', critical: '0:' },
      remaining: { value: 18_000, unit: 's' },
      rotations: { value: 3, unit: '', min: 0 },
      watched: { value: 13_200, unit: 's', min: 0 },
      last_sample_age: { value: 600, unit: 's' },
      series: { value: 1, unit: '', min: 0 },
      failing_sources: { value: 0, unit: '', min: 0 },
    });
  });

  test.each([
    ['a job that is not safe', judge([hourly(web(1))], [job(9 * HOUR)]), 'CRITICAL'],
    ['an unknown verdict', judge([hourly(web(1), { lifetimes: [6 * HOUR] })], [job(HOUR)]), 'UNKNOWN'],
    ['no job', judge([hourly(web(1))], []), 'OK'],
    ['several series', mixed(), 'CRITICAL'],
    ['hostile names', hostile(), 'CRITICAL'],
  ])('the line of %s is valid', (_, assessment, state) => {
    expect(line(assessment).state).toBe(state);
  });

  test('a series without samples has no measured values', () => {
    expect(Object.keys(line(judge([failing(web(1))], [job(HOUR)])).data)).toEqual([
      'series',
      'failing_sources',
    ]);
  });

  test('presigned URLs that do not work make the state critical', () => {
    const status = summarise(judge([hourly(web(1))], [job(HOUR)]));
    const rendered = renderStatusNagiosLine(status, UTC_TIMES, {
      requested: 7 * 24 * HOUR,
      verdict: 'never',
    });
    expect(parseNagiosLine(rendered)).toMatchObject({
      state: 'CRITICAL',
      text: expect.stringMatching(
        /^safe so far, 1h job, .*, presigned URLs for 7d: not safe, no URL worked$/,
      ),
    });
  });
});
