import { describe, expect, test } from 'vitest';
import { chooseTimeLimit, createImdsError } from '../../../src/sources/imds/auth.ts';
import { readImdsSettings } from '../../../src/sources/imds/settings.ts';
import { OngoingPoll } from '../../../src/sources/poll.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import {
  codes,
  document,
  fail,
  hastyClock,
  imds,
  imdsAt,
  LIMITS,
  options,
  ROLES,
  succeed,
  tokenResponse,
} from '../../support/sources/polling.ts';
import { type Script, type Step, startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const PUT = 'PUT /latest/api/token';
const LIST = `GET ${ROLES}`;
const ROLE = `GET ${ROLES}web-role`;
const INSTANCE = 'GET /latest/meta-data/instance-id';

describe('the time limit of a request', () => {
  test.each<[requestMs: number | undefined, hasResponded: boolean, hasTimedOut: boolean, limit: number]>([
    [undefined, false, false, 1500],
    [undefined, true, false, 2000],
    [undefined, false, true, 500],
    [undefined, true, true, 1000],
    [4000, false, false, 4000],
    [4000, true, false, 4000],
    [4000, false, true, 500],
    [4000, true, true, 1000],
    [300, false, true, 300],
    [300, true, true, 300],
  ])(
    'with the option %j, a response: %j, and a time-out: %j, the time limit of a request is %d ms',
    (requestMs, hasResponded, hasTimedOut, limit) => {
      const limits = requestMs === undefined ? undefined : { requestMs };
      const poll = new OngoingPoll(options({}, { limits }), new AbortController().signal);
      expect(chooseTimeLimit(Object.assign(poll, { hasResponded, hasTimedOut }))).toBe(limit);
    },
  );
});

describe('limits of the settings', () => {
  const read = (timeout: string, attempts: string) =>
    readImdsSettings(
      options(
        { AWS_METADATA_SERVICE_TIMEOUT: timeout, AWS_METADATA_SERVICE_NUM_ATTEMPTS: attempts },
        { limits: {} },
      ),
    );

  test.each<[text: string, requestMs: number | undefined, attempts: number | undefined]>([
    ['1', 1000, 1],
    [' 2 ', 2000, 2],
    ['0.5', 500, undefined],
    ['.5', 500, undefined],
    ['0.0001', 1, undefined],
    ['1.0001', 1001, undefined],
    ['5.', undefined, undefined],
    ['0.0', undefined, undefined],
    ['00', undefined, undefined],
    ['999999', 999_999_000, 999_999],
    ['1000000', undefined, undefined],
    ['5s', undefined, undefined],
    ['s5', undefined, undefined],
    ['1 2', undefined, undefined],
    ['+5', undefined, undefined],
    ['1e2', undefined, undefined],
  ])('the text %j is read as %j ms and as %j attempts', (text, requestMs, attempts) => {
    const { limits, notes } = read(text, text);
    expect(limits).toEqual({
      ...(requestMs === undefined ? {} : { requestMs }),
      ...(attempts === undefined ? {} : { attempts }),
    });
    expect(notes.list).toEqual([
      ...(requestMs === undefined ? [{ code: 'SETTING_IGNORED', name: 'AWS_METADATA_SERVICE_TIMEOUT' }] : []),
      ...(attempts === undefined
        ? [{ code: 'SETTING_IGNORED', name: 'AWS_METADATA_SERVICE_NUM_ATTEMPTS' }]
        : []),
    ]);
  });

  test('a setting replaces the given limit, and the other limits are kept', () => {
    const env = { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '9' };
    expect(readImdsSettings(options(env)).limits).toEqual({ ...LIMITS, attempts: 9 });
  });

  test.each<[name: string, isValid: boolean]>([
    ['r'.repeat(64), true],
    ['r'.repeat(65), false],
    ['a+b=c,d.e@f-g_h', true],
    ['...', true],
    ['.', false],
    ['..', false],
    ['..r', true],
    ['a/b', false],
    ['a b', false],
  ])('whether a setting can have the role name %j: %s', (name, isValid) => {
    const { fixedRole, blockingError } = readImdsSettings(options({ AWS_EC2_INSTANCE_PROFILE_NAME: name }));
    expect(fixedRole).toBe(isValid ? name : null);
    expect(blockingError?.detail).toBe(
      isValid ? undefined : 'AWS_EC2_INSTANCE_PROFILE_NAME is not a role name',
    );
  });

  test('of several reasons not to send requests, the first one is reported', () => {
    const role = { AWS_EC2_INSTANCE_PROFILE_NAME: 'a/b' };
    const url = { ...role, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'imds' };
    const all = { ...url, AWS_EC2_METADATA_DISABLED: 'true' };
    const getDetail = (env: Record<string, string>) => readImdsSettings(options(env)).blockingError?.detail;
    expect(getDetail(all)).toBe('AWS_EC2_METADATA_DISABLED is true');
    expect(getDetail(url)).toBe(
      'AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http or https URL without user, query and fragment',
    );
    expect(getDetail(role)).toBe('AWS_EC2_INSTANCE_PROFILE_NAME is not a role name');
  });

  test.each<[url: string, isValid: boolean]>([
    ['https://imds.test/x/', true],
    ['HTTP://imds.test', true],
    ['xhttp://imds.test', false],
    ['httpsx://imds.test', false],
    ['http://user@imds.test', false],
    ['http://:password@imds.test', false],
    ['http://imds.test?x', false],
    ['http://imds.test#x', false],
  ])('whether %s can be the endpoint: %s', (url, isValid) => {
    const { baseUrl } = readImdsSettings(options({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }));
    expect(baseUrl?.href ?? null).toBe(isValid ? new URL(url).href : null);
  });
});

test.each<[status: number, hasToken: boolean, reason: string]>([
  [401, false, 'imds-blocked'],
  [401, true, 'auth-rejected'],
  [403, false, 'imds-blocked'],
  [403, true, 'imds-blocked'],
  [404, false, 'not-found'],
  [500, false, 'server-error'],
  [503, false, 'throttled'],
  [504, false, 'server-error'],
])('the status %d of IMDS, with a token: %s, has the reason %s', (status, hasToken, reason) => {
  const response = { status, body: 'why', getHeader: () => null, receivedAt: 0, clockOffset: null };
  expect(createImdsError(response, hasToken)).toMatchObject({
    reason,
    status,
    detail: `HTTP ${status}`,
    retry: status >= 500 ? 'always' : 'never',
    quotation: status === 503 ? null : 'why',
  });
});

/** An exchange in memory. `statuses` are those of the token requests; the last one repeats. */
function scripted(statuses: (number | PollError)[], others: Record<string, number | PollError> = {}) {
  const requests: string[] = [];
  const exchange = async (_: unknown, { method, path }: { method: string; path: string }) => {
    requests.push(`${method} ${path}`);
    const left = method === 'PUT' ? (statuses.length > 1 ? statuses.shift() : statuses[0]) : others[path];
    if (left instanceof PollError) throw left;
    const body = method === 'PUT' ? 'CANARY-imds-token' : path === ROLES ? 'web-role' : document();
    return { status: left ?? 200, getHeader: () => '21600', body, receivedAt: 0, clockOffset: null };
  };
  return { exchange, requests };
}

const NOWHERE = { url: 'http://127.0.0.1:1' };
const V1_DISABLED = { AWS_EC2_METADATA_V1_DISABLED: 'true' };
const timeout = (isResponseMissing: boolean) =>
  new PollError('timeout', 'no response', { retry: 'always', isTimeout: true, isResponseMissing });
const broken = () =>
  new PollError('unreachable', 'broken', { retry: 'always', isResponseMissing: true, quotation: 'why' });

describe('token requests', () => {
  test.each<
    [name: string, error: () => number | PollError, allowed: [number, string], disabled: [number, string]]
  >([
    ['status 300', () => 300, [1, 'redirect'], [1, 'redirect']],
    ['status 400', () => 400, [1, 'bad-request'], [1, 'bad-request']],
    ['status 401', () => 401, [2, 'imds-blocked'], [2, 'imds-blocked']],
    ['status 402', () => 402, [3, 'unexpected-status'], [3, 'unexpected-status']],
    ['status 403', () => 403, [1, 'ok'], [1, 'v1-disabled']],
    ['status 404', () => 404, [1, 'ok'], [1, 'v1-disabled']],
    ['status 405', () => 405, [1, 'ok'], [1, 'v1-disabled']],
    ['status 406', () => 406, [3, 'unexpected-status'], [3, 'unexpected-status']],
    ['status 500', () => 500, [3, 'server-error'], [3, 'server-error']],
    ['a connection that breaks', broken, [2, 'ok'], [2, 'v1-disabled']],
    ['a missing response', () => timeout(true), [2, 'ok'], [2, 'v1-disabled']],
    ['no connection in time', () => timeout(false), [1, 'timeout'], [1, 'timeout']],
  ])('a token request with %s is repeated or replaced as expected', async (_, error, allowed, disabled) => {
    for (const [env, [puts, reason]] of [
      [{}, allowed],
      [V1_DISABLED, disabled],
    ] as const) {
      const { exchange, requests } = scripted([error()]);
      const outcome = await imdsAt(NOWHERE, env, { exchange }).poll();
      expect(outcome.ok ? 'ok' : outcome.reason).toBe(reason);
      expect(requests.filter((request) => request.startsWith('PUT'))).toHaveLength(puts);
    }
  });

  test('the error of a token request is quoted if IMDSv1 is disabled', async () => {
    const { exchange } = scripted([broken()]);
    const outcome = await fail(imdsAt(NOWHERE, V1_DISABLED, { exchange }));
    expect(outcome.detail).toBe('no token: broken: why');
  });

  test('a missing response is a sign of a hop limit if the poll ends, but a broken connection is not', async () => {
    for (const [error, possibleHopLimit] of [
      [timeout(true), true],
      [broken(), false],
      [timeout(false), false],
    ] as const) {
      const stop = new AbortController();
      const exchange = async () => {
        stop.abort();
        throw error;
      };
      const outcome = await imdsAt(NOWHERE, {}, { exchange }).poll(stop.signal);
      expect(outcome).toMatchObject({ ok: false, reason: error.reason, possibleHopLimit });
      expect(codes(outcome)).toEqual(possibleHopLimit ? ['POSSIBLE_HOP_LIMIT'] : []);
    }
  });

  test('a repeated token request that fails with a defect makes the poll throw', async () => {
    const { exchange } = scripted([timeout(true)]);
    let puts = 0;
    const defective = async (...args: Parameters<typeof exchange>) => {
      if (args[1].method === 'PUT') puts += 1;
      if (puts === 2) throw new TypeError('a defect');
      return exchange(...args);
    };
    await expect(imdsAt(NOWHERE, {}, { exchange: defective }).poll()).rejects.toThrow('a defect');
  });

  test.each(
    sampleCases<[ttl: string, validFor: number, notes: string[]]>(
      [
        ['1', -119, []],
        ['121', 1, []],
        [' 600 ', 480, []],
        ['21600', 21_480, []],
        ['21601', 21_480, ['TOKEN_TTL_NONCONFORMING']],
        ['0', 21_480, ['TOKEN_TTL_NONCONFORMING']],
        ['600.5', 21_480, ['TOKEN_TTL_NONCONFORMING']],
        ['600s', 21_480, ['TOKEN_TTL_NONCONFORMING']],
        ['0000000600', 21_480, ['TOKEN_TTL_NONCONFORMING']],
        ['000000600', 480, []],
      ],
      4,
    ),
  )('a token with the TTL %j is used for %d s', async (ttl, validFor, notes) => {
    let now = Date.UTC(2026, 10, 22);
    const endpoint = await startEndpoint(imds({ [PUT]: tokenResponse('CANARY-imds-token', ttl) }));
    const source = imdsAt(endpoint, {}, { clock: { ...hastyClock, now: () => now } });
    const countPuts = () => endpoint.seen().filter((line) => line === PUT).length;
    expect(codes(await succeed(source))).toEqual(notes);
    now += Math.max(0, validFor * 1000 - 1);
    await succeed(source);
    expect(countPuts()).toBe(validFor > 0 ? 1 : 2);
    now += 1;
    await succeed(source);
    expect(countPuts()).toBe(validFor > 0 ? 2 : 3);
  });

  test.each([
    ['!', true],
    ['~', true],
    ['a b', false],
    ['a\u007f', false],
    ['\u00e9', false],
    ['\u00a0a', false],
    ['\ta\t', true],
  ])('whether %j is a token: %s', async (body, isToken) => {
    const endpoint = await startEndpoint(imds({ [PUT]: { ...(tokenResponse() as object), body } }));
    const outcome = await imdsAt(endpoint).poll();
    expect(outcome.ok ? null : outcome.reason).toBe(isToken ? null : 'not-imds');
  });

  test('a stateless source requests a token in every poll', async () => {
    const endpoint = await startEndpoint(imds());
    for (const [stateless, puts] of [
      [true, 2],
      [false, 3],
    ] as const) {
      const source = imdsAt(endpoint, {}, { stateless });
      await succeed(source);
      await succeed(source);
      expect(endpoint.seen().filter((line) => line === PUT)).toHaveLength(puts);
    }
  });
});

describe('the fallback to IMDSv1', () => {
  test.each<[status: number, isRefused: boolean]>([
    [299, false],
    [300, true],
    [400, true],
    [404, false],
    [405, true],
    [428, true],
    [429, false],
    [499, true],
    [500, false],
  ])('after the status %d of a document, the next poll requests a token: %s', async (status, isRefused) => {
    const { exchange, requests } = scripted([404], { [`${ROLES}web-role`]: status });
    const source = imdsAt(NOWHERE, {}, { exchange, limits: { ...LIMITS, attempts: 1 } });
    await fail(source);
    requests.length = 0;
    await fail(source);
    expect(requests.includes(PUT)).toBe(isRefused);
  });

  test('a connection error ends the fallback', async () => {
    const { exchange, requests } = scripted([404], { [`${ROLES}web-role`]: broken() });
    const source = imdsAt(NOWHERE, {}, { exchange });
    expect((await fail(source)).reason).toBe('unreachable');
    expect(requests.filter((request) => request === PUT)).toHaveLength(1);
    await fail(source);
    expect(requests.filter((request) => request === PUT)).toHaveLength(2);
  });

  test('a later poll without a token makes the note on IMDSv1', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: { status: 404 } }));
    const source = imdsAt(endpoint);
    for (let polls = 1; polls <= 2; polls += 1) {
      expect(codes(await succeed(source))).toEqual(['IMDS_V1_USED']);
    }
    expect(endpoint.seen().filter((line) => line === PUT)).toHaveLength(1);
  });

  test('a status other than 401 of a request without a token is reported itself', async () => {
    const { exchange } = scripted([timeout(true)], { [ROLES]: 403 });
    expect(await fail(imdsAt(NOWHERE, {}, { exchange }))).toMatchObject({
      reason: 'imds-blocked',
      detail: 'HTTP 403: web-role',
      possibleHopLimit: true,
    });
  });

  test('a status 401 after a missing token response is a time-out', async () => {
    const { exchange } = scripted([timeout(true)], { [ROLES]: 401 });
    expect((await fail(imdsAt(NOWHERE, {}, { exchange }))).detail).toBe(
      'the token request got no response, and IMDS rejects requests without a token: 401',
    );
  });
});

