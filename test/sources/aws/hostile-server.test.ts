import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toPollError } from '../../../src/sources/aws/aws-errors.ts';
import { openSource } from '../../../src/sources/open.ts';
import { codes, fail, LIMITS, options, succeed } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

type Respond = (response: ServerResponse) => void;

/** A server instead of STS, and a poll of the role of a profile. */
async function createRole(respond: Respond) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => respond(response));
  });
  let openConnections = 0;
  server.on('connection', (socket) => {
    openConnections += 1;
    socket.on('close', () => {
      openConnections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = (limits: object = {}, scheme = 'http') =>
    openSource(
      'role',
      options(
        { HOME: homeWith({ config: CONFIG }), AWS_ENDPOINT_URL_STS: `${scheme}://127.0.0.1:${port}` },
        { limits: { ...LIMITS, attempts: 1, ...limits } },
      ),
    );
  const waitForClose = async () => {
    while (openConnections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { open, waitForClose };
}

const CONFIG = `[default]
role_arn = arn:aws:iam::111122223333:role/loader
source_profile = default
region = eu-west-1
aws_access_key_id = AKIACANARY0000000001
aws_secret_access_key = CANARY-secret/access+key
`;

const respondWith =
  (status: number, body: string | Buffer): Respond =>
  (response) =>
    response.writeHead(status, { 'Content-Type': 'text/xml' }).end(body);

const buildCredentials = (changes: Readonly<Record<string, string | null>> = {}) => {
  const members = {
    AccessKeyId: 'ASIATESTTESTTEST0001',
    SecretAccessKey: 'CANARY-secret/access+key',
    SessionToken: 'CANARY-session-token',
    Expiration: '2026-11-29T20:00:00Z',
    ...changes,
  };
  const elements = Object.entries(members).flatMap(([name, value]) =>
    value === null ? [] : [`<${name}>${value}</${name}>`],
  );
  return `<Credentials>${elements.join('')}</Credentials>`;
};

const wrap = (content: string) =>
  `<AssumeRoleResponse><AssumeRoleResult>${content}</AssumeRoleResult></AssumeRoleResponse>`;

const buildErrorOf = (members: string) => `<ErrorResponse><Error>${members}</Error></ErrorResponse>`;

const buildError = (code: string, message: string) =>
  buildErrorOf(`<Code>${code}</Code><Message>${message}</Message>`);

/** Nine levels of ten entities each. */
const ENTITIES = Array.from('bcdefghij', (name, index) => {
  const inner = `&${'abcdefghi'[index]};`;
  return `<!ENTITY ${name} "${inner.repeat(10)}">`;
}).join('');

/** Writes a piece again and again until the connection closes. */
const repeat =
  (status: number, piece: string, milliseconds: number): Respond =>
  (response) => {
    response.writeHead(status);
    const timer = setInterval(() => response.write(piece), milliseconds);
    response.on('close', () => clearInterval(timer));
  };

describe('a response that is no valid document', () => {
  test.each<[name: string, body: string | Buffer, reason: string]>([
    ['two sets of credentials', wrap(buildCredentials() + buildCredentials()), 'malformed'],
    ['no expiration', wrap(buildCredentials({ Expiration: null })), 'unknown-expiry'],
    ['a time without a zone', wrap(buildCredentials({ Expiration: '2026-11-29T20:00:00' })), 'malformed'],
    ['seconds since 1970', wrap(buildCredentials({ Expiration: '1795982400' })), 'malformed'],
    [
      'swapped keys',
      wrap(
        buildCredentials({
          AccessKeyId: 'CANARYkeyMI/K7MDENG/bPxRfiCYEXAMPLEKEY12',
          SecretAccessKey: 'ASIATESTTESTTEST0001',
        }),
      ),
      'malformed',
    ],
    ['no session token', wrap(buildCredentials({ SessionToken: null })), 'malformed'],
    ['elements in the token', wrap(buildCredentials({ SessionToken: '<a>x</a>' })), 'malformed'],
    [
      'entities that multiply',
      `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${ENTITIES}]>${wrap(buildCredentials({ SessionToken: '&j;' }))}`,
      'malformed',
    ],
    [
      'an entity that names a file',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>${wrap(buildCredentials({ SessionToken: '&x;' }))}`,
      'malformed',
    ],
    ['many open elements', '<a>'.repeat(20_000), 'malformed'],
    [
      'bytes that are not UTF-8',
      Buffer.from(wrap(buildCredentials({ SessionToken: 'token-\xff\xfe' })), 'latin1'),
      'malformed',
    ],
    ['a member of every object', wrap('<__proto__><AccessKeyId>x</AccessKeyId></__proto__>'), 'malformed'],
  ])('a response with %s is rejected', async (_, body, reason) => {
    const { open } = await createRole(respondWith(200, body));
    expect((await fail(await open())).reason).toBe(reason);
  });

  test('a time in the past and a time in the year 9999 are recorded as they are', async () => {
    let expiration = '2020-01-01T00:00:00Z';
    const { open } = await createRole((response) =>
      respondWith(200, wrap(buildCredentials({ Expiration: expiration })))(response),
    );
    expect((await succeed(await open())).credentials.expiration).toBe(Date.parse(expiration));
    expiration = '9999-12-31T23:59:59Z';
    const later = await succeed(await open());
    expect(later.credentials.expiration).toBe(Date.parse(expiration));
    expect(codes(later)).toContain('IMPLAUSIBLE_EXPIRATION');
  });

  test.each([
    ['a code of the system', '<Code>Busy</Code><code>EMFILE</code><Message>x</Message>'],
    ['the message of WebAssembly', '<Code>Busy</Code><Message>WebAssembly failed</Message>'],
    ['the name of a timeout', '<Code>TimeoutError</Code><Message>x</Message>'],
  ])('an error response with %s has the reason of its status', async (_, members) => {
    const { open } = await createRole(respondWith(400, buildErrorOf(members)));
    expect((await fail(await open())).reason).toBe('bad-request');
  });

  test.each([
    [404, 'bad-request'],
    [403, 'aws-access-denied'],
    [429, 'throttled'],
    [599, 'server-error'],
    [600, 'unexpected-status'],
  ])('an error response with status %i and an unknown code has the reason %s', async (status, reason) => {
    const { open } = await createRole(
      respondWith(status, buildErrorOf('<Code>Busy</Code><Message>x</Message>')),
    );
    expect((await fail(await open())).reason).toBe(reason);
  });

  test('an error whose message is no text has the reason of its status', async () => {
    const { open } = await createRole(respondWith(400, buildError('5', '<a>x</a>')));
    expect((await fail(await open())).reason).toBe('bad-request');
  });
});

describe('a response that does not end', () => {
  test.each([200, 400])('a body with status %i that is too large is not read to its end', async (status) => {
    const { open, waitForClose } = await createRole(repeat(status, 'x'.repeat(8000), 1));
    expect((await fail(await open())).reason).toBe('response-too-large');
    await waitForClose();
  });

  test.each([200, 400])('a slow body with status %i is a timeout', async (status) => {
    const { open, waitForClose } = await createRole(repeat(status, '<', 20));
    expect(await fail(await open({ requestMs: 200 }))).toMatchObject({
      reason: 'timeout',
      detail: expect.stringMatching(/within 200 ms$/),
    });
    await waitForClose();
  });

  test('the connection is closed at the end of the poll', async () => {
    const { open, waitForClose } = await createRole(repeat(200, '<', 20));
    expect((await fail(await open({ pollMs: 200 }))).reason).toBe('timeout');
    await waitForClose();
  });

  test.each<[phase: string, respond: Respond]>([
    ['before the headers', () => {}],
    ['in the body', repeat(200, '<', 20)],
    ['in the body of an error', repeat(500, '<', 20)],
  ])('the connection is closed if the caller stops the poll %s', async (_, respond) => {
    const stop = new AbortController();
    const { open, waitForClose } = await createRole((response) => {
      respond(response);
      stop.abort();
    });
    const source = await open();
    expect((await source.poll(stop.signal)).ok).toBe(false);
    await waitForClose();
  });
});

describe('the connection', () => {
  test('a poll ends while a name server is silent', async () => {
    const nameServer = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void nameServer.close());
    await once(nameServer, 'listening');
    const stop = new AbortController();
    nameServer.on('message', () => stop.abort());
    const env = { HOME: homeWith({ config: CONFIG }), AWS_ENDPOINT_URL_STS: 'http://sts.invalid' };
    const nameServers = [`127.0.0.1:${nameServer.address().port}`];
    const source = await openSource('role', options(env, { nameServers }));
    expect((await source.poll(stop.signal)).ok).toBe(false);
  });

  test('headers that are too large have the reason of a body that is too large', async () => {
    const { open } = await createRole((response) =>
      response.writeHead(200, { 'x-long': 'y'.repeat(20_000) }).end(),
    );
    expect((await fail(await open())).reason).toBe('response-too-large');
  });

  test('TLS on a port without TLS is unreachable', async () => {
    const { open } = await createRole(respondWith(200, ''));
    expect(await fail(await open({}, 'https'))).toMatchObject({
      reason: 'aws-unreachable',
      detail: expect.stringMatching(/EPROTO|ERR_SSL/),
      misconfiguration: { code: 'NO_TLS' },
    });
  });

  test.each([
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('a certificate that is rejected with %s has a hint, and no second attempt', (code) => {
    const service = { id: 'STS', region: 'eu-west-1', endpoint: null } as const;
    const error = Object.assign(new Error('certificate'), { code });
    const attempt = { signal: new AbortController().signal, requestMs: LIMITS.requestMs };
    expect(
      toPollError(error, { ...service, usesFips: false, usesDualStack: false }, attempt, false),
    ).toMatchObject({
      reason: 'aws-unreachable',
      detail: `STS in eu-west-1: ${code}`,
      misconfiguration: { code: 'UNTRUSTED_CERTIFICATE' },
      retry: 'never',
    });
  });
});
