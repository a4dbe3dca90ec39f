import type { FailureReason } from '../../domain/model.ts';

/**
 * Results of polls as metric labels. There are many failure reasons, and each label would be a series in
 * Prometheus. `http_error`: error response; `parse_error`: unusable response; `absent`: no endpoint, or no
 * credentials configured.
 */
export const POLL_RESULT_LABELS = ['ok', 'timeout', 'http_error', 'parse_error', 'absent'] as const;
export type PollResultLabel = (typeof POLL_RESULT_LABELS)[number];

/** Never move a reason to another label: on a dashboard, the move would look like an outage. */
export const RESULT_LABEL_BY_FAILURE: Readonly<Record<FailureReason, Exclude<PollResultLabel, 'ok'>>> = {
  disabled: 'absent',
  'v1-disabled': 'absent',
  'invalid-configuration': 'absent',
  'host-not-allowed': 'absent',
  'auth-token-unreadable': 'absent',
  'auth-token-invalid': 'absent',
  'auth-token-expired': 'http_error',
  'auth-rejected': 'http_error',
  'auth-token-missing': 'http_error',
  'auth-token-not-yet-valid': 'http_error',
  'access-denied': 'http_error',
  'address-rejected': 'http_error',
  'assume-role-denied': 'http_error',
  'imds-blocked': 'http_error',
  'no-role': 'absent',
  'instance-profile-not-found': 'http_error',
  'no-association': 'absent',
  'not-imds': 'parse_error',
  'not-found': 'absent',
  'token-empty': 'parse_error',
  'error-document': 'http_error',
  malformed: 'parse_error',
  'unknown-expiry': 'parse_error',
  starting: 'http_error',
  throttled: 'http_error',
  'server-error': 'http_error',
  'bad-request': 'http_error',
  redirect: 'http_error',
  'unexpected-status': 'http_error',
  'response-too-large': 'parse_error',
  unreachable: 'absent',
  timeout: 'timeout',
  'not-configured': 'absent',
  'long-lived': 'parse_error',
  // Only `serve` and `exec --refresh` treat expired credentials as a failure, and record them as a sample.
  expired: 'parse_error',
  // A process has no HTTP status, but an error exit is comparable.
  'process-failed': 'http_error',
  'region-missing': 'absent',
  'region-disabled': 'http_error',
  'aws-unreachable': 'absent',
  'aws-access-denied': 'http_error',
  'base-credentials-rejected': 'http_error',
  'clock-rejected': 'http_error',
  'duration-not-allowed': 'http_error',
  'identity-token-unreadable': 'absent',
  'identity-token-expired': 'http_error',
  'identity-token-rejected': 'http_error',
  'sso-login-required': 'http_error',
  'mfa-required': 'absent',
};
