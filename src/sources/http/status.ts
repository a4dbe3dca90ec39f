/**
 * Classes of HTTP statuses that mean the same for every server. What else a server says with a status is in the file
 * of that server. For example, IMDS also throttles with 503, and the agent of ECS starts with 503.
 */
import type { FailureReason } from '../../domain/model.ts';
import type { RetryPolicy } from '../poll-error.ts';

/** Why a request failed, and whether to repeat it. */
export type FailureClass = readonly [FailureReason, RetryPolicy];

/** The server gets too many requests. */
export const isThrottled = (status: number): boolean => status === 429;

/** RFC 9110 defines no status above 599. */
export const isServerError = (status: number): boolean => status >= 500 && status < 600;

/** Clients repeat a request with such a response, because a later response can be another one. */
export const isTemporary = (status: number): boolean => isThrottled(status) || isServerError(status);

/** Null: the meaning of the status depends on the server. */
export function classifyCommonStatus(status: number): FailureClass | null {
  if (status >= 300 && status < 400) return ['redirect', 'never'];
  if (isThrottled(status)) return ['throttled', 'always'];
  return isServerError(status) ? ['server-error', 'always'] : null;
}
