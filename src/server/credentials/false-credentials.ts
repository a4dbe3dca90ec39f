import type { Instant } from '../../domain/model.ts';
import type { ScheduledCredentials } from './rotation-schedule.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Shaped like what AWS hands out and good for nothing; whoever finds one in a log can read that it is false. */
export interface FalseCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  issuedAt: Instant;
  expiration: Instant;
}

/** Key ids are base32 after the four letters that say "temporary". */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A real document of 2021 was 1322 bytes long, its session token about 1000. */
const TOKEN_BYTES = 744;

/** For one receiver: IMDSv1 and v2, and every shape, hand out sets of their own. */
export function createFalseCredentials(
  issue: ScheduledCredentials,
  receiver: string,
  randomness: SeededRandom,
): FalseCredentials {
  const label = `${receiver} ${issue.id}`;
  return {
    accessKeyId: `ASIAFALSE${randomness.text(`key ${label}`, 11, BASE32)}`,
    secretAccessKey: `FALSE${randomness.bytes(`secret ${label}`, 30).toString('base64').slice(5)}`,
    sessionToken: `FALSE${randomness.bytes(`token ${label}`, TOKEN_BYTES).toString('base64')}`,
    issuedAt: issue.issuedAt,
    expiration: issue.expiration,
  };
}
