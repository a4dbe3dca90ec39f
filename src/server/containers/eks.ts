import { randomUUID } from 'node:crypto';
import {
  applyFieldFaults,
  buildDocumentFields,
  getDocumentText,
} from '../credentials/credentials-document.ts';
import type {
  EndpointRequest,
  EndpointResponse,
  ErrorResponder,
  HandledRequest,
  RequestHandler,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { buildAgentError, buildAgentResponse, JSON_CONTENT_TYPE } from './agent-wire.ts';
import type { TokenProblem } from './service-account-tokens.ts';

const PATH = '/v1/credentials';

/** What EKS Auth says through the agent (eks-pod-identity-agent d4dc0f3), by the code of its exception. */
const UPSTREAM: Readonly<Record<string, { status: number; message: string; fault: 'client' | 'server' }>> = {
  ResourceNotFoundException: {
    status: 404,
    message: 'no pod identity association was found',
    fault: 'client',
  },
  ExpiredTokenException: { status: 400, message: 'the service account token has expired', fault: 'client' },
  InvalidTokenException: { status: 400, message: 'the service account token is not valid', fault: 'client' },
  AccessDeniedException: {
    status: 400,
    message: 'the node may not fetch these credentials',
    fault: 'client',
  },
  ThrottlingException: { status: 429, message: 'rate exceeded', fault: 'client' },
  InternalServerException: { status: 500, message: 'internal failure', fault: 'server' },
};

const TOKEN_FAULTS: Readonly<Record<Exclude<TokenProblem, 'unknown'>, string>> = {
  empty: 'Service account token cannot be empty',
  unparsable:
    'Service account token cannot be parsed: token is malformed: token contains an invalid number of segments',
  expired: 'Service account token failed basic claim validations: token is expired',
  'not-yet': 'Service account token failed basic claim validations: token is not valid yet',
};

/** The EKS Pod Identity agent: every error is a line of text, and the token is the pod's own. */
export function createEksHandler(simulation: Simulation): RequestHandler {
  return (inquiry) => {
    if (inquiry.path !== PATH) return null;
    const [answer, more] = answerCredentials(inquiry, simulation);
    const reply: HandledRequest = {
      shape: 'eks',
      kind: 'credentials',
      apiVersion: '',
      credentials: null,
      response: answer,
    };
    return { ...reply, ...more };
  };
}

/** The agent says so for every host but its own two addresses. */
export function buildEksHostError(inquiry: EndpointRequest): EndpointResponse {
  const host = (inquiry.headers.host ?? '').replace(/:\d+$/, '');
  const message = `Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not ${host}`;
  return buildAgentError(inquiry, 403, message);
}

export const respondWithEksError: ErrorResponder = (inquiry, status) => {
  if (status === 429) return buildAgentError(inquiry, 429, 'Too Many Requests');
  const code = Object.entries(UPSTREAM).find(([, error]) => error.status === status)?.[0];
  return code === undefined
    ? buildAgentError(inquiry, status, 'simulated failure')
    : upstreamError(inquiry, code);
};

function answerCredentials(
  inquiry: EndpointRequest,
  { issuer, instance, serviceAccountTokens }: Simulation,
): [EndpointResponse, Partial<HandledRequest>?] {
  const { faults, now, headers, method } = inquiry;
  if (method !== 'GET' && method !== 'HEAD') return [buildAgentError(inquiry, 405, 'Method Not Allowed')];
  const fault = serviceAccountTokens.findProblem(headers.authorization ?? '', now);
  if (fault === 'unknown') return [upstreamError(inquiry, 'InvalidTokenException')];
  if (fault !== null) return [buildAgentError(inquiry, 400, TOKEN_FAULTS[fault])];
  if (faults.get('no-role') !== undefined) return [upstreamError(inquiry, 'ResourceNotFoundException')];
  const error = faults.get('error');
  if (error !== undefined) return [upstreamError(inquiry, error.code ?? 'ResourceNotFoundException')];
  const credentials = issuer.issue('eks', now, faults);
  const body = getDocumentText(credentials, 'eks', faults, () => {
    const { Expiration, ...keys } = buildDocumentFields(credentials);
    const fields = { ...keys, AccountId: instance.accountId, Expiration };
    return JSON.stringify(applyFieldFaults(fields, faults));
  });
  return [buildAgentResponse(inquiry, { status: 200, body, headers: [JSON_CONTENT_TYPE] }), { credentials }];
}

function upstreamError(inquiry: EndpointRequest, code: string): EndpointResponse {
  const known = Object.hasOwn(UPSTREAM, code) ? UPSTREAM[code]! : UPSTREAM.InternalServerException!;
  const text = `[${randomUUID()}]: (${code}): ${known.message}, fault: ${known.fault}`;
  return buildAgentError(inquiry, known.status, text);
}
