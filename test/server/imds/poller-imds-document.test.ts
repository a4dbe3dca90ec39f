import { describe, expect, test } from 'vitest';
import { bare, failure, startPolled, told, UNTIL_A_SECOND } from '../../support/server/polled-simulator.ts';
import { CANARIES, codes } from '../../support/sources/polling.ts';

const ROLES = '/latest/meta-data/iam/security-credentials/';
const ROLE = `${ROLES}simulated-role`;
const FOUND = ['PUT /latest/api/token 200', `GET ${ROLES} 200`];

/** What is asked in one poll where the document is answered with these statuses. */
const asked = (...statuses: (number | null)[]) => [
  ...FOUND,
  ...statuses.map((status) => `GET ${ROLE} ${status}`),
];

/** The credentials that the simulator handed out, as far as a poller keeps them. */
type Imds = Awaited<ReturnType<typeof startPolled>>;
const known = (imds: Imds) => {
  const { accessKeyId, expiration } = imds.handedOut();
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

test('a good document, field for field', async () => {
  const imds = await startPolled('imds');
  const outcome = await imds.succeed();
  const { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration } = imds.handedOut();
  expect(outcome).toMatchObject({
    identity: { ...ofRole, host: null },
    credentials: { accessKeyId, lastUpdated: issuedAt, expiration, zoneless: false },
    accountId: null,
    notes: [],
  });
  expect(outcome.secrets.secretAccessKey.reveal()).toBe(secretAccessKey);
  expect(outcome.secrets.token?.reveal()).toBe(sessionToken);
  expect(imds.seen()).toEqual(asked(200));
});

describe('an error document', () => {
  test.each([
    ['error', 'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role simulated-role.'],
    [
      'error=InstanceProfileNotFound',
      'InstanceProfileNotFound: Instance Profile simulated-role cannot be found.',
    ],
    ['error=Failed', 'Failed: The simulator was asked for Failed.'],
  ])('%s: its code and message, and no other attempt', async (fault, detail) => {
    const imds = await startPolled('imds', { faults: [fault] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare('error-document', ofRole));
    expect(outcome.detail).toBe(detail);
    expect(imds.seen()).toEqual(asked(200));
  });

  test.each(['Failed', 'success!', 'AssumeRoleUnauthorizedAccess'])(
    '%s with keys: refused, but whose they are and when they expire is kept',
    async (code) => {
      const imds = await startPolled('imds', { faults: [`field=Code:${code}`] });
      const outcome = await imds.fail();
      expect(failure(outcome)).toEqual(bare('error-document', { ...ofRole, ...known(imds) }));
      expect(outcome.detail).toBe(code);
      expect(imds.seen()).toEqual(asked(200));
    },
  );

  test('does not last: the next poll has the new document', async () => {
    const imds = await startPolled('imds', { faults: [`error,path=${ROLE},times=1`] });
    expect((await imds.fail()).reason).toBe('error-document');
    expect((await imds.succeed()).credentials.accessKeyId).toBe(imds.handedOut().accessKeyId);
  });
});

describe('as good as any other', () => {
  test.each([
    ['without Code', ['field=Code']],
    ['with an empty Code', ['field=Code:']],
    ['with Code in another case', ['field=Code:SUCCESS']],
    ['without Type', ['field=Type']],
    ['with another Type', ['field=Type:']],
    ['with fields that nobody knows', ['field=Colour:blue', 'field=AccountId:123']],
  ])('%s', async (_, faults) => {
    const imds = await startPolled('imds', { faults });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject(known(imds));
    expect(outcome.notes).toEqual([]);
    expect(imds.seen()).toEqual(asked(200));
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
  ])('%s', async (_, names, renamed) => {
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
    expect(imds.seen()).toEqual(asked(200));
  });

  test.each([
    ['missing', 'field=LastUpdated'],
    ['no time', 'field=LastUpdated:yesterday'],
  ])('LastUpdated %s: it is only not known', async (_, fault) => {
    const imds = await startPolled('imds', { faults: [fault] });
    expect((await imds.succeed()).credentials).toMatchObject({ ...known(imds), lastUpdated: null });
  });

  test('LastUpdated without a zone: read as UTC, and said', async () => {
    const imds = await startPolled('imds', { faults: ['field=LastUpdated:2026-11-22T00:00:00'] });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject({
      ...known(imds),
      lastUpdated: Date.UTC(2026, 10, 22),
      zoneless: true,
    });
    expect(codes(outcome)).toEqual(['ZONELESS_TIME']);
  });

  test('expired long ago: what is served is what we want to know', async () => {
    const imds = await startPolled('imds', { faults: ['expired=30d'] });
    const { credentials, observedAt } = await imds.succeed();
    expect(credentials).toMatchObject(known(imds));
    expect(credentials.expiration).toBeLessThan(observedAt - 29 * 86_400_000);
    expect(imds.seen()).toEqual(asked(200));
  });
});

const lower = (name: string) => name.toLowerCase();
const upper = (name: string) => name.toUpperCase();

describe('fields that are missing', () => {
  test.each([
    [['SecretAccessKey'], 'missing: SecretAccessKey'],
    [['Token'], 'missing: Token'],
    [['SecretAccessKey', 'Token'], 'missing: SecretAccessKey, Token'],
  ])('%j: malformed, and whose it is and when it expires is kept', async (names, detail) => {
    const imds = await startPolled('imds', { faults: names.map((name) => `field=${name}`) });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare('malformed', { ...ofRole, ...known(imds) }));
    expect(outcome.detail).toBe(detail);
    expect(imds.seen()).toEqual(asked(200));
  });

  test.each([
    ['field=AccessKeyId', 'missing: AccessKeyId'],
    ['field=AccessKeyId:', 'missing: AccessKeyId'],
    ['field=AccessKeyId:not a key id', 'AccessKeyId is not a key id'],
  ])('%s: malformed, and when it expires is kept', async (fault, detail) => {
    const imds = await startPolled('imds', { faults: [fault] });
    const outcome = await imds.fail();
    const { expiration } = known(imds);
    expect(failure(outcome)).toEqual(bare('malformed', { ...ofRole, expiration }));
    expect(outcome.detail).toBe(detail);
    expect(imds.seen()).toEqual(asked(200));
  });

  test.each(['field=Expiration', 'field=Expiration:'])(
    '%s: the expiry is unknown, not "never"',
    async (fault) => {
      const imds = await startPolled('imds', { faults: [fault] });
      const outcome = await imds.fail();
      const { accessKeyId } = known(imds);
      expect(failure(outcome)).toEqual(bare('unknown-expiry', { ...ofRole, accessKeyId }));
      expect(outcome.detail).toBe('Expiration is missing');
      expect(imds.seen()).toEqual(asked(200));
    },
  );
});

describe('no document at all', () => {
  test.each([
    ['half of one', 'malformed', 'the document is not a JSON object'],
    ['a page', 'body=<!DOCTYPE html><html></html>', 'the document is not a JSON object'],
    ['an array', `body=[${JSON.stringify(DOCUMENT)}]`, 'the document is not a JSON object'],
    ['a text', `body=${JSON.stringify(JSON.stringify(DOCUMENT))}`, 'the document is not a JSON object'],
    ['a number', 'body=5', 'the document is not a JSON object'],
    ['null', 'body=null', 'the document is not a JSON object'],
    ['something behind it', `body=${JSON.stringify(DOCUMENT)}x`, 'the document is not a JSON object'],
    [
      'two of them',
      `body=${JSON.stringify(DOCUMENT)}${JSON.stringify(DOCUMENT)}`,
      'the document is not a JSON object',
    ],
    ['nothing', 'empty', 'the document is empty'],
    ['blanks', 'body= \r\n', 'the document is empty'],
  ])('%s: asked for once more, then malformed', async (_, fault, detail) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE}`] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare('malformed', ofRole));
    expect(outcome.detail).toBe(detail);
    expect(imds.seen()).toEqual(asked(200, 200));
  });

  test.each(['malformed', 'empty', 'body=<html>'])('%s once, then good', async (fault) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE},times=1`] });
    expect((await imds.succeed()).credentials).toMatchObject(known(imds));
    expect(imds.seen()).toEqual(asked(200, 200));
  });
});

