/**
 * Variables from which some AWS client takes credentials, or facts about them, and which would therefore stand in front
 * of the ones that are handed over, mix with them, or contradict them.
 *
 * What is not here is left on purpose: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE (regions and endpoints are in
 * those files too, and keys in the environment come first), AWS_EC2_METADATA_* (IMDS is asked last by all),
 * AWS_BEARER_TOKEN_* (for one service, and set for it), SECRET_ACCESS_KEY (Rust, and only without
 * AWS_SECRET_ACCESS_KEY).
 */
export const SHADOWING_VARIABLES: readonly string[] = [
  // Every SDK's own names.
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  // botocore prefers it to AWS_SESSION_TOKEN.
  'AWS_SECURITY_TOKEN',
  // Java 1, Go, Ruby and .NET take these where the first two are missing, and many a tool looks for them first.
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  // Ruby and JavaScript 2; Ruby would put this token beside keys that have none.
  'AMAZON_ACCESS_KEY_ID',
  'AMAZON_SECRET_ACCESS_KEY',
  'AMAZON_SESSION_TOKEN',
  // Expirations of whatever was there before, under each neighbour's name: AWS's, aws-sso-util's, Granted's, awsume's,
  // aws-sso-cli's.
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_CREDENTIALS_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWSUME_EXPIRATION',
  'AWS_SSO_SESSION_EXPIRATION',
  // SDKs send requests to an endpoint of this account; JavaScript signs for this scope.
  'AWS_ACCOUNT_ID',
  'AWS_CREDENTIAL_SCOPE',
  // With a profile JavaScript does not look at keys in the environment, and the AWS CLI fails if there is none so named.
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  // Web identity (IRSA) comes before container endpoints.
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  // So does botocore's file of the EC2 command line tools.
  'AWS_CREDENTIAL_FILE',
  // A relative URI comes before a full one, a token file before a token; the last one, Java's, moves the former.
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_SERVICE_ENDPOINT',
];
