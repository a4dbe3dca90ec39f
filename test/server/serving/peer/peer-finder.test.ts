import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';
import {
  openFinder,
  startClient,
  startOpenServer,
  startPeerServer,
  waitForOutput,
} from '../../../support/server/peer-server.ts';
import { ciTest, sampleCases } from '../../../support/thorough.ts';

const PYTHON = '/usr/bin/python3';
const CURL = '/usr/bin/curl';

const FETCH_IN_NODE = "require('node:http').get(process.argv[1], (response) => response.resume())";
const FETCH_IN_PYTHON = 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()';

/** Connects an IPv6 socket to an IPv4 address, as Java does. */
const FETCH_FROM_IPV6_SOCKET = `
import socket, sys
s = socket.socket(socket.AF_INET6)
s.connect(('::ffff:127.0.0.1', int(sys.argv[1].split(':')[-1].strip('/'))))
s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
s.recv(1000)`;

const CLIENTS: Record<string, [program: string, ...args: string[]]> = {
  curl: [CURL, '--silent', '--output', '/dev/null'],
  node: [process.execPath, '-e', FETCH_IN_NODE],
  python: [PYTHON, '-c', FETCH_IN_PYTHON],
};

const hasClients = [PYTHON, CURL].every((program) => existsSync(program));

const USER = userInfo().username;

/** Runs a client to its end, and returns its pid. */
async function runClient([program, ...args]: readonly [string, ...string[]], url: string): Promise<number> {
  const child = startClient(program, [...args, url]);
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  return child.pid;
}

const isSkipped = process.platform !== 'linux' || (!hasClients && !process.env.CI);

