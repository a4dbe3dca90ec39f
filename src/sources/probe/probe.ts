import {
  type ChainFacts,
  PLACE_NAMES,
  type Place,
  type PlaceName,
  placeOf,
} from '../../domain/provider-chain/providers.ts';
import { patientTimer } from '../http/patient-timer.ts';
import { type ProfileFiles, readProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { profilePlaces } from './profile-providers.ts';
import { lookAt } from './provider.ts';
import { webIdentityPlace } from './web-identity.ts';

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
export async function survey(options: SourceOptions): Promise<ChainFacts> {
  const { profile } = options;
  const env = profile === undefined ? options.env : { ...options.env, AWS_PROFILE: profile };
  const limits = { attempts: 2, pollMs: PATIENCE, ...options.limits };
  const asked = { ...options, env, limits };
  const files = await within(limits.pollMs, readProfileFiles(asked), noFiles(asked));
  const bounded = (name: PlaceName, looking: Promise<Place>) => within(limits.pollMs, looking, late(name));
  const places = await Promise.all([
    bounded('environment', environmentPlace(asked)),
    bounded('web-identity', webIdentityFromEnvironment(asked)),
    bounded('container', containerPlace(asked)),
    lookAt('imds', { ...asked, profileFiles: files }),
    ...profilePlaces(asked, files).map(([name, looking]) => bounded(name, looking)),
  ]);
  const byName = new Map(places.map((place) => [place.name, place]));
  const all = PLACE_NAMES.map((name): [PlaceName, Place] => [name, byName.get(name) ?? placeOf(name)]);
  return {
    now: options.clock.now(),
    places: Object.fromEntries(all) as Record<PlaceName, Place>,
    ...variables(env),
    profile: {
      name: files.selected,
      named: isSet(env, 'AWS_PROFILE'),
      exists: files.profiles.has(files.selected),
      othersExist: files.profiles.size > 0,
    },
  };
}

const isSet = (env: SourceOptions['env'], name: string) => (env[name] ?? '').trim() !== '';

function variables(env: SourceOptions['env']): Pick<ChainFacts, 'set' | 'blank'> {
  const names = Object.keys(env).filter((name) => env[name] !== undefined && VARIABLE.test(name));
  return {
    set: new Set(names.filter((name) => isSet(env, name))),
    blank: new Set(names.filter((name) => !isSet(env, name))),
  };
}

const late = (name: PlaceName): Place =>
  placeOf(name, { state: 'fails', fault: { code: 'NO_ANSWER_IN_TIME' } });

const noFiles = ({ env, profile }: SourceOptions): ProfileFiles => ({
  configFile: { path: '', state: 'unreadable', because: 'no answer in time' },
  credentialsFile: { path: '', state: 'unreadable', because: 'no answer in time' },
  profiles: new Map(),
  ssoSessions: new Map(),
  selected: profile ?? (env.AWS_PROFILE || 'default'),
});

/** A file on a share that has gone away may never be read. */
async function within<T>(milliseconds: number, looking: Promise<T>, otherwise: T): Promise<T> {
  let timer: { cancel(): void } | undefined;
  const expired = new Promise<T>((resolve) => {
    // A moment later than what keeps to the same limit by itself and knows better what happened.
    timer = patientTimer(() => resolve(otherwise), milliseconds + 500);
  });
  try {
    return await Promise.race([looking, expired]);
  } finally {
    timer?.cancel();
  }
}

async function environmentPlace(options: SourceOptions): Promise<Place> {
  const { env } = options;
  const [hasId, hasSecret] = [isSet(env, ID), isSet(env, SECRET)];
  if (!hasId && !hasSecret) return placeOf('environment');
  if (!hasSecret) {
    return placeOf('environment', {
      state: 'incomplete',
      fault: { code: 'NO_SECRET_KEY' },
      accessKeyId: env[ID]!,
    });
  }
  if (!hasId) return placeOf('environment', { state: 'incomplete', fault: { code: 'NO_KEY_ID' } });
  return lookAt('environment', options);
}

async function containerPlace(options: SourceOptions): Promise<Place> {
  const { env } = options;
  const isNamed =
    isSet(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') || isSet(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  return isNamed ? lookAt('container', options) : placeOf('container');
}

const webIdentityFromEnvironment = ({ env, clock, readFile }: SourceOptions): Promise<Place> =>
  webIdentityPlace(
    'web-identity',
    { tokenFile: env.AWS_WEB_IDENTITY_TOKEN_FILE ?? '', roleArn: env.AWS_ROLE_ARN ?? '' },
    { clock, ...(readFile === undefined ? {} : { readFile }) },
  );
