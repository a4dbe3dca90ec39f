import { describe, expect, test } from 'vitest';
import { PollError } from '../../../src/sources/poll-error.ts';
import {
  codes,
  fail,
  hastyClock,
  IMPATIENT,
  imds,
  imdsAt,
  ROLES,
  succeed,
  tokenResponse,
} from '../../support/sources/polling.ts';
import { type Step, startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const PUT = 'PUT /latest/api/token';
const INSTANCE = 'GET /latest/meta-data/instance-id';
const V1 = { AWS_EC2_METADATA_V1_DISABLED: 'true' };
const REFUSED = { url: 'http://127.0.0.1:1' };

describe('a token', () => {
  test('a token is requested with the longest TTL and used for every request', async () => {
    const endpoint = await startEndpoint(imds());
    const outcome = await succeed(imdsAt(endpoint));
    expect(outcome.identity).toEqual({ apiVersion: '2', role: 'web-role', host: null, source: null });
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, `GET ${ROLES}web-role`]);
    expect(endpoint.requests[0]!.headers['x-aws-ec2-metadata-token-ttl-seconds']).toBe('21600');
    expect(endpoint.requests.slice(1).map(({ headers }) => headers['x-aws-ec2-metadata-token'])).toEqual([
      'CANARY-imds-token',
      'CANARY-imds-token',
    ]);
    expect(endpoint.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close', 'close']);
    expect(outcome.notes).toEqual([]);
  });

  test('a token is trimmed', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: tokenResponse(' CANARY-imds-token\r\n') }));
    await succeed(imdsAt(endpoint));
    expect(endpoint.requests[1]!.headers['x-aws-ec2-metadata-token']).toBe('CANARY-imds-token');
  });

  test.each([undefined, 'soon', '0', '21601', '-5'])(
    'a token with a TTL of %s gets the requested TTL and a note',
    async (ttl) => {
      const step =
        ttl === undefined ? { body: 'CANARY-imds-token' } : tokenResponse('CANARY-imds-token', ttl);
      const endpoint = await startEndpoint(imds({ [PUT]: step }));
      const source = imdsAt(endpoint);
      expect(codes(await succeed(source))).toEqual(['TOKEN_TTL_NONCONFORMING']);
      await succeed(source);
      expect(endpoint.seen().filter((line) => line === PUT)).toHaveLength(1);
    },
  );

  test('a token is kept until two minutes before its end, then replaced', async () => {
    let now = Date.UTC(2026, 10, 22);
    const clock = { ...hastyClock, now: () => now };
    const endpoint = await startEndpoint(imds({ [PUT]: tokenResponse('CANARY-imds-token', '600') }));
    const source = imdsAt(endpoint, {}, { clock });
    const puts = () => endpoint.seen().filter((line) => line === PUT).length;
    await succeed(source);
    now += 479_000;
    await succeed(source);
    expect(puts()).toBe(1);
    now += 1000;
    await succeed(source);
    expect(puts()).toBe(2);
  });

  test('a token is used for the whole poll even if its TTL is a minute', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: tokenResponse('CANARY-imds-token', '60') }));
    await succeed(imdsAt(endpoint));
    expect(endpoint.seen()).toHaveLength(3);
  });

  test.each([
    ['empty', { body: '' }],
    ['blank', { body: ' \n' }],
  ])('a token that is %s is requested again', async (_, first) => {
    const endpoint = await startEndpoint(imds({ [PUT]: [first, tokenResponse()] }));
    expect((await succeed(imdsAt(endpoint))).identity.apiVersion).toBe('2');
  });
});

interface Refusal {
  name: string;
  step: Step;
  reason: string;
  puts: number;
}
const refusals: Refusal[] = [
  { name: 'empty', step: { body: '' }, reason: 'token-empty', puts: 3 },
  { name: 'a page', step: { body: '<html>\n<p>log in</p>' }, reason: 'not-imds', puts: 1 },
  { name: 'not UTF-8', step: { body: Buffer.from([0xff, 0xfe]) }, reason: 'not-imds', puts: 1 },
  { name: '400', step: { status: 400 }, reason: 'bad-request', puts: 1 },
  { name: '401', step: { status: 401 }, reason: 'imds-blocked', puts: 2 },
  { name: '429', step: { status: 429 }, reason: 'throttled', puts: 3 },
  { name: '500', step: { status: 500 }, reason: 'server-error', puts: 3 },
  { name: '503', step: { status: 503 }, reason: 'throttled', puts: 3 },
  { name: '204', step: { status: 204 }, reason: 'unexpected-status', puts: 3 },
  { name: '418', step: { status: 418 }, reason: 'unexpected-status', puts: 3 },
  { name: '302', step: { status: 302, headers: { location: '/elsewhere' } }, reason: 'redirect', puts: 1 },
  { name: '307', step: { status: 307, headers: { location: '/elsewhere' } }, reason: 'redirect', puts: 1 },
];