describe.skipIf(isSkipped)('the process of a connection', () => {
  const servers: [host: string, target: string][] = [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
    // The server gets an IPv4 address within IPv6.
    ['::', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.2'],
  ];
  test.each(sampleCases(servers, 4))(
    'short-lived clients of a server on %s at %s are found',
    async (host, target) => {
      const { port, peers } = await startPeerServer(host);
      for (const client of Object.values(CLIENTS)) {
        const pid = await runClient(client, `http://${target}:${port}/`);
        expect(peers.pop()).toEqual({ pid, program: realpathSync(client[0]), user: USER });
      }
    },
  );

  test.each(sampleCases(['127.0.0.1', '::'], 2))(
    'an IPv6 socket of a client is found by a server on %s',
    async (host) => {
      const { port, peers } = await startPeerServer(host);
      const client = [PYTHON, '-c', FETCH_FROM_IPV6_SOCKET] as const;
      const pid = await runClient([...client], `http://127.0.0.1:${port}/`);
      expect(peers).toEqual([{ pid, program: realpathSync(PYTHON), user: USER }]);
    },
  );

  ciTest('several clients at the same time are each found', async () => {
    const { port, peers } = await startPeerServer('127.0.0.1');
    const clients = Array.from({ length: 12 }, (_, index) => Object.values(CLIENTS)[index % 3] ?? [CURL]);
    const pids = await Promise.all(
      clients.map((client) => runClient(client as [string], `http://127.0.0.1:${port}/`)),
    );
    const found = new Map(peers.map((peer) => [peer?.pid, peer?.program]));
    expect(found).toEqual(new Map(pids.map((pid, i) => [pid, realpathSync(clients[i]?.[0] ?? '')])));
  });

  test('requests on one connection cause one search', async () => {
    const { port, nextSocket } = await startOpenServer();
    const client = startClient(process.execPath, ['-e', `require('node:net').connect(${port})`]);
    const [finder, socket] = [openFinder(), await nextSocket()];
    const first = finder.find(socket);
    expect(await first).toMatchObject({ pid: client.pid });
    client.kill('SIGKILL');
    await once(client, 'exit');
    expect(finder.find(socket)).toBe(first);
  });

  test('a process that inherited the socket is not taken for the client', async () => {
    const { port, nextSocket } = await startOpenServer();
    const script = `
import os, socket, sys, time
s = socket.create_connection(('127.0.0.1', ${port}))
s.set_inheritable(True)
for _ in range(3):
  if os.fork() == 0:
    time.sleep(60)
print('forked', flush=True)
sys.stdin.read()`;
    const client = startClient(PYTHON, ['-c', script]);
    await waitForOutput(client);
    expect(await openFinder().find(await nextSocket())).toMatchObject({ pid: client.pid });
  });

  test('a program with brackets and line ends in its name is found', async () => {
    const { port, nextSocket } = await startOpenServer();
    const client = startClient('bash', [
      '-c',
      `exec -a $'x) 1 1 (\\n' ${process.execPath} -e 'process.title = "a) S 1 (b\\n"; require("node:net").connect(${port})'`,
    ]);
    const peer = await openFinder().find(await nextSocket());
    expect(peer).toEqual({ pid: client.pid, program: realpathSync(process.execPath), user: USER });
  });
});

describe.skipIf(isSkipped)('a process that cannot be found is unknown', () => {
  test('a client that has ended is unknown', async () => {
    const { port, nextSocket } = await startOpenServer();
    const client = startClient(process.execPath, ['-e', `require('node:net').connect(${port})`]);
    const socket = await nextSocket();
    client.kill('SIGKILL');
    await once(client, 'exit');
    expect(await openFinder().find(socket)).toBeNull();
  });

  test('a client that has closed its socket, but still runs, is unknown', async () => {
    const { port, nextSocket } = await startOpenServer();
    const script = `
import socket, sys
socket.create_connection(('127.0.0.1', ${port})).close()
print('closed', flush=True)
sys.stdin.read()`;
    const client = startClient(PYTHON, ['-c', script]);
    await waitForOutput(client);
    expect(await openFinder().find(await nextSocket())).toBeNull();
  });

  test('a client whose port another process uses now is unknown', async () => {
    const { port, nextSocket } = await startOpenServer();
    const connect = (sourcePort: number) => `
import socket, struct, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
# Closing resets the connection, so that the port is free at once.
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
s.bind(('127.0.0.1', ${sourcePort}))
s.connect(('127.0.0.1', ${port}))
print(s.getsockname()[1], flush=True)
sys.stdin.read()`;
    const first = startClient(PYTHON, ['-c', connect(0)]);
    const sourcePort = Number(await waitForOutput(first));
    const firstSocket = await nextSocket();
    first.kill('SIGTERM');
    await once(first, 'exit');
    const second = startClient(PYTHON, ['-c', connect(sourcePort)]);
    await waitForOutput(second);
    const secondSocket = await nextSocket();
    expect(secondSocket.remotePort).toBe(sourcePort);
    const finder = openFinder();
    expect(await Promise.all([finder.find(firstSocket), finder.find(secondSocket)])).toEqual([
      null,
      expect.objectContaining({ pid: second.pid }),
    ]);
  });

  test('the client of a Unix socket is unknown', async () => {
    const path = join(temporaryFolder(), 'socket');
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(path);
    const [socket] = await accepted;
    onTestFinished(() => void [client, socket].map((each) => each.destroy()));
    expect(await openFinder().find(socket)).toBeNull();
  });

  test('the client of a closed connection is unknown', async () => {
    const { port, nextSocket } = await startOpenServer();
    startClient(process.execPath, ['-e', `require('node:net').connect(${port})`]);
    const socket = await nextSocket();
    socket.destroy();
    expect(await openFinder().find(socket)).toBeNull();
  });

  test('no search takes place after the end of the server', async () => {
    const { port, nextSocket } = await startOpenServer();
    startClient(process.execPath, ['-e', `require('node:net').connect(${port})`]);
    const finder = openFinder();
    finder.close();
    expect(await finder.find(await nextSocket())).toBeNull();
  });
});
