import { DEFAULT_ROLE_SESSION, MAX_CHAINED_SESSION } from '../../aws-limits.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { FindingFields } from '../finding.ts';
import type { CheckedSeries, SampleChecks } from '../series-analysis.ts';

/** Checks of the session of a role, from what the newest poll noted. */
export const SESSION_CHECKS = {
  ROLE_CHAIN_CAPPED: (_, { session }) =>
    session?.limit === 'ROLE_CHAIN_CAPPED' ? { limitSeconds: MAX_CHAINED_SESSION } : null,

  DURATION_NOT_SET: (_, { session }) =>
    session?.limit === 'DURATION_NOT_SET' ? { limitSeconds: DEFAULT_ROLE_SESSION } : null,

  SSO_TOKEN_EXPIRES(_, { session, analysedAt }) {
    const expiresAt = session?.tokenExpiresAt ?? null;
    return expiresAt === null ? null : { expiresAt, remainingSeconds: secondsBetween(analysedAt, expiresAt) };
  },
} satisfies Partial<SampleChecks>;

/** AWS refused the requested duration, also if no poll has succeeded. */
export function checkRefusedDuration({
  failedPolls,
}: CheckedSeries): FindingFields['SESSION_LONGER_THAN_ROLE'] | null {
  const refused = failedPolls.find(({ reason }) => reason === 'duration-not-allowed');
  return refused === undefined ? null : { count: refused.count, lastAt: refused.lastAt };
}
