import {
  type ChainFacts,
  createProvider,
  mapNames,
  PROVIDER_NAMES,
  type Provider,
  type ProviderName,
} from '../../domain/provider-chain/providers.ts';
import { setTimeoutAfterIo } from '../http/timeout-after-io.ts';
import { type ProfileFiles, readProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { probeProfileProviders } from './profile-providers.ts';
import { pollProvider } from './provider.ts';
import { probeWebIdentity } from './web-identity.ts';

/** The time limit for each provider. Short, because a person or a starting container waits for the result. */
const PROVIDER_TIMEOUT_MS = 10_000;

/** Variables that a chain may read. Rust reads the last one. */
const CHAIN_VARIABLE = /^AWS_|^SECRET_ACCESS_KEY$/;

/**
 * Tries every provider of the default chains, all at the same time and each with a time limit. Makes no calls
 * to STS, IAM Identity Center or sign-in. Never rejects: a provider that fails has the state `fails`.
 * @param options `profile` replaces AWS_PROFILE
 */
export async function probeProviders(options: SourceOptions): Promise<ChainFacts> {
  const { profile } = options;
  const env = profile === undefined ? options.env : { ...options.env, AWS_PROFILE: profile };
  const limits = { attempts: 2, pollMs: PROVIDER_TIMEOUT_MS, ...options.limits };
  const probeOptions = { ...options, env, limits };
  const files = await withTimeout(
    readProfileFiles(probeOptions),
    limits.pollMs,
    createUnreadableFiles(probeOptions),
  );
  const environmentToken = {
    tokenFile: env.AWS_WEB_IDENTITY_TOKEN_FILE ?? '',
    roleArn: env.AWS_ROLE_ARN ?? '',
  };
  const withLimit = (name: ProviderName, probe: Promise<Provider>) =>
    withTimeout(
      probe,
      limits.pollMs,
      createProvider(name, { state: 'fails', problem: { code: 'TIMED_OUT' } }),
    );
  const providers = await Promise.all([
    withLimit('environment', probeEnvironment(probeOptions)),
    withLimit('web-identity', probeWebIdentity('web-identity', environmentToken, probeOptions)),
    withLimit('container', probeContainer(probeOptions)),
    pollProvider('imds', { ...probeOptions, profileFiles: files }),
    ...probeProfileProviders(probeOptions, files).map(([name, probe]) => withLimit(name, probe)),
  ]);
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return {
    now: options.clock.now(),
    providers: mapNames(PROVIDER_NAMES, (name) => byName.get(name) ?? createProvider(name)),
    ...listVariables(env),
    profile: {
      name: files.selectedName,
      isNamed: isSet(env, 'AWS_PROFILE'),
      exists: files.profiles.has(files.selectedName),
      anyExist: files.profiles.size > 0,
    },
  };
}

const isSet = (env: SourceOptions['env'], name: string) => (env[name] ?? '').trim() !== '';

function listVariables(env: SourceOptions['env']): Pick<ChainFacts, 'setVariables' | 'blankVariables'> {
  const names = Object.keys(env).filter((name) => env[name] !== undefined && CHAIN_VARIABLE.test(name));
  return {
    setVariables: new Set(names.filter((name) => isSet(env, name))),
    blankVariables: new Set(names.filter((name) => !isSet(env, name))),
  };
}

const createUnreadableFiles = ({ env, profile }: SourceOptions): ProfileFiles => ({
  configFile: { path: '', state: 'unreadable', problem: 'timed out' },
  credentialsFile: { path: '', state: 'unreadable', problem: 'timed out' },
  profiles: new Map(),
  ssoSessions: new Map(),
  selectedName: profile ?? (env.AWS_PROFILE || 'default'),
});

/** Resolves to `fallback` after the time limit, because reading from a network share may never end. */
async function withTimeout<T>(running: Promise<T>, milliseconds: number, fallback: T): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const expired = new Promise<T>((resolve) => {
    // The extra time lets a poll with the same limit end first, because its reason says more.
    timer = setTimeoutAfterIo(() => resolve(fallback), milliseconds + 500);
  });
  try {
    return await Promise.race([running, expired]);
  } finally {
    timer?.cancel();
  }
}

async function probeEnvironment(options: SourceOptions): Promise<Provider> {
  const { env } = options;
  const hasSecretKey = isSet(env, 'AWS_SECRET_ACCESS_KEY');
  if (!isSet(env, 'AWS_ACCESS_KEY_ID')) {
    return hasSecretKey
      ? createProvider('environment', { state: 'incomplete', problem: { code: 'NO_KEY_ID' } })
      : createProvider('environment');
  }
  if (hasSecretKey) return pollProvider('environment', options);
  const problem = { code: 'NO_SECRET_KEY' } as const;
  const accessKeyId = env.AWS_ACCESS_KEY_ID ?? null;
  return createProvider('environment', { state: 'incomplete', problem, accessKeyId });
}

async function probeContainer(options: SourceOptions): Promise<Provider> {
  const { env } = options;
  const isConfigured =
    isSet(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') || isSet(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  return isConfigured ? pollProvider('container', options) : createProvider('container');
}
