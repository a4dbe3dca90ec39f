import type { Seconds } from '../model.ts';
import { type ChainContext, WORKLOAD_ROLE_PROVIDERS } from './chain-context.ts';
import { type ChainFinding, createChainNote, createChainProblem } from './finding.ts';
import { findBlankUriVariable, findLegacyVariables, isExpired } from './links.ts';
import {
  isNotSetUp,
  isUsableProvider,
  PROVIDER_NAMES,
  type ProviderName,
  type ProviderProblem,
  SDKS,
} from './providers.ts';
import { findSdksAffectedByBlank } from './sdk-differences.ts';

/** With less than this left, .NET and botocore begin to look for new ones, and a copy is as good as expired. */
const SOON: Seconds = 900;

export function checkNoProviderAnswers(chains: ChainContext): ChainFinding[] {
  const isLost = chains.findSdks(({ kind }) => kind === 'wins' || kind === 'unknown').length === 0;
  if (!isLost || PROVIDER_NAMES.some((name) => isUsableProvider(chains.getProvider(name)))) return [];
  const places = PROVIDER_NAMES.filter((name) => {
    const place = chains.getProvider(name);
    return place.problem !== null && !isNotSetUp(place);
  });
  return [createChainProblem('NOTHING_ANSWERS', { places })];
}

export function checkMissingProfile(chains: ChainContext): ChainFinding[] {
  const { name, isNamed, exists } = chains.facts.profile;
  if (!isNamed || exists) return [];
  return [
    createChainProblem('NO_SUCH_PROFILE', {
      name,
      sdks: chains.findStoppedSdks(({ reason }) => reason === 'NO_SUCH_PROFILE'),
    }),
  ];
}

/** Sessions without their token; in AWS_SECURITY_TOKEN it is only to botocore. */
export function checkSessionTokens(chains: ChainContext): ChainFinding[] {
  return (['environment', 'profile'] as const).flatMap((name) => {
    const sdks = chains.findSdks(
      (outcome) =>
        outcome.kind === 'wins' && outcome.provider === name && outcome.problem === 'NO_SESSION_TOKEN',
    );
    if (sdks.length === 0) return [];
    const isOld = chains.getProvider(name).notes.some(({ code }) => code === 'ONLY_OLD_TOKEN');
    return [createChainProblem(isOld ? 'SECURITY_TOKEN_ALONE' : 'KEYS_WITHOUT_TOKEN', { place: name, sdks })];
  });
}

/** Credentials that win and have ended, or soon will. What a place rotates is replaced in time, or is late. */
export function checkExpirations(chains: ChainContext): ChainFinding[] {
  return PROVIDER_NAMES.flatMap((name): ChainFinding[] => {
    const place = chains.getProvider(name);
    const stopped = chains.findStoppedSdks((o) => o.provider === name && o.reason === 'EXPIRED');
    const sdks = [...chains.findSdksUsing(name), ...stopped];
    if (sdks.length === 0 || place.remaining === null) return [];
    if (isExpired(place))
      return [createChainProblem('EXPIRED_WINS', { place: name, seconds: -place.remaining, sdks, stopped })];
    if (place.remaining >= SOON) return [];
    const isReplaced = WORKLOAD_ROLE_PROVIDERS.includes(name) || name === 'process';
    return [
      (isReplaced ? createChainNote : createChainProblem)('EXPIRES_SOON', {
        place: name,
        seconds: place.remaining,
      }),
    ];
  });
}

export function checkIncompleteKeyPairs(chains: ChainContext): ChainFinding[] {
  return (['environment', 'profile'] as const).flatMap((name) => {
    const { problem } = chains.getProvider(name);
    if (problem?.code !== 'NO_KEY_ID' && problem?.code !== 'NO_SECRET_KEY') return [];
    const sdks = chains.findStoppedSdks(({ provider }) => provider === name);
    return [createChainProblem('HALF_A_PAIR', { place: name, missing: problem.code, sdks })];
  });
}

