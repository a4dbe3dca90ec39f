import type { ServerResponse } from 'node:http';
import { connect, Server } from 'node:net';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { computeMaxConnections } from '../../../src/server/wire/connections.ts';
import type { RequestHandlers } from '../../../src/server/wire/http-server.ts';
import { type ListeningOptions, listenOnAll } from '../../../src/server/wire/listening-servers.ts';
import { parseHeaders } from '../../../src/server/wire/request-headers.ts';
import { Connection, requestText, sendRawRequest, sendRequest } from '../../support/server/raw-client.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const serve: RequestHandlers['handleRequest'] = (_, response) => {
  response.end('served');
};

/** Starts a server until the test ends. */
async function start(
  handleRequest: RequestHandlers['handleRequest'],
  options: Partial<ListeningOptions> = {},
) {
  const errors: unknown[] = [];
  const { origins, close } = await listenOnAll({
    listen: [LOOPBACK],
    createHandlers: () => ({ handleRequest }),
    onError: (error) => errors.push(error),
    ...options,
  });
  onTestFinished(close);
  const [origin = ''] = origins;
  const get = (path = '/') => sendRequest(origin, 'GET', path);
  const expectServing = async () => expect((await get()).body).toContain('served');
  return { origin, origins, errors, get, expectServing };
}

describe('an error in one request', () => {
  const defect = new Error('a defect');
  const defects: Record<string, RequestHandlers['handleRequest']> = {
    'throws at once': () => {
      throw defect;
    },
    'rejects later': async () => {
      await new Promise(setImmediate);
      throw defect;
    },
    'throws while a response is sent': (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('half');
      throw defect;
    },
    'throws in a listener of a response': (_, response) =>
      new Promise((_resolve, reject) => {
        response.write('half', () => reject(defect));
      }),
  };

  test.each(Object.keys(defects))(
    'a handler that %s closes its connection only, and the error is reported',
    async (name) => {
      let isBroken = true;
      const handle = defects[name] ?? serve;
      const { origin, errors, expectServing } = await start((request, response) =>
        isBroken ? handle(request, response) : serve(request, response),
      );
      const other = await Connection.open(origin);
      const connection = await Connection.open(origin);
      connection.send(requestText(origin, 'GET', '/'));
      expect((await connection.rest()).text).not.toContain('served');
      expect(errors).toEqual([defect]);
      isBroken = false;
      other.send(requestText(origin, 'GET', '/'));
      expect((await other.nextResponse()).body).toContain('served');
      await expectServing();
    },
  );

  test('a response that is written after its end does not end the server', async () => {
    const { expectServing, get } = await start((_, response) => {
      response.end('served');
      response.write('more');
      response.emit('error', new Error('write after end'));
    });
    expect((await get()).status).toBe(200);
    await expectServing();
  });

  test('an error that cannot be reported does not end the server', async () => {
    let isBroken = true;
    const { origin, expectServing } = await start(
      (request, response) => {
        if (isBroken) throw defect;
        return serve(request, response);
      },
      {
        onError: () => {
          throw defect;
        },
      },
    );
    expect((await sendRawRequest(origin, requestText(origin, 'GET', '/'))).head).toBe('');
    isBroken = false;
    await expectServing();
  });

  test('a handler of a tunnel or of malformed bytes that throws closes its connection only', async () => {
    const fail = () => {
      throw defect;
    };
    const { origin, errors, expectServing } = await start(serve, {
      createHandlers: () => ({ handleRequest: serve, handleTunnel: fail, handleMalformed: fail }),
    });
    for (const text of [requestText(origin, 'CONNECT', 'x:1'), 'hello\r\n\r\n']) {
      expect((await sendRawRequest(origin, text)).head).toBe('');
    }
    expect(errors).toEqual([defect, defect]);
    await expectServing();
  });

  test('errors of a listening server are reported and end nothing', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    const { origin, errors, expectServing } = await start(serve);
    const [server] = listen.mock.contexts as Server[];
    for (let count = 0; count < 3; count += 1) {
      server?.emit(
        'error',
        Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', errno: -constants.errno.EMFILE }),
      );
    }
    expect(errors).toEqual(
      Array.from({ length: 3 }, () =>
        expect.objectContaining({
          message: `could not accept a connection at ${origin}: too many open files (EMFILE)`,
        }),
      ),
    );
    await expectServing();
  });
});

