import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { CANARIES, canariesIn } from '../../support/cli/canaries.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { ciTest } from '../../support/thorough.ts';

const folder = temporaryFolder(afterAll);
const db = join(folder, 'samples.db');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(Date.now() / 1000) * 1000;

const CURRENT = 'ASIAQNZGKIQY56JQ7WML';
const EXPIRED = 'ASIAVJ2E6QGR2WZILJFM';
const UNKNOWN = 'ASIAY34FZKBOKMUTVV7A';
/** A host name can contain anything, because a log can name it. */
const HOSTILE_HOST = 'evil\u001b[31m\u202ehost';

const compact = (instant: number) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
const second = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');

const presign = (keyId: string, duration: number, signedAt = NOW - MINUTE, more = '') =>
  `https://bucket.s3.eu-west-1.amazonaws.com/folder/file.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256` +
  `&X-Amz-Credential=${keyId}%2F20261129%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=${compact(signedAt)}` +
  `&X-Amz-Expires=${duration}&X-Amz-SignedHeaders=host` +
  `&X-Amz-Security-Token=${encodeURIComponent(CANARIES.sessionToken)}&X-Amz-Signature=${'5e'.repeat(32)}${more}`;

beforeAll(() => {
  using store = SampleStore.open(db);
  const record = (host: string, accessKeyId: string, issuedAt: number) =>
    store.recordSample(
      { host, source: 'imds', apiVersion: '2', role: 'loader' },
      {
        accessKeyId,
        lastUpdated: issuedAt,
        expiration: issuedAt + 6 * HOUR,
        zoneless: false,
        observedAt: issuedAt + MINUTE,
        clockOffset: null,
      },
      'machine',
    );
  record('i-0abc', EXPIRED, NOW - 7 * HOUR);
  const users = Array.from({ length: 7 }, (_, index) => ({
    ...{ role: 'loader', accessKeyId: EXPIRED, client: '', address: '127.0.0.1', isOthers: false },
    ...{ expiration: NOW - HOUR, firstAt: NOW - 6 * HOUR, lastAt: NOW - 2 * HOUR - index, count: 2 },
    process: { pid: 4711 + index, program: `/usr/bin/loader-${index}`, user: 'etl' },
  }));
  store.keyUses.record('i-0abc', users, 0);
  record('i-0abc', CURRENT, NOW - 2 * MINUTE);
  record(HOSTILE_HOST, 'minioadmin', NOW - 2 * MINUTE);
});

const key = (args: readonly string[], stdin = '') => runCommand(['key', '--db', db, ...args], { stdin });

async function json(args: readonly string[], stdin = '') {
  const run = await key([...args, '-f', 'json'], stdin);
  const document = JSON.parse(run.stdout);
  expect(findViolations('key', document)).toEqual([]);
  return { ...run, document };
}

describe('a key that serve has passed to programs', () => {
  test('text names the programs with the latest responses', async () => {
    const { stdout } = await key([EXPIRED]);
    expect(stdout).toMatch(/^ {2}served to {13}\/usr\/bin\/loader-0 \(user etl, pid 4711\): 2 responses, /m);
    expect(stdout.match(/loader-\d/g)).toHaveLength(5);
    expect(stdout).toContain('\n                        and 2 more, see `cred-watch serve --who`\n');
    expect((await key([CURRENT])).stdout).not.toContain('served to');
  });

  test('JSON has all programs, also for a masked key id', async () => {
    for (const id of [EXPIRED, 'ASIA…LJFM']) {
      const [{ served_to }] = (await json([id])).document.keys;
      expect(served_to).toHaveLength(7);
      expect(served_to[6]).toMatchObject({ program: '/usr/bin/loader-6', pid: 4717, response_count: 2 });
    }
    expect((await json([CURRENT])).document.keys[0].served_to).toEqual([]);
  });
});

