import type { MissingBase, Provider, ProviderName } from '../../domain/provider-chain/providers.ts';
import { readText } from '../document/json-object.ts';
import { readProfileSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { CREDENTIAL_SOURCES, probeProfileProviders } from './profile-providers.ts';

export interface BaseContext {
  files: ParsedProfileFiles;
  /** The other providers, as found by the probe. */
  providers: ReadonlyMap<ProviderName, Provider>;
  options: SourceOptions;
}

/**
 * Checks whether the credentials exist with which SDKs assume the role of this profile. Runs no process: a
 * `credential_process` counts as working.
 * @returns null if the credentials may exist
 * @param visited the profiles between the selected profile and this one
 */
export async function findMissingBase(
  name: string,
  context: BaseContext,
  visited: readonly string[] = [],
): Promise<MissingBase | null> {
  const { config = {}, credentials = {} } = context.files.profiles.get(name) ?? {};
  const settings = { ...config, ...credentials };
  const credentialSource = readText(settings, 'credential_source');
  if (credentialSource !== null) return findMissingSource(credentialSource, context.providers);
  const base = readText(settings, 'source_profile') ?? '';
  const missing = { code: 'NO_BASE_CREDENTIALS', setting: 'source_profile', value: base } as const;
  if (visited.includes(base)) return { ...missing, cause: 'MISSING' };
  const probes = probeProfileProviders(
    context.options,
    { ...context.files, selectedName: base },
    { offline: true },
  );
  const providers = await Promise.all(probes.map(([, probe]) => probe));
  const isRole = ({ name: each }: Provider) => each === 'profile-role';
  if (providers.some((each) => !isRole(each) && hasCredentials(each))) return null;
  // A profile that names itself uses its own keys.
  if (base !== name && providers.some((each) => isRole(each) && isComplete(each))) {
    return findMissingBase(base, context, [...visited, name]);
  }
  const named = context.files.profiles.get(base);
  const source = named === undefined ? null : readProfileSetting(named, 'credential_source');
  if (source !== null && findMissingSource(source, context.providers) === null)
    return { ...missing, cause: 'NO_ROLE' };
  const failed = providers.find(({ state }) => state === 'fails');
  return failed?.problem
    ? { ...missing, cause: 'SIGNED_OUT', failed: { name: failed.name, problem: failed.problem } }
    : { ...missing, cause: 'MISSING' };
}

function findMissingSource(value: string, providers: BaseContext['providers']): MissingBase | null {
  const provider = providers.get(CREDENTIAL_SOURCES[value] ?? 'login');
  if (provider !== undefined && value in CREDENTIAL_SOURCES && hasCredentials(provider)) return null;
  const { problem = null } = provider ?? {};
  const isDisabled = problem?.code === 'POLL_FAILED' && problem.reason === 'disabled';
  const cause = isDisabled ? 'IMDS_DISABLED' : 'MISSING';
  return { code: 'NO_BASE_CREDENTIALS', setting: 'credential_source', value, cause };
}

const isComplete = ({ state, problem }: Provider) => state === 'untried' || problem?.code === 'MFA_REQUIRED';

const hasCredentials = ({ state, problem }: Provider) =>
  state === 'answers' || state === 'untried' || problem?.code === 'NO_SESSION_TOKEN';
