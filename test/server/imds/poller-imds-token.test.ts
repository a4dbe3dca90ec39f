import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import {
  createStoppedClock,
  failure,
  failureWith,
  ONE_SECOND,
  type PolledOptions,
  startPolled,
  summarizeSuccess,
} from '../../support/server/polled-simulator.ts';
import { CANARIES } from '../../support/sources/polling.ts';
import { sampleCases } from '../../support/thorough.ts';

const TOKEN = '/latest/api/token';
const TTL = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';
const PUT = `PUT ${TOKEN} 200`;
const DATA = [
  'GET /latest/meta-data/iam/security-credentials/ 200',
  'GET /latest/meta-data/iam/security-credentials/simulated-role 200',
];
const V1_DISABLED = { AWS_EC2_METADATA_V1_DISABLED: 'true' };

const puts = (lines: readonly string[]) => lines.filter((line) => line.startsWith('PUT '));

describe('a session token', () => {
  test('a session token is requested with the largest TTL and sent with every request of the poll', async () => {
    const imds = await startPolled('imds');
    const outcome = await imds.succeed();
    expect(summarizeSuccess(outcome)).toEqual({ apiVersion: '2', notes: [] });
    expect(outcome.credentials.accessKeyId).toBe(imds.servedCredentials().accessKeyId);
    expect(imds.requests()).toEqual([PUT, ...DATA]);
    const token = imds.exchanges[0]?.handled.response.body;
    expect(imds.sent('x-aws-ec2-metadata-token')).toEqual([undefined, token, token]);
    expect(imds.sent('x-aws-ec2-metadata-token-ttl-seconds')).toEqual(['21600', undefined, undefined]);
  });

  test('a session token is sent back without surrounding white space', async () => {
    const imds = await startPolled('imds', {
      faults: [`body= \t${CANARIES[2]}\r\n,path=${TOKEN}`],
      variants: ['bad-token=ignored'],
    });
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.sent('x-aws-ec2-metadata-token').slice(1)).toEqual([CANARIES[2], CANARIES[2]]);
  });

  test.each(
    sampleCases(
      [
        ['a page', '<html><p>log in</p></html>\n'],
        ['two words', 'two words'],
        ['characters that are invalid in headers', 'tök€n'],
        ['a control character', `${CANARIES[2]}\u0000`],
      ],
      4,
    ),
  )('a poller rejects a session token that is %s', async (_, text) => {
    const imds = await startPolled('imds', { faults: [`body=${text},path=${TOKEN}`] });
    expect(failure(await imds.fail())).toEqual(failureWith('not-imds'));
    expect(imds.requests()).toEqual([PUT]);
  });

  test('a poller requests an empty session token three times, without a fallback to IMDSv1', async () => {
    const imds = await startPolled('imds', { faults: [`empty,path=${TOKEN}`] });
    expect(failure(await imds.fail())).toEqual(failureWith('token-empty'));
    expect(imds.requests()).toEqual([PUT, PUT, PUT]);
  });

  test.each(['empty', 'body= \r\n'])(
    'a session token that is empty once (%j) is retried with success',
    async (fault) => {
      const imds = await startPolled('imds', { faults: [`${fault},path=${TOKEN},times=1`] });
      expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
      expect(imds.requests()).toEqual([PUT, PUT, ...DATA]);
    },
  );

  test.each(sampleCases(['', ':soon', ':0', ':21601', ':-5', ':1e3'], 3))(
    'a session token without a valid TTL header (%j) is used for the requested TTL, with a note',
    async (value) => {
      const { clock, withoutPauses, pass } = createStoppedClock();
      const imds = await startPolled('imds', {
        faults: [`header=${TTL}${value},path=${TOKEN}`],
        clock,
        poller: { clock: withoutPauses },
      });
      expect(summarizeSuccess(await imds.succeed())).toEqual({
        apiVersion: '2',
        notes: ['TOKEN_TTL_NONCONFORMING'],
      });
      pass(21_600 - 120 - 1);
      expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
      expect(imds.requests()).toEqual([PUT, ...DATA, ...DATA]);
      pass(1);
      expect(summarizeSuccess(await imds.succeed()).notes).toEqual(['TOKEN_TTL_NONCONFORMING']);
      expect(puts(imds.requests())).toHaveLength(2);
    },
  );
});

