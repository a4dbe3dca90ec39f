import type { ChainContext, Check } from './chain-context.ts';
import { createChainFinding } from './finding.ts';
import { findBlankUriVariable, findLegacyVariables } from './links.ts';
import { KEY_PAIR_PROVIDERS, type ProfileProvider, SDKS, type Sdk } from './providers.ts';
import { findSdksAffectedByBlank } from './sdk-differences.ts';

export const checkMissingProfile: Check<'NO_SUCH_PROFILE'> = (chains) => {
  const { name, isNamed, exists } = chains.facts.profile;
  if (!isNamed || exists) return [];
  const stoppedSdks = chains.findStoppedSdks(({ cause }) => cause.reason === 'NO_SUCH_PROFILE');
  return [createChainFinding('problem', 'NO_SUCH_PROFILE', { profile: name, stoppedSdks })];
};

export const checkKeysWithoutToken: Check<'KEYS_WITHOUT_TOKEN'> = (chains) =>
  findSessionsWithoutToken(chains, false).map((fields) =>
    createChainFinding('problem', 'KEYS_WITHOUT_TOKEN', fields),
  );

export const checkOnlySecurityToken: Check<'ONLY_SECURITY_TOKEN'> = (chains) =>
  findSessionsWithoutToken(chains, true).map((fields) =>
    createChainFinding('problem', 'ONLY_SECURITY_TOKEN', fields),
  );

/** @param hasSecurityToken whether AWS_SECURITY_TOKEN has the token, so that botocore finds it */
function findSessionsWithoutToken(chains: ChainContext, hasSecurityToken: boolean) {
  return KEY_PAIR_PROVIDERS.flatMap((provider) => {
    const { notes } = chains.getProvider(provider);
    if (notes.some(({ code }) => code === 'ONLY_OLD_TOKEN') !== hasSecurityToken) return [];
    const sdks = chains.findSdks(
      (outcome) =>
        outcome.kind === 'wins' && outcome.provider === provider && outcome.problem === 'NO_SESSION_TOKEN',
    );
    return sdks.length === 0 ? [] : [{ provider, sdks }];
  });
}

export const checkIncompleteKeyPairs: Check<'INCOMPLETE_KEY_PAIR'> = (chains) => {
  return KEY_PAIR_PROVIDERS.flatMap((name) => {
    const { problem } = chains.getProvider(name);
    if (problem?.code !== 'NO_KEY_ID' && problem?.code !== 'NO_SECRET_KEY') return [];
    const stoppedSdks = chains.findStoppedSdks(({ provider }) => provider === name);
    const fields = { provider: name, missing: problem.code, stoppedSdks };
    return [createChainFinding('problem', 'INCOMPLETE_KEY_PAIR', fields)];
  });
};

/** Settings that keep an SDK from loading its configuration. */
export const checkInvalidSettings: Check<'INVALID_SETTING_STOPS'> = (chains) =>
  SDKS.flatMap((sdk) => {
    const outcome = chains.outcomes[sdk];
    if (outcome.kind !== 'stops' || outcome.provider !== null) return [];
    const { cause } = outcome;
    if (cause.reason !== 'INVALID_SETTING') return [];
    const fields = { setting: cause.setting, stoppedSdks: [sdk] };
    return [createChainFinding('problem', 'INVALID_SETTING_STOPS', fields)];
  });

/** Kinds of profiles that exclude each other. A role is not one: SDKs assume it with the other credentials. */
const RIVALS: readonly ProfileProvider[] = ['profile', 'profile-web-identity', 'sso', 'login', 'process'];

/** Every SDK has its own order of these kinds. */
export const checkAmbiguousProfile: Check<'AMBIGUOUS_PROFILE'> = (chains) => {
  const providers = RIVALS.filter((name) => chains.getProvider(name).state !== 'absent');
  if (providers.length < 2) return [];
  const stoppedSdks = chains.findStoppedSdks(({ cause }) => cause.reason === 'AMBIGUOUS_PROFILE');
  const { name: profile } = chains.facts.profile;
  return [createChainFinding('problem', 'AMBIGUOUS_PROFILE', { profile, providers, stoppedSdks })];
};

/** Blank variables that some SDKs treat as values. */
export const checkBlankVariables: Check<'BLANK_VARIABLE'> = (chains) => {
  const blankUri = findBlankUriVariable(chains.facts);
  return [...chains.facts.blankVariables].sort().flatMap((variable) => {
    const stopped = chains.findStoppedSdks(
      ({ cause }) => cause.reason === 'BLANK_VARIABLE' && cause.setting === variable,
    );
    const javaUsesBlank =
      variable === blankUri ||
      variable === 'AWS_PROFILE' ||
      // Java then sends an empty session token, and AWS refuses it.
      (variable === 'AWS_SESSION_TOKEN' && chains.findSdksUsing('environment').includes('java'));
    const affected = new Set<Sdk>([...stopped, ...findSdksAffectedByBlank(variable)]);
    if (javaUsesBlank) affected.add('java');
    const sdks = SDKS.filter((sdk) => affected.has(sdk));
    return sdks.length === 0 ? [] : [createChainFinding('problem', 'BLANK_VARIABLE', { variable, sdks })];
  });
};

export const checkLegacyVariables: Check<'LEGACY_VARIABLES'> = ({ facts }) => {
  const sdks = SDKS.filter((sdk) => findLegacyVariables(facts, sdk).length > 0);
  if (sdks.length === 0) return [];
  const variables = [...new Set(sdks.flatMap((sdk) => findLegacyVariables(facts, sdk)))].sort();
  return [createChainFinding('problem', 'LEGACY_VARIABLES', { variables, sdks })];
};

/** botocore reads it before AWS_PROFILE; the AWS CLI and Go read it after AWS_PROFILE; others ignore it. */
export const checkDefaultProfileVariable: Check<'DEFAULT_PROFILE_ONLY_SOME_SDKS'> = ({ facts }) =>
  facts.setVariables.has('AWS_DEFAULT_PROFILE')
    ? [createChainFinding('note', 'DEFAULT_PROFILE_ONLY_SOME_SDKS', {})]
    : [];
