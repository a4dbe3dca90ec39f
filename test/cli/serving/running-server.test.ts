import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeAddressUser } from '../../../src/cli/serving/health/running-server.ts';
import type { ServedRoleFacts } from '../../../src/domain/serving/served-role-facts.ts';
import { formatHealth } from '../../../src/report/serving/health.ts';
import { listenOnLoopback } from '../../support/cli/other-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const NOTHING = 'another program listens there';
const ROLE: ServedRoleFacts = {
  name: 'ops',
  role: 'operator',
  accountId: null,
  source: 'role',
  key: null,
  refreshReason: null,
  lastRefreshAt: null,
  nextRefreshAt: null,
  isIdle: false,
  failureCount: 0,
  failure: null,
};
const { body: HEALTH } = formatHealth(
  { version: '1', user: 'anna', pid: 4711, startedAt: 0 },
  [ROLE, { ...ROLE, name: 'loader', role: 'loader' }],
  0,
);

const respond = (listener: RequestListener) => listenOnLoopback(createServer(listener));

describe('the program that uses an address', () => {
  test('a running server is named with its user and roles', async () => {
    const address = await respond(({ url, headers }, response) => {
      response.statusCode = url === '/healthz' && /^127\.0\.0\.1:\d+$/.test(headers.host ?? '') ? 503 : 404;
      response.end(HEALTH);
    });
    expect(await describeAddressUser(address)).toBe(
      'cred-watch serve of user anna (pid 4711) serves ops (role operator), loader there',
    );
  });

  test('a running server on a Unix socket is named', async () => {
    const socketPath = join(temporaryFolder(), 'serve.sock');
    const server = createServer((_, response) => void response.end(HEALTH));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    onTestFinished(() => void server.close());
    expect(await describeAddressUser({ socketPath })).toContain('of user anna');
  });

  test.each<[string, RequestListener]>([
    ['a text', (_, response) => void response.end('ok')],
    ['another document', (_, response) => void response.end('{"status":"ok"}')],
    ['a list', (_, response) => void response.end('[]')],
    [
      'roles of another form',
      (_, response) => void response.end('{"schema_version":1,"user":"x","pid":1,"roles":5}'),
    ],
    ['more than 100 kB', (_, response) => void response.end(' '.repeat(200_000) + HEALTH)],
    ['a response that never ends', (_, response) => void response.write(HEALTH)],
    ['no response', () => {}],
    ['a closed connection', (message) => void message.socket.destroy()],
  ])('a program that sends %s is another program', async (_, listener) => {
    expect(await describeAddressUser(await respond(listener))).toBe(NOTHING);
  });

  test('a program without HTTP is another program', async () => {
    const address = await listenOnLoopback(createTcpServer((socket) => void socket.end('SSH-2.0\r\n')));
    expect(await describeAddressUser(address)).toBe(NOTHING);
  });

  test('control characters and long names of the other program are harmless', async () => {
    const health = JSON.parse(HEALTH);
    health.user = `\u001b[2J${'x'.repeat(500)}`;
    health.roles = Array.from({ length: 500 }, () => ({ name: 'a\nb', role: 7 }));
    const address = await respond((_, response) => void response.end(JSON.stringify(health)));
    const text = await describeAddressUser(address);
    expect(text).toContain('of user \\u{1b}[2Jxxx');
    expect(text).toContain('serves a\\u{a}b, a\\u{a}b');
    expect(text.length).toBeLessThan(1000);
  });
});