interface FailureCase {
  name: string;
  fault: string;
  reason: string;
  detail: RegExp;
  requests: string[];
}

/** `times` requests that got this status, or no response. */
const responses = (status: number | null, times: number) =>
  Array<string>(times).fill(`PUT ${TOKEN} ${status}`);

const FAILURES: FailureCase[] = [
  {
    name: '400',
    fault: '400',
    reason: 'bad-request',
    detail: /^HTTP 400: 400 - Bad Request$/,
    requests: responses(400, 1),
  },
  {
    name: '401, after one retry',
    fault: '401',
    reason: 'imds-blocked',
    detail: /^HTTP 401$/,
    requests: responses(401, 2),
  },
  {
    name: '429',
    fault: '429',
    reason: 'throttled',
    detail: /^HTTP 429: 429 - Too Many Requests$/,
    requests: responses(429, 3),
  },
  {
    name: '500',
    fault: '500',
    reason: 'server-error',
    detail: /^HTTP 500: 500 - Internal/,
    requests: responses(500, 3),
  },
  {
    name: '502',
    fault: '502',
    reason: 'server-error',
    detail: /^HTTP 502: 502 - Bad Gateway$/,
    requests: responses(502, 3),
  },
  { name: '503', fault: '503', reason: 'throttled', detail: /^HTTP 503$/, requests: responses(503, 3) },
  {
    name: '418',
    fault: '418',
    reason: 'unexpected-status',
    detail: /^HTTP 418/,
    requests: responses(418, 3),
  },
  {
    name: 'a redirect, which is not followed',
    fault: 'redirect',
    reason: 'redirect',
    detail: /^HTTP 302$/,
    requests: responses(302, 1),
  },
  {
    name: 'a redirect to the credentials, which is not followed',
    fault: 'redirect=/latest/meta-data/iam/security-credentials/simulated-role',
    reason: 'redirect',
    detail: /^HTTP 302$/,
    requests: responses(302, 1),
  },
];

describe('a token request that fails without a fallback to IMDSv1', () => {
  test.each(FAILURES)(
    'a token request with the response $name fails the poll without a fallback to IMDSv1',
    async ({ fault, reason, detail, requests }) => {
      const imds = await startPolled('imds', { faults: [`${fault},path=${TOKEN}`] });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith(reason));
      expect(outcome.detail).toMatch(detail);
      expect(imds.requests()).toEqual(requests);
    },
  );

  test.each([429, 503])(
    'a token request that is throttled with %s after one token does not fall back to IMDSv1',
    async (status) => {
      const imds = await startPolled('imds', {
        faults: [`throttle=0.001,path=${TOKEN}`],
        variants: [`throttle=${status}`],
      });
      await imds.succeed();
      expect(failure(await imds.fail(imds.newSource()))).toEqual(failureWith('throttled'));
      expect(imds.requests()).toEqual([PUT, ...DATA, ...responses(status, 3)]);
    },
  );

  test.each([429, 500, 503, 418])(
    'a token request that gets %s twice succeeds at the third attempt',
    async (status) => {
      const imds = await startPolled('imds', { faults: [`${status},path=${TOKEN},times=2`] });
      expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
      expect(imds.requests()).toEqual([...responses(status, 2), PUT, ...DATA]);
    },
  );

  test('a token request to a closed port fails as unreachable, at the next poll too', async () => {
    const imds = await startPolled('imds');
    await imds.close();
    for (const _ of [1, 2]) {
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith('unreachable'));
      expect(outcome.detail).toMatch(/^ECONNREFUSED at 127\.0\.0\.1:\d+$/);
    }
  });

  test('a token request to a port that closed after a token was issued does not indicate a hop limit', async () => {
    const imds = await startPolled('imds');
    await imds.succeed();
    await imds.close();
    expect(failure(await imds.fail())).toEqual(failureWith('unreachable', { apiVersion: '2' }));
  });
});

