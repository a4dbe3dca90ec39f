import { describe, expect, test } from 'vitest';
import { judgeEnd, judgeRunningJob } from '../../../src/domain/running-job/judge-running-job.ts';
import type {
  EndedJob,
  NoExpirationReason,
  RunningJobJudgement,
} from '../../../src/domain/running-job/running-job.ts';
import {
  describeEndedJob,
  describeExpiryWarning,
  describeRunningUnknownReason,
  describeWatchedStart,
} from '../../../src/report/messages/running-job/running-job.ts';
import {
  renderEndJson,
  renderRunningJobJson,
  renderWarningJson,
} from '../../../src/report/running-job/json.ts';
import { renderRunningJobNagios } from '../../../src/report/running-job/nagios-line.ts';
import { renderEndText, renderRunningJobText } from '../../../src/report/running-job/text.ts';
import type { RunningJobView } from '../../../src/report/running-job/view.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { readDocument } from '../../support/docs/markdown.ts';
import { findLineViolations, findViolations } from '../../support/docs/schemas.ts';

const NOW = Date.parse('2026-11-22T10:24:00Z');
const HOUR = 3600;
const STYLE = { width: 100, hasColour: false, isAsciiOnly: false, times: UTC_TIMES };

const inSeconds = (seconds: number) => NOW + seconds * 1000;

/** A 4h job that has run for 1h12m. `remaining` is the validity of its credentials. */
function judge(remaining: number | NoExpirationReason, duration: number | null = 4 * HOUR) {
  return judgeRunningJob(
    {
      processStartedAt: inSeconds(-72 * 60),
      keyIssuedAt: null,
      job: duration === null ? null : { duration, margin: 300 },
      credentials:
        typeof remaining === 'number'
          ? { expiration: { at: inSeconds(remaining), origin: 'variables' }, reason: null }
          : { expiration: null, reason: remaining },
    },
    NOW,
  );
}

const view = (judgement: RunningJobJudgement, more: Partial<RunningJobView> = {}): RunningJobView => ({
  pid: 4711,
  judgement,
  accessKeyId: 'ASIAEXAMPLE00000JJZT',
  notes: [],
  isFollowed: false,
  ...more,
});

const INVALID = {
  code: 'COPY_INVALID',
  reason: 'malformed',
  detail: 'AWS_SECRET_ACCESS_KEY is quoted',
  misconfiguration: null,
  possibleHopLimit: false,
} as const;

const JUDGEMENTS = {
  safe: judge(5 * HOUR),
  short: judge(2 * HOUR),
  expired: judge(-60),
  'expired now': judge(0),
  'without a duration': judge(HOUR, null),
  'expired without a duration': judge(-60, null),
  'longer than its duration': judge(5 * HOUR, HOUR),
  'of another provider': judge({ code: 'NO_COPY', provider: 'imds' }),
  'without keys': judge({ code: 'NO_COPY', provider: null }),
  'without an expiration': judge({
    code: 'EXPIRATION_UNKNOWN',
    detail: 'AWS_CREDENTIAL_EXPIRATION is not set',
    hasDatabase: true,
  }),
  'with long-lived keys': judge({ code: 'LONG_LIVED' }),
  'with invalid keys': judge(INVALID),
};
const CASES = Object.entries(JUDGEMENTS);

