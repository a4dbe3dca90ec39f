import { groupBy } from '../../../domain/lists.ts';
import { findDifference } from '../../../domain/provider-chain/chains/differences.ts';
import { getClientProvider } from '../../../domain/provider-chain/client-facts.ts';
import { SDKS, type Sdk } from '../../../domain/provider-chain/clients.ts';
import {
  type ChainDifference,
  type Expectation,
  type ExpectationResult,
  listAcceptedProviders,
} from '../../../domain/provider-chain/expectation.ts';
import type { ChainReport } from '../../../domain/provider-chain/findings/findings.ts';
import type { OutcomeCause } from '../../../domain/provider-chain/outcome.ts';
import type { ChainFacts, Provider, ProviderName } from '../../../domain/provider-chain/providers.ts';
import { CLIENT_RULES } from '../../../domain/provider-chain/rules/all-rules.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { joinWords } from '../../text/format-values.ts';
import {
  describeCause,
  describeChainOutcome,
  describeProviderProblem,
  formatIdentity,
  PROVIDER_LABELS,
  PROVIDER_PHRASES,
} from './providers.ts';
import { describeSdks, listSdks } from './sdk-lists.ts';

/** `expected container, got environment (ASIA…0001) in every SDK because …` */
export function describeChainDifference(
  difference: ChainDifference,
  { expectation }: ExpectationResult,
  facts: ChainFacts,
): string {
  const { sdks, outcome, expected } = difference;
  const provider = 'provider' in outcome ? outcome.provider : null;
  if (difference.field !== 'provider') {
    const { field, actual, reason, isFromAws } = difference;
    const source = provider === null ? 'the provider' : PROVIDER_PHRASES[provider];
    const got = {
      DIFFERS: `${field} ${actual}`,
      UNKNOWN: `an unknown ${field}`,
      NO_ROLE: `no role`,
      NOT_VERIFIED: `an unknown ${field}`,
    };
    const because = {
      DIFFERS: isFromAws
        ? `AWS states this ${field} for the credentials of ${source}`
        : `${source} has credentials of this ${field}`,
      UNKNOWN: `${source} does not state its ${field}`,
      NO_ROLE: `the credentials of ${source} belong to ${actual}`,
      NOT_VERIFIED: `AWS did not confirm the credentials of ${source}`,
    };
    return `expected ${field} ${expected}, got ${got[reason]} in ${listSdks(sdks)} because ${because[reason]}`;
  }
  const { actual, reason } = describeProviderDifference(difference, expectation, facts);
  return `expected ${expected}, got ${actual} because ${reason}`;
}

type ProviderDifference = ChainDifference & { field: 'provider' };

function describeProviderDifference(
  difference: ProviderDifference,
  expectation: Expectation,
  facts: ChainFacts,
): { actual: string; reason: string } {
  const { sdks, outcome } = difference;
  const [sdk = 'botocore'] = sdks;
  const provider = 'provider' in outcome ? outcome.provider : null;
  const found = provider === null ? null : getClientProvider(facts, sdk, provider);
  const actual = found === null || outcome.kind === 'stops' ? 'no credentials' : formatProvider(found);
  return {
    actual: `${actual} in ${listSdks(sdks)}`,
    reason: describeReason(difference, found, expectation, facts),
  };
}

/** One line for each difference. Other providers for the same reason share a line. */
export function listDifferenceLines(result: ExpectationResult, facts: ChainFacts): string[] {
  const { differences, expectation } = result;
  const others = differences.filter((each): each is ProviderDifference => each.field === 'provider');
  const described = others.map((each) => describeProviderDifference(each, expectation, facts));
  const groups = groupBy(described, ({ reason }) => reason);
  return [
    ...[...groups].map(
      ([reason, group]) =>
        `expected ${expectation.provider}, got ${group.map(({ actual }) => actual).join(', and ')} because ${reason}`,
    ),
    ...differences
      .filter(({ field }) => field !== 'provider')
      .map((each) => describeChainDifference(each, result, facts)),
  ];
}

