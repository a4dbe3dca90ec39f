import { randomUUID } from 'node:crypto';
import { buildDocumentFields, formatDocument } from '../credentials/credentials-document.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  type ShapeResult,
  toCredentialsResult,
} from '../endpoint-request.ts';
import type { EndpointState } from '../endpoint-state.ts';
import { buildAgentError, buildAgentJson, buildRetryAfter } from './agent-wire.ts';
import type { TokenProblem } from './service-account-tokens.ts';

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

/** Handles requests to the EKS Pod Identity agent, with a service-account token. Errors are lines of text. */
export function handleEksRequest(
  request: EndpointRequest,
  { issuer, serviceAccountTokens }: EndpointState,
): ShapeResult | null {
  const { path, method, headers, faults, now } = request;
  if (path !== '/v1/credentials') return null;
  const fail = (status: number, message: string) =>
    toCredentialsResult(buildAgentError(request, status, message));
  const failUpstream = (code: string) => toCredentialsResult(buildUpstreamError(request, code));
  if (method !== 'GET' && method !== 'HEAD') return fail(405, 'Method Not Allowed');
  const problem = serviceAccountTokens.findProblem(headers.authorization ?? '', now);
  if (problem === 'unknown') return failUpstream('InvalidTokenException');
  if (problem !== null) return fail(400, TOKEN_MESSAGES[problem]);
  if (faults.has('no-role')) return failUpstream('ResourceNotFoundException');
  const error = faults.get('error');
  if (error !== null) return failUpstream(error.code ?? 'ResourceNotFoundException');
  const credentials = issuer.issue('eks', now, faults);
  if (credentials === null) {
    const retryAfter = buildRetryAfter(issuer.getRetryAfter());
    return toCredentialsResult(buildAgentError(request, 503, 'credentials are not available', [retryAfter]));
  }
  const { accountId } = credentials;
  const body = formatDocument(credentials, 'eks', faults, () => {
    const { Expiration, ...keys } = buildDocumentFields(credentials);
    return { ...keys, ...(accountId !== null && { AccountId: accountId }), Expiration };
  });
  return toCredentialsResult(buildAgentJson(request, 200, body), credentials);
}

/** The agent's response to every host except its own two addresses. */
export function buildEksHostError(request: EndpointRequest): EndpointResponse {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const message = `Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not ${host}`;
  return buildAgentError(request, 403, message);
}

/** The response for a status, with the code of EKS Auth if it has one for that status. */
export function buildEksStatusError(request: EndpointRequest, status: number): EndpointResponse {
  if (status === 429) return buildAgentError(request, 429, 'Too Many Requests');
  const code = [...UPSTREAM_ERRORS].find(([, error]) => error.status === status)?.[0];
  return code === undefined
    ? buildAgentError(request, status, 'simulated failure')
    : buildUpstreamError(request, code);
}

function buildUpstreamError(request: EndpointRequest, code: string): EndpointResponse {
  const { status, message } = UPSTREAM_ERRORS.get(code) ?? INTERNAL_ERROR;
  const fault = status < 500 ? 'client' : 'server';
  return buildAgentError(request, status, `[${randomUUID()}]: (${code}): ${message}, fault: ${fault}`);
}
