import type { FailureFacts, FailureReason, OutputForm } from '../../domain/model.ts';
import { formatShortDuration as short } from '../../domain/time/duration.ts';
import type { PollHealth } from '../../domain/verdict/poll-health.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';

/** What happened, and what to do. */
export interface Explanation {
  message: string;
  hint: string;
}

const WAIT_FOR_NEXT_POLL = 'wait for the next poll';
const OTHER_SOURCE = 'select another source with --source';
const UNBLOCK_IMDS =
  'check that IMDS is enabled on the instance, and that no policy, firewall or proxy blocks requests (PUT and GET) or adds X-Forwarded-For';
const CHECK_SERVER = 'check which server listens at this address';

export const FAILURES: Record<FailureReason, Explanation> = {
  disabled: {
    message: 'IMDS is disabled',
    hint: `unset AWS_EC2_METADATA_DISABLED, or ${OTHER_SOURCE}`,
  },
  'v1-disabled': {
    message: 'could not get an IMDSv2 token, and IMDSv1 is disabled',
    hint: `${UNBLOCK_IMDS}; if the server has no IMDSv2, allow IMDSv1 (AWS_EC2_METADATA_V1_DISABLED)`,
  },
  'invalid-configuration': {
    message: 'the configuration is invalid',
    hint: 'add the missing setting, or correct the invalid one',
  },
  'host-not-allowed': {
    message: 'the container endpoint is on a host that SDKs do not accept',
    hint: 'use https, a loopback address, or the address of the ECS or EKS agent',
  },
  'auth-token-unreadable': {
    message: 'could not read the authorization token, so no request was sent',
    hint: 'check that the token file exists and is readable by this user',
  },
  'auth-token-invalid': {
    message: 'the authorization token has characters that are not allowed in a header',
    hint: 'write the token again, without line breaks inside',
  },
  'auth-token-expired': {
    message: 'the endpoint reports that the authorization token has expired',
    hint: 'check that the token file is still rotated and is read again for each request',
  },
  'auth-rejected': {
    message: 'the endpoint rejected the authorization token',
    hint: 'check that the token belongs to this endpoint; servers behind one address reject the tokens of each other',
  },
  'auth-token-missing': {
    message: 'the endpoint got no authorization token, or an empty one',
    hint: 'set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, and check that the token file is not empty',
  },
  'auth-token-not-yet-valid': {
    message: 'the endpoint reports that the authorization token is not valid yet',
    hint: 'check the clock of the node: it is behind the clock of the cluster that issued the token',
  },
  'access-denied': {
    message: 'the endpoint refused a request without authorization',
    hint: 'check that the address is correct; if this endpoint needs authorization, set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN',
  },
  'address-rejected': {
    message: 'the endpoint rejected the address in the Host header of the request',
    hint: 'use the address that the server expects: 169.254.169.254 for IMDS and aws-vault, 169.254.170.23 or [fd00:ec2::23] for EKS Pod Identity',
  },
  'assume-role-denied': {
    message: 'AWS does not allow the endpoint to get credentials of the role',
    hint: 'on EKS, allow eks-auth:AssumeRoleForPodIdentity in the role of the node, and pods.eks.amazonaws.com in the trust policy of the role; elsewhere, check the trust policy',
  },
  'imds-blocked': { message: 'IMDS refused the request', hint: UNBLOCK_IMDS },
  'no-role': {
    message: 'IMDS responds, but has no role',
    hint: `attach an instance profile (behind kube2iam or kiam: give the pod a role), or ${OTHER_SOURCE}`,
  },
  'instance-profile-not-found': {
    message: 'the instance profile of this instance does not exist',
    hint: 'attach an instance profile again, even if a profile with the same name exists: it is not the deleted one',
  },
  'no-association': {
    message: 'the endpoint has no role for this service account',
    hint: 'create the pod identity association, then restart the pod',
  },
  'not-imds': {
    message: 'the response does not come from IMDS',
    hint: `${CHECK_SERVER}, for example a proxy or a captive portal`,
  },
  'not-found': {
    message: 'the endpoint has no credentials under this name',
    hint: 'check that the role is correct; at a container endpoint, the path is wrong or the task is gone',
  },
  'token-empty': {
    message: 'the response to the IMDSv2 token request is empty',
    hint: `${CHECK_SERVER}: AWS always returns a token`,
  },
  'error-document': {
    message: 'the endpoint returned an error instead of credentials',
    hint: 'check the trust policy of the role if the code is AssumeRoleUnauthorizedAccess; a fix takes effect at the next refresh, up to an hour later',
  },
  malformed: {
    message: 'the response is not a credentials document',
    hint: 'check which server or program returned these credentials, or which file has them',
  },
  'unknown-expiry': {
    message: 'the expiration of the credentials is unknown',
    hint: 'check where the credentials come from; SDKs may never refresh them',
  },
  starting: {
    message: 'the ECS agent has just started and has no credentials yet',
    hint: WAIT_FOR_NEXT_POLL,
  },
  throttled: {
    message: 'the endpoint throttles requests',
    hint: 'poll less often, and check which other programs send requests',
  },
  'server-error': { message: 'the endpoint reported an internal error', hint: WAIT_FOR_NEXT_POLL },
  'bad-request': {
    message: 'the endpoint rejected the request as invalid',
    hint: 'check that the environment names the correct endpoint',
  },
  redirect: {
    message: 'the endpoint returned a redirect, which is never followed',
    hint: 'set the endpoint to the final address',
  },
  'unexpected-status': { message: 'the endpoint returned an unexpected status', hint: CHECK_SERVER },
  'response-too-large': {
    message: 'the response is larger than any credentials document',
    hint: CHECK_SERVER,
  },
  unreachable: {
    message: 'could not connect to the endpoint',
    hint: `check that this is an instance, task or pod with a role, or ${OTHER_SOURCE}`,
  },
  timeout: { message: 'the source did not respond in time', hint: WAIT_FOR_NEXT_POLL },
  'not-configured': { message: 'this source is not configured', hint: OTHER_SOURCE },
  'long-lived': {
    message: 'the keys never expire: they have neither an expiration nor a session token',
    hint: `there is no rotation to measure; ${OTHER_SOURCE}`,
  },
  'process-failed': {
    message: 'the process that should print credentials failed',
    hint: 'run the command by hand and read its error message',
  },
  'region-missing': {
    message: 'the region of AWS STS is unknown',
    hint: 'set AWS_REGION, or `region` in the profile',
  },
  'region-disabled': {
    message: 'AWS STS is disabled in this region',
    hint: 'activate the region in the account settings of IAM, or use another region',
  },
  'aws-unreachable': {
    message: 'could not connect to AWS',
    hint: 'check DNS, routes and firewalls, or create a VPC endpoint for the service; requests use no proxy',
  },
  'aws-access-denied': {
    message: 'AWS denied the request for credentials',
    hint: 'check the trust policy of the role (its principal and conditions), and that the role exists in this account',
  },
  'base-credentials-rejected': {
    message: 'AWS rejected the credentials that should assume the role',
    hint: 'renew these credentials, and check that they belong to this partition and region',
  },
  'clock-rejected': {
    message: 'AWS rejected the time of the request',
    hint: "correct this host's clock, for example with chrony",
  },
  'duration-not-allowed': {
    message: 'AWS does not allow this duration',
    hint: 'request at most the maximum session duration of the role; a role that was assumed by another role is limited to 1h',
  },
  'identity-token-unreadable': {
    message: 'could not read the identity token, so no request was sent',
    hint: 'check that the token file exists, is not empty, and is readable by this user',
  },
  'identity-token-expired': {
    message: 'AWS reports that the identity token has expired',
    hint: 'check that the token file is still being rotated; a CI job needs a new token after some minutes',
  },
  'identity-token-rejected': {
    message: 'AWS rejected the identity token',
    hint: 'check the identity provider in IAM: its URL, its audiences and its keys must match the token',
  },
  'sso-login-required': {
    message: 'the session of IAM Identity Center has ended',
    hint: 'run `aws sso login`',
  },
  'mfa-required': {
    message: 'the role needs a code of an MFA device, which a program cannot enter',
    hint: 'sign in with another tool, and pass its output with --process or in environment variables',
  },
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
export function describeSpecificHint({ misconfiguration, possibleHopLimit }: FailureFacts): string | null {
  if (possibleHopLimit) return RAISE_HOP_LIMIT;
  switch (misconfiguration?.code) {
    case 'NEEDS_AWS_CALL':
      return USE_PROCESS;
    case 'NO_ID_TOKEN_PERMISSION':
      return 'add `permissions: id-token: write` to the job of the workflow';
    case 'BASE_UNDECIDED':
      return 'name the profile whose credentials assume the role: --profile NAME (details: `cred-watch sources`)';
    case 'INVALID_SETTING':
      return `correct or ${describeRemoval(misconfiguration.name)}`;
    case 'WRONG_OUTPUT':
      return OUTPUT_HINTS[misconfiguration.form];
    case 'KEYS_SWAPPED':
      return `correct the values: ${misconfiguration.keyIdName} takes the key id, and ${misconfiguration.secretKeyName} the secret key`;
    case undefined:
      return null;
  }
}

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
      return `no poll has finished for ${short(health.sinceLastPoll)}; expected one within ${short(health.allowed)}`;
  }
}
