import type { PollNoteCode } from '../../../domain/poll-note.ts';
import type { OtherClient, Sdk } from '../../../domain/provider-chain/clients.ts';
import type { ChainOutcome, OutcomeCause } from '../../../domain/provider-chain/outcome.ts';
import type {
  ProfileProvider,
  Provider,
  ProviderName,
  ProviderProblem,
} from '../../../domain/provider-chain/providers.ts';
import { formatTimestamp, maskKeyId } from '../../text/format-values.ts';
import { describeFailure } from '../failures/describe-failure.ts';

export const SDK_NAMES: Record<Sdk, string> = {
  botocore: 'botocore (AWS CLI)',
  java: 'Java',
  go: 'Go',
  javascript: 'JavaScript',
  rust: 'Rust',
  dotnet: '.NET',
};

export const OTHER_CLIENT_NAMES: Record<OtherClient, string> = {
  terraform: 'Terraform',
  rclone: 'rclone',
  'rclone-1.67': 'rclone up to 1.67',
  ruby: 'Ruby',
  php: 'PHP',
};

/** Short labels for texts that name the profile. */
export const PROFILE_PROVIDER_LABELS: Record<ProfileProvider, string> = {
  profile: 'keys',
  'profile-role': 'role',
  'profile-web-identity': 'web identity',
  sso: 'SSO',
  login: 'aws login',
  process: 'process',
};

export const PROVIDER_LABELS: Record<ProviderName, string> = {
  ...PROFILE_PROVIDER_LABELS,
  environment: 'environment',
  'web-identity': 'web identity',
  profile: 'profile keys',
  'profile-role': 'profile role',
  'profile-web-identity': 'profile web identity',
  container: 'container',
  imds: 'IMDS',
};

/** With an article, for sentences. */
export const PROVIDER_PHRASES: Record<ProviderName, string> = {
  environment: 'the environment',
  'web-identity': 'web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
  profile: 'the profile',
  'profile-role': 'the role of the profile',
  'profile-web-identity': 'the web identity of the profile',
  sso: 'SSO of the profile',
  login: 'the sign-in of the profile',
  process: 'the credential_process of the profile',
  container: 'the container endpoint',
  imds: 'IMDS',
};

/** What is known about the identity of the credentials. */
export const listIdentity = ({ role, accountId, accessKeyId }: Provider): string[] =>
  [role && `role ${role}`, accountId && `account ${accountId}`, accessKeyId && maskKeyId(accessKeyId)].filter(
    (part): part is string => Boolean(part),
  );

