import { Secret } from '../../secret.ts';
import { parseJwtTimes } from '../document/jwt.ts';
import { VISIBLE_ASCII } from '../document/unvalidated-keys.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { throwIfLocal } from '../local-errors.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';

/**
 * Reads the token and reports its times. AWS issues credentials for an hour or more, even if the token expires
 * in a minute.
 * @throws PollError if the file cannot be read or is empty
 */
export async function readIdentityToken(
  poll: OngoingPoll,
  { name, value: path }: { name: string; value: string },
): Promise<Secret> {
  const token = (await readFile(poll, name, path)).trim();
  poll.secrets.add(token);
  if (token === '') throw new PollError('identity-token-unreadable', `the file of ${name} is empty`);
  // The path may name another file, which must not be sent.
  if (!VISIBLE_ASCII.test(token)) {
    const detail = `the file of ${name} contains characters that no token has`;
    throw new PollError('identity-token-unreadable', detail);
  }
  addIdentityToken(poll, token);
  return new Secret(token);
}

/** Reports the times of a token. AWS decides whether it has expired, because the host's clock can be wrong. */
export function addIdentityToken(poll: OngoingPoll, token: string): void {
  const { issuedAt, expiresAt } = parseJwtTimes(token);
  if (expiresAt === null) return;
  const code = expiresAt <= poll.options.clock.now() ? 'IDENTITY_TOKEN_EXPIRED' : 'IDENTITY_TOKEN_EXPIRES';
  poll.notes.add({ code, issuedAt, expiresAt });
}

async function readFile({ options }: OngoingPoll, name: string, path: string): Promise<string> {
  try {
    return await (options.readFile ?? readSmallFile)(path);
  } catch (error) {
    throwIfLocal(error);
    const detail = `could not read the file of ${name}: ${describeReadError(error)}`;
    throw new PollError('identity-token-unreadable', detail);
  }
}
