import { describe, expect, test } from 'vitest';
import { readText } from '../../../support/store/logs/read-text.ts';

const NIGHT = '2026-11-20T00:00:01Z';
const LATER = '2026-11-20T00:20:01Z';
const EXPIRATION = '2026-11-20T06:00:01Z';
const JSON_LINE = `{"Expiration":"${EXPIRATION}"}`;

const format = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');

/** The times of the samples, the skipped lines, and the number of timestamps. */
async function read(text: string, timezone = 'UTC') {
  const { samples, failedPolls, summary } = await readText(text, { timezone });
  for (const { expiration } of samples) expect(format(expiration)).toBe(EXPIRATION);
  return {
    times: samples.map(({ observedAt }) => format(observedAt)),
    skipped: summary.skipped.map(({ reason, count, firstLine }) => `${count} ${reason} ${firstLine}`),
    timestamps: summary.content.timestamps,
    failures: failedPolls.map(({ reason }) => reason),
  };
}

const OTHER = 'text that is neither a timestamp nor a document';

describe('entries that were joined to one line', () => {
  test.each(['[2026-11-20 00:#:01]', '[2026/11/20 00:#:01]', '[2026-11-20T00:#:01Z]'])(
    'entries that were joined to one line are read if they begin like %s',
    async (stamp) => {
      for (const between of ['', ' ', ' '.repeat(20), ' '.repeat(21)]) {
        const entries = ['00', '20'].map(
          (minute) => `${stamp.replace('#', minute)} Expiration=${EXPIRATION}`,
        );
        expect((await read(entries.join(between))).times).toEqual([NIGHT, LATER]);
      }
    },
  );

  test.each([
    '[226-11-20 00:20:01]',
    '[2026.11.20 00:20:01]',
    '2026-11-20 00:20:01',
    '[2026-11-20-00:20:01]',
  ])('entries that were joined to one line are not divided before %s', async (second) => {
    const text = `[2026-11-20 00:00:01] Expiration=${EXPIRATION} ${second} Expiration=${EXPIRATION}`;
    expect((await read(text)).times).toEqual([NIGHT, NIGHT]);
  });
});

describe('before a line', () => {
  test.each([
    'poller-1  | ',
    'a.b_c-12 | ',
    'A_1| ',
    `a${'b'.repeat(200)}-1 | `,
    '[pod/app] ',
    '[a.b-c/d/e.f] ',
    `[${'a'.repeat(100)}/${'b'.repeat(300)}] `,
    '\u001b[1;39m',
    '\u001b[m',
    '\u001b[0;32K\u001b[0m',
  ])('the text %j before a line is removed', async (prefix) => {
    expect((await read(`${NIGHT}\n${prefix}}\n`)).skipped).toEqual(['1 brackets and separators 2']);
  });

  test.each([
    'poller | ',
    'poller-x | ',
    '1poller-1 | ',
    'poller-1 |',
    'x poller-1 | ',
    `a${'b'.repeat(201)}-1 | `,
    '[pod] ',
    '[pod/app]x',
    '[/app] ',
    `[${'a'.repeat(101)}/b] `,
    `[a/${'b'.repeat(301)}] `,
    '\u001b1;39m',
    '\u001b[1;x9m',
  ])('the text %j before a line is not removed', async (prefix) => {
    expect((await read(`${NIGHT}\n${prefix}}\n`)).skipped).toEqual([`1 ${OTHER} 2`]);
  });
});

