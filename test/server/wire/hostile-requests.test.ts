import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { SHAPES } from '../../../src/server/endpoint-request.ts';
import { Connection, requestText, sendRawRequest, sendRequest } from '../../support/server/raw-client.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const ID = '/latest/meta-data/instance-id';
const INSTANCE = 'i-1234567890abcdef0';

/** Starts all shapes on one address. Returns a check whether the endpoint still responds. */
async function start(options: SimulatedOptions = {}) {
  const simulated = await startSimulated({ shapes: SHAPES, ...options });
  const expectServing = async () =>
    expect(await sendRequest(simulated.origin, 'GET', ID)).toMatchObject({ body: INSTANCE });
  return { ...simulated, expectServing };
}

describe('a request path', () => {
  test.each([
    ...['/%', '/%zz', '/latest/%zz', '/%00', '/latest/meta-data/%00', '/%c0%af', '/%ff', '/latest/%2'],
    ...['/..', '/../..', '/%2e%2e', '/latest/../../etc/passwd', '/latest/meta-data/%2e%2e/%2e%2e/etc/passwd'],
    ...[
      '/latest/meta-data/..%2f..%2fetc%2fpasswd',
      '/latest/meta-data%2finstance-id',
      '/latest/./meta-data/',
    ],
    ...[
      '//',
      '///',
      '//latestmeta-data/',
      '//2021-03-23/',
      '/latest//meta-data/',
      '/latest/meta-data//instance-id',
      '*',
    ],
    ...['/latest/meta-data/__proto__', '/latest/meta-data/constructor/', '/latest/meta-data/toString'],
    ...[
      '/__proto__/meta-data/',
      '/latest/meta-data/iam/__proto__',
      '/latest/meta-data/iam/security-credentials/..',
    ],
    ...['/latest/meta-data/public-keys/-1', '/latest/meta-data/public-keys/0=', '/latest/\\meta-data/'],
    ...['ftp://127.0.0.1/latest/meta-data/instance-id', `/${'x'.repeat(15_000)}`, `/${'a/'.repeat(7000)}`],
    ...[`/latest/meta-data/${'%41'.repeat(4000)}`, '/latest/meta-data/\u00e9'],
  ])('the request path %s gets a 404', async (path) => {
    const { origin, expectServing } = await start();
    const { status, body } = await sendRequest(origin, 'GET', path);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain('root:');
    await expectServing();
  });

  test('a request path cannot leave the folder of --tree', async () => {
    const { origin } = await start();
    const walk = `/latest/meta-data/${'../'.repeat(20)}proc/self/environ`;
    expect((await sendRequest(origin, 'GET', walk)).status).toBe(404);
    expect((await sendRequest(origin, 'GET', walk.replaceAll('..', '%2e%2e'))).status).toBe(404);
  });

  test.each(['http://169.254.169.254', 'http://169.254.170.2:80', 'HTTP://LocalHost', 'https://[::1]:1'])(
    'a request path can be absolute with the host of an endpoint: %s',
    async (before) => {
      const { origin } = await start();
      expect(await sendRequest(origin, 'GET', `${before}${ID}`)).toMatchObject({ body: INSTANCE });
      expect((await sendRequest(origin, 'GET', before)).body).toMatch(/^1\.0\n/);
      expect((await sendRequest(origin, 'GET', `${before}/latest/nothing`)).status).toBe(404);
    },
  );

  test.each(['http://example.invalid', 'HTTP://rebound.example:80', 'https://x@y:1', 'http://x@127.0.0.1'])(
    'a request path with another host is rejected: %s',
    async (before) => {
      const { origin } = await start();
      expect(await sendRequest(origin, 'GET', `${before}${ID}`)).toMatchObject({ status: 403, body: '' });
    },
  );

  test.each(['?', '?x', '?&&==%zz', `?${'x=y&'.repeat(3000)}`])(
    'a query (%#) changes nothing',
    async (query) => {
      const { origin } = await start();
      expect((await sendRequest(origin, 'GET', ID + query)).body).toBe(INSTANCE);
    },
  );
});