describe('one argument', () => {
  test('a key shows its series, its times and its rotation', async () => {
    const { code, document, stderr } = await json([EXPIRED]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(document).toMatchObject({
      status: 'expired',
      keys: [
        {
          access_key_id: 'ASIA…LJFM',
          kind: 'temporary',
          account_id: '364679954851',
          works_until: second(NOW - HOUR),
          series: [
            {
              host: 'i-0abc',
              issued_at: second(NOW - 7 * HOUR),
              first_seen_at: second(NOW - 7 * HOUR + MINUTE),
              expiration: second(NOW - HOUR),
              rotation: {
                at: second(NOW - 2 * MINUTE),
                dated: true,
                window_from: second(NOW - 7 * HOUR + MINUTE),
                window_to: second(NOW - MINUTE),
              },
            },
          ],
        },
      ],
    });
  });

  test.each([
    ['a current key', CURRENT, 0],
    ['a masked key', 'ASIA…7WML', 0],
    ['a masked key in ASCII', 'ASIA...7WML', 0],
    ['a key of another server', 'minioadmin', 0],
    ['a digest', 'sha256:ad9858116e63b0c5', 0],
    ['an expired key', EXPIRED, 1],
    ['an unknown key', UNKNOWN, 3],
    ['the id of a role', 'AROAQNZGKIQY56JQ7WML', 3],
    ['a URL that works', presign(CURRENT, 3600), 0],
    ['a URL after its duration', presign(UNKNOWN, 30), 1],
    ['a URL after the expiration of its key', presign(EXPIRED, 604_800), 1],
    ['a URL for more than seven days', presign(CURRENT, 700_000), 1],
    ['a URL with an unknown key', presign(UNKNOWN, 3600), 3],
    ['a URL without its end', presign(CURRENT, 3600).split('&X-Amz-Date')[0] ?? '', 3],
  ])('%s', async (_, argument, code) => {
    expect((await json([argument])).code).toBe(code);
  });

  test('the text says until when a URL works, and why', async () => {
    const { stdout } = await key([presign(CURRENT, 604_800)]);
    const [headline = '', ...rows] = stdout.split('\n');
    const end = second(NOW - 2 * MINUTE + 6 * HOUR).replace('T', ' ');
    expect(headline).toMatch(new RegExp(`^valid: the URL works until ${end}, for 5h 5[78]m(?: \\d\\ds)?$`));
    expect(rows.join('\n')).toMatch(/limited by +its key expires 6d 18h 01m before the requested end/);
    expect(rows.join('\n')).toMatch(/issued by +i-0abc · imds v2 · loader/);
  });
});

describe('several keys', () => {
  test('the worst answer decides the exit code', async () => {
    expect((await key([CURRENT, UNKNOWN])).code).toBe(3);
    expect((await key([CURRENT, UNKNOWN, EXPIRED])).code).toBe(1);
  });

  test('arguments and standard input can be combined, and equal keys count once', async () => {
    const { document } = await json([CURRENT, '-'], `${EXPIRED} ${CURRENT} ${CURRENT}`);
    expect(document.keys.map((each: { access_key_id: string }) => each.access_key_id)).toEqual([
      'ASIA…7WML',
      'ASIA…LJFM',
    ]);
  });

  test('many keys have one line each', async () => {
    const ids = Array.from({ length: 3000 }, (_, index) => `ASIA${String(index).padStart(16, '0')}`);
    const { code, stdout } = await key(['-'], `${ids.join('\n')}\n${CURRENT}`);
    const lines = stdout.trim().split('\n');
    expect({ code, count: lines.length }).toEqual({ code: 3, count: 3001 });
    expect(lines.at(-1)).toMatch(/^valid +ASIA…7WML +\d.*Z +i-0abc · imds v2 · loader$/);
  });

  ciTest('keys beyond the limit are not read', async () => {
    const ids = Array.from({ length: 10_002 }, (_, index) => `ASIA${String(index).padStart(16, '0')}`);
    const { stdout, stderr } = await key(['-'], ids.join(' '));
    expect(stdout.trim().split('\n')).toHaveLength(10_000);
    expect(stderr).toBe('note: only the first 10,000 keys are shown\nhint: split the input\n');
  });
});

describe('hostile input', () => {
  ciTest('a line of 10 MB, NUL and bytes that are not UTF-8 do not hide a key', async () => {
    const stdin = `${'x'.repeat(10_000_000)} \0${CURRENT}\0 \u{fffd}${EXPIRED}\u{fffd}`;
    const { document } = await json(['-'], stdin);
    expect(document.keys).toHaveLength(2);
  });

  test('control characters of a URL and of names are not printed', async () => {
    const url = presign(CURRENT, 3600).replace('eu-west-1%2Fs3', '%1b%5b31m%2F%e2%80%ae');
    const runs = [
      await key([url.replace('file.csv', 'a%1b\u001b[31m\u009b\u202e.csv'), 'minioadmin']),
      await key([url, 'minioadmin', '-f', 'json']),
    ];
    for (const { stdout, stderr } of runs) {
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(stdout).toContain('evil');
    }
  });

  test.each([
    [
      'a secret key',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'the argument has the form of a secret access key',
    ],
    [
      'a session token',
      CANARIES.sessionToken,
      'the argument is neither an access key id nor a presigned URL',
    ],
    ['a marked secret', CANARIES.secretKey, 'the argument is neither an access key id nor a presigned URL'],
    ['a word', 'hello', 'the argument is neither an access key id nor a presigned URL'],
    ['the prefix of a key', 'ASIA', 'the access key id is incomplete'],
    ['a part of a key', 'ASIAQNZGKIQ', 'the access key id is incomplete'],
    ['nothing', '', 'the argument is neither an access key id nor a presigned URL'],
    ['an ordinary URL', 'https://example.com/?a=b', 'the URL has no X-Amz-Credential or AWSAccessKeyId'],
    [
      'a URL of CloudFront',
      'https://d1.cloudfront.net/k?Key-Pair-Id=K2JCJMDEHXQW5F&Signature=secret',
      'a signed URL of CloudFront has no AWS access key',
    ],
  ])('%s is an error that does not quote the argument', async (_, argument, message) => {
    const { code, stdout, stderr } = await key([argument]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret=');
    expect(canariesIn(stderr)).toEqual([]);
  });

  test.each([
    ['\u2026', ''],
    ['...', ''],
    ['..', ''],
    ['****', ''],
    ['?', ''],
    ['\ufffd', ''],
    ['\u2026', 'in lower case'],
  ])('a key id masked with %j %s is found by its visible characters', async (mask, written) => {
    const masked = `ASIA${mask}${CURRENT.slice(-4)}`;
    const { code, stdout } = await key([written === '' ? masked : masked.toLowerCase()]);
    expect(code).toBe(0);
    expect(stdout).toContain('issued by             i-0abc');
    expect(stdout).toContain(`ASIA\u2026${CURRENT.slice(-4)}`);
  });

  test('an id that lacks characters says so, unless a series has it', async () => {
    const short = await key([CURRENT.slice(0, 18)]);
    expect(short.code).toBe(3);
    expect(short.stdout).toMatch(
      /note +this id has 18 characters, but access key ids of AWS have 20 characters:/,
    );
    expect((await key([UNKNOWN])).stdout).not.toContain('characters');
    expect((await key([CURRENT.slice(0, 11)])).stderr).toMatch(
      /^error: the access key id is incomplete: it has 11 /,
    );
  });

  test('a key id in lower case is an error that says so, unless a series has it', async () => {
    const { code, stderr } = await key([CURRENT.toLowerCase()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: an access key id of AWS has no lower-case letters\nhint: .*upper-case/);
    expect((await key(['minioadmin'])).code).toBe(0);
  });

  test('a hint about quotes is shown only for a URL that the shell has cut off', async () => {
    const cut = await key(['https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256']);
    expect(cut.stderr).toMatch(/^hint: put the URL in single quotes/m);
    const unsigned = await key(['https://b.s3.amazonaws.com/k']);
    expect(unsigned.stderr).toMatch(/^hint: give a presigned URL/m);
  });

  test('the name of a file gets a hint about standard input', async () => {
    expect((await key([db])).stderr).toMatch(/^hint: .*`cred-watch key - < FILE`$/m);
  });

  test.each([[[presign(CURRENT, 60)]], [['report', presign(CURRENT, 60)]]])(
    'a URL in the wrong place is not quoted',
    async (args) => {
      const { code, stderr } = await runCommand(args);
      expect(code).toBe(2);
      expect(stderr).not.toContain('X-Amz');
    },
  );

  test('input without a key is an error', async () => {
    expect(await key(['-'], 'nothing here\n')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'error: standard input has no access key id and no presigned URL\n',
    });
  });
});

describe('secrets', () => {
  const TEXT = [
    `AWS_ACCESS_KEY_ID=${CURRENT}`,
    `AWS_SECRET_ACCESS_KEY=${CANARIES.secretKey}`,
    `AWS_SESSION_TOKEN=${CANARIES.sessionToken}`,
    `GET ${presign(CURRENT, 3600)} 403`,
    `GET ${presign(CURRENT, 3600).replace('file.csv', CANARIES.secretKey)} 403`,
  ].join('\n');

  test.each([[[]], [['-f', 'json']], [['--debug']]])(
    'key - %j prints and stores no secret',
    async (flags) => {
      const before = readFileSync(db);
      const { stdout, stderr } = await key(['-', ...flags], TEXT);
      expect(stdout).toContain('ASIA…7WML');
      expect(canariesIn(stdout + stderr)).toEqual([]);
      for (const secret of [
        '5e5e5e',
        CANARIES.sessionToken.slice(0, 12),
        CANARIES.secretKey.slice(0, 12),
        CURRENT,
      ])
        expect(stdout + stderr).not.toContain(secret);
      expect(readFileSync(db).equals(before)).toBe(true);
    },
  );
});

describe('without a database', () => {
  const missing = join(folder, 'missing.db');
  const ask = (argument: string) => runCommand(['key', argument, '--db', missing]);

  test('a note says that the database is missing', async () => {
    expect((await ask(CURRENT)).stderr).toBe(
      `note: no samples: ${missing} does not exist\nhint: give the database with --db, or run \`cred-watch poll\`\n`,
    );
  });

  test.each([
    ['a temporary key is unknown', CURRENT, 3],
    ['a URL after its duration has expired', presign(CURRENT, 30), 1],
    ['a URL with a long-lived key works', presign('AKIASP2TPHJSQH3FJXYZ', 3600), 0],
  ])('%s', async (_, argument, code) => {
    expect((await ask(argument)).code).toBe(code);
  });
});
