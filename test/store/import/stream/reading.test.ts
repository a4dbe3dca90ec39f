import { describe, expect, test } from 'vitest';
import {
  CANARY_SECRET,
  CANARY_TOKEN,
  createHistory,
  imdsDocument,
  iso,
} from '../../../support/store/logs/history.ts';
import { readText } from '../../../support/store/logs/read-text.ts';
import { ciTest, sampleCases } from '../../../support/thorough.ts';

const polls = createHistory();
const [first, second] = polls as [(typeof polls)[0], (typeof polls)[0]];
const json = (poll = first) => JSON.stringify(imdsDocument(poll));
const reasons = (summary: Awaited<ReturnType<typeof readText>>['summary']) =>
  summary.skipped.map(({ reason, count, firstLine }) => `${count} ${reason} ${firstLine}`);

describe('a failed poll', () => {
  test.each([
    ['curl: (28) Operation timed out after 1000 milliseconds with 0 bytes received', 'timeout'],
    ["curl: (7) Failed to connect to 169.254.169.254 port 80: Couldn't connect to server", 'unreachable'],
    ['curl: (22) The requested URL returned error: 404', 'not-found'],
    ['curl: (22) The requested URL returned error: 401 Unauthorized', 'auth-rejected'],
    ['Invoke-RestMethod : Unable to connect to the remote server', 'unreachable'],
    ['{"Code":"InstanceProfileNotFound","Message":"x"}', 'instance-profile-not-found'],
    ['{"Code":"Failed","Message":"x"}', 'error-document'],
    ['  <title>404 - Not Found</title>', 'not-found'],
  ])('a failed poll of %j is stored if it has a timestamp', async (text, reason) => {
    const { failedPolls, samples } = await readText(
      `${iso(first.at)}\n${text}\n${iso(second.at)}\n${json()}\n[${iso(second.at + 60_000)}] ${text}\n`,
    );
    expect(failedPolls.map((poll) => [poll.observedAt, poll.reason, poll.detail])).toEqual([
      [first.at, reason, ''],
      [second.at + 60_000, reason, ''],
    ]);
    expect(samples).toHaveLength(1);
  });

  test('a failed poll with an HTTP status has the time of the Date header', async () => {
    const date = new Date(first.at).toUTCString();
    const { failedPolls } = await readText(
      `HTTP/1.1 404 Not Found\r\nDate: ${date}\r\n\r\n<html>404</html>\n`,
    );
    expect(failedPolls).toMatchObject([{ observedAt: first.at, reason: 'not-found', clockOffset: 0 }]);
  });

  test('a failed poll without a timestamp is skipped, and the next document keeps its own', async () => {
    const { samples, failedPolls, summary } = await readText(
      `${iso(first.at)} ${json()}\ncurl: (7) x\n${iso(second.at)} ${json()}\n`,
    );
    expect(samples.map(({ observedAt }) => observedAt)).toEqual([first.at, second.at]);
    expect(failedPolls).toEqual([]);
    expect(reasons(summary)).toEqual(['1 failed poll without a timestamp 2']);
  });

  test('a failed poll takes a missing year from the documents', async () => {
    const { failedPolls } = await readText(
      `Nov 19 23:40:01 host credlog[1]: curl: (28) x\nNov 20 00:00:01 host credlog[1]: ${json()}\n`,
    );
    expect(failedPolls.map(({ observedAt }) => iso(observedAt))).toEqual(['2026-11-19T23:40:01Z']);
  });

  test('a failed poll belongs to the source of the documents', async () => {
    const document = '{"RoleArn":"arn:aws:iam::111122223333:role/app","Expiration":"2026-11-20T06:00:01Z"}';
    const { sources } = await readText(`${iso(first.at)} curl: (7) x\n${iso(second.at)} ${document}\n`);
    expect(sources).toEqual(['container']);
  });
});

