import { END_OF_YEAR_9999 } from '../../domain/aws-limits.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { ClientSecrets } from '../containers/client-secrets.ts';
import { ServiceAccountTokens } from '../containers/service-account-tokens.ts';
import type { Shape } from '../endpoint-request.ts';
import type { CredentialsDirectory, CredentialsIssuer, EndpointState } from '../endpoint-state.ts';
import { MetadataTokens } from '../imds/metadata-tokens.ts';
import type { ServedCredentials } from '../served-credentials.ts';
import { parseVariants } from '../variants.ts';
import { findPartition } from './partitions.ts';
import type { AccountFacts, ServedMetadata } from './served-metadata.ts';
import type { ServedRole } from './served-role.ts';

export interface RoleStateOptions {
  role: ServedRole;
  shapes: readonly Shape[];
  /** Also serve IMDSv1, which any program that can make this machine send a GET request can use. */
  allowV1: boolean;
  startedAt: Instant;
  metadata: ServedMetadata;
  /** Null if unknown. */
  region: string | null;
  secrets: ClientSecrets;
}

/** A served role as the shapes see it. The tokens of one role are invalid for every other role. */
export interface RoleState extends EndpointState {
  served: ServedRole;
}

export function createRoleState(options: RoleStateOptions): RoleState {
  const { role, shapes, allowV1, startedAt, metadata, region, secrets } = options;
  const issuer = new RoleIssuer(role);
  return {
    isSimulated: false,
    served: role,
    shapes,
    imds: allowV1 ? 'both' : 'v2',
    get role() {
      return role.roleName;
    },
    variants: DOCUMENTED,
    startedAt,
    get accountId() {
      return issuer.findAccount().accountId;
    },
    get partition() {
      return findPartition(issuer.findAccount().roleArn, region) ?? 'aws';
    },
    get tree() {
      return metadata(issuer.findAccount());
    },
    issuer,
    credentialsDirectories: DIRECTORIES,
    metadataTokens: new MetadataTokens(),
    serviceAccountTokens: new ServiceAccountTokens(role.name, secrets.signingKey),
    credentialsId: secrets.credentialsId,
    authorization: secrets.authorization,
  };
}

const DOCUMENTED = parseVariants([]);
const DIRECTORIES: ReadonlySet<CredentialsDirectory> = new Set(['iam']);

/** Passes only complete and valid credentials to the shapes. */
class RoleIssuer implements CredentialsIssuer {
  readonly #role: ServedRole;
  /** Stays known if the credentials expire. */
  #account: AccountFacts = { accountId: null, roleArn: null };

  constructor(role: ServedRole) {
    this.#role = role;
  }

  issue(_receiver: string, now: Instant): ServedCredentials | null {
    const credentials = this.#role.getCredentials();
    const awsNow = now - this.#role.getClockOffset() * 1000;
    return credentials !== null && areServable(credentials, awsNow) ? credentials : null;
  }

  /** At least a second, so that no client retries at once. */
  getRetryAfter(): Seconds {
    const seconds = Math.ceil(this.#role.getRetryAfter());
    return Number.isSafeInteger(seconds) ? Math.max(1, seconds) : 1;
  }

  findAccount(): AccountFacts {
    const { accountId = null, roleArn = null } = this.#role.getCredentials() ?? {};
    if (accountId !== null) this.#account = { accountId, roleArn };
    return this.#account;
  }
}

/**
 * Whether clients can use the credentials. Documents state whole seconds, so credentials expire at the beginning of
 * their last second.
 * @param now by AWS's clock
 */
function areServable(credentials: ServedCredentials, now: Instant): boolean {
  const { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration } = credentials;
  const statedExpiration = Math.floor(expiration / 1000) * 1000;
  return (
    [accessKeyId, secretAccessKey, sessionToken].every((secret) => secret.reveal() !== '') &&
    Number.isFinite(issuedAt) &&
    issuedAt >= 0 &&
    issuedAt < END_OF_YEAR_9999 &&
    statedExpiration > now &&
    statedExpiration < END_OF_YEAR_9999
  );
}