function describeReason(
  difference: ChainDifference & { field: 'provider' },
  found: Provider | null,
  expectation: Expectation,
  facts: ChainFacts,
): string {
  const { outcome, sdks } = difference;
  switch (difference.reason) {
    case 'NOT_SET_UP':
      return describeMissing(expectation.provider, facts);
    case 'COMES_LATER':
      return describeFirst(difference.before);
    case 'DOES_NOT_WORK': {
      const broken = listAcceptedProviders(expectation)
        .map((name) => facts.providers[name])
        .find(({ problem }) => problem !== null);
      const problem = broken === undefined ? 'the provider does not work' : describeBroken(broken);
      return difference.before.length === 0 ? problem : `${describeFirst(difference.before)}, and ${problem}`;
    }
    case 'SKIPPED_BY_SDK': {
      const cause = findCauseOfRejection(sdks[0] ?? 'botocore', expectation, facts);
      if (cause !== null)
        return `${describeSdks(sdks, 'skips', 'skip')} this provider: ${describeCause(cause)}`;
      return `${describeSdks(sdks, 'skips', 'skip')} this provider with the other settings of profile ${facts.profile.name}`;
    }
    case 'CHAIN_STOPS':
      return outcome.kind === 'stops' && outcome.cause.reason === 'FAILED' && found?.problem
        ? describeBroken(found)
        : `the chain ${describeChainOutcome(outcome).replace(/^none: /, '')}`;
    case 'NOT_TRIED':
      return `the outcome is unknown: ${describeChainOutcome(outcome)}`;
    case 'EXPIRED': {
      const remaining = found?.remaining ?? 0;
      return `the credentials expired ${formatDuration(Math.max(0, -remaining))} ago`;
    }
    case 'NO_SESSION_TOKEN':
      return 'the session token is missing, so AWS refuses the keys';
  }
}

/** Why this SDK rejects an expected provider that works with cred-watch. */
function findCauseOfRejection(sdk: Sdk, expectation: Expectation, facts: ChainFacts): OutcomeCause | null {
  for (const name of listAcceptedProviders(expectation)) {
    const provider = getClientProvider(facts, sdk, name);
    const difference = findDifference(provider, facts, CLIENT_RULES[sdk]);
    if (difference?.kind === 'stops') return difference.cause;
  }
  return null;
}

const describeFirst = (before: readonly ProviderName[]) =>
  `${joinWords(before.map((name) => PROVIDER_PHRASES[name]))} ${before.length === 1 ? 'comes' : 'come'} first`;

const describeBroken = (provider: Provider) =>
  `${PROVIDER_PHRASES[provider.name]} does not work: ${provider.problem && describeProviderProblem(provider.problem)}`;

function describeMissing(
  expected: Expectation['provider'],
  { profile: { name, exists } }: ChainFacts,
): string {
  switch (expected) {
    case 'environment':
      return 'neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set';
    case 'container':
      return 'neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set';
    case 'web-identity':
      return 'AWS_WEB_IDENTITY_TOKEN_FILE is not set';
    case 'imds':
      return 'IMDS is not set up';
    default:
      return exists ? `profile ${name} ${LACKS[expected]}` : `profile ${name} does not exist`;
  }
}

const LACKS = {
  profile: 'has no credentials',
  role: 'has no role_arn',
  'profile-role': 'has no role_arn',
  'profile-web-identity': 'has no web_identity_token_file',
  sso: 'has no settings of IAM Identity Center',
  login: 'has no login_session',
  process: 'has no credential_process',
};

const formatProvider = (provider: Provider): string =>
  `${PROVIDER_LABELS[provider.name]}${formatIdentity(provider)}`;

/** For an expectation that is met. */
export function describeMetExpectation({ facts, outcomes }: ChainReport): string {
  const winners = SDKS.flatMap((sdk) => {
    const outcome = outcomes[sdk];
    return outcome.kind === 'wins' ? [formatProvider(getClientProvider(facts, sdk, outcome.provider))] : [];
  });
  return `as expected: every SDK uses ${[...new Set(winners)].join(' or ')}`;
}
