import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CANARIES, codes, containerAt, document, fail, succeed } from '../../support/sources/polling.ts';
import { type Script, startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const AUTH = CANARIES[3];
const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
const FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cred-watch-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function startWithToken(
  env: Record<string, string>,
  script: Script = { 'GET /creds': { body: document() } },
) {
  const endpoint = await startEndpoint(script);
  return {
    source: containerAt(endpoint, env),
    sent: () => endpoint.requests.map((r) => r.headers.authorization),
  };
}

function tokenFile(content: string | Buffer): string {
  const path = join(folder(), 'token');
  writeFileSync(path, content);
  return path;
}

test('the token file takes precedence over the variable, and its content is sent unchanged', async () => {
  const { source, sent } = await startWithToken({ [FILE]: tokenFile(`Bearer ${AUTH}`), [TOKEN]: 'other' });
  expect(codes(await succeed(source))).toEqual(['TWO_TOKENS_SET']);
  expect(sent()).toEqual([`Bearer ${AUTH}`]);
});

test('the token file is read in every attempt', async () => {
  const path = tokenFile('first');
  const endpoint = await startEndpoint(({ headers }) => {
    writeFileSync(path, AUTH);
    return headers.authorization === AUTH ? { body: document() } : { status: 500 };
  });
  await succeed(containerAt(endpoint, { [FILE]: path }));
  expect(endpoint.requests.map(({ headers }) => headers.authorization)).toEqual(['first', AUTH]);
});

test.each([`${AUTH}\n`, `${AUTH}\r\n`])(
  'one line break at the end of the token file %j is removed',
  async (content) => {
    const { source, sent } = await startWithToken({ [FILE]: tokenFile(content) });
    expect((await succeed(source)).notes).toEqual([{ code: 'TOKEN_TRAILING_NEWLINE', name: FILE }]);
    expect(sent()).toEqual([AUTH]);
  },
);

test.each([
  `${AUTH}\n\n`,
  `${AUTH}\r`,
  `${AUTH}\nX-Evil: 1`,
  `${AUTH}\r\nX-Evil: 1`,
  `${AUTH}\u0000`,
  `${AUTH}\u001b`,
  `${AUTH}\t`,
  `${AUTH}é`,
])('the token %j is invalid in a header and causes no request', async (content) => {
  for (const env of [{ [FILE]: tokenFile(content) }, { [TOKEN]: content }]) {
    const { source, sent } = await startWithToken(env);
    expect(await fail(source)).toMatchObject({ reason: 'auth-token-invalid' });
    expect(sent()).toEqual([]);
  }
});

test.each(['', '\n', '  \n'])('a token file with the blank content %j sends no header', async (content) => {
  const { source, sent } = await startWithToken({ [FILE]: tokenFile(content), [TOKEN]: 'other' });
  expect(codes(await succeed(source))).toContain('TOKEN_BLANK');
  expect(sent()).toEqual([undefined]);
});

test('blank token variables are ignored', async () => {
  const { source, sent } = await startWithToken({ [FILE]: '', [TOKEN]: '' });
  expect((await succeed(source)).notes.map((note) => 'name' in note && note.name)).toEqual([FILE, TOKEN]);
  expect(sent()).toEqual([undefined]);
});

describe('an unreadable token file fails without a request', () => {
  test.each<[string, () => string, RegExp]>([
    ['missing', () => join(folder(), 'none'), /ENOENT/],
    ['a folder', folder, /not a regular file|EISDIR/],
    ['an endless device', () => '/dev/zero', /not a regular file/],
    ['too large', () => tokenFile('x'.repeat(2 ** 20 + 1)), /too large/],
    [
      'a pipe without a writer',
      () => {
        const path = join(folder(), 'pipe');
        execFileSync('mkfifo', [path]);
        chmodSync(path, 0o600);
        return path;
      },
      /not a regular file/,
    ],
  ])('a token file that is %s fails without a request', async (_, path, detail) => {
    const { source, sent } = await startWithToken({ [FILE]: path() });
    const outcome = await fail(source);
    expect(outcome.reason).toBe('auth-token-unreadable');
    expect(outcome.detail).toMatch(detail);
    expect(sent()).toEqual([]);
  });
});

describe('the expiration of a JWT', () => {
  const jwt = (payload: unknown) =>
    ['{"alg":"RS256"}', JSON.stringify(payload), AUTH]
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
  const now = Math.floor(Date.now() / 1000);

  test.each<[string, unknown, { code: string; expiresAt: number }[]]>([
    [
      'is in the future',
      { exp: now + 3600 },
      [{ code: 'TOKEN_FILE_EXPIRES', expiresAt: (now + 3600) * 1000 }],
    ],
    ['is in the past', { exp: now - 60 }, [{ code: 'TOKEN_FILE_EXPIRED', expiresAt: (now - 60) * 1000 }]],
    ['is missing', {}, []],
    ['is not a number', { exp: 'soon' }, []],
    ['is too large for a date', { exp: 1e300 }, []],
    ['is not in a JSON object', null, []],
  ])('the expiration of a JWT: %s', async (_, payload, notes) => {
    const { source } = await startWithToken({ [FILE]: tokenFile(jwt(payload)) });
    expect((await succeed(source)).notes).toEqual(notes);
  });
});
