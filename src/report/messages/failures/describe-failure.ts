import type { Misconfiguration, OutputForm } from '../../../domain/misconfiguration.ts';
import type { FailureFacts, FailureReason } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { PollHealth } from '../../../domain/verdict/poll-health.ts';
import { escapeUnprintable, quoteForShell } from '../../../untrusted-text.ts';
import { askDidYouMean } from '../../text/did-you-mean.ts';
import { AWS_FAILURES } from './aws-failures.ts';
import { ENDPOINT_FAILURES } from './endpoint-failures.ts';
import type { Explanation } from './explanation.ts';

/** Every reason, with what to do about it. */
export const FAILURES: Readonly<Record<FailureReason, Explanation>> = {
  ...ENDPOINT_FAILURES,
  ...AWS_FAILURES,
};

/** The detail names the command. `--process` cannot be combined with `--source` or `--profile`. */
const USE_PROCESS =
  'pass this command with --process instead of --profile and --source, or use another profile';

const OUTPUT_HINTS: Readonly<Record<OutputForm, string>> = {
  sts: "print only the keys: pipe the output through `jq '.Credentials + {Version: 1}'`",
  sso: 'run `aws configure export-credentials --profile NAME` with a profile for SSO instead',
  iot: "print only the keys: pipe the output through `jq '.credentials | {Version: 1, AccessKeyId: .accessKeyId, SecretAccessKey: .secretAccessKey, SessionToken: .sessionToken, Expiration: .expiration}'`",
  variables:
    'print JSON instead of variables: `aws configure export-credentials` does so without `--format env`',
  'surrounded-json': 'print only the JSON to stdout, and all other text to stderr',
  'no-version': 'add "Version": 1 (a number) to the output; the token is named SessionToken',
  'no-json': 'print one JSON object with "Version": 1, as `aws configure export-credentials` does',
};

/** For keys that AWS issued for a session. */
export const ADD_SESSION_TOKEN = 'add the session token, or remove the keys';

/** The network drops a token response that exceeds the hop limit, so the token request times out. */
export const RAISE_HOP_LIMIT =
  'if this is a container, raise the hop limit: `aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`';

export function describeFailure(failure: FailureFacts): Explanation {
  const { reason, detail } = failure;
  const { message, hint } = FAILURES[reason];
  return {
    message: `${reason}: ${message}${detail === '' ? '' : ` (${detail})`}`,
    hint: describeSpecificHint(failure) ?? hint,
  };
}

/** What to do about this failure. Null if only its reason is known. */
export function describeSpecificHint({
  misconfiguration,
  possibleHopLimit,
  detail,
}: FailureFacts): string | null {
  if (possibleHopLimit) return RAISE_HOP_LIMIT;
  switch (misconfiguration?.code) {
    case 'NEEDS_AWS_CALL':
      return USE_PROCESS;
    case 'NO_ID_TOKEN_PERMISSION':
      return 'add `permissions: id-token: write` to the job of the workflow';
    case 'NO_ID_TOKEN':
      return 'run the job again; the token of the runner is valid only while its job runs, and the job needs `permissions: id-token: write`';
    case 'BASE_UNDECIDED':
      return 'name the profile whose credentials assume the role: --profile NAME (details: `cred-watch sources`)';
    case 'UNTRUSTED_CERTIFICATE':
      return 'if a proxy or an emulator has this certificate, set NODE_EXTRA_CA_CERTS to the file of its authority (AWS_CA_BUNDLE is not read)';
    case 'NO_TLS':
      return 'check that the server at this address uses TLS; an endpoint without TLS needs an http:// URL';
    case 'SSO_CACHE_UNREADABLE':
      return 'check that this user may read the files in ~/.aws/sso/cache, then run `aws sso login`';
    case 'SSO_TOKEN_NOT_RENEWED':
      return 'renew the token with a command of the AWS CLI, such as `aws sts get-caller-identity` with this profile, or run `aws sso login`';
    case 'SSO_SIGN_IN':
      return `run \`${formatSignInCommand(misconfiguration.profile)}\``;
    case 'SECTION_MISSING':
      return describeMissingSection(misconfiguration);
    case 'ROLE_NOT_NAMED':
      return 'name the role with --role-arn, which the credentials of this profile then assume';
    case 'PROCESS_STARTS_ITSELF':
      return 'add --source, --process, or --profile with another profile to the cred-watch command of the process, which otherwise runs itself again';
    case 'INVALID_SETTING':
      return `correct or ${describeRemoval(misconfiguration.name)}`;
    case 'UNREACHABLE_ADDRESS':
      return describeUnreachableAddress(misconfiguration, detail);
    case 'WRONG_OUTPUT':
      return OUTPUT_HINTS[misconfiguration.form];
    case 'NO_SESSION_TOKEN':
      return describeMissingToken(misconfiguration);
    case 'TOKEN_OF_OTHER_KEY':
      return `${describeRemoval(misconfiguration.name)}, or use the keys that belong to this token`;
    case 'LONG_TERM_KEYS':
      return 'let these keys assume a role, and serve the credentials of the role: --role-arn ARN';
    case 'KEYS_SWAPPED':
      return `correct the values: ${misconfiguration.keyIdName} takes the key id, and ${misconfiguration.secretKeyName} the secret key`;
    case undefined:
      return null;
  }
}

