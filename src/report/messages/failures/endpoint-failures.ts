import type { Explanation } from './explanation.ts';

const WAIT_FOR_NEXT_POLL = 'try again in a moment, or wait for the next poll';
export const OTHER_SOURCE = 'select another source with --source';
const UNBLOCK_IMDS =
  'check that IMDS is enabled on the instance, and that no policy, firewall or proxy blocks requests (PUT and GET) or adds X-Forwarded-For';
const CHECK_SERVER = 'check which server listens at this address';

/** Failures of endpoints, files, variables and processes. */
export const ENDPOINT_FAILURES = {
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
    hint: 'check that the token belongs to this endpoint; if several servers share the address, each one rejects the tokens of the others',
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
    hint: 'state the time with --expires 45m, for keys of variables, files and processes; or check where the credentials come from, because SDKs may never refresh them',
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
  timeout: {
    message: 'the source did not respond in time',
    hint: `${WAIT_FOR_NEXT_POLL}; for a slow IMDS, set AWS_METADATA_SERVICE_TIMEOUT=10`,
  },
  'not-configured': { message: 'this source is not configured', hint: OTHER_SOURCE },
  'long-lived': {
    message: 'the keys never expire: they have neither an expiration nor a session token',
    hint: `run the job without cred-watch, because no job outlives these keys; to measure other credentials, ${OTHER_SOURCE}`,
  },
  expired: {
    message: 'the source returned credentials that have expired',
    hint: "renew the credentials in the source, or check why the source returns old ones; also check this host's clock",
  },
  'process-failed': {
    message: 'the process that should print credentials failed',
    hint: 'run the command by hand and read its error message, which is hidden here because it can contain secrets',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