describe('the list of roles', () => {
  test.each<[body: string | Buffer, detail: string]>([
    ['', 'the list of roles is empty'],
    [' \r\n\n', 'the list of roles is empty'],
    ['<html>', 'the response is not a list of roles'],
    ['CANARY-imds-token', 'the response is not a list of roles'],
    ['web-role\n<html>', 'the response is not a list of roles'],
    [Buffer.from([0xc3, 0x28]), 'the response is not a list of roles'],
  ])('the list %j fails with "%s"', async (body, detail) => {
    const endpoint = await startEndpoint(imds({ [LIST]: { body } }));
    expect((await fail(imdsAt(endpoint))).detail).toBe(detail);
  });

  test('all roles of the list are counted', async () => {
    const endpoint = await startEndpoint(imds({ [LIST]: { body: 'web-role\n\nb\r\n c \n' } }));
    expect((await succeed(imdsAt(endpoint))).notes).toEqual([{ code: 'SEVERAL_ROLES', count: 3 }]);
  });

  test.each<[body: string | undefined, detail: string]>([
    [undefined, 'HTTP 404: no role is attached to the instance'],
    ['<title>404 - Not Found</title>', 'HTTP 404: no role is attached to the instance'],
    ['<html>', 'HTTP 404: no role is attached to the instance'],
    ['no role for this pod', 'HTTP 404: no role for this pod'],
  ])('a list with status 404 and the body %j has the detail %j', async (body, detail) => {
    const step: Step = body === undefined ? { status: 404 } : { status: 404, body };
    const endpoint = await startEndpoint(imds({ [LIST]: step }));
    const outcome = await fail(imdsAt(endpoint));
    expect(outcome.reason).toBe('no-role');
    expect(outcome.detail).toBe(detail);
  });

  test('the role is not requested again after another error than 404', async () => {
    const endpoint = await startEndpoint(imds({ [ROLE]: { status: 400 } }));
    await fail(imdsAt(endpoint));
    expect(endpoint.seen()).toEqual([PUT, LIST, ROLE]);
  });

  test('the account of a document takes precedence over the account of the role', async () => {
    const role = 'arn:aws:iam::111122223333:role/loader';
    const script: Script = {
      [LIST]: { body: role },
      [`GET ${ROLES}${role}`]: { body: document({ AccountId: '999988887777' }) },
    };
    const endpoint = await startEndpoint(imds(script));
    expect((await succeed(imdsAt(endpoint))).accountId).toBe('999988887777');
  });
});