describe('a timestamp', () => {
  test('a timestamp dates one document only', async () => {
    const { samples, summary } = await readText(`${iso(first.at)}\n${json()}\n${json()}\n`);
    expect(samples).toHaveLength(1);
    expect(summary.content.undatedDocuments).toBe(1);
    expect(reasons(summary)).toEqual(['1 document without a timestamp 3']);
  });

  test('a timestamp after the document is noticed', async () => {
    const text = polls.map((poll) => `${json(poll)}\n${iso(poll.at)}\n`).join('');
    expect((await readText(text)).summary.content.timestampsFollow).toBe(true);
    const before = polls.map((poll) => `${iso(poll.at)}\n${json(poll)}\n`).join('');
    expect((await readText(before)).summary.content.timestampsFollow).toBe(false);
  });

  test('a timestamp without a zone is in the zone of the Date header', async () => {
    const date = new Date(first.at).toUTCString();
    const { samples } = await readText(`2026-11-19 19:00:31\nHTTP/1.1 200 OK\nDate: ${date}\n\n${json()}\n`);
    expect(samples).toMatchObject([{ observedAt: first.at + 30_000, clockOffset: 30 }]);
  });

  test('a timestamp of CloudWatch Insights is in UTC whatever zone is given', async () => {
    const text = `@timestamp,@message\n2026-11-20 00:00:01.000,"${json().replaceAll('"', '""')}"\n`;
    const { samples } = await readText(text, { timezone: 'America/New_York' });
    expect(samples).toMatchObject([{ observedAt: first.at }]);
  });

  test('a timestamp keeps an offset of the Date header only if it fits the document', async () => {
    const response = (date: number) =>
      `HTTP/1.1 200 OK\nDate: ${new Date(date).toUTCString()}\n\n${json()}\n`;
    const { samples } = await readText(
      `${iso(first.at)}\n${response(first.at - 86_400_000)}${iso(second.at)}\n${response(second.at - 5000)}`,
    );
    expect(samples.map(({ clockOffset }) => clockOffset)).toEqual([null, 5]);
  });

  test('a timestamp of the file dates its last document if that is allowed', async () => {
    const text = `${json()}\n${json(second)}\n`;
    const { samples, summary } = await readText(text, { fileTime: second.at });
    expect(samples).toMatchObject([{ observedAt: second.at, expiration: second.expiration }]);
    expect(reasons(summary)).toEqual(['1 document without a timestamp 1']);
    expect((await readText(text)).samples).toEqual([]);
  });
});

describe('rows', () => {
  test('rows whose first time is repeated have no timestamp', async () => {
    const rows = polls
      .map(({ lastUpdated, expiration }) => `${iso(lastUpdated)}\t${iso(expiration)}\n`)
      .join('');
    expect((await readText(rows)).summary.content.undatedRows).not.toBeNull();
    const dated = polls.map(({ at, expiration }) => `${iso(at)}\t${iso(expiration)}\n`).join('');
    expect((await readText(dated)).summary.content.undatedRows).toBeNull();
  });

  test('rows whose first time precedes the second one have no timestamp', async () => {
    const rows = polls.map(
      ({ at, lastUpdated, expiration }) => `${iso(lastUpdated)} ${iso(at)} ${iso(expiration)}\n`,
    );
    expect((await readText(rows.join(''))).summary.content.undatedRows).not.toBeNull();
  });
});

describe('a damaged log', () => {
  const pretty = JSON.stringify(imdsDocument(first), null, 2);

  test('a damaged log whose first document has lost its start is read from the second one', async () => {
    const { samples, summary } = await readText(
      `  "Token" : "${CANARY_TOKEN}",\n  "Expiration" : "${iso(first.expiration)}"\n}\n${iso(second.at)}\n${pretty}\n`,
    );
    expect(samples).toMatchObject([{ observedAt: second.at, accessKeyId: first.accessKeyId }]);
    expect(reasons(summary)[0]).toBe('1 document whose start is missing 2');
  });

  test('a damaged log with a document that is cut off has the next document', async () => {
    const cut = pretty.slice(0, pretty.indexOf('Expiration'));
    const { samples, summary } = await readText(`${iso(first.at)}\n${cut}\n${iso(second.at)}\n${pretty}\n`);
    expect(samples.map(({ observedAt }) => observedAt)).toEqual([second.at]);
    expect(reasons(summary)).toHaveLength(1);
  });

  test('a damaged log with NUL bytes and long lines is read', async () => {
    const { samples, summary } = await readText(
      `\0\0${iso(first.at)}\0 ${json()}\n${'x'.repeat(100_000)}\n{"a":"${'y'.repeat(2_000_000)}\n${iso(second.at)} ${json()}\n`,
    );
    expect(samples).toHaveLength(2);
    expect(reasons(summary)).toEqual([
      '1 text that is longer than 16 KiB and not JSON 2',
      '1 JSON that is cut off or damaged 3',
    ]);
  });

  test.each(
    sampleCases(
      [
        '"',
        '{',
        '[',
        '\\"',
        'a.b-',
        'LastUpdated: ',
        '[2026/11/20 00:00:01] ',
        ' ',
        '1,',
        '{"a":',
        '}{',
        '[/a',
      ],
      4,
    ),
  )('a damaged log with a megabyte of %j is read to its end', async (piece) => {
    const { samples } = await readText(
      `${piece.repeat(1_000_000 / piece.length)}\n${iso(first.at)} ${json()}\n`,
    );
    expect(samples).toHaveLength(1);
  });
});

