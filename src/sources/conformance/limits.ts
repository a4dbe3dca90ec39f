import type { PollLimits } from '../http/exchange.ts';

/** A few SDKs send as many requests at their start. */
export const MAX_REQUESTS = 60;

export const CHECK_LIMITS: PollLimits = {
  connectMs: 2000,
  requestMs: 4000,
  /** For all requests together. */
  pollMs: 60_000,
  attempts: 1,
};

/** As many reads at the same time as programs send on a host that has just started. */
export const CONCURRENT_READS = 20;
