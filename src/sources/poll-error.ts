import type { Misconfiguration } from '../domain/misconfiguration.ts';
import type { FailureReason, Instant } from '../domain/model.ts';

/** How often a failed attempt is repeated. `always`: up to the limit of attempts. */
export type RetryPolicy = 'never' | 'once' | 'always';

type PollErrorOptions = Partial<
  Pick<
    PollError,
    | 'quotation'
    | 'retry'
    | 'status'
    | 'serviceError'
    | 'isResponseMissing'
    | 'isTimeout'
    | 'accessKeyId'
    | 'expiration'
    | 'misconfiguration'
  >
>;

/**
 * The reason why a poll failed. Thrown inside `sources` only; `runPoll` turns it into a `PollFailure`.
 * `detail` consists of our own words. It contains names of settings, profiles and roles, and never their values.
 */
export class PollError extends Error {
  readonly reason: FailureReason;
  readonly detail: string;
  /** A text from outside. It can contain secrets, which `runPoll` removes. */
  readonly quotation: string | null = null;
  readonly retry: RetryPolicy = 'never';
  /** The HTTP status of the rejected response. Null without a response. */
  readonly status: number | null = null;
  /** The error code of AWS, without the suffix `Exception`. Null unless cred-watch knows the code. */
  readonly serviceError: string | null = null;
  /** The request may have arrived, but no complete response came back. */
  readonly isResponseMissing: boolean = false;
  /** A time limit ended the attempt. */
  readonly isTimeout: boolean = false;
  readonly accessKeyId: string | null = null;
  readonly expiration: Instant | null = null;
  readonly misconfiguration: Misconfiguration | null = null;

  constructor(reason: FailureReason, detail: string, options: PollErrorOptions = {}) {
    super(reason);
    // First, because the options can be another error with another reason.
    Object.assign(this, options);
    this.name = 'PollError';
    this.reason = reason;
    this.detail = detail;
  }
}

/** @param problem continues a sentence that begins with the name of the setting */
export function createInvalidSettingError(name: string, problem: string): PollError {
  const misconfiguration = { code: 'INVALID_SETTING', name } as const;
  return new PollError('invalid-configuration', `${name} ${problem}`, { misconfiguration });
}