describe('a failed token request without fallback to IMDSv1', () => {
  test.each(sampleCases(refusals, 3))(
    'a token request that gets $name fails as $reason after $puts requests',
    async ({ step, reason, puts }) => {
      const endpoint = await startEndpoint(imds({ [PUT]: step }));
      const outcome = await fail(imdsAt(endpoint));
      expect(outcome).toMatchObject({ reason, possibleHopLimit: false });
      expect(endpoint.seen()).toEqual(Array(puts).fill(PUT));
    },
  );

  test('a closed port is unreachable without fallback', async () => {
    const outcome = await fail(imdsAt(REFUSED));
    expect(outcome).toMatchObject({
      reason: 'unreachable',
      detail: 'ECONNREFUSED at 127.0.0.1:1',
      possibleHopLimit: false,
    });
    expect(codes(outcome)).not.toContain('IMDS_V1_USED');
  });
});

interface Fallback {
  name: string;
  step: Step;
  puts: number;
}
const fallbacks: Fallback[] = [
  { name: '403', step: { status: 403 }, puts: 1 },
  { name: '404', step: { status: 404 }, puts: 1 },
  { name: '405', step: { status: 405 }, puts: 1 },
  { name: 'a reset', step: 'reset', puts: 2 },
];

describe('the fallback to IMDSv1', () => {
  test.each(fallbacks)('the fallback to IMDSv1 follows $name', async ({ step, puts }) => {
    const endpoint = await startEndpoint(imds({ [PUT]: step }));
    const outcome = await succeed(imdsAt(endpoint));
    expect(outcome.identity.apiVersion).toBe('1');
    expect(codes(outcome)).toEqual(['IMDS_V1_USED']);
    expect(endpoint.seen().slice(0, puts + 1)).toEqual([...Array(puts).fill(PUT), `GET ${ROLES}`]);
    expect(endpoint.requests.at(-1)!.headers).not.toHaveProperty('x-aws-ec2-metadata-token');
  });

  test.each(fallbacks)('no fallback follows $name if IMDSv1 is disabled', async ({ step }) => {
    const endpoint = await startEndpoint(imds({ [PUT]: step }));
    const outcome = await fail(imdsAt(endpoint, V1));
    expect(outcome).toMatchObject({ reason: 'v1-disabled', possibleHopLimit: false });
    expect(endpoint.seen().every((line) => line === PUT)).toBe(true);
  });

  test('the fallback ends after 15 minutes', async () => {
    let now = Date.UTC(2026, 10, 22);
    const clock = { ...hastyClock, now: () => now };
    const endpoint = await startEndpoint(imds({ [PUT]: [{ status: 404 }, tokenResponse()] }));
    const source = imdsAt(endpoint, {}, { clock });
    const version = async () => (await succeed(source)).identity.apiVersion;
    expect(await version()).toBe('1');
    now += 15 * 60_000 - 1;
    expect(await version()).toBe('1');
    now += 1;
    expect(await version()).toBe('2');
  });

  test('the fallback ends in the same poll if IMDS rejects a request without a token', async () => {
    const endpoint = await startEndpoint(
      imds({
        [PUT]: [{ status: 404 }, tokenResponse()],
        [`GET ${ROLES}`]: [{ body: 'web-role' }, { status: 401 }, { body: 'web-role' }],
      }),
    );
    const source = imdsAt(endpoint);
    expect((await succeed(source)).identity.apiVersion).toBe('1');
    expect((await succeed(source)).identity.apiVersion).toBe('2');
  });

  test.each<[string, Step]>([
    ['401', { status: 401 }],
    ['403', { status: 403 }],
    ['a redirect', { status: 307, headers: { location: '/login' } }],
    ['a reset', 'reset'],
  ])('the fallback is forgotten if the first IMDSv1 request gets %s', async (_, step) => {
    const endpoint = await startEndpoint(
      imds({ [PUT]: [{ status: 404 }, tokenResponse()], [`GET ${ROLES}`]: [step, { body: 'web-role' }] }),
    );
    const source = imdsAt(endpoint, {}, { limits: { attempts: 1 } });
    await fail(source);
    expect((await succeed(source)).identity.apiVersion).toBe('2');
  });

  test.each([401, 403])(
    'the fallback ends in the same poll if a later IMDSv1 request gets %s',
    async (status) => {
      const endpoint = await startEndpoint(
        imds({
          [PUT]: [{ status: 404 }, tokenResponse()],
          [`GET ${ROLES}`]: [{ body: 'web-role' }, { status }, { body: 'web-role' }],
        }),
      );
      const source = imdsAt(endpoint);
      expect((await succeed(source)).identity.apiVersion).toBe('1');
      expect((await succeed(source)).identity.apiVersion).toBe('2');
    },
  );

  test('the missing token response is reported if IMDSv1 is rejected too', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: 'silence', [`GET ${ROLES}`]: { status: 401 } }));
    const outcome = await fail(imdsAt(endpoint, {}, { limits: IMPATIENT }));
    expect(outcome).toMatchObject({ reason: 'timeout', possibleHopLimit: true });
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, PUT]);
  });
});