describe('refused', () => {
  test.each([
    ['400', 'bad-request', 'HTTP 400: 400 - Bad Request', asked(400)],
    ['403', 'auth-rejected', 'HTTP 403: 403 - Forbidden', asked(403)],
    ['418', 'unexpected-status', 'HTTP 418: 418 - Error', asked(418)],
    ['429', 'throttled', 'HTTP 429: 429 - Too Many Requests', asked(429, 429, 429)],
    ['500', 'server-error', 'HTTP 500: 500 - Internal Server Error', asked(500, 500, 500)],
    ['502', 'server-error', 'HTTP 502: 502 - Bad Gateway', asked(502, 502, 502)],
    ['503', 'throttled', 'HTTP 503', asked(503, 503, 503)],
    ['redirect', 'redirect', 'HTTP 302', asked(302)],
    [
      'reset',
      'unreachable',
      expect.stringMatching(/^the connection broke before the response was complete/),
      asked(null, null, null),
    ],
    [
      'truncate',
      'unreachable',
      expect.stringMatching(/^the connection broke before the response was complete/),
      asked(null, null, null),
    ],
  ])('%s: %s', async (fault, reason, detail, seen) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE}`] });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare(reason, ofRole));
    expect(outcome.detail).toEqual(detail);
    expect(imds.seen()).toEqual(seen);
  });

  test('silence: timeout', async () => {
    const imds = await startPolled('imds', {
      faults: [`stall,path=${ROLE}`],
      poller: { limits: UNTIL_A_SECOND },
    });
    expect(failure(await imds.fail())).toEqual(bare('timeout', ofRole));
    expect(imds.seen()).toEqual(asked(null, null, null));
  });

  test.each(['500', '503', '429', 'reset', 'truncate'])('%s twice, then good', async (fault) => {
    const imds = await startPolled('imds', { faults: [`${fault},path=${ROLE},times=2`] });
    expect((await imds.succeed()).credentials).toMatchObject(known(imds));
    const status = /^\d+$/.test(fault) ? Number(fault) : null;
    expect(imds.seen()).toEqual(asked(status, status, 200));
  });

  test('401: a new token, and the document once more', async () => {
    const imds = await startPolled('imds', { faults: [`401,path=${ROLE},times=1`] });
    expect(told(await imds.succeed())).toEqual({ apiVersion: '2', notes: [] });
    expect(imds.seen()).toEqual([...asked(401), FOUND[0], `GET ${ROLE} 200`]);
    const [, , first, , second] = imds.sent('x-aws-ec2-metadata-token');
    expect(second).not.toBe(first);
  });

  test('401 for the new token as well: rejected', async () => {
    const imds = await startPolled('imds', { faults: [`401,path=${ROLE}`] });
    expect(failure(await imds.fail())).toEqual(bare('auth-rejected', ofRole));
    expect(imds.seen()).toEqual([...asked(401), FOUND[0], `GET ${ROLE} 401`]);
  });

  test.each([
    [404, 'not-found', 1, 'HTTP 404: Success'],
    [418, 'unexpected-status', 1, 'HTTP 418: Success'],
    [500, 'server-error', 3, 'HTTP 500: Success'],
  ])('%s with a document as its body: neither taken nor quoted', async (status, reason, times, detail) => {
    const imds = await startPolled('imds', {
      faults: [`${status},path=${ROLE}`, `body=${JSON.stringify(DOCUMENT)},path=${ROLE}`],
      // Named, so that a 404 is not a reason to look for another.
      poller: { role: 'simulated-role' },
    });
    const outcome = await imds.fail();
    expect(failure(outcome)).toEqual(bare(reason, ofRole));
    expect(outcome.detail).toBe(detail);
    expect(imds.seen()).toEqual([FOUND[0], ...Array(times).fill(`GET ${ROLE} ${status}`)]);
  });
});

describe('the expiration', () => {
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
  ])('%s', async (text, expiration) => {
    const imds = await startPolled('imds', { faults: [`field=Expiration:${text}`] });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject({ expiration, zoneless: false });
    expect(outcome.notes).toEqual([]);
  });

  test.each<[string, number]>([
    ['2026-11-22T06:23:11', AT],
    ['2026-11-22 06:23:11.5', AT + 500],
  ])('%s has no zone: read as UTC, and said', async (text, expiration) => {
    const imds = await startPolled('imds', { faults: [`field=Expiration:${text}`] });
    const outcome = await imds.succeed();
    expect(outcome.credentials).toMatchObject({ expiration, zoneless: true });
    expect(codes(outcome)).toEqual(['ZONELESS_TIME']);
  });

  test.each([
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
  ])('%s is no time: the expiry is unknown', async (text) => {
    const imds = await startPolled('imds', { faults: [`field=Expiration:${text}`] });
    const outcome = await imds.fail();
    const { accessKeyId } = known(imds);
    expect(failure(outcome)).toEqual(bare('unknown-expiry', { ...ofRole, accessKeyId }));
    expect(outcome.detail).toBe('Expiration is not a time');
    expect(imds.seen()).toEqual(asked(200));
  });
});

describe('the extended API', () => {
  const EXTENDED = '/latest/meta-data/iam/security-credentials-extended/simulated-role';
  const wanted = { variants: ['extended-api=on'], poller: { extendedApi: true } };

  test('tells the account, and is asked after the document', async () => {
    const imds = await startPolled('imds', wanted);
    const outcome = await imds.succeed();
    expect(outcome.accountId).toBe(imds.simulation.instance.accountId);
    expect(outcome.credentials).toMatchObject(known(imds));
    expect(outcome.notes).toEqual([]);
    expect(imds.seen()).toEqual([...asked(200), `GET ${EXTENDED} 200`]);
  });

  test('is not asked unless wanted', async () => {
    const imds = await startPolled('imds', { variants: ['extended-api=on'] });
    expect((await imds.succeed()).accountId).toBeNull();
    expect(imds.seen()).toEqual(asked(200));
  });

  test('has microseconds, and agrees all the same', async () => {
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
  ])('disagrees: %s', async (_, fault) => {
    const imds = await startPolled('imds', { ...wanted, faults: [fault] });
    const outcome = await imds.succeed();
    const [, , document] = imds.exchanges;
    expect(outcome.credentials.accessKeyId).toBe(document!.handledRequest.credentials!.accessKeyId);
    expect(outcome.accountId).toBe(imds.simulation.instance.accountId);
    expect(codes(outcome)).toEqual(['APIS_DISAGREE']);
  });

  test('has a document under a status of an error: no account of that', async () => {
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
    ['is not there', null, 404],
    ['is gone', '404', 404],
    ['fails', '500', 500],
    ['is forbidden', '403', 403],
    ['breaks off', 'truncate', null],
    ['talks nonsense', 'malformed', 200],
    ['has an error document', 'error', 200],
    ['has no account', 'field=AccountId', 200],
    ['has no account that could be one', 'field=AccountId:twelve', 200],
  ])('%s: no account, and no harm done', async (_, fault, status) => {
    const imds = await startPolled('imds', {
      poller: { extendedApi: true },
      variants: fault === null ? [] : wanted.variants,
      faults: fault === null ? [] : [`${fault},path=${EXTENDED}`],
    });
    const outcome = await imds.succeed();
    expect(outcome.accountId).toBeNull();
    expect(outcome.notes).toEqual([]);
    expect(imds.seen()).toEqual([...asked(200), `GET ${EXTENDED} ${status}`]);
  });
});
