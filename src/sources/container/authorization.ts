import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { readVariable } from '../environment/variables.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { parseJwtExpiration } from './jwt.ts';

const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/**
 * The value of the `Authorization` header, or null for none. To be asked at every attempt: EKS replaces the file's
 * content about daily, and programs that read it once fail after that.
 */
export async function readAuthorizationHeader(look: OngoingPoll): Promise<string | null> {
  const { env } = look.options;
  const path = readVariable(env, TOKEN_FILE, look.notes);
  const value = readVariable(env, TOKEN, look.notes);
  if (path !== null && value !== null) look.notes.add({ code: 'TWO_TOKENS_SET' });
  if (path === null) return value === null ? null : vet(value, TOKEN, look);
  const token = vet(await readTokenFile(path, look), TOKEN_FILE, look);
  if (token !== null) noteExpiry(token, look);
  return token;
}

async function readTokenFile(path: string, look: OngoingPoll): Promise<string> {
  try {
    return await (look.options.readFile ?? readSmallFile)(path);
  } catch (error) {
    const detail = `the file that ${TOKEN_FILE} names cannot be read: ${describeReadError(error)}`;
    throw new PollError('auth-token-unreadable', detail);
  }
}

/** One line break at the end is forgiven with a note: botocore, Go and Rust fail on it. */
function vet(raw: string, name: string, look: OngoingPoll): string | null {
  const token = raw.replace(/\r?\n$/, '');
  look.secrets.add(token);
  if (token !== raw) look.notes.add({ code: 'TOKEN_TRAILING_NEWLINE', name });
  if (token.trim() === '') {
    look.notes.add({ code: 'TOKEN_BLANK', name });
    return null;
  }
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw new PollError('auth-token-invalid', `the token of ${name} has characters that no header may have`);
}

/** A token that nobody replaces any more is the usual reason why EKS Pod Identity fails. */
function noteExpiry(token: string, look: OngoingPoll): void {
  const expiresAt = parseJwtExpiration(token);
  if (expiresAt === null) return;
  const code = expiresAt <= look.options.clock.now() ? 'TOKEN_FILE_EXPIRED' : 'TOKEN_FILE_EXPIRES';
  look.notes.add({ code, expiresAt });
}
