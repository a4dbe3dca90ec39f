import { FALSE_KEY_PREFIX } from '../../domain/keys/false-key-id.ts';
import { Secret } from '../../secret.ts';
import type { ServedCredentials } from '../served-credentials.ts';
import { INSTANCE } from '../tree/default-tree.ts';
import type { ScheduledCredentials } from './rotation-schedule.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Key ids are base32 after the prefix `ASIA`. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Gives about 1000 characters, like the session token of a real document of 2021. */
const TOKEN_BYTES = 744;

/**
 * Creates credentials in the form of AWS that AWS rejects. Each value contains FALSE. The same seed and receiver
 * give the same values.
 */
export function createFalseCredentials(
  scheduled: ScheduledCredentials,
  receiver: string,
  randomness: SeededRandom,
  role: string,
): ServedCredentials {
  const label = `${receiver} ${scheduled.id}`;
  const accessKeyId = `${FALSE_KEY_PREFIX}${randomness.text(`key ${label}`, 11, BASE32)}`;
  const { accountId } = INSTANCE;
  return {
    loggedKeyId: accessKeyId,
    accessKeyId: new Secret(accessKeyId),
    secretAccessKey: new Secret(
      `FALSE${randomness.bytes(`secret ${label}`, 30).toString('base64').slice(5)}`,
    ),
    sessionToken: new Secret(`FALSE${randomness.bytes(`token ${label}`, TOKEN_BYTES).toString('base64')}`),
    issuedAt: scheduled.issuedAt,
    expiration: scheduled.expiration,
    accountId,
    roleArn: `arn:aws:iam::${accountId}:role/${role}`,
  };
}
