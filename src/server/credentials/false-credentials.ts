import type { Instant } from '../../domain/model.ts';
import type { ScheduledCredentials } from './rotation-schedule.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Credentials in the form of AWS that AWS rejects. Each value contains FALSE. */
export interface FalseCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  issuedAt: Instant;
  expiration: Instant;
}

/** Key ids are base32 after the prefix `ASIA`, which means "temporary". */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Gives about 1000 characters, like the session token of a real document of 2021. */
const TOKEN_BYTES = 744;

/** Creates the credentials of one receiver. The same seed gives the same values. */
export function createFalseCredentials(
  scheduled: ScheduledCredentials,
  receiver: string,
  randomness: SeededRandom,
): FalseCredentials {
  const label = `${receiver} ${scheduled.id}`;
  return {
    accessKeyId: `ASIAFALSE${randomness.text(`key ${label}`, 11, BASE32)}`,
    secretAccessKey: `FALSE${randomness.bytes(`secret ${label}`, 30).toString('base64').slice(5)}`,
    sessionToken: `FALSE${randomness.bytes(`token ${label}`, TOKEN_BYTES).toString('base64')}`,
    issuedAt: scheduled.issuedAt,
    expiration: scheduled.expiration,
  };
}
