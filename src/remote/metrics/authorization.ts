import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { createInvalidArgument, exposesRequests } from './import-url.ts';

const PREFIX = 'CRED_WATCH_PROMETHEUS_';
export const TOKEN = `${PREFIX}TOKEN`;
const USERNAME = `${PREFIX}USERNAME`;
export const PASSWORD = `${PREFIX}PASSWORD`;

/** Environment variables, and a function that reads the file that a variable names. */
export interface SecretSources {
  env: Readonly<Record<string, string | undefined>>;
  readFile(path: string): Promise<string>;
}

/** The credentials of a request. */
export interface Authorization {
  /** The value of the header. */
  header: Secret;
  /** The token or password, which no message may quote. */
  secret: Secret;
}

/**
 * Reads a bearer token, or a user name and a password. Null if none is set.
 * @throws CredWatchError if the settings contradict each other, or if other machines could read the secret
 */
export async function readAuthorization(url: URL, sources: SecretSources): Promise<Authorization | null> {
  const [token, password] = [await readSecret(TOKEN, sources), await readSecret(PASSWORD, sources)];
  const username = sources.env[USERNAME] ?? '';
  const authorization = createAuthorization(token, username, password);
  if (authorization !== null && exposesRequests(url))
    throw createInvalidArgument(
      `${url.origin} is not encrypted, so other machines could read the token or password`,
      'use https, or send to a vmagent on this machine',
    );
  return authorization;
}

/**
 * Checks that a secret is sent only to the server that it belongs to.
 * @param urls of all destinations of metrics
 * @throws CredWatchError if there are several servers, and a secret is set
 */
export function assertOneServer(urls: readonly string[], env: SecretSources['env']): void {
  const origins = urls.flatMap((url) => (URL.canParse(url) ? new URL(url).origin : []));
  const isSet = [TOKEN, PASSWORD].some(
    (name) => (env[name] ?? '') !== '' || (env[`${name}_FILE`] ?? '') !== '',
  );
  if (new Set(origins).size < 2 || !isSet) return;
  throw createInvalidArgument(
    'there are several metrics servers, and a token or password for one of them',
    'push to each server with a command of its own',
  );
}

function createAuthorization(
  token: Secret | null,
  username: string,
  password: Secret | null,
): Authorization | null {
  if (token !== null && (username !== '' || password !== null))
    throw createInvalidArgument(
      `both ${TOKEN} and a user name or password are set`,
      `unset ${TOKEN}, or ${USERNAME} and ${PASSWORD}`,
    );
  if (token !== null) return { header: new Secret(`Bearer ${token.reveal()}`), secret: token };
  if ((username === '') !== (password === null))
    throw createInvalidArgument(
      `only one of ${USERNAME} and ${PASSWORD} is set`,
      `set both, or ${PASSWORD}_FILE for the password`,
    );
  if (password === null) return null;
  if (username.includes(':'))
    throw createInvalidArgument(`${USERNAME} contains a colon`, 'HTTP does not allow a colon in a user name');
  const pair = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
  return { header: new Secret(`Basic ${pair}`), secret: password };
}

/** The value of a variable, or the content of the file that `NAME_FILE` names. */
async function readSecret(name: string, { env, readFile }: SecretSources): Promise<Secret | null> {
  const file = `${name}_FILE`;
  const [value = '', path = ''] = [env[name], env[file]];
  if (value !== '' && path !== '')
    throw createInvalidArgument(`both ${name} and ${file} are set`, `unset one of them`);
  if (value === '' && path === '') return null;
  const text = value !== '' ? value : await readSecretFile(file, path, readFile);
  const secret = text.replace(/\r?\n$/, '');
  // Other characters cannot be in a header, and an error of Node.js would quote them.
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(secret))
    throw createInvalidArgument(
      `the value of ${value !== '' ? name : file} is empty or has characters that HTTP does not allow`,
      'use printable ASCII characters on one line',
    );
  return new Secret(secret);
}

async function readSecretFile(
  name: string,
  path: string,
  readFile: SecretSources['readFile'],
): Promise<string> {
  try {
    return await readFile(path);
  } catch (cause) {
    const isSystemError = getSystemErrorCode(cause) !== null || !(cause instanceof Error);
    const reason = isSystemError ? describeSystemError(cause) : cause.message;
    throw new CredWatchError(
      `could not read ${path}, which ${name} names: ${reason}`,
      'check that the file exists and is readable by this user',
      { cause },
    );
  }
}