describe('an event of CloudWatch', () => {
  test('an event of CloudWatch has its own time', async () => {
    const line = `EVENTS\t1795132999000\tExpiration=${EXPIRATION}\t1795132801000`;
    expect(await read(line)).toEqual({ times: [NIGHT], skipped: [], timestamps: 1, failures: [] });
  });

  test.each([
    `EVENTS\tx\tExpiration=${EXPIRATION}\t1795132801000`,
    `EVENTS\t1\tExpiration=${EXPIRATION}\t179513280100`,
    `EVENTS\t1\tExpiration=${EXPIRATION}\t1795132801000x`,
    `EVENTS\t1\tExpiration=${EXPIRATION}\tx795132801000`,
    `xEVENTS\t1\tExpiration=${EXPIRATION}\t1795132801000`,
    `EVENT\t1\tExpiration=${EXPIRATION}\t1795132801000`,
  ])('the line %j is not an event of CloudWatch', async (line) => {
    expect((await read(`${line}\n`)).skipped[0]).toBe('1 document without a timestamp 1');
  });

  test('an event of CloudWatch can contain events, up to three times', async () => {
    const nest = (depth: number): string =>
      depth === 0 ? JSON_LINE : JSON.stringify({ ts: NIGHT, message: nest(depth - 1) });
    expect(await read(nest(3))).toMatchObject({ times: [NIGHT], timestamps: 3 });
    expect((await read(nest(4))).times).toEqual([]);
  });

  test('an event of CloudWatch can contain several lines', async () => {
    const message = `LastUpdated: ${NIGHT}\r\nExpiration: ${EXPIRATION}\n`;
    expect((await read(`${JSON.stringify({ ts: NIGHT, message })}\n`)).times).toEqual([NIGHT]);
    expect((await read(`${NIGHT} ${JSON.stringify({ message })}\n`)).times).toEqual([NIGHT]);
  });
});

describe('the limits of a line', () => {
  test('the timestamp of a line ends within its first 1000 characters', async () => {
    const line = (length: number) => `${'='.repeat(length)}${NIGHT} ${JSON_LINE}\n`;
    expect((await read(line(980), '-05:00')).times).toEqual([NIGHT]);
    expect((await read(line(981), '-05:00')).times).toEqual(['2026-11-20T05:00:01Z']);
  });

  test('a line without JSON has at most 16 KiB', async () => {
    expect((await read('x'.repeat(16_384))).skipped).toEqual([`1 ${OTHER} 1`]);
    const tooLong = '1 text that is longer than 16 KiB and not JSON 1';
    expect((await read('x'.repeat(16_385))).skipped).toEqual([tooLong]);
    const json = `${NIGHT} {"Expiration":"${EXPIRATION}","Token":"${'x'.repeat(20_000)}"}`;
    expect((await read(json)).times).toEqual([NIGHT]);
  });
});

