import {
  createProvider,
  type Provider,
  type ProviderName,
  type ProviderProblem,
} from '../../domain/provider-chain/providers.ts';
import { readText } from '../document/json-object.ts';
import { documentFromKeys } from '../document/unvalidated-keys.ts';
import { runPoll } from '../poll.ts';
import { createProcessSource } from '../process/process.ts';
import { readProfileCredentials } from '../profile/credentials.ts';
import type { Profile, ProfileFiles, SectionSettings } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { providerFromOutcome } from './provider.ts';
import { probeSso } from './sso.ts';
import { parseRoleArn, probeWebIdentity } from './web-identity.ts';

const ID = 'aws_access_key_id';
const SECRET = 'aws_secret_access_key';

/** Everything that the selected profile offers, each for itself: SDKs choose differently among them. */
export function probeProfileProviders(
  options: SourceOptions,
  files: ProfileFiles,
): [ProviderName, Promise<Provider>][] {
  const profile = files.profiles.get(files.selectedName);
  if (profile === undefined) return [];
  const settings = { ...profile.config, ...profile.credentials };
  const read = (name: string) => readText(settings, name);
  return [
    ['profile', keysPlace(profile, files, options)],
    ['profile-role', Promise.resolve(rolePlace(read, files))],
    [
      'profile-web-identity',
      probeWebIdentity(
        'profile-web-identity',
        { tokenFile: read('web_identity_token_file'), roleArn: read('role_arn') },
        options,
      ),
    ],
    ['sso', probeSso(profile, files, options)],
    [
      'login',
      Promise.resolve(createProvider('login', read('login_session') === '' ? {} : { state: 'untried' })),
    ],
    ['process', processPlace(read('credential_process'), options)],
  ];
}

async function keysPlace(profile: Profile, files: ProfileFiles, options: SourceOptions): Promise<Provider> {
  const isIn = (section: SectionSettings) => readText(section, ID) !== '' || readText(section, SECRET) !== '';
  const file = isIn(profile.credentials) ? 'credentials' : isIn(profile.config) ? 'config' : null;
  if (file === null) return createProvider('profile');
  const known = {
    profileFile: file,
    origin: (file === 'config' ? files.configFile : files.credentialsFile).path,
  } as const;
  const section = profile[file];
  const accessKeyId = readText(section, ID);
  if (accessKeyId === '' || readText(section, SECRET) === '') {
    const fault = { code: accessKeyId === '' ? 'NO_KEY_ID' : 'NO_SECRET_KEY' } as const;
    return createProvider('profile', { ...known, state: 'incomplete', problem: fault, accessKeyId });
  }
  const outcome = await runPoll(options, undefined, [], async (current) => {
    const given = readProfileCredentials(keysAlone(profile), current.notes);
    if (given.kind !== 'keys') throw new Error('a profile of keys alone gave none');
    return documentFromKeys(given.keys, current);
  });
  return { ...providerFromOutcome('profile', outcome), ...known };
}

/** Without what other places are made of. */
function keysAlone({ name, config, credentials }: Profile): Profile {
  const keep = (settings: SectionSettings): SectionSettings =>
    Object.fromEntries(
      Object.entries(settings).filter(
        ([key]) => !/^(role_arn|web_identity_token_file|credential_process|login_session|sso_.*)$/i.test(key),
      ),
    );
  return { name, config: keep(config), credentials: keep(credentials) };
}

/** A role that STS would be asked for, with credentials from elsewhere. With a web identity it is another place. */
function rolePlace(read: (name: string) => string, { profiles }: ProfileFiles): Provider {
  const arn = read('role_arn');
  if (arn === '' || read('web_identity_token_file') !== '') return createProvider('profile-role');
  const [source, named] = [read('source_profile'), read('credential_source')];
  const fault: ProviderProblem | null =
    source !== '' && named !== ''
      ? { code: 'TWO_ROLE_SOURCES' }
      : source === '' && named === ''
        ? { code: 'NO_ROLE_SOURCE' }
        : source !== '' && !profiles.has(source)
          ? { code: 'ROLE_SOURCE_MISSING', name: source }
          : null;
  return createProvider('profile-role', {
    ...parseRoleArn(arn),
    state: fault === null ? 'untried' : 'incomplete',
    problem: fault,
  });
}

async function processPlace(command: string, options: SourceOptions): Promise<Provider> {
  if (command === '') return createProvider('process');
  return providerFromOutcome('process', await createProcessSource(options).poll());
}
