import { randomUUID } from 'node:crypto';
import {
  applyFieldFaults,
  buildDocumentFields,
  getDocumentText,
} from '../credentials/credentials-document.ts';
import {
  type CredentialsResponse,
  type EndpointRequest,
  type EndpointResponse,
  type ErrorResponder,
  type RequestHandler,
  toHandledRequest,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { buildAgentError, buildAgentResponse, JSON_CONTENT_TYPE } from './agent-wire.ts';
import type { TokenProblem } from './service-account-tokens.ts';

const PATH = '/v1/credentials';

const INTERNAL_ERROR = { status: 500, message: 'internal failure' };

/** The exceptions of EKS Auth, which the agent (eks-pod-identity-agent d4dc0f3) forwards. */
const UPSTREAM_ERRORS: ReadonlyMap<string, { status: number; message: string }> = new Map([
  ['ResourceNotFoundException', { status: 404, message: 'no pod identity association was found' }],
  ['ExpiredTokenException', { status: 400, message: 'the service account token has expired' }],
  ['InvalidTokenException', { status: 400, message: 'the service account token is not valid' }],
  ['AccessDeniedException', { status: 400, message: 'the node may not fetch these credentials' }],
  ['ThrottlingException', { status: 429, message: 'rate exceeded' }],
  ['InternalServerException', INTERNAL_ERROR],
]);

/** The agent's messages for tokens that it rejects itself. EKS Auth rejects unknown ones. */
const TOKEN_MESSAGES: Readonly<Record<Exclude<TokenProblem, 'unknown'>, string>> = {
  empty: 'Service account token cannot be empty',
  unparsable:
    'Service account token cannot be parsed: token is malformed: token contains an invalid number of segments',
  expired: 'Service account token failed basic claim validations: token is expired',
  'not-yet': 'Service account token failed basic claim validations: token is not valid yet',
};

/** The EKS Pod Identity agent. Clients send a service-account token. Errors are lines of text. */
export function createEksHandler(simulation: Simulation): RequestHandler {
  return (request) => {
    if (request.path !== PATH) return null;
    return toHandledRequest('eks', 'credentials', respondWithCredentials(request, simulation));
  };
}

/** The agent's response to every host except its own two addresses. */
export function buildEksHostError(request: EndpointRequest): EndpointResponse {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const message = `Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not ${host}`;
  return buildAgentError(request, 403, message);
}

export const respondWithEksError: ErrorResponder = (request, status) => {
  if (status === 429) return buildAgentError(request, 429, 'Too Many Requests');
  const code = [...UPSTREAM_ERRORS].find(([, error]) => error.status === status)?.[0];
  return code === undefined
    ? buildAgentError(request, status, 'simulated failure')
    : buildUpstreamError(request, code);
};

function respondWithCredentials(
  request: EndpointRequest,
  { issuer, instance, serviceAccountTokens }: Simulation,
): CredentialsResponse {
  const { faults, now, headers, method } = request;
  if (method !== 'GET' && method !== 'HEAD') return [buildAgentError(request, 405, 'Method Not Allowed')];
  const problem = serviceAccountTokens.findProblem(headers.authorization ?? '', now);
  if (problem === 'unknown') return [buildUpstreamError(request, 'InvalidTokenException')];
  if (problem !== null) return [buildAgentError(request, 400, TOKEN_MESSAGES[problem])];
  if (faults.has('no-role')) return [buildUpstreamError(request, 'ResourceNotFoundException')];
  const error = faults.get('error');
  if (error !== null) return [buildUpstreamError(request, error.code ?? 'ResourceNotFoundException')];
  const credentials = issuer.issue('eks', now, faults);
  const body = getDocumentText(credentials, 'eks', faults, () => {
    const { Expiration, ...keys } = buildDocumentFields(credentials);
    const fields = { ...keys, AccountId: instance.accountId, Expiration };
    return JSON.stringify(applyFieldFaults(fields, faults));
  });
  return [buildAgentResponse(request, { status: 200, body, headers: [JSON_CONTENT_TYPE] }), credentials];
}

function buildUpstreamError(request: EndpointRequest, code: string): EndpointResponse {
  const { status, message } = UPSTREAM_ERRORS.get(code) ?? INTERNAL_ERROR;
  const fault = status < 500 ? 'client' : 'server';
  return buildAgentError(request, status, `[${randomUUID()}]: (${code}): ${message}, fault: ${fault}`);
}
