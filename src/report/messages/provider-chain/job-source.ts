import { DEFAULT_ROLE_SESSION } from '../../../domain/aws-limits.ts';
import { SDKS } from '../../../domain/provider-chain/clients.ts';
import {
  groupByCredentials,
  JOB_SOURCES,
  type JobCredentials,
} from '../../../domain/provider-chain/job-credentials.ts';
import type { ChainOutcome } from '../../../domain/provider-chain/outcome.ts';
import { groupSdks } from '../../../domain/provider-chain/outcome-groups.ts';
import {
  type ChainFacts,
  PROFILE_PROVIDERS,
  PROVIDER_NAMES,
  type ProviderName,
} from '../../../domain/provider-chain/providers.ts';
import {
  findWinnersWithoutProfile,
  isSelectedByVariable,
} from '../../../domain/provider-chain/unset-profile.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { quoteForShell } from '../../../untrusted-text.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describeBrokenProvider } from './broken-provider.ts';
import {
  describeCause,
  describeChainOutcome,
  formatIdentity,
  listIdentity,
  PROVIDER_LABELS,
  PROVIDER_PHRASES,
} from './providers.ts';
import { describeIdentifiedProvider, describeSdks } from './sdk-lists.ts';

export { describeFailingSdks, describeSlowEndpoint } from './failing-sdks.ts';

const EXPORT_COMMAND = "--process 'aws configure export-credentials'";

/** Why no source has the credentials that SDKs would give the job. */
export const describeUndecidedSource = (job: JobCredentials): UndecidedSource =>
  job.provider === null
    ? describeDisagreement(job)
    : { ...describeUnsupportedProvider(job.provider, job.facts), isBroken: false };

/** `isBroken`: the settings of a provider are wrong, or the user has to sign in. */
type UndecidedSource = Explanation & { isBroken: boolean };

function describeUnsupportedProvider(name: ProviderName, facts: ChainFacts): Explanation {
  const other = findEndpointSource(facts);
  const message = `SDKs would give the job the credentials of ${PROVIDER_LABELS[name]}${formatIdentity(facts.providers[name])}, which cred-watch cannot read`;
  const hint = `to use the credentials of the SDKs, add ${EXPORT_COMMAND}`;
  if (other === null) return { message, hint };
  return {
    message: `${message}, and not those of ${PROVIDER_PHRASES[other]}`,
    hint: `${hint}; to use ${PROVIDER_PHRASES[other]}, add --source ${other}`,
  };
}

function describeDisagreement(job: JobCredentials): UndecidedSource {
  const { facts, outcomes } = job;
  const groups = groupSdks(outcomes);
  const [{ outcome: first } = {}] = groups;
  if (groups.length === 1 && first?.kind === 'wins')
    return { ...describeAmbiguousProvider(first.provider, facts, outcomes), isBroken: false };
  const parts = groups.map(({ sdks, outcome }) => {
    if (outcome.kind === 'stops') {
      const at = outcome.provider === null ? '' : ` at ${PROVIDER_LABELS[outcome.provider]}`;
      return `${describeSdks(sdks, 'stops', 'stop')}${at} (${describeCause(outcome.cause)})`;
    }
    if (outcome.kind === 'none') return `${describeSdks(sdks, 'finds', 'find')} no credentials`;
    const identity = outcome.kind === 'wins' ? formatIdentity(facts.providers[outcome.provider]) : '';
    return `${describeSdks(sdks, 'uses', 'use')} ${describeChainOutcome(outcome)}${identity}`;
  });
  const others = groups.flatMap(({ outcome }) => listOtherProfiles(outcome));
  const ends = groups.map(({ outcome }) =>
    'provider' in outcome && listOtherProfiles(outcome).length === 0 ? outcome.provider : null,
  );
  const broken = describeBrokenProvider(job);
  if (broken !== null) {
    const working = listWorkingProviders(job).map((name) => formatFlags(name, facts));
    const choice = working.length === 0 ? '' : `; or choose other credentials with ${working.join(' or ')}`;
    return {
      message: `${broken.message}, and SDKs disagree about the credentials of the job: ${parts.join('; ')}`,
      hint: `${broken.hint}${choice}; \`cred-watch sources\` shows the details`,
      isBroken: true,
    };
  }
  // Some SDKs stop at a setting without a value, which cred-watch ignores.
  const isSetUp = (name: ProviderName) => facts.providers[name].state !== 'absent';
  const choices = PROVIDER_NAMES.filter(
    (name) =>
      JOB_SOURCES[name] !== null &&
      ((ends.includes(name) && isSetUp(name)) || name === findEndpointSource(facts)),
  );
  const blanks = facts.providers.container.notes.find((note) => note.code === 'VALUE_HAS_BLANKS');
  const isUnsupported = ends.some((end) => end !== null && JOB_SOURCES[end] === null);
  const options = [
    ...others.map((name) => `--profile ${quoteForShell(name)}`),
    ...choices.map((name) => formatFlags(name, facts)),
    ...(isUnsupported ? [EXPORT_COMMAND] : []),
  ];
  return {
    message: `SDKs disagree about the credentials of the job: ${parts.join('; ')}`,
    hint: `${blanks === undefined ? '' : `remove the blanks around the value of ${blanks.name}, or `}choose with ${options.join(' or ')}; \`cred-watch sources\` shows the reasons`,
    isBroken: false,
  };
}

