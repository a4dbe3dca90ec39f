import type { Seconds } from '../model.ts';
import { type Chains, GIVEN } from './chains.ts';
import { type ChainFinding, note, problem } from './finding.ts';
import { blankUri, isExpired, oldNamesUsed } from './links.ts';
import { sdksThatMindBlank } from './objections.ts';
import {
  isSimplyNotThere,
  isUsable,
  PLACE_NAMES,
  type PlaceFault,
  type PlaceName,
  SDKS,
} from './providers.ts';

/** With less than this left, .NET and botocore begin to look for new ones, and a copy is as good as expired. */
const SOON: Seconds = 900;

export function nothingAnswers(chains: Chains): ChainFinding[] {
  const isLost = chains.sdks(({ kind }) => kind === 'wins' || kind === 'unknown').length === 0;
  if (!isLost || PLACE_NAMES.some((name) => isUsable(chains.place(name)))) return [];
  const places = PLACE_NAMES.filter((name) => {
    const place = chains.place(name);
    return place.fault !== null && !isSimplyNotThere(place);
  });
  return [problem('NOTHING_ANSWERS', { places })];
}

export function noSuchProfile(chains: Chains): ChainFinding[] {
  const { name, named, exists } = chains.facts.profile;
  if (!named || exists) return [];
  return [problem('NO_SUCH_PROFILE', { name, sdks: chains.stopped(({ why }) => why === 'NO_SUCH_PROFILE') })];
}

/** Sessions without their token; in AWS_SECURITY_TOKEN it is only to botocore. */
export function sessionTokens(chains: Chains): ChainFinding[] {
  return (['environment', 'profile'] as const).flatMap((name) => {
    const sdks = chains.sdks(
      (outcome) => outcome.kind === 'wins' && outcome.place === name && outcome.flaw === 'NO_SESSION_TOKEN',
    );
    if (sdks.length === 0) return [];
    const isOld = chains.place(name).notes.some(({ code }) => code === 'ONLY_OLD_TOKEN');
    return [problem(isOld ? 'SECURITY_TOKEN_ALONE' : 'KEYS_WITHOUT_TOKEN', { place: name, sdks })];
  });
}

/** Credentials that win and have ended, or soon will. What a place rotates is replaced in time, or is late. */
export function ends(chains: Chains): ChainFinding[] {
  return PLACE_NAMES.flatMap((name): ChainFinding[] => {
    const place = chains.place(name);
    const stopped = chains.stopped((o) => o.place === name && o.why === 'EXPIRED');
    const sdks = [...chains.winnersAt(name), ...stopped];
    if (sdks.length === 0 || place.remaining === null) return [];
    if (isExpired(place))
      return [problem('EXPIRED_WINS', { place: name, seconds: -place.remaining, sdks, stopped })];
    if (place.remaining >= SOON) return [];
    const isReplaced = GIVEN.includes(name) || name === 'process';
    return [(isReplaced ? note : problem)('EXPIRES_SOON', { place: name, seconds: place.remaining })];
  });
}

export function halfPairs(chains: Chains): ChainFinding[] {
  return (['environment', 'profile'] as const).flatMap((name) => {
    const { fault } = chains.place(name);
    if (fault?.code !== 'NO_KEY_ID' && fault?.code !== 'NO_SECRET_KEY') return [];
    const sdks = chains.stopped(({ place }) => place === name);
    return [problem('HALF_A_PAIR', { place: name, missing: fault.code, sdks })];
  });
}

/** Places that were set, and to some SDKs are the end, although something may come after them. */
export function brokenPlaces(chains: Chains): ChainFinding[] {
  return PLACE_NAMES.flatMap((name): ChainFinding[] => {
    const { fault, state } = chains.place(name);
    const isTold = fault?.code === 'NO_KEY_ID' || fault?.code === 'NO_SECRET_KEY';
    const sdks = chains.stopped(
      ({ place, why }) =>
        place === name &&
        (why === 'FAILED' || why === 'INCOMPLETE' || why === 'REFUSED_SETTING' || why === 'BAD_SETTING'),
    );
    if (isTold || sdks.length === 0) return [];
    const fallen = name === 'container' ? chains.winnersAt('imds') : [];
    const works = state === 'answers' || state === 'untried';
    return fallen.length > 0 && !works
      ? [problem('FALLS_TO_INSTANCE_ROLE', { sdks: fallen, stopped: sdks, ...cause(fault) })]
      : [problem('BROKEN_PLACE_STOPS', { place: name, sdks, works, ...cause(fault) })];
  });
}

const cause = (fault: PlaceFault | null) => ({
  fault: fault?.code ?? '',
  reason: fault?.code === 'POLL_FAILED' ? fault.reason : '',
});

/** A setting that keeps a configuration from being loaded at all. */
export function badSettings(chains: Chains): ChainFinding[] {
  return SDKS.flatMap((sdk) => {
    const outcome = chains.outcomes[sdk];
    return outcome.kind === 'stops' && outcome.place === null && outcome.why === 'BAD_SETTING'
      ? [problem('BAD_SETTING_STOPS', { name: outcome.name, sdks: [sdk] })]
      : [];
  });
}

/** Kinds that exclude each other; a role beside keys is assumed with them, and with SSO it is another matter. */
const RIVALS: readonly PlaceName[] = ['profile', 'profile-web-identity', 'sso', 'login', 'process'];

/** The order in which SDKs look at a profile is agreed on by none of them. */
export function profileOffersTwo(chains: Chains): ChainFinding[] {
  const places = RIVALS.filter((name) => chains.place(name).state !== 'absent');
  if (places.length < 2) return [];
  const stopped = chains.stopped(({ why }) => why === 'TWO_KINDS');
  return [problem('PROFILE_OFFERS_TWO', { profile: chains.facts.profile.name, places, stopped })];
}

/** Blank variables that some SDK takes for a value. */
export function blankVariables(chains: Chains): ChainFinding[] {
  const { facts } = chains;
  const uri = blankUri(facts);
  return [...facts.blank].sort().flatMap((name) => {
    const stopped = chains.stopped((outcome) => outcome.why === 'BLANK_VARIABLE' && outcome.name === name);
    const minded = new Set([
      ...stopped,
      ...sdksThatMindBlank(name),
      ...(name === uri || name === 'AWS_PROFILE' ? (['java'] as const) : []),
      // A session with a token of nothing, which AWS refuses.
      ...(name === 'AWS_SESSION_TOKEN' && chains.winnersAt('environment').includes('java')
        ? (['java'] as const)
        : []),
    ]);
    const sdks = SDKS.filter((sdk) => minded.has(sdk));
    return sdks.length === 0 ? [] : [problem('BLANK_VARIABLE', { name, sdks })];
  });
}

export function oldNames({ facts }: Chains): ChainFinding[] {
  const used = SDKS.map((sdk) => [sdk, oldNamesUsed(facts, sdk)] as const).filter(
    ([, names]) => names.length > 0,
  );
  if (used.length === 0) return [];
  const names = [...new Set(used.flatMap(([, each]) => each))].sort();
  return [problem('OLD_NAMES', { names, sdks: used.map(([sdk]) => sdk) })];
}

/** botocore prefers it to AWS_PROFILE, the AWS CLI the other way round, Go takes it in place of a missing AWS_PROFILE. */
export function defaultProfile({ facts }: Chains): ChainFinding[] {
  return facts.set.has('AWS_DEFAULT_PROFILE') ? [note('DEFAULT_PROFILE_ONLY_SOME_SDKS')] : [];
}
