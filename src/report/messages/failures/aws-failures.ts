import type { Explanation } from './explanation.ts';

/** Failures of calls to AWS STS and IAM Identity Center. */
export const AWS_FAILURES = {
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
    hint: 'check the name of the region, DNS, routes and firewalls, or create a VPC endpoint for the service; requests use no proxy',
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
    message: 'could not get the identity token, so AWS was not called',
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
    message: 'this user has no valid token of IAM Identity Center',
    hint: 'run `aws sso login`',
  },
  'mfa-required': {
    message: 'the role needs a code of an MFA device, which a program cannot enter',
    hint: 'sign in with another tool, and pass its output with --process or in environment variables',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
