import {
  type ChainFacts,
  createProvider,
  mapNames,
  PROVIDER_NAMES,
  type ProfileProviders,
  type Provider,
  type ProviderName,
} from '../../domain/provider-chain/providers.ts';
import { listFileReaders } from '../../domain/provider-chain/rules/file-readers.ts';
import { findSimilarWords } from '../../domain/similar-words.ts';
import { addRegionNotes } from '../aws/region-of-botocore.ts';
import { findUriNotes, findUriOfBlanks, isContainerEndpointSet } from '../container/settings.ts';
import { PROCESS_TIMEOUT_MS } from '../credential-process/credential-process.ts';
import { readText } from '../document/json-object.ts';
import { detectPlatform } from '../environment/platform.ts';
import { isVariableSet, readVariable } from '../environment/variables.ts';
import { ResponseTimer } from '../http/response-timer.ts';
import { exchangeOverSocket } from '../http/socket-exchange.ts';
import { setTimeoutAfterIo } from '../http/timeout-after-io.ts';
import { type ParsedProfileFiles, type Profile, readProfileFiles } from '../profile/files.ts';
import { DEFAULT_POLL_LIMITS, type SourceOptions } from '../source.ts';
import { findUnusualSettings, hasOtherSettings, isUsual } from './client-profiles/find-unusual-settings.ts';
import { probeProfileOffline } from './client-profiles/probe-profile.ts';
import { probeEnvironment, probeOtherEnvironment } from './environment.ts';
import { type ProbedImds, probeImds } from './imds.ts';
import { probeProfileProviders } from './profile-providers.ts';
import { type ProbeMode, pollProvider } from './provider.ts';
import { checkRoleBase } from './role-base.ts';
import { inspectSharedFiles, type SharedFileFacts } from './shared-files.ts';
import { probeWebIdentity } from './web-identity.ts';

/** The time limit for each provider. Short, because a person or a starting container waits for the result. */
const PROVIDER_TIMEOUT_MS = DEFAULT_POLL_LIMITS.pollMs;

/** Variables that a chain may read. Ruby reads `AMAZON_…`, and Rust reads the last one. */
const CHAIN_VARIABLE = /^(AWS|AMAZON)_|^SECRET_ACCESS_KEY$/;

/**
 * Tries every provider of the default chains, all at the same time and each with a time limit. Makes no calls
 * to STS, IAM Identity Center or sign-in. Never rejects: a provider that fails has the state `fails`.
 * @param options `profile` replaces AWS_PROFILE
 */
export async function probeProviders(
  options: SourceOptions,
  mode: ProbeMode = { offline: false },
): Promise<ChainFacts> {
  const { profile } = options;
  const env = profile === undefined ? options.env : { ...options.env, AWS_PROFILE: profile };
  // Without `pollMs`, each source has its usual limit.
  const limits = { attempts: 2, ...options.limits };
  const { pollMs = PROVIDER_TIMEOUT_MS } = limits;
  const probeOptions = { ...options, env, limits };
  const files = await withTimeout(
    readProfileFiles(probeOptions),
    pollMs,
    createUnreadableFiles(probeOptions),
  );
  const { providers, doesImdsV1Work } = await pollProviders(probeOptions, files, mode);
  const { botocoreProfiles, ...fileFacts } = await withTimeout(
    inspectSharedFiles(files, options.readFile),
    pollMs,
    NOT_INSPECTED,
  );
  const unusual = findUnusualSettings(env, files, botocoreProfiles);
  const probe = (each: ParsedProfileFiles) => probeProfileOffline(each, { options: probeOptions, providers });
  const { selectedName, profiles } = files;
  const ofDefaultVariable = readVariable(env, 'AWS_DEFAULT_PROFILE');
  // The loader drops sections without settings, but other SDKs accept such a profile.
  const exists = profiles.has(selectedName) || botocoreProfiles?.has(selectedName) === true;
  return {
    now: options.clock.now(),
    observed: mode.observed ?? null,
    platform: detectPlatform(env),
    providers: mapNames(PROVIDER_NAMES, (name) => providers.get(name) ?? createProvider(name)),
    ...listVariables(env),
    profile: {
      name: selectedName,
      isNamed: isVariableSet(env, 'AWS_PROFILE'),
      isFlag: profile !== undefined,
      exists,
      similarNames: exists ? [] : findSimilarWords(selectedName, [...profiles.keys()]),
      anyExist: profiles.size + (botocoreProfiles?.size ?? 0) > 0,
      ofDefaultVariable:
        ofDefaultVariable === null
          ? null
          : {
              name: ofDefaultVariable,
              exists: profiles.has(ofDefaultVariable),
            },
    },
    ...fileFacts,
    doesImdsV1Work,
    otherEnvironment: await probeOtherEnvironment(probeOptions),
    // Without network, only the outcomes of the chains are needed.
    variableNotes: mode.offline
      ? []
      : (await import('../environment/variable-notes.ts')).findVariableNotes(env),
    botocoreProviders: await probeBotocoreProfile(probeOptions, { files, botocoreProfiles, probe }),
    clientProfiles: isUsual(unusual)
      ? []
      : await loadClientProfiles().then(({ probeClientProfiles }) =>
          probeClientProfiles({ files, botocoreProfiles, unusual, readers: listFileReaders(), probe }),
        ),
    unusualSettings: unusual,
    ...(profile === undefined && isVariableSet(env, 'AWS_PROFILE') && ofDefaultVariable === null
      ? {
          defaultProfile: {
            exists: profiles.has('default'),
            providers: await probe({ ...files, selectedName: 'default' }),
          },
        }
      : {}),
  };
}

