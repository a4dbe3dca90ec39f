import type { Sdk } from '../clients.ts';
import type { ChainOutcome, OutcomeCause } from '../outcome.ts';
import type { ChainFacts, Provider, ProviderName, ProviderProblem } from '../providers.ts';
import { findSdkDifference } from './client-differences.ts';

/** How the chain ends at this link. `next`: try the next link. `leave`: skip the rest of the group. */
type LinkResult = ChainOutcome | 'next' | 'leave';
export type ChainLink = (facts: ChainFacts, sdk: Sdk) => LinkResult;

type FailureAction = 'next' | 'leave' | 'stop';

/** What an SDK does if a provider is set up and has no valid credentials. */
interface FailureHandling {
  /** Default: stop. */
  onIncomplete?: FailureAction | ((problem: ProviderProblem) => FailureAction);
  /** Default: stop. */
  onFailure?: FailureAction;
  /** Default: use the expired credentials. */
  onExpired?: FailureAction;
  /** If our poll succeeds and the SDK would fail. Default: as `onFailure`. */
  onRejected?: FailureAction;
}

const ACCESS_KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_ACCESS_KEY = 'AWS_SECRET_ACCESS_KEY';
const RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

export const stopAt = (provider: ProviderName | null, cause: OutcomeCause): ChainOutcome => ({
  kind: 'stops',
  provider,
  cause,
});

const isExpired = ({ remaining }: Provider): boolean => remaining !== null && remaining <= 0;

/** True if the session token is set only under its old name, and this SDK does not read that name. */
const lacksToken = ({ accessKeyId, notes }: Provider, sdk: Sdk): boolean =>
  sdk !== 'botocore' &&
  accessKeyId?.startsWith('ASIA') === true &&
  notes.some(({ code }) => code === 'ONLY_OLD_TOKEN');

/** Go and JavaScript have no time limit for a container endpoint. Measured with SDK v1, v2 and v3. */
const waitsForever = ({ name, problem }: Provider, sdk: Sdk): boolean =>
  name === 'container' &&
  (sdk === 'go' || sdk === 'javascript') &&
  problem?.code === 'POLL_FAILED' &&
  problem.reason === 'timeout';

export function providerLink(name: ProviderName, handling: FailureHandling = {}): ChainLink {
  const { onIncomplete = 'stop', onFailure = 'stop', onExpired, onRejected = onFailure } = handling;
  return ({ providers }, sdk) => {
    const provider = providers[name];
    const act = (action: FailureAction, reason: 'INCOMPLETE' | 'FAILED' | 'EXPIRED') =>
      action === 'stop' ? stopAt(name, { reason }) : action;
    const win = (problem: 'NO_SESSION_TOKEN' | 'EXPIRED' | null): ChainOutcome => ({
      kind: 'wins',
      provider: name,
      problem,
    });
    if (provider.state === 'absent') return 'next';
    if (provider.problem?.code === 'NO_SESSION_TOKEN') return win('NO_SESSION_TOKEN');
    if (provider.state === 'incomplete') {
      const action = typeof onIncomplete === 'string' ? onIncomplete : onIncomplete(provider.problem);
      return act(action, 'INCOMPLETE');
    }
    const difference = findSdkDifference(provider, sdk);
    if (difference !== null) {
      return difference.kind === 'stops' && onRejected !== 'stop' ? onRejected : difference;
    }
    if (waitsForever(provider, sdk)) return stopAt(name, { reason: 'HANGS' });
    if (provider.state === 'fails') return act(onFailure, 'FAILED');
    if (lacksToken(provider, sdk)) return win('NO_SESSION_TOKEN');
    if (!isExpired(provider)) return win(null);
    return onExpired === undefined ? win('EXPIRED') : act(onExpired, 'EXPIRED');
  };
}

/** Links in a row; a link that returns `leave` ends the group. */
export function groupLinks(...links: ChainLink[]): ChainLink {
  return (facts, sdk) => {
    for (const link of links) {
      const result = link(facts, sdk);
      if (result === 'leave') return 'next';
      if (result !== 'next') return result;
    }
    return 'next';
  };
}

export const linkIf =
  (condition: (facts: ChainFacts) => boolean, link: ChainLink): ChainLink =>
  (facts, sdk) =>
    condition(facts) ? link(facts, sdk) : 'next';

