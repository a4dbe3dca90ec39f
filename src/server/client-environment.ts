import { CLOUDSHELL_PATH } from './containers/cloudshell.ts';
import type { Shape } from './endpoint-request.ts';
import type { EndpointState } from './endpoint-state.ts';

/** Addresses of the real endpoints. Clients need fewer variables if the server listens there. */
const REAL_ORIGINS: Readonly<Record<Shape, readonly string[]>> = {
  imds: ['http://169.254.169.254', 'http://[fd00:ec2::254]'],
  ecs: ['http://169.254.170.2'],
  eks: ['http://169.254.170.23', 'http://[fd00:ec2::23]'],
  cloudshell: ['http://127.0.0.1:1338'],
};

/** The hosts that clients of the real endpoints send. */
export const REAL_HOSTS = Object.values(REAL_ORIGINS)
  .flat()
  .map((origin) => new URL(origin).hostname);

/**
 * The environment variables that point a client at a shape. The IMDS endpoint ends in a slash, because older
 * clients append `latest/…` to it directly.
 * @param origins addresses on which the server listens, at least one
 */
export function buildClientEnvironment(
  shape: Shape,
  origins: readonly string[],
  state: Pick<EndpointState, 'credentialsId' | 'authorization'>,
  tokenFile: string,
): Record<string, string> {
  const [first = ''] = origins;
  const real = origins.find((each) => REAL_ORIGINS[shape].includes(each));
  const origin = real ?? toLoopbackOrigin(first);
  switch (shape) {
    case 'imds':
      return { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${origin}/` };
    case 'ecs': {
      const path = `/v2/credentials/${state.credentialsId}`;
      return real === undefined
        ? { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}${path}` }
        : { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path };
    }
    case 'eks':
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/v1/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
      };
    case 'cloudshell':
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}${CLOUDSHELL_PATH}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: state.authorization,
        AWS_EC2_METADATA_DISABLED: 'true',
      };
  }
}

/** A client cannot connect to the wildcard address; loopback reaches the same server. */
const toLoopbackOrigin = (origin: string) =>
  origin.replace('://0.0.0.0', '://127.0.0.1').replace('://[::]', '://[::1]');
