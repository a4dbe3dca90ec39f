import { type CredentialValues, revealCredentials } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

export type ParentEnvironment = Readonly<Record<string, string | undefined>>;

export interface RegionOption {
  /** Region of the profile whose AWS_PROFILE variable is removed; null if the profile has none. */
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
    ...removeShadowingVariables(parent, region),
    ...Object.fromEntries(set.map(({ name, value }) => [name, value])),
    ...(accountId !== null && { AWS_ACCOUNT_ID: accountId }),
  };
}

/**
 * The environment for a child that refreshes from a container endpoint. In every SDK, the `default` profile
 * of the shared files still precedes that endpoint.
 * @param endpoint the variables that name the endpoint
 */
export const buildEndpointEnvironment = (
  parent: ParentEnvironment,
  endpoint: Readonly<Record<string, string>>,
  { region }: RegionOption,
): Record<string, string> => ({ ...removeShadowingVariables(parent, region), ...endpoint });

function removeShadowingVariables(parent: ParentEnvironment, region: string | null): Record<string, string> {
  const shadowing = new Set(SHADOWING_VARIABLES);
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !shadowing.has(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...buildRegionVariables(parent, region) };
}

/** boto3 reads only AWS_DEFAULT_REGION; others prefer AWS_REGION. Empty counts as unset. */
function buildRegionVariables(parent: ParentEnvironment, region: string | null): Record<string, string> {
  const isKnown = [parent.AWS_REGION, parent.AWS_DEFAULT_REGION].some((value = '') => value !== '');
  return isKnown || region === null ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/**
 * Variables from which some AWS client takes credentials, or facts about credentials. They would precede the
 * passed credentials, mix with them, or contradict them.
 *
 * Omitted on purpose:
 * - AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE: the files also hold regions and endpoints, and keys in
 *   the environment precede their keys.
 * - AWS_EC2_METADATA_*: every SDK asks IMDS last.
 * - AWS_BEARER_TOKEN_*: for one service, and set for that service.
 * - SECRET_ACCESS_KEY: read by Rust only, and only if AWS_SECRET_ACCESS_KEY is missing.
 */
const SHADOWING_VARIABLES: readonly string[] = [
  // Read by every SDK.
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  // botocore prefers it to AWS_SESSION_TOKEN.
  'AWS_SECURITY_TOKEN',
  // Java 1, Go, Ruby and .NET read these if the first two are missing; many tools read them first.
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  // Ruby and JavaScript 2. Ruby combines this token with keys that have none.
  'AMAZON_ACCESS_KEY_ID',
  'AMAZON_SECRET_ACCESS_KEY',
  'AMAZON_SESSION_TOKEN',
  // Expirations of earlier credentials, as named by AWS, aws-sso-util, Granted, awsume and aws-sso-cli.
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CREDENTIALS_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWSUME_EXPIRATION',
  'AWS_SSO_SESSION_EXPIRATION',
  // SDKs use an endpoint of this account; JavaScript signs for this scope.
  'AWS_ACCOUNT_ID',
  'AWS_CREDENTIAL_SCOPE',
  // With a profile, JavaScript ignores keys in the environment, and the AWS CLI fails if that profile is
  // missing.
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
];
