import { connect, isIP, type Socket } from 'node:net';
import { getSystemErrorCode } from '../../errors.ts';
import { findLocalError } from '../local-errors.ts';
import { PollError } from '../poll-error.ts';
import { removeBrackets } from './addresses.ts';
import { setTimeoutAfterIo } from './timeout-after-io.ts';

/**
 * Connects to the first address that accepts the connection, including the TLS handshake.
 * @throws PollError with the reason `unreachable`
 */
export async function openConnection(
  url: URL,
  addresses: readonly string[],
  connectMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  // Errors of all addresses: `localhost` has two, and the first error is often the relevant one.
  const details = new Set<string>();
  let isTimeout = false;
  for (const address of addresses) {
    try {
      return await connectTo(url, address, connectMs, signal);
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
      details.add(error.detail);
      isTimeout = error.isTimeout;
      if (signal.aborted) break;
    }
  }
  throw createConnectError(`${[...details].join(', ')} at ${url.host}`, isTimeout);
}

export const createConnectError = (detail: string, isTimeout = false): PollError =>
  new PollError('unreachable', detail, { retry: 'always', isTimeout });

async function connectTo(url: URL, address: string, connectMs: number, signal: AbortSignal): Promise<Socket> {
  const [socket, connected] = await startConnecting(url, address);
  // Not `once` with a signal that combines both limits: signals take a third of the time of a connection.
  return new Promise((resolve, reject) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', abort);
      socket.off(connected, succeed);
    };
    const succeed = () => {
      end();
      resolve(socket);
    };
    const fail = (error: unknown) => {
      end();
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(createConnectError('no connection in time', true));
    const timer = setTimeoutAfterIo(
      () => fail(createConnectError(`no connection within ${connectMs} ms`, true)),
      connectMs,
    );
    socket.once(connected, succeed);
    // The listener stays: without one, a later error of the socket would end the process.
    socket.on('error', (error) =>
      fail(findLocalError(error) ?? createConnectError(getSystemErrorCode(error) ?? 'connection failed')),
    );
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** Connects to an address that was checked before. The host name in the URL is used for TLS only. */
async function startConnecting(url: URL, address: string): Promise<[Socket, 'connect' | 'secureConnect']> {
  const isPlain = url.protocol === 'http:';
  const target = { host: address, port: Number(url.port) || (isPlain ? 80 : 443) };
  if (isPlain) return [connect(target), 'connect'];
  const tls = await import('node:tls');
  const host = removeBrackets(url);
  return [tls.connect(isIP(host) === 0 ? { ...target, servername: host } : target), 'secureConnect'];
}
