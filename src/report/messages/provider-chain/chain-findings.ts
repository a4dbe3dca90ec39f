import { SDKS, type Sdk } from '../../../domain/provider-chain/clients.ts';
import type { ChainFinding, ChainFindingCode } from '../../../domain/provider-chain/findings/finding.ts';
import type { ChainFacts, KeyPairProvider, ProviderName } from '../../../domain/provider-chain/providers.ts';
import { isSelectedByVariable } from '../../../domain/provider-chain/unset-profile.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { askDidYouMean } from '../../text/did-you-mean.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describePollNote } from '../poll-notes.ts';
import { describeStoppingProvider } from './broken-provider.ts';
import { describeOtherNamespace, describeOtherUser } from './process-findings.ts';
import {
  describeDefaultVariable,
  describeProfileRemoval,
  describeRemovalOfBoth,
  describeSkippedEnvironment,
  describeUnsetProfile,
  UNSET_KEYS,
} from './profile-variables.ts';
import { describeProviderHint } from './provider-hints.ts';
import { PROFILE_PROVIDER_LABELS, PROVIDER_PHRASES } from './providers.ts';
import { describeCappedChain, describeDefaultDuration, describeTooLongSession } from './role-sessions.ts';
import {
  describeAlternative,
  describeDisagreement,
  describeOtherClients,
  describeSdks,
  describeWithout,
  isEverySdk,
  listSdks,
} from './sdk-lists.ts';
import { describeFileProblem, describeMisplacedSection } from './shared-files.ts';
import { describeEmptySetting, describeSplitKeys, describeUpperCase } from './unusual-settings.ts';
import {
  describeBlankVariable,
  describeInvalidSetting,
  describeLegacyVariables,
  describeMisspeltVariable,
} from './variables.ts';

const listProviders = (names: readonly ProviderName[]) =>
  joinWords(names.map((name) => PROVIDER_PHRASES[name]));

const describeFailingSdks = (sdks: readonly Sdk[]) => describeSdks(sdks, 'fails', 'fail');

const describeOtherSdks = (sdks: readonly Sdk[], plural: string) =>
  isEverySdk(sdks) ? '' : `, others ${plural}`;

const KEY_PAIR_SETTINGS = {
  environment: {
    id: 'AWS_ACCESS_KEY_ID',
    secret: 'AWS_SECRET_ACCESS_KEY',
    token: 'AWS_SESSION_TOKEN',
    oldToken: 'AWS_SECURITY_TOKEN',
    removal: UNSET_KEYS,
  },
  profile: {
    id: 'aws_access_key_id',
    secret: 'aws_secret_access_key',
    token: 'aws_session_token',
    oldToken: 'aws_security_token',
    removal: 'remove the keys from the profile',
  },
} satisfies Record<KeyPairProvider, object>;

function describeRenewal(provider: ProviderName, facts: ChainFacts): string {
  switch (provider) {
    case 'environment':
    case 'profile':
      return `replace the keys, or ${describeKeyRemoval(provider, facts)}`;
    case 'process':
      return 'check why the process prints no newer credentials';
    default:
      return 'check whether the endpoint still rotates: `cred-watch poll --interval 5m`, then `cred-watch report`';
  }
}

/** Without its effect. */
const describeKeyRemoval = (provider: KeyPairProvider, facts: ChainFacts): string =>
  provider === 'profile' && isSelectedByVariable(facts)
    ? `unset AWS_PROFILE, which selects profile ${facts.profile.name}`
    : KEY_PAIR_SETTINGS[provider].removal;

const describeHint = (name: ProviderName, facts: ChainFacts) =>
  describeProviderHint(facts.providers[name], facts);

/** Hints for the broken providers. If no provider is set up: how to set one up. */
function describeSetUpHint(names: readonly ProviderName[], facts: ChainFacts): string {
  if (names.length > 0) {
    return names.map((name) => `${PROVIDER_PHRASES[name]}: ${describeHint(name, facts)}`).join('; ');
  }
  const { isNamed, isFlag, exists } = facts.profile;
  const create = isFlag ? 'create the profile' : 'create the profile that AWS_PROFILE names';
  const profile = isNamed && !exists ? create : 'name a profile with AWS_PROFILE';
  return `assign a role to the instance, task or pod, or ${profile}`;
}

