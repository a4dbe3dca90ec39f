import type { FailureReason, Instant, Misconfiguration } from '../domain/model.ts';

/** How often a failed attempt is repeated. `always`: up to the limit of attempts. */
export type RetryPolicy = 'never' | 'once' | 'always';

interface PollErrorOptions {
  retry?: RetryPolicy;
  status?: number;
  isResponseMissing?: boolean;
  accessKeyId?: string | null;
  expiration?: Instant | null;
  misconfiguration?: Misconfiguration;
}

/**
 * The reason why a poll failed. Thrown inside `sources` only; `runPoll` turns it into a `PollFailure`.
 * `detail` may contain secrets and control characters, which `runPoll` removes.
 */
export class PollError extends Error {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly retry: RetryPolicy;
  /** The HTTP status of the rejected response. Null without a response. */
  readonly status: number | null;
  /** The request may have arrived, but no complete response came back. */
  readonly isResponseMissing: boolean;
  readonly accessKeyId: string | null;
  readonly expiration: Instant | null;
  readonly misconfiguration: Misconfiguration | null;

  constructor(reason: FailureReason, detail: string, options: PollErrorOptions = {}) {
    super(reason);
    this.name = 'PollError';
    this.reason = reason;
    this.detail = detail;
    this.retry = options.retry ?? 'never';
    this.status = options.status ?? null;
    this.isResponseMissing = options.isResponseMissing ?? false;
    this.accessKeyId = options.accessKeyId ?? null;
    this.expiration = options.expiration ?? null;
    this.misconfiguration = options.misconfiguration ?? null;
  }
}

/** @param problem continues a sentence that begins with the name of the setting */
export function invalidSettingError(name: string, problem: string): PollError {
  const misconfiguration = { code: 'INVALID_SETTING', name } as const;
  return new PollError('invalid-configuration', `${name} ${problem}`, { misconfiguration });
}
