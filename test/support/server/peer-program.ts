import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PeerFinder } from '../../../src/server/serving/peer/peer-finder.ts';

/** Responds with the port of the client, as the server sees it, and the process that was found. */
const finder = PeerFinder.open(process.pid, { maxMs: 10_000 });
const server = createServer(async ({ socket }, response) => {
  const peer = (await finder?.find(socket)) ?? null;
  response.end(JSON.stringify({ port: socket.remotePort, peer }));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
