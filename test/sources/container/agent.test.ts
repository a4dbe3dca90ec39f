import { describe, expect, test } from 'vitest';
import {
  addNotesOfBlankUris,
  isContainerEndpointSet,
  parseContainerUrl,
  readCredentialsUrl,
} from '../../../src/sources/container/settings.ts';
import { parseJwtExpiration } from '../../../src/sources/document/jwt.ts';
import { Notes } from '../../../src/sources/notes.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import { containerAt, document, fail, options, succeed } from '../../support/sources/polling.ts';

const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const SERVICE = 'AWS_CONTAINER_SERVICE_ENDPOINT';
const METADATA = 'ECS_CONTAINER_METADATA_URI_V4';
const NOWHERE = { url: 'http://127.0.0.1' };
const TOKEN = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'CANARY-imds-token' };

/** Responses in memory by path, as status and body. Other paths get a document. */
function scripted(responses: Record<string, [status: number, body: string | null] | PollError> = {}) {
  const requests: string[] = [];
  const exchange = async ({ url }: { url: URL }, { path }: { path: string }) => {
    requests.push(`${url.origin}${path}`);
    const response = responses[path] ?? [200, document()];
    if (response instanceof PollError) throw response;
    const [status, body] = response;
    return { status, body, getHeader: () => null, receivedAt: 0, clockOffset: null };
  };
  return { exchange, requests };
}

const pollWith = async (status: number, body: string | null, env: Record<string, string> = {}) =>
  fail(containerAt(NOWHERE, env, { exchange: scripted({ '/creds': [status, body] }).exchange }));

describe('the reason of a rejected request', () => {
  const texts: [text: string, reason: string][] = [
    ['x token is expired', 'auth-token-expired'],
    ['x ExpiredTokenException x', 'auth-token-expired'],
    ['x token is not valid yet', 'auth-token-not-yet-valid'],
    ['x token cannot be empty', 'auth-token-missing'],
    ['x token cannot be parsed', 'auth-rejected'],
    ['x failed basic claim validations', 'auth-rejected'],
    ['x InvalidTokenException x', 'auth-rejected'],
    ['x AccessDeniedException x', 'assume-role-denied'],
    ['x is not authorized to perform x', 'assume-role-denied'],
    ['x ResourceNotFoundException x', 'no-association'],
  ];

  test.each(texts)('the text %j has the reason %s with a status from 400 to 499', async (text, reason) => {
    for (const status of [400, 418, 429, 499]) {
      expect(await pollWith(status, text, TOKEN)).toMatchObject({
        reason,
        detail: `HTTP ${status}: ${text}`,
      });
    }
    expect((await pollWith(399, text, TOKEN)).reason).toBe('redirect');
    expect((await pollWith(500, text, TOKEN)).reason).toBe('server-error');
  });

  test.each<[status: number, code: string, reason: string]>([
    [400, 'NoIdInRequest', 'not-found'],
    [400, 'InvalidIdInRequest', 'not-found'],
    [499, 'NoIdInRequest', 'not-found'],
    [400, 'Other', 'bad-request'],
    [500, 'NoIdInRequest', 'server-error'],
    [503, 'CredentialsUninitialized', 'starting'],
    [500, 'CredentialsUninitialized', 'server-error'],
    [400, 'CredentialsUninitialized', 'bad-request'],
  ])('the status %d with the code %s has the reason %s', async (status, code, reason) => {
    expect((await pollWith(status, JSON.stringify({ code, message: 'why' }))).reason).toBe(reason);
  });

  test('a known text is not retried, and a starting agent is', async () => {
    for (const [response, requests] of [
      [[429, 'token is expired'], 1],
      [[400, '{"code":"NoIdInRequest"}'], 1],
      [[503, '{"code":"CredentialsUninitialized"}'], 3],
    ] as const) {
      const script = scripted({ '/creds': [...response] });
      await fail(containerAt(NOWHERE, TOKEN, script));
      expect(script.requests).toHaveLength(requests);
    }
  });

  test('without a token, a rejection is not reported as a problem of the token', async () => {
    expect(await pollWith(401, 'why')).toMatchObject({ reason: 'access-denied', detail: 'HTTP 401: why' });
    expect((await pollWith(404, 'why')).reason).toBe('not-found');
    expect((await pollWith(401, 'why', TOKEN)).reason).toBe('auth-rejected');
  });

  test('a document that cannot be parsed is retried up to the limit', async () => {
    const script = scripted({ '/creds': [200, '{'] });
    expect((await fail(containerAt(NOWHERE, {}, script))).detail).toBe('the document is not a JSON object');
    expect(script.requests).toHaveLength(3);
  });
});

