import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { PeerProcess } from '../../../src/domain/keys/key-use.ts';
import { PeerFinder } from '../../../src/server/serving/peer/peer-finder.ts';
import { killGroup } from '../send-signal.ts';

/** Tests run on busy machines, with processes that have thousands of open files. */
const LIMITS = { maxMs: 20_000, maxReads: 10_000_000 };

export function openFinder(): PeerFinder {
  const finder = PeerFinder.open(process.pid, LIMITS);
  if (finder === null) throw new Error('/proc does not belong to this process');
  onTestFinished(() => finder.close());
  return finder;
}

/** An HTTP server that finds the process of each client before it responds. */
export async function startPeerServer(host: string) {
  const finder = openFinder();
  const peers: (PeerProcess | null)[] = [];
  const server = createServer(async (request, response) => {
    peers.push(await finder.find(request.socket));
    response.setHeader('Connection', 'close').end('{}');
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { port, peers };
}

/** A server whose connections stay open. */
export async function startOpenServer({ host = '127.0.0.1', port = 0 } = {}) {
  const sockets: Socket[] = [];
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => {}));
  });
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const nextSocket = async (): Promise<Socket> => {
    if (sockets.length === 0) await once(server, 'connection');
    const socket = sockets.pop();
    if (socket === undefined) throw new Error('no connection');
    return socket;
  };
  return { port: (server.address() as AddressInfo).port, server, nextSocket };
}

/** Starts a client, which is killed with its children at the end of the test. */
export function startClient(program: string, args: readonly string[]): ChildProcess & { pid: number } {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`could not start ${program}`);
  onTestFinished(() => killGroup(pid));
  return Object.assign(child, { pid });
}

/** Resolves when the child has written its first output. */
export async function waitForOutput({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no pipe');
  const [chunk] = await once(stdout, 'data');
  return String(chunk).trim();
}
