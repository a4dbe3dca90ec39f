import {
  type EndpointAnswer,
  identifyMetadataService,
  type NoAnswerReason,
} from '../../../domain/setup/setup-facts.ts';
import type { SocketAddress } from '../../../domain/setup/setup-plan.ts';
import { getSystemErrorCode } from '../../../errors.ts';
import { type HealthResponse, requestHealth } from '../health/request-health.ts';
import { parseHealth } from '../health/running-server.ts';

const TIMEOUT_MS = 3000;

/**
 * Asks which program responds.
 * @param isLocal the address belongs to this machine
 */
export async function probeEndpoint(address: SocketAddress, isLocal: boolean): Promise<EndpointAnswer> {
  const response = await requestHealth(address, TIMEOUT_MS);
  if (response === null) return { kind: 'nothing', reason: 'timeout' };
  return response instanceof Error ? classifyError(response) : classify(response, isLocal);
}

const ERROR_REASONS: Readonly<Record<string, NoAnswerReason>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
};

function classifyError(error: Error): EndpointAnswer {
  const code = getSystemErrorCode(error) ?? '';
  if (code.startsWith('HPE_') || code === 'ECONNRESET') return { kind: 'no-http' };
  return { kind: 'nothing', reason: ERROR_REASONS[code] ?? 'unreachable' };
}

function classify({ status, headers, body }: HealthResponse, isLocal: boolean): EndpointAnswer {
  const server = parseHealth(body);
  if (server !== null) {
    const { user, pid, roles } = server;
    return { kind: 'cred-watch', user, pid, roles: roles.map(({ name }) => name) };
  }
  const service = identifyMetadataService(headers, isLocal);
  return service ?? { kind: 'other', status, server: limit(headers.server) };
}

const MAX_NAME_LENGTH = 64;

/** The other program can send any text. */
const limit = (text: string | string[] = ''): string => String(text).slice(0, MAX_NAME_LENGTH);
