import type { SourceName } from '../model.ts';
import type { Platform } from '../platform.ts';

/** Environments that give credentials to programs in a way of their own. Permanent names: JSON output has them. */
export const ENVIRONMENT_KINDS = [
  'imds',
  'ecs',
  'eks-pod-identity',
  'cloudshell',
  'greengrass',
  'codebuild',
  'amplify',
  'lambda',
  'irsa',
  'web-identity',
  'github-actions',
  'assumed-role',
  'sso',
  'process',
  'keys',
] as const;
export type EnvironmentKind = (typeof ENVIRONMENT_KINDS)[number];

/** What is known about the environment of a program. */
export interface EnvironmentEvidence {
  source: SourceName;
  /** The variables of the program that reads the credentials. Absent for a stored series: no variable is stored. */
  variables?: Readonly<Record<string, string | undefined>>;
  /** The service that runs the program, as far as `variables` show it. */
  platform?: Platform | null;
}

/**
 * The environment that issued the credentials. Several if the evidence fits several environments. None if the
 * variables name an endpoint that no environment of AWS has, for example a local credential server.
 */
export function findEnvironment(evidence: EnvironmentEvidence): readonly EnvironmentKind[] {
  const { source, variables, platform } = evidence;
  switch (source) {
    case 'container':
      return variables === undefined ? CONTAINERS : findContainer(variables, platform ?? null);
    case 'web-identity':
      return [isEksTokenFile(variables) ? 'irsa' : 'web-identity'];
    case 'environment':
      return [platform === 'lambda' ? 'lambda' : 'keys'];
    default:
      return [ENVIRONMENT_OF_SOURCE[source]];
  }
}

const ENVIRONMENT_OF_SOURCE = {
  imds: 'imds',
  github: 'github-actions',
  role: 'assumed-role',
  sso: 'sso',
  process: 'process',
  // A series of a profile that leads to another source has the name of that source.
  profile: 'keys',
} as const satisfies Partial<Record<SourceName, EnvironmentKind>>;

/** The environments with a container endpoint. */
const CONTAINERS = [
  'ecs',
  'eks-pod-identity',
  'cloudshell',
  'greengrass',
  'codebuild',
  'amplify',
] as const satisfies readonly EnvironmentKind[];

function findContainer(
  variables: NonNullable<EnvironmentEvidence['variables']>,
  platform: Platform | null,
): readonly EnvironmentKind[] {
  if (platform === 'codebuild' || platform === 'amplify') return [platform];
  // All SDKs prefer the relative URI.
  if (isSet(variables.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)) return ['ecs'];
  // On EKS, the token is mounted in a folder of this name.
  const tokenFile = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  if (tokenFile?.includes('/pods.eks.amazonaws.com/') === true) return ['eks-pod-identity'];
  const uri = variables.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (!isSet(uri) || !URL.canParse(uri)) return CONTAINERS;
  const { hostname, pathname } = new URL(uri);
  if (EKS_AGENTS.includes(hostname)) return ['eks-pod-identity'];
  if (pathname === CLOUDSHELL_PATH) return ['cloudshell'];
  if (pathname.startsWith(GREENGRASS_PATH)) return ['greengrass'];
  return hostname === ECS_AGENT ? ['ecs'] : [];
}

/** Most SDKs ignore a blank variable. */
const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

const ECS_AGENT = '169.254.170.2';
/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const EKS_AGENTS = ['169.254.170.23', '[fd00:ec2::23]'];
const CLOUDSHELL_PATH = '/latest/meta-data/container/security-credentials';
/** The path of the token exchange service: `HttpServerImpl.java` of aws-greengrass-nucleus. */
const GREENGRASS_PATH = '/2016-11-01/credentialprovider';

/** The webhook of EKS mounts the token of IRSA in this folder. */
const isEksTokenFile = (variables: EnvironmentEvidence['variables']) =>
  variables?.AWS_WEB_IDENTITY_TOKEN_FILE?.includes('/eks.amazonaws.com/') === true;
