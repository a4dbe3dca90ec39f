import type {
  ChainFacts,
  ChainOutcome,
  OutcomeReason,
  Provider,
  ProviderName,
  ProviderProblem,
  Sdk,
} from './providers.ts';
import { findSdkDifference } from './sdk-differences.ts';

/** One member of a chain: how the chain ends here, or whether it goes on; `leave` passes over the rest of a group. */
export type LinkResult = ChainOutcome | 'next' | 'leave';
export type ChainLink = (facts: ChainFacts, sdk: Sdk) => LinkResult;

type Reaction = 'next' | 'leave' | 'stop';

/** What an SDK does about a place that is set and gives nothing; without more said, it stops there. */
interface FailureHandling {
  onIncomplete?: Reaction | ((fault: ProviderProblem) => Reaction);
  onFailure?: Reaction;
  /** Where credentials that have expired are not used like any others. */
  onExpired?: Reaction;
  /** Where it works for us and not for the SDK; as if it failed, if nothing is said. */
  onRefused?: Reaction;
}

const ACCESS_KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_ACCESS_KEY = 'AWS_SECRET_ACCESS_KEY';
const RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

export const stopAt = (place: ProviderName | null, why: OutcomeReason, name = ''): ChainOutcome => ({
  kind: 'stops',
  provider: place,
  reason: why,
  subject: name,
});

export const isExpired = ({ remaining }: Provider): boolean => remaining !== null && remaining <= 0;

/** The token stands under a name that none but botocore reads. */
const lacksToken = ({ accessKeyId, notes }: Provider, sdk: Sdk) =>
  sdk !== 'botocore' && /^ASIA/.test(accessKeyId) && notes.some(({ code }) => code === 'ONLY_OLD_TOKEN');

/** One place, whatever the SDK's manner. */
export function providerLink(name: ProviderName, manner: FailureHandling = {}): ChainLink {
  const { onIncomplete = 'stop', onFailure = 'stop', onExpired, onRefused = onFailure } = manner;
  return ({ providers }, sdk) => {
    const place = providers[name];
    const react = (reaction: Reaction, why: OutcomeReason) =>
      reaction === 'stop' ? stopAt(name, why) : reaction;
    if (place.state === 'absent') return 'next';
    if (place.problem?.code === 'NO_SESSION_TOKEN')
      return { kind: 'wins', provider: name, problem: 'NO_SESSION_TOKEN' };
    if (place.state === 'incomplete') {
      return react(
        typeof onIncomplete === 'string' ? onIncomplete : onIncomplete(place.problem!),
        'INCOMPLETE',
      );
    }
    const objection = findSdkDifference(place, sdk);
    if (objection !== null) return objection.kind === 'stops' && onRefused !== 'stop' ? onRefused : objection;
    if (place.state === 'fails') return react(onFailure, 'FAILED');
    if (lacksToken(place, sdk)) return { kind: 'wins', provider: name, problem: 'NO_SESSION_TOKEN' };
    if (!isExpired(place)) return { kind: 'wins', provider: name, problem: null };
    return onExpired === undefined
      ? { kind: 'wins', provider: name, problem: 'EXPIRED' }
      : react(onExpired, 'EXPIRED');
  };
}

/** Links that are one to the chain. */
export function groupLinks(...links: ChainLink[]): ChainLink {
  return (facts, sdk) => {
    for (const link of links) {
      const step = link(facts, sdk);
      if (step === 'leave') return 'next';
      if (step !== 'next') return step;
    }
    return 'next';
  };
}

/** The link, where the facts are so. */
export const linkIf =
  (condition: (facts: ChainFacts) => boolean, link: ChainLink): ChainLink =>
  (facts, sdk) =>
    condition(facts) ? link(facts, sdk) : 'next';

/** Names from before there was an agreement, by who still reads them. */
const OLD_NAMES: Partial<Record<Sdk, { keyId?: string; secretKey: string }>> = {
  go: { keyId: 'AWS_ACCESS_KEY', secretKey: 'AWS_SECRET_KEY' },
  rust: { secretKey: 'SECRET_ACCESS_KEY' },
  dotnet: { secretKey: 'AWS_SECRET_KEY' },
};

/** The variables of old that this SDK makes a pair with; none where the usual names do or nothing does. */
export function findLegacyVariables({ setVariables }: Pick<ChainFacts, 'setVariables'>, sdk: Sdk): string[] {
  const names = OLD_NAMES[sdk];
  if (names === undefined) return [];
  const keyId = setVariables.has(ACCESS_KEY_ID) ? ACCESS_KEY_ID : names.keyId;
  const secretKey = setVariables.has(SECRET_ACCESS_KEY) ? SECRET_ACCESS_KEY : names.secretKey;
  if (keyId === undefined || !setVariables.has(keyId) || !setVariables.has(secretKey)) return [];
  return [keyId, secretKey].filter((name) => name !== ACCESS_KEY_ID && name !== SECRET_ACCESS_KEY);
}

/** The variables of the environment, which all read alike but for their old names. */
export const environmentLink =
  (manner: FailureHandling): ChainLink =>
  (facts, sdk) =>
    findLegacyVariables(facts, sdk).length > 0
      ? { kind: 'unknown', provider: 'environment', reason: 'OLD_NAMES', subject: '' }
      : providerLink('environment', manner)(facts, sdk);

/** A URI that is set to nothing, and would be used if it were something. */
export function findBlankUriVariable({ setVariables, blankVariables }: ChainFacts): string | null {
  if (blankVariables.has(RELATIVE_URI)) return RELATIVE_URI;
  return blankVariables.has(FULL_URI) && !setVariables.has(RELATIVE_URI) ? FULL_URI : null;
}

/** Container endpoints for those to whom a blank URI is one that does not work. */
export const containerLink =
  (blankMeans: 'stop' | 'next', manner: FailureHandling = {}): ChainLink =>
  (facts, sdk) => {
    const blank = findBlankUriVariable(facts);
    if (blank === null) return providerLink('container', manner)(facts, sdk);
    return blankMeans === 'next' ? 'next' : stopAt('container', 'BLANK_VARIABLE', blank);
  };
