import { connect } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Secret } from '../../../src/secret.ts';
import { startChildEndpoint } from '../../../src/server/serving/child-endpoint.ts';
import type { ServedRole } from '../../../src/server/serving/served-role.ts';
import type { ConnectionLimits } from '../../../src/server/wire/connections.ts';
import {
  Connection,
  type RawResponse,
  requestText,
  sendRawRequest,
  sendRequest,
} from '../../support/server/raw-client.ts';
import { createRole, createServed } from '../../support/server/served-endpoint.ts';

const SECRETS = ['CANARY-secret/access+key', 'CANARY-session-token'];

const CREDENTIALS = createServed('loader', {
  accessKeyId: new Secret('ASIACANARY0000000001'),
  secretAccessKey: new Secret(SECRETS[0]!),
  sessionToken: new Secret(SECRETS[1]!),
  expiration: Date.UTC(2100, 10, 22, 6, 23, 11),
  roleArn: null,
});

const DOCUMENT =
  '{"AccessKeyId":"ASIACANARY0000000001","SecretAccessKey":"CANARY-secret/access+key",' +
  '"Token":"CANARY-session-token","Expiration":"2100-11-22T06:23:11Z","AccountId":"111122223333"}';

const HEAD = [
  'HTTP/1.1 200 OK',
  'Content-Type: application/json',
  'Date: …',
  `Content-Length: ${DOCUMENT.length}`,
  'Cache-Control: no-store',
  'Connection: close',
].join('\n');

const withoutDate = (head: string) => head.replace(/^Date: .*$/m, 'Date: …');

interface StartOptions extends Partial<ServedRole> {
  onError?: (error: unknown) => void;
  limits?: Partial<ConnectionLimits>;
}

/** Starts an endpoint. Returns the facts that a child process gets. */
async function start({ onError, limits, ...changes }: StartOptions = {}) {
  const problems: unknown[] = [];
  const role = createRole('exec', changes);
  role.credentials = CREDENTIALS;
  const endpoint = await startChildEndpoint({
    role,
    clock: systemClock,
    onError: onError ?? ((error) => problems.push(error)),
    limits,
  });
  onTestFinished(endpoint.close);
  const {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: Authorization = '',
  } = endpoint.environment;
  const { origin, pathname: path, host } = new URL(uri);
  const get = (more: Record<string, string> = {}) =>
    sendRequest(origin, 'GET', path, { Authorization, ...more });
  /** Checks that the endpoint still serves credentials after a hostile request. */
  const expectServing = async () => expect((await get()).body === DOCUMENT).toBe(true);
  return {
    endpoint,
    role,
    origin,
    host,
    path,
    Authorization,
    get,
    expectServing,
    problems,
    calls: () => role.requests,
  };
}

/** Checks that a text contains neither the secrets of the endpoint nor the credentials. */
function expectNoSecretsIn({ head, body }: RawResponse, known: { path: string; Authorization: string }) {
  for (const secret of [
    ...SECRETS,
    CREDENTIALS.accessKeyId.reveal(),
    known.path.split('/').at(-1)!,
    known.Authorization,
  ]) {
    expect(`${head}\n${body}`.includes(secret)).toBe(false);
  }
  expect(head).not.toMatch(/access-control/i);
}

const error = (HTTPErrorCode: number, code: string) => ({ code, HTTPErrorCode, message: expect.any(String) });

