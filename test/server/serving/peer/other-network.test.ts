import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { mayBeSkipped, noNetworkNamespace } from '../../../support/cli/namespaces.ts';
import { openFinder, startOpenServer } from '../../../support/server/peer-server.ts';

/** Listens and connects in another network, and passes the listening socket to the parent process. */
const OTHER_NETWORK = `
const net = require('node:net');
const [port, localPort] = process.argv.slice(1).map(Number);
const server = net.createServer().listen(port, '127.0.0.1', () => process.send('server', server));
process.once('message', () => {
  server.close();
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort });
  socket.on('connect', () => process.send('connected')).on('error', (error) => process.send(String(error)));
});
process.on('disconnect', () => process.exit());
`;

function startInOtherNetwork(...args: string[]): ChildProcess {
  const script = 'ip link set lo up && exec "$@"';
  const child = spawn(
    'unshare',
    ['--net', 'sh', '-c', script, 'sh', process.execPath, '-e', OTHER_NETWORK, ...args],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const skipped = noNetworkNamespace === null ? '' : ` (skipped: ${noNetworkNamespace})`;

test.skipIf(noNetworkNamespace !== null && mayBeSkipped)(
  `a connection of another network is unknown, although one here has the same addresses and ports${skipped}`,
  async () => {
    expect(noNetworkNamespace).toBeNull();
    // The connection of this network.
    const here = await startOpenServer();
    const client = connect({ port: here.port, host: '127.0.0.1', localAddress: '127.0.0.1' });
    onTestFinished(() => void client.destroy());
    const socketHere = await here.nextSocket();
    const { remotePort } = socketHere;

    const child = startInOtherNetwork(String(here.port), String(remotePort));
    const [, server]: [unknown, Server] = (await once(child, 'message')) as [unknown, Server];
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    child.send('connect');
    expect(await once(child, 'message')).toEqual(['connected', undefined]);
    const [socketThere] = await accepted;
    onTestFinished(() => {
      socketThere.destroy();
      server.close();
    });

    const getEnds = ({ localAddress, localPort, remoteAddress, remotePort }: Socket) => [
      localAddress,
      localPort,
      remoteAddress,
      remotePort,
    ];
    expect(getEnds(socketThere)).toEqual(getEnds(socketHere));
    const finder = openFinder();
    expect(await finder.find(socketThere)).toBeNull();
    expect(await finder.find(socketHere)).toMatchObject({
      pid: process.pid,
      program: realpathSync(process.execPath),
    });
  },
);
