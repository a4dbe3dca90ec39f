import { describe, expect, test } from 'vitest';
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

const PUT = 'PUT /latest/api/token';
const V1 = { AWS_EC2_METADATA_V1_DISABLED: 'true' };
const REFUSED = { url: 'http://127.0.0.1:1' };

describe('a token', () => {
  test('is requested with the longest TTL and used for every request', async () => {
    const endpoint = await startEndpoint(imds());
    const outcome = await succeed(imdsAt(endpoint));
    expect(outcome.identity).toEqual({ apiVersion: '2', role: 'web-role', host: null });
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, `GET ${ROLES}web-role`]);
    expect(endpoint.requests[0]!.headers['x-aws-ec2-metadata-token-ttl-seconds']).toBe('21600');
    expect(endpoint.requests.slice(1).map(({ headers }) => headers['x-aws-ec2-metadata-token'])).toEqual([
      'CANARY-imds-token',
      'CANARY-imds-token',
    ]);
    expect(endpoint.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close', 'close']);
    expect(outcome.notes).toEqual([]);
  });

  test('is trimmed', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: tokenResponse(' CANARY-imds-token\r\n') }));
    await succeed(imdsAt(endpoint));
    expect(endpoint.requests[1]!.headers['x-aws-ec2-metadata-token']).toBe('CANARY-imds-token');
  });

  test.each([undefined, 'soon', '0', '21601', '-5'])(
    'with a TTL of %s gets the requested TTL and a note',
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

  test('is kept until two minutes before its end, then replaced', async () => {
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

  test('is used for the whole poll even if its TTL is a minute', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: tokenResponse('CANARY-imds-token', '60') }));
    await succeed(imdsAt(endpoint));
    expect(endpoint.seen()).toHaveLength(3);
  });

  test.each([
    ['empty', { body: '' }],
    ['blank', { body: ' \n' }],
  ])('that is %s is requested again', async (_, first) => {
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
  { name: '401', step: { status: 401 }, reason: 'auth-rejected', puts: 2 },
  { name: '429', step: { status: 429 }, reason: 'throttled', puts: 3 },
  { name: '500', step: { status: 500 }, reason: 'server-error', puts: 3 },
  { name: '503', step: { status: 503 }, reason: 'throttled', puts: 3 },
  { name: '204', step: { status: 204 }, reason: 'unexpected-status', puts: 3 },
  { name: '418', step: { status: 418 }, reason: 'unexpected-status', puts: 3 },
  { name: '302', step: { status: 302, headers: { location: '/elsewhere' } }, reason: 'redirect', puts: 1 },
  { name: '307', step: { status: 307, headers: { location: '/elsewhere' } }, reason: 'redirect', puts: 1 },
];

describe('a failed token request without fallback to IMDSv1', () => {
  test.each(refusals)('$name: $reason after $puts requests', async ({ step, reason, puts }) => {
    const endpoint = await startEndpoint(imds({ [PUT]: step }));
    const outcome = await fail(imdsAt(endpoint));
    expect(outcome).toMatchObject({ reason, possibleHopLimit: false });
    expect(endpoint.seen()).toEqual(Array(puts).fill(PUT));
  });

  test('closed port: unreachable', async () => {
    const outcome = await fail(imdsAt(REFUSED));
    expect(outcome).toMatchObject({ reason: 'unreachable', detail: 'ECONNREFUSED', possibleHopLimit: false });
    expect(codes(outcome)).not.toContain('IMDS_V1_USED');
  });
});

interface Fallback {
  name: string;
  step: Step;
  puts: number;
  hop: boolean;
}
const fallbacks: Fallback[] = [
  { name: '403', step: { status: 403 }, puts: 1, hop: false },
  { name: '404', step: { status: 404 }, puts: 1, hop: false },
  { name: '405', step: { status: 405 }, puts: 1, hop: false },
  { name: 'silence', step: 'silence', puts: 2, hop: true },
  { name: 'a reset', step: 'reset', puts: 2, hop: true },
];

describe('the fallback to IMDSv1', () => {
  test.each(fallbacks)('follows $name', async ({ step, puts, hop }) => {
    const endpoint = await startEndpoint(imds({ [PUT]: step }));
    const outcome = await succeed(imdsAt(endpoint, {}, { limits: step === 'silence' ? IMPATIENT : {} }));
    expect(outcome.identity.apiVersion).toBe('1');
    expect(codes(outcome)).toEqual(hop ? ['POSSIBLE_HOP_LIMIT', 'IMDS_V1_USED'] : ['IMDS_V1_USED']);
    expect(endpoint.seen().slice(0, puts + 1)).toEqual([...Array(puts).fill(PUT), `GET ${ROLES}`]);
    expect(endpoint.requests.at(-1)!.headers).not.toHaveProperty('x-aws-ec2-metadata-token');
  });

  test.each(fallbacks)('does not follow $name if IMDSv1 is disabled', async ({ step, hop }) => {
    const endpoint = await startEndpoint(imds({ [PUT]: step }));
    const outcome = await fail(imdsAt(endpoint, V1, { limits: step === 'silence' ? IMPATIENT : {} }));
    expect(outcome).toMatchObject({ reason: 'v1-disabled', possibleHopLimit: hop });
    expect(endpoint.seen().every((line) => line === PUT)).toBe(true);
  });

  test('reports the possible causes of a 403', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: { status: 403 } }));
    const { detail } = await fail(imdsAt(endpoint, V1));
    expect(detail).toMatch(/403.*IMDS is off.*policy.*firewall.*X-Forwarded-For/);
  });

  test('ends after 15 minutes', async () => {
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

  test('ends in the same poll if IMDS rejects a request without a token', async () => {
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

  test('reports the missing token response if IMDSv1 is rejected too, and does not repeat the token request', async () => {
    const endpoint = await startEndpoint(imds({ [PUT]: 'silence', [`GET ${ROLES}`]: { status: 401 } }));
    const outcome = await fail(imdsAt(endpoint, {}, { limits: IMPATIENT }));
    expect(outcome).toMatchObject({ reason: 'timeout', possibleHopLimit: true });
    expect(endpoint.seen()).toEqual([PUT, PUT, `GET ${ROLES}`]);
  });
});

describe('a token rejected with 401', () => {
  test('is replaced, and the request is repeated in the same poll', async () => {
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

  test('is replaced only once', async () => {
    const endpoint = await startEndpoint(imds({ [`GET ${ROLES}`]: { status: 401 } }));
    expect((await fail(imdsAt(endpoint))).reason).toBe('auth-rejected');
    expect(endpoint.seen()).toEqual([PUT, `GET ${ROLES}`, PUT, `GET ${ROLES}`]);
  });
});