describe('own output', () => {
  const line = {
    schema_version: 1,
    observed_at: iso(first.at),
    host: 'web-1',
    source: 'imds',
    api_version: '2',
    role: 'app',
    account_id: null,
    access_key_id: 'ASIA…MPLE',
    last_updated: iso(first.lastUpdated),
    expiration: iso(first.expiration),
    remaining_seconds: 1,
    clock_offset_seconds: 3,
    failure: null,
    notes: [],
  };

  test.each(['', '2026-11-20T00:00:02.123456789Z ', 'poller-1  | ', 'Nov 20 00:00:02 host credwatch[1]: '])(
    'our own output of poll is read after the prefix %j',
    async (prefix) => {
      const failed = { ...line, expiration: null, last_updated: null, access_key_id: null };
      const failure = { reason: 'timeout', detail: 'x' };
      const text = `${prefix}${JSON.stringify(line)}\n${prefix}${JSON.stringify({ ...failed, failure })}\n`;
      const { samples, failedPolls, roles, summary } = await readText(text);
      expect(samples).toEqual([
        {
          accessKeyId: '',
          lastUpdated: first.lastUpdated,
          expiration: first.expiration,
          zoneless: false,
          observedAt: first.at,
          clockOffset: 3,
        },
      ]);
      expect(failedPolls).toMatchObject([{ observedAt: first.at, reason: 'timeout', clockOffset: 3 }]);
      expect(roles).toEqual(['app']);
      expect(summary.content.hosts).toEqual(['web-1']);
    },
  );
});

test('no part of a secret is in the summary or in a record', async () => {
  const texts = [
    `${iso(first.at)} ${json()}\n`,
    `AccessKeyId: ${CANARY_SECRET}\n${iso(first.at)} SecretAccessKey=${CANARY_SECRET} Expiration=${CANARY_TOKEN}\n`,
    `${CANARY_TOKEN}\n{"${CANARY_SECRET}": "${CANARY_TOKEN}"}\n{"Token": "${CANARY_TOKEN}`,
    `ts,Expiration,Token\n${iso(first.at)},${CANARY_TOKEN},"${CANARY_SECRET}\n`,
    `${iso(first.at)} {"Code": "${CANARY_SECRET}", "RoleArn": "${CANARY_TOKEN}"}\n`,
    `> GET /latest/meta-data/iam/security-credentials/${CANARY_TOKEN.repeat(2)} HTTP/1.1\n${iso(first.at)} ${json()}\n`,
  ];
  for (const text of texts) {
    const output = JSON.stringify(await readText(text));
    for (const secret of [CANARY_SECRET, CANARY_TOKEN]) expect(output).not.toContain(secret.slice(0, 12));
  }
});

describe('a log on a single line', () => {
  const write = (separator: string, stamp: (at: number) => string) =>
    polls.map((poll) => `${stamp(poll.at)} ${json(poll)}`).join(separator);

  test.each([
    ['nothing', '', iso],
    ['a space', ' ', iso],
    ['a comma', ', ', (at: number) => String(at / 1000)],
    ['a space', ' ', (at: number) => `[${iso(at)}]`],
    ['nothing', '', (at: number) => new Date(at).toUTCString()],
  ])('with %s between its entries has the timestamp of each document', async (_, separator, stamp) => {
    const { samples, summary } = await readText(write(separator, stamp));
    expect(samples.map(({ observedAt }) => observedAt)).toEqual(polls.map(({ at }) => at));
    expect(summary.skipped).toEqual([]);
  });

  test('has one timestamp for several documents without a timestamp between them', async () => {
    const { samples } = await readText(`${iso(second.at)} ${json()} ${json(second)}`);
    expect(samples.map(({ observedAt }) => observedAt)).toEqual([second.at, second.at]);
  });

  ciTest('can have any number of entries', async () => {
    const { samples } = await readText(
      Array(20_000)
        .fill(`${iso(first.at)} ${json()}`)
        .join(''),
    );
    expect(samples).toHaveLength(20_000);
  });
});

test.each([
  ['/security-credentials/loader HTTP/1.1', ['loader']],
  ['/security-credentials/loader/ HTTP/1.1', ['loader']],
  ['/security-credentials/loader', ['loader']],
  ['/security-credentials/IQoJb3JpZ2luX2Vj/bPxRfiCY', ['']],
  ['/security-credentials/IQoJb3JpZ2luX2Vj//bPxRfiCY', ['']],
  ['/security-credentials/VHrsz3ZJt2BEK8XQKKsXJJvK5fpmDAEvbjLWXTX/ x', ['']],
])('the roles of the request path %s are %j', async (path, roles) => {
  const { roles: found } = await readText(`> GET ${path}\n${iso(first.at)} ${json()}\n`);
  expect(found).toEqual(roles);
});
