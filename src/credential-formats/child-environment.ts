import { type CredentialValues, revealCredentials } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

type ParentEnvironment = Readonly<Record<string, string | undefined>>;

interface RegionOption {
  /** The region of the profile that AWS_PROFILE names; null if there is none. AWS_PROFILE is removed. */
  region: string | null;
}

/**
 * The parent's environment with these credentials, and without variables that would hide or contradict them.
 * @throws CredWatchError if a value is empty or not visible ASCII
 */
export function buildChildEnvironment(
  parent: ParentEnvironment,
  credentials: CredentialValues,
  { legacyToken, region }: VariableOptions & RegionOption,
): Record<string, string> {
  const { set } = buildVariableChanges(credentials, { legacyToken });
  const { accountId } = revealCredentials(credentials);
  return {
    ...inheritVariables(parent, region),
    ...set,
    ...(accountId !== null && { AWS_ACCOUNT_ID: accountId }),
  };
}

/**
 * The environment for a child that refreshes its credentials from a container endpoint. In every SDK, keys in
 * the `default` profile of the shared files still precede that endpoint. IMDS is disabled for the child. Otherwise
 * clients that do not know these variables would use the role of the instance (Ruby SDK 3.168).
 * @param endpoint the variables that name the endpoint
 */
export const buildEndpointEnvironment = (
  parent: ParentEnvironment,
  endpoint: Readonly<Record<string, string>>,
  { region }: RegionOption,
): Record<string, string> => ({
  ...inheritVariables(parent, region),
  AWS_EC2_METADATA_DISABLED: 'true',
  ...endpoint,
});

/** Removes shadowing variables, and sets the region if the parent has none. */
function inheritVariables(parent: ParentEnvironment, region: string | null): Record<string, string> {
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !SHADOWING_VARIABLES.has(entry[0]),
  );
  // boto3 reads only AWS_DEFAULT_REGION; other SDKs prefer AWS_REGION. An empty variable counts as unset.
  const hasRegion = Boolean(parent.AWS_REGION || parent.AWS_DEFAULT_REGION);
  return {
    ...Object.fromEntries(kept),
    ...(!hasRegion && region !== null && { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  };
}

/** Variables from which some AWS client takes keys or a session token. */
export const KEY_VARIABLES: readonly string[] = [
  // Read by every SDK.
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  // botocore prefers this variable to AWS_SESSION_TOKEN.
  'AWS_SECURITY_TOKEN',
  // Java 1, Go, Ruby and .NET read these if the first two are missing; many tools read them first.
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  // Ruby and JavaScript 2. Ruby combines this token with keys that have none.
  'AMAZON_ACCESS_KEY_ID',
  'AMAZON_SECRET_ACCESS_KEY',
  'AMAZON_SESSION_TOKEN',
];

/**
 * Variables from which some AWS client takes credentials, or facts about credentials. In a child they would
 * precede the passed credentials, mix with them, or contradict them.
 *
 * Not in this list, on purpose:
 * - AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE: the files also hold regions and endpoints, and keys in
 *   the environment precede their keys.
 * - AWS_EC2_METADATA_*: every SDK tries IMDS last.
 * - AWS_BEARER_TOKEN_*: each belongs to one service, and the user has set it for that service.
 * - SECRET_ACCESS_KEY: read by Rust only, and only if AWS_SECRET_ACCESS_KEY is missing.
 */
const SHADOWING_VARIABLES: ReadonlySet<string> = new Set([
  ...KEY_VARIABLES,
  // Expirations of earlier credentials, as named by AWS, aws-sso-util, Granted, awsume and aws-sso-cli.
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CREDENTIALS_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWSUME_EXPIRATION',
  'AWS_SSO_SESSION_EXPIRATION',
  // Expirations as named by aws-okta and other tools.
  'AWS_OKTA_SESSION_EXPIRATION',
  'AWS_SESSION_EXPIRES',
  'AWS_SESSION_EXPIRY',
  'AWS_SESSION_TOKEN_EXPIRATION',
  'AWS_EXPIRATION',
  // SDKs use an endpoint of this account; JavaScript signs for this scope.
  'AWS_ACCOUNT_ID',
  'AWS_CREDENTIAL_SCOPE',
  // JavaScript prefers a named profile to keys in the environment. The AWS CLI fails if the profile is missing.
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  // Web identity (IRSA) precedes container endpoints.
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  // botocore reads this file of the EC2 command line tools before container endpoints.
  'AWS_CREDENTIAL_FILE',
  // A relative URI precedes a full one, and a token file precedes a token. Java resolves the relative URI
  // against AWS_CONTAINER_SERVICE_ENDPOINT.
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_SERVICE_ENDPOINT',
]);
