import { type IncomingMessage, request } from 'node:http';
import {
  type EndpointAnswer,
  identifyMetadataService,
  type NoAnswerReason,
} from '../../../domain/setup/setup-facts.ts';
import { formatSocketAddress, type SocketAddress } from '../../../domain/setup/setup-plan.ts';
import { getSystemErrorCode } from '../../../errors.ts';

const TIMEOUT_MS = 1000;
const MAX_BYTES = 100_000;

/**
 * One `GET /healthz`. A metadata service does not have this path, so no response contains credentials.
 * @param isLocal the address belongs to this machine
 */
export function probeEndpoint(address: SocketAddress, isLocal: boolean): Promise<EndpointAnswer> {
  const { host, port } = address;
  return new Promise((resolve) => {
    let isLate = false;
    const options = { host, port, path: '/healthz', headers: { Host: formatHost(address) }, agent: false };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BYTES) sent.destroy();
        else chunks.push(chunk);
      });
      response.on('close', () =>
        resolve(classify(response, isLocal, Buffer.concat(chunks).toString('utf8'))),
      );
    });
    // Not the option `timeout`, which a server can extend with single bytes.
    const timer = setTimeout(() => {
      isLate = true;
      sent.destroy();
    }, TIMEOUT_MS);
    sent.on('error', (error) => resolve(isLate ? NO_RESPONSE : classifyError(error)));
    sent.on('close', () => {
      clearTimeout(timer);
      resolve(NO_RESPONSE);
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
  { statusCode = 0, headers }: IncomingMessage,
  isLocal: boolean,
  body: string,
): EndpointAnswer {
  return (
    parseHealth(body) ??
    identifyMetadataService(headers, isLocal) ?? {
      kind: 'other',
      status: statusCode,
      server: limit(headers.server),
    }
  );
}

/** Null for the response of another program. */
function parseHealth(text: string): EndpointAnswer | null {
  try {
    const { schema_version: version, user, pid, roles } = Object(JSON.parse(text));
    if (version !== 1 || typeof user !== 'string' || !Number.isSafeInteger(pid) || !Array.isArray(roles))
      return null;
    const names = roles.slice(0, MAX_ROLES).map((each) => limit(Object(each).name));
    return { kind: 'cred-watch', user: limit(user), pid, roles: names };
  } catch {
    return null;
  }
}

const MAX_ROLES = 50;
const MAX_NAME_LENGTH = 64;

/** The other program can send any text. */
const limit = (text: unknown): string => (typeof text === 'string' ? text.slice(0, MAX_NAME_LENGTH) : '');
