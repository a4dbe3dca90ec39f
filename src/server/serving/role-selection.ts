import { CredWatchError } from '../../errors.ts';
import { buildAgentJson } from '../containers/agent-wire.ts';
import { CLOUDSHELL_PATH, isCloudshellAuthorized } from '../containers/cloudshell.ts';
import { isSameSecret } from '../containers/compare-secrets.ts';
import { findEcsId } from '../containers/ecs.ts';
import { dispatch } from '../dispatcher.ts';
import type { EndpointRequest, EndpointResponse, Shape } from '../endpoint-request.ts';
import { buildEmptyError, buildHtmlError } from '../imds/imds-wire.ts';
import { isTokenPath } from '../imds/token-request.ts';
import type { RoleState } from './role-state.ts';

/** The roles of an address. */
export interface AddressRoles {
  /** At least one. */
  states: readonly RoleState[];
  /**
   * The role under `/latest/`. Null if several roles share the address: the SDKs for JavaScript, Go and Ruby ignore the
   * path of an endpoint, and would get the credentials of a wrong role.
   */
  root: RoleState | null;
}

/**
 * The roles of an address.
 * @param only the name of the only role of the address; null if it serves every role
 * @param defaultRole the name of the root role of an address that serves several roles
 * @throws CredWatchError if no role has the name
 */
export function findAddressRoles(
  states: readonly RoleState[],
  only: string | null,
  defaultRole: string | null,
): AddressRoles {
  if (only !== null) {
    const state = findState(states, only);
    return { states: [state], root: state };
  }
  const [single = null, ...others] = states;
  const root = defaultRole === null ? null : findState(states, defaultRole);
  return { states, root: others.length === 0 ? single : root };
}

function findState(states: readonly RoleState[], name: string): RoleState {
  const state = states.find(({ served }) => served.name === name);
  if (state === undefined) {
    const names = states.map(({ served }) => served.name).join(', ');
    throw new CredWatchError(`no served role has the name '${name}'`, `use one of ${names}`);
  }
  return state;
}

/** Where a path leads. */
export interface RoutedPath extends AddressRoles {
  /** The path without the name of a role. */
  path: string;
}

/** Removes the name of a role from `/NAME/latest/…`. Names are compared as sent: no SDK escapes them. */
export function routePath(path: string, roles: AddressRoles): RoutedPath {
  const [, name, rest = ''] = /^\/([^/]+)(\/.*)?$/s.exec(path) ?? [];
  const state = roles.states.find(({ served }) => served.name === name);
  if (state === undefined) return { ...roles, path };
  // SDKs append `/latest/…` to an endpoint that ends with a slash.
  return { states: [state], root: state, path: rest.replace(/^\/\/+(?=latest(?:\/|$))/, '/') || '/' };
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
 * Selects the role whose secret the request contains; for IMDS, which has no secret, the root role. Compares with
 * the secrets of all roles, so that the duration reveals nothing.
 */
export function selectRole(
  request: EndpointRequest,
  shape: Shape | null,
  { states, root }: AddressRoles,
): RoleState | null {
  const check = shape === null ? null : AUTHORIZATION_CHECKS[shape];
  if (check === null) return root;
  const [selected = null] = states.filter((state) => check(request, state));
  return selected;
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
 * The response to a request that selects no role.
 * @param state any role of the address
 */
export function buildSelectionError(
  request: EndpointRequest,
  shape: Shape | null,
  state: RoleState,
): EndpointResponse {
  switch (shape) {
    case 'ecs':
      return buildAccessDenied(request, WRONG_SECRET);
    case 'eks':
      // The handler says what is wrong with the token.
      return dispatch(request, state).response;
    case 'cloudshell':
      return buildEmptyError(request, 401);
    case 'imds':
    case null:
      return buildHtmlError(request, 404, null, state.variants);
  }
}

/** In the form of the ECS agent. */
export const buildAccessDenied = (request: EndpointRequest, message: string) =>
  buildAgentJson(request, 403, JSON.stringify({ code: 'AccessDenied', message, HTTPErrorCode: 403 }));
