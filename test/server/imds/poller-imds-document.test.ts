import { describe, expect, test } from 'vitest';
import { INSTANCE } from '../../../src/server/tree/default-tree.ts';
import {
  failure,
  failureWith,
  ONE_SECOND,
  startPolled,
  summarizeSuccess,
} from '../../support/server/polled-simulator.ts';
import { CANARIES, codes } from '../../support/sources/polling.ts';
import { sampleCases } from '../../support/thorough.ts';

const ROLES = '/latest/meta-data/iam/security-credentials/';
const ROLE = `${ROLES}simulated-role`;
const FOUND = ['PUT /latest/api/token 200', `GET ${ROLES} 200`];

/** The requests of one poll in which the document requests get these statuses. */
const documentRequests = (...statuses: (number | null)[]) => [
  ...FOUND,
  ...statuses.map((status) => `GET ${ROLE} ${status}`),
];

/** The served credentials, reduced to what a poller keeps. */
type Imds = Awaited<ReturnType<typeof startPolled>>;
const known = (imds: Imds) => {
  const { accessKeyId, expiration } = imds.servedCredentials();
  return { accessKeyId, expiration };
};

const ofRole = { apiVersion: '2', role: 'simulated-role' };
const DOCUMENT = {
  Code: 'Success',
  LastUpdated: '2026-11-22T00:00:00Z',
  Type: 'AWS-HMAC',
  AccessKeyId: 'ASIACANARY0000000001',
  SecretAccessKey: CANARIES[0],
  Token: CANARIES[1],
  Expiration: '2026-11-22T06:23:11Z',
};

test('a poll reads every field of a valid document', async () => {
  const imds = await startPolled('imds');
  const outcome = await imds.succeed();
  const { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration } = imds.servedCredentials();
  expect(outcome).toMatchObject({
    identity: { ...ofRole, host: null },
    credentials: { accessKeyId, lastUpdated: issuedAt, expiration, zoneless: false },
    accountId: null,
    notes: [],
  });
  expect(outcome.secrets.secretAccessKey.reveal()).toBe(secretAccessKey);
  expect(outcome.secrets.token?.reveal()).toBe(sessionToken);
  expect(imds.requests()).toEqual(documentRequests(200));
});

describe('an error document', () => {
  test.each([
    ['error', 'error-document', 'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role simulated-role.'],
    [
      'error=InstanceProfileNotFound',
      'instance-profile-not-found',
      'InstanceProfileNotFound: Instance Profile simulated-role cannot be found.',
    ],
    ['error=Failed', 'error-document', 'Failed: Simulated error Failed.'],
  ])(
    'an error document of the fault %s gives its code and message, without a retry',
    async (fault, reason, detail) => {
      const imds = await startPolled('imds', { faults: [fault] });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith(reason, ofRole));
      expect(outcome.detail).toBe(detail);
      expect(imds.requests()).toEqual(documentRequests(200));
    },
  );

  test.each(['Failed', 'success!', 'AssumeRoleUnauthorizedAccess'])(
    'an error document with the code %s and keys fails; key id and expiration are kept',
    async (code) => {
      const imds = await startPolled('imds', { faults: [`field=Code:${code}`] });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith('error-document', { ...ofRole, ...known(imds) }));
      expect(outcome.detail).toBe(code);
      expect(imds.requests()).toEqual(documentRequests(200));
    },
  );

  test('an error document does not affect the next poll', async () => {
    const imds = await startPolled('imds', { faults: [`error,path=${ROLE},times=1`] });
    expect((await imds.fail()).reason).toBe('error-document');
    expect((await imds.succeed()).credentials.accessKeyId).toBe(imds.servedCredentials().accessKeyId);
  });
});