test('parts of the path with at least 16 characters are redacted', async () => {
  const long = 'abcdefghijklmnop';
  const short = 'bcdefghijklmnop';
  const paths = ['/', '?', '&', '='].map((separator) => `/v2${separator}${long}/x`);
  for (const path of paths) {
    const { exchange } = scripted({ [path]: [400, `${long} ${short}.`] });
    const source = createLocalSource('container', options({ [RELATIVE]: path }, { exchange }));
    expect((await fail(source)).detail).toBe('HTTP 400: [redacted]');
  }
  const { exchange } = scripted({ [`/v2/${short}`]: [400, 'no such id: bcdefghijk'] });
  const source = createLocalSource('container', options({ [RELATIVE]: `/v2/${short}` }, { exchange }));
  expect((await fail(source)).detail).toBe('HTTP 400: no such id: [redacted]');
  const words = scripted({ '/credentials/agents': [400, 'no credentials for agents'] });
  const plain = createLocalSource('container', options({ [RELATIVE]: '/credentials/agents' }, words));
  expect((await fail(plain)).detail).toBe('HTTP 400: no credentials for agents');
});

/** With a role name of 64 characters, the longest path that an ARN can have. */
const PATH = `${'t'.repeat(511)}/`;

test.each<[arn: string, role: string | null, account: string | null]>([
  ['arn:aws:iam::1:role/a+b=c,d.e@f/g-h', 'a+b=c,d.e@f/g-h', '1'],
  [`arn:aws:iam::1:role/${PATH}${'r'.repeat(64)}`, `${PATH}${'r'.repeat(64)}`, '1'],
  [`arn:aws:iam::1:role/t${PATH}${'r'.repeat(64)}`, null, null],
  ['arn:aws:iam::1:role/', null, null],
  ['arn:aws:iam::x:role/r', null, null],
  ['x arn:aws:iam::1:role/r', null, null],
  ['arn:aws:iam::1:role/r r', null, null],
])('the ARN %j has the role %j and the account %j', async (RoleArn, role, account) => {
  const { exchange } = scripted({ '/creds': [200, document({ RoleArn })] });
  const outcome = await succeed(containerAt(NOWHERE, {}, { exchange }));
  expect(outcome).toMatchObject({ identity: { role }, accountId: account });
});

test.each([
  ['CANARY-session-token', null],
  ['CANARY-sessi', null],
  ['CANARY-sess', 'CANARY-sess'],
  ['x-CANARY-session-token', null],
  ['CANARY-secret/access+key', null],
  ['CANARY-imds-token', null],
  ['web-role', 'web-role'],
])('a role in the ARN of a document that is %j is shown as %j', async (name, role) => {
  const { exchange } = scripted({ '/creds': [200, document({ RoleArn: `arn:aws:iam::1:role/${name}` })] });
  const outcome = await containerAt(NOWHERE, TOKEN, { exchange }).poll();
  expect(outcome).toMatchObject({ ok: true, identity: { role } });
});

test('the account of a document takes precedence over the account of its role', async () => {
  const body = document({ RoleArn: 'arn:aws:iam::1:role/r', AccountId: '123456789012' });
  const { exchange } = scripted({ '/creds': [200, body] });
  expect((await succeed(containerAt(NOWHERE, {}, { exchange }))).accountId).toBe('123456789012');
});

