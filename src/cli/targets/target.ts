import type { Seconds } from '../../domain/model.ts';
import type { Environment } from '../../sources/environment/variables.ts';

/** The sources of a target. Other sources have no endpoint. */
export const TARGET_SOURCES = ['imds', 'container'] as const;

/** A validated entry of a targets file. */
export interface Target {
  host: string;
  source: (typeof TARGET_SOURCES)[number];
  /** Null: the address of IMDS. The path of a container URL is confidential. */
  url: string | null;
  role: string | null;
  tokenFile: string | null;
  /** The name of the variable with the authorization token. */
  tokenVariable: string | null;
  /** Null: the value of --interval. */
  interval: Seconds | null;
}

/** Settings of IMDS that apply to every target. */
const SHARED_VARIABLES = [
  'AWS_EC2_METADATA_V1_DISABLED',
  'AWS_METADATA_SERVICE_TIMEOUT',
  'AWS_METADATA_SERVICE_NUM_ATTEMPTS',
];

/**
 * The environment that makes a source use the endpoint of a target. The poller's own endpoint and authorization
 * token are left out, because they are not those of the target.
 */
export function createTargetEnvironment(target: Target, env: Environment): Environment {
  if (target.source === 'imds') {
    const shared = SHARED_VARIABLES.map((name) => [name, env[name]] as const);
    return {
      ...Object.fromEntries(shared),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: target.url ?? undefined,
    };
  }
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: target.url ?? undefined,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: target.tokenFile ?? undefined,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: target.tokenVariable === null ? undefined : env[target.tokenVariable],
  };
}
