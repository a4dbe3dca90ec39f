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
  Header,
  RequestHandler,
} from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { buildAgentError, buildAgentResponse, JSON_CONTENT_TYPE } from './agent-wire.ts';
import { isSameSecret } from './compare-secrets.ts';

/** The errors of the ECS agent (amazon-ecs-agent 2026-06) and what it says with each. */
const ERRORS: Readonly<Record<string, { status: number; message: string }>> = {
  NoIdInRequest: { status: 400, message: 'No ID in the request' },
  InvalidIdInRequest: { status: 400, message: 'Credentials not found' },
  CredentialsUninitialized: { status: 503, message: 'Credentials uninitialized for ID' },
  InternalServerError: { status: 500, message: 'Internal server error' },
};

const V2 = '/v2/credentials';
const V1 = '/v1/credentials';

/**
 * The credentials endpoint of the ECS agent. There is no authorization: the id in the path is the secret, and it is
 * compared like one. `/v1/credentials` without an id is left to EKS where that shape is played too.
 */
export function createEcsHandler(simulation: Simulation): RequestHandler {
  return (inquiry) => {
    const { path, method } = inquiry;
    const reply = (answer: EndpointResponse, more: Partial<HandledRequest> = {}): HandledRequest => ({
      shape: 'ecs',
      kind: 'credentials',
      apiVersion: '',
      credentials: null,
      response: answer,
      ...more,
    });
    if (/^\/\/+v[12]\//.test(path)) return reply(cleaned(inquiry));
    const version = path === V2 || path.startsWith(`${V2}/`) ? 2 : path === V1 ? 1 : null;
    if (version === null)
      return /^\/v[1-4](?:\/|$)/.test(path) && path !== V1 ? reply(unknownPath(inquiry)) : null;
    const id = version === 2 ? path.slice(V2.length + 1) : (inquiry.query.get('id') ?? '');
    if (version === 1 && id === '' && simulation.shapes.includes('eks')) return null;
    if (method !== 'GET' && method !== 'HEAD')
      return reply(ecsError(inquiry, 'InternalServerError', version, 405));
    return reply(...answerCredentials(inquiry, simulation, version, id));
  };
}

/** A status with the agent's own words where it has some for it. */
export const respondWithEcsError: ErrorResponder = (inquiry, status) => {
  if (status === 429)
    return buildAgentError(inquiry, 429, 'You have reached maximum request limit.', limits(inquiry));
  const code = Object.entries(ERRORS).findLast(([, error]) => error.status === status)?.[0];
  return ecsError(inquiry, code ?? 'InternalServerError', 2, status);
};

function answerCredentials(
  inquiry: EndpointRequest,
  { issuer, role, instance, credentialsId }: Simulation,
  version: 1 | 2,
  id: string,
): [EndpointResponse, Partial<HandledRequest>?] {
  const { faults, now } = inquiry;
  if (id === '') return [ecsError(inquiry, 'NoIdInRequest', version)];
  if (!isSameSecret(id, credentialsId) || faults.get('no-role') !== undefined) {
    return [ecsError(inquiry, 'InvalidIdInRequest', version)];
  }
  const error = faults.get('error');
  if (error !== undefined) return [ecsError(inquiry, error.code ?? 'CredentialsUninitialized', version)];
  const credentials = issuer.issue('ecs', now, faults);
  const body = getDocumentText(credentials, 'ecs', faults, () => {
    const RoleArn = `arn:aws:iam::${instance.accountId}:role/${role}`;
    return JSON.stringify(applyFieldFaults({ RoleArn, ...buildDocumentFields(credentials) }, faults));
  });
  const answer = buildAgentResponse(inquiry, {
    status: 200,
    body,
    headers: [JSON_CONTENT_TYPE, ...limits(inquiry)],
  });
  return [answer, { credentials }];
}

function ecsError(inquiry: EndpointRequest, code: string, version: 1 | 2, status?: number): EndpointResponse {
  const known = Object.hasOwn(ERRORS, code)
    ? ERRORS[code]!
    : { status: 500, message: 'Internal server error' };
  const HTTPErrorCode = status ?? known.status;
  const message =
    code === 'InternalServerError' ? known.message : `CredentialsV${version}Request: ${known.message}`;
  return buildAgentResponse(inquiry, {
    status: HTTPErrorCode,
    body: JSON.stringify({ code, message, HTTPErrorCode }),
    headers: [JSON_CONTENT_TYPE, ...limits(inquiry)],
  });
}

/** The agent's rate limiter tells everybody what it allows. */
const limits = ({ connection }: EndpointRequest): Header[] => [
  ['X-Rate-Limit-Duration', '1'],
  ['X-Rate-Limit-Limit', '40.00'],
  ['X-Rate-Limit-Request-Remote-Addr', `${connection.remoteAddress}:${connection.remotePort}`],
];

/** Doubled slashes are cleaned by Go's router; the redirect stays here. */
function cleaned(inquiry: EndpointRequest): EndpointResponse {
  const location = inquiry.path.replace(/\/{2,}/g, '/');
  return buildAgentResponse(inquiry, { status: 301, body: '', headers: [['Location', location]] });
}

const unknownPath = (inquiry: EndpointRequest) => buildAgentError(inquiry, 404, '404 page not found');
