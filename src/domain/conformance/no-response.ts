/** Why a request got no complete response. */
export const NO_RESPONSE_REASONS = [
  'connection-failed',
  'connection-closed',
  'timeout',
  'malformed',
  'too-large',
] as const;
export type NoResponseReason = (typeof NO_RESPONSE_REASONS)[number];
