import { MAX_REQUEST_SKEW } from '../../domain/aws-limits.ts';
import type { Platform } from '../../domain/platform.ts';
import type { ExpirationForm, PollNote, PollNoteCode, PollNoteFields } from '../../domain/poll-note.ts';
import { formatDuration } from '../../domain/time/duration.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { describeClockNow } from './start-check/host-clock.ts';

export const PLATFORM_NAMES: Readonly<Record<Platform, string>> = {
  codebuild: 'AWS CodeBuild',
  amplify: 'AWS Amplify Hosting',
  lambda: 'AWS Lambda',
};

/** What SDKs do with an expiration that is not a time. No SDK reads settings with other names. */
const EFFECTS_OF_UNREADABLE_EXPIRATION: Readonly<Record<string, string>> = {
  Expiration: '; most SDKs fail, and the JavaScript SDK never refreshes such credentials',
  AWS_CREDENTIAL_EXPIRATION: '; botocore fails',
};

/** What is unusual, and what SDKs do. */
const EXPIRATION_FORMS: Readonly<Record<ExpirationForm, string>> = {
  'no-zone':
    'has no time zone, so botocore (the AWS CLI, boto3), Java, Go and Rust fail, and other SDKs read it as local time',
  epoch:
    'is the time since 1970, so botocore (the AWS CLI, boto3) and most SDKs fail, and JavaScript never refreshes the credentials',
  number: 'is a number, which JavaScript reads as a time in the past',
  empty:
    'is empty, so botocore (the AWS CLI, boto3) and most SDKs fail, and JavaScript never refreshes the credentials',
  'not-rfc3339': 'is not in the form of RFC 3339, so Go and Ruby fail',
};