describe('the ECS task', () => {
  const env = { [METADATA]: 'http://169.254.170.2/v4/x/' };
  test.each<[arn: string, task: string | null]>([
    ['arn:aws:ecs:eu-west-1:123456789012:task/cluster/0abc', '0abc'],
    ['arn:aws-cn:ecs:cn-north-1:123456789012:task/0abc', '0abc'],
    ['arn:aws:ecs:::task/0abc', '0abc'],
    [`arn:aws:ecs:x:1:task/${'t'.repeat(128)}`, 't'.repeat(128)],
    [`arn:aws:ecs:x:1:task/${'t'.repeat(129)}`, null],
    ['arn:aws:ecs:x:1:task/a/b/c', null],
    ['arn:aws:ecs:x:1:service/a', null],
    ['x arn:aws:ecs:x:1:task/a', null],
    ['arn:aws:ecs:x:1:task/a b', null],
  ])('the task ARN %j has the id %j', async (TaskARN, task) => {
    const { exchange, requests } = scripted({ '/v4/x/task': [200, JSON.stringify({ TaskARN })] });
    const outcome = await succeed(containerAt(NOWHERE, env, { exchange, discoverHost: true }));
    expect(outcome.identity.host).toBe(task);
    expect(requests).toEqual(['http://127.0.0.1/creds', 'http://169.254.170.2/v4/x/task']);
  });

  test.each<[response: [number, string | null], isRepeated: boolean]>([
    [[200, '{}'], false],
    [[200, 'x'], false],
    [[200, ''], false],
    [[200, null], false],
    [[404, '{"TaskARN":"arn:aws:ecs:x:1:task/a"}'], false],
    [[201, '{"TaskARN":"arn:aws:ecs:x:1:task/a"}'], true],
    [[500, ''], true],
  ])('after the response %j, the next poll requests the task again: %s', async (response, isRepeated) => {
    const { exchange, requests } = scripted({ '/v4/x/task': response });
    const source = containerAt(NOWHERE, env, { exchange, discoverHost: true });
    for (let polls = 0; polls < 2; polls += 1) expect((await succeed(source)).identity.host).toBeNull();
    expect(requests.filter((request) => request.endsWith('/task'))).toHaveLength(isRepeated ? 2 : 1);
  });

  test('the task is requested after a failure too, and its confidential path is redacted', async () => {
    const path = '/v4/abcdefghijklmnopq';
    const { exchange } = scripted({
      '/creds': [400, 'why'],
      [`${path}/task`]: [200, '{"TaskARN":"arn:aws:ecs:x:1:task/a"}'],
    });
    const own = { [METADATA]: `http://169.254.170.2${path}` };
    const outcome = await fail(containerAt(NOWHERE, own, { exchange, discoverHost: true }));
    expect(outcome.identity.host).toBe('a');
  });

  test('the task is not requested by default', async () => {
    const { exchange, requests } = scripted();
    await succeed(containerAt(NOWHERE, env, { exchange }));
    expect(requests).toEqual(['http://127.0.0.1/creds']);
  });
});

describe('the settings of the container endpoint', () => {
  const describeUrl = (env: Record<string, string>) => {
    const notes = new Notes();
    const url = readCredentialsUrl(env, notes);
    return [url instanceof PollError ? `${url.reason}: ${url.detail}` : url.href, notes.list];
  };

  test.each<[env: Record<string, string>, url: string, notes: object[]]>([
    [{}, `invalid-configuration: neither ${RELATIVE} nor ${FULL} is set`, []],
    [
      { [RELATIVE]: '', [FULL]: ' ' },
      `invalid-configuration: neither ${RELATIVE} nor ${FULL} is set`,
      [
        { code: 'BLANK_ENV', name: RELATIVE },
        { code: 'BLANK_ENV', name: FULL },
      ],
    ],
    [{ [RELATIVE]: '/a' }, 'http://169.254.170.2/a', []],
    [{ [RELATIVE]: '/a', [FULL]: 'x' }, 'http://169.254.170.2/a', [{ code: 'TWO_URIS_SET' }]],
    [
      { [RELATIVE]: '/a', [SERVICE]: 'http://127.0.0.1:5/b/' },
      'http://127.0.0.1:5/b/a',
      [{ code: 'SERVICE_ENDPOINT_OVERRIDDEN' }],
    ],
    [
      { [RELATIVE]: '/a', [SERVICE]: 'x' },
      `invalid-configuration: ${SERVICE} is not an absolute http or https URL`,
      [{ code: 'SERVICE_ENDPOINT_OVERRIDDEN' }],
    ],
    [{ [RELATIVE]: 'a' }, `invalid-configuration: ${RELATIVE} does not begin with a slash`, []],
    [
      { [FULL]: 'http://10.0.0.1' },
      `host-not-allowed: ${FULL} is a plain http URL with a host that is neither loopback nor an AWS agent`,
      [],
    ],
    [
      { [FULL]: 'http://u@127.0.0.1' },
      `invalid-configuration: ${FULL} contains a user name or a password`,
      [],
    ],
    [
      { [FULL]: 'http://:p@127.0.0.1' },
      `invalid-configuration: ${FULL} contains a user name or a password`,
      [],
    ],
    [
      { [FULL]: 'http://10.0.0.1@127.0.0.1' },
      `invalid-configuration: ${FULL} contains a user name or a password`,
      [],
    ],
  ])('the environment %j gives the URL or error %j', (env, url, notes) => {
    expect(describeUrl(env)).toEqual([url, notes]);
  });

  test.each<[env: Record<string, string>, isSet: boolean, blank: string[]]>([
    [{}, false, []],
    [{ [RELATIVE]: 'x' }, true, []],
    [{ [FULL]: 'x' }, true, []],
    [{ [RELATIVE]: ' ', [FULL]: 'x' }, true, [RELATIVE]],
    [{ [FULL]: '' }, false, [FULL]],
    [{ [RELATIVE]: '', [FULL]: '' }, false, [RELATIVE, FULL]],
    [{ [SERVICE]: 'x' }, false, []],
  ])('whether the environment %j sets the container endpoint: %s', (env, isSet, blank) => {
    const notes = new Notes();
    addNotesOfBlankUris(env, notes);
    expect(isContainerEndpointSet(env)).toBe(isSet);
    expect(notes.list).toEqual(blank.map((name) => ({ code: 'BLANK_ENV', name })));
  });

  test.each([
    ['httpx://127.0.0.1', false],
    ['xhttp://127.0.0.1', false],
    ['HTTPS://127.0.0.1', true],
  ])('whether %s is an http or https URL: %s', (text, expected) => {
    expect(parseContainerUrl(text, 'X') instanceof URL).toBe(expected);
  });

  test.each([
    ['http://agent.test/', ['HOST_NAME_ONLY_SOME_SDKS']],
    ['http://127.0.0.1/', []],
    ['http://[::1]/', []],
    ['http://localhost/', []],
    ['https://agent.test/', []],
    ['nonsense', []],
  ])('the URL %s has the notes %j', async (url, codes) => {
    const outcome = await createLocalSource(
      'container',
      options({ [FULL]: url }, { exchange: scripted().exchange }),
    ).poll();
    expect(outcome.notes.map(({ code }) => code)).toEqual(outcome.ok ? expect.arrayContaining(codes) : codes);
    expect(outcome.notes.some(({ code }) => code === 'HOST_NAME_ONLY_SOME_SDKS')).toBe(codes.length > 0);
  });
});

