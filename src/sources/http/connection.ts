import { connect, isIP, type Socket } from 'node:net';
import { getSystemErrorCode } from '../../errors.ts';
import { PollError } from '../poll-error.ts';
import { hostWithoutBrackets } from './addresses.ts';
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
  for (const address of addresses) {
    try {
      return await connectTo(url, address, connectMs, signal);
    } catch (error) {
      if (!(error instanceof PollError)) throw error;
      details.add(error.detail);
      if (signal.aborted) break;
    }
  }
  throw new PollError('unreachable', [...details].join(', '), { retry: 'always' });
}

async function connectTo(url: URL, address: string, connectMs: number, signal: AbortSignal): Promise<Socket> {
  const [socket, connected] = await startConnecting(url, address);
  return new Promise((resolve, reject) => {
    const fail = (detail: string) => {
      settle();
      // Without a listener, a later error of the socket would end the process.
      socket.on('error', () => {});
      socket.destroy();
      reject(new PollError('unreachable', detail, { retry: 'always' }));
    };
    const succeed = () => {
      settle();
      socket.on('error', () => {});
      resolve(socket);
    };
    const onError = (error: Error) => fail(getSystemErrorCode(error) || 'connection failed');
    const onClose = () => fail('the connection was closed while it was being opened');
    const onAbort = () => fail('no connection in time');
    const timer = setTimeoutAfterIo(() => fail(`no connection within ${connectMs} ms`), connectMs);
    const settle = () => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose).off(connected, succeed);
    };
    socket.once('error', onError).once('close', onClose).once(connected, succeed);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

/** Connects to an address that was checked before. The host name in the URL is used for TLS only. */
async function startConnecting(url: URL, address: string): Promise<[Socket, 'connect' | 'secureConnect']> {
  const isPlain = url.protocol === 'http:';
  const target = { host: address, port: Number(url.port) || (isPlain ? 80 : 443) };
  if (isPlain) return [connect(target), 'connect'];
  const tls = await import('node:tls');
  const host = hostWithoutBrackets(url);
  return [tls.connect(isIP(host) === 0 ? { ...target, servername: host } : target), 'secureConnect'];
}