type ChainFindingText = Omit<Explanation, 'hint'> & { hint: string | null };

const TEXTS: {
  [Code in ChainFindingCode]: (finding: ChainFinding<Code>, facts: ChainFacts) => ChainFindingText;
} = {
  NO_PROVIDER_ANSWERS: ({ providers }, facts) => ({
    message: 'no provider has credentials, so every SDK fails',
    hint: describeSetUpHint(providers, facts),
  }),
  INVALID_FILE: describeFileProblem,
  NO_SUCH_PROFILE: ({ profile, stoppedSdks }, { profile: { isFlag, similarNames } }) => {
    const name = isFlag ? '--profile' : 'AWS_PROFILE';
    const question = askDidYouMean(similarNames);
    const create = `create the profile; its section in the config file is [profile ${profile}]`;
    return {
      message:
        `${name} names ${profile}, but this profile does not exist: ` +
        `${describeFailingSdks(stoppedSdks)}${describeOtherSdks(stoppedSdks, 'ignore it')}`,
      hint:
        question !== null
          ? `${question} If not, ${create}`
          : `${isFlag ? 'use another name' : 'unset AWS_PROFILE'}, or ${create}`,
    };
  },
  MISPLACED_SECTION: describeMisplacedSection,
  KEYS_WITHOUT_TOKEN: ({ provider, sdks }, facts) => ({
    message:
      `the keys in ${PROVIDER_PHRASES[provider]} are session keys, but the session token is missing: ` +
      `${describeSdks(sdks, 'uses', 'use')} them anyway, and AWS refuses them`,
    hint: `set ${KEY_PAIR_SETTINGS[provider].token} too, or ${describeKeyRemoval(provider, facts)}`,
  }),
  ONLY_SECURITY_TOKEN: ({ provider, sdks }) => ({
    message:
      `only ${KEY_PAIR_SETTINGS[provider].oldToken} has the session token of ${PROVIDER_PHRASES[provider]}, ` +
      `and only botocore reads it: ${describeSdks(sdks, 'uses', 'use')} the keys without it, and AWS refuses them`,
    hint: `set ${KEY_PAIR_SETTINGS[provider].token} to the same value`,
  }),
  EXPIRED_CREDENTIALS_WIN({ provider, expiredForSeconds, sdks, stoppedSdks, without }, facts) {
    const effects = [
      sdks.length === 0 ? '' : describeSdks(sdks, 'uses them anyway', 'use them anyway'),
      stoppedSdks.length === 0 ? '' : describeFailingSdks(stoppedSdks),
    ];
    const affectsAll = sdks.length + stoppedSdks.length === SDKS.length;
    return {
      message:
        `the credentials of ${PROVIDER_PHRASES[provider]} expired ${formatDuration(expiredForSeconds)} ago` +
        `${affectsAll ? ', and no SDK tries a later provider' : ''}: ${joinWords(effects.filter(Boolean))}`,
      hint:
        provider === 'profile' && isSelectedByVariable(facts)
          ? `replace the keys, or ${describeUnsetProfile([...sdks, ...stoppedSdks], facts)}`
          : describeRenewal(provider, facts) + describeAlternative(provider, without, facts),
    };
  },
  INCOMPLETE_KEY_PAIR({ provider, missing, stoppedSdks, without }, facts) {
    const { id, secret } = KEY_PAIR_SETTINGS[provider];
    const [present, absent] = missing === 'NO_KEY_ID' ? [secret, id] : [id, secret];
    const effect =
      stoppedSdks.length === 0
        ? 'every SDK ignores it'
        : `${describeFailingSdks(stoppedSdks)}${describeOtherSdks(stoppedSdks, 'ignore it')}`;
    return {
      message: `${PROVIDER_PHRASES[provider]} has ${present} but no ${absent}: ${effect}`,
      hint: `set both keys or neither${describeAlternative(provider, without, facts)}`,
    };
  },
  KEYS_IN_TWO_FILES: describeSplitKeys,
  SETTING_NOT_LOWERCASE: describeUpperCase,
  EMPTY_SETTING: describeEmptySetting,
  FALLS_BACK_TO_INSTANCE_ROLE: ({ sdks, stoppedSdks }, facts) => ({
    message:
      `the container endpoint fails: ${describeSdks(sdks, 'falls', 'fall')} back to IMDS and the role of the instance; ` +
      describeFailingSdks(stoppedSdks),
    hint: `${describeHint('container', facts)}; to keep containers away from the role of the instance, set its hop limit to 1`,
  }),
  PROVIDER_STOPS_CHAIN: describeStoppingProvider,
  INVALID_SETTING_STOPS: describeInvalidSetting,
  KEYS_HIDE_ROLE: ({ provider, hidden, sdks, longLived, without }, facts) => ({
    message:
      `keys in ${PROVIDER_PHRASES[provider]} win over ${listProviders(hidden)} in ${listSdks(sdks)}` +
      (longLived ? '; they never expire and are never rotated' : ''),
    hint: `if this is not intended, ${
      provider === 'profile'
        ? describeProfileRemoval(KEY_PAIR_SETTINGS.profile.removal, { without, sdks }, facts)
        : `${KEY_PAIR_SETTINGS[provider].removal}${describeWithout(without, facts)}`
    }`,
  }),
  WEB_IDENTITY_HIDES_CONTAINER: ({ sdks, without }, facts) => ({
    message:
      `AWS_WEB_IDENTITY_TOKEN_FILE (IRSA) wins over the container endpoint in ${listSdks(sdks)}, ` +
      'so EKS Pod Identity is not used',
    hint:
      'to use Pod Identity, remove the annotation eks.amazonaws.com/role-arn from the service account and restart the pod' +
      describeWithout(without, facts),
  }),
  PROFILE_SKIPS_ENVIRONMENT: describeSkippedEnvironment,
  AMBIGUOUS_PROFILE: ({ profile, providers, stoppedSdks }) => ({
    message:
      `profile ${profile} has ${joinWords(providers.map((name) => PROFILE_PROVIDER_LABELS[name]))}, ` +
      `and SDKs choose differently${stoppedSdks.length === 0 ? '' : `: ${describeFailingSdks(stoppedSdks)}`}`,
    hint: 'keep one of them, and move the others to other profiles',
  }),
  BLANK_VARIABLE: describeBlankVariable,
  LEGACY_VARIABLES: describeLegacyVariables,
  MISSPELT_VARIABLE: describeMisspeltVariable,
  POLL_NOTE: ({ note }) => ({ message: describePollNote(note), hint: null }),
  SDKS_DISAGREE: (finding, facts) => {
    const { message, hint } = describeDisagreement(finding, facts);
    return { message, hint: describeRemovalOfBoth(facts) ?? hint };
  },
  OTHER_CLIENTS_DIFFER: describeOtherClients,
  EXPIRES_SOON: ({ provider, remainingSeconds }, facts) => ({
    message: `the credentials of ${PROVIDER_PHRASES[provider]} expire in ${formatDuration(remainingSeconds)}`,
    hint: describeRenewal(provider, facts),
  }),
  PROFILE_HIDES_ROLE: ({ profile, hidden, sdks, without }, facts) => ({
    message: `profile ${profile} wins over ${listProviders(hidden)} in ${listSdks(sdks)}`,
    hint:
      'if this is not intended, ' +
      describeProfileRemoval('remove the settings from the profile', { without, sdks }, facts),
  }),
  CONTAINER_HIDES_IMDS: ({ role }) => ({
    message: `IMDS is reachable too and serves the role of the instance${role === null ? '' : `, ${role}`}`,
    hint: 'to keep containers away from IMDS, set the hop limit of the instance to 1',
  }),
  DEFAULT_PROFILE_ONLY_SOME_SDKS: describeDefaultVariable,
  ROLE_CHAIN_CAPPED: describeCappedChain,
  SESSION_LONGER_THAN_ROLE: describeTooLongSession,
  DURATION_NOT_SET: describeDefaultDuration,
  PROCESS_IN_OTHER_NAMESPACE: describeOtherNamespace,
  PROCESS_OF_OTHER_USER: describeOtherUser,
};

/** @param facts the facts that the finding comes from */
export const describeChainFinding = <Code extends ChainFindingCode>(
  finding: ChainFinding<Code>,
  facts: ChainFacts,
): ChainFindingText => TEXTS[finding.code](finding, facts);