/** For example ` (role loader, ASIA…QH6N)`; `''` if nothing is known. */
export function formatIdentity(provider: Provider): string {
  const parts = listIdentity(provider);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

const FIXED_PROBLEMS = {
  NO_SECRET_KEY: 'a key id without a secret key',
  NO_KEY_ID: 'a secret key without a key id',
  NO_SESSION_TOKEN: 'session keys without a session token, which AWS refuses',
  NO_ROLE_ARN: 'a token file without a role',
  NO_ROLE_SOURCE: 'role_arn without source_profile or credential_source',
  TWO_ROLE_SOURCES: 'both source_profile and credential_source are set',
  NOT_SIGNED_IN: 'not signed in',
  TIMED_OUT: 'timed out',
};

export function describeProviderProblem(problem: ProviderProblem): string {
  switch (problem.code) {
    case 'ROLE_SOURCE_MISSING':
      return `source_profile ${problem.name} does not exist`;
    case 'MFA_REQUIRED':
      return `profile ${problem.profile} has mfa_serial, so a person has to enter a code`;
    case 'COMMENT_IN_VALUE':
      return `a comment follows the value of ${problem.name}`;
    case 'SSO_SETTING_TWICE':
      return `the profile and sso-session ${problem.session} both have ${problem.name}`;
    case 'EMPTY_SETTING':
      return `${problem.name} has no value`;
    case 'NO_BASE_CREDENTIALS':
      if (problem.cause === 'NO_ROLE')
        return `${problem.setting} ${problem.value} has a credential_source without a role_arn`;
      return problem.failed === undefined
        ? `${problem.setting} ${problem.value} has no credentials`
        : `${problem.setting} ${problem.value} has no valid credentials: ${PROVIDER_LABELS[problem.failed.name]}, ${describeProviderProblem(problem.failed.problem)}`;
    case 'SETTINGS_MISSING':
      if (problem.session !== undefined) return `sso_session ${problem.session.name} does not exist`;
      return `missing: ${problem.names.join(', ')}`;
    case 'TOKEN_FILE_UNREADABLE':
      return `could not read the token file: ${problem.detail}`;
    case 'TOKEN_EXPIRED':
      return `the token expired at ${formatTimestamp(problem.at)}`;
    case 'CREDENTIALS_EXPIRED':
      return `the credentials expired at ${formatTimestamp(problem.at)}`;
    case 'POLL_FAILED':
      return describeFailure(problem).message;
    default:
      return FIXED_PROBLEMS[problem.code];
  }
}

/** Why some SDKs fail where a poll only noted a deviation. */
const REJECTIONS: Partial<Record<PollNoteCode, string>> = {
  HOST_NAME_ONLY_SOME_SDKS: 'the SDK accepts no host name here',
  ADDRESS_ONLY_SOME_SDKS: 'the SDK does not accept this form of an IP address',
  VALUE_HAS_BLANKS: 'the SDK accepts no blank around the URL',
  TOKEN_TRAILING_NEWLINE: 'the SDK accepts no line break after the token',
  ENDPOINT_MODE_CASE: 'the SDK accepts only the spellings IPv4 and IPv6',
  SEVERAL_ROLES: 'the SDK expects a single role',
  TOKEN_TTL_NONCONFORMING: 'the SDK needs the TTL of the token',
  NO_REGION_FOR_BOTOCORE: 'the SDK has no region for STS',
  IMDS_V1_USED: 'the SDK does not support IMDSv1',
  DOCUMENT_WITHOUT_CODE: 'the SDK rejects a document without Code',
  PROCESS_NEEDS_SHELL: 'the SDK starts the command without a shell',
  PROCESS_WITHOUT_INTERPRETER: 'the SDK starts the script without a shell',
};

const FIXED_CAUSES = {
  INCOMPLETE: 'settings are missing',
  MFA_REQUIRED: 'the role needs a code of an MFA device',
  FAILED: 'the provider fails',
  HANGS: 'the SDK waits without a time limit',
  EXPIRED: 'the credentials have expired',
  LEGACY_VARIABLES: 'keys from legacy variables',
  VERSION: 'the result depends on the version',
  DISABLED: 'the SDK treats the provider as disabled',
  OTHER_ENDPOINT: 'from another endpoint, which was not polled',
  OTHER_TOKEN: 'with AWS_CONTAINER_AUTHORIZATION_TOKEN, which was not tried',
};

export function describeCause(cause: OutcomeCause): string {
  switch (cause.reason) {
    case 'NO_SUCH_PROFILE':
      return `profile ${cause.profile} does not exist`;
    case 'AMBIGUOUS_PROFILE':
      return `profile ${cause.profile} has two kinds of credentials`;
    case 'INVALID_FILE':
      return `could not parse line ${cause.line} of ${cause.path}`;
    case 'OTHER_SECTION':
      return `with the section [${cause.section}] of ${cause.path}`;
    case 'BLANK_VARIABLE':
      return `${cause.setting} is blank`;
    case 'INVALID_SETTING':
      return `${cause.setting} is invalid`;
    case 'EMPTY_SETTING':
      return `${cause.setting} has no value`;
    case 'OTHER_PROFILE':
      return `profile ${cause.named ?? 'unknown'}, which ${cause.setting} names`;
    case 'OTHER_URL':
      return `from the address in ${cause.setting}, which was not polled`;
    case 'OTHER_FILE':
      return `${cause.setting} is ignored, and ~/.aws was not read`;
    case 'TOO_SLOW':
      return `a response took ${formatSeconds(cause.responseMs)}, and the SDK waits for ${formatSeconds(cause.limitMs)}`;
    case 'REJECTED_BY_SDK':
      return REJECTIONS[cause.note] ?? 'the SDK rejects a setting';
    default:
      return FIXED_CAUSES[cause.reason];
  }
}

/** `1.5s`: durations in whole seconds would hide what differs. */
export const formatSeconds = (milliseconds: number) => `${Math.floor(milliseconds / 100) / 10}s`;

const WINNER_PROBLEMS = {
  NO_SESSION_TOKEN: 'without a session token, so AWS refuses the keys',
  EXPIRED: 'expired',
};

/** How a chain ends, without a description of the credentials. */
export function describeChainOutcome(outcome: ChainOutcome): string {
  switch (outcome.kind) {
    case 'wins': {
      const label = PROVIDER_LABELS[outcome.provider];
      return outcome.problem === null ? label : `${label}, ${WINNER_PROBLEMS[outcome.problem]}`;
    }
    case 'unknown':
      // The kind of provider in this profile is unknown.
      if (outcome.cause.reason === 'OTHER_PROFILE') return describeCause(outcome.cause);
      return `${PROVIDER_LABELS[outcome.provider]}, ${describeCause(outcome.cause)}`;
    case 'stops': {
      const stop = outcome.provider === null ? 'stops' : `stops at ${PROVIDER_LABELS[outcome.provider]}`;
      return `none: ${stop}, ${describeCause(outcome.cause)}`;
    }
    case 'none':
      return 'none: no provider has credentials';
  }
}