describe('a request with path and token', () => {
  test('a request with path and token gets the document, and the connection closes', async () => {
    const { get } = await start();
    const { head, body } = await get({ Accept: 'application/json', 'User-Agent': 'sdk/1' });
    expect(withoutDate(head)).toBe(HEAD);
    expect(body === DOCUMENT).toBe(true);
  });

  test('a HEAD request with path and token gets the headers only', async () => {
    const { origin, path, Authorization } = await start();
    const { head, body } = await sendRequest(origin, 'HEAD', path, { Authorization });
    expect([withoutDate(head), body]).toEqual([HEAD, '']);
  });

  test('a request with path and token gets the present credentials of the source', async () => {
    const { get, role } = await start();
    for (const key of ['ASIACANARY1', 'ASIACANARY2']) {
      role.credentials = { ...CREDENTIALS, accessKeyId: new Secret(key) };
      expect(JSON.parse((await get()).body).AccessKeyId).toBe(key);
    }
  });

  test('a request with path and token is accepted with 7 KB of headers', async () => {
    const { get } = await start();
    expect((await get({ 'User-Agent': 'x'.repeat(7000) })).status).toBe(200);
  });

  test('a request with path and token gets a response before its body is sent', async () => {
    const { origin, path, Authorization, expectServing } = await start();
    const text = requestText(origin, 'GET', path, { Authorization, 'Content-Length': '1000000' });
    const connection = await Connection.open(origin);
    connection.send(text);
    expect((await connection.rest()).text.endsWith(`\r\n\r\n${DOCUMENT}`)).toBe(true);
    await expectServing();
  });

  test('a request needs the path, token and port of its own endpoint, which are random', async () => {
    const one = await start();
    const other = await start();
    expect(one.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const { path, Authorization } of [one, other]) {
      expect(path).toMatch(/^\/v2\/credentials\/[\da-f]{64}$/);
      expect(Authorization).toMatch(/^[\da-f]{64}$/);
    }
    const all = [one, other].flatMap(({ path, Authorization, host }) => [path, Authorization, host]);
    expect(new Set(all).size).toBe(6);
    const { body } = await sendRequest(one.origin, 'GET', one.path, { Authorization: other.Authorization });
    expect(JSON.parse(body)).toEqual(error(403, 'AccessDenied'));
  });
});

describe('a request without the right path and token', () => {
  const guess = 'f'.repeat(64);

  test('a request without the right path and token gets the same error for a wrong path and a wrong token, and does not reach the source', async () => {
    const started = await start();
    const { origin, path, Authorization, calls } = started;
    const responses = await Promise.all([
      sendRequest(origin, 'GET', path),
      sendRequest(origin, 'GET', path, { Authorization: '' }),
      sendRequest(origin, 'GET', path, { Authorization: guess }),
      sendRequest(origin, 'GET', path, { Authorization: `Bearer ${Authorization}` }),
      sendRequest(origin, 'GET', path, { Authorization: Authorization.slice(0, -1) }),
      sendRequest(origin, 'GET', path, { Authorization: Authorization.toUpperCase() }),
      sendRequest(origin, 'GET', `/v2/credentials/${guess}`, { Authorization }),
      sendRequest(origin, 'GET', `/v1/credentials?id=${guess}`, { Authorization }),
      sendRequest(origin, 'GET', '/v2/credentials', { Authorization }),
      sendRequest(origin, 'GET', '/v2/credentials/', { Authorization }),
      sendRequest(origin, 'GET', '/v3', { Authorization }),
      sendRequest(origin, 'GET', `${path}/`, { Authorization }),
      sendRequest(origin, 'GET', `${path}0`, { Authorization }),
      sendRequest(origin, 'GET', path.slice(0, -1), { Authorization }),
      sendRequest(origin, 'GET', path.toUpperCase().replace('V2/CREDENTIALS', 'v2/credentials'), {
        Authorization,
      }),
      sendRequest(origin, 'GET', `${path.replace('credentials/', 'credentials/%')}`, { Authorization }),
      sendRequest(origin, 'GET', `/${path}`, { Authorization }),
      sendRequest(origin, 'GET', `/v2/credentials/${guess}`, { Authorization: guess }),
      sendRequest(origin, 'GET', '/v2/credentials/'),
    ]);
    const [first] = responses;
    expect(first).toMatchObject({ status: 403 });
    expect(JSON.parse(first?.body)).toEqual(error(403, 'AccessDenied'));
    for (const response of responses) {
      expect([withoutDate(response.head), response.body]).toEqual([withoutDate(first!.head), first!.body]);
      expectNoSecretsIn(response, started);
    }
    expect(calls()).toBe(0);
    await started.expectServing();
  });

  test('a request without the right path and token gets the same error with every method', async () => {
    const { origin, path, Authorization } = await start();
    for (const method of ['HEAD', 'POST', 'OPTIONS']) {
      const right = await sendRequest(origin, method, path, { Authorization: guess });
      const wrong = await sendRequest(origin, method, `/v2/credentials/${guess}`, { Authorization });
      expect(withoutDate(right.head)).toBe(withoutDate(wrong.head));
    }
  });

  test.each(['/', '*', '/latest/meta-data/', '/healthz', '/exec'])(
    'a request without the right path gets 404 on a path of no endpoint: %s',
    async (path) => {
      const { origin, Authorization, calls } = await start();
      expect((await sendRequest(origin, 'GET', path, { Authorization })).status).toBe(404);
      expect(calls()).toBe(0);
    },
  );

  test('a request with two tokens is rejected', async () => {
    const { origin, path, Authorization } = await start();
    const text = requestText(origin, 'GET', path, { Authorization });
    const twice = text.replace(/(Authorization: .*\r\n)/, `$1Authorization: ${guess}\r\n`);
    expect((await sendRawRequest(origin, twice)).status).toBe(403);
    expect((await sendRawRequest(origin, text)).status).toBe(200);
  });
});