interface Opening {
  name: string;
  options: PolledOptions;
  status: number | null;
  puts: number;
  notes: string[];
  detail: RegExp;
}

const HOP = ['POSSIBLE_HOP_LIMIT', 'IMDS_V1_USED'];
const FALLBACKS: Opening[] = [
  {
    name: '403',
    options: { faults: [`403,path=${TOKEN}`] },
    status: 403,
    puts: 1,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: HTTP 403/,
  },
  {
    name: '404',
    options: { faults: [`404,path=${TOKEN}`] },
    status: 404,
    puts: 1,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: HTTP 404/,
  },
  {
    name: '405',
    options: { faults: [`405,path=${TOKEN}`] },
    status: 405,
    puts: 1,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: HTTP 405/,
  },
  {
    name: 'a host that has only IMDSv1',
    options: { imds: 'v1' },
    status: 405,
    puts: 1,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: HTTP 405$/,
  },
  {
    name: 'a reset connection, after one retry',
    options: { faults: ['hop-limit=reset'] },
    status: null,
    puts: 2,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: the connection broke/,
  },
  {
    name: 'a truncated response, after one retry',
    options: { faults: [`truncate,path=${TOKEN}`] },
    status: null,
    puts: 2,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: the response is truncated/,
  },
];

describe('a token request without a response, as behind a hop limit of 1', () => {
  const HOP_LIMIT = { faults: ['hop-limit'], poller: { limits: ONE_SECOND } };

  test('a token request without a response is repeated after the first response to IMDSv1', async () => {
    const imds = await startPolled('imds', HOP_LIMIT);
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '1', notes: HOP });
    const [list, role] = DATA;
    expect(imds.requests()).toEqual([...responses(null, 1), list, ...responses(null, 1), role]);
  });

  test('a token request without a response and IMDSv1 disabled causes no request without a token', async () => {
    const imds = await startPolled('imds', { ...HOP_LIMIT, env: V1_DISABLED });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(
      failureWith('v1-disabled', { notes: ['POSSIBLE_HOP_LIMIT'], possibleHopLimit: true }),
    );
    expect(outcome.detail).toBe('no token: no complete response within 500 ms');
    expect(imds.requests()).toEqual(responses(null, 2));
  });
});

