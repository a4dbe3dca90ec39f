import { describe, expect, test } from 'vitest';
import type { PollOutcome } from '../../../src/sources/source.ts';
import {
  codes,
  document,
  fail,
  fixture,
  IMPATIENT,
  imds,
  imdsAt,
  ROLES,
  succeed,
} from '../../support/sources/polling.ts';
import { type Script, type Step, startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const LIST = `GET ${ROLES}`;
const ROLE = `GET ${ROLES}web-role`;
const INSTANCE = 'GET /latest/meta-data/instance-id';
const EXTENDED = 'GET /latest/meta-data/iam/security-credentials-extended/web-role';

const count = (lines: string[], line: string) => lines.filter((each) => each === line).length;

test('a real document gives its credentials', async () => {
  const date = new Date(Date.now() - 90_000).toUTCString();
  const endpoint = await startEndpoint(
    imds({ [ROLE]: { body: fixture('imds-role-document.json'), headers: { date } } }),
  );
  const before = Date.now();
  const outcome = await succeed(imdsAt(endpoint));
  expect(outcome.credentials.accessKeyId).toBe('ASIAEXAMPLEEXAMPLE01');
  expect(outcome.secrets.token?.reveal()).toBe('IQoJb3JpZ2luX2VjEXAMPLE');
  expect(outcome.observedAt).toBeGreaterThanOrEqual(before);
  expect(outcome.accountId).toBeNull();
  // A slow machine can make the offset larger than 90 s, never smaller.
  expect(outcome.clockOffset).toBeGreaterThanOrEqual(89);
});

describe('the name of the role', () => {
  test.each(['web-role', 'web-role\n', ' web-role\r\n\r\n'])(
    'the role is read from the list %j',
    async (body) => {
      const endpoint = await startEndpoint(imds({ [LIST]: { body } }));
      expect((await succeed(imdsAt(endpoint))).identity.role).toBe('web-role');
    },
  );

  test('the role is the first of several', async () => {
    const endpoint = await startEndpoint(imds({ [LIST]: { body: 'web-role\r\nother\n' } }));
    const outcome = await succeed(imdsAt(endpoint));
    expect(outcome.notes).toEqual([{ code: 'SEVERAL_ROLES', count: 2 }]);
  });

  const refusals: [string, Step, string, number][] = [
    ['404', { status: 404, body: '<html><title>404 - Not Found</title>' }, 'no-role', 1],
    ['empty', { body: '' }, 'no-role', 1],
    ['blank', { body: '\n\r\n ' }, 'no-role', 1],
    ['a page', { body: '<!DOCTYPE html>' }, 'not-imds', 1],
    ['a path', { body: '../../secrets' }, 'not-imds', 1],
    ['too long', { body: 'r'.repeat(65) }, 'not-imds', 1],
    ['a secret key', { body: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }, 'not-imds', 1],
    ['a named token', { body: 'AWS_SESSION_TOKEN=CANARY' }, 'not-imds', 1],
    ['a name before a page', { body: 'web-role\n<html>' }, 'not-imds', 1],
    ['not UTF-8', { body: Buffer.from([0xc3, 0x28]) }, 'not-imds', 1],
    ['400', { status: 400 }, 'bad-request', 1],
    ['403', { status: 403 }, 'imds-blocked', 1],
    ['429', { status: 429 }, 'throttled', 3],
    ['500', { status: 500 }, 'server-error', 3],
    ['503', { status: 503 }, 'throttled', 3],
    ['301', { status: 301, headers: { location: '/elsewhere' } }, 'redirect', 1],
    ['418', { status: 418 }, 'unexpected-status', 1],
    ['reset', 'reset', 'unreachable', 3],
    ['no response', 'silence', 'timeout', 2],
  ];
  test.each(sampleCases(refusals, 4))(
    'a role list with %s is rejected',
    async (_, step, reason, requests) => {
      const endpoint = await startEndpoint(imds({ [LIST]: step }));
      const outcome = await fail(imdsAt(endpoint, {}, { limits: step === 'silence' ? IMPATIENT : {} }));
      expect(outcome).toMatchObject({ reason, possibleHopLimit: false, identity: { role: null } });
      expect(endpoint.seen()).toEqual(['PUT /latest/api/token', ...Array(requests).fill(LIST)]);
    },
  );

  test('the role is requested in every poll', async () => {
    const endpoint = await startEndpoint(
      imds({
        [LIST]: [{ body: 'web-role' }, { body: 'new-role' }],
        [`GET ${ROLES}new-role`]: { body: document() },
      }),
    );
    const source = imdsAt(endpoint);
    expect((await succeed(source)).identity.role).toBe('web-role');
    expect((await succeed(source)).identity.role).toBe('new-role');
  });

  test('the role is requested again if it no longer exists', async () => {
    const endpoint = await startEndpoint(imds({ [LIST]: [{ body: 'old-role' }, { body: 'web-role' }] }));
    expect((await succeed(imdsAt(endpoint))).identity.role).toBe('web-role');
  });

  test('the role is not requested a third time', async () => {
    const endpoint = await startEndpoint(imds({ [ROLE]: { status: 404 } }));
    expect((await fail(imdsAt(endpoint))).reason).toBe('not-found');
    expect(count(endpoint.seen(), LIST)).toBe(2);
  });

  test.each([
    ['by the caller', {}, { role: 'web-role' }, []],
    [
      'by the environment',
      { AWS_EC2_INSTANCE_PROFILE_NAME: 'web-role' },
      {},
      ['PROFILE_NAME_ONLY_SOME_SDKS'],
    ],
    ['by both', { AWS_EC2_INSTANCE_PROFILE_NAME: 'other' }, { role: 'web-role' }, []],
  ])('a role that is fixed %s is not requested', async (_, env, more, notes) => {
    const endpoint = await startEndpoint(imds());
    expect(codes(await succeed(imdsAt(endpoint, env, more)))).toEqual(notes);
    expect(endpoint.seen()).not.toContain(LIST);
  });

  test('a fixed role that does not exist is an error', async () => {
    const endpoint = await startEndpoint(imds());
    const outcome = await fail(imdsAt(endpoint, {}, { role: 'other' }));
    expect(outcome).toMatchObject({ reason: 'not-found', identity: { role: 'other' } });
    expect(endpoint.seen()).not.toContain(LIST);
  });
});

describe('the document', () => {
  const refusals: [string, Step, string, number][] = [
    ['an error document', { body: '{"Code":"Failed"}' }, 'error-document', 1],
    ['missing fields', { body: document({ Token: undefined }) }, 'malformed', 1],
    ['no expiration', { body: document({ Expiration: undefined }) }, 'unknown-expiry', 1],
    ['HTML', { body: '<html>' }, 'malformed', 2],
    ['an array', { body: '[]' }, 'malformed', 2],
    ['empty', { body: '' }, 'malformed', 2],
    ['500', { status: 500 }, 'server-error', 3],
  ];
  test.each(refusals)('a document with %s is rejected', async (_, step, reason, requests) => {
    const endpoint = await startEndpoint(imds({ [ROLE]: step }));
    const outcome = await fail(imdsAt(endpoint));
    expect(outcome).toMatchObject({ reason, identity: { apiVersion: '2', role: 'web-role' } });
    expect(count(endpoint.seen(), ROLE)).toBe(requests);
  });

  test('a document is accepted in the second attempt', async () => {
    const endpoint = await startEndpoint(imds({ [ROLE]: [{ body: '{"Code"' }, { body: document() }] }));
    await succeed(imdsAt(endpoint));
  });

  test('a document without a time zone makes a note', async () => {
    const endpoint = await startEndpoint(
      imds({ [ROLE]: { body: document({ Expiration: '2026-11-22T06:23:11' }) } }),
    );
    expect(codes(await succeed(imdsAt(endpoint)))).toEqual(['ZONELESS_TIME']);
  });

  test('a document with an error status is not quoted', async () => {
    const endpoint = await startEndpoint(imds({ [ROLE]: { status: 500, body: document() } }));
    expect((await fail(imdsAt(endpoint))).detail).toBe('HTTP 500: Success');
  });
});

describe('the instance id', () => {
  test('the instance id is not requested by default', async () => {
    const endpoint = await startEndpoint(imds({ [INSTANCE]: { body: 'i-0abc' } }));
    expect((await succeed(imdsAt(endpoint))).identity.host).toBeNull();
  });

  test('the instance id is requested once, and reported with failures too', async () => {
    const endpoint = await startEndpoint(
      imds({ [INSTANCE]: { body: 'i-0abc' }, [ROLE]: [{ body: document() }, { status: 400 }] }),
    );
    const source = imdsAt(endpoint, {}, { discoverHost: true });
    expect((await succeed(source)).identity.host).toBe('i-0abc');
    expect((await fail(source)).identity.host).toBe('i-0abc');
    expect(count(endpoint.seen(), INSTANCE)).toBe(1);
  });

  test.each<[string, Step]>([
    ['404', { status: 404 }],
    ['500', { status: 500 }],
    ['reset', 'reset'],
    ['a page', { body: '<html>' }],
    ['too long', { body: 'i'.repeat(129) }],
    ['the token', { body: 'CANARY-imds-token' }],
    ['a key', { body: 'wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY' }],
  ])('the instance id is unknown after %s', async (_, step) => {
    const endpoint = await startEndpoint(imds({ [INSTANCE]: step }));
    expect((await succeed(imdsAt(endpoint, {}, { discoverHost: true }))).identity.host).toBeNull();
  });

  test.each<[string, Step]>([
    ['400', { status: 400 }],
    ['401', { status: 401 }],
    ['403', { status: 403 }],
    ['405', { status: 405 }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
    ['no response', 'silence'],
  ])('the instance id is requested again in the next poll after %s', async (_, step) => {
    const endpoint = await startEndpoint(imds({ [INSTANCE]: [step, { body: 'i-0abc' }] }));
    const source = imdsAt(endpoint, {}, { discoverHost: true, limits: step === 'silence' ? IMPATIENT : {} });
    const first = await succeed(source);
    expect([first.identity.host, codes(first)]).toEqual([null, ['INSTANCE_ID_UNKNOWN']]);
    const second = await succeed(source);
    expect([second.identity.host, codes(second)]).toEqual(['i-0abc', []]);
    expect(count(endpoint.seen(), INSTANCE)).toBe(2);
  });

  test.each<[string, Step]>([
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['a reset', 'reset'],
  ])('the instance id is requested again in the same poll after %s', async (_, step) => {
    const endpoint = await startEndpoint(imds({ [INSTANCE]: [step, { body: 'i-0abc' }] }));
    const outcome = await succeed(imdsAt(endpoint, {}, { discoverHost: true }));
    expect([outcome.identity.host, codes(outcome)]).toEqual(['i-0abc', []]);
    expect(count(endpoint.seen(), INSTANCE)).toBe(2);
  });

  test('a poll without credentials requests the instance id once', async () => {
    const endpoint = await startEndpoint(imds({ [ROLE]: { status: 400 }, [INSTANCE]: { status: 503 } }));
    expect(codes(await fail(imdsAt(endpoint, {}, { discoverHost: true })))).toEqual([]);
    expect(count(endpoint.seen(), INSTANCE)).toBe(1);
  });

  test.each<[string, Step]>([
    ['404', { status: 404 }],
    ['a page', { body: '<html>' }],
  ])('the instance id is not requested again after %s', async (_, step) => {
    const endpoint = await startEndpoint(imds({ [INSTANCE]: step }));
    const source = imdsAt(endpoint, {}, { discoverHost: true });
    expect(codes(await succeed(source))).toEqual([]);
    await succeed(source);
    expect(count(endpoint.seen(), INSTANCE)).toBe(1);
  });

  test('the clock offset is that of the document and not that of the instance id', async () => {
    const headers = (seconds: number) => ({ date: new Date(Date.now() - seconds * 1000).toUTCString() });
    const endpoint = await startEndpoint(
      imds({
        [ROLE]: { body: fixture('imds-role-document.json'), headers: headers(90) },
        [INSTANCE]: { body: 'i-0abc', headers: headers(900) },
      }),
    );
    const { clockOffset } = await succeed(imdsAt(endpoint, {}, { discoverHost: true }));
    expect(clockOffset).toBeGreaterThanOrEqual(89);
    expect(clockOffset).toBeLessThan(600);
  });

  const PUT = 'PUT /latest/api/token';
  const withoutVarying = ({ observedAt, clockOffset, identity, notes, ...outcome }: PollOutcome) => ({
    ...outcome,
    notes: notes.filter(({ code }) => code !== 'INSTANCE_ID_UNKNOWN'),
  });
  const scripts: [string, Script][] = [
    ['a working endpoint', {}],
    ['a token request without a response', { [PUT]: 'silence' }],
    [
      'a token request without a response and a rejected role list',
      { [PUT]: 'silence', [LIST]: { status: 401 } },
    ],
    ['no token', { [PUT]: { status: 404 } }],
    ['no token and a refused role list', { [PUT]: { status: 404 }, [LIST]: { status: 401 } }],
    ['a reset token request and a forbidden role list', { [PUT]: 'reset', [LIST]: { status: 403 } }],
    ['a refused role list', { [LIST]: { status: 401 } }],
    ['a refused document', { [ROLE]: { status: 401 } }],
    ['a role list without a response', { [LIST]: 'silence' }],
    ['no response', { [PUT]: 'silence', [LIST]: 'silence' }],
  ];
  const steps: [string, Step][] = [
    ['found', { body: 'i-0abc' }],
    ['refused with 401', { status: 401 }],
    ['reset', 'reset'],
    ['not returned', 'silence'],
  ];
  const cases = scripts.flatMap(([name, script]) => steps.map(([id, step]) => ({ name, script, id, step })));
  test.each(sampleCases(cases, 10))(
    'with $name, an instance id that is $id changes neither the other requests nor the outcome',
    async ({ script, step }) => {
      const isSilent = [step, ...Object.values(script)].includes('silence');
      const limits = isSilent ? { requestMs: 500 } : {};
      const polls = [false, true].map(async (discoverHost) => {
        const endpoint = await startEndpoint(imds({ ...script, [INSTANCE]: step }));
        const source = imdsAt(endpoint, {}, { discoverHost, limits });
        const first = withoutVarying(await source.poll());
        const second = withoutVarying(await source.poll());
        return { first, second, requests: endpoint.seen().filter((line) => line !== INSTANCE) };
      });
      const [without, withHost] = await Promise.all(polls);
      expect(withHost).toEqual(without);
    },
  );
});

describe('the extended API', () => {
  const extended = (changes = {}) => ({
    body: document({ AccountId: '123456789012', Expiration: '2026-11-22T06:23:11.832308Z', ...changes }),
  });
  test.each<[string, Step, string | null, string[]]>([
    ['reports the account', extended(), '123456789012', []],
    ['has no account', extended({ AccountId: undefined }), null, []],
    ['disagrees on the key', extended({ AccessKeyId: 'ASIAOTHER' }), '123456789012', ['APIS_DISAGREE']],
    [
      'disagrees on the expiration',
      extended({ Expiration: '2026-11-22T07:00:00Z' }),
      '123456789012',
      ['APIS_DISAGREE'],
    ],
    ['does not exist', { status: 404 }, null, []],
    ['fails', { status: 500 }, null, []],
    ['returns invalid data', { body: '<html>' }, null, []],
  ])('the extended API %s', async (_, step, accountId, notes) => {
    const endpoint = await startEndpoint(imds({ [EXTENDED]: step }));
    const outcome = await succeed(imdsAt(endpoint, {}, { extendedApi: true }));
    expect(outcome).toMatchObject({ accountId, credentials: { accessKeyId: 'ASIACANARY0000000001' } });
    expect(codes(outcome)).toEqual(notes);
  });

  test('the extended API is not requested by default', async () => {
    const endpoint = await startEndpoint(imds({ [EXTENDED]: extended() }));
    await succeed(imdsAt(endpoint));
    expect(endpoint.seen()).not.toContain(EXTENDED);
  });
});

describe('a role with a path or an account', () => {
  const roles = [
    'arn:aws:iam::111122223333:role/loader',
    'arn:aws-us-gov:iam::111122223333:role/team/a.b/loader',
    'team/loader',
    'team/sub+team/loader@x',
    '..role',
  ];
  test.each(roles)('the role %s is requested as it is listed', async (role) => {
    const endpoint = await startEndpoint(
      imds({ [LIST]: { body: `${role}\n` }, [`GET ${ROLES}${role}`]: { body: document() } }),
    );
    const outcome = await succeed(imdsAt(endpoint));
    expect(outcome.identity.role).toBe(role);
    expect(outcome.accountId).toBe(role.startsWith('arn:') ? '111122223333' : null);
  });

  test.each(roles)('the role %s can be fixed', async (role) => {
    const endpoint = await startEndpoint(imds({ [`GET ${ROLES}${role}`]: { body: document() } }));
    expect((await succeed(imdsAt(endpoint, {}, { role }))).identity.role).toBe(role);
  });

  const invalid = [
    '.',
    '..',
    'team/..',
    './loader',
    'team/../../loader',
    'arn:aws:iam::111122223333:role/..',
    'arn:aws:iam::111122223333:role/',
    'arn:aws:iam::111122223333:user/loader',
    'arn:aws:s3:::bucket/loader',
    '/loader',
    'loader/',
    'team//loader',
    `team/${'r'.repeat(65)}`,
    `${'t'.repeat(513)}/loader`,
    'team/loader?x',
    'team/%2e%2e/loader',
  ];
  test.each(invalid)('%s is not a role', async (role) => {
    const endpoint = await startEndpoint(imds({ [LIST]: { body: role } }));
    expect((await fail(imdsAt(endpoint))).reason).toBe('not-imds');
    expect((await fail(imdsAt(endpoint, {}, { role }))).reason).toBe('invalid-configuration');
    expect(endpoint.seen()).toEqual(['PUT /latest/api/token', LIST]);
  });
});
