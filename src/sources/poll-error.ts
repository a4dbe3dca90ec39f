import type { FailureReason, Instant, Misconfiguration } from '../domain/model.ts';

/** How often a failure is worth another attempt, within the limit of attempts. */
export type RetryPolicy = 'never' | 'once' | 'always';

interface PollErrorOptions {
  retry?: RetryPolicy;
  status?: number;
  isResponseMissing?: boolean;
  accessKeyId?: string;
  expiration?: Instant | null;
  misconfiguration?: Misconfiguration;
}

/**
 * Why a look ended without credentials; thrown inside this folder only, and turned into a `PollFailure` at its border.
 * `detail` may still be unfit to print: the border cleans it.
 */
export class PollError extends Error {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly retry: RetryPolicy;
  /** Of the answer that was refused; null where there was none. */
  readonly status: number | null;
  /** A connection was there and the request may have arrived, but no answer came back. */
  readonly isResponseMissing: boolean;
  readonly accessKeyId: string;
  readonly expiration: Instant | null;
  readonly misconfiguration: Misconfiguration | null;

  constructor(reason: FailureReason, detail: string, circumstances: PollErrorOptions = {}) {
    super(reason);
    this.name = 'FailedLook';
    this.reason = reason;
    this.detail = detail;
    this.retry = circumstances.retry ?? 'never';
    this.status = circumstances.status ?? null;
    this.isResponseMissing = circumstances.isResponseMissing ?? false;
    this.accessKeyId = circumstances.accessKeyId ?? '';
    this.expiration = circumstances.expiration ?? null;
    this.misconfiguration = circumstances.misconfiguration ?? null;
  }
}

/** @param problem continues the sentence that the setting's name begins */
export function invalidSettingError(name: string, problem: string): PollError {
  const misconfiguration = { code: 'INVALID_SETTING', name } as const;
  return new PollError('invalid-configuration', `${name} ${problem}`, { misconfiguration });
}
