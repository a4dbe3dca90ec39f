import type { FailureReason } from '../model.ts';

const REASONS: readonly FailureReason[] = ['invalid-configuration', 'not-configured'];

/** The source was not polled, because its configuration is missing or wrong. */
export const isMisconfigured = (reason: FailureReason): boolean => REASONS.includes(reason);
