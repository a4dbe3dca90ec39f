import { readProfileFiles } from './profile/files.ts';
import type { SourceOptions } from './source.ts';

/** Some SDKs fail at an empty value, or at text that is not an integer. */
const STRICT_VARIABLE = /^AWS_(METADATA_SERVICE_(TIMEOUT|NUM_ATTEMPTS)|CONTAINER_AUTHORIZATION_TOKEN_FILE)$/;

/** Every variable that can decide between providers, except those of the container endpoint. */
const DECIDING_VARIABLE =
  /^(AWS_(ACCESS_KEY(_ID)?|SECRET_(ACCESS_)?KEY|(DEFAULT_)?PROFILE|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE)|SECRET_ACCESS_KEY)$/;

const URI_VARIABLE = /^AWS_CONTAINER_CREDENTIALS_(RELATIVE|FULL)_URI$/;

/**
 * True if SDKs can use no provider except the endpoint of the instance, task or pod, because no variable and
 * no shared file exists. This is the usual case, and needs no rules of the provider chains, which take 30 ms to
 * load.
 */
export async function hasOnlyEndpoint(options: SourceOptions): Promise<boolean> {
  const { env } = options;
  const names = Object.keys(env).filter((name) => env[name] !== undefined);
  if (names.some((name) => DECIDING_VARIABLE.test(name))) return false;
  // Java goes on to IMDS if the URI is blank or has blanks.
  if (names.some((name) => URI_VARIABLE.test(name) && !/^\S+$/.test(env[name] ?? ''))) return false;
  if (names.some((name) => STRICT_VARIABLE.test(name) && !isUsualValue(name, env[name] ?? ''))) return false;
  const { configFile, credentialsFile } = await readProfileFiles(options);
  return configFile.state === 'missing' && credentialsFile.state === 'missing';
}

const isUsualValue = (name: string, value: string): boolean =>
  (name.endsWith('_FILE') ? /^\S/ : /^\d+$/).test(value);
