import type { FailureReason } from '../model.ts';

const REASONS: readonly FailureReason[] = ['invalid-configuration', 'not-configured', 'long-lived'];

/**
 * Nothing can be measured: the source is not configured, its configuration is wrong, or its keys are long-lived. No job
 * outlives credentials from it.
 */
export const hasNoTemporaryCredentials = (reason: FailureReason): boolean => REASONS.includes(reason);