const MESSAGES: { [C in PollNoteCode]: (fields: PollNoteFields[C], times: TimeFormat) => string } = {
  BLANK_ENV: ({ name }) => `${name} is set to an empty value; some SDKs use the empty value and fail`,
  SETTING_IGNORED: ({ name }) => `${name} has an invalid value, which was ignored`,
  DISABLED_FOR_SOME_SDKS: ({ name }) =>
    `${name} is neither \`true\` nor \`false\`; the JavaScript SDK and the CRT disable IMDS, the Java SDK fails, other SDKs use IMDS`,
  V1_DISABLED_FOR_SOME_SDKS: ({ name }) =>
    `${name} is neither \`true\` nor \`false\`; SDKs disagree about its meaning`,
  STATIC_KEYS_HIDE_SOURCE: () =>
    'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set, so SDKs use these keys and not this source',
  PROFILE_HIDES_SOURCE: ({ profile, key }) =>
    `profile ${profile} has ${key}, so SDKs use the profile and not this source (to poll it, add --profile ${quoteForShell(profile)}; details: \`cred-watch sources\`)`,
  NAMED_PROFILE_MISSING: ({ profile }) =>
    `AWS_PROFILE names the profile ${profile}, which does not exist; some SDKs fail and never use this source`,
  WEB_IDENTITY_HIDES_SOURCE: () =>
    'AWS_WEB_IDENTITY_TOKEN_FILE is set, so SDKs assume that role and do not use this source',
  CONTAINER_HIDES_IMDS: () => 'a container endpoint is set, so SDKs do not use IMDS (except the Java SDK)',
  PROFILE_HIDES_ENVIRONMENT: () =>
    'AWS_PROFILE is set, so the JavaScript SDK uses that profile and not these keys',
  ONLY_OLD_TOKEN: ({ name }) =>
    `the session token is only in ${name}, which only botocore reads; other SDKs send no token, and AWS rejects the keys`,
  TWO_SESSION_TOKENS: ({ name, otherName }) =>
    `${name} and ${otherName} contain different tokens; botocore uses ${name}, other SDKs and cred-watch use ${otherName}`,
  SESSION_KEY_WITHOUT_TOKEN: () =>
    'the key id begins with ASIA, but the session token is missing; AWS rejects these keys',
  EXPIRATIONS_DISAGREE: ({ name, otherName }) =>
    `${name} and ${otherName} state different expirations; ${name} is used, because a time with a zone takes precedence, then the earlier time`,
  EXPIRATION_UNREADABLE: ({ name }) => `${name} is not a time${EFFECTS_OF_UNREADABLE_EXPIRATION[name] ?? ''}`,
  EXPIRATION_REJECTED_BY_BOTOCORE: ({ name }) =>
    `${name} is a time that botocore cannot read, so the AWS CLI and boto3 fail; write it as 2026-01-31T12:00:00Z`,
  EXPIRATION_ONLY_SOME_SDKS: ({ name, form }) =>
    `${name} ${EXPIRATION_FORMS[form]}; let the program write it as 2026-01-31T12:00:00Z`,
  VALUE_QUOTED: ({ name }) =>
    `the value of ${name} is quoted; remove the quotes, because SDKs use them as part of the value`,
  VALUE_HAS_BLANKS: ({ name, place }) =>
    place === 'everywhere'
      ? `the value of ${name} consists of blanks, which most SDKs use as the value`
      : `the value of ${name} has a blank or line break at its ${place === 'both' ? 'start and end' : place}, which most SDKs use as part of the value`,
  PROFILE_GIVES_TWO: ({ name, otherName }) =>
    `the profile has ${name} and ${otherName}; SDKs disagree about which one to use, cred-watch uses ${name}`,
  PROFILE_FILE_UNREADABLE: ({ file, problem }) =>
    `could not read the shared ${file} file (${problem}); some SDKs fail`,
  PROCESS_NEEDS_SHELL: ({ name }) =>
    `the credential_process uses ${name}, which only a shell interprets; botocore starts no shell and fails: use an absolute path, or sh -c '…'`,
  PROCESS_WITHOUT_INTERPRETER: ({ name }) =>
    `${name} of the credential_process does not begin with #!, so botocore, which starts no shell, fails; add a first line such as #!/bin/sh`,
  NO_REGION_FOR_BOTOCORE: () =>
    'boto3 and version 1 of the AWS CLI do not read AWS_REGION, and so have no region for STS',
  ENDPOINT_MODE_CASE: ({ name }) =>
    `${name} is not spelled IPv4 or IPv6; the JavaScript SDK rejects the value`,
  IPV6_ONLY_BOTOCORE: ({ name }) => `only botocore reads ${name}; cred-watch used IPv4`,
  PROFILE_NAME_ONLY_SOME_SDKS: ({ name }) =>
    `cred-watch and a few SDKs read ${name}; other SDKs discover the role`,
  SERVICE_ENDPOINT_OVERRIDDEN: () => 'only cred-watch and the Java SDK read AWS_CONTAINER_SERVICE_ENDPOINT',
  HOST_NAME_ONLY_SOME_SDKS: () =>
    'the URL of the container endpoint has a host name, which botocore and the JavaScript SDK reject',
  ADDRESS_ONLY_SOME_SDKS: ({ name }) =>
    `the URL in ${name} has an unusual form of an IP address, which botocore and the Go SDK reject; write four numbers, such as 127.0.0.1`,
  TWO_URIS_SET: () =>
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are both set; the relative URI is used, but not by older SDKs',
  TWO_TOKENS_SET: () =>
    'AWS_CONTAINER_AUTHORIZATION_TOKEN and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE are both set; the file is used, but not by the Java SDK and older SDKs',
  TOKEN_TRAILING_NEWLINE: ({ name }) =>
    `the token of ${name} ends with a line break, which was removed; botocore and the Go, Rust and JavaScript SDKs fail`,
  TOKEN_BLANK: ({ name }) => `the token of ${name} is blank, so no Authorization header was sent`,
  TOKEN_FILE_EXPIRED: ({ expiresAt }, times) =>
    `the authorization token expired at ${times.timestamp(expiresAt)}; check that the token file is still being rotated`,
  TOKEN_FILE_EXPIRES: ({ expiresAt }, times) =>
    `the authorization token expires at ${times.timestamp(expiresAt)}`,
  IDENTITY_TOKEN_EXPIRED: (token, times) =>
    `the identity token ${describeTokenTimes(token, 'expired', times)}; check that the token file is still being rotated`,
  IDENTITY_TOKEN_EXPIRES: (token, times) =>
    `the identity token ${describeTokenTimes(token, 'expires', times)}`,
  SSO_TOKEN_EXPIRED: ({ expiresAt, isRenewable }, times) =>
    `the token of IAM Identity Center expired at ${times.timestamp(expiresAt)}; ${isRenewable ? 'the AWS CLI and SDKs renew it, cred-watch does not' : 'run `aws sso login`'}`,
  SSO_TOKEN_EXPIRES: ({ expiresAt, isRenewable }, times) =>
    `the token of IAM Identity Center expires at ${times.timestamp(expiresAt)}${isRenewable ? ' and is renewed by the AWS CLI and SDKs' : ''}`,
  SSO_TOKEN_ENDS_BEFORE_JOB: ({ expiresAt, jobEndsAt }, times) =>
    `the token of IAM Identity Center expires at ${times.timestamp(expiresAt)}, before the job ends at ${times.timestamp(jobEndsAt)}: a job that refreshes its credentials fails then; run \`aws sso login\` before the job`,
  ROLE_CHAIN_CAPPED: () =>
    'the role is assumed with the credentials of another role, so AWS limits its credentials to 1h, whatever the maximum of the role is',
  DURATION_NOT_SET: () =>
    "no duration is set for the session of the role, so its credentials last 1h, AWS's default; set --duration, or duration_seconds of a profile with a role",
  SESSION_LONGER_THAN_ROLE: ({ durationSeconds, limitSeconds }) =>
    `the requested duration of ${formatDuration(durationSeconds)} is above ${formatDuration(limitSeconds)}, the largest maximum of any role, so AWS refuses it; set duration_seconds to the maximum of the role`,
  ENDPOINT_NOT_ENCRYPTED: () =>
    'the endpoint of AWS is a plain http URL on another host: everyone on the network can read the tokens and the credentials; use https',
  TOKEN_TTL_NONCONFORMING: () =>
    'the IMDSv2 token came without a valid TTL header; the Rust SDK fails, and the Go SDK needs IMDSv1',
  DOCUMENT_WITHOUT_CODE: () =>
    'the credentials document of IMDS has no Code; the Go SDK rejects the document',
  IMDS_V1_USED: () => 'could not get an IMDSv2 token; fell back to IMDSv1',
  POSSIBLE_HOP_LIMIT: () =>
    'the IMDSv2 token request got no response, as in a container with a hop limit of 1',
  SEVERAL_ROLES: ({ count }) => `IMDS lists ${count} roles; the first one was used, and some SDKs fail`,
  INSTANCE_ID_UNKNOWN: () =>
    'IMDS did not return the instance id, so the sample is recorded under the name of the machine; the next poll with the id and the same key moves the sample',
  OTHER_HOST_STAYS: ({ host, source }) =>
    `the samples of host ${host} stay separate, because their keys do not prove that they are of this instance; if they are, remove them with \`cred-watch prune --remove-series --host ${quoteForShell(host)} --source ${source}\``,
  ZONELESS_TIME: () =>
    'a time without a time zone was read as UTC; for keys from a file, variable or process, as local time if that is earlier',
  APIS_DISAGREE: () => 'the extended IMDS API and the API that SDKs use serve different credentials',
  DATE_NOT_BELIEVED: ({ offsetSeconds }) =>
    `the Date header differs from the host's clock by ${formatDuration(offsetSeconds)} and does not fit the credentials, so it was ignored`,
  IMPLAUSIBLE_EXPIRATION: ({ validitySeconds }) =>
    `the credentials claim to be valid for ${formatDuration(validitySeconds)}, longer than any temporary AWS credentials (36h)`,
  KEYS_OF_LAMBDA: () =>
    'AWS Lambda states no expiration for the keys of a function, which runs for 15 minutes at most (90 on Lambda Managed Instances); do not pass the keys to a job that outlives the function, and get others for it with `--source role --role-arn ROLE`',
  CLOCK_WRONG: ({ offsetSeconds }) =>
    `${describeClockNow(offsetSeconds)}: correct it, because AWS rejects requests that are signed more than ${formatDuration(MAX_REQUEST_SKEW)} off`,
  KEY_IN_DATABASE: ({ host, source, expiresAt }, times) =>
    `the database knows the key: it expires at ${times.timestamp(expiresAt)}, as ${source} of ${host} stated`,
  SIMULATED_CREDENTIALS: () =>
    'the credentials are false: they come from `cred-watch simulate`; keep them out of the database of real ones with --db or CRED_WATCH_DB',
  CONTAINER_OF_BUILD: ({ platform }) =>
    `this is a build of ${PLATFORM_NAMES[platform]}: the container endpoint replaces the credentials in time, but a script that copied the keys keeps the old ones; for long commands use \`cred-watch exec --refresh\``,
};

function describeTokenTimes(
  { issuedAt, expiresAt }: PollNoteFields['IDENTITY_TOKEN_EXPIRES'],
  verb: string,
  times: TimeFormat,
): string {
  const issued = issuedAt === null ? '' : `was issued at ${times.timestamp(issuedAt)} and `;
  return `${issued}${verb} at ${times.timestamp(expiresAt)}`;
}

/** One sentence in lower case, without a full stop. */
export function describePollNote<Code extends PollNoteCode>(
  note: PollNote<Code>,
  times: TimeFormat = UTC_TIMES,
): string {
  const describe: (fields: PollNote<Code>, times: TimeFormat) => string = MESSAGES[note.code];
  return describe(note, times);
}
