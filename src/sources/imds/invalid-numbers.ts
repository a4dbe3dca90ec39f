import type { InvalidNumber } from '../../domain/provider-chain/shared-files/unusual-settings.ts';
import type { Environment } from '../environment/variables.ts';
import type { Profile } from '../profile/files.ts';

/** What `int` of Python accepts in ASCII. */
const PYTHON_INTEGER = /^\s*[+-]?\d+(_\d+)*\s*$/;

/** What `Double.parseDouble` of Java accepts, without hexadecimal numbers. */
const JAVA_NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?\s*$/i;

const TIMEOUT = 'metadata_service_timeout';
const NUMBERS = [
  { variable: 'AWS_METADATA_SERVICE_TIMEOUT', key: TIMEOUT },
  { variable: 'AWS_METADATA_SERVICE_NUM_ATTEMPTS', key: 'metadata_service_num_attempts' },
] as const;

/**
 * Finds the limits of IMDS that some SDKs reject, because they are not numbers. Other SDKs ignore these limits. An empty
 * variable hides the setting of the profile. Sources: tests with botocore 1.43.11; the code of Java (`Ec2MetadataConfigProvider`).
 */
export function findInvalidNumbers(env: Environment, profile: Profile | undefined): InvalidNumber[] {
  const settings = { ...profile?.config, ...profile?.credentials };
  return NUMBERS.flatMap(({ variable, key }): InvalidNumber[] => {
    const value = env[variable] ?? settings[key];
    if (value === undefined || PYTHON_INTEGER.test(value)) return [];
    const setting = env[variable] === undefined ? key : variable;
    const failsInJava = key === TIMEOUT && !JAVA_NUMBER.test(value);
    return [{ setting, clients: failsInJava ? ['botocore', 'java'] : ['botocore'] }];
  });
}
