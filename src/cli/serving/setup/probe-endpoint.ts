import { type IncomingMessage, request } from 'node:http';
import {
  type EndpointAnswer,
  identifyMetadataService,
  type NoAnswerReason,
} from '../../../domain/setup/setup-facts.ts';
import { formatSocketAddress, type SocketAddress } from '../../../domain/setup/setup-plan.ts';
import { getSystemErrorCode } from '../../../errors.ts';
import { parseHealth } from '../running-server.ts';

const TIMEOUT_MS = 3000;
const MAX_BYTES = 100_000;

/**
 * One `GET /healthz`. A metadata service does not have this path, so no response contains credentials.
 * @param isLocal the address belongs to this machine
 */
export function probeEndpoint(address: SocketAddress, isLocal: boolean): Promise<EndpointAnswer> {
  const { host, port } = address;
  return new Promise((resolve) => {
    let received: IncomingMessage | null = null;
    let failure: Error | null = null;
    let isLate = false;
    const chunks: Buffer[] = [];
    let length = 0;
    const options = { host, port, path: '/healthz', headers: { Host: formatHost(address) }, agent: false };
    const sent = request(options, (response) => {
      received = response;
      // A truncated response has no health document.
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
    }, TIMEOUT_MS);
    // The destroyed request has an error too.
    sent.on('error', (error) => {
      if (!isLate) failure = error;
    });
    sent.on('close', () => {
      clearTimeout(timer);
      if (received !== null) resolve(classify(received, isLocal, Buffer.concat(chunks).toString('utf8')));
      else resolve(failure === null ? NO_RESPONSE : classifyError(failure));
    });
    sent.end();
  });
}

const NO_RESPONSE: EndpointAnswer = { kind: 'nothing', reason: 'timeout' };

const formatHost = ({ host, port }: SocketAddress) => {
  const text = formatSocketAddress({ host, port });
  return port === 80 ? text.slice(0, -':80'.length) : text;
};

const ERROR_REASONS: Readonly<Record<string, NoAnswerReason>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
};

function classifyError(error: Error): EndpointAnswer {
  const code = getSystemErrorCode(error) ?? '';
  if (code.startsWith('HPE_') || code === 'ECONNRESET') return { kind: 'no-http' };
  return { kind: 'nothing', reason: ERROR_REASONS[code] ?? 'unreachable' };
}

function classify(
  { statusCode = 0, headers, complete }: IncomingMessage,
  isLocal: boolean,
  body: string,
): EndpointAnswer {
  const server = complete ? parseHealth(body) : null;
  if (server !== null) {
    const { user, pid, roles } = server;
    return { kind: 'cred-watch', user, pid, roles: roles.map(({ name }) => name) };
  }
  const service = identifyMetadataService(headers, isLocal);
  return service ?? { kind: 'other', status: statusCode, server: limit(headers.server) };
}

const MAX_NAME_LENGTH = 64;

/** The other program can send any text. */
const limit = (text: string | string[] = ''): string => String(text).slice(0, MAX_NAME_LENGTH);
