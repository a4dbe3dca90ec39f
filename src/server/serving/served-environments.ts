import { buildClientEnvironment } from '../client-environment.ts';
import type { Shape } from '../endpoint-request.ts';
import type { AddressRoles } from './role-selection.ts';
import type { RoleState } from './role-state.ts';

/** The environment variables with which a client gets the credentials of a role. They contain secrets. */
export interface ServedEnvironment {
  role: string;
  shape: Shape;
  variables: Readonly<Record<string, string>>;
}

/** An address on which the server listens. */
interface ServedOrigin {
  origin: string;
  roles: AddressRoles;
}

/** The variables of one role, for each shape. SDKs cannot connect to a Unix socket. */
export function buildServedEnvironments(
  state: RoleState,
  shapes: readonly Shape[],
  addresses: readonly ServedOrigin[],
  tokenFile: string,
): ServedEnvironment[] {
  const usable = addresses.filter(
    ({ origin, roles }) => origin.startsWith('http') && roles.states.includes(state),
  );
  // Addresses without a path are preferred, because some SDKs ignore the path of an IMDS endpoint.
  const roots = usable.filter(({ roles }) => roles.root === state);
  const origins = (roots.length > 0 ? roots : usable).map(({ origin }) => origin);
  if (origins.length === 0) return [];
  return shapes.map((shape) => {
    const variables = buildClientEnvironment(shape, origins, state, tokenFile);
    const { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } = variables;
    if (endpoint !== undefined && roots.length === 0) {
      variables.AWS_EC2_METADATA_SERVICE_ENDPOINT = `${endpoint}${state.served.name}/`;
    }
    if (shape === 'ecs') variables.AWS_CONTAINER_AUTHORIZATION_TOKEN = state.authorization;
    return { role: state.served.name, shape, variables };
  });
}
