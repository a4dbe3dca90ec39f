import { Agent, get } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startMonitor } from '../../../src/server/monitor/monitor.ts';
import type { MonitorResponse } from '../../../src/server/monitor/monitor-response.ts';
import { requestText, sendRawRequest, sendRequest } from '../../support/server/raw-client.ts';

const respondWith =
  (type: string, body: string, status = 200) =>
  async (): Promise<MonitorResponse> => ({ status, type, body });

async function monitor(hosts: readonly string[] = []) {
  const errors: unknown[] = [];
  const routes = new Map([
    ['/', respondWith('text/html; charset=utf-8', '<p>é</p>')],
    ['/metrics', respondWith('text/plain', 'up 1\n')],
    ['/healthz', respondWith('text/plain', 'no\n', 503)],
    ['/broken', async () => Promise.reject(new Error('secret of the store'))],
  ]);
  const listen = [{ host: '127.0.0.1', port: 0 }];
  const { origins, close } = await startMonitor({
    listen,
    allowedHosts: hosts,
    routes,
    onError: (error) => errors.push(error),
  });
  onTestFinished(close);
  const [origin = ''] = origins;
  return { origin, errors, close };
}

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('a monitor', () => {
  test('a monitor serves its routes with any query, and sends security headers', async () => {
    const { origin } = await monitor();
    const page = await sendRequest(origin, 'GET', '/?fresh=1#x');
    expect(page).toMatchObject({ status: 200, body: Buffer.from('<p>é</p>').toString('latin1') });
    expect(Object.fromEntries(page.headers)).toMatchObject({
      ...HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "frame-ancestors 'none'",
      'content-length': '9',
    });
    expect(page.names).not.toContain('Access-Control-Allow-Origin');
    const metrics = await sendRequest(origin, 'GET', '/metrics');
    expect(metrics).toMatchObject({ status: 200, body: 'up 1\n' });
    expect(Object.fromEntries(metrics.headers)).toMatchObject({
      ...HEADERS,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    expect(await sendRequest(origin, 'GET', '/healthz')).toMatchObject({ status: 503, body: 'no\n' });
  });

  test('a monitor responds to HEAD without a body', async () => {
    const { origin } = await monitor();
    const head = await sendRequest(origin, 'HEAD', '/metrics');
    expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '5', '']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])(
    'a monitor rejects %s',
    async (method) => {
      const { origin } = await monitor();
      const rejected = await sendRequest(origin, method, '/metrics', { 'Content-Length': '0' });
      expect(rejected).toMatchObject({ status: 405, body: 'only GET and HEAD are allowed\n' });
      expect(rejected.headers.get('allow')).toBe('GET, HEAD');
    },
  );

  test('a monitor rejects a tunnel, an upgrade and invalid HTTP, and continues to serve', async () => {
    const { origin } = await monitor();
    expect((await sendRawRequest(origin, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')).status).toBe(405);
    expect(
      (await sendRequest(origin, 'GET', '/ws', { Connection: 'Upgrade', Upgrade: 'websocket' })).status,
    ).toBe(404);
    expect((await sendRawRequest(origin, 'hello\r\n\r\n')).status).toBe(400);
    expect((await sendRawRequest(origin, 'GET /metrics HTTP/1.1\r\n\r\n')).status).toBe(400);
    expect((await sendRawRequest(origin, 'GET /metrics HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  test.each(['/metrics/', '//metrics', '/../metrics', '/%2e', '/constructor', '*', '/metrics%3F'])(
    'a monitor responds 404 for %s',
    async (target) => {
      const { origin } = await monitor();
      const rejected = await sendRequest(origin, 'GET', target);
      expect(rejected).toMatchObject({
        status: 404,
        body: 'not found; available: / /metrics /healthz /broken\n',
      });
    },
  );

  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '8.8.8.8',
    '169.254.169.254',
    '169.254.1.1:80',
    '[fd00:ec2::254]',
    '',
  ])('a monitor rejects the host name %s', async (name) => {
    const { origin } = await monitor(['dash.internal']);
    for (const path of ['/', '/metrics', '/nothing']) {
      expect(await sendRequest(origin, 'GET', path, { Host: name })).toMatchObject({
        status: 421,
        body: 'this host name is not allowed; start cred-watch with --allow-host to allow it\n',
      });
    }
    expect((await sendRequest(origin, 'GET', `http://${name || 'x'}/metrics`)).status).toBe(421);
  });

  test.each(['__proto__', 'constructor', 'toString', '__defineSetter__', 'hasOwnProperty'])(
    'a monitor accepts a header named %s',
    async (name) => {
      const { origin } = await monitor();
      expect((await sendRequest(origin, 'GET', '/metrics', { [name]: 'x' })).status).toBe(200);
      expect((await sendRequest(origin, 'GET', '/metrics')).status).toBe(200);
    },
  );

  test('a monitor rejects a second Host header, and an absolute URL with another host', async () => {
    const { origin } = await monitor();
    const text = requestText(origin, 'GET', '/metrics');
    const twice = text.replace('\r\nHost', '\r\nHost: rebound.example\r\nHost');
    expect((await sendRawRequest(origin, twice)).status).toBe(421);
    const absolute = text.replace('/metrics', 'http://rebound.example/metrics');
    expect((await sendRawRequest(origin, absolute)).status).toBe(421);
    expect((await sendRawRequest(origin, text.replace('/metrics', `${origin}/metrics`))).status).toBe(200);
  });

  test.each(['127.0.0.1:9', 'localhost', '[::1]', 'DASH.internal:80'])(
    'a monitor accepts the host name %s',
    async (name) => {
      const { origin } = await monitor(['dash.internal']);
      expect((await sendRequest(origin, 'GET', '/metrics', { Host: name })).status).toBe(200);
    },
  );

  test('a monitor accepts links from other sites, but no embedding', async () => {
    const { origin } = await monitor();
    const from = (site: string, mode: string, dest: string) =>
      sendRequest(origin, 'GET', '/', {
        'Sec-Fetch-Site': site,
        'Sec-Fetch-Mode': mode,
        'Sec-Fetch-Dest': dest,
      });
    expect((await from('cross-site', 'navigate', 'document')).status).toBe(200);
    expect((await from('none', 'navigate', 'document')).status).toBe(200);
    expect((await from('same-origin', 'cors', 'empty')).status).toBe(200);
    expect(await from('cross-site', 'no-cors', 'image')).toMatchObject({
      status: 403,
      body: 'other sites may only link to this page\n',
    });
    expect((await from('same-site', 'cors', 'empty')).status).toBe(403);
    expect((await from('cross-site', 'navigate', 'iframe')).status).toBe(403);
  });

  test('a monitor passes an error to onError, and sends no details to the client', async () => {
    const { origin, errors } = await monitor();
    expect(await sendRequest(origin, 'GET', '/broken')).toMatchObject({
      status: 500,
      body: 'internal error; see the messages of cred-watch\n',
    });
    expect(errors.map(String)).toEqual(['Error: secret of the store']);
    expect((await sendRequest(origin, 'GET', '/metrics')).status).toBe(200);
  });

  test('close() ends open connections and stops listening', async () => {
    const { origin, close } = await monitor();
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve) =>
      get(`${origin}/metrics`, { agent }, (response) => response.resume().on('end', resolve)),
    );
    await close();
    await expect(sendRequest(origin, 'GET', '/metrics')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    agent.destroy();
  });
});
