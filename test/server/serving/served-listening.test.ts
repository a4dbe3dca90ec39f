import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ListenTarget } from '../../../src/server/wire/listen-address.ts';
import { changeSocketOwner, listenOnPath } from '../../../src/server/wire/unix-socket.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { Connection } from '../../support/server/raw-client.ts';
import { createRole, startServed } from '../../support/server/served-endpoint.ts';

const LIST = '/latest/meta-data/iam/security-credentials/';

const startOn = (...targets: readonly ListenTarget[]) =>
  startServed({ allowV1: true, listen: targets.map((target) => ({ target, role: null })) });

/** Sends a GET request over a Unix socket. */
const getOver = (socketPath: string, path: string, host = 'localhost') =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request({ socketPath, path, headers: { Host: host } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('a Unix socket', () => {
  const newPath = () => join(temporaryFolder(), 'serve.sock');

  test('a Unix socket serves this user only, and disappears at the end', async () => {
    const path = newPath();
    const { origins, environments, exchanges, close } = await startOn({ path, mode: 0o600 });
    expect(origins).toEqual([`unix:${path}`]);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(await getOver(path, LIST)).toEqual({ status: 200, body: 'loader' });
    expect((await getOver(path, LIST, 'rebound.example')).status).toBe(403);
    expect((await getOver(path, LIST, '127.0.0.1')).status).toBe(403);
    expect(exchanges[0]?.connection).toEqual({
      remoteAddress: 'unix',
      remotePort: null,
      localAddress: 'unix',
      localPort: null,
    });
    // SDKs cannot connect to it.
    expect(environments).toEqual([]);
    await close();
    expect(existsSync(path)).toBe(false);
  });

  test.each([0o600, 0o660, 0o666])('a Unix socket has the permissions %o with any umask', async (mode) => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    const path = newPath();
    await startOn({ path, mode });
    expect(lstatSync(path).mode & 0o777).toBe(mode);
    expect(process.umask()).toBe(0);
  });

  test('a link that replaces a Unix socket changes no permissions of another file', async () => {
    const path = newPath();
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '', { mode: 0o644 });
    const server = createHttpServer();
    onTestFinished(() => void server.close());
    let created = 0;
    server.once('listening', () => {
      created = lstatSync(path).mode & 0o777;
      renameSync(path, `${path}.moved`);
      symlinkSync(file, path);
    });
    await listenOnPath(server, { path, mode: 0o600 });
    expect([created, lstatSync(file).mode & 0o777]).toEqual([0o600, 0o644]);
  });

  test.runIf(process.getuid?.() === 0)('a link that replaces the socket gives no other file away', () => {
    const [path, file] = [newPath(), join(temporaryFolder(), 'file')];
    writeFileSync(file, '');
    symlinkSync(file, path);
    changeSocketOwner(path, { uid: 65_534, gid: 65_534 });
    expect([lstatSync(file).uid, lstatSync(path).uid]).toEqual([0, 65_534]);
  });

  test('a server replaces the Unix socket of a server that has ended', async () => {
    const path = newPath();
    const first = createServer().listen(path);
    await new Promise((resolve) => first.once('listening', resolve));
    // Closing the server would remove the socket.
    const moved = `${path}.moved`;
    renameSync(path, moved);
    await new Promise((resolve) => first.close(resolve));
    renameSync(moved, path);
    await expect(getOver(path, LIST)).rejects.toThrow('ECONNREFUSED');
    await startOn({ path, mode: 0o600 });
    expect((await getOver(path, LIST)).status).toBe(200);
  });

  test('a server does not replace the Unix socket of a running server', async () => {
    const path = newPath();
    await startOn({ path, mode: 0o600 });
    await expect(startOn({ path, mode: 0o600 })).rejects.toThrow(`${path} is already in use`);
    expect((await getOver(path, LIST)).status).toBe(200);
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, 'text')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/nonexistent', path)],
  ])('a Unix socket never replaces %s', async (_, create) => {
    const path = newPath();
    create(path);
    const { ino } = lstatSync(path);
    await expect(startOn({ path, mode: 0o600 })).rejects.toThrow(`${path} exists and is not a socket`);
    expect(lstatSync(path).ino).toBe(ino);
  });

  test.each([
    [
      'in a missing folder',
      () => join(temporaryFolder(), 'none', 'serve.sock'),
      /could not listen on .*: the folder .* does not exist/,
    ],
    ['below a file', () => `${import.meta.filename}/serve.sock`, /could not listen on .*ENOTDIR/],
    [
      'with a path that is too long',
      () => join(temporaryFolder(), 'x'.repeat(100)),
      /is too long for a Unix socket/,
    ],
  ])('a Unix socket %s is an error', async (_, choosePath, message) => {
    await expect(startOn({ path: choosePath(), mode: 0o600 })).rejects.toThrow(message);
  });
});

describe('addresses', () => {
  test('a server listens on all addresses, or on none', async () => {
    const path = join(temporaryFolder(), 'serve.sock');
    const one = await startOn(
      { host: '127.0.0.1', port: 0 },
      { host: '::1', port: 0 },
      { path, mode: 0o600 },
    );
    const [ipv4 = '', ipv6 = ''] = one.origins;
    expect([ipv4, ipv6]).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^http:\/\/\[::1\]:\d+$/),
    ]);
    const port = Number(new URL(ipv4).port);
    const other = join(temporaryFolder(), 'other.sock');
    await expect(startOn({ path: other, mode: 0o600 }, { host: '127.0.0.1', port })).rejects.toThrow(
      `${ipv4} is already in use`,
    );
    expect(existsSync(other)).toBe(false);
    await one.close();
    await expect(Connection.open(ipv4)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('an inherited socket is served', async () => {
    // A bound socket that no event loop polls, like a socket of a service manager.
    const { TCP, constants } = (process as unknown as { binding(name: string): TcpWrap }).binding('tcp_wrap');
    const inherited = new TCP(constants.SERVER);
    expect(inherited.bind('127.0.0.1', 0)).toBe(0);
    const { origin, send } = await startOn({ descriptor: inherited.fd });
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await send('GET', LIST)).body).toBe('loader');
    expect((await send('GET', LIST, { Host: 'rebound.example' })).status).toBe(403);
  });

  test('an inherited descriptor that is not a socket is an error', async () => {
    await expect(startOn({ descriptor: 9999 })).rejects.toThrow(
      'could not listen on the inherited socket 9999',
    );
  });

  test('each role has its own token file of EKS, which disappears at the end', async () => {
    const { environments, close } = await startServed({
      shapes: ['eks'],
      roles: [createRole('a'), createRole('b')],
    });
    const files = environments.map(({ variables }) => variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!);
    expect(new Set(files.map((file) => readFileSync(file, 'utf8'))).size).toBe(2);
    await close();
    expect(files.filter((file) => existsSync(file))).toEqual([]);
  });

  test('a Unix socket disappears if the metadata folder is missing', async () => {
    const path = join(temporaryFolder(), 'serve.sock');
    const listen = [{ target: { path, mode: 0o600 }, role: null }];
    await expect(startServed({ listen, treePath: `${path}.tree` })).rejects.toThrow('does not exist');
    expect(existsSync(path)).toBe(false);
  });
});

/** The part of Node's internal module that binds a socket without polling it. */
interface TcpWrap {
  TCP: new (type: number) => { fd: number; bind(address: string, port: number): number };
  constants: { SERVER: number };
}
