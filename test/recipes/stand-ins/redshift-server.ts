/**
 * A stand-in for an Amazon Redshift cluster, because Redshift runs only at AWS.
 *
 * It imitates the simple query protocol of PostgreSQL, which Redshift speaks (PostgreSQL documentation,
 * "Frontend/Backend Protocol"), and COPY and UNLOAD with keys: Redshift uses exactly the keys of the
 * statement, and fails with the error of S3 if they are unknown or expired (Amazon Redshift Database Developer
 * Guide, "Authorization parameters"; the error text is from issue 151 of the repository
 * spark-redshift-community/spark-redshift). It moves no data.
 */
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface IssuedKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** In milliseconds. */
  expiration: number;
}

export interface RedshiftServer {
  /** Variables for psql. */
  env: Record<string, string>;
  /** The statements in their order. */
  statements: string[];
}

interface RedshiftOptions {
  /** The keys that S3 accepts. */
  listKeys: () => readonly IssuedKeys[];
  now?: () => number;
}

const SSL_REQUEST = 80877103;

/** Starts the server on a free loopback port, until the test ends. */
export async function startRedshift({ listKeys, now = Date.now }: RedshiftOptions): Promise<RedshiftServer> {
  const statements: string[] = [];
  const answer = (statement: string): Buffer => {
    statements.push(statement);
    const command = /^\s*(COPY|UNLOAD)\b/i.exec(statement)?.[1]?.toUpperCase();
    if (command === undefined) return buildError('42601', 'only COPY and UNLOAD are supported');
    const problem = checkKeys(statement, listKeys(), now());
    return problem === null ? message('C', `${command}\0`) : buildError('XX000', problem);
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    converse(socket, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const env = { PGHOST: '127.0.0.1', PGPORT: `${address.port}`, PGUSER: 'loader', PGDATABASE: 'sales' };
  return { env: { ...env, PGCONNECT_TIMEOUT: '10' }, statements };
}

/** The problem that S3 reports to Redshift. Null if it accepts the keys of the statement. */
function checkKeys(statement: string, keys: readonly IssuedKeys[], now: number): string | null {
  const read = (name: string) => new RegExp(`\\b${name} '([^']*)'`, 'i').exec(statement)?.[1];
  const used = keys.find(({ accessKeyId }) => accessKeyId === read('ACCESS_KEY_ID'));
  const problem = (text: string, error: string, status = 403) =>
    `S3ServiceException:${text},Status ${status},Error ${error},Rid 0000000000000000`;
  if (used === undefined)
    return problem('The AWS Access Key Id you provided does not exist in our records.', 'InvalidAccessKeyId');
  if (used.secretAccessKey !== read('SECRET_ACCESS_KEY') || used.sessionToken !== read('SESSION_TOKEN'))
    return problem('The request signature we calculated does not match', 'SignatureDoesNotMatch');
  return used.expiration <= now ? problem('The provided token has expired.', 'ExpiredToken', 400) : null;
}

/** Answers the messages of one client in their order. */
function converse(socket: Socket, answer: (statement: string) => Buffer): void {
  let received = Buffer.alloc(0);
  let isStarted = false;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      // The first messages of a client have no type.
      const typeSize = isStarted ? 1 : 0;
      if (received.length < typeSize + 4) return;
      const size = typeSize + received.readUInt32BE(typeSize);
      if (received.length < size) return;
      const type = isStarted ? String.fromCharCode(received[0]!) : '';
      const body = received.subarray(typeSize + 4, size);
      received = received.subarray(size);
      if (!isStarted && body.readUInt32BE(0) === SSL_REQUEST) {
        socket.write('N');
      } else if (!isStarted) {
        isStarted = true;
        socket.write(Buffer.concat([AUTHENTICATED, ...PARAMETERS, READY]));
      } else if (type === 'Q') {
        socket.write(Buffer.concat([answer(body.subarray(0, -1).toString()), READY]));
      } else if (type === 'X') {
        socket.end();
      }
    }
  });
}

function message(type: string, body: string | Buffer): Buffer {
  const content = Buffer.from(body);
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', 'I');
const PARAMETERS = [
  ['server_version', '8.0.2'],
  ['server_encoding', 'UTF8'],
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
].map((pair) => message('S', `${pair.join('\0')}\0`));

const buildError = (code: string, text: string): Buffer =>
  message('E', `SERROR\0VERROR\0C${code}\0M${text}\0\0`);