/** Variable names from before the SDKs agreed on common ones. */
const LEGACY_VARIABLES: Partial<Record<Sdk, { keyId?: string; secretKey: string }>> = {
  go: { keyId: 'AWS_ACCESS_KEY', secretKey: 'AWS_SECRET_KEY' },
  rust: { secretKey: 'SECRET_ACCESS_KEY' },
  dotnet: { secretKey: 'AWS_SECRET_KEY' },
};

/** The legacy variables that this SDK reads a key pair from. Empty if it reads none, or only common names. */
export function findLegacyVariables({ setVariables }: ChainFacts, sdk: Sdk): string[] {
  const legacy = LEGACY_VARIABLES[sdk];
  if (legacy === undefined) return [];
  const keyId = setVariables.has(ACCESS_KEY_ID) ? ACCESS_KEY_ID : legacy.keyId;
  const secretKey = setVariables.has(SECRET_ACCESS_KEY) ? SECRET_ACCESS_KEY : legacy.secretKey;
  if (keyId === undefined || !setVariables.has(keyId) || !setVariables.has(secretKey)) return [];
  return [keyId, secretKey].filter((name) => name !== ACCESS_KEY_ID && name !== SECRET_ACCESS_KEY);
}

export const environmentLink =
  (handling: FailureHandling): ChainLink =>
  (facts, sdk) =>
    findLegacyVariables(facts, sdk).length > 0
      ? { kind: 'unknown', provider: 'environment', cause: { reason: 'LEGACY_VARIABLES' } }
      : providerLink('environment', handling)(facts, sdk);

/** The blank variable of the container URI that an SDK would read. Null if there is none. */
export function findBlankUriVariable({ setVariables, blankVariables }: ChainFacts): string | null {
  if (blankVariables.has(RELATIVE_URI)) return RELATIVE_URI;
  return blankVariables.has(FULL_URI) && !setVariables.has(RELATIVE_URI) ? FULL_URI : null;
}

/** For SDKs that treat a blank container URI as invalid. For SDKs that ignore it, use `providerLink`. */
export const containerLink =
  (onBlank: 'stop' | 'next', handling: FailureHandling = {}): ChainLink =>
  (facts, sdk) => {
    const blank = findBlankUriVariable(facts);
    if (blank === null) return providerLink('container', handling)(facts, sdk);
    return onBlank === 'next' ? 'next' : stopAt('container', { reason: 'BLANK_VARIABLE', setting: blank });
  };

export const AWS_PROFILE = 'AWS_PROFILE';

export const stopIfProfileMissing: ChainLink = ({ profile: { name, isNamed, exists } }) =>
  isNamed && !exists ? stopAt(null, { reason: 'NO_SUCH_PROFILE', profile: name }) : 'next';

export const stopIfProfileBlank: ChainLink = ({ blankVariables }) =>
  blankVariables.has(AWS_PROFILE) ? stopAt(null, { reason: 'BLANK_VARIABLE', setting: AWS_PROFILE }) : 'next';

export const findFileProblem = ({ fileProblems }: ChainFacts, sdk: Sdk) =>
  fileProblems.find(({ sdks }) => sdks.includes(sdk));

export const stopIfFileInvalid: ChainLink = (facts, sdk) => {
  const problem = findFileProblem(facts, sdk);
  if (problem === undefined) return 'next';
  return stopAt(null, { reason: 'INVALID_FILE', path: problem.path, line: problem.line });
};

/** An SDK that reads AWS_DEFAULT_PROFILE may use a profile that the probe did not read. */
export const otherProfile = (isRead: (facts: ChainFacts) => boolean): ChainLink =>
  linkIf(
    (facts) => facts.setVariables.has('AWS_DEFAULT_PROFILE') && isRead(facts),
    () => ({
      kind: 'unknown',
      provider: 'profile',
      cause: { reason: 'OTHER_PROFILE', setting: 'AWS_DEFAULT_PROFILE' },
    }),
  );

/** The names of these providers that are set up, even if they fail. */
export const selectConfigured = <Name extends ProviderName>(
  { providers }: ChainFacts,
  names: readonly Name[],
): Name[] => names.filter((name) => providers[name].state !== 'absent');

/** No provider follows IMDS, so a failure is the end of the chain. */
export const LAST = providerLink('imds', { onFailure: 'next', onRejected: 'stop' });
