import { buildDocumentFields, formatDocument } from '../credentials/credentials-document.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  type Header,
  type ShapeResult,
  toCredentialsResult,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { INSTANCE } from '../tree/default-tree.ts';
import { buildAgentError, buildAgentJson, buildAgentResponse } from './agent-wire.ts';
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
 * the path is the secret. If EKS is simulated too, `/v1/credentials` without an id belongs to EKS.
 */
export function handleEcsRequest(request: EndpointRequest, simulation: Simulation): ShapeResult | null {
  const { path, query } = request;
  if (/^\/\/+v[12]\//.test(path)) return toCredentialsResult(redirectToCleanPath(request));
  if (path === V1) {
    const id = query.get('id') ?? '';
    return id === '' && simulation.shapes.includes('eks')
      ? null
      : serveCredentials(request, simulation, 1, id);
  }
  if (path === V2 || path.startsWith(`${V2}/`)) {
    return serveCredentials(request, simulation, 2, path.slice(V2.length + 1));
  }
  return /^\/v[1-4](?:\/|$)/.test(path)
    ? toCredentialsResult(buildAgentError(request, 404, '404 page not found'))
    : null;
}

/** The response for a status, with the agent's message if the agent has one for that status. */
export function buildEcsStatusError(request: EndpointRequest, status: number): EndpointResponse {
  if (status === 429) {
    const message = 'You have reached maximum request limit.';
    return buildAgentError(request, 429, message, buildRateLimitHeaders(request));
  }
  const code = [...ERRORS].findLast(([, error]) => error.status === status)?.[0];
  return buildEcsError(request, code ?? 'InternalServerError', 2, status);
}

function serveCredentials(
  request: EndpointRequest,
  { issuer, role, credentialsId }: Simulation,
  version: 1 | 2,
  id: string,
): ShapeResult {
  const { faults, now, method } = request;
  const fail = (code: string, status?: number) =>
    toCredentialsResult(buildEcsError(request, code, version, status));
  if (method !== 'GET' && method !== 'HEAD') return fail('InternalServerError', 405);
  if (id === '') return fail('NoIdInRequest');
  if (!isSameSecret(id, credentialsId) || faults.has('no-role')) return fail('InvalidIdInRequest');
  const error = faults.get('error');
  if (error !== null) return fail(error.code ?? 'CredentialsUninitialized');
  const credentials = issuer.issue('ecs', now, faults);
  const RoleArn = `arn:aws:iam::${INSTANCE.accountId}:role/${role}`;
  const body = formatDocument(credentials, 'ecs', faults, () => ({
    RoleArn,
    ...buildDocumentFields(credentials),
  }));
  return toCredentialsResult(buildAgentJson(request, 200, body, buildRateLimitHeaders(request)), credentials);
}

function buildEcsError(
  request: EndpointRequest,
  code: string,
  version: 1 | 2,
  status?: number,
): EndpointResponse {
  const error = ERRORS.get(code) ?? INTERNAL_ERROR;
  const HTTPErrorCode = status ?? error.status;
  const message =
    code === 'InternalServerError' ? error.message : `CredentialsV${version}Request: ${error.message}`;
  const body = JSON.stringify({ code, message, HTTPErrorCode });
  return buildAgentJson(request, HTTPErrorCode, body, buildRateLimitHeaders(request));
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