describe('a token request that fails with a fallback to IMDSv1', () => {
  test.each(FALLBACKS)(
    'a token request with $name falls back to IMDSv1',
    async ({ options, status, puts, notes }) => {
      const imds = await startPolled('imds', options);
      const outcome = await imds.succeed();
      expect(summarizeSuccess(outcome)).toEqual({ apiVersion: '1', notes });
      expect(outcome.credentials.accessKeyId).toBe(imds.servedCredentials().accessKeyId);
      expect(imds.requests()).toEqual([...responses(status, puts), ...DATA]);
      expect(imds.sent('x-aws-ec2-metadata-token')).toEqual(Array(puts + 2).fill(undefined));
    },
  );

  test.each(FALLBACKS)(
    'a token request with $name and IMDSv1 disabled causes no request without a token',
    async (fallback) => {
      const { options, status, puts, notes, detail } = fallback;
      const imds = await startPolled('imds', { ...options, env: V1_DISABLED });
      const outcome = await imds.fail();
      const hop = notes.filter((code) => code === 'POSSIBLE_HOP_LIMIT');
      expect(failure(outcome)).toEqual(
        failureWith('v1-disabled', { notes: hop, possibleHopLimit: hop.length > 0 }),
      );
      expect(outcome.detail).toMatch(detail);
      expect(imds.requests()).toEqual(responses(status, puts));
    },
  );

  test('a failed token request falls back to IMDSv1 with a note if only some SDKs disable IMDSv1', async () => {
    const imds = await startPolled('imds', { imds: 'v1', env: { AWS_EC2_METADATA_V1_DISABLED: '1' } });
    expect(summarizeSuccess(await imds.succeed())).toEqual({
      apiVersion: '1',
      notes: ['V1_DISABLED_FOR_SOME_SDKS', 'IMDS_V1_USED'],
    });
  });

  test('a token request is repeated 15 minutes after a fallback to IMDSv1', async () => {
    const { clock, withoutPauses, pass } = createStoppedClock();
    const imds = await startPolled('imds', {
      faults: [`404,path=${TOKEN},times=1`],
      clock,
      poller: { clock: withoutPauses },
    });
    expect(summarizeSuccess(await imds.succeed()).apiVersion).toBe('1');
    pass(15 * 60 - 1);
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '1', notes: ['IMDS_V1_USED'] });
    pass(1);
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(puts(imds.requests())).toEqual([...responses(404, 1), PUT]);
  });

  test('a reset token request fails as imds-blocked if a token is required', async () => {
    const imds = await startPolled('imds', { imds: 'v2', faults: ['hop-limit=reset'] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(
      failureWith('imds-blocked', { apiVersion: '1', notes: ['IMDS_V1_USED'] }),
    );
    expect(outcome.detail).toBe('HTTP 401');
    expect(imds.requests()).toEqual([...responses(null, 2), DATA[0]?.replace('200', '401')]);
  });

  test('a fallback to IMDSv1 fails with a 401 if a token is required', async () => {
    const imds = await startPolled('imds', { imds: 'v2', faults: [`403,path=${TOKEN}`] });
    expect(failure(await imds.fail())).toEqual(
      failureWith('imds-blocked', { apiVersion: '1', notes: ['IMDS_V1_USED'] }),
    );
    expect(imds.requests()).toEqual([...responses(403, 1), DATA[0]?.replace('200', '401')]);
  });

  test('a request with an unknown host name is rejected in both IMDS versions', async () => {
    const imds = await startPolled('imds');
    const source = imds.newSource(
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.origin.replace('127.0.0.1', 'other.test') },
      { readFile: async () => '127.0.0.1 other.test' },
    );
    expect(failure(await imds.fail(source))).toEqual(
      failureWith('imds-blocked', { apiVersion: '1', notes: ['IMDS_V1_USED'] }),
    );
    expect(imds.requests()).toEqual([...responses(403, 1), DATA[0]?.replace('200', '403')]);
  });
});

describe('the token cache', () => {
  test('the token cache keeps a token for its TTL minus two minutes', async () => {
    const { clock, withoutPauses, pass } = createStoppedClock();
    const imds = await startPolled('imds', {
      faults: [`header=${TTL}:600,path=${TOKEN}`],
      clock,
      poller: { clock: withoutPauses },
    });
    await imds.succeed();
    pass(479);
    await imds.succeed();
    expect(puts(imds.requests())).toHaveLength(1);
    pass(1);
    expect(summarizeSuccess(await imds.succeed()).notes).toEqual([]);
    expect(puts(imds.requests())).toHaveLength(2);
  });

  test('the token cache belongs to one source; a new source requests a new token', async () => {
    const imds = await startPolled('imds');
    await imds.succeed();
    await imds.succeed(imds.newSource());
    expect(puts(imds.requests())).toEqual([PUT, PUT]);
    const [, first, , , second] = imds.sent('x-aws-ec2-metadata-token');
    expect(second).not.toBe(first);
  });

  test('a cached token that becomes invalid early is replaced in the same poll', async () => {
    const { clock, withoutPauses, pass } = createStoppedClock();
    const imds = await startPolled('imds', {
      imds: 'v2',
      faults: ['token-lifetime=1m'],
      clock,
      poller: { clock: withoutPauses },
    });
    await imds.succeed();
    pass(60);
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.requests()).toEqual([PUT, ...DATA, DATA[0]?.replace('200', '401'), PUT, ...DATA]);
  });
});

