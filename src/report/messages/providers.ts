import type { PollNoteCode } from '../../domain/poll-note.ts';
import type {
  ChainOutcome,
  OutcomeReason,
  ProviderName,
  ProviderProblem,
  Sdk,
} from '../../domain/provider-chain/providers.ts';
import { formatTimestamp } from '../text/format-values.ts';
import { describeFailure } from './failures.ts';

export const SDK_NAMES: Record<Sdk, string> = {
  botocore: 'botocore (AWS CLI)',
  java: 'Java',
  go: 'Go',
  javascript: 'JavaScript',
  rust: 'Rust',
  dotnet: '.NET',
};

/** What an operator knows it by. */
export const PROVIDER_LABELS: Record<ProviderName, string> = {
  environment: 'environment',
  'web-identity': 'web identity',
  profile: 'profile keys',
  'profile-role': 'profile role',
  'profile-web-identity': 'profile web identity',
  sso: 'SSO',
  login: 'aws login',
  process: 'process',
  container: 'container',
  imds: 'IMDS',
};

/** As a part of a sentence. */
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

const FAULTS: {
  [Code in ProviderProblem['code']]: (fault: Extract<ProviderProblem, { code: Code }>) => string;
} = {
  NO_SECRET_KEY: () => 'a key id without its secret key',
  NO_KEY_ID: () => 'a secret key without its key id',
  NO_SESSION_TOKEN: () => 'the key of a session, without its token: AWS refuses it',
  NO_ROLE_ARN: () => 'a token file, and no role to assume with it',
  NO_ROLE_SOURCE: () => 'role_arn, and neither source_profile nor credential_source',
  TWO_ROLE_SOURCES: () => 'source_profile and credential_source, of which there may be one',
  ROLE_SOURCE_MISSING: ({ name }) => `source_profile ${name} is not there`,
  SETTINGS_MISSING: ({ names }) => `missing: ${names.join(', ')}`,
  TOKEN_FILE_UNREADABLE: ({ detail }) => `the token file cannot be read: ${detail}`,
  TOKEN_EXPIRED: ({ at }) => `the token expired at ${formatTimestamp(at)}`,
  NOT_SIGNED_IN: () => 'nobody is signed in: `aws sso login`',
  POLL_FAILED: (fault) => describeFailure(fault).message,
  NO_ANSWER_IN_TIME: () => 'no answer in time',
};

export const describeProviderProblem = <F extends ProviderProblem>(fault: F): string =>
  (FAULTS[fault.code] as (fault: F) => string)(fault);

/** Of what a look took a note, in the words of who refuses it. */
const REFUSALS: Partial<Record<PollNoteCode, string>> = {
  HOST_NAME_ONLY_SOME_SDKS: 'it accepts no host name there',
  TOKEN_TRAILING_NEWLINE: 'it accepts no token with a line end',
  ENDPOINT_MODE_CASE: 'it wants IPv4 or IPv6 written so',
  SEVERAL_ROLES: 'it expects one role',
  TOKEN_TTL_NONCONFORMING: 'it wants a proper time to live of the token',
  IMDS_V1_USED: 'it does not speak IMDSv1',
};

const WHYS: Record<OutcomeReason, (name: string) => string> = {
  INCOMPLETE: () => 'it is incomplete',
  FAILED: () => 'it fails',
  EXPIRED: () => 'its credentials have expired',
  NO_SUCH_PROFILE: (name) => `there is no profile ${name}`,
  BLANK_VARIABLE: (name) => `${name} is set and empty`,
  BAD_SETTING: (name) => `${name} cannot be understood`,
  TWO_KINDS: (name) => `profile ${name} has two kinds of credentials`,
  REFUSED_SETTING: (name) => REFUSALS[name as PollNoteCode] ?? 'it refuses a setting',
  SWITCHED_OFF: () => 'it takes it for switched off',
  ASKS_ELSEWHERE: () => 'at another address than was asked here',
  SENDS_OTHER_TOKEN: () => 'with AWS_CONTAINER_AUTHORIZATION_TOKEN, which was not tried here',
  OLD_NAMES: () => 'by the old names of the variables',
  OTHER_PROFILE: (name) => `of whatever profile ${name} names`,
};

const FLAWS = { NO_SESSION_TOKEN: 'without its token: AWS refuses it', EXPIRED: 'expired' };

/** How a chain ends, without the credentials that it ends with. */
export function describeChainOutcome(outcome: ChainOutcome): string {
  switch (outcome.kind) {
    case 'wins':
      return outcome.problem === null
        ? PROVIDER_LABELS[outcome.provider]
        : `${PROVIDER_LABELS[outcome.provider]}, ${FLAWS[outcome.problem]}`;
    case 'unknown':
      return `${PROVIDER_LABELS[outcome.provider]}, ${WHYS[outcome.reason](outcome.subject)}`;
    case 'stops': {
      const where = outcome.provider === null ? 'stops' : `stops at ${PROVIDER_LABELS[outcome.provider]}`;
      return `none: ${where}, ${WHYS[outcome.reason](outcome.subject)}`;
    }
    case 'none':
      return 'none: no place is left';
  }
}