describe('a request with path and token and a defect', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'a request with path and token is not allowed with the method %s',
    async (method) => {
      const started = await start();
      const { origin, path, Authorization, calls } = started;
      const response = await sendRequest(origin, method, path, { Authorization });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(JSON.parse(response.body)).toEqual(error(405, 'InternalServerError'));
      expectNoSecretsIn(response, started);
      expect(calls()).toBe(0);
      await started.expectServing();
    },
  );

  test.each([
    'localhost',
    'rebound.example',
    '127.0.0.1',
    '127.0.0.2',
    '169.254.170.2',
    '[::1]',
    '127.0.0.1.nip.io',
    '127.1',
    '',
  ])(
    'a request with path and token is rejected with the host name %j, with and without a port',
    async (name) => {
      const started = await start();
      const { get, host, calls } = started;
      const port = host.split(':')[1];
      // One of these hosts is correct with the port of the endpoint.
      const hosts = [name, `${name}:${port}`, `${name}:80`].filter((each) => each !== host);
      for (const Host of hosts) {
        const response = await get({ Host });
        expect(response.status).toBe(403);
        expectNoSecretsIn(response, started);
      }
      expect(calls()).toBe(0);
      await started.expectServing();
    },
  );

  test('a request with path and token is rejected without a Host header and with two Host headers', async () => {
    const { origin, host, path, Authorization, calls } = await start();
    const text = requestText(origin, 'GET', path, { Authorization });
    const none = text.replace(/Host: .*\r\n/, '');
    const two = text.replace(/Host: (.*)\r\n/, `Host: $1\r\nHost: rebound.example\r\n`);
    expect((await sendRawRequest(origin, none)).status).toBe(400);
    expect((await sendRawRequest(origin, none.replace('HTTP/1.1', 'HTTP/1.0'))).status).toBe(400);
    expect((await sendRawRequest(origin, two)).status).toBe(403);
    expect(calls()).toBe(0);
    expect(text).toContain(`Host: ${host}\r\n`);
    expect((await sendRawRequest(origin, text)).status).toBe(200);
  });

  test.each([
    ['Origin', 'http://127.0.0.1'],
    ['Origin', 'null'],
    ['Referer', 'http://127.0.0.1/'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Dest', 'empty'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Host', 'x'],
    ['Forwarded', 'for=127.0.0.1'],
    ['Via', '1.1 proxy'],
    ['Access-Control-Request-Method', 'GET'],
    ['ORIGIN', ''],
  ])('a request with path and token is rejected with the header %s: %s', async (header, value) => {
    const started = await start();
    const response = await started.get({ [header]: value });
    expect(response.status).toBe(403);
    expectNoSecretsIn(response, started);
    expect(started.calls()).toBe(0);
    await started.expectServing();
  });

  test.each(['__proto__', 'constructor', 'toString', '__defineSetter__', 'hasOwnProperty'])(
    'a request with path and token is accepted with a header named %s',
    async (name) => {
      const { get, expectServing } = await start();
      expect((await get({ [name]: 'x' })).status).toBe(200);
      await expectServing();
    },
  );

  test('a request with path and token is accepted from the fetch function of Node', async () => {
    const { endpoint, Authorization } = await start();
    const uri = endpoint.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    const response = await fetch(uri!, { headers: { Authorization } });
    expect([response.status, (await response.text()) === DOCUMENT]).toEqual([200, true]);
  });

  test('a preflight request of a browser is rejected, without CORS headers', async () => {
    const started = await start();
    const { origin, path } = started;
    const headers = { Origin: 'http://rebound.example', 'Access-Control-Request-Headers': 'authorization' };
    const response = await sendRequest(origin, 'OPTIONS', path, headers);
    expect(response.status).toBe(403);
    expectNoSecretsIn(response, started);
  });
});