/** Polls all providers at the same time, and then checks the credentials that assume the role of the profile. */
async function pollProviders(
  options: SourceOptions,
  files: ParsedProfileFiles,
  mode: ProbeMode,
): Promise<{ providers: ReadonlyMap<ProviderName, Provider>; doesImdsV1Work: boolean | null }> {
  const { env, limits } = options;
  const withLimit = (name: ProviderName, probe: Promise<Provider>) =>
    withTimeout(
      probe,
      limits?.pollMs ?? (name === 'process' ? PROCESS_TIMEOUT_MS : PROVIDER_TIMEOUT_MS),
      createProvider(name, { state: 'fails', problem: { code: 'TIMED_OUT' } }),
    );
  const environmentToken = {
    // SDKs try to read a file whose name consists of blanks.
    tokenFile: env.AWS_WEB_IDENTITY_TOKEN_FILE || null,
    roleArn: readVariable(env, 'AWS_ROLE_ARN'),
  };
  const probedImds: Promise<ProbedImds> = mode.offline
    ? Promise.resolve({ imds: createProvider('imds', { state: 'untried' }), doesImdsV1Work: null })
    : probeImds({ ...options, profileFiles: files });
  const polled = await Promise.all([
    withLimit('environment', probeEnvironment(options)),
    withLimit('web-identity', probeWebIdentity('web-identity', environmentToken, options)),
    withLimit('container', probeContainer(options, mode)),
    ...probeProfileProviders(options, files, mode).map(([name, probe]) => withLimit(name, probe)),
  ]);
  const { imds, doesImdsV1Work } = await probedImds;
  const all = addRegionNotes([...polled, imds], options, files);
  const providers = new Map(all.map((provider) => [provider.name, provider]));
  const role = providers.get('profile-role');
  const runsProcesses = !mode.offline && mode.observed === undefined;
  if (role !== undefined)
    providers.set('profile-role', await checkRoleBase(role, { options, providers, files, runsProcesses }));
  return { providers, doesImdsV1Work };
}

const NOT_INSPECTED: SharedFileFacts = {
  fileProblems: [],
  misplacedSections: [],
  sections: { config: new Set(), credentials: new Set() },
  botocoreProfiles: null,
};

/** Loaded only for unusual files, because all clients read usual files alike. */
const loadClientProfiles = () => import('./client-profiles/client-profiles.ts');

interface BotocoreContext {
  files: ParsedProfileFiles;
  botocoreProfiles: SharedFileFacts['botocoreProfiles'];
  probe: (files: ParsedProfileFiles) => Promise<ProfileProviders>;
}

/**
 * The providers that botocore alone finds in the profile, because it accepts `key: value` and reads a comment after a
 * value as part of the value. Runs no process.
 */
async function probeBotocoreProfile(
  options: SourceOptions,
  { files, botocoreProfiles, probe }: BotocoreContext,
): Promise<ChainFacts['botocoreProviders']> {
  const profile = botocoreProfiles?.get(files.selectedName);
  if (botocoreProfiles === null || profile === undefined) return null;
  const withVariable = await probeRoleOfVariable(profile, options);
  const known = files.profiles.get(files.selectedName);
  if (!hasOtherSettings(profile, known)) return withVariable;
  const { probeBotocoreProviders } = await loadClientProfiles();
  return { ...(await probeBotocoreProviders(botocoreProfiles, { files, probe })), ...withVariable };
}

/** botocore prefers AWS_ROLE_ARN to the role of the profile, also for the token file of the profile. */
async function probeRoleOfVariable(
  { config, credentials }: Profile,
  options: SourceOptions,
): Promise<ChainFacts['botocoreProviders']> {
  const roleArn = readVariable(options.env, 'AWS_ROLE_ARN');
  const tokenFile = readText({ ...config, ...credentials }, 'web_identity_token_file');
  if (roleArn === null || tokenFile === null) return null;
  const name = 'profile-web-identity';
  return { [name]: await probeWebIdentity(name, { tokenFile, roleArn }, options) };
}

function listVariables(env: SourceOptions['env']): Pick<ChainFacts, 'setVariables' | 'blankVariables'> {
  const names = Object.keys(env).filter((name) => env[name] !== undefined && CHAIN_VARIABLE.test(name));
  return {
    setVariables: new Set(names.filter((name) => isVariableSet(env, name))),
    blankVariables: new Set(names.filter((name) => !isVariableSet(env, name))),
  };
}

const createUnreadableFiles = ({ env, profile }: SourceOptions): ParsedProfileFiles => ({
  configFile: { path: null, state: 'unreadable', problem: 'timed out' },
  credentialsFile: { path: null, state: 'unreadable', problem: 'timed out' },
  profiles: new Map(),
  ssoSessions: new Map(),
  services: new Map(),
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

async function probeContainer(options: SourceOptions, { offline, observed }: ProbeMode): Promise<Provider> {
  if (!isContainerEndpointSet(options.env)) {
    const problem = findUriOfBlanks(options.env);
    return createProvider('container', problem === null ? {} : { state: 'fails', problem });
  }
  const isForeignToken =
    observed?.isOtherUser && isVariableSet(options.env, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  if (offline || isForeignToken)
    return createProvider('container', { state: 'untried', notes: findUriNotes(options.env) });
  const timer = new ResponseTimer();
  const exchange = timer.measure(options.exchange ?? exchangeOverSocket);
  const limits = { ...CONTAINER_LIMITS, ...options.limits };
  const polled = await pollProvider('container', { ...options, limits, exchange });
  return { ...polled, responseTimes: timer.getTimes() };
}

/** Some SDKs wait for five seconds, or without a limit. */
const CONTAINER_LIMITS = { attempts: 2, requestMs: 5500, pollMs: 6000 };
