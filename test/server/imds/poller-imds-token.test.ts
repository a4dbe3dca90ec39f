import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import {
  bare,
  failure,
  type PolledOptions,
  standingClock,
  startPolled,
  told,
  UNTIL_A_SECOND,
} from '../../support/server/polled-simulator.ts';
import { CANARIES } from '../../support/sources/polling.ts';

const TOKEN = '/latest/api/token';
const TTL = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';
const PUT = `PUT ${TOKEN} 200`;
const DATA = [
  'GET /latest/meta-data/iam/security-credentials/ 200',
  'GET /latest/meta-data/iam/security-credentials/simulated-role 200',
];
const V1_DISABLED = { AWS_EC2_METADATA_V1_DISABLED: 'true' };

const puts = (lines: readonly string[]) => lines.filter((line) => line.startsWith('PUT '));

describe('a token comes', () => {
  test('and opens every request of the poll, for the longest life that can be asked for', async () => {
    const imds = await startPolled('imds');
    const outcome = await imds.succeed();
    expect(told(outcome)).toEqual({ apiVersion: '2', notes: [] });
    expect(outcome.credentials.accessKeyId).toBe(imds.handedOut().accessKeyId);
    expect(imds.seen()).toEqual([PUT, ...DATA]);
    const token = imds.exchanges[0]!.handledRequest.response.body;
    expect(imds.sent('x-aws-ec2-metadata-token')).toEqual([undefined, token, token]);
    expect(imds.sent('x-aws-ec2-metadata-token-ttl-seconds')).toEqual(['21600', undefined, undefined]);
  });

  test('with white space around it, which is not sent back', async () => {
    const imds = await startPolled('imds', {
      faults: [`body= \t${CANARIES[2]}\r\n,path=${TOKEN}`],
      variants: ['bad-token=ignored'],
    });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.sent('x-aws-ec2-metadata-token').slice(1)).toEqual([CANARIES[2], CANARIES[2]]);
  });

  test.each([
    ['a page', '<html><p>log in</p></html>\n'],
    ['two words', 'two words'],
    ['characters that no header may have', 'tök€n'],
    ['a control character', `${CANARIES[2]}\u0000`],
  ])('but is none: %s', async (_, text) => {
    const imds = await startPolled('imds', { faults: [`body=${text},path=${TOKEN}`] });
    expect(failure(await imds.fail())).toEqual(bare('not-imds'));
    expect(imds.seen()).toEqual([PUT]);
  });

  test('empty: asked for three times, and no IMDSv1 instead', async () => {
    const imds = await startPolled('imds', { faults: [`empty,path=${TOKEN}`] });
    expect(failure(await imds.fail())).toEqual(bare('token-empty'));
    expect(imds.seen()).toEqual([PUT, PUT, PUT]);
  });

  test.each(['empty', 'body= \r\n'])('empty once (%j), then good', async (fault) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${TOKEN},times=1`] });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.seen()).toEqual([PUT, PUT, ...DATA]);
  });

  test.each(['', ':soon', ':0', ':21601', ':-5', ':1e3'])(
    'with its TTL header%s missing or bad: taken to live as long as asked, noted, and kept',
    async (value) => {
      const { clock, hasty, pass } = standingClock();
      const imds = await startPolled('imds', {
        faults: [`header=${TTL}${value},path=${TOKEN}`],
        clock,
        poller: { clock: hasty },
      });
      expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: ['TOKEN_TTL_NONCONFORMING'] });
      pass(21_600 - 120 - 1);
      expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
      expect(imds.seen()).toEqual([PUT, ...DATA, ...DATA]);
      pass(1);
      expect(told(await imds.succeed()).notes).toEqual(['TOKEN_TTL_NONCONFORMING']);
      expect(puts(imds.seen())).toHaveLength(2);
    },
  );
});

interface Refusal {
  name: string;
  fault: string;
  reason: string;
  detail: RegExp;
  seen: string[];
}

/** `times` requests that got this status, or none. */
const refused = (status: number | null, times: number) => Array<string>(times).fill(`PUT ${TOKEN} ${status}`);

const REFUSALS: Refusal[] = [
  {
    name: '400',
    fault: '400',
    reason: 'bad-request',
    detail: /^HTTP 400: 400 - Bad Request$/,
    seen: refused(400, 1),
  },
  {
    name: '401, asked once more',
    fault: '401',
    reason: 'auth-rejected',
    detail: /^HTTP 401$/,
    seen: refused(401, 2),
  },
  {
    name: '429',
    fault: '429',
    reason: 'throttled',
    detail: /^HTTP 429: 429 - Too Many Requests$/,
    seen: refused(429, 3),
  },
  {
    name: '500',
    fault: '500',
    reason: 'server-error',
    detail: /^HTTP 500: 500 - Internal/,
    seen: refused(500, 3),
  },
  {
    name: '502',
    fault: '502',
    reason: 'server-error',
    detail: /^HTTP 502: 502 - Bad Gateway$/,
    seen: refused(502, 3),
  },
  { name: '503', fault: '503', reason: 'throttled', detail: /^HTTP 503$/, seen: refused(503, 3) },
  { name: '418', fault: '418', reason: 'unexpected-status', detail: /^HTTP 418/, seen: refused(418, 3) },
  {
    name: 'a redirect, not followed',
    fault: 'redirect',
    reason: 'redirect',
    detail: /^HTTP 302$/,
    seen: refused(302, 1),
  },
  {
    name: 'a redirect to the credentials, not followed',
    fault: 'redirect=/latest/meta-data/iam/security-credentials/simulated-role',
    reason: 'redirect',
    detail: /^HTTP 302$/,
    seen: refused(302, 1),
  },
];

describe('no token, and no IMDSv1 instead', () => {
  test.each(REFUSALS)('$name', async ({ fault, reason, detail, seen }) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${TOKEN}`] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare(reason));
    expect(outcome.detail).toMatch(detail);
    expect(imds.seen()).toEqual(seen);
  });

  test.each([429, 503])('throttled with %s after one token', async (status) => {
    const imds = await startPolled('imds', {
      faults: [`throttle=0.001,path=${TOKEN}`],
      variants: [`throttle=${status}`],
    });
    await imds.succeed();
    expect(failure(await imds.fail(imds.newSource()))).toEqual(bare('throttled'));
    expect(imds.seen()).toEqual([PUT, ...DATA, ...refused(status, 3)]);
  });

  test.each([429, 500, 503, 418])('%s twice, then a token', async (status) => {
    const imds = await startPolled('imds', { faults: [`${status},path=${TOKEN},times=2`] });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.seen()).toEqual([...refused(status, 2), PUT, ...DATA]);
  });

  test('nobody listens any more: unreachable, at the next poll as well', async () => {
    const imds = await startPolled('imds');
    await imds.close();
    for (const _ of [1, 2]) {
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(bare('unreachable'));
      expect(outcome.detail).toBe('ECONNREFUSED');
    }
  });

  test('and nobody listens in mid-life of a token: that is no hop limit and no IMDSv1 either', async () => {
    const imds = await startPolled('imds');
    await imds.succeed();
    await imds.close();
    expect(failure(await imds.fail())).toEqual(bare('unreachable', { apiVersion: '2' }));
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
const OPENINGS: Opening[] = [
  {
    name: '403',
    options: { faults: [`403,path=${TOKEN}`] },
    status: 403,
    puts: 1,
    notes: ['IMDS_V1_USED'],
    detail: /^no token: HTTP 403: .*IMDS is off.*policy.*host firewall.*X-Forwarded-For/,
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
    name: 'a connection that breaks, as behind some hop limits, tried once more',
    options: { faults: ['hop-limit=reset'] },
    status: null,
    puts: 2,
    notes: HOP,
    detail: /^no token: the connection broke/,
  },
  {
    name: 'half an answer, tried once more',
    options: { faults: [`truncate,path=${TOKEN}`] },
    status: null,
    puts: 2,
    notes: HOP,
    detail: /^no token: the connection broke/,
  },
  {
    name: 'silence, as behind a hop limit of 1, tried once more',
    options: { faults: ['hop-limit'], poller: { limits: UNTIL_A_SECOND } },
    status: null,
    puts: 2,
    notes: HOP,
    detail: /^no token: no complete response within 1000 ms$/,
  },
];

describe('no token, so IMDSv1', () => {
  test.each(OPENINGS)('$name', async ({ options, status, puts, notes }) => {
    const imds = await startPolled('imds', options);
    const outcome = await imds.succeed();
    expect(told(outcome)).toEqual({ apiVersion: '1', notes });
    expect(outcome.credentials.accessKeyId).toBe(imds.handedOut().accessKeyId);
    expect(imds.seen()).toEqual([...refused(status, puts), ...DATA]);
    expect(imds.sent('x-aws-ec2-metadata-token')).toEqual(Array(puts + 2).fill(undefined));
  });

  test.each(OPENINGS)('$name, but IMDSv1 is disabled: no request without a token', async (opening) => {
    const { options, status, puts, notes, detail } = opening;
    const imds = await startPolled('imds', { ...options, env: V1_DISABLED });
    const outcome = await imds.fail();
    const hop = notes.filter((code) => code === 'POSSIBLE_HOP_LIMIT');
    expect(failure(outcome)).toEqual(bare('v1-disabled', { notes: hop, possibleHopLimit: hop.length > 0 }));
    expect(outcome.detail).toMatch(detail);
    expect(imds.seen()).toEqual(refused(status, puts));
  });

  test('IMDSv1 disabled for some SDKs only: used, and said', async () => {
    const imds = await startPolled('imds', { imds: 'v1', env: { AWS_EC2_METADATA_V1_DISABLED: '1' } });
    expect(told(await imds.succeed())).toEqual({
      apiVersion: '1',
      notes: ['V1_DISABLED_FOR_SOME_SDKS', 'IMDS_V1_USED'],
    });
  });

  test('remembered for a quarter of an hour, then a token is asked for again', async () => {
    const { clock, hasty, pass } = standingClock();
    const imds = await startPolled('imds', {
      faults: [`404,path=${TOKEN},times=1`],
      clock,
      poller: { clock: hasty },
    });
    expect(told(await imds.succeed()).apiVersion).toBe('1');
    pass(15 * 60 - 1);
    expect(told(await imds.succeed())).toEqual({ apiVersion: '1', notes: ['IMDS_V1_USED'] });
    pass(1);
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(puts(imds.seen())).toEqual([...refused(404, 1), PUT]);
  });

  test('behind a hop limit where IMDSv1 is switched off: the token request is named as the cause', async () => {
    const imds = await startPolled('imds', { imds: 'v2', faults: ['hop-limit=reset'] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(
      bare('timeout', { apiVersion: '1', possibleHopLimit: true, notes: HOP }),
    );
    expect(outcome.detail).toMatch(/token request got no response.*401/);
    expect(imds.seen()).toEqual([...refused(null, 2), DATA[0]!.replace('200', '401')]);
  });

  test('where a token is needed: the refusal counts', async () => {
    const imds = await startPolled('imds', { imds: 'v2', faults: [`403,path=${TOKEN}`] });
    expect(failure(await imds.fail())).toEqual(
      bare('auth-rejected', { apiVersion: '1', notes: ['IMDS_V1_USED'] }),
    );
    expect(imds.seen()).toEqual([...refused(403, 1), DATA[0]!.replace('200', '401')]);
  });

  test('a host name that the endpoint does not know is refused both ways', async () => {
    const imds = await startPolled('imds');
    const source = imds.newSource(
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.origin.replace('127.0.0.1', 'stranger.test') },
      { readFile: async () => '127.0.0.1 stranger.test' },
    );
    expect(failure(await imds.fail(source))).toEqual(
      bare('auth-rejected', { apiVersion: '1', notes: ['IMDS_V1_USED'] }),
    );
    expect(imds.seen()).toEqual([...refused(403, 1), DATA[0]!.replace('200', '403')]);
  });
});

describe('the token is kept', () => {
  test('for as long as its TTL header says, less two minutes', async () => {
    const { clock, hasty, pass } = standingClock();
    const imds = await startPolled('imds', {
      faults: [`header=${TTL}:600,path=${TOKEN}`],
      clock,
      poller: { clock: hasty },
    });
    await imds.succeed();
    pass(479);
    await imds.succeed();
    expect(puts(imds.seen())).toHaveLength(1);
    pass(1);
    expect(told(await imds.succeed()).notes).toEqual([]);
    expect(puts(imds.seen())).toHaveLength(2);
  });

  test('by each process for itself: a new one asks again', async () => {
    const imds = await startPolled('imds');
    await imds.succeed();
    await imds.succeed(imds.newSource());
    expect(puts(imds.seen())).toEqual([PUT, PUT]);
    const [, first, , , second] = imds.sent('x-aws-ec2-metadata-token');
    expect(second).not.toBe(first);
  });

  test('and where it dies before its time, another is had in the same poll', async () => {
    const { clock, hasty, pass } = standingClock();
    const imds = await startPolled('imds', {
      imds: 'v2',
      faults: ['token-lifetime=1m'],
      clock,
      poller: { clock: hasty },
    });
    await imds.succeed();
    pass(60);
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.seen()).toEqual([PUT, ...DATA, DATA[0]!.replace('200', '401'), PUT, ...DATA]);
  });
});

describe('limits', () => {
  test('one attempt, if the environment says so', async () => {
    const imds = await startPolled('imds', {
      faults: [`500,path=${TOKEN}`],
      env: { AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1' },
    });
    expect(failure(await imds.fail())).toEqual(bare('server-error'));
    expect(imds.seen()).toEqual(refused(500, 1));
  });

  test('the time for a request, if the environment says so', async () => {
    const imds = await startPolled('imds', {
      faults: ['hop-limit'],
      env: { AWS_METADATA_SERVICE_TIMEOUT: '0.2', AWS_METADATA_SERVICE_NUM_ATTEMPTS: '1', ...V1_DISABLED },
    });
    expect((await imds.fail()).detail).toBe('no token: no complete response within 200 ms');
    expect(imds.seen()).toEqual(refused(null, 1));
  });

  test('an answer that is late, but in time, is as good as any', async () => {
    const imds = await startPolled('imds', { faults: ['stall=1ms'] });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
  });

  test('an endpoint that never answers: the poll ends by its own deadline, and still says what it may be', async () => {
    const imds = await startPolled('imds', {
      faults: ['stall'],
      poller: { clock: systemClock, limits: { requestMs: 60_000, pollMs: 300 } },
    });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(
      bare('timeout', { possibleHopLimit: true, notes: ['POSSIBLE_HOP_LIMIT'] }),
    );
    expect(outcome.detail).toBe('no complete response before the poll had to end');
    expect(imds.seen()).toEqual(refused(null, 1));
  });
});

describe('where it is asked for', () => {
  test.each(['/', ''])('the endpoint with "%s" at its end', async (end) => {
    const imds = await startPolled('imds');
    const source = imds.newSource({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `${imds.origin}${end}` });
    await imds.succeed(source);
    expect(imds.seen()).toEqual([PUT, ...DATA]);
  });

  test('over IPv6', async () => {
    const imds = await startPolled('imds', { listen: { host: '::1', port: 0 } });
    expect(imds.origin).toMatch(/^http:\/\/\[::1\]:\d+$/);
    await imds.succeed();
    expect(imds.seen()).toEqual([PUT, ...DATA]);
  });

  test('and where a path precedes it: no such thing here', async () => {
    const imds = await startPolled('imds');
    const source = imds.newSource({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `${imds.origin}/proxy/` });
    expect((await imds.fail(source)).reason).toBe('no-role');
    expect(imds.seen()).toEqual([
      `PUT /proxy${TOKEN} 405`,
      'GET /proxy/latest/meta-data/iam/security-credentials/ 404',
    ]);
  });
});

describe('disabled', () => {
  test.each(['true', 'TRUE', 'True'])('%s: no request at all', async (value) => {
    const imds = await startPolled('imds', { env: { AWS_EC2_METADATA_DISABLED: value } });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare('disabled'));
    expect(outcome.detail).toContain('AWS_EC2_METADATA_DISABLED');
    expect(imds.seen()).toEqual([]);
  });

  test.each(['1', 'yes', '0', 'no', 'False'])('%s, for some SDKs: asked, and said', async (value) => {
    const imds = await startPolled('imds', { env: { AWS_EC2_METADATA_DISABLED: value } });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: ['DISABLED_FOR_SOME_SDKS'] });
    expect(imds.seen()).toEqual([PUT, ...DATA]);
  });

  test.each([
    ['false', []],
    ['', ['BLANK_ENV']],
  ])('"%s" is not disabled', async (value, notes) => {
    const imds = await startPolled('imds', { env: { AWS_EC2_METADATA_DISABLED: value } });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes });
  });
});
