import { MAX_CHAINED_SESSION, MAX_ROLE_SESSION } from '../../aws-limits.ts';
import type { Seconds } from '../../model.ts';
import type { ChainContext } from '../chain-context.ts';
import type { RoleSession } from '../providers.ts';
import type { ChainChecks, ChainFindingFields } from './finding.ts';

/** Checks of the duration for which SDKs assume the role of the profile. */
export const ROLE_SESSION_CHECKS = {
  ROLE_CHAIN_CAPPED: (chains) =>
    findSessions(chains).flatMap(({ profile, durationSeconds, base }) => {
      if (base === null || (durationSeconds !== null && durationSeconds <= MAX_CHAINED_SESSION)) return [];
      const severity = durationSeconds === null ? 'note' : 'problem';
      return [{ profile, base, durationSeconds, limitSeconds: MAX_CHAINED_SESSION, severity }];
    }),

  SESSION_LONGER_THAN_ROLE: (chains) =>
    findSessions(chains).flatMap(({ profile, durationSeconds, base }) =>
      base === null && durationSeconds !== null && durationSeconds > MAX_ROLE_SESSION
        ? [{ profile, durationSeconds, limitSeconds: MAX_ROLE_SESSION }]
        : [],
    ),

  DURATION_NOT_SET: (chains) => [
    ...findSessions(chains).flatMap(({ profile, durationSeconds, base }) =>
      base === null && durationSeconds === null ? [{ provider: 'profile-role' as const, profile }] : [],
    ),
    ...findWebIdentities(chains),
  ],
} satisfies Partial<ChainChecks>;

/** Web identities that SDKs use. No SDK requests a duration for them. */
const findWebIdentities = (chains: ChainContext): ChainFindingFields['DURATION_NOT_SET'][] =>
  (['web-identity', 'profile-web-identity'] as const)
    .filter((provider) => chains.findSdksUsing(provider).length > 0)
    .map((provider) => ({
      provider,
      profile: provider === 'web-identity' ? null : chains.facts.profile.name,
    }));

/** The session of the profile's role, if an SDK uses the role. */
function findSessions(
  chains: ChainContext,
): (RoleSession & { profile: string; durationSeconds: Seconds | null })[] {
  const { roleSession, state } = chains.getProvider('profile-role');
  // An incomplete role has its own findings.
  if (roleSession === null || state === 'incomplete' || chains.findSdksUsing('profile-role').length === 0)
    return [];
  return [{ ...roleSession, profile: chains.facts.profile.name }];
}