describe('a malformed request', () => {
  const HOST = 'Host: 127.0.0.1\r\n';
  const broken: Record<string, string | Buffer> = {
    'plain text': 'hello\r\n\r\n',
    'a method alone': 'GET\r\n\r\n',
    'an unknown method': `BREW / HTTP/1.1\r\n${HOST}\r\n`,
    'a relative target': `GET latest/meta-data/ HTTP/1.1\r\n${HOST}\r\n`,
    'a version that is none': `GET / HTTP/9.9\r\n${HOST}\r\n`,
    'a header without a colon': `GET / HTTP/1.1\r\n${HOST}nothing\r\n\r\n`,
    'a header with a null': `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`,
    'a name with a control character': `GET / HTTP/1.1\r\n${HOST}X\x01: y\r\n\r\n`,
    'a control character in the path': `GET /\x01 HTTP/1.1\r\n${HOST}\r\n`,
    'a length that is none': `PUT / HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n`,
    'two lengths': `PUT / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    'a length and chunks': `PUT / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'headers of 16 KiB': `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(16_384)}\r\n\r\n`,
    'many headers': `GET / HTTP/1.1\r\n${HOST}${'X: y\r\n'.repeat(20_000)}\r\n`,
    'a path of 100 KiB': `GET /${'x'.repeat(102_400)} HTTP/1.1\r\n${HOST}\r\n`,
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    TLS: Buffer.from('16030100a5010000a10303', 'hex'),
    'every byte': Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  };

  test.each(Object.keys(broken))(
    'a malformed request with %s gets 400, and the connection closes',
    async (name) => {
      const { origin, expectServing } = await start();
      const { head, headers, body } = await sendRawRequest(origin, broken[name]!);
      expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\nContent-Type: text\/html\n/);
      expect(body).toHaveLength(Number(headers.get('content-length')));
      await expectServing();
    },
  );

  test.each([
    ['plain text', 400, '400 Bad Request'],
    ['headers of 16 KiB', 431, '431 Request Header Fields Too Large'],
  ])(
    'a malformed request with %s to an agent gets %i in the format of Go',
    async (name, status, statusLine) => {
      const { origin } = await startSimulated({ shapes: ['ecs', 'eks'] });
      const response = await sendRawRequest(origin, broken[name]!);
      expect(response.head).toBe(
        `HTTP/1.1 ${statusLine}\nContent-Type: text/plain; charset=utf-8\nConnection: close`,
      );
      expect([response.status, response.body]).toEqual([status, statusLine]);
    },
  );

  test('a malformed request after a valid request does not affect its response', async () => {
    const { origin, simulation, expectServing } = await start();
    const connection = await Connection.open(origin);
    const path = `/v2/credentials/${simulation.credentialsId}`;
    connection.send(`${requestText(origin, 'GET', path)}hello\r\n\r\n`);
    const { text } = await connection.rest();
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\}HTTP\/1\.1 400 Bad Request\r\n/s);
    await expectServing();
  });

  test('a malformed request gets one response, also if much of it arrives during a pending response', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error) => warnings.push(name);
    process.on('warning', warned);
    const { origin, simulation } = await start({ faults: ['stall=200ms,path=/v2/*'] });
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'GET', `/v2/credentials/${simulation.credentialsId}`));
    for (let count = 0; count < 30; count++) {
      connection.send('hello\r\n\r\n');
      await new Promise(setImmediate);
    }
    const { text } = await connection.rest();
    process.off('warning', warned);
    expect(text.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['200', '400']);
    expect(warnings).toEqual([]);
  });

  test('a malformed request after the last request of a connection gets no response', async () => {
    const { origin, expectServing } = await start();
    const connection = await Connection.open(origin);
    connection.send(`${requestText(origin, 'GET', ID)}hello\r\n\r\n`);
    expect((await connection.rest()).text).toMatch(new RegExp(`\r\n\r\n${INSTANCE}$`));
    await expectServing();
  });

  test('CONNECT is rejected like other unknown methods', async () => {
    const { origin, exchanges, expectServing } = await start();
    const { head } = await sendRequest(origin, 'CONNECT', 'example.invalid:443');
    expect(head).toMatch(/^HTTP\/1\.1 405 Not Allowed\nAllow: GET, HEAD\n/);
    expect(exchanges.map(({ request: { method }, status }) => [method, status])).toEqual([['CONNECT', 405]]);
    await expectServing();
  });

  test('an upgrade request is handled as a normal request', async () => {
    const { origin } = await start();
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect(await sendRequest(origin, 'GET', ID, headers)).toMatchObject({ status: 200, body: INSTANCE });
  });

  test('a body of megabytes is discarded with any method', async () => {
    const { origin, expectServing } = await start();
    const head = requestText(origin, 'POST', ID, { 'Content-Length': '3000000' });
    const { status } = await sendRawRequest(
      origin,
      Buffer.concat([Buffer.from(head), Buffer.alloc(3_000_000, 'x')]),
    );
    expect(status).toBe(405);
    await expectServing();
  });
});

