import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { formatSocketAddress, type SocketAddress } from '../../../domain/setup/setup-plan.ts';

/** Where a server may listen. */
export type ServerAddress = SocketAddress | { socketPath: string };

/** The response of an unknown program to `GET /healthz`. */
export interface HealthResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Null if the response is incomplete or too long. */
  body: string | null;
}

const MAX_BYTES = 100_000;

/**
 * Sends one `GET /healthz`. A metadata service does not have this path, so no response contains credentials.
 * @returns the response, the error of the connection, or null without a response in time
 */
export function requestHealth(
  address: ServerAddress,
  timeoutMs: number,
): Promise<HealthResponse | Error | null> {
  return new Promise((resolve) => {
    let received: IncomingMessage | null = null;
    let failure: Error | null = null;
    let isLate = false;
    const chunks: Buffer[] = [];
    let length = 0;
    const options = { ...address, path: '/healthz', headers: { Host: formatHost(address) }, agent: false };
    const sent = request(options, (response) => {
      received = response;
      // A truncated response has no body.
      response.on('error', () => {});
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BYTES) sent.destroy();
        else chunks.push(chunk);
      });
    });
    // Not the option `timeout`, which a server can extend with single bytes.
    const timer = setTimeout(() => {
      isLate = true;
      sent.destroy();
    }, timeoutMs);
    // The destroyed request has an error too.
    sent.on('error', (error) => {
      if (!isLate) failure = error;
    });
    sent.on('close', () => {
      clearTimeout(timer);
      resolve(received === null ? failure : toHealthResponse(received, chunks));
    });
    sent.end();
  });
}

const toHealthResponse = (
  { statusCode = 0, headers, complete }: IncomingMessage,
  chunks: readonly Buffer[],
): HealthResponse => ({
  status: statusCode,
  headers,
  body: complete ? Buffer.concat(chunks).toString('utf8') : null,
});

function formatHost(address: ServerAddress): string {
  if ('socketPath' in address) return 'localhost';
  const text = formatSocketAddress(address);
  return address.port === 80 ? text.slice(0, -':80'.length) : text;
}
