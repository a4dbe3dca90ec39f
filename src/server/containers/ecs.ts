import { buildDocumentFields, formatDocument } from '../credentials/credentials-document.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  type Header,
  type ShapeResult,
  toCredentialsResult,
} from '../endpoint-request.ts';
import type { EndpointState } from '../endpoint-state.ts';
import { buildAgentError, buildAgentJson, buildAgentResponse, buildRetryAfter } from './agent-wire.ts';
import { isSameSecret } from './compare-secrets.ts';

const INTERNAL_ERROR = { status: 500, message: 'Internal server error' };

/** The error codes of the ECS agent (amazon-ecs-agent 2026-06). */
const ERRORS: ReadonlyMap<string, { status: number; message: string }> = new Map([
  ['NoIdInRequest', { status: 400, message: 'No ID in the request' }],
  ['InvalidIdInRequest', { status: 400, message: 'Credentials not found' }],
  ['CredentialsUninitialized', { status: 503, message: 'Credentials uninitialized for ID' }],
  ['InternalServerError', INTERNAL_ERROR],
]);

const V2 = '/v2/credentials';
const V1 = '/v1/credentials';

/**
 * Handles requests to the credentials endpoint of the ECS agent. The agent checks no authorization: the id in
 * the path is the secret. If EKS is served too, `/v1/credentials` without an id belongs to EKS.
 */
export function handleEcsRequest(request: EndpointRequest, state: EndpointState): ShapeResult | null {
  const { path } = request;
  if (/^\/\/+v[12]\//.test(path)) return toCredentialsResult(redirectToCleanPath(request));
  const id = findEcsId(request);
  if (path === V1) {
    return id === '' && state.shapes.includes('eks') ? null : serveCredentials(request, state, 1, id);
  }
  if (path === V2 || path.startsWith(`${V2}/`)) return serveCredentials(request, state, 2, id);
  return /^\/v[1-4](?:\/|$)/.test(path)
    ? toCredentialsResult(buildAgentError(request, 404, '404 page not found'))
    : null;
}

/** The id of credentials in a request. Empty if the request has none. */
export function findEcsId({ path, query }: EndpointRequest): string {
  if (path === V1) return query.get('id') ?? '';
  return path.startsWith(`${V2}/`) ? path.slice(V2.length + 1) : '';
}

/** The response for a status, with the agent's message if the agent has one for that status. */
export function buildEcsStatusError(
  request: EndpointRequest,
  status: number,
  { isSimulated }: EndpointState,
): EndpointResponse {
  const headers = isSimulated ? buildRateLimitHeaders(request) : [];
  if (status === 429) {
    const message = 'You have reached maximum request limit.';
    return buildAgentError(request, 429, message, headers);
  }
  const code = [...ERRORS].findLast(([, error]) => error.status === status)?.[0];
  return buildEcsError(request, code ?? 'InternalServerError', 2, status, headers);
}

function serveCredentials(
  request: EndpointRequest,
  state: EndpointState,
  version: 1 | 2,
  id: string,
): ShapeResult {
  const { issuer, credentialsId, isSimulated } = state;
  const { faults, now, method } = request;
  const rateLimit = isSimulated ? buildRateLimitHeaders(request) : [];
  const fail = (code: string, status?: number, headers: readonly Header[] = []) =>
    toCredentialsResult(buildEcsError(request, code, version, status, [...headers, ...rateLimit]));
  if (method !== 'GET' && method !== 'HEAD') return fail('InternalServerError', 405);
  if (id === '') return fail('NoIdInRequest');
  if (!isSameSecret(id, credentialsId) || faults.has('no-role')) return fail('InvalidIdInRequest');
  const error = faults.get('error');
  if (error !== null) return fail(error.code ?? 'CredentialsUninitialized');
  const credentials = issuer.issue('ecs', now, faults);
  if (credentials === null) {
    return fail('CredentialsUninitialized', 503, [buildRetryAfter(issuer.getRetryAfter())]);
  }
  const { roleArn, accountId } = credentials;
  const body = formatDocument(credentials, 'ecs', faults, () => ({
    ...(roleArn !== null && { RoleArn: roleArn }),
    ...buildDocumentFields(credentials),
    // The agent states no account. SDKs read it to choose account-based endpoints.
    ...(!isSimulated && accountId !== null && { AccountId: accountId }),
  }));
  return toCredentialsResult(buildAgentJson(request, 200, body, rateLimit), credentials);
}

function buildEcsError(
  request: EndpointRequest,
  code: string,
  version: 1 | 2,
  status: number | undefined,
  headers: readonly Header[],
): EndpointResponse {
  const error = ERRORS.get(code) ?? INTERNAL_ERROR;
  const HTTPErrorCode = status ?? error.status;
  const message =
    code === 'InternalServerError' ? error.message : `CredentialsV${version}Request: ${error.message}`;
  const body = JSON.stringify({ code, message, HTTPErrorCode });
  return buildAgentJson(request, HTTPErrorCode, body, headers);
}

/** The headers that the agent's rate limiter adds to every response. */
const buildRateLimitHeaders = ({ connection }: EndpointRequest): Header[] => [
  ['X-Rate-Limit-Duration', '1'],
  ['X-Rate-Limit-Limit', '40.00'],
  ['X-Rate-Limit-Request-Remote-Addr', `${connection.remoteAddress}:${connection.remotePort}`],
];

/** Go's router redirects paths with doubled slashes. The location is relative, so the client stays here. */
const redirectToCleanPath = (request: EndpointRequest) =>
  buildAgentResponse(request, 301, '', [['Location', request.path.replace(/\/{2,}/g, '/')]]);