function describeMissingToken({
  name,
  profile,
}: Extract<Misconfiguration, { code: 'NO_SESSION_TOKEN' }>): string {
  if (profile !== undefined) {
    const unset = profile.isSelectedByVariable ? '; or unset AWS_PROFILE, which selects the profile' : '';
    return `add ${name} to profile ${escapeUnprintable(profile.name)}, or remove its keys${unset}`;
  }
  return name.startsWith('AWS_')
    ? `set ${name}, or unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`
    : ADD_SESSION_TOKEN;
}

/** The user may have forgotten the setting, for example after a trial with `simulate`. */
function describeUnreachableAddress(
  { source, name, isLoopback }: Extract<Misconfiguration, { code: 'UNREACHABLE_ADDRESS' }>,
  detail: string,
): string {
  // A simulator that was started by the command before may not listen yet.
  const isStarting = isLoopback && detail.startsWith('ECONNREFUSED');
  const server = isStarting
    ? 'the server at this address, for example `cred-watch simulate`, has started and listens'
    : source === 'container'
      ? 'the agent runs'
      : 'IMDS responds at this address';
  return `check that ${server}, or ${describeRemoval(name)}`;
}

/** The command for the settings of a profile. */
export const formatSignInCommand = (profile: string): string =>
  `aws sso login${profile === 'default' ? '' : ` --profile ${quoteForShell(profile)}`}`;

export const describeMissingSection = ({
  section,
  similarNames,
}: Pick<Extract<Misconfiguration, { code: 'SECTION_MISSING' }>, 'section' | 'similarNames'>): string => {
  const question = askDidYouMean(similarNames);
  if (question !== null) return question;
  // The credentials file has sections of profiles only, without the word `profile`.
  const [, profile] = /^(?:profile )?(.*)$/s.exec(section) ?? [];
  const isProfile = section.startsWith('profile ') || section === 'default';
  const other = isProfile ? `, or [${profile}] to the credentials file` : '';
  return `correct the name, or add the section [${section}] to the config file${other}`;
};

/** Variables are unset, settings of a profile are removed. */
export const describeRemoval = (setting: string): string =>
  `${setting.startsWith('AWS_') ? 'unset' : 'remove'} ${setting}`;

/** One line for a monitor that watches the poller. */
export function describePollHealth(health: PollHealth): string {
  switch (health.code) {
    case 'HEALTHY':
      return 'ok';
    case 'NO_POLL_YET':
      return 'no poll has finished yet';
    case 'POLL_FAILED':
      return `the last poll failed: ${escapeUnprintable(describeFailure(health.failure).message)}`;
    case 'POLL_OVERDUE':
      return `no poll has finished for ${duration(health.sinceLastPoll)}; expected one within ${duration(health.allowed)}`;
  }
}
