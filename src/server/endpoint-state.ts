import type { Instant, Seconds } from '../domain/model.ts';
import type { ServiceAccountTokens } from './containers/service-account-tokens.ts';
import type { ImdsMode, Shape } from './endpoint-request.ts';
import type { RequestFaults } from './faults/fault-plan.ts';
import type { MetadataTokens } from './imds/metadata-tokens.ts';
import type { ServedCredentials } from './served-credentials.ts';
import type { MetadataTree } from './tree/metadata-tree.ts';
import type { Variants } from './variants.ts';

/** Directories of `meta-data/` whose content depends on the credentials. They are not part of a tree. */
export type CredentialsDirectory = 'iam' | 'iam-ecs-0' | 'identity-credentials';

export interface CredentialsIssuer {
  /**
   * The credentials to serve at present. Null if none are valid: the endpoint responds 503.
   * @param receiver IMDSv1, IMDSv2 or another shape. A simulation has different credentials for each receiver.
   */
  issue(receiver: string, now: Instant, faults: RequestFaults): ServedCredentials | null;
  /** After this time, clients should retry a request that got 503. */
  getRetryAfter(): Seconds;
}

/** What the shapes need in order to respond. A simulation and a role with real credentials provide it. */
export interface EndpointState {
  /** False for real credentials. Their responses omit what would be made up: rate limits, the id of a profile. */
  isSimulated: boolean;
  shapes: readonly Shape[];
  imds: ImdsMode;
  /** The name of the role. `''` if it is not known yet. */
  role: string;
  /** The account of the role. Null if unknown. */
  accountId: string | null;
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  partition: string;
  variants: Variants;
  startedAt: Instant;
  tree: MetadataTree;
  issuer: CredentialsIssuer;
  credentialsDirectories: ReadonlySet<CredentialsDirectory>;
  metadataTokens: MetadataTokens;
  serviceAccountTokens: ServiceAccountTokens;
  /** The id of the ECS task's credentials. ECS has no authorization, so this id is its only secret. */
  credentialsId: string;
  /** The `Authorization` header that CloudShell clients must send. */
  authorization: string;
}
