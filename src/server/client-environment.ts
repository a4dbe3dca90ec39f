import { CLOUDSHELL_PATH } from './containers/cloudshell.ts';
import type { Shape } from './endpoint-request.ts';
import type { Simulation } from './simulation.ts';

/** The path of a shape's credentials. */
export function getCredentialsPath(
  shape: Shape,
  { role, credentialsId }: Pick<Simulation, 'role' | 'credentialsId'>,
): string {
  switch (shape) {
    case 'imds':
      return `/latest/meta-data/iam/security-credentials/${role}`;
    case 'ecs':
      return `/v2/credentials/${credentialsId}`;
    case 'eks':
      return '/v1/credentials';
    case 'cloudshell':
      return CLOUDSHELL_PATH;
  }
}

/** Where the real endpoints are; whoever plays them there is asked there. */
const REAL_ORIGINS: Readonly<Record<Shape, readonly string[]>> = {
  imds: ['http://169.254.169.254', 'http://[fd00:ec2::254]'],
  ecs: ['http://169.254.170.2'],
  eks: ['http://169.254.170.23', 'http://[fd00:ec2::23]'],
  cloudshell: ['http://127.0.0.1:1338'],
};

/**
 * What a client of a shape needs in its environment. The IMDS endpoint ends in a slash: older clients append
 * `latest/…` to it as it stands. `origins` are those that are listened on, one at least.
 */
export function buildClientEnvironment(
  shape: Shape,
  origins: readonly string[],
  simulation: Simulation,
  tokenFile: string,
): Record<string, string> {
  const real = origins.find((each) => REAL_ORIGINS[shape].includes(each));
  const origin = real ?? reachable(origins[0]!);
  const path = getCredentialsPath(shape, simulation);
  const url = `${origin}${path}`;
  switch (shape) {
    case 'imds':
      return { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${origin}/` };
    case 'ecs':
      return real === undefined
        ? { AWS_CONTAINER_CREDENTIALS_FULL_URI: url }
        : { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path };
    case 'eks':
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
      };
    case 'cloudshell':
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: simulation.authorization,
        AWS_EC2_METADATA_DISABLED: 'true',
      };
  }
}

/** What stands for every address of a machine is none that a client could ask. */
const reachable = (origin: string) =>
  origin.replace('://0.0.0.0', '://127.0.0.1').replace('://[::]', '://[::1]');