describe('a document with an unusual but valid form', () => {
  test.each([
    ['without Code', ['field=Code']],
    ['with an empty Code', ['field=Code:']],
    ['with Code in another case', ['field=Code:SUCCESS']],
    ['without Type', ['field=Type']],
    ['with another Type', ['field=Type:']],
    ['with unknown fields', ['field=Colour:blue', 'field=AccountId:123']],
  ])('a document with an unusual but valid form is read: %s', async (_, faults) => {
    const imds = await startPolled('imds', { faults });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject(known(imds));
    expect(outcome.notes).toEqual([]);
    expect(imds.requests()).toEqual(documentRequests(200));
  });

  test.each([
    [
      'with its keys in lower case',
      ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration', 'LastUpdated'],
      lower,
    ],
    [
      'with its keys in upper case',
      ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration', 'LastUpdated'],
      upper,
    ],
    ['with SessionToken', ['Token'], () => 'SessionToken'],
    ['with ExpiresAt', ['Expiration'], () => 'ExpiresAt'],
    ['with expiresat', ['Expiration'], () => 'expiresat'],
  ])('a document with an unusual but valid form is read: %s', async (_, names, renamed) => {
    const values: Record<string, string> = DOCUMENT as Record<string, string>;
    const faults = names.flatMap((name) => [`field=${name}`, `field=${renamed(name)}:${values[name]}`]);
    const imds = await startPolled('imds', { faults });
    const outcome = await imds.succeed();
    if (names.includes('Token')) expect(outcome.secrets.token?.reveal()).toBe(CANARIES[1]);
    if (names.includes('Expiration')) {
      expect(outcome.credentials.expiration).toBe(Date.UTC(2026, 10, 22, 6, 23, 11));
    }
    if (names.includes('AccessKeyId')) {
      expect(outcome.credentials).toMatchObject({
        accessKeyId: DOCUMENT.AccessKeyId,
        lastUpdated: Date.UTC(2026, 10, 22),
      });
    }
    expect(imds.requests()).toEqual(documentRequests(200));
  });

  test.each([
    ['a missing', 'field=LastUpdated'],
    ['an invalid', 'field=LastUpdated:yesterday'],
  ])('a document with %s LastUpdated has an unknown LastUpdated', async (_, fault) => {
    const imds = await startPolled('imds', { faults: [fault] });
    expect((await imds.succeed()).credentials).toMatchObject({ ...known(imds), lastUpdated: null });
  });

  test('a LastUpdated without a zone is read as UTC, with a note', async () => {
    const imds = await startPolled('imds', { faults: ['field=LastUpdated:2026-11-22T00:00:00'] });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject({
      ...known(imds),
      lastUpdated: Date.UTC(2026, 10, 22),
      zoneless: true,
    });
    expect(codes(outcome)).toEqual(['ZONELESS_TIME']);
  });

  test('a poll of a document that has expired succeeds', async () => {
    const imds = await startPolled('imds', { faults: ['expired=30d'] });
    const { credentials, observedAt } = await imds.succeed();
    expect(credentials).toMatchObject(known(imds));
    expect(credentials.expiration).toBeLessThan(observedAt - 29 * 86_400_000);
    expect(imds.requests()).toEqual(documentRequests(200));
  });
});

const lower = (name: string) => name.toLowerCase();
const upper = (name: string) => name.toUpperCase();

describe('a document with missing fields', () => {
  test.each([
    [['SecretAccessKey'], 'missing: SecretAccessKey'],
    [['Token'], 'missing: Token'],
    [['SecretAccessKey', 'Token'], 'missing: SecretAccessKey, Token'],
  ])('a document without %j is malformed; key id and expiration are kept', async (names, detail) => {
    const imds = await startPolled('imds', { faults: names.map((name) => `field=${name}`) });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(failureWith('malformed', { ...ofRole, ...known(imds) }));
    expect(outcome.detail).toBe(detail);
    expect(imds.requests()).toEqual(documentRequests(200));
  });

  test.each([
    ['field=AccessKeyId', 'missing: AccessKeyId'],
    ['field=AccessKeyId:', 'missing: AccessKeyId'],
    ['field=AccessKeyId:not a key id', 'AccessKeyId is not a key id'],
  ])('a document with the fault %s is malformed; the expiration is kept', async (fault, detail) => {
    const imds = await startPolled('imds', { faults: [fault] });
    const outcome = await imds.fail();
    const { expiration } = known(imds);
    expect(failure(outcome)).toEqual(failureWith('malformed', { ...ofRole, expiration }));
    expect(outcome.detail).toBe(detail);
    expect(imds.requests()).toEqual(documentRequests(200));
  });

  test.each(['field=Expiration', 'field=Expiration:'])(
    'the expiration of a document with the fault %s is unknown',
    async (fault) => {
      const imds = await startPolled('imds', { faults: [fault] });
      const outcome = await imds.fail();
      const { accessKeyId } = known(imds);
      expect(failure(outcome)).toEqual(failureWith('unknown-expiry', { ...ofRole, accessKeyId }));
      expect(outcome.detail).toBe('Expiration is missing');
      expect(imds.requests()).toEqual(documentRequests(200));
    },
  );
});