describe('a token request without a response', () => {
  const silent = { limits: IMPATIENT };

  test('a token request without a response is repeated once if IMDS responds to a request without a token', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: 'silence' }));
    const outcome = await succeed(imdsAt(endpoint, {}, silent));
    expect(outcome.identity.apiVersion).toBe('1');
    expect(codes(outcome)).toEqual(['POSSIBLE_HOP_LIMIT', 'IMDS_V1_USED']);
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, PUT, `GET ${ROLES}web-role`]);
  });

  test('a token request that once gets no response does not cause a fallback to IMDSv1', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: ['silence', tokenResponse()] }));
    const outcome = await succeed(imdsAt(endpoint, {}, silent));
    expect(outcome.identity.apiVersion).toBe('2');
    expect(codes(outcome)).toEqual([]);
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, PUT, `GET ${ROLES}`, `GET ${ROLES}web-role`]);
  });

  test('a token request without a response is not repeated if only one attempt is allowed', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: 'silence' }));
    await succeed(imdsAt(endpoint, {}, { limits: { ...IMPATIENT, attempts: 1 } }));
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, `GET ${ROLES}web-role`]);
  });

  test('a token request without a response is repeated once if IMDSv1 is disabled', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: 'silence' }));
    const outcome = await fail(imdsAt(endpoint, V1, silent));
    expect(outcome).toMatchObject({ reason: 'v1-disabled', possibleHopLimit: true });
    expect(endpoint.seen()).toEqual([PUT, PUT]);
  });
});

describe('an IMDS that does not respond', () => {
  const silence = { [PUT]: 'silence', [`GET ${ROLES}`]: 'silence', [INSTANCE]: 'silence' } as const;
  const DEFAULTS = { limits: {}, discoverHost: true };

  test.each([
    ['IMDSv1 allowed', {}, [PUT, `GET ${ROLES}`], 'timeout'],
    ['IMDSv1 disabled', V1, [PUT, PUT], 'v1-disabled'],
  ])(
    'a poll of an IMDS that does not respond ends after two seconds with %s',
    async (_, env, requests, reason) => {
      const endpoint = await startEndpoint(silence);
      const start = Date.now();
      const outcome = await fail(imdsAt(endpoint, env, DEFAULTS));
      expect(Date.now() - start).toBeLessThan(3500);
      expect(outcome.reason).toBe(reason);
      expect(endpoint.seen()).toEqual(requests);
    },
  );

  test('an IMDS that does not respond is not a sign of a hop limit if IMDSv1 is allowed', async () => {
    const endpoint = await startEndpoint(silence);
    const outcome = await fail(imdsAt(endpoint, {}, { limits: IMPATIENT }));
    expect(outcome.possibleHopLimit).toBe(false);
    expect(codes(outcome)).not.toContain('POSSIBLE_HOP_LIMIT');
  });

  test('an IMDS that stops responding after a poll gets one more request', async () => {
    const endpoint = await startEndpoint(imds({ [`GET ${ROLES}`]: [{ body: 'web-role' }, 'silence'] }));
    const source = imdsAt(endpoint, {}, { limits: IMPATIENT, discoverHost: true });
    await succeed(source);
    const before = endpoint.requests.length;
    expect((await fail(source)).reason).toBe('timeout');
    expect(endpoint.requests).toHaveLength(before + 1);
  });

  test('an IMDS that drops connections gets one attempt', async () => {
    let attempts = 0;
    const exchange = async () => {
      attempts += 1;
      throw new PollError('unreachable', 'no connection', { retry: 'always', isTimeout: true });
    };
    expect((await fail(imdsAt(REFUSED, {}, { exchange }))).reason).toBe('unreachable');
    expect(attempts).toBe(1);
  });

  test('a configured time limit applies to a token request without a response', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: 'silence' }));
    const env = { ...V1, AWS_METADATA_SERVICE_TIMEOUT: '1.5', AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1' };
    const outcome = await fail(imdsAt(endpoint, env, DEFAULTS));
    expect(outcome.detail).toContain('1500 ms');
  });
});

describe('a token rejected with 401', () => {
  test('a rejected token is replaced, and the request is repeated in the same poll', async () => {
    const endpoint = await startEndpoint(
      imds({ [`GET ${ROLES}web-role`]: [{ status: 401 }, { body: '{}' }] }),
    );
    const outcome = await fail(imdsAt(endpoint));
    expect(outcome.reason).toBe('malformed');
    expect(endpoint.seen()).toEqual([
      PUT,
      `GET ${ROLES}`,
      `GET ${ROLES}web-role`,
      PUT,
      `GET ${ROLES}web-role`,
    ]);
  });

  test('a rejected token is replaced only once', async () => {
    const endpoint = await startEndpoint(imds({ [`GET ${ROLES}`]: { status: 401 } }));
    expect((await fail(imdsAt(endpoint))).reason).toBe('auth-rejected');
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, PUT, `GET ${ROLES}`]);
  });
});
