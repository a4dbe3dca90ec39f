import {
  type Place,
  type PlaceFault,
  type PlaceName,
  placeOf,
} from '../../domain/provider-chain/providers.ts';
import { readText } from '../document/json-object.ts';
import { found } from '../document/written-keys.ts';
import { look } from '../poll.ts';
import { processSource } from '../process/process.ts';
import type { Profile, ProfileFiles, Settings } from '../profile/files.ts';
import { profileCredentials } from '../profile/keys.ts';
import type { SourceOptions } from '../source.ts';
import { placeFrom } from './provider.ts';
import { ssoPlace } from './sso.ts';
import { roleOf, webIdentityPlace } from './web-identity.ts';

const ID = 'aws_access_key_id';
const SECRET = 'aws_secret_access_key';

/** Everything that the selected profile offers, each for itself: SDKs choose differently among them. */
export function profilePlaces(options: SourceOptions, files: ProfileFiles): [PlaceName, Promise<Place>][] {
  const profile = files.profiles.get(files.selected);
  if (profile === undefined) return [];
  const settings = { ...profile.config, ...profile.credentials };
  const read = (name: string) => readText(settings, name);
  return [
    ['profile', keysPlace(profile, files, options)],
    ['profile-role', Promise.resolve(rolePlace(read, files))],
    [
      'profile-web-identity',
      webIdentityPlace(
        'profile-web-identity',
        { tokenFile: read('web_identity_token_file'), roleArn: read('role_arn') },
        options,
      ),
    ],
    ['sso', ssoPlace(profile, files, options)],
    ['login', Promise.resolve(placeOf('login', read('login_session') === '' ? {} : { state: 'untried' }))],
    ['process', processPlace(read('credential_process'), options)],
  ];
}

async function keysPlace(profile: Profile, files: ProfileFiles, options: SourceOptions): Promise<Place> {
  const isIn = (section: Settings) => readText(section, ID) !== '' || readText(section, SECRET) !== '';
  const file = isIn(profile.credentials) ? 'credentials' : isIn(profile.config) ? 'config' : null;
  if (file === null) return placeOf('profile');
  const known = {
    file,
    origin: (file === 'config' ? files.configFile : files.credentialsFile).path,
  } as const;
  const section = profile[file];
  const accessKeyId = readText(section, ID);
  if (accessKeyId === '' || readText(section, SECRET) === '') {
    const fault = { code: accessKeyId === '' ? 'NO_KEY_ID' : 'NO_SECRET_KEY' } as const;
    return placeOf('profile', { ...known, state: 'incomplete', fault, accessKeyId });
  }
  const outcome = await look(options, undefined, [], async (current) => {
    const given = profileCredentials(keysAlone(profile), current.notes);
    if (given.kind !== 'keys') throw new Error('a profile of keys alone gave none');
    return found(given.keys, current);
  });
  return { ...placeFrom('profile', outcome), ...known };
}

/** Without what other places are made of. */
function keysAlone({ name, config, credentials }: Profile): Profile {
  const keep = (settings: Settings): Settings =>
    Object.fromEntries(
      Object.entries(settings).filter(
        ([key]) => !/^(role_arn|web_identity_token_file|credential_process|login_session|sso_.*)$/i.test(key),
      ),
    );
  return { name, config: keep(config), credentials: keep(credentials) };
}

/** A role that STS would be asked for, with credentials from elsewhere. With a web identity it is another place. */
function rolePlace(read: (name: string) => string, { profiles }: ProfileFiles): Place {
  const arn = read('role_arn');
  if (arn === '' || read('web_identity_token_file') !== '') return placeOf('profile-role');
  const [source, named] = [read('source_profile'), read('credential_source')];
  const fault: PlaceFault | null =
    source !== '' && named !== ''
      ? { code: 'TWO_ROLE_SOURCES' }
      : source === '' && named === ''
        ? { code: 'NO_ROLE_SOURCE' }
        : source !== '' && !profiles.has(source)
          ? { code: 'ROLE_SOURCE_MISSING', name: source }
          : null;
  return placeOf('profile-role', {
    ...roleOf(arn),
    state: fault === null ? 'untried' : 'incomplete',
    fault,
  });
}

async function processPlace(command: string, options: SourceOptions): Promise<Place> {
  if (command === '') return placeOf('process');
  return placeFrom('process', await processSource(options).poll());
}
