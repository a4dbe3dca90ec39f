import { buildAgentJson } from '../containers/agent-wire.ts';
import { CLOUDSHELL_PATH, isCloudshellAuthorized } from '../containers/cloudshell.ts';
import { isSameSecret } from '../containers/compare-secrets.ts';
import { findEcsId } from '../containers/ecs.ts';
import type { EndpointRequest, EndpointResponse, Shape } from '../endpoint-request.ts';
import { buildEmptyError } from '../imds/imds-wire.ts';
import { isTokenPath } from '../imds/token-request.ts';
import type { RoleState } from './role-state.ts';

/** Where a path leads. */
export interface RoutedPath {
  /** The roles to which the path can belong. */
  states: readonly RoleState[];
  /** The path without the name of a role. */
  path: string;
}

/** Removes the name of a role from `/NAME/latest/…`. Names are compared as sent: no SDK escapes them. */
export function routePath(path: string, states: readonly RoleState[]): RoutedPath {
  const [, name, rest = ''] = /^\/([^/]+)(\/.*)?$/s.exec(path) ?? [];
  const state = states.find(({ served }) => served.name === name);
  if (state === undefined) return { states, path };
  // SDKs append `/latest/…` to an endpoint that ends with a slash.
  return { states: [state], path: rest.replace(/^\/\/+(?=latest(?:\/|$))/, '/') || '/' };
}

/** The shape that responds to a path. Null if none does. */
export function findShape({ path, query }: EndpointRequest, shapes: readonly Shape[]): Shape | null {
  const has = (shape: Shape) => shapes.includes(shape);
  if (has('cloudshell') && (path === CLOUDSHELL_PATH || (isTokenPath(path) && !has('imds')))) {
    return 'cloudshell';
  }
  if (path === '/v1/credentials' && has('eks') && !(has('ecs') && query.has('id'))) return 'eks';
  if (has('ecs') && /^\/+v[1-4](?:\/|$)/.test(path)) return 'ecs';
  return has('imds') ? 'imds' : null;
}

/**
 * Selects the role whose secret the request contains; for IMDS, which has no secret, the first one. Compares with
 * the secrets of all roles, so that the duration reveals nothing.
 */
export function selectRole(
  request: EndpointRequest,
  shape: Shape | null,
  states: readonly RoleState[],
): RoleState | null {
  const check = shape === null ? null : AUTHORIZATION_CHECKS[shape];
  const selected = check === null ? states : states.filter((state) => check(request, state));
  return selected[0] ?? null;
}

type AuthorizationCheck = (request: EndpointRequest, state: RoleState) => boolean;

/** Null: the shape has no authorization. */
const AUTHORIZATION_CHECKS: Readonly<Record<Shape, AuthorizationCheck | null>> = {
  imds: null,
  ecs(request, { credentialsId, authorization }) {
    const isIdCorrect = isSameSecret(findEcsId(request), credentialsId);
    const isAuthorized = isSameSecret(request.headers.authorization ?? '', authorization);
    return isIdCorrect && isAuthorized;
  },
  eks: ({ headers, now }, { serviceAccountTokens }) =>
    serviceAccountTokens.findProblem(headers.authorization ?? '', now) === null,
  cloudshell: (request, state) =>
    isTokenPath(request.path)
      ? isSameSecret(request.headers.authorization ?? '', state.authorization)
      : isCloudshellAuthorized(request, state),
};

/** One message for path and token, so that neither can be guessed alone. */
const WRONG_SECRET = 'Wrong path or wrong authorization token';

/**
 * The response to a request without the secret of a role. Null: the handler of the shape builds it, from the state of
 * any role.
 */
export function buildAuthorizationError(
  request: EndpointRequest,
  shape: Shape | null,
): EndpointResponse | null {
  if (shape === 'ecs') return buildAccessDenied(request, WRONG_SECRET);
  return shape === 'cloudshell' ? buildEmptyError(request, 401) : null;
}

/** In the form of the ECS agent. */
export const buildAccessDenied = (request: EndpointRequest, message: string) =>
  buildAgentJson(request, 403, JSON.stringify({ code: 'AccessDenied', message, HTTPErrorCode: 403 }));
