import type { PollLimits } from '../http/exchange.ts';

/** Polite: as many requests as a few SDKs send at their start. */
export const MAX_REQUESTS = 60;

export const CHECK_LIMITS: PollLimits = {
  connectMs: 2000,
  requestMs: 4000,
  /** For all requests together. */
  pollMs: 60_000,
  attempts: 1,
};

/** Reads that are sent at the same time, like the programs of a host that has just started. */
export const CONCURRENT_READS = 20;