describe('a line', () => {
  test.each<[string, Partial<Awaited<ReturnType<typeof read>>>]>([
    ['', { times: [], skipped: [], timestamps: 0, failures: [] }],
    [' \t', { times: [], skipped: [] }],
    ['x', { skipped: [`1 ${OTHER} 1`] }],
    ['# x', { skipped: ['1 comment 1'] }],
    [NIGHT, { times: [], skipped: ['1 timestamp without a document 1'], timestamps: 1 }],
    [`${NIGHT} x\n${JSON_LINE}`, { times: [NIGHT], skipped: [], timestamps: 1 }],
    [`${NIGHT} ${JSON_LINE} x`, { times: [NIGHT], skipped: [`1 ${OTHER} 1`] }],
    [`${NIGHT}\nToken=x\n${JSON_LINE}`, { times: [NIGHT], skipped: [] }],
    [`${NIGHT} Token=x\n${JSON_LINE}`, { times: [NIGHT], skipped: [] }],
    [`${NIGHT} Code=x\n${JSON_LINE}`, { times: [NIGHT], skipped: [] }],
    [`${NIGHT} Region=x\n${JSON_LINE}`, { times: [NIGHT], skipped: [] }],
    [`${NIGHT} Role=x\n${JSON_LINE}`, { times: [NIGHT], skipped: [] }],
    [`Role=x`, { skipped: [`1 ${OTHER} 1`] }],
    [`level=info ts=${NIGHT} at=${LATER}\n${JSON_LINE}`, { times: [NIGHT], timestamps: 1, skipped: [] }],
    [`level=info ts=x at=${LATER}\n${JSON_LINE}`, { times: [] }],
    [`ts=${NIGHT} at=${LATER}\n${JSON_LINE}`, { times: [NIGHT], timestamps: 1 }],
    [`${NIGHT}\nExpiration=${EXPIRATION} Token=x`, { times: [NIGHT], skipped: [] }],
    [`Expiration=${EXPIRATION}\nts: ${NIGHT}`, { times: [NIGHT], timestamps: 1 }],
    [`${NIGHT} curl: (28) x`, { failures: ['timeout'], skipped: [] }],
    [`curl: (28) x`, { failures: [], skipped: ['1 failed poll without a timestamp 1'] }],
    [
      `${NIGHT}\nLastUpdated: ${NIGHT}\ncurl: (28) x\nExpiration: ${EXPIRATION}`,
      { times: [NIGHT], failures: [], skipped: ['1 failed poll without a timestamp 3'] },
    ],
    [
      `${NIGHT}\nLastUpdated: ${NIGHT}\nExpiration: ${EXPIRATION}\n${LATER} curl: (28) x`,
      { times: [NIGHT], failures: ['timeout'], skipped: [] },
    ],
    [
      `${NIGHT}\nExpiration: ${EXPIRATION}\ncurl: (28) x`,
      { times: [NIGHT], skipped: ['1 failed poll without a timestamp 3'] },
    ],
    [`HTTP/1.1 404 x\nDate: Fri, 20 Nov 2026 00:00:01 GMT\n\n`, { failures: ['not-found'], timestamps: 1 }],
    [`HTTP/1.1 404 x\nDate: Fri, 20 Nov 2026 00:00:01 GMT`, { failures: ['not-found'], timestamps: 1 }],
    [
      `HTTP/1.1 404 x\nDate: Fri, 20 Nov 2026 00:00:01 GMT\n \nDate: Fri, 20 Nov 2026 00:20:01 GMT\n${JSON_LINE}`,
      { failures: ['not-found'], times: [LATER] },
    ],
    [`${NIGHT}\n}\n${JSON_LINE}`, { times: [NIGHT], skipped: ['1 brackets and separators 2'] }],
    ['Expiration: x\n}', { skipped: ['1 document whose start is missing 1', '1 brackets and separators 2'] }],
    [
      'Expiration: x\n{',
      { skipped: ['1 Expiration is not a time 1', '1 JSON that is cut off or damaged 2'] },
    ],
    [`${NIGHT},${EXPIRATION}`, { times: [NIGHT], skipped: [] }],
    [`date,Expiration\n${NIGHT},${EXPIRATION}`, { times: [NIGHT], skipped: [] }],
    [`${NIGHT} date,Expiration`, { times: [], skipped: [] }],
    [`{"schema_version":1,"record":"x"}`, { times: [], skipped: ['1 record has an unknown value 1'] }],
  ])('the line %j is read as %j', async (text, expected) => {
    expect(await read(text)).toMatchObject(expected);
  });
});

describe('a timestamp inside of another one', () => {
  test.each<[string, string]>([
    ['Nov 20 00:00:31 host app[1]: 2026-11-20T00:00:01Z', NIGHT],
    ['2026-11-20T05:00:02Z stdout F 2026-11-20 00:00:01', '2026-11-20T05:00:02Z'],
    ['2026-11-20 05:00:02 app: 2026-11-20 00:00:01', '2026-11-20T05:00:01Z'],
    ['2026-11-20T00:00:02Z stdout F 2026-11-20T00:00:01Z', NIGHT],
  ])('the timestamp inside another one in %s is read as %s', async (stamp, time) => {
    for (const text of [`${stamp} ${JSON_LINE}`, `${stamp}\n${JSON_LINE}`]) {
      expect((await read(text, '-05:00')).times).toEqual([time]);
    }
  });

  test('a timestamp inside a message has the zone of the message', async () => {
    const message = `2026-11-20 00:00:05 ${JSON_LINE}`;
    expect((await read(JSON.stringify({ ts: NIGHT, message }), '-05:00')).times).toEqual([NIGHT]);
  });
});
