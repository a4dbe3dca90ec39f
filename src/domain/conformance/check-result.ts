import type { Instant, Seconds } from '../model.ts';
import type { RefreshWindow } from '../sdk-refresh/refresh-windows.ts';
import type { CheckId } from './check-list.ts';
import type { ClientEffect } from './clients.ts';
import type { ConformanceShape } from './conformance-check.ts';
import type { NoResponseReason } from './no-response.ts';
import type { WatchSummary } from './watch/watched-read.ts';

/** `disabled`: the endpoint responds to every request with 403, as IMDS does if it is disabled. */
export interface UnreachableReason {
  reason: NoResponseReason | 'disabled';
  /** Our own words, may be empty. */
  detail: string;
}

/** One request and its response, without secrets. */
export interface ExchangeSummary {
  /** Counts from 1 in the order of sending. */
  number: number;
  method: string;
  path: string;
  requestHeaders: readonly (readonly [name: string, value: string])[];
  startedAt: Instant;
  durationMs: number;
  response: ResponseSummary | { reason: NoResponseReason; detail: string };
}

export interface ResponseSummary {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  /** Null if the body is not UTF-8. */
  bodyLength: number | null;
}

/** What is wrong with the body of a response. */
export type BodyProblem =
  | 'empty'
  | 'not-utf8'
  | 'not-ascii'
  | 'not-json'
  | 'line-end'
  | 'several-lines'
  | 'not-a-role'
  | 'has-keys'
  | 'has-token'
  | 'success-document'
  | 'no-keys'
  | 'no-error-code'
  | 'no-expiry-reason';

/** What a field or header should be. */
export type ExpectedValue =
  | 'success'
  | 'non-empty-text'
  | 'instant-in-seconds'
  | 'not-in-future'
  | 'unchanged'
  | 'seconds-granted'
  | 'seconds-left'
  | 'region'
  | 'instance-profile-arn'
  | 'instance-id'
  | 'same-as-get'
  | 'text-type'
  | 'allows-put'
  | 'absent'
  | 'changed'
  | 'instant-with-zone'
  | 'role-arn'
  | 'account-id';

/** What a check found and what it expected. Texts of the endpoint are safe to print. */
export type FailureFact =
  | { code: 'NO_RESPONSE'; reason: NoResponseReason }
  | { code: 'UNEXPECTED_STATUS'; status: number; expected: readonly number[] }
  /** The request must be refused. */
  | { code: 'REQUEST_ACCEPTED'; status: number }
  /** `value` is null if the response has no such header. */
  | { code: 'UNEXPECTED_HEADER'; header: string; value: string | null; expected: ExpectedValue }
  | { code: 'UNEXPECTED_BODY'; problem: BodyProblem }
  /** `value` is null if the document has no such field, or if the value is secret or not a text. */
  | { code: 'UNEXPECTED_FIELD'; field: string; value: string | null; expected: ExpectedValue }
  | { code: 'REDIRECT_TO_OTHER_HOST'; host: string }
  | { code: 'CREDENTIALS_EXPIRED'; agoSeconds: Seconds }
  | { code: 'VALIDITY_TOO_SHORT'; remainingSeconds: Seconds; windows: readonly RefreshWindow[] }
  | { code: 'RESPONSE_SLOW'; milliseconds: number; concurrentCount: number }
  /** Two reads of the credentials returned different keys. */
  | { code: 'KEY_NOT_STABLE' }
  /** The old key had less than the promised validity left when the new one appeared. */
  | { code: 'ROTATED_TOO_LATE'; leadSeconds: Seconds }
  /** SDKs do not request credentials from this host over plain http. */
  | { code: 'HOST_NOT_ALLOWED'; host: string }
  /** The endpoint accepts the token only after the word `Bearer`, which SDKs do not add. */
  | { code: 'BEARER_REQUIRED' }
  | { code: 'TOKEN_FILE_LINE_END' }
  /** Credentials without a secret in the URL and without a token. */
  | { code: 'NO_SECRET_NEEDED' }
  /** SDKs differ in which of the variables they use, and the values differ. */
  | { code: 'VARIABLES_DISAGREE'; variables: readonly [string, string] };

export type CheckFailure = FailureFact & {
  /** The number of the exchange that shows the failure. Null if no single exchange shows it. */
  exchange: number | null;
  effects: readonly ClientEffect[];
};

export type SkipReason =
  | { code: 'NEEDS_WATCH' }
  | { code: 'NO_ROTATION_SEEN' }
  /** The token file did not change. */
  | { code: 'TOKEN_NOT_ROTATED' }
  /** The request needs an authorization token, but the user gave no token. */
  | { code: 'NEEDS_TOKEN' }
  /** This check depends on another check, which has failed. */
  | { code: 'CHECK_FAILED'; check: CheckId }
  | { code: 'NO_ROLE' }
  | { code: 'ROLE_ATTACHED' }
  | { code: 'NO_CREDENTIALS' }
  | { code: 'NO_ERROR_DOCUMENT' }
  | { code: 'IMDS_V1_ALLOWED' }
  | { code: 'LINK_LOCAL_ADDRESS' }
  /** The endpoint needs no token. */
  | { code: 'NO_TOKEN_NEEDED' }
  /** The token does not come from a file. */
  | { code: 'NO_TOKEN_FILE' }
  | { code: 'NO_QUERY' }
  /** No environment variable names this endpoint. */
  | { code: 'NO_VARIABLES' };

export type UnknownReason =
  | { code: 'TIME_LIMIT' }
  | { code: 'REQUEST_LIMIT' }
  /** The endpoint throttles requests. */
  | { code: 'THROTTLED' }
  | { code: 'NO_RESPONSE'; reason: NoResponseReason };

export type CheckOutcome =
  | { outcome: 'passed' }
  | { outcome: 'failed'; failures: readonly CheckFailure[] }
  | { outcome: 'skipped'; reason: SkipReason }
  | { outcome: 'unknown'; reason: UnknownReason };

export type CheckResult = CheckOutcome & {
  id: CheckId;
  /** The numbers of the exchanges that the check judged. */
  exchanges: readonly number[];
};

/** Facts that are not failures. */
export type ConformanceNote =
  /** Requests without a token get credentials. */
  | { code: 'IMDS_V1_ALLOWED' }
  /** The endpoint serves no tokens: IMDSv1 only. */
  | { code: 'IMDS_V1_ONLY' }
  /** The token request got no response, but another request did. In a container, a hop limit of 1 does this. */
  | { code: 'POSSIBLE_HOP_LIMIT' }
  | { code: 'NO_ROLE' }
  /** The endpoint serves an error instead of credentials. */
  | { code: 'ERROR_DOCUMENT'; errorCode: string }
  /** The `Date` header is ahead of the clock of this host, or behind it. */
  | { code: 'CLOCK_OFFSET'; aheadSeconds: Seconds };

/** The results for one endpoint. */
export interface ConformanceRun {
  /** Without user name, query and confidential path. */
  endpoint: string;
  shape: ConformanceShape;
  startedAt: Instant;
  durationMs: number;
  /** All requests, also those of `--watch`. */
  requestCount: number;
  /** Of the requests of `--watch`, only those that show a failure. */
  exchanges: readonly ExchangeSummary[];
  results: readonly CheckResult[];
  notes: readonly ConformanceNote[];
  /** Null without `--watch`. */
  watch: WatchSummary | null;
  /** Why the endpoint could not be checked at all. */
  unreachable: UnreachableReason | null;
}