/** Places that were set, and to some SDKs are the end, although something may come after them. */
export function checkBrokenProviders(chains: ChainContext): ChainFinding[] {
  return PROVIDER_NAMES.flatMap((name): ChainFinding[] => {
    const { problem, state } = chains.getProvider(name);
    const isTold = problem?.code === 'NO_KEY_ID' || problem?.code === 'NO_SECRET_KEY';
    const sdks = chains.findStoppedSdks(
      ({ provider, reason }) =>
        provider === name &&
        (reason === 'FAILED' ||
          reason === 'INCOMPLETE' ||
          reason === 'REFUSED_SETTING' ||
          reason === 'BAD_SETTING'),
    );
    if (isTold || sdks.length === 0) return [];
    const fallen = name === 'container' ? chains.findSdksUsing('imds') : [];
    const works = state === 'answers' || state === 'untried';
    return fallen.length > 0 && !works
      ? [createChainProblem('FALLS_TO_INSTANCE_ROLE', { sdks: fallen, stopped: sdks, ...cause(problem) })]
      : [createChainProblem('BROKEN_PLACE_STOPS', { place: name, sdks, works, ...cause(problem) })];
  });
}

const cause = (fault: ProviderProblem | null) => ({
  fault: fault?.code ?? '',
  reason: fault?.code === 'POLL_FAILED' ? fault.reason : '',
});

/** A setting that keeps a configuration from being loaded at all. */
export function checkInvalidSettings(chains: ChainContext): ChainFinding[] {
  return SDKS.flatMap((sdk) => {
    const outcome = chains.outcomes[sdk];
    return outcome.kind === 'stops' && outcome.provider === null && outcome.reason === 'BAD_SETTING'
      ? [createChainProblem('BAD_SETTING_STOPS', { name: outcome.subject, sdks: [sdk] })]
      : [];
  });
}

/** Kinds that exclude each other; a role beside keys is assumed with them, and with SSO it is another matter. */
const RIVALS: readonly ProviderName[] = ['profile', 'profile-web-identity', 'sso', 'login', 'process'];

/** The order in which SDKs look at a profile is agreed on by none of them. */
export function checkAmbiguousProfile(chains: ChainContext): ChainFinding[] {
  const places = RIVALS.filter((name) => chains.getProvider(name).state !== 'absent');
  if (places.length < 2) return [];
  const stopped = chains.findStoppedSdks(({ reason }) => reason === 'TWO_KINDS');
  return [createChainProblem('PROFILE_OFFERS_TWO', { profile: chains.facts.profile.name, places, stopped })];
}

/** Blank variables that some SDK takes for a value. */
export function checkBlankVariables(chains: ChainContext): ChainFinding[] {
  const { facts } = chains;
  const uri = findBlankUriVariable(facts);
  return [...facts.blankVariables].sort().flatMap((name) => {
    const stopped = chains.findStoppedSdks(
      (outcome) => outcome.reason === 'BLANK_VARIABLE' && outcome.subject === name,
    );
    const minded = new Set([
      ...stopped,
      ...findSdksAffectedByBlank(name),
      ...(name === uri || name === 'AWS_PROFILE' ? (['java'] as const) : []),
      // A session with a token of nothing, which AWS refuses.
      ...(name === 'AWS_SESSION_TOKEN' && chains.findSdksUsing('environment').includes('java')
        ? (['java'] as const)
        : []),
    ]);
    const sdks = SDKS.filter((sdk) => minded.has(sdk));
    return sdks.length === 0 ? [] : [createChainProblem('BLANK_VARIABLE', { name, sdks })];
  });
}

export function checkLegacyVariables({ facts }: ChainContext): ChainFinding[] {
  const used = SDKS.map((sdk) => [sdk, findLegacyVariables(facts, sdk)] as const).filter(
    ([, names]) => names.length > 0,
  );
  if (used.length === 0) return [];
  const names = [...new Set(used.flatMap(([, each]) => each))].sort();
  return [createChainProblem('OLD_NAMES', { names, sdks: used.map(([sdk]) => sdk) })];
}

/** botocore prefers it to AWS_PROFILE, the AWS CLI the other way round, Go takes it in place of a missing AWS_PROFILE. */
export function checkDefaultProfileVariable({ facts }: ChainContext): ChainFinding[] {
  return facts.setVariables.has('AWS_DEFAULT_PROFILE')
    ? [createChainNote('DEFAULT_PROFILE_ONLY_SOME_SDKS')]
    : [];
}
