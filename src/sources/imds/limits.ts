import type { ImdsLimitSetting } from '../../domain/provider-chain/shared-files/unusual-settings.ts';
import type { Environment } from '../environment/variables.ts';
import type { Profile } from '../profile/files.ts';

const LIMITS = [
  { limit: 'timeout', variable: 'AWS_METADATA_SERVICE_TIMEOUT', key: 'metadata_service_timeout' },
  { limit: 'attempts', variable: 'AWS_METADATA_SERVICE_NUM_ATTEMPTS', key: 'metadata_service_num_attempts' },
] as const;

/** The limits of IMDS that are set. An empty variable hides the setting of the profile. */
export function listImdsLimits(env: Environment, profile: Profile | undefined): ImdsLimitSetting[] {
  const settings = { ...profile?.config, ...profile?.credentials };
  return LIMITS.flatMap(({ limit, variable, key }): ImdsLimitSetting[] => {
    const text = env[variable] ?? settings[key];
    if (text === undefined) return [];
    return [{ setting: env[variable] === undefined ? key : variable, limit, text }];
  });
}