describe('the text of a running job', () => {
  test.each<[keyof typeof JUDGEMENTS, string]>([
    ['safe', 'safe: a 4h job with a margin of 5m that has run for 1h 12m as process 4711, 2h 07m to spare'],
    ['short', 'not safe: a 4h job with a margin of 5m that has run for 1h 12m as process 4711, 53m short'],
    [
      'expired',
      'not safe: a 4h job with a margin of 5m that has run for 1h 12m as process 4711, its credentials have expired',
    ],
    [
      'expired now',
      'not safe: a 4h job with a margin of 5m that has run for 1h 12m as process 4711, its credentials have expired',
    ],
    [
      'without a duration',
      'unknown: the credentials of process 4711, which has run for 1h 12m, expire in 1h',
    ],
    [
      'expired without a duration',
      'not safe: a job that has run for 1h 12m as process 4711, its credentials have expired',
    ],
    [
      'longer than its duration',
      'unknown: a 1h job with a margin of 5m that has run for 1h 12m as process 4711',
    ],
  ])('a job %s has its verdict in the first line', (name, line) => {
    const text = renderRunningJobText(view(JUDGEMENTS[name]), STYLE);
    expect(text.split('\n')[0]).toBe(line);
  });

  test.each(CASES)('a job %s has advice unless it is safe', (name, judgement) => {
    const text = renderRunningJobText(view(judgement), STYLE);
    expect(text.includes('\n  what to do      ')).toBe(name !== 'safe');
    expect(text.includes('\n  because         ')).toBe(judgement.verdict === 'unknown');
    expect(text).not.toContain('EXAMPLE00000');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(112);
  });

  test('a followed job has advice only if there is something to do', () => {
    const hasAdvice = (name: keyof typeof JUDGEMENTS) =>
      renderRunningJobText(view(JUDGEMENTS[name], { isFollowed: true }), STYLE).includes('what to do');
    expect(hasAdvice('without a duration')).toBe(false);
    expect(hasAdvice('longer than its duration')).toBe(false);
    expect(hasAdvice('without an expiration')).toBe(true);
    expect(hasAdvice('short')).toBe(true);
  });

  test('each unknown reason has a message and a hint of its own', () => {
    const reasons = CASES.flatMap(([, { unknownReason }]) =>
      unknownReason === null ? [] : [describeRunningUnknownReason(unknownReason, 4711)],
    );
    expect(reasons).toHaveLength(7);
    expect(new Set(reasons.map(({ message }) => message)).size).toBe(7);
    for (const { hint } of reasons) expect(hint).toMatch(/^[a-z]/);
    expect(describeRunningUnknownReason({ code: 'NO_COPY', provider: 'imds' }, 4711).message).toBe(
      'the process has no copy in its variables: its SDKs use IMDS, and get new credentials there before these expire; only a copy elsewhere can expire',
    );
    const describe = (provider: 'container' | 'profile') =>
      describeRunningUnknownReason({ code: 'NO_COPY', provider }, 4711);
    expect(describe('container').hint).toMatch(
      /^nothing to do if the job gets its credentials from an SDK; see /,
    );
    // An SDK does not read the keys of a file again.
    expect(describe('profile').message).toMatch(/ so there is nothing to follow$/);
    expect(describe('profile').hint).toMatch(
      /^see with `cred-watch sources --pid 4711` .* \(`pgrep -P 4711` lists the children\)/,
    );
  });

  test('docs/jobs.md shows the output of a job that is not safe', () => {
    const text = renderRunningJobText(view(JUDGEMENTS.short), STYLE);
    const [, shown] =
      /\$ cred-watch check --pid 4711 -j 4h\n([^`]*)```/.exec(readDocument('docs/jobs.md')) ?? [];
    expect(shown).toBe(text);
  });
});

describe('warnings and the end', () => {
  const times = { expiration: inSeconds(900), now: NOW };

  test('a warning names the time that is left', () => {
    expect(describeExpiryWarning('EXPIRES_SOON', 'the command', times)).toEqual({
      message: 'the credentials of the command expire in 15m, at 10:39:00Z',
      hint: expect.stringMatching(/one SIGINT/),
    });
    expect(describeExpiryWarning('EXPIRED', 'process 4711', { ...times, expiration: NOW })).toEqual({
      message: 'the credentials of process 4711 expired at 10:24:00Z, and it is still running',
      hint: expect.stringMatching(/^AWS refuses new requests; if the job fails, start it again/),
    });
    expect(describeWatchedStart(times)).toBe('the credentials of the command expire in 15m, at 10:39:00Z');
  });

  test('on a host with a slow clock, the time of a warning is by that clock', () => {
    const slow = { ...times, aheadMs: 600_000 };
    const end = "15m, at 10:29:00Z by this host's clock";
    expect(describeExpiryWarning('EXPIRES_SOON', 'the command', slow).message).toContain(end);
    expect(describeWatchedStart(slow)).toContain(end);
  });

  test('less than a second between the clocks changes no time', () => {
    expect(describeWatchedStart({ ...times, aheadMs: 999 })).toMatch(/ in 15m, at 10:39:00Z$/);
  });

  test.each([
    ['the job ended 1h 12m 05s before its credentials expired', 0, 4325],
    ['the job ended less than 1s before its credentials expired', 0, 0.5],
    ['the credentials expired 12m 40s before the job ended', 0, -760],
    ['the job ended at about the time when its credentials expired, 10:23:59Z', 2, -1],
  ])('%s', (line, seconds, remaining) => {
    const ended = judgeEnd({ from: inSeconds(-seconds), to: NOW }, inSeconds(remaining));
    expect(describeEndedJob(ended)).toBe(line);
    const [first, ...rest] = renderEndText(ended, STYLE).split('\n');
    expect(first).toBe(line);
    expect(rest.join(' ').includes('what to do')).toBe(remaining < 0);
  });

  test('docs/jobs.md shows both lines about the end', () => {
    const lines = [4325, -760].map((remaining) =>
      describeEndedJob(judgeEnd({ from: NOW, to: NOW }, inSeconds(remaining))),
    );
    expect(readDocument('docs/jobs.md')).toContain(`\n${lines.join('\n')}\n`);
  });
});

describe('the JSON of a running job', () => {
  const followed = { pid: 4711, startedAt: inSeconds(-60), expiration: inSeconds(60) };

  test.each(CASES)('the JSON of a job %s is valid', (_, judgement) => {
    const document = JSON.parse(renderRunningJobJson(view(judgement)));
    expect(findViolations('check-pid', document)).toEqual([]);
    expect(document).toMatchObject({
      event: 'judged',
      pid: 4711,
      verdict: judgement.verdict,
      started_at: '2026-11-22T09:12:00Z',
      elapsed_seconds: 4320,
      access_key_id: 'ASIA…JJZT',
      remaining_seconds: judgement.remaining,
      spare_seconds: judgement.spare,
    });
    expect(document.unknown_reason?.code).toBe(judgement.unknownReason?.code);
  });

  test('the JSON of a process without keys is valid, and so is that of a key of another form', () => {
    for (const accessKeyId of [null, 'sha256:0123456789abcdef']) {
      const json = renderRunningJobJson(view(JUDGEMENTS['without keys'], { accessKeyId }));
      expect(findViolations('check-pid', JSON.parse(json))).toEqual([]);
      expect(JSON.parse(json).access_key_id).toBe(accessKeyId);
    }
  });

  test('a reason has the fields of its code', () => {
    const render = (judgement: RunningJobJudgement) =>
      JSON.parse(renderRunningJobJson(view(judgement))).unknown_reason;
    expect(render(JUDGEMENTS['of another provider'])).toEqual({
      code: 'NO_COPY',
      provider: 'imds',
      failure: null,
    });
    expect(render(JUDGEMENTS['with invalid keys'])).toEqual({
      code: 'COPY_INVALID',
      provider: null,
      failure: { reason: 'malformed', detail: 'AWS_SECRET_ACCESS_KEY is quoted' },
    });
  });

  test('each event is one line', () => {
    const ended: EndedJob = judgeEnd({ from: NOW, to: NOW }, followed.expiration);
    const lines =
      renderRunningJobJson(view(JUDGEMENTS.safe, { isFollowed: true })) +
      renderWarningJson('EXPIRES_SOON', followed, NOW) +
      renderWarningJson('EXPIRED', followed, inSeconds(60)) +
      renderEndJson(ended, followed);
    expect(findLineViolations('check-pid', lines)).toEqual([]);
    const events = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['judged', 'warning', 'warning', 'ended']);
    expect(events[1]).toMatchObject({ warning: 'EXPIRES_SOON', remaining_seconds: 60 });
    expect(events[3]).toMatchObject({
      at: '2026-11-22T10:24:00Z',
      outcome: 'in-time',
      elapsed_seconds: 60,
      remaining_at_end_seconds: 60,
    });
  });
});

describe('the line for Nagios', () => {
  test.each<[keyof typeof JUDGEMENTS, string]>([
    ['safe', "CREDWATCH OK - process 4711: 5h left, needs 2h 53m | 'remaining'=18000s;;10380:;;\n"],
    ['short', "CREDWATCH CRITICAL - process 4711: 2h left, needs 2h 53m | 'remaining'=7200s;;10380:;;\n"],
    [
      'expired',
      "CREDWATCH CRITICAL - process 4711: credentials expired 1m ago, needs 2h 53m | 'remaining'=-60s;;10380:;;\n",
    ],
    [
      'without a duration',
      "CREDWATCH UNKNOWN - process 4711: the duration of the job is not known | 'remaining'=3600s;;;;\n",
    ],
    ['without keys', 'CREDWATCH UNKNOWN - process 4711: the variables of the process have no credentials\n'],
  ])('a job %s has one line', (name, line) => {
    expect(renderRunningJobNagios(view(JUDGEMENTS[name]))).toBe(line);
  });
});

test('details of invalid keys cannot control a terminal', () => {
  const hostile = judge({ ...INVALID, detail: 'a\u001b[31m\u202eb|c' });
  const shown =
    renderRunningJobText(view(hostile), STYLE) +
    renderRunningJobJson(view(hostile)) +
    renderRunningJobNagios(view(hostile));
  expect(shown).not.toMatch(/[\u001b\u202e]/);
});