describe('an unusual header', () => {
  test.each(['__proto__', 'constructor', 'toString', '__defineSetter__', 'hasOwnProperty'])(
    'a header named %s does not affect the response',
    async (name) => {
      const { origin, exchanges, expectServing } = await start();
      expect(await sendRequest(origin, 'GET', ID, { [name]: 'x' })).toMatchObject({ body: INSTANCE });
      expect(exchanges[0]?.request.headers[name.toLowerCase()]).toBe('x');
      await expectServing();
    },
  );

  test.each(['Host: 127.0.0.1', 'host: rebound.example', 'HOST:'])(
    'a second Host header is rejected: %s',
    async (line) => {
      const { origin } = await start();
      const text = requestText(origin, 'GET', ID).replace(/(Host: .*\r\n)/, `$1${line}\r\n`);
      expect((await sendRawRequest(origin, text)).status).toBe(403);
      expect((await sendRawRequest(origin, text.replace(/(Host: .*\r\n)(.*\r\n)/, '$2$1'))).status).toBe(403);
    },
  );

  test('a Host header with a blank before the colon, which Node 20 accepts, is rejected', async () => {
    const { origin } = await start();
    const text = requestText(origin, 'GET', ID);
    for (const twice of ['$1Host : rebound.example\r\n', 'Host : rebound.example\r\n$1', 'Host : x\r\n']) {
      const { status } = await sendRawRequest(origin, text.replace(/(Host: .*\r\n)/, twice));
      expect([400, 403]).toContain(status);
    }
  });

  test('a trailer changes nothing', async () => {
    const { origin, expectServing } = await start();
    const head = requestText(origin, 'GET', ID, { 'Transfer-Encoding': 'chunked', Trailer: 'Host' });
    const trailers = 'Host: rebound.example\r\n__proto__: x\r\nconstructor: y\r\n\r\n';
    expect((await sendRawRequest(origin, `${head}1\r\nx\r\n0\r\n${trailers}`)).body).toBe(INSTANCE);
    await expectServing();
  });
});

describe('a client that leaves', () => {
  test.each(
    sampleCases(
      [
        ['before sending anything', ''],
        ['in the middle of a line', 'GET /latest/me'],
        ['in the middle of the headers', `GET ${ID} HTTP/1.1\r\nHost: 127.`],
        ['in the middle of a body', `PUT ${ID} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nabc`],
        [
          'in the middle of a chunk',
          `PUT ${ID} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc`,
        ],
        ['right after the request', `GET ${ID} HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n`],
        ['with many pending requests', `GET ${ID} HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n`.repeat(50)],
      ],
      4,
    ),
  )('a client that leaves %s does not affect the endpoint', async (_, text) => {
    const { origin, expectServing } = await start();
    for (let count = 0; count < 20; count++) {
      const { hostname, port } = new URL(origin);
      const socket = connect(Number(port), hostname);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.on('error', () => {});
      socket.write(text);
      if (count % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    await expectServing();
  });

  test('a client that leaves during a delay is logged', async () => {
    const { origin, exchanges } = await start({ faults: ['stall=1h,path=/latest/slow'] });
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'GET', '/latest/slow'));
    await sendRequest(origin, 'GET', ID);
    connection.destroy();
    await vi.waitFor(() => expect(exchanges).toHaveLength(2));
    expect(exchanges[1]).toMatchObject({ status: null, incompleteReason: 'client left', fault: 'stall' });
  });

  test('a client that closes its half of the connection still gets the response', async () => {
    const { origin } = await start();
    const { hostname, port } = new URL(origin);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.end(requestText(origin, 'GET', ID));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(new RegExp(`\r\n\r\n${INSTANCE}$`));
  });
});
