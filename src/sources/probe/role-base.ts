import type { PollNote } from '../../domain/poll-note.ts';
import { mayHaveCredentials } from '../../domain/provider-chain/provider-states.ts';
import type {
  MissingBase,
  Provider,
  ProviderName,
  ProviderProblem,
} from '../../domain/provider-chain/providers.ts';
import { readText } from '../document/json-object.ts';
import { createProcessSource } from '../process/process.ts';
import { readProfileSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import { findCredentialSource } from '../role/credential-source.ts';
import type { SourceOptions } from '../source.ts';
import { probeProfileProviders } from './profile-providers.ts';
import { createPolledProvider } from './provider.ts';

export interface BaseContext {
  files: ParsedProfileFiles;
  /** The other providers, as found by the probe. */
  providers: ReadonlyMap<ProviderName, Provider>;
  options: SourceOptions;
  /** Default: false, so a `credential_process` counts as working. */
  runsProcesses?: boolean;
}

/** The role of the selected profile, which is incomplete without credentials that assume it. */
export async function checkRoleBase(role: Provider, context: BaseContext): Promise<Provider> {
  if (role.state !== 'untried' && role.problem?.code !== 'MFA_REQUIRED') return role;
  const { problem, notes } = await probeRoleBase(context.files.selectedName, context);
  const withNotes = { ...role, notes: [...role.notes, ...notes] };
  return problem === null ? withNotes : { ...withNotes, state: 'incomplete', problem };
}

/** The credentials that assume a role. */
export interface ProbedRoleBase {
  /** Null if the credentials may exist. */
  problem: MissingBase | null;
  /** Notes about the process: some SDKs reject its output or its command. */
  notes: readonly PollNote[];
}

/**
 * Checks the credentials that assume the role of this profile.
 * @param visited the profiles between the selected profile and this one
 */
export async function probeRoleBase(
  name: string,
  context: BaseContext,
  visited: readonly string[] = [],
): Promise<ProbedRoleBase> {
  const { config = {}, credentials = {} } = context.files.profiles.get(name) ?? {};
  const settings = { ...config, ...credentials };
  const credentialSource = readText(settings, 'credential_source');
  if (credentialSource !== null) return toBase(findMissingSource(credentialSource, context.providers));
  const base = readText(settings, 'source_profile') ?? '';
  const missing = { code: 'NO_BASE_CREDENTIALS', setting: 'source_profile', value: base } as const;
  if (visited.includes(base)) return toBase({ ...missing, cause: 'MISSING' });
  const probes = probeProfileProviders(
    context.options,
    { ...context.files, selectedName: base },
    { offline: true },
  );
  const providers = await Promise.all(probes.map(([, probe]) => probe));
  const isRole = ({ name: each }: Provider) => each === 'profile-role';
  const [found, ...others] = providers.filter((each) => !isRole(each) && hasCredentials(each));
  // A profile that names itself uses its own keys.
  const hasToken = providers.some(
    ({ name: each, state }) => each === 'profile-web-identity' && state !== 'absent',
  );
  const leadsToRole =
    base !== name && !hasToken && providers.some((each) => isRole(each) && isComplete(each));
  if (found !== undefined) {
    // SDKs disagree about the order of several providers.
    if (others.length > 0 || leadsToRole) return FOUND;
    const isRun = found.name === 'process' && context.runsProcesses;
    const polled = isRun ? await pollProcess(base, context.options) : found;
    const failed = findFailure(polled);
    const cause = polled.name === 'process' ? 'PROCESS_FAILED' : 'EXPIRED';
    const problem =
      failed && ({ ...missing, cause, failed: { name: polled.name, problem: failed } } as const);
    return { problem, notes: found.name === 'process' ? polled.notes : [] };
  }
  if (leadsToRole) return probeRoleBase(base, context, [...visited, name]);
  const named = context.files.profiles.get(base);
  const source = named === undefined ? null : readProfileSetting(named, 'credential_source');
  if (source !== null && findMissingSource(source, context.providers) === null)
    return toBase({ ...missing, cause: 'NO_ROLE' });
  const failed = providers.find(({ state }) => state === 'fails');
  return toBase(
    failed?.problem
      ? { ...missing, cause: 'SIGNED_OUT', failed: { name: failed.name, problem: failed.problem } }
      : { ...missing, cause: 'MISSING' },
  );
}

const toBase = (problem: MissingBase | null): ProbedRoleBase => ({ problem, notes: [] });

const FOUND = toBase(null);

async function pollProcess(profile: string, options: SourceOptions): Promise<Provider> {
  return createPolledProvider('process', await createProcessSource({ ...options, profile }).poll());
}

/** Why AWS or the SDKs refuse to assume a role with these credentials. */
function findFailure({ state, problem, remaining, expiration }: Provider): ProviderProblem | null {
  if (state === 'fails') return problem;
  if (remaining === null || remaining > 0 || expiration === null) return null;
  return { code: 'CREDENTIALS_EXPIRED', at: expiration };
}

function findMissingSource(value: string, providers: BaseContext['providers']): MissingBase | null {
  const name = findCredentialSource(value);
  const provider = name === null ? undefined : providers.get(name);
  if (provider !== undefined && hasCredentials(provider)) return null;
  const { problem = null } = provider ?? {};
  const isDisabled = problem?.code === 'POLL_FAILED' && problem.reason === 'disabled';
  const cause = isDisabled ? 'IMDS_DISABLED' : 'MISSING';
  return { code: 'NO_BASE_CREDENTIALS', setting: 'credential_source', value, cause };
}

const isComplete = ({ state, problem }: Provider) => state === 'untried' || problem?.code === 'MFA_REQUIRED';

const hasCredentials = (provider: Provider) =>
  mayHaveCredentials(provider) || provider.problem?.code === 'NO_SESSION_TOKEN';
