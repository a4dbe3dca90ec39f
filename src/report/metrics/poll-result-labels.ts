import type { FailureReason } from '../../domain/model.ts';

/**
 * How polls end, in the few words by which monitoring counts them: reasons are many, and each would be a series of its
 * own there. `http_error`: whoever was asked answered with an error; `parse_error`: with something that is no usable
 * document; `absent`: there was nobody to ask, or nothing to be had.
 */
export const POLL_RESULT_LABELS = ['ok', 'timeout', 'http_error', 'parse_error', 'absent'] as const;
export type PollResultLabel = (typeof POLL_RESULT_LABELS)[number];

/** Permanent, as the reasons are: a reason that moved to another result would look like an outage. */
export const RESULT_LABEL_BY_FAILURE: Readonly<Record<FailureReason, Exclude<PollResultLabel, 'ok'>>> = {
  disabled: 'absent',
  'v1-disabled': 'absent',
  'invalid-configuration': 'absent',
  'host-not-allowed': 'absent',
  'auth-token-unreadable': 'absent',
  'auth-token-invalid': 'absent',
  'auth-token-expired': 'http_error',
  'auth-rejected': 'http_error',
  'no-role': 'absent',
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
  // A process has no statuses: that it ended with an error is the nearest.
  'process-failed': 'http_error',
};