describe('a body that is not a document', () => {
  test.each(
    sampleCases(
      [
        ['half a document', 'malformed', 'the document is not a JSON object'],
        ['an HTML page', 'body=<!DOCTYPE html><html></html>', 'the document is not a JSON object'],
        ['an array', `body=[${JSON.stringify(DOCUMENT)}]`, 'the document is not a JSON object'],
        ['a text', `body=${JSON.stringify(JSON.stringify(DOCUMENT))}`, 'the document is not a JSON object'],
        ['a number', 'body=5', 'the document is not a JSON object'],
        ['null', 'body=null', 'the document is not a JSON object'],
        [
          'a document followed by other text',
          `body=${JSON.stringify(DOCUMENT)}x`,
          'the document is not a JSON object',
        ],
        [
          'two of them',
          `body=${JSON.stringify(DOCUMENT)}${JSON.stringify(DOCUMENT)}`,
          'the document is not a JSON object',
        ],
        ['an empty body', 'empty', 'the document is empty'],
        ['a blank body', 'body= \r\n', 'the document is empty'],
      ],
      4,
    ),
  )(
    'a document request with the body %s is sent once more, then the poll fails as malformed',
    async (_, fault, detail) => {
      const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE}`] });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith('malformed', ofRole));
      expect(outcome.detail).toBe(detail);
      expect(imds.requests()).toEqual(documentRequests(200, 200));
    },
  );

  test.each(['malformed', 'empty', 'body=<html>'])(
    'a document request that gets the body %s once is retried with success',
    async (fault) => {
      const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE},times=1`] });
      expect((await imds.succeed()).credentials).toMatchObject(known(imds));
      expect(imds.requests()).toEqual(documentRequests(200, 200));
    },
  );
});

describe('a rejected document request', () => {
  test.each(
    sampleCases(
      [
        ['400', 'bad-request', 'HTTP 400: 400 - Bad Request', documentRequests(400)],
        ['403', 'imds-blocked', 'HTTP 403: 403 - Forbidden', documentRequests(403)],
        ['418', 'unexpected-status', "HTTP 418: 418 - I'm a Teapot", documentRequests(418)],
        ['429', 'throttled', 'HTTP 429: 429 - Too Many Requests', documentRequests(429, 429, 429)],
        ['500', 'server-error', 'HTTP 500: 500 - Internal Server Error', documentRequests(500, 500, 500)],
        ['502', 'server-error', 'HTTP 502: 502 - Bad Gateway', documentRequests(502, 502, 502)],
        ['503', 'throttled', 'HTTP 503', documentRequests(503, 503, 503)],
        ['redirect', 'redirect', 'HTTP 302', documentRequests(302)],
        [
          'reset',
          'unreachable',
          expect.stringMatching(/^the connection broke before the response/),
          documentRequests(null, null, null),
        ],
        [
          'truncate',
          'malformed',
          expect.stringMatching(/^the response is truncated/),
          documentRequests(null, null, null),
        ],
      ],
      4,
    ),
  )('a document request with the fault %s fails as %s', async (fault, reason, detail, requests) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE}`] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(failureWith(reason, ofRole));
    expect(outcome.detail).toEqual(detail);
    expect(imds.requests()).toEqual(requests);
  });

  test('a document request without a response times out', async () => {
    const imds = await startPolled('imds', {
      faults: [`stall,path=${ROLE}`],
      poller: { limits: ONE_SECOND },
    });
    expect(failure(await imds.fail())).toEqual(failureWith('timeout', ofRole));
    expect(imds.requests()).toEqual(documentRequests(null, null));
  });

  test.each(['500', '503', '429', 'reset', 'truncate'])(
    'a document request with the fault %s twice is retried with success',
    async (fault) => {
      const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE},times=2`] });
      expect((await imds.succeed()).credentials).toMatchObject(known(imds));
      const status = /^\d+$/.test(fault) ? Number(fault) : null;
      expect(imds.requests()).toEqual(documentRequests(status, status, 200));
    },
  );

  test('a document request with a 401 is repeated with a new token', async () => {
    const imds = await startPolled('imds', { faults: [`401,path=${ROLE},times=1`] });
    expect(summarizeSuccess(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.requests()).toEqual([...documentRequests(401), FOUND[0], `GET ${ROLE} 200`]);
    const [, , first, , second] = imds.sent('x-aws-ec2-metadata-token');
    expect(second).not.toBe(first);
  });

  test('a document request with a 401 for the new token fails as auth-rejected', async () => {
    const imds = await startPolled('imds', { faults: [`401,path=${ROLE}`] });
    expect(failure(await imds.fail())).toEqual(failureWith('auth-rejected', ofRole));
    expect(imds.requests()).toEqual([...documentRequests(401), FOUND[0], `GET ${ROLE} 401`]);
  });

  test.each([
    [404, 'not-found', 1, 'HTTP 404: Success'],
    [418, 'unexpected-status', 1, 'HTTP 418: Success'],
    [500, 'server-error', 3, 'HTTP 500: Success'],
  ])(
    'a document request with status %s and a document as body neither uses nor quotes the body',
    async (status, reason, times, detail) => {
      const imds = await startPolled('imds', {
        faults: [`${status},path=${ROLE}`, `body=${JSON.stringify(DOCUMENT)},path=${ROLE}`],
        // The role is given, so a 404 does not cause another role request.
        poller: { role: 'simulated-role' },
      });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(failureWith(reason, ofRole));
      expect(outcome.detail).toBe(detail);
      expect(imds.requests()).toEqual([FOUND[0], ...Array(times).fill(`GET ${ROLE} ${status}`)]);
    },
  );
});

