import { parseJwtExpiration } from '../document/jwt.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { readVariable } from '../environment/variables.ts';
import { throwIfLocal } from '../local-errors.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';

const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/**
 * The value of the `Authorization` header, or null for no header. Called in every attempt: EKS replaces the
 * token in the file about daily, and programs that read the file only once fail after that.
 */
export async function readAuthorizationHeader(poll: OngoingPoll): Promise<string | null> {
  const { env } = poll.options;
  const path = readVariable(env, TOKEN_FILE, poll.notes);
  const value = readVariable(env, TOKEN, poll.notes);
  if (path !== null && value !== null) poll.notes.add({ code: 'TWO_TOKENS_SET' });
  if (path === null) return value === null ? null : validateToken(value, TOKEN, poll);
  const token = validateToken(await readTokenFile(path, poll), TOKEN_FILE, poll);
  if (token !== null) addExpirationNote(token, poll);
  return token;
}

async function readTokenFile(path: string, poll: OngoingPoll): Promise<string> {
  try {
    return await (poll.options.readFile ?? readSmallFile)(path);
  } catch (error) {
    throwIfLocal(error);
    const detail = `could not read the file of ${TOKEN_FILE}: ${describeReadError(error)}`;
    throw new PollError('auth-token-unreadable', detail);
  }
}

/** Removes one final line break, because botocore and the Go and Rust SDKs fail on it. Null if blank. */
function validateToken(raw: string, name: string, poll: OngoingPoll): string | null {
  const token = raw.replace(/\r?\n$/, '');
  poll.secrets.add(token);
  if (token !== raw) poll.notes.add({ code: 'TOKEN_TRAILING_NEWLINE', name });
  if (token.trim() === '') {
    poll.notes.add({ code: 'TOKEN_BLANK', name });
    return null;
  }
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw new PollError(
    'auth-token-invalid',
    `the token of ${name} contains characters that are not allowed in a header`,
  );
}

/** An expired token that was not replaced is the usual reason why EKS Pod Identity fails. */
function addExpirationNote(token: string, poll: OngoingPoll): void {
  const expiresAt = parseJwtExpiration(token);
  if (expiresAt === null) return;
  const code = expiresAt <= poll.options.clock.now() ? 'TOKEN_FILE_EXPIRED' : 'TOKEN_FILE_EXPIRES';
  poll.notes.add({ code, expiresAt });
}