describe('the headers of a request', () => {
  test('headers can have the names of built-in object properties', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__', 'prototype'];
    const headers = parseHeaders(names.flatMap((name) => [name, `1 ${name}`, name.toUpperCase(), '2']));
    expect(Object.entries(headers)).toEqual(names.map((name) => [name.toLowerCase(), `1 ${name}, 2`]));
    expect(parseHeaders([]).constructor).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('headers are joined if they are repeated in any case', () => {
    expect({ ...parseHeaders(['Host', 'a', 'X', '', 'HOST', 'b', 'host', 'c']) }).toEqual({
      host: 'a, b, c',
      x: '',
    });
  });
});

describe('the number of connections', () => {
  test.each([
    [Number.POSITIVE_INFINITY, 512],
    [1_048_576, 512],
    [1064, 512],
    [1024, 492],
    [256, 108],
    [64, 12],
    [48, 4],
    [20, 4],
  ])('a process with %s descriptors accepts %i connections', (descriptors, connections) => {
    expect(computeMaxConnections(descriptors)).toBe(connections);
  });

  test('a new connection replaces the oldest idle one, of all addresses together', async () => {
    const { origins } = await start(serve, {
      listen: [LOOPBACK, LOOPBACK],
      limits: { maxConnections: 3 },
    });
    const [first = '', second = ''] = origins;
    const oldest = await Connection.open(first);
    const others = [
      await Connection.open(second),
      await Connection.open(first),
      await Connection.open(second),
    ];
    expect((await oldest.rest()).text).toBe('');
    for (const connection of others) {
      connection.send(requestText(first, 'GET', '/'));
      expect((await connection.nextResponse()).body).toContain('served');
    }
  });

  test('a new connection replaces an idle one before one that waits for a response', async () => {
    const waiting: (() => void)[] = [];
    const { origin } = await start(
      (request, response) =>
        request.url === '/'
          ? serve(request, response)
          : new Promise((resolve) => waiting.push(() => resolve(serve(request, response)))),
      { limits: { maxConnections: 3 } },
    );
    const slow = await Connection.open(origin);
    slow.send(requestText(origin, 'GET', '/slow'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    for (let count = 0; count < 20; count += 1) await Connection.open(origin);
    expect((await sendRequest(origin, 'GET', '/')).body).toContain('served');
    waiting[0]?.();
    expect((await slow.nextResponse()).body).toContain('served');
  });

  test('a new connection replaces one that reads its response slowly before one that waits for a response', async () => {
    const waiting: (() => void)[] = [];
    const { origin } = await start(
      (request, response) => {
        if (request.url === '/big') response.end(Buffer.alloc(32_000_000));
        else if (request.url === '/') return serve(request, response);
        return new Promise((resolve) => waiting.push(() => resolve(serve(request, response))));
      },
      { limits: { maxConnections: 2 } },
    );
    const slow = await Connection.open(origin);
    slow.send(requestText(origin, 'GET', '/slow'));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    const reader = await Connection.open(origin);
    reader.pause();
    reader.send(requestText(origin, 'GET', '/big'));
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    expect((await sendRequest(origin, 'GET', '/')).body).toContain('served');
    waiting[0]?.();
    expect((await slow.nextResponse()).body).toContain('served');
  });

  test('a new connection replaces the oldest if all wait for a response', async () => {
    let count = 0;
    const { origin, expectServing } = await start(
      (request, response) => {
        if (request.url === '/') return serve(request, response);
        count += 1;
        return new Promise(() => {});
      },
      { limits: { maxConnections: 2 } },
    );
    const connections = [await Connection.open(origin), await Connection.open(origin)];
    for (const [index, connection] of connections.entries()) {
      connection.send(requestText(origin, 'GET', '/slow'));
      await vi.waitFor(() => expect(count).toBe(index + 1));
    }
    await expectServing();
    expect((await connections[0]?.rest())?.text).toBe('');
  });
});

describe('a slow client', () => {
  test.each([
    ['nothing', ''],
    ['half a line', 'GET /'],
    ['half its headers', 'GET / HTTP/1.1\r\nHost: 127.'],
    ['half its body', 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nhalf'],
  ])('a client that sends %s is disconnected after the limit', async (_, text) => {
    const { origin, expectServing } = await start(
      (request, response) =>
        new Promise((resolve) => {
          request.on('error', () => {});
          request.resume().on('end', () => resolve(serve(request, response)));
        }),
      { limits: { requestMs: 200 } },
    );
    const connection = await Connection.open(origin);
    connection.send(text);
    expect((await connection.rest()).text).toBe('');
    // On a stalled machine, a valid request can exceed the limit too.
    await vi.waitFor(expectServing);
  });

  test.each([
    ['headers', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '],
    ['a body', 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n'],
    ['chunks', 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n'],
  ])('a client that sends the bytes of %s one by one is disconnected after the limit', async (_, text) => {
    const { origin } = await start(() => new Promise(() => {}), { limits: { requestMs: 200 } });
    const connection = await Connection.open(origin);
    connection.send(text);
    const sending = setInterval(() => connection.send('x'), 10);
    onTestFinished(() => clearInterval(sending));
    await connection.rest();
  });

  test('a client that does not read its response is disconnected after the limit', async () => {
    let handleBig = (_: ServerResponse) => {};
    const closed = new Promise<void>((resolve) => {
      handleBig = (response) => {
        response.once('close', resolve);
        response.end(Buffer.alloc(32_000_000));
      };
    });
    const { origin, expectServing } = await start(
      (request, response) => (request.url === '/' ? serve(request, response) : handleBig(response)),
      { limits: { responseMs: 50 } },
    );
    const connection = await Connection.open(origin);
    connection.pause();
    connection.send(requestText(origin, 'GET', '/big'));
    await expectServing();
    await closed;
    connection.resume();
    expect((await connection.rest()).text.length).toBeLessThan(32_000_000);
  });

  test('a client that reads slowly gets its whole response', { timeout: 30_000 }, async () => {
    const body = Buffer.alloc(40_000_000);
    const { origin } = await start((_, response) => void response.end(body), {
      limits: { responseMs: 1000 },
    });
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.write(requestText(origin, 'GET', '/big', { Connection: 'close' }));
    let received = 0;
    let pauseAt = 0;
    // Takes three limits. Each part is larger than the buffers of the system, so that the server sees it move.
    for await (const chunk of socket) {
      received += chunk.length;
      if (received < pauseAt) continue;
      pauseAt = received + 5_000_000;
      await setTimeout(350);
    }
    expect(received).toBeGreaterThan(body.length);
  });
});