/** The profile of AWS_DEFAULT_PROFILE, if the SDK reads this variable. */
const listOtherProfiles = (outcome: ChainOutcome): string[] =>
  outcome.kind === 'unknown' && outcome.cause.reason === 'OTHER_PROFILE' && outcome.cause.named !== null
    ? [outcome.cause.named]
    : [];

/** SDKs use the same provider, but read its settings differently. */
function describeAmbiguousProvider(
  name: ProviderName,
  facts: ChainFacts,
  outcomes: JobCredentials['outcomes'],
): Explanation {
  const parts = groupByCredentials(facts, outcomes, name).map(({ sdks, provider }, index) => {
    const { roleSession } = provider;
    if (name === 'process') {
      const which = index === 0 ? 'one credential_process of the profile' : 'another one';
      return `${describeSdks(sdks, 'runs', 'run')} ${which}`;
    }
    const lasts = formatDuration(roleSession?.durationSeconds ?? DEFAULT_ROLE_SESSION);
    const identity = [...listIdentity(provider), ...(roleSession === null ? [] : [`for ${lasts}`])];
    return `${describeSdks(sdks, 'uses', 'use')} ${PROVIDER_LABELS[name]} (${identity.join(', ')})`;
  });
  return {
    message: `SDKs disagree about the credentials of the job: ${parts.join('; ')}`,
    hint:
      name === 'profile-web-identity'
        ? 'unset AWS_ROLE_ARN, which botocore prefers to role_arn of the profile; or choose with --source web-identity --role-arn'
        : name === 'process'
          ? 'keep one credential_process in the profile, with its name in lower case; or choose with --process'
          : facts.unusualSettings.notLowercase.length > 0
            ? 'write the names of the settings of the profile in lower case; or choose with --source and --duration'
            : 'in the profile, move comments to lines of their own, because botocore reads a comment after a value as part of the value; or choose with --source and --duration',
  };
}

/** IMDS is the last resort of every SDK, so its role may be the wrong one. */
const listWorkingProviders = ({ facts, outcomes }: JobCredentials): ProviderName[] =>
  PROVIDER_NAMES.filter(
    (name) =>
      name !== 'imds' &&
      JOB_SOURCES[name] !== null &&
      facts.providers[name].problem === null &&
      SDKS.some((sdk) => outcomes[sdk].kind === 'wins' && outcomes[sdk].provider === name),
  );

/**
 * For credentials that do not come from the endpoint of this instance, task or pod. Null if the job has no such
 * endpoint.
 */
export function describeJobSource(
  provider: Exclude<ProviderName, 'container' | 'imds'>,
  facts: ChainFacts,
): Explanation | null {
  const other = findEndpointSource(facts);
  if (other === null) return null;
  return {
    message: `SDKs use ${describeSelectedProvider(provider, facts)} and not ${PROVIDER_PHRASES[other]}, so cred-watch does the same`,
    hint: `to use ${PROVIDER_PHRASES[other]}, add --source ${other}${leadsUnsetProfileTo(other, facts) ? ', or unset AWS_PROFILE' : ''}`,
  };
}

/** `the profile (ASIA…WX2A) of AWS_PROFILE=old` */
function describeSelectedProvider(provider: ProviderName, facts: ChainFacts): string {
  const identified = describeIdentifiedProvider(provider, facts);
  const isOfProfile = PROFILE_PROVIDERS.some((name) => name === provider);
  return isOfProfile && isSelectedByVariable(facts)
    ? `${identified} of AWS_PROFILE=${quoteForShell(facts.profile.name)}`
    : identified;
}

/** Without AWS_PROFILE, every SDK uses this provider. */
const leadsUnsetProfileTo = (wanted: ProviderName, facts: ChainFacts): boolean =>
  findWinnersWithoutProfile(facts, SDKS)?.winners.every(({ provider }) => provider === wanted) ?? false;

/** The flags that select what a provider reads. */
const formatFlags = (name: ProviderName, { profile }: ChainFacts): string =>
  `--source ${JOB_SOURCES[name]}${name === 'profile-web-identity' ? ` --profile ${quoteForShell(profile.name)}` : ''}`;

/** The source that SDKs use if no other provider is set up. Null without a container endpoint and without IMDS. */
export function findEndpointSource({ providers, platform, setVariables }: ChainFacts) {
  if (providers.container.state !== 'absent') return 'container';
  // A function of Lambda has no IMDS.
  return platform === 'lambda' || setVariables.has('AWS_EC2_METADATA_DISABLED') ? null : 'imds';
}