describe('a source', () => {
  test('an endpoint with real credentials responds 503 if its source has no credentials, so that clients retry', async () => {
    const { get, role, problems, expectServing } = await start();
    role.credentials = null;
    const response = await get();
    expect(response.status).toBe(503);
    expect(JSON.parse(response.body)).toEqual(error(503, 'CredentialsUninitialized'));
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(problems).toEqual([]);
    role.credentials = CREDENTIALS;
    await expectServing();
  });

  const defect = new Error(`of ${SECRETS.join(' and ')}`);
  const fail = () => {
    throw defect;
  };

  test.each<[string, number, Partial<ServedRole>]>([
    ['cannot read its credentials', 500, { getCredentials: fail }],
    ['cannot read the clock', 500, { getClockOffset: fail }],
    ['cannot wake up', 200, { noteRequest: fail }],
    ['fails to refresh', 200, { noteRequest: () => Promise.reject(defect) }],
  ])(
    'an endpoint with real credentials responds without details if its role %s',
    async (_, status, changes) => {
      const started = await start();
      const original = { ...started.role };
      Object.assign(started.role, changes);
      const response = await started.get();
      expect(response.status).toBe(status);
      if (status === 500) expect(JSON.parse(response.body)).toEqual(error(500, 'InternalServerError'));
      if (status === 500) expectNoSecretsIn(response, started);
      expect(started.problems.length).toBeGreaterThan(0);
      expect(started.problems.every((problem) => problem === defect)).toBe(true);
      Object.assign(started.role, original);
      await started.expectServing();
    },
  );

  test('an endpoint with real credentials closes only the connection if onError throws', async () => {
    const { origin, path, Authorization, role, expectServing } = await start({ onError: fail });
    const { getCredentials } = role;
    role.getCredentials = fail;
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'GET', path, { Authorization }));
    expect((await connection.rest()).text).toBe('');
    role.getCredentials = getCredentials;
    await expectServing();
  });

  test('a request waits for the refresh that it starts, and gets its credentials', async () => {
    let finish = () => {};
    const { get, role } = await start();
    role.credentials = null;
    role.noteRequest = () =>
      new Promise<void>((resolve) => {
        finish = () => {
          role.credentials = CREDENTIALS;
          resolve();
        };
      });
    const response = get();
    await vi.waitFor(() => {
      finish();
      expect(role.credentials).toBe(CREDENTIALS);
    });
    expect((await response).body === DOCUMENT).toBe(true);
  });

  test('a refresh can end after its client has left', async () => {
    let finish = () => {};
    const { origin, path, Authorization, role, problems, expectServing } = await start();
    const { noteRequest } = role;
    const waiting = new Promise<void>((started) => {
      role.noteRequest = () => {
        started();
        return new Promise((resolve) => {
          finish = resolve;
        });
      };
    });
    const departing = await Connection.open(origin);
    departing.send(requestText(origin, 'GET', path, { Authorization }));
    await waiting;
    departing.destroy();
    role.noteRequest = noteRequest;
    await expectServing();
    finish();
    await expectServing();
    expect(problems).toEqual([]);
  });
});

