import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { probeEndpoint } from '../../../../src/cli/serving/setup/probe-endpoint.ts';
import { listenOnLoopback } from '../../../support/cli/other-program.ts';

const HEALTH = JSON.stringify({
  schema_version: 1,
  user: 'anna',
  pid: 4711,
  roles: [{ name: 'etl', role: 'loader' }, { name: 'ops' }],
});
const CRED_WATCH = { kind: 'cred-watch', user: 'anna', pid: 4711, roles: ['etl', 'ops'] };

const probe = async (listener: RequestListener, isLocal = true) =>
  probeEndpoint(await listenOnLoopback(createServer(listener)), isLocal);

describe('the answer of an endpoint', () => {
  test('a server of cred-watch is recognized, also without credentials', async () => {
    let [path, host] = ['', ''];
    const found = await probe((request, response) => {
      [path, host] = [request.url ?? '', request.headers.host ?? ''];
      response.statusCode = 503;
      response.end(HEALTH);
    });
    expect(found).toEqual(CRED_WATCH);
    expect(path).toBe('/healthz');
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test.each<[string, boolean, Record<string, string>, object]>([
    ['EC2', false, { Server: 'EC2ws' }, { kind: 'cloud', cloud: 'Amazon EC2' }],
    ['a simulator', true, { Server: 'EC2ws' }, { kind: 'simulator' }],
    ['Google Cloud', false, { 'Metadata-Flavor': 'Google' }, { kind: 'cloud', cloud: 'Google Cloud' }],
    ['nginx', true, { Server: 'nginx' }, { kind: 'other', status: 404, server: 'nginx' }],
    ['a program without a name', true, {}, { kind: 'other', status: 404, server: '' }],
    [
      'a long name',
      true,
      { Server: 'x'.repeat(999) },
      { kind: 'other', status: 404, server: 'x'.repeat(64) },
    ],
  ])('%s is recognized by its headers', async (_, isLocal, headers, answer) => {
    expect(
      await probe((_request, response) => void response.writeHead(404, headers).end('no'), isLocal),
    ).toEqual(answer);
  });

  test.each<[string, RequestListener, object]>([
    [
      'a health document of another form',
      (_, r) => void r.end('{"roles":5}'),
      { kind: 'other', status: 200, server: '' },
    ],
    ['no response', () => {}, { kind: 'nothing', reason: 'timeout' }],
    [
      'a response that never ends',
      (_, r) => void r.write(HEALTH.slice(1)),
      { kind: 'other', status: 200, server: '' },
    ],
    [
      'a whole document without an end',
      (_, r) => void r.write(HEALTH),
      { kind: 'other', status: 200, server: '' },
    ],
    [
      'too much text',
      (_, r) => void r.end(' '.repeat(300_000) + HEALTH),
      { kind: 'other', status: 200, server: '' },
    ],
    ['a closed connection', (request) => void request.socket.destroy(), { kind: 'no-http' }],
  ])('%s is not a server of cred-watch', async (_, listener, answer) => {
    expect(await probe(listener)).toEqual(answer);
  });

  test('a program without HTTP is recognized', async () => {
    const address = await listenOnLoopback(createTcpServer((socket) => void socket.end('SSH-2.0\r\n')));
    expect(await probeEndpoint(address, true)).toEqual({ kind: 'no-http' });
  });

  test('a port at which no program listens refuses the connection', async () => {
    expect(await probeEndpoint({ host: '127.0.0.1', port: 1 }, true)).toEqual({
      kind: 'nothing',
      reason: 'refused',
    });
  });
});
