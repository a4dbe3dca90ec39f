import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export const int16 = (value: number): Buffer => Buffer.from([(value >> 8) & 0xff, value & 0xff]);

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A message of the server with a correct length. */
export const message = (code: string, ...parts: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(code), int32(4 + parts.reduce((sum, { length }) => sum + length, 0)), ...parts]);

export const AUTHENTICATED = message('R', int32(0));
export const READY = message('Z', Buffer.from('I'));

/** The description of rows with one column, which has the type `int8`. */
export const ONE_COLUMN = message(
  'T',
  int16(1),
  Buffer.from('a\0'),
  ...[int32(0), int16(0), int32(20), int16(8), int32(-1), int16(0)],
);

export interface HostileServer {
  port: number;
  countOpenSockets(): number;
}

/**
 * Starts a server of PostgreSQL's protocol that replies with the given bytes, and closes no connection.
 * @param reply to the first message of the client
 * @param replyToStatement to each later one. A function writes more than one reply
 */
export async function startHostileServer(
  reply: Buffer,
  replyToStatement: Buffer | ((socket: Socket) => void) = Buffer.alloc(0),
): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let isStarted = false;
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => {
      if (!isStarted) socket.write(reply);
      else if (typeof replyToStatement === 'function') replyToStatement(socket);
      else socket.write(replyToStatement);
      isStarted = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, countOpenSockets: () => sockets.size };
}

/** Writes the bytes again and again, as fast as the client reads them. */
export const writeForever =
  (start: Buffer, repeated: Buffer) =>
  (socket: Socket): void => {
    const write = () => {
      if (socket.destroyed) return;
      if (socket.write(repeated)) setImmediate(write);
      else socket.once('drain', write);
    };
    socket.write(start);
    write();
  };
