import { quoteForShell } from '../../untrusted-text.ts';

/** Variables of other endpoints or of an earlier server, which would precede the exported ones. */
const ENDPOINT_VARIABLES = [
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_EC2_METADATA_DISABLED',
];

/** Lines for a shell that export the variables of a file, so that no secret is printed. */
export const formatFileVariables = (
  file: string,
  environment: Readonly<Record<string, string>>,
): string[] => [`set -a; . ${quoteForShell(file)}; set +a`, formatUnset(environment)];

/** Lines for a shell that point clients at an endpoint. */
export const formatClientVariables = (environment: Readonly<Record<string, string>>): string[] => [
  ...Object.entries(environment).map(([name, value]) => `export ${name}=${quoteForShell(value)}`),
  formatUnset(environment),
];

const formatUnset = (environment: Readonly<Record<string, string>>) =>
  `unset ${ENDPOINT_VARIABLES.filter((name) => !Object.hasOwn(environment, name)).join(' ')}`;