describe('an instance id', () => {
  test.each<[id: string, isId: boolean]>([
    ['i-0123456789abcdef0', true],
    ['mi-0123456789abcdef0', true],
    ['0123456789abcdef0123', true],
    ['abcdefghij-0123456789abcdef0123', true],
    ['my-host.example.com', true],
    ['a:b', true],
    ['x1y2z3a4b5c6d7e8', true],
    ['x1y2z3a4b5c6d7e8f', false],
    ['CANARY-im', false],
    // Too short to be a useful piece of the token.
    ['imds', true],
    ['a b', false],
    ['a/b', false],
    [`${'server-'.repeat(18)}ab`, true],
    [`${'server-'.repeat(18)}abc`, false],
    [' i-0abc\n', true],
    ['', false],
  ])('whether %j is an instance id: %s', async (id, isId) => {
    const endpoint = await startEndpoint(imds({ [INSTANCE]: { body: id } }));
    const { identity } = await succeed(imdsAt(endpoint, {}, { discoverHost: true }));
    expect(identity.host).toBe(isId ? id.trim() : null);
  });

  test('the instance id is not requested before IMDS has responded', async () => {
    for (const error of [timeout(true), broken()]) {
      const { exchange, requests } = scripted([error], { [ROLES]: broken() });
      await fail(imdsAt(NOWHERE, {}, { exchange, discoverHost: true }));
      expect(requests).not.toContain('GET /latest/meta-data/instance-id');
    }
  });

  test('the instance id is not requested after the end of the poll', async () => {
    const stop = new AbortController();
    const { exchange, requests } = scripted([200]);
    const ending = async (...args: Parameters<typeof exchange>) => {
      if (args[1].path === `${ROLES}web-role`) stop.abort();
      return exchange(...args);
    };
    await imdsAt(NOWHERE, {}, { exchange: ending, discoverHost: true }).poll(stop.signal);
    expect(requests.at(-1)).toBe(`GET ${ROLES}web-role`);
  });
});

describe('the extended API', () => {
  const EXTENDED = 'GET /latest/meta-data/iam/security-credentials-extended/web-role';
  test.each<[expiration: string, notes: string[]]>([
    ['2026-11-22T06:23:11.999Z', []],
    ['2026-11-22T06:23:12Z', ['APIS_DISAGREE']],
    ['2026-11-22T06:23:10.999Z', ['APIS_DISAGREE']],
  ])('an expiration of %s has the notes %j', async (Expiration, notes) => {
    const endpoint = await startEndpoint(imds({ [EXTENDED]: { body: document({ Expiration }) } }));
    const outcome = await succeed(imdsAt(endpoint, {}, { extendedApi: true }));
    expect(codes(outcome)).toEqual(notes);
    expect(outcome.credentials.expiration).toBe(Date.parse('2026-11-22T06:23:11Z'));
  });

  test('an account that the extended API does not report is kept', async () => {
    const endpoint = await startEndpoint(
      imds({ [ROLE]: { body: document({ AccountId: '123456789012' }) }, [EXTENDED]: { body: document() } }),
    );
    expect((await succeed(imdsAt(endpoint, {}, { extendedApi: true }))).accountId).toBe('123456789012');
  });
});