describe('a malformed request', () => {
  const HOST = 'Host: 127.0.0.1\r\n';
  const broken: Record<string, string | Buffer> = {
    words: 'hello\r\n\r\n',
    'an unknown method': `BREW / HTTP/1.1\r\n${HOST}\r\n`,
    'a header with a null': `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`,
    'a length and chunks': `GET / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'headers of 16 KiB': `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(16_384)}\r\n\r\n`,
    'a path of 100 KiB': `GET /${'x'.repeat(102_400)} HTTP/1.1\r\n${HOST}\r\n`,
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    TLS: Buffer.from('16030100a5010000a10303', 'hex'),
    'every byte': Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    'a tunnel': `CONNECT example.invalid:443 HTTP/1.1\r\n${HOST}\r\n`,
  };

  test.each(Object.keys(broken))(
    'a malformed request with %s closes only its own connection',
    async (name) => {
      const { origin, expectServing, calls } = await start();
      const connection = await Connection.open(origin);
      connection.send(broken[name]!);
      const { text } = await connection.rest();
      expect(text).toMatch(/^HTTP\/1\.1 4(00|05|31) .*\r\n(Allow: GET, HEAD\r\n)?Connection: close\r\n\r\n$/);
      expect(calls()).toBe(0);
      await expectServing();
    },
  );

  test('a malformed request after a valid request gets no response', async () => {
    const { origin, path, Authorization, expectServing } = await start();
    const text = requestText(origin, 'GET', path, { Authorization });
    const connection = await Connection.open(origin);
    connection.send(`${text}hello\r\n\r\n${text}`);
    expect((await connection.rest()).text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await expectServing();
  });
});

describe('connections', () => {
  test.each([
    ['nothing', ''],
    ['half a line', 'GET /'],
    ['half its headers', 'GET / HTTP/1.1\r\nHost: 127.'],
  ])('connections that send %s are closed after the request timeout', async (_, text) => {
    const { origin, expectServing } = await start({ limits: { requestMs: 200 } });
    const connection = await Connection.open(origin);
    connection.send(text);
    expect((await connection.rest()).text).toMatch(/^(HTTP\/1\.1 408 .*\r\n\r\n)?$/s);
    // On a stalled machine, a valid request can exceed the limit too.
    await vi.waitFor(expectServing);
  });

  test('a new connection to an endpoint with real credentials replaces the oldest idle one', async () => {
    const { origin, expectServing } = await start({ limits: { maxConnections: 2 } });
    const connections = [await Connection.open(origin), await Connection.open(origin)];
    for (const each of connections) each.send('GET /');
    await expectServing();
    expect((await connections[0]?.rest())?.text).toBe('');
  });

  test('an endpoint with real credentials accepts connections on one loopback address only', async () => {
    const { origin, expectServing } = await start();
    const other = origin.replace('127.0.0.1', '127.0.0.2');
    await expect(Connection.open(other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expectServing();
  });

  test('connections that close early do not affect later requests', async () => {
    const { origin, path, Authorization, expectServing } = await start();
    const whole = requestText(origin, 'GET', path, { Authorization });
    for (const text of ['', 'GET /', whole.slice(0, 60), whole, whole.repeat(50)]) {
      for (const isReset of [true, false]) {
        const { hostname, port } = new URL(origin);
        const socket = connect(Number(port), hostname).on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve));
        socket.write(text);
        if (isReset) socket.resetAndDestroy();
        else socket.destroy();
      }
    }
    await expectServing();
  });

  test('connections end when the endpoint with real credentials is closed, and new ones are rejected', async () => {
    let calls = 0;
    const { endpoint, origin, path, Authorization } = await start({
      noteRequest() {
        calls += 1;
        return new Promise(() => {});
      },
    });
    const idle = await Connection.open(origin);
    const halfway = await Connection.open(origin);
    halfway.send('GET /');
    const waiting = await Connection.open(origin);
    waiting.send(requestText(origin, 'GET', path, { Authorization }));
    await vi.waitFor(() => expect(calls).toBe(1));
    await endpoint.close();
    for (const each of [idle, halfway, waiting]) expect((await each.rest()).text).toBe('');
    await expect(Connection.open(origin)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('printing an endpoint without its environment shows no secrets', async () => {
  const { endpoint, path, Authorization } = await start();
  const { environment: _, ...rest } = endpoint;
  const printed = inspect(rest, { depth: 9, showHidden: true });
  for (const secret of [path.split('/').at(-1)!, Authorization]) expect(printed.includes(secret)).toBe(false);
});
