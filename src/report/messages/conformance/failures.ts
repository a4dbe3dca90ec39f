import { PROMISED_LEAD_TIME } from '../../../domain/aws-limits.ts';
import type { BodyProblem, ExpectedValue, FailureFact } from '../../../domain/conformance/check-result.ts';
import type { NoResponseReason } from '../../../domain/conformance/no-response.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { formatCount, joinWords } from '../../text/format-values.ts';

export const NO_RESPONSE_PHRASES: Record<NoResponseReason, string> = {
  'connection-failed': 'could not connect',
  'connection-closed': 'the connection was closed without a response',
  timeout: 'no response in time',
  malformed: 'the response is not valid HTTP, or is truncated',
  'too-large': 'the response has over 64 KiB',
};

const BODY_PROBLEMS: Record<BodyProblem, string> = {
  empty: 'the body is empty',
  'not-utf8': 'the body is not UTF-8',
  'not-ascii': 'the body has characters that a header cannot contain',
  'not-json': 'the body is not a JSON object',
  'line-end': 'the body ends with a line end or a space',
  'several-lines': 'the body has several lines',
  'not-a-role': 'the body is not the name of a role',
  'has-keys': 'the body contains keys',
  'has-token': 'the body contains a token',
  'no-keys': 'the body contains no keys',
  'no-error-code': 'the body is not JSON with a code and a message',
  'no-expiry-reason': 'the body does not say that the token is expired',
  'success-document': 'the body is a document with the Code "Success" or with keys',
};

const EXPECTED_BODIES: Record<BodyProblem, string> = {
  empty: 'a text',
  'not-utf8': 'UTF-8',
  'not-ascii': 'visible ASCII characters',
  'not-json': 'a JSON object',
  'line-end': 'no line end',
  'several-lines': 'one line',
  'not-a-role': 'the name of a role',
  'has-keys': 'no keys',
  'has-token': 'no token',
  'success-document': 'no such document',
  'no-keys': 'a document with keys',
  'no-error-code': 'JSON with code and message',
  'no-expiry-reason': 'a text that says that the token is expired',
};

const EXPECTED_VALUES: Record<ExpectedValue, string> = {
  success: '"Success"',
  'non-empty-text': 'a non-empty text',
  'instant-in-seconds': 'a time such as 2026-11-22T06:23:11Z',
  'not-in-future': 'a time in the past',
  unchanged: 'the value of the first response, because the key has not changed',
  'seconds-granted': 'the granted seconds, 1 to 21600',
  'seconds-left': 'the remaining seconds of the token',
  region: 'a region, the same everywhere',
  'instance-profile-arn': 'the ARN of an instance profile',
  'instance-id': 'an instance id',
  'same-as-get': 'the value of GET',
  'text-type': 'text/html or text/plain',
  'allows-put': 'a list that contains PUT',
  absent: 'no such header',
  changed: 'another value, because the key has changed',
  'instant-with-zone': 'a time with a time zone, such as 2026-11-22T06:23:11Z',
  'role-arn': 'the ARN of a role',
  'account-id': 'an account id of 12 digits',
};

/** What a check found. */
export function describeFound(fact: FailureFact): string {
  switch (fact.code) {
    case 'NO_RESPONSE':
      return NO_RESPONSE_PHRASES[fact.reason];
    case 'UNEXPECTED_STATUS':
      return `status ${fact.status}`;
    case 'REQUEST_ACCEPTED':
      return `the request was accepted with status ${fact.status}`;
    case 'UNEXPECTED_HEADER':
      return fact.value === null ? `no header ${fact.header}` : `${fact.header}: ${fact.value}`;
    case 'UNEXPECTED_BODY':
      return BODY_PROBLEMS[fact.problem];
    case 'UNEXPECTED_FIELD':
      return fact.value === null ? `no valid ${fact.field}` : `${fact.field} is "${fact.value}"`;
    case 'REDIRECT_TO_OTHER_HOST':
      return fact.host === '' ? 'a redirect without a valid location' : `a redirect to ${fact.host}`;
    case 'CREDENTIALS_EXPIRED':
      return `the credentials expired ${formatDuration(fact.agoSeconds)} ago`;
    case 'VALIDITY_TOO_SHORT':
      return `the credentials are valid for ${formatDuration(fact.remainingSeconds)}`;
    case 'RESPONSE_SLOW':
      return fact.concurrentCount === 1
        ? `the response took ${fact.milliseconds} ms`
        : `a response took ${fact.milliseconds} ms with ${formatCount(fact.concurrentCount, 'request')} at the same time`;
    case 'KEY_NOT_STABLE':
      return 'each response has another key';
    case 'ROTATED_TOO_LATE':
      return fact.leadSeconds < 0
        ? `the old credentials expired ${formatDuration(-fact.leadSeconds)} before the rotation`
        : `the old credentials were valid for ${formatDuration(fact.leadSeconds)} after the rotation`;
    case 'HOST_NOT_ALLOWED':
      return `the host is ${fact.host}`;
    case 'BEARER_REQUIRED':
      return 'the token works only after "Bearer"';
    case 'TOKEN_FILE_LINE_END':
      return 'the token file ends with a line end';
    case 'NO_SECRET_NEEDED':
      return 'any client gets credentials, without a token and without an id';
    case 'VARIABLES_DISAGREE':
      return `${fact.variables.join(' and ')} have different values`;
  }
}

/** What the check expected instead. */
export function describeExpected(fact: FailureFact): string {
  switch (fact.code) {
    case 'NO_RESPONSE':
      return 'a response';
    case 'UNEXPECTED_STATUS':
      return `status ${joinWords(fact.expected.map(String), 'or')}`;
    case 'REQUEST_ACCEPTED':
      return 'the request is refused';
    case 'UNEXPECTED_HEADER':
      return fact.expected === 'absent'
        ? 'no such header'
        : `${fact.header}: ${EXPECTED_VALUES[fact.expected]}`;
    case 'UNEXPECTED_BODY':
      return EXPECTED_BODIES[fact.problem];
    case 'UNEXPECTED_FIELD':
      return `${fact.field} is ${EXPECTED_VALUES[fact.expected]}`;
    case 'REDIRECT_TO_OTHER_HOST':
      return 'the list, or a redirect to the same host';
    case 'CREDENTIALS_EXPIRED':
      return 'an expiration in the future';
    case 'VALIDITY_TOO_SHORT': {
      const longest = Math.max(...fact.windows.map(({ below }) => below));
      return `at least ${formatDuration(longest)}`;
    }
    case 'RESPONSE_SLOW':
      return `less than ${fact.limitMilliseconds} ms`;
    case 'KEY_NOT_STABLE':
      return 'the key changes only at a rotation';
    case 'ROTATED_TOO_LATE':
      return `at least ${formatDuration(PROMISED_LEAD_TIME)} after the rotation`;
    case 'HOST_NOT_ALLOWED':
      return 'an allowed address, or https';
    case 'BEARER_REQUIRED':
      return 'the token alone is accepted';
    case 'TOKEN_FILE_LINE_END':
      return 'only the token';
    case 'NO_SECRET_NEEDED':
      return 'a token, or an id in the URL';
    case 'VARIABLES_DISAGREE':
      return 'one of them, or the same value';
  }
}