describe('a token in a header', () => {
  test.each([
    [' ', null],
    ['~', '~'],
    [' a ', ' a '],
    ['a\u007f', 'auth-token-invalid'],
    ['a\u001f', 'auth-token-invalid'],
  ])('the token %j is sent as %j', async (token, expected) => {
    const headers: (string | undefined)[] = [];
    const exchange: NonNullable<Parameters<typeof containerAt>[2]>['exchange'] = async (_, request) => {
      headers.push(request.headers.authorization);
      return { status: 200, body: document(), getHeader: () => null, receivedAt: 0, clockOffset: null };
    };
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: token };
    const outcome = await containerAt(NOWHERE, env, { exchange }).poll();
    if (!outcome.ok) {
      expect(outcome).toMatchObject({
        reason: expected,
        detail:
          'the token of AWS_CONTAINER_AUTHORIZATION_TOKEN contains characters that are not allowed in a header',
      });
    } else expect(headers).toEqual([expected ?? undefined]);
  });

  test('an unreadable token file is reported with the reason', async () => {
    const readFile = () => Promise.reject(Object.assign(new Error('open'), { code: 'EACCES' }));
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token' };
    expect((await fail(containerAt(NOWHERE, env, { ...scripted(), readFile }))).detail).toBe(
      'could not read the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: EACCES',
    );
  });

  test('a token file that expires at this moment has expired', async () => {
    const now = Date.UTC(2026, 10, 22);
    const jwt = (seconds: number) =>
      `x.${Buffer.from(JSON.stringify({ exp: now / 1000 + seconds })).toString('base64url')}.x`;
    for (const [seconds, code] of [
      [0, 'TOKEN_FILE_EXPIRED'],
      [1, 'TOKEN_FILE_EXPIRES'],
    ] as const) {
      const clock = { now: () => now, sleep: () => new Promise<void>(() => {}) };
      const more = { ...scripted(), clock, readFile: async () => jwt(seconds) };
      const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token' };
      expect((await succeed(containerAt(NOWHERE, env, more))).notes[0]).toEqual({
        code,
        expiresAt: now + seconds * 1000,
      });
    }
  });
});

test.each<[payload: string, expiration: number | null]>([
  ['{"exp":0}', 0],
  ['{"exp":-1}', null],
  ['{"exp":1.0005}', 1000],
  ['{"exp":1.9999}', 1999],
  // The end of the year 9999.
  ['{"exp":253402300799}', 253_402_300_799_000],
  ['{"exp":253402300800}', null],
  // Milliseconds.
  ['{"exp":1795982400000}', null],
  ['{"exp":"5"}', null],
  ['[5]', null],
  ['x', null],
])('the payload %s of a token has the expiration %j', (payload, expiration) => {
  const encoded = Buffer.from(payload).toString('base64url');
  expect(parseJwtExpiration(`a.${encoded}.b`)).toBe(expiration);
  expect(parseJwtExpiration(`a.${encoded}.b.c`)).toBe(expiration);
  expect(parseJwtExpiration(`a.${encoded}`)).toBeNull();
  expect(parseJwtExpiration(encoded)).toBeNull();
});
