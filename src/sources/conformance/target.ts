import type { ConformanceShape } from '../../domain/conformance/conformance-check.ts';
import { CredWatchError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { isAllowedAddress, isContainerEndpointSet, readCredentialsUrl } from '../container/settings.ts';
import { describeReadError, readSmallFile } from '../environment/small-file.ts';
import { type Environment, readVariable } from '../environment/variables.ts';
import { removeBrackets } from '../http/addresses.ts';
import { formatUrl, readImdsSettings } from '../imds/settings.ts';
import { throwIfLocal } from '../local-errors.ts';
import { Notes } from '../notes.ts';
import { PollError } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';

export interface TargetOptions extends Pick<SourceOptions, 'env' | 'clock' | 'random'> {
  /** Undefined: the endpoint that the environment names. */
  url?: string | undefined;
  shape?: ConformanceShape | undefined;
  token?: string | undefined;
  tokenFile?: string | undefined;
}

/** How the shape was found. */
export type ShapeOrigin = 'flag' | 'url' | 'environment';

/** The value of the Authorization header, and where it comes from. */
export interface AuthorizationToken {
  value: Secret;
  origin: 'flag' | 'file' | 'variable';
  /** Null if the token comes from no file. */
  path: string | null;
  /** The file ends with a line end, which botocore and the Go and Rust SDKs reject. */
  hasLineEnd: boolean;
}

export interface ConformanceTarget {
  url: URL;
  shape: ConformanceShape;
  shapeOrigin: ShapeOrigin;
  token: AuthorizationToken | null;
  /** The environment has a token, but SDKs would not send it to this host. */
  isTokenWithheld: boolean;
}

/**
 * Finds the endpoint to check, its shape and its token.
 * @throws CredWatchError
 */
export async function findTarget(options: TargetOptions): Promise<ConformanceTarget> {
  const { env, shape } = options;
  const found = options.url === undefined ? readEnvironmentUrl(options) : parseUrl(options.url);
  const guess = shape ?? guessShape(found, env);
  const url = guess === 'imds' ? toBaseUrl(found) : found;
  const shapeOrigin = shape !== undefined ? 'flag' : options.url === undefined ? 'environment' : 'url';
  if (guess !== 'imds' && url.pathname === '/' && url.search === '') {
    throw new CredWatchError(
      `the URL of a container endpoint needs a path`,
      'give the whole URL of the credentials, as in AWS_CONTAINER_CREDENTIALS_FULL_URI',
    );
  }
  const { token, isTokenWithheld } = await readToken(options, guess, url);
  return { url, shape: guess, shapeOrigin, token, isTokenWithheld };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CredWatchError(
      'the endpoint is not an http or https URL',
      'give a URL such as http://127.0.0.1:1338',
    );
  }
  if (`${url.username}${url.password}` !== '') {
    throw new CredWatchError(
      'the URL contains a user name or a password',
      'remove it: SDKs reject such a URL',
    );
  }
  return url;
}

function readEnvironmentUrl(options: TargetOptions): URL {
  const { env, shape } = options;
  const usesContainer = shape === undefined ? isContainerEndpointSet(env) : shape !== 'imds';
  if (usesContainer) return unwrap(readCredentialsUrl(env, new Notes()));
  const { baseUrl, blockingError } = readImdsSettings(options);
  return unwrap(
    blockingError ?? baseUrl ?? new PollError('invalid-configuration', 'the endpoint of IMDS is invalid'),
  );
}

function unwrap(result: URL | PollError): URL {
  if (!(result instanceof PollError)) return result;
  throw new CredWatchError(result.detail, 'give the URL of the endpoint: `cred-watch conform URL`');
}

/** Paths and hosts that identify a shape. The first match counts. */
const SIGNS: readonly [ConformanceShape, (url: URL) => boolean][] = [
  ['cloudshell', ({ pathname }) => pathname.endsWith('/meta-data/container/security-credentials')],
  ['eks', ({ hostname }) => hostname === '169.254.170.23' || hostname === '[fd00:ec2::23]'],
  ['ecs', ({ hostname }) => hostname === '169.254.170.2'],
  ['eks', ({ pathname, search }) => pathname === '/v1/credentials' && search === ''],
  ['ecs', ({ pathname }) => /^\/(?:v[12]\/credentials|role|role-arn)\b/.test(pathname)],
  [
    'imds',
    ({ pathname }) =>
      pathname.endsWith('/') || /\/latest(?:\/(?:meta-data|api|dynamic)\b.*)?$/.test(pathname),
  ],
];

/** A URL with another path is the URL of container credentials. */
const guessShape = (url: URL, env: Environment): ConformanceShape =>
  SIGNS.find(([, matches]) => matches(url))?.[0] ?? (isServiceAccountTokenSet(env) ? 'eks' : 'ecs');

const isServiceAccountTokenSet = (env: Environment) =>
  /eks-pod-identity/.test(readVariable(env, TOKEN_FILE) ?? '');

/** SDKs add `/latest/…` to the base URL of IMDS, so `/latest/…` is removed from a given URL. */
function toBaseUrl(url: URL): URL {
  const base = new URL(url);
  base.pathname = url.pathname.replace(/\/latest(?:\/.*)?$/, '');
  base.search = '';
  base.hash = '';
  return new URL(formatUrl(base));
}

const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

async function readToken(
  { env, url: givenUrl, token, tokenFile }: TargetOptions,
  shape: ConformanceShape,
  url: URL,
): Promise<Pick<ConformanceTarget, 'token' | 'isTokenWithheld'>> {
  if (token !== undefined) return { token: toToken(token, 'flag'), isTokenWithheld: false };
  if (tokenFile !== undefined) return { token: await readTokenFile(tokenFile), isTokenWithheld: false };
  const [path, value] = [readVariable(env, TOKEN_FILE), readVariable(env, TOKEN)];
  if (shape === 'imds' || (path === null && value === null)) return { token: null, isTokenWithheld: false };
  if (givenUrl !== undefined && !acceptsToken(url)) return { token: null, isTokenWithheld: true };
  const found =
    path !== null ? await readTokenFile(path) : value === null ? null : toToken(value, 'variable');
  return { token: found, isTokenWithheld: false };
}

/** The host rule of SDKs: a token is sent over https, or to this host and the agents of AWS. */
const acceptsToken = (url: URL) =>
  url.protocol === 'https:' || url.hostname === 'localhost' || isAllowedAddress(removeBrackets(url));

async function readTokenFile(path: string): Promise<AuthorizationToken> {
  try {
    return toToken(await readSmallFile(path), 'file', path);
  } catch (error) {
    throwIfLocal(error);
    throw new CredWatchError(
      `could not read the token file: ${describeReadError(error)}`,
      'check that the file exists and is readable by this user',
      { cause: error },
    );
  }
}

/** Removes one line end. Any other character that a header cannot contain is an error. */
function toToken(
  text: string,
  origin: AuthorizationToken['origin'],
  path: string | null = null,
): AuthorizationToken {
  const value = text.replace(/\r?\n$/, '');
  if (!/^[\x20-\x7e]+$/.test(value)) {
    throw new CredWatchError(
      value.trim() === ''
        ? 'the token is empty'
        : 'the token contains characters that are not allowed in a header',
      'give the value of the Authorization header, without its name',
    );
  }
  return { value: new Secret(value), origin, path, hasLineEnd: value !== text };
}
