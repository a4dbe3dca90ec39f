import type { FailureFacts, FailureReason } from '../../domain/model.ts';

interface FailureText {
  message: string;
  hint: string;
}

const WAIT_FOR_NEXT_POLL = 'wait for the next poll';
const OTHER_SOURCE = 'select another source with --source';
const CHECK_SERVER = 'check which server listens at this address';

export const FAILURES: Record<FailureReason, FailureText> = {
  disabled: {
    message: 'IMDS is disabled',
    hint: `unset AWS_EC2_METADATA_DISABLED, or ${OTHER_SOURCE}`,
  },
  'v1-disabled': {
    message: 'could not get an IMDSv2 token, and IMDSv1 is disabled',
    hint: 'raise the hop limit of the instance, or check why the token request fails',
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
    hint: 'check that the token belongs to this endpoint',
  },
  'no-role': {
    message: 'IMDS responds, but the instance has no role',
    hint: `attach an instance profile, or ${OTHER_SOURCE}`,
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
    hint: 'check that the role or the path is correct',
  },
  'token-empty': {
    message: 'the response to the IMDSv2 token request is empty',
    hint: `${CHECK_SERVER}: AWS always returns a token`,
  },
  'error-document': {
    message: 'the endpoint returned an error instead of credentials',
    hint: 'check the trust policy of the role; a fix takes effect at the next refresh, up to an hour later',
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
    hint: 'set the final address',
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
};

/** The detail names the command. `--process` cannot be combined with `--source` or `--profile`. */
const USE_PROCESS =
  'cred-watch makes no calls to AWS: pass this command with --process instead of --profile and --source, or use a profile with keys';

/** The network drops a token response that exceeds the hop limit, so the token request times out. */
const RAISE_HOP_LIMIT =
  'if this is a container, raise the hop limit: `aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`';

export function describeFailure(failure: FailureFacts): FailureText {
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
    case 'INVALID_SETTING':
      return `correct or ${describeRemoval(misconfiguration.name)}`;
    case undefined:
      return null;
  }
}

/** Variables are unset, settings of a profile are removed. */
export const describeRemoval = (setting: string): string =>
  `${setting.startsWith('AWS_') ? 'unset' : 'remove'} ${setting}`;
