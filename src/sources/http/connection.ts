import { connect, isIP, type Socket } from 'node:net';
import { getSystemErrorCode } from '../../errors.ts';
import { PollError } from '../poll-error.ts';
import { hostWithoutBrackets } from './addresses.ts';
import { setTimeoutAfterIo } from './timeout-after-io.ts';

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/** Connects to the first of the addresses that accepts, TLS handshake included. A failure is always `unreachable`. */
export async function openConnection(
  url: URL,
  addresses: readonly string[],
  connectMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  // `localhost` has two addresses, and what is wrong with the first is often what matters.
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
      // A socket that fails late, or while it is being destroyed, must not end the process.
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
    const onClose = () => fail('the connection was closed before it was there');
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

/** The address was looked up and vetted before; the name in the URL serves only TLS from here on. */
async function startConnecting(url: URL, address: string): Promise<[Socket, 'connect' | 'secureConnect']> {
  const target = { host: address, port: Number(url.port) || DEFAULT_PORTS[url.protocol]! };
  if (url.protocol === 'http:') return [connect(target), 'connect'];
  const tls = await import('node:tls');
  const host = hostWithoutBrackets(url);
  return [tls.connect(isIP(host) === 0 ? { ...target, servername: host } : target), 'secureConnect'];
}
