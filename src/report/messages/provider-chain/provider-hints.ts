import type { FailureReason } from '../../../domain/model.ts';
import {
  type ChainFacts,
  createProvider,
  type Provider,
  type ProviderName,
} from '../../../domain/provider-chain/providers.ts';
import { isSlow } from '../../../domain/provider-chain/response-times/slow-responses.ts';
import {
  ADD_SESSION_TOKEN,
  describeMissingSection,
  describeSpecificHint,
  FAILURES,
  formatSignInCommand,
  RAISE_HOP_LIMIT,
} from '../failures/describe-failure.ts';

import { PROVIDER_PHRASES } from './providers.ts';

type DescribeHint = (provider: Provider, facts: ChainFacts) => string;

const RETRY = 'try again in a moment';

const SIGN_IN_ELSEWHERE =
  'sign in with another tool, which keeps the credentials in variables or in a profile';

const describeTimeout: DescribeHint = ({ name }) =>
  name === 'process'
    ? 'run the command by hand and check what it waits for'
    : `${RETRY}; if it times out again, check the server behind the endpoint`;

/** Replaces hints of `poll` that name flags of `poll` or the next poll. */
const SOURCES_HINTS: Partial<Record<FailureReason, DescribeHint>> = {
  disabled: () => 'unset AWS_EC2_METADATA_DISABLED to use IMDS',
  'no-role': () =>
    'attach an instance profile to the instance (behind kube2iam or kiam: give the pod a role)',
  starting: () => RETRY,
  throttled: () => `${RETRY}, and check which other programs send requests`,
  'server-error': () => `${RETRY}; if it fails again, read the log of the endpoint`,
  'mfa-required': () => SIGN_IN_ELSEWHERE,
  'long-lived': () => 'replace the keys with a role',
  unreachable: () => 'check that this is an EC2 instance and that its IMDS is enabled',
  timeout: describeTimeout,
};

/** What to do about a provider that does not work. For `cred-watch sources`. */
export function describeProviderHint(provider: Provider, facts: ChainFacts): string {
  const { name, problem } = provider;
  switch (problem?.code) {
    case 'POLL_FAILED':
      return (
        describeSpecificHint(problem) ??
        SOURCES_HINTS[problem.reason]?.(provider, facts) ??
        FAILURES[problem.reason].hint
      );
    case 'NO_KEY_ID':
    case 'NO_SECRET_KEY':
      return name === 'profile' && facts.unusualSettings.areKeysSplit
        ? 'move both keys into one file'
        : 'set both keys or neither';
    case 'NO_SESSION_TOKEN':
      return ADD_SESSION_TOKEN;
    case 'NO_ROLE_ARN':
      return name === 'web-identity'
        ? 'set AWS_ROLE_ARN to the role, or unset AWS_WEB_IDENTITY_TOKEN_FILE'
        : 'set role_arn to the role, or remove web_identity_token_file';
    case 'COMMENT_IN_VALUE':
      return 'move the comment to a line of its own, because botocore reads a comment after a value as part of the value';
    case 'MFA_REQUIRED':
      return SIGN_IN_ELSEWHERE;
    case 'EMPTY_SETTING':
      return `remove ${problem.name} from the profile, or set a value`;
    case 'SSO_SETTING_TWICE':
      return `remove ${problem.name} from the profile: SDKs read it from the section sso-session ${problem.session}`;
    case 'NO_BASE_CREDENTIALS':
      if (problem.failed !== undefined) {
        const { failed, value } = problem;
        const base = { ...facts, profile: { ...facts.profile, name: value } };
        return describeProviderHint(
          createProvider(failed.name, { state: 'fails', problem: failed.problem }),
          base,
        );
      }
      if (problem.cause === 'NO_ROLE')
        return `move credential_source from profile ${problem.value} to the profile with the role, instead of source_profile`;
      return problem.setting === 'source_profile'
        ? `add credentials to profile ${problem.value}, or name another source_profile`
        : 'name another credential_source (Environment, EcsContainer, Ec2InstanceMetadata), or a source_profile';
    case 'TOKEN_FILE_UNREADABLE':
      return name === 'web-identity'
        ? 'check that the file in AWS_WEB_IDENTITY_TOKEN_FILE exists and is readable by this user, or unset the variable'
        : 'check that the token file exists and is readable by this user, or remove web_identity_token_file';
    case 'NOT_SIGNED_IN':
      return `sign in with \`${formatSignInCommand(facts.profile.name)}\``;
    case 'TOKEN_EXPIRED':
      return name === 'sso'
        ? `sign in with \`${formatSignInCommand(facts.profile.name)}\``
        : `check that the token file${name === 'web-identity' ? ' in AWS_WEB_IDENTITY_TOKEN_FILE' : ''} is still rotated`;
    case 'SETTINGS_MISSING':
      return problem.session === undefined
        ? 'correct the settings of this provider, or remove them'
        : describeMissingSection({
            section: `sso-session ${problem.session.name}`,
            similarNames: problem.session.similarNames,
          });
    case 'CREDENTIALS_EXPIRED':
      return name === 'process'
        ? 'clear the cache of the process or log in again'
        : `log in again, or run the program that writes profile ${facts.profile.name}`;
    case 'TIMED_OUT':
      return RETRY;
    default:
      return 'correct the settings of this provider, or remove them';
  }
}

export const SLOW_ENDPOINT_HINTS = {
  imds: 'find out why the endpoint is slow; AWS_METADATA_SERVICE_TIMEOUT=10 helps botocore and PHP only',
  container: 'find out why the endpoint is slow, for example a busy agent or host',
};

/** For a provider that works with cred-watch but not with some SDKs. */
export function describeNoteHint(provider: ProviderName, { providers }: ChainFacts): string {
  const name = providers[provider].roleSession?.endpoint ?? provider;
  const { notes, responseTimes } = providers[name];
  if (notes.some(({ code }) => code === 'POSSIBLE_HOP_LIMIT')) return RAISE_HOP_LIMIT;
  const unreadable = notes.find(
    (note) =>
      note.code === 'EXPIRATION_UNREADABLE' ||
      note.code === 'EXPIRATION_REJECTED_BY_BOTOCORE' ||
      note.code === 'EXPIRATION_ONLY_SOME_SDKS',
  );
  if (notes.some(({ code }) => code === 'NO_REGION_FOR_BOTOCORE'))
    return 'set AWS_DEFAULT_REGION, or region in the profile';
  const blanks = notes.find(({ code }) => code === 'VALUE_HAS_BLANKS');
  if (blanks?.code === 'VALUE_HAS_BLANKS') return `remove the blanks around the value of ${blanks.name}`;
  const address = notes.find(({ code }) => code === 'ADDRESS_ONLY_SOME_SDKS');
  if (address?.code === 'ADDRESS_ONLY_SOME_SDKS')
    return `write the address in ${address.name} as four numbers`;
  const isEndpoint = name === 'imds' || name === 'container';
  if (isEndpoint && responseTimes !== null && isSlow(name, responseTimes)) return SLOW_ENDPOINT_HINTS[name];
  return unreadable === undefined
    ? `see the other findings about ${PROVIDER_PHRASES[name]}`
    : `write ${unreadable.name} as 2026-01-31T12:00:00Z, or remove it`;
}