describe('the Expiration field', () => {
  const AT = Date.UTC(2026, 10, 22, 6, 23, 11);
  test.each<[string, number]>([
    ['2026-11-22T06:23:11Z', AT],
    ['2026-11-22T06:23:11z', AT],
    ['2026-11-22t06:23:11Z', AT],
    ['2026-11-22 06:23:11Z', AT],
    ['2026-11-22T06:23:11.000Z', AT],
    ['2026-11-22T06:23:11.832308Z', AT + 832],
    ['2026-11-22T06:23:11.8Z', AT + 800],
    ['2026-11-22T06:23:11.999999999Z', AT + 999],
    ['2026-11-22T08:23:11.123456+02:00', AT + 123],
    ['2026-11-22T01:23:11-05:00', AT],
    ['2026-11-22T06:23:11+0000', AT],
    ['2026-11-22T11:53:11+0530', AT],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('the Expiration %s is parsed', async (text, expiration) => {
    const imds = await startPolled('imds', { faults: [`field=Expiration:${text}`] });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject({ expiration, zoneless: false });
    expect(outcome.notes).toEqual([]);
  });

  test.each<[string, number]>([
    ['2026-11-22T06:23:11', AT],
    ['2026-11-22 06:23:11.5', AT + 500],
  ])('the Expiration %s without a zone is read as UTC, with a note', async (text, expiration) => {
    const imds = await startPolled('imds', { faults: [`field=Expiration:${text}`] });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject({ expiration, zoneless: true });
    expect(codes(outcome)).toEqual(['ZONELESS_TIME']);
  });

  test.each(
    sampleCases(
      [
        'never',
        '2026-11-22',
        '2026-11-22T06:23Z',
        '2026-11-22T06:23:11.Z',
        '2026-11-22T06:23:11.1234567890Z',
        '2026-11-22T06:23:11+02',
        '2026-11-22T06:23:11+24:00',
        '2026-11-22T24:00:00Z',
        '2026-11-22T23:59:60Z',
        '2026-13-01T00:00:00Z',
        '2025-02-29T00:00:00Z',
        '2025-02-30T00:00:00Z',
        '0001-01-01T00:00:00Z',
        '1970-01-01T00:00:00',
        '1999-12-31T23:59:59Z',
        'Sun, 22 Nov 2026 06:23:11 GMT',
        '1795328591',
        '2026-11-22T06:23:11Zx',
      ],
      4,
    ),
  )('the Expiration %s is not a time, so the expiration is unknown', async (text) => {
    const imds = await startPolled('imds', { faults: [`field=Expiration:${text}`] });
    const outcome = await imds.fail();
    const { accessKeyId } = known(imds);
    expect(failure(outcome)).toEqual(failureWith('unknown-expiry', { ...ofRole, accessKeyId }));
    expect(outcome.detail).toBe('Expiration is not a time');
    expect(imds.requests()).toEqual(documentRequests(200));
  });
});

describe('the extended API', () => {
  const EXTENDED = '/latest/meta-data/iam/security-credentials-extended/simulated-role';
  const wanted = { variants: ['extended-api=on'], poller: { extendedApi: true } };

  test('the extended API is requested after the document and gives the account', async () => {
    const imds = await startPolled('imds', wanted);
    const outcome = await imds.succeed();
    expect(outcome.accountId).toBe(INSTANCE.accountId);
    expect(outcome.credentials).toMatchObject(known(imds));
    expect(outcome.notes).toEqual([]);
    expect(imds.requests()).toEqual([...documentRequests(200), `GET ${EXTENDED} 200`]);
  });

  test('the extended API is requested only if enabled', async () => {
    const imds = await startPolled('imds', { variants: ['extended-api=on'] });
    expect((await imds.succeed()).accountId).toBeNull();
    expect(imds.requests()).toEqual(documentRequests(200));
  });

  test('the extended API agrees with the document although its times have microseconds', async () => {
    const imds = await startPolled('imds', {
      ...wanted,
      faults: [
        'field=Expiration:2026-11-22T06:23:11Z',
        `field=Expiration:2026-11-22T06:23:11.832308Z,path=${EXTENDED}`,
      ],
    });
    const outcome = await imds.succeed();
    expect(outcome.credentials.expiration).toBe(Date.UTC(2026, 10, 22, 6, 23, 11));
    expect(outcome.notes).toEqual([]);
  });

  test.each([
    ['another expiration', `field=Expiration:2026-11-22T07:00:00Z,path=${EXTENDED}`],
    ['other keys at every request', 'renew'],
  ])('the extended API is ignored if it disagrees with the document: %s', async (_, fault) => {
    const imds = await startPolled('imds', { ...wanted, faults: [fault] });
    const outcome = await imds.succeed();
    const [, , document] = imds.exchanges;
    expect(outcome.credentials.accessKeyId).toBe(document?.handled.credentials?.loggedKeyId);
    expect(outcome.accountId).toBe(INSTANCE.accountId);
    expect(codes(outcome)).toEqual(['APIS_DISAGREE']);
  });

  test('the extended API is ignored if its status is an error', async () => {
    const document = JSON.stringify({ ...DOCUMENT, AccountId: '210987654321' });
    const imds = await startPolled('imds', {
      ...wanted,
      faults: [`500,path=${EXTENDED}`, `body=${document},path=${EXTENDED}`],
    });
    const outcome = await imds.succeed();
    expect(outcome.accountId).toBeNull();
    expect(outcome.notes).toEqual([]);
  });

  test.each<[string, string | null, number | null]>([
    ['no fault', null, 404],
    ['status 404', '404', 404],
    ['status 500', '500', 500],
    ['status 403', '403', 403],
    ['truncate', 'truncate', null],
    ['malformed', 'malformed', 200],
    ['error', 'error', 200],
    ['a missing account', 'field=AccountId', 200],
    ['an invalid account', 'field=AccountId:twelve', 200],
  ])('the extended API with %s gives no account and does not fail the poll', async (_, fault, status) => {
    const imds = await startPolled('imds', {
      poller: { extendedApi: true },
      variants: fault === null ? [] : wanted.variants,
      faults: fault === null ? [] : [`${fault},path=${EXTENDED}`],
    });
    const outcome = await imds.succeed();
    expect(outcome.accountId).toBeNull();
    expect(outcome.notes).toEqual([]);
    expect(imds.requests()).toEqual([...documentRequests(200), `GET ${EXTENDED} ${status}`]);
  });
});
