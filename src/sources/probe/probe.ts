import {
  type ChainFacts,
  createProvider,
  PROVIDER_NAMES,
  type Provider,
  type ProviderName,
} from '../../domain/provider-chain/providers.ts';
import { setTimeoutAfterIo } from '../http/timeout-after-io.ts';
import { type ProfileFiles, readProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { probeProfileProviders } from './profile-providers.ts';
import { probeProvider } from './provider.ts';
import { probeWebIdentity } from './web-identity.ts';

/** What each place may take: somebody waits for the answer, perhaps a container that is starting. */
const PATIENCE = 10_000;

const ID = 'AWS_ACCESS_KEY_ID';
const SECRET = 'AWS_SECRET_ACCESS_KEY';

/** Whatever may be read by a chain; the last one is Rust's. */
const VARIABLE = /^AWS_|^SECRET_ACCESS_KEY$/;

/**
 * Looks into every place where a default chain would, all at once and each for a bounded time. STS, IAM Identity Center
 * and sign-in are not asked. It does not fail: a place that does says so.
 * @param options `profile` counts as if AWS_PROFILE named it
 */
export async function probeProviders(options: SourceOptions): Promise<ChainFacts> {
  const { profile } = options;
  const env = profile === undefined ? options.env : { ...options.env, AWS_PROFILE: profile };
  const limits = { attempts: 2, pollMs: PATIENCE, ...options.limits };
  const asked = { ...options, env, limits };
  const files = await within(limits.pollMs, readProfileFiles(asked), noFiles(asked));
  const bounded = (name: ProviderName, looking: Promise<Provider>) =>
    within(limits.pollMs, looking, late(name));
  const places = await Promise.all([
    bounded('environment', environmentPlace(asked)),
    bounded('web-identity', webIdentityFromEnvironment(asked)),
    bounded('container', containerPlace(asked)),
    probeProvider('imds', { ...asked, profileFiles: files }),
    ...probeProfileProviders(asked, files).map(([name, looking]) => bounded(name, looking)),
  ]);
  const byName = new Map(places.map((place) => [place.name, place]));
  const all = PROVIDER_NAMES.map((name): [ProviderName, Provider] => [
    name,
    byName.get(name) ?? createProvider(name),
  ]);
  return {
    now: options.clock.now(),
    providers: Object.fromEntries(all) as Record<ProviderName, Provider>,
    ...variables(env),
    profile: {
      name: files.selectedName,
      isNamed: isSet(env, 'AWS_PROFILE'),
      exists: files.profiles.has(files.selectedName),
      othersExist: files.profiles.size > 0,
    },
  };
}

const isSet = (env: SourceOptions['env'], name: string) => (env[name] ?? '').trim() !== '';

function variables(env: SourceOptions['env']): Pick<ChainFacts, 'setVariables' | 'blankVariables'> {
  const names = Object.keys(env).filter((name) => env[name] !== undefined && VARIABLE.test(name));
  return {
    setVariables: new Set(names.filter((name) => isSet(env, name))),
    blankVariables: new Set(names.filter((name) => !isSet(env, name))),
  };
}

const late = (name: ProviderName): Provider =>
  createProvider(name, { state: 'fails', problem: { code: 'NO_ANSWER_IN_TIME' } });

const noFiles = ({ env, profile }: SourceOptions): ProfileFiles => ({
  configFile: { path: '', state: 'unreadable', problem: 'no answer in time' },
  credentialsFile: { path: '', state: 'unreadable', problem: 'no answer in time' },
  profiles: new Map(),
  ssoSessions: new Map(),
  selectedName: profile ?? (env.AWS_PROFILE || 'default'),
});

/** A file on a share that has gone away may never be read. */
async function within<T>(milliseconds: number, looking: Promise<T>, otherwise: T): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const expired = new Promise<T>((resolve) => {
    // A moment later than what keeps to the same limit by itself and knows better what happened.
    timer = setTimeoutAfterIo(() => resolve(otherwise), milliseconds + 500);
  });
  try {
    return await Promise.race([looking, expired]);
  } finally {
    timer?.cancel();
  }
}

async function environmentPlace(options: SourceOptions): Promise<Provider> {
  const { env } = options;
  const [hasId, hasSecret] = [isSet(env, ID), isSet(env, SECRET)];
  if (!hasId && !hasSecret) return createProvider('environment');
  if (!hasSecret) {
    return createProvider('environment', {
      state: 'incomplete',
      problem: { code: 'NO_SECRET_KEY' },
      accessKeyId: env[ID]!,
    });
  }
  if (!hasId) return createProvider('environment', { state: 'incomplete', problem: { code: 'NO_KEY_ID' } });
  return probeProvider('environment', options);
}

async function containerPlace(options: SourceOptions): Promise<Provider> {
  const { env } = options;
  const isNamed =
    isSet(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') || isSet(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  return isNamed ? probeProvider('container', options) : createProvider('container');
}

const webIdentityFromEnvironment = ({ env, clock, readFile }: SourceOptions): Promise<Provider> =>
  probeWebIdentity(
    'web-identity',
    { tokenFile: env.AWS_WEB_IDENTITY_TOKEN_FILE ?? '', roleArn: env.AWS_ROLE_ARN ?? '' },
    { clock, readFile },
  );
