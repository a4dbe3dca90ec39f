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
  type Header,
  type RequestHandler,
  toHandledRequest,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { buildAgentError, buildAgentResponse, JSON_CONTENT_TYPE } from './agent-wire.ts';
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
 * The credentials endpoint of the ECS agent. There is no authorization: the id in the path is the secret.
 * If EKS is simulated too, `/v1/credentials` without an id belongs to EKS.
 */
export function createEcsHandler(simulation: Simulation): RequestHandler {
  return (request) => {
    const { path, method } = request;
    const handled = (...response: CredentialsResponse) => toHandledRequest('ecs', 'credentials', response);
    if (/^\/\/+v[12]\//.test(path)) return handled(redirectToCleanPath(request));
    const version = path === V2 || path.startsWith(`${V2}/`) ? 2 : path === V1 ? 1 : null;
    if (version === null)
      return /^\/v[1-4](?:\/|$)/.test(path) && path !== V1
        ? handled(buildAgentError(request, 404, '404 page not found'))
        : null;
    const id = version === 2 ? path.slice(V2.length + 1) : (request.query.get('id') ?? '');
    if (version === 1 && id === '' && simulation.shapes.includes('eks')) return null;
    if (method !== 'GET' && method !== 'HEAD')
      return handled(buildEcsError(request, 'InternalServerError', version, 405));
    return handled(...respondWithCredentials(request, simulation, version, id));
  };
}

/** The response for a status, with the agent's message if the agent has one for that status. */
export const respondWithEcsError: ErrorResponder = (request, status) => {
  if (status === 429)
    return buildAgentError(
      request,
      429,
      'You have reached maximum request limit.',
      buildRateLimitHeaders(request),
    );
  const code = [...ERRORS].findLast(([, error]) => error.status === status)?.[0];
  return buildEcsError(request, code ?? 'InternalServerError', 2, status);
};

function respondWithCredentials(
  request: EndpointRequest,
  { issuer, role, instance, credentialsId }: Simulation,
  version: 1 | 2,
  id: string,
): CredentialsResponse {
  const { faults, now } = request;
  if (id === '') return [buildEcsError(request, 'NoIdInRequest', version)];
  if (!isSameSecret(id, credentialsId) || faults.has('no-role')) {
    return [buildEcsError(request, 'InvalidIdInRequest', version)];
  }
  const error = faults.get('error');
  if (error !== null) return [buildEcsError(request, error.code ?? 'CredentialsUninitialized', version)];
  const credentials = issuer.issue('ecs', now, faults);
  const body = getDocumentText(credentials, 'ecs', faults, () => {
    const RoleArn = `arn:aws:iam::${instance.accountId}:role/${role}`;
    return JSON.stringify(applyFieldFaults({ RoleArn, ...buildDocumentFields(credentials) }, faults));
  });
  const headers = [JSON_CONTENT_TYPE, ...buildRateLimitHeaders(request)];
  return [buildAgentResponse(request, { status: 200, body, headers }), credentials];
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
  return buildAgentResponse(request, {
    status: HTTPErrorCode,
    body: JSON.stringify({ code, message, HTTPErrorCode }),
    headers: [JSON_CONTENT_TYPE, ...buildRateLimitHeaders(request)],
  });
}

/** The headers that the agent's rate limiter adds to every response. */
const buildRateLimitHeaders = ({ connection }: EndpointRequest): Header[] => [
  ['X-Rate-Limit-Duration', '1'],
  ['X-Rate-Limit-Limit', '40.00'],
  ['X-Rate-Limit-Request-Remote-Addr', `${connection.remoteAddress}:${connection.remotePort}`],
];

/** Go's router redirects paths with doubled slashes. The location is relative, so the client stays here. */
function redirectToCleanPath(request: EndpointRequest): EndpointResponse {
  const location = request.path.replace(/\/{2,}/g, '/');
  return buildAgentResponse(request, { status: 301, body: '', headers: [['Location', location]] });
}
