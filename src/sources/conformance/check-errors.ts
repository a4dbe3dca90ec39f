import type { NoResponseReason, SkipReason, UnknownReason } from '../../domain/conformance/check-result.ts';

/** Ends a check that cannot be made. Thrown and caught inside this folder. */
export class SkippedCheck extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason) {
    super(reason.code);
    this.reason = reason;
  }
}

/** Ends a check without an answer. */
export class UnknownCheck extends Error {
  readonly reason: UnknownReason;

  constructor(reason: UnknownReason) {
    super(reason.code);
    this.reason = reason;
  }
}

/** Ends the whole run: the endpoint has not responded to any request. */
export class UnreachableEndpoint extends Error {
  readonly reason: NoResponseReason;
  readonly detail: string;

  constructor(reason: NoResponseReason, detail: string) {
    super(reason);
    this.reason = reason;
    this.detail = detail;
  }
}