describe('limits', () => {
  test('AWS_METADATA_SERVICE_NUM_ATTEMPTS=1 limits a poll to one attempt', async () => {
    const imds = await startPolled('imds', {
      faults: [`500,path=${TOKEN}`],
      env: { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1' },
    });
    expect(failure(await imds.fail())).toEqual(failureWith('server-error'));
    expect(imds.requests()).toEqual(responses(500, 1));
  });

  test('AWS_METADATA_SERVICE_TIMEOUT sets the request timeout', async () => {
    const imds = await startPolled('imds', {
      faults: ['hop-limit'],
      env: { AWS_METADATA_SERVICE_TIMEOUT: '0.2', AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1', ...V1_DISABLED },
    });
    expect((await imds.fail()).detail).toBe('no token: no complete response within 200 ms');
    expect(imds.requests()).toEqual(responses(null, 1));
  });

  test('a response shortly before the timeout is accepted', async () => {
    const imds = await startPolled('imds', { faults: ['stall=1ms'] });
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
  });

  test('a poll ends at its deadline, with a possible hop limit, if the endpoint never responds', async () => {
    const imds = await startPolled('imds', {
      faults: ['stall'],
      poller: { clock: systemClock, limits: { requestMs: 60_000, pollMs: 300 } },
    });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(
      failureWith('timeout', { possibleHopLimit: true, notes: ['POSSIBLE_HOP_LIMIT'] }),
    );
    expect(outcome.detail).toBe('no complete response before the poll had to end');
    expect(imds.requests()).toEqual(responses(null, 1));
  });
});

describe('the endpoint of the token request', () => {
  test.each(['/', ''])('the IMDS endpoint can end with "%s"', async (end) => {
    const imds = await startPolled('imds');
    const source = imds.newSource({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `${imds.origin}${end}` });
    await imds.succeed(source);
    expect(imds.requests()).toEqual([PUT, ...DATA]);
  });

  test('the IMDS endpoint can be an IPv6 address', async () => {
    const imds = await startPolled('imds', { listen: { host: '::1', port: 0 } });
    expect(imds.origin).toMatch(/^http:\/\/\[::1\]:\d+$/);
    await imds.succeed();
    expect(imds.requests()).toEqual([PUT, ...DATA]);
  });

  test('a poll of an IMDS endpoint with a path gets 404', async () => {
    const imds = await startPolled('imds');
    const source = imds.newSource({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `${imds.origin}/proxy/` });
    expect((await imds.fail(source)).reason).toBe('no-role');
    expect(imds.requests()).toEqual([
      `PUT /proxy${TOKEN} 405`,
      'GET /proxy/latest/meta-data/iam/security-credentials/ 404',
    ]);
  });
});

describe('AWS_EC2_METADATA_DISABLED', () => {
  test.each(['true', 'TRUE', 'True'])(
    'AWS_EC2_METADATA_DISABLED with the value %s prevents every request',
    async (value) => {
      const imds = await startPolled('imds', { env: { AWS_EC2_METADATA_DISABLED: value } });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith('disabled'));
      expect(outcome.detail).toContain('AWS_EC2_METADATA_DISABLED');
      expect(imds.requests()).toEqual([]);
    },
  );

  test.each(['1', 'yes', '0', 'no', 'False'])(
    'AWS_EC2_METADATA_DISABLED with the value %s disables IMDS for some SDKs only, so IMDS is polled with a note',
    async (value) => {
      const imds = await startPolled('imds', { env: { AWS_EC2_METADATA_DISABLED: value } });
      expect(summarizeSuccess(await imds.succeed())).toEqual({
        apiVersion: '2',
        notes: ['DISABLED_FOR_SOME_SDKS'],
      });
      expect(imds.requests()).toEqual([PUT, ...DATA]);
    },
  );

  test.each([
    ['false', []],
    ['', ['BLANK_ENV']],
  ])('AWS_EC2_METADATA_DISABLED with the value "%s" does not disable IMDS', async (value, notes) => {
    const imds = await startPolled('imds', { env: { AWS_EC2_METADATA_DISABLED: value } });
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes });
  });
});
