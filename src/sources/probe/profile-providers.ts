import {
  createProvider,
  type ProfileProvider,
  type Provider,
  type ProviderProblem,
  type RoleSession,
} from '../../domain/provider-chain/providers.ts';
import { toStoredKeyId } from '../../key-id.ts';
import { parseRoleArn } from '../aws/role-arn.ts';
import { readText } from '../document/json-object.ts';
import { createKeysDocument } from '../document/unvalidated-keys.ts';
import { runPoll } from '../poll.ts';
import { createProcessSource } from '../process/process.ts';
import { omitSettings, readProfileCredentials } from '../profile/credentials.ts';
import type { ParsedProfileFiles, Profile, SectionSettings } from '../profile/files.ts';
import { findProcessNotes } from '../profile/process-notes.ts';
import { findChainEndpoint, findChainedBase, findMfaProfile } from '../role/chained-base.ts';
import { findCredentialSource } from '../role/credential-source.ts';
import type { SourceOptions } from '../source.ts';
import { createPolledProvider, type ProbeMode } from './provider.ts';
import { probeSso } from './sso.ts';
import { probeWebIdentity } from './web-identity.ts';

const KEY_ID = 'aws_access_key_id';
const SECRET_KEY = 'aws_secret_access_key';
const KEYS = /^aws_(access_key_id|secret_access_key)$/i;

/** The settings of other providers of a profile, which could win over its keys. */
const NOT_KEYS = /^(role_arn|web_identity_token_file|credential_process|login_session|sso_.*)$/i;

/** Every provider of the selected profile, because each SDK chooses differently among them. */
export function probeProfileProviders(
  options: SourceOptions,
  files: ParsedProfileFiles,
  { offline, observed }: ProbeMode,
): [ProfileProvider, Promise<Provider>][] {
  const profile = files.profiles.get(files.selectedName);
  if (profile === undefined) return [];
  const settings = { ...profile.config, ...profile.credentials };
  const read = (name: string) => readText(settings, name);
  const token = { tokenFile: read('web_identity_token_file'), roleArn: read('role_arn') };
  const login = { state: read('login_session') === null ? 'absent' : 'untried' } as const;
  const process = probeProcess(read('credential_process'), offline || observed !== undefined, options);
  const probes: [ProfileProvider, RegExp, Provider | Promise<Provider>][] = [
    ['profile', KEYS, probeKeys(profile, files, options)],
    ['profile-role', /^role_arn$/i, inspectRole(profile, read, files)],
    [
      'profile-web-identity',
      /^web_identity_token_file$/i,
      probeWebIdentity('profile-web-identity', token, options),
    ],
    ['sso', /^sso_/i, probeSso(profile, files, options)],
    ['login', /^login_session$/i, createProvider('login', login)],
    ['process', /^credential_process$/i, process],
  ];
  return probes.map(([name, setting, probe]) => [name, addFile(probe, findFile(profile, setting))]);
}

/** The file that has such a setting. The credentials file comes first. */
const findFile = ({ config, credentials }: Profile, setting: RegExp): Provider['profileFile'] => {
  const isIn = (section: SectionSettings) =>
    Object.entries(section).some(([name, value]) => setting.test(name) && value?.trim() !== '');
  return isIn(credentials) ? 'credentials' : isIn(config) ? 'config' : null;
};

async function addFile(
  probe: Provider | Promise<Provider>,
  profileFile: Provider['profileFile'],
): Promise<Provider> {
  const provider = await probe;
  return provider.state === 'absent' ? provider : { ...provider, profileFile };
}

async function probeKeys(
  profile: Profile,
  files: ParsedProfileFiles,
  options: SourceOptions,
): Promise<Provider> {
  const file = findFile(profile, KEYS);
  if (file === null) return createProvider('profile');
  const known = { origin: (file === 'config' ? files.configFile : files.credentialsFile).path };
  const section = profile[file];
  const accessKeyId = readText(section, KEY_ID);
  if (accessKeyId === null || readText(section, SECRET_KEY) === null) {
    const problem = { code: accessKeyId === null ? 'NO_KEY_ID' : 'NO_SECRET_KEY' } as const;
    const stored = accessKeyId && toStoredKeyId(accessKeyId);
    return createProvider('profile', { ...known, accessKeyId: stored, state: 'incomplete', problem });
  }
  const onlyKeys = omitSettings(profile, (key) => NOT_KEYS.test(key));
  const outcome = await runPoll(options, undefined, [], async (current) => {
    const credentials = readProfileCredentials(onlyKeys, current.notes);
    if (credentials.kind !== 'keys') throw new Error('a profile with only keys returned no keys');
    return createKeysDocument(credentials.keys, current);
  });
  return { ...createPolledProvider('profile', outcome), ...known };
}

/**
 * The role that SDKs assume with other credentials. A role with only a token file is `profile-web-identity`. With a
 * token file and a source, SDKs disagree.
 */
function inspectRole(
  profile: Profile,
  read: (name: string) => string | null,
  files: ParsedProfileFiles,
): Provider {
  const arn = read('role_arn');
  const hasSource = read('source_profile') !== null || read('credential_source') !== null;
  if (arn === null || (read('web_identity_token_file') !== null && !hasSource))
    return createProvider('profile-role');
  const mfaProfile = findMfaProfile(profile, files);
  const problem: ProviderProblem | null =
    findRoleProblem(read('source_profile'), read('credential_source'), files.profiles) ??
    (mfaProfile === null ? null : { code: 'MFA_REQUIRED', profile: mfaProfile });
  const duration = read('duration_seconds')?.trim() ?? '';
  const role = {
    ...parseRoleArn(arn),
    roleSession: {
      durationSeconds: /^\d{1,9}$/.test(duration) ? Number(duration) : null,
      base: findChainedBase(profile, files),
      source: toNamedSource(read('credential_source')),
      endpoint: findChainEndpoint(profile, files),
      sourceProfile: read('source_profile'),
      needsMfa: read('mfa_serial') !== null,
      mfaProfileOfGo: findMfaProfile(profile, files, readProfileCredentials),
    },
  };
  return createProvider(
    'profile-role',
    problem === null ? { ...role, state: 'untried' } : { ...role, state: 'incomplete', problem },
  );
}

function toNamedSource(name: string | null): RoleSession['source'] {
  const provider = findCredentialSource(name);
  return name === null || provider === null ? null : { provider, name };
}

function findRoleProblem(
  sourceProfile: string | null,
  credentialSource: string | null,
  profiles: ParsedProfileFiles['profiles'],
): ProviderProblem | null {
  if (sourceProfile === null) return credentialSource === null ? { code: 'NO_ROLE_SOURCE' } : null;
  if (credentialSource !== null) return { code: 'TWO_ROLE_SOURCES' };
  return profiles.has(sourceProfile) ? null : { code: 'ROLE_SOURCE_MISSING', name: sourceProfile };
}

async function probeProcess(
  command: string | null,
  offline: boolean,
  options: SourceOptions,
): Promise<Provider> {
  if (command === null) return createProvider('process');
  if (offline) {
    return createProvider('process', {
      state: 'untried',
      notes: await findProcessNotes(command, options.env),
    });
  }
  return createPolledProvider('process', await createProcessSource(options).poll());
}
