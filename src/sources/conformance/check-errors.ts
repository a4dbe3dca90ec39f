import type { SkipReason, UnknownReason, UnreachableReason } from '../../domain/conformance/check-result.ts';

/** Ends a check that cannot be made. Thrown and caught inside this folder. */
export class SkippedCheck extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason) {
    super(reason.code);
    this.reason = reason;
  }
}

/** Ends a check whose outcome is unknown. */
export class UnknownCheck extends Error {
  readonly reason: UnknownReason;

  constructor(reason: UnknownReason) {
    super(reason.code);
    this.reason = reason;
  }
}

/** Ends the whole run, because the endpoint cannot be checked. */
export class UnreachableEndpoint extends Error {
  readonly reason: UnreachableReason;

  constructor(reason: UnreachableReason) {
    super(reason.reason);
    this.reason = reason;
  }
}
